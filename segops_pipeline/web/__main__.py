"""`python -m segops_pipeline.web`: the web process, as `segops up` starts it.

A module of its own, so that the process that children are forked from loads `serve` under its own name.
"""

from segops_pipeline.web.serve import main

if __name__ == "__main__":
    main()

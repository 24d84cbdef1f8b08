"""Dagster's command line with a code server whose runs are forked from a process that has loaded everything.

Dagster starts each run in a fresh interpreter, which takes seconds to load the libraries before it reads a row.
Here a helper process loads them once (`preloaded.py`), and every run is a fork of it. `segops up` starts it as
`python -m segops_pipeline.orchestration.code_server api grpc ...`; all arguments are those of `dagster`.
What belongs here: how runs are started. What doesn't: what they do, and watching over the server.
"""

import multiprocessing
from multiprocessing import forkserver
from typing import Any

from dagster._cli import main as dagster
from dagster._grpc import server

PRELOADED = "segops_pipeline.orchestration.preloaded"


class ForkingApiServer(server.DagsterApiServer):
    """Dagster's server of code, but for the way in which it starts the process of a run."""

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - Dagster's own arguments
        super().__init__(*given, **named)
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([PRELOADED])
        self._mp_ctx = context
        forkserver.ensure_running()  # now, so that the first run need not wait


def main() -> None:
    """Run Dagster's command line."""
    if "forkserver" in multiprocessing.get_all_start_methods():
        server.DagsterApiServer = ForkingApiServer
    dagster()


if __name__ == "__main__":
    main()

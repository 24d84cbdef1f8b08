"""The CSV format of a Bizzkit PIM: what its columns and cells say (seed 002), without what becomes of it.

The folder is the format: segments, headers, keywords, values, and which entity a file is of. What belongs here: text to
meaning and back. What doesn't: the catalogue that is changed (`catalogue.pim`), the job (`imports.bizzkit`).
"""

"""Loads all that a run of Dagster needs, for the process that runs are forked from.

Importing this module is what it is for. What doesn't belong here: torch, which only some runs need and which is
larger than all the rest, and anything that opens a file or a connection or starts a thread.
"""

import gc
from importlib import import_module

MODULES = [
    "dagster_postgres", "numpy", "pandas", "pandera.pandas", "psycopg2", "pyarrow.compute", "pyarrow.parquet",
    "rapidfuzz", "scipy.optimize", "clickhouse_connect", "segops_pipeline.definitions",
    "segops_pipeline.orchestration.storage", "segops_pipeline.imports.intake", "segops_pipeline.imports.run",
    "segops_pipeline.imports.confirm", "segops_pipeline.imports.publish", "segops_pipeline.imports.inbox_jobs",
    "segops_pipeline.analytics.sync", "segops_pipeline.catalogue.validation",
]  # fmt: skip

for module in MODULES:
    import_module(module)
gc.freeze()  # it all stays: no run shall look through it for garbage, nor get a copy of its memory by doing so

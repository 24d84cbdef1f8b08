"""What dlt takes to merge the same file into the same PostgreSQL: the peer that people would use instead.

It reads the file with pyarrow, which is its fastest way, infers types, and merges by the key. It asks nobody, keeps no
before-images and tells no counts of what it did to whom.
"""

# dlt is installed for benchmarks only
# pyright: basic, reportMissingImports=false

import os
import tempfile
import time
from pathlib import Path

import pyarrow.csv
from sqlalchemy.engine import URL

DATASET = "dlt_bench"


def merge_seconds(url: URL, file: Path, rows: int) -> float:
    """Seconds of a merge into an empty dataset, which is dropped afterwards.

    Args:
        url: of the owner of the database.
        file: CSV with the column `sku`.
        rows: that must be there then.
    """
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"
    import dlt

    with tempfile.TemporaryDirectory(prefix="segops-bench-") as folder:
        credentials = url.set(drivername="postgresql").render_as_string(hide_password=False)
        pipeline = dlt.pipeline(
            "bench",
            pipelines_dir=folder,
            destination=dlt.destinations.postgres(credentials),
            dataset_name=DATASET,
        )
        started = time.perf_counter()
        table = pyarrow.csv.read_csv(file)
        pipeline.run(table, table_name="products", write_disposition="merge", primary_key="sku")
        seconds = time.perf_counter() - started
        with pipeline.sql_client() as client:
            [[counted]] = client.execute_sql("SELECT count(*) FROM products") or [[0]]
            client.execute_sql(f"DROP SCHEMA IF EXISTS {DATASET} CASCADE")
            client.execute_sql(f"DROP SCHEMA IF EXISTS {DATASET}_staging CASCADE")
    if counted != rows:
        raise SystemExit(f"The benchmark is wrong: dlt has {counted} rows.")
    return seconds

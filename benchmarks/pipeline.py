"""From staged rows to committed products, against the least that PostgreSQL needs for the same content.

The floor is what anybody would write by hand for rows that are known to be good: COPY of the products as they
end up into a temporary table, and one INSERT … ON CONFLICT. It casts nothing, compares nothing, keeps no
before-images, no rows of the source and no outbox.
"""

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks.catalogue import COLUMNS, write_catalogue
from benchmarks.figures import Figure, ratio
from benchmarks.installation import confirmed_job, installation
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.progress import Progress
from segops_pipeline.imports.run import apply_job, begin_import, plan_job
from segops_pipeline.stores.opening import Stores, open_stores
from segops_pipeline.stores.urls import postgres_urls

MOST_FLOORS = 5.0
WORKSPACE, SOURCE = "bench", "supplier"
CHANGED_EVERY = 100  # one per cent

EMPTY = "TRUNCATE workspaces, products, source_rows, revisions, outbox, issues, embeddings CASCADE"
PAYLOAD = "COPY (SELECT sku, name, data FROM products ORDER BY sku) TO STDOUT"
FLOOR_TABLE = """
CREATE TABLE floor (
    workspace_id bigint NOT NULL, sku text NOT NULL, name text NOT NULL, data jsonb NOT NULL,
    PRIMARY KEY (workspace_id, sku)
)
"""
FLOOR_STAGING = "CREATE TEMPORARY TABLE payload (sku text, name text, data jsonb) ON COMMIT DROP"
FLOOR_UPSERT = """
INSERT INTO floor (workspace_id, sku, name, data) SELECT 1, sku, name, data FROM payload
ON CONFLICT (workspace_id, sku) DO UPDATE SET name = EXCLUDED.name, data = EXCLUDED.data
"""


@dataclass(frozen=True, slots=True)
class Round:
    """The seconds of one repetition."""

    reading: float
    understanding: float
    first: float
    floor: float
    again: float
    changed: float


def measure(rows: int, repetitions: int) -> list[Figure]:
    """Import a catalogue into an empty one, import it again, and with one per cent changed; each beside the floor.

    Args:
        rows: of the generated catalogue, each of 20 columns.
        repetitions: how many times, each with an empty catalogue.
    """
    with tempfile.TemporaryDirectory(prefix="segops-bench-") as folder, installation() as settings:
        new, changed = Path(folder) / "new.csv", Path(folder) / "changed.csv"
        megabytes = write_catalogue(new, rows) / 1e6
        write_catalogue(changed, rows, changed_every=CHANGED_EVERY)
        with open_stores(settings) as stores:
            rounds = [_round(stores, new, changed, rows) for _ in range(repetitions)]
    return _figures(f"pipeline: {rows:,} rows x {len(COLUMNS)} columns, {megabytes:.1f} MB", rounds)


def _figures(part: str, rounds: list[Round]) -> list[Figure]:
    first = [one.first for one in rounds]
    floor = [one.floor for one in rounds]
    again, changed = [one.again for one in rounds], [one.changed for one in rounds]
    return [
        Figure(part, "read the file: CSV to Parquet", [one.reading for one in rounds]),
        Figure(part, "understand it: types and mapping", [one.understanding for one in rounds]),
        Figure(part, "Parquet to committed products, all new", first),
        Figure(part, "floor: COPY and one INSERT … ON CONFLICT", floor),
        ratio(part, "all new, to the floor", first, floor, MOST_FLOORS),
        Figure(part, "the same file again, all unchanged", again),
        ratio(part, "all unchanged, to all new", again, first),
        Figure(part, "one per cent changed", changed),
        ratio(part, "one per cent changed, to all new", changed, first),
    ]


def _round(stores: Stores, new: Path, changed: Path, rows: int) -> Round:
    with _owner(stores) as connection:
        connection.execute(EMPTY)
    some = -(-rows // CHANGED_EVERY)
    job, first = _import(stores, new, {"created": rows})
    floor = _floor(stores)
    _, again = _import(stores, new, {"unchanged": rows})
    _, one_per_cent = _import(stores, changed, {"unchanged": rows - some, "updated": some})
    seconds = job.seconds
    return Round(float(seconds["parsed_upload"]), float(seconds["inferred_schema"]), first, floor, again, one_per_cent)


def _import(stores: Stores, file: Path, expected: dict[str, int]) -> tuple[Job, float]:
    """Seconds from a confirmed mapping to committed products; what was imported is checked."""
    job = confirmed_job(stores, file, WORKSPACE, SOURCE)
    progress = Progress(stores.database, job.id)
    with _owner(stores) as connection:
        connection.execute("CHECKPOINT")
    started = time.perf_counter()
    begin_import(stores, job.id)
    plan_job(stores, job.id, progress)
    job = apply_job(stores, job.id, progress)
    seconds = time.perf_counter() - started
    counted = {name: count for name, count in job.counts.items() if count and name != "rows"}
    if job.status != "done" or counted != {name: count for name, count in expected.items() if count}:
        raise SystemExit(f"The benchmark is wrong: {job.status}, {counted} instead of {expected}.")
    return job, seconds


def _floor(stores: Stores) -> float:
    """Seconds that the same products take by the shortest way."""
    with _owner(stores) as connection:
        with connection.cursor().copy(PAYLOAD) as copied:
            payload = b"".join(bytes(block) for block in copied)
        connection.execute("DROP TABLE IF EXISTS floor")
        connection.execute(FLOOR_TABLE)
        connection.execute("CHECKPOINT")
        started = time.perf_counter()
        with connection.transaction():
            connection.execute(FLOOR_STAGING)
            with connection.cursor().copy("COPY payload FROM STDIN") as copying:
                copying.write(payload)
            connection.execute(FLOOR_UPSERT)
        seconds = time.perf_counter() - started
        connection.execute("DROP TABLE floor")
    return seconds


def _owner(stores: Stores) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(postgres_urls(stores.settings).plain, autocommit=True)

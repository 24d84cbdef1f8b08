"""From a file to committed products, against the least that PostgreSQL needs for the same content, and against dlt.

The floor is what anybody would write by hand for rows that are known to be good: COPY of the products as they
end up into a temporary table, and one INSERT … ON CONFLICT. It casts nothing, compares nothing, keeps no
before-images, no rows of the source and no outbox. Seconds are those that the jobs report.
"""

import random
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.catalogue import COLUMNS, write_catalogue
from benchmarks.dlt_merge import merge_seconds
from benchmarks.figures import Figure, ratio
from benchmarks.installation import confirmed_job, installation, owner, run_job
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.undo import open_undo
from segops_pipeline.stores.opening import Stores, open_stores
from segops_pipeline.stores.urls import postgres_urls

MOST_FLOORS = 3.0
MOST_FLOORS_FROM_STAGED = 1.6
MOST_OF_DLT = 1.0
MOST_AGAIN, MOST_CHANGED = 0.4, 0.5
MOST_UNDO = 1.5
WORKSPACE, SOURCE = "bench", "supplier"
CHANGED_EVERY = 100  # one per cent

EMPTY = "TRUNCATE workspaces, products, source_rows, revisions, outbox, issues, embeddings, conflicts CASCADE"
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
WRITTEN = "SELECT count(*) FROM outbox"


@dataclass(frozen=True, slots=True)
class Import:
    """The seconds of one import as its job reports them."""

    reading: float
    understanding: float
    staging: float
    planning: float
    applying: float

    @classmethod
    def of(cls, job: Job) -> "Import":
        """Of a job that is done."""
        seconds = {stage: float(taken) for stage, taken in job.seconds.items()}
        staging = seconds["staging"]
        planning = seconds["import_plan"] - staging
        return cls(
            seconds["parsed_upload"], seconds["inferred_schema"], staging, planning, seconds["upserted_products"]
        )

    @property
    def from_staged(self) -> float:
        """From staged rows to the commit."""
        return self.planning + self.applying

    @property
    def from_parquet(self) -> float:
        """From Parquet to the commit."""
        return self.staging + self.from_staged

    @property
    def all_stages(self) -> float:
        """From the file to the commit."""
        return self.reading + self.understanding + self.from_parquet


@dataclass(frozen=True, slots=True)
class Round:
    """One repetition."""

    first: Import
    floor: float
    dlt: float | None
    again: Import
    changed: Import
    updated: Import
    undone: float


def measure(rows: int, repetitions: int, *, beside_dlt: bool = True) -> list[Figure]:
    """Import a catalogue into an empty one, again in another order, with changes, and take changes back.

    Args:
        rows: of the generated catalogue, each of 20 columns.
        repetitions: how many times, each with an empty catalogue.
        beside_dlt: measure dlt too.
    """
    with tempfile.TemporaryDirectory(prefix="segops-bench-") as folder, installation() as settings:
        files = {name: Path(folder) / f"{name}.csv" for name in ("new", "again", "changed", "updated")}
        megabytes = write_catalogue(files["new"], rows) / 1e6
        _shuffle(files["new"], files["again"])
        write_catalogue(files["changed"], rows, changed_every=CHANGED_EVERY)
        write_catalogue(files["updated"], rows, changed_every=1, revision=2)
        with open_stores(settings) as stores:
            rounds = [_round(stores, files, rows, beside_dlt=beside_dlt) for _ in range(repetitions)]
    return _figures(f"pipeline: {rows:,} rows x {len(COLUMNS)} columns, {megabytes:.1f} MB", rounds)


def _figures(part: str, rounds: list[Round]) -> list[Figure]:
    first, floor = [one.first for one in rounds], [one.floor for one in rounds]
    new = [one.from_parquet for one in first]
    staged = [one.from_staged for one in first]
    updated = [one.updated.from_staged for one in rounds]
    undone = [one.undone for one in rounds]
    figures = [
        Figure(part, "read the file: CSV to Parquet", [one.reading for one in first]),
        Figure(part, "understand it: types and mapping", [one.understanding for one in first]),
        Figure(part, "stage: casts, pandera, JSON, hashes, COPY", [one.staging for one in first]),
        Figure(part, "plan", [one.planning for one in first]),
        Figure(part, "apply", [one.applying for one in first]),
        Figure(part, "Parquet to committed products, all new", new),
        Figure(part, "floor: COPY and one INSERT … ON CONFLICT", floor),
        ratio(part, "all new, to the floor", new, floor, MOST_FLOORS),
        ratio(part, "plan and apply, to the floor", staged, floor, MOST_FLOORS_FROM_STAGED),
    ]
    dlt = [one.dlt for one in rounds if one.dlt is not None]
    if dlt:
        figures += [
            Figure(part, "dlt: merge of the same file", dlt),
            ratio(part, "all new, to dlt", new, dlt, MOST_OF_DLT),
        ]
    for name, imports, most in (
        ("the same rows in another order", [one.again for one in rounds], MOST_AGAIN),
        ("one per cent changed", [one.changed for one in rounds], MOST_CHANGED),
    ):
        taken = [one.from_parquet for one in imports]
        everything, first_time = [one.all_stages for one in imports], [one.all_stages for one in first]
        figures += [
            Figure(part, name, taken),
            ratio(part, f"{name}, to the first time", taken, new, most),
            ratio(part, f"{name}, to the first time, reading and understanding included", everything, first_time),
        ]
    return [
        *figures,
        Figure(part, "all changed, from staged rows to the commit", updated),
        Figure(part, "undo of all changes", undone),
        ratio(part, "undo, to applying them", undone, updated, MOST_UNDO),
    ]


def _round(stores: Stores, files: Mapping[str, Path], rows: int, *, beside_dlt: bool) -> Round:
    with owner(stores) as connection:
        connection.execute(EMPTY)
    some = -(-rows // CHANGED_EVERY)
    first = _import(stores, files["new"], {"created": rows})
    floor = _floor(stores)
    dlt = merge_seconds(postgres_urls(stores.settings).owner, files["new"], rows) if beside_dlt else None
    before = _written(stores)
    again = _import(stores, files["again"], {"unchanged": rows})
    if _written(stores) != before:
        raise SystemExit("The benchmark is wrong: the same rows in another order were written.")
    changed = _import(stores, files["changed"], {"unchanged": rows - some, "updated": some})
    updated = _import(stores, files["updated"], {"updated": rows})
    return Round(
        Import.of(first),
        floor,
        dlt,
        Import.of(again),
        Import.of(changed),
        Import.of(updated),
        _undo(stores, updated.id, rows),
    )


def _import(stores: Stores, file: Path, expected: dict[str, int]) -> Job:
    """A file from its upload to committed products; what was imported is checked."""
    job = run_job(stores, confirmed_job(stores, file, WORKSPACE, SOURCE).id)
    _check(job, expected)
    return job


def _undo(stores: Stores, job_id: str, rows: int) -> float:
    """Seconds that taking an import back needs, from its plan to its commit."""
    job = run_job(stores, open_undo(stores, job_id, created_by="benchmarks").id)
    _check(job, {"updated": rows})
    return sum(float(job.seconds[stage]) for stage in ("import_plan", "upserted_products"))


def _check(job: Job, expected: dict[str, int]) -> None:
    counted = {name: count for name, count in job.counts.items() if count and name != "rows"}
    if job.status != "done" or counted != {name: count for name, count in expected.items() if count}:
        raise SystemExit(f"The benchmark is wrong: {job.state}, {counted} instead of {expected}.")


def _shuffle(file: Path, other: Path) -> None:
    """The same rows in another order."""
    header, *rows = file.read_text(encoding="utf-8").splitlines()
    random.Random(1).shuffle(rows)
    other.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")


def _written(stores: Stores) -> object:
    """How much waits in the outbox: each product that is written adds one."""
    with owner(stores) as connection:
        return connection.execute(WRITTEN).fetchone()


def _floor(stores: Stores) -> float:
    """Seconds that the same products take by the shortest way."""
    with owner(stores) as connection:
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

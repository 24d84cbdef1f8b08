"""What tests disturb an import with, the file that they import, and what is left of it.

What belongs here: processes that run a job and are stopped somewhere, locks that make them wait, what an import left.
What doesn't: tests.
"""

import os
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import psycopg

from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.undo import open_undo
from segops_pipeline.stores.opening import Stores
from segops_pipeline_tests.cli.process import start
from segops_pipeline_tests.importing import CATALOGUE, Importer
from segops_pipeline_tests.repository.tree import ROOT
from segops_pipeline_tests.running_system import VOLATILE, until

ROWS, KNOWN = 5_000, 2_000
TYPES = {"stock": "number", "colour": "text"}
SOURCE = "supplier"
STAGING = ("rows", "issues", "plan_rows", "seen")
NAMED, UNNAMED = 3, 4
"""Exit codes of a run that ended with an error of the project, and with any other."""
WAITING = """
SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND n.nspname || '.' || c.relname = %s
"""
LEFT = "SELECT to_jsonb(t) - CAST(:volatile AS text[]) AS row FROM {table} t WHERE workspace_id = :id ORDER BY 1"


def feed(rows: int = ROWS, colour: str = "white") -> str:
    """A file of so many products; every third has its colour, one key comes twice and one row is bad."""
    lines = [f"K-{n},Kettle {n},{n % 90},{colour if n % 3 == 0 else 'grey'}" for n in range(rows - 2)]
    lines[7:7] = ["K-5,Kettle five again,1,red", "K-bad,Bad stock,many,red"]
    return "sku,name,stock,colour\n" + "\n".join(lines) + "\n"


def prepared(imports: Importer, workspace: str, *, rows: int = ROWS) -> Job:
    """A confirmed job that creates and changes products, in a workspace that has some of its source."""
    own = replace(imports, workspace=workspace)
    own.load(feed(KNOWN, "black"), TYPES, source=SOURCE)
    return own.queue(feed(rows), TYPES, source=SOURCE)


def prepared_undo(imports: Importer, workspace: str) -> Job:
    """A job that takes an import back, of what it created and what it changed."""
    done = imports.run(prepared(imports, workspace))
    return open_undo(imports.stores, done.id, created_by="ann")


def left(imports: Importer, job: Job) -> dict[str, list[Any]]:
    """All that is in the workspace of a job and in staging, without ids, versions and times."""
    tables = {
        table: imports.rows(
            LEFT.format(table=table), id=job.workspace_id, volatile=[*VOLATILE, "source_before", "restores"]
        )
        for table in (*CATALOGUE, "issues", "conflicts")
    }
    staged = {f"staging.{table}": [imports.number_of(f"staging.{table}")] for table in STAGING}
    now = imports.job(job)
    return {**tables, **staged, "job": [now.status, now.counts]}


def assert_same(found: dict[str, list[Any]], expected: dict[str, list[Any]]) -> None:
    """What is left is as expected; of a table that differs only the first rows that do are told."""
    for table, rows in expected.items():
        if found[table] != rows:
            pairs = zip(found[table], rows, strict=False)
            different = [(ours, theirs) for ours, theirs in pairs if ours != theirs][:2]
            raise AssertionError(f"{table}: {len(found[table])} rows instead of {len(rows)}, {different}")


def run_job(home: str, job_id: str, stage: str = "", done: str = "0") -> None:
    """What another process does: run a job, and wait for ever where a stage has done so much; it then says so."""
    import sys

    from segops_pipeline.config import Settings
    from segops_pipeline.errors import SegopsError
    from segops_pipeline.imports.jobs import get_job
    from segops_pipeline.imports.progress import Step
    from segops_pipeline.stores.opening import open_stores

    def listen(step: Step) -> None:
        if step.stage == stage and step.done >= int(done):
            Path(home, f"{job_id}.there").touch()
            threading.Event().wait()

    try:
        with open_stores(Settings(home=Path(home)), start=False) as stores:  # type: ignore[call-arg]
            ended = Importer(stores, Path(home)).run(get_job(stores.database, job_id), listen)
            sys.exit(0 if ended.status == "done" else NAMED)
    except SegopsError:
        sys.exit(NAMED)
    except Exception:  # the test wants to know of just that
        sys.exit(UNNAMED)


@contextmanager
def process_of(stores: Stores, job: Job, stage: str = "", done: int = 0) -> Generator[BaseProcess]:
    """A process that runs a job, as far as a stage and so many rows if one is named; it is killed at the end."""
    home = stores.settings.home
    there = home / f"{job.id}.there"
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = start(run_job, [str(home), job.id, stage, str(done)], variables, home)
    try:
        if stage:
            until(lambda: there.exists() or not process.is_alive(), f"the run of {job.id} is in {stage}")
            assert process.is_alive(), "it ended before it was there"
        yield process
    finally:
        process.kill()
        process.join()


@contextmanager
def locked(stores: Stores, table: str, mode: str) -> Generator["psycopg.Connection[Any]"]:
    """A session that holds a lock on a table, so that others wait there."""
    with psycopg.connect(stores.database.urls.plain) as connection:
        connection.execute(f"LOCK TABLE {table} IN {mode} MODE")  # type: ignore[arg-type]
        yield connection
        connection.rollback()


def killed_at(imports: Importer, job: Job, table: str, mode: str) -> None:
    """Run a job in another process, and kill that when it waits for a table."""
    with locked(imports.stores, table, mode) as connection, process_of(imports.stores, job) as process:
        until_waits(connection, table, process)


def until_waits(connection: "psycopg.Connection[Any]", table: str, process: BaseProcess) -> None:
    """Wait until somebody waits for a table."""

    def waits() -> bool:
        row = connection.execute(WAITING, [table]).fetchone()
        return row is not None and row[0] > 0

    until(lambda: waits() or not process.is_alive(), f"the run waits for {table}")
    assert process.is_alive(), "it ended before it was there"

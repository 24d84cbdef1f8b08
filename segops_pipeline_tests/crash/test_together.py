"""Imports beside each other: into one workspace one after the other, into two at once; nobody sees half of one."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event

from sqlalchemy import text

from segops_pipeline.catalogue.apply import lock_workspace
from segops_pipeline.imports.jobs import Job
from segops_pipeline_tests.crash.disturbing import KNOWN, ROWS, TYPES, feed, prepared
from segops_pipeline_tests.importing import Importer, counts

WAITS = "SELECT count(*) AS number FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = " \
    "(SELECT oid FROM pg_database WHERE datname = current_database())"  # fmt: skip
SEEN = """
SELECT count(*) AS products, count(*) FILTER (WHERE data ->> 'colour' = 'black') AS black,
    (SELECT count(*) FROM outbox WHERE workspace_id = :id) AS outbox,
    (SELECT count(*) FROM source_rows WHERE workspace_id = :id) AS source_rows,
    (SELECT status = 'done' FROM import_jobs WHERE id = :job) AS is_done
FROM products WHERE workspace_id = :id
"""


def test_an_import_waits_for_another_into_its_workspace_and_for_none_into_another_one(imports: Importer) -> None:
    elsewhere = replace(imports, workspace="elsewhere")
    here, there = imports.queue(feed(10), TYPES), elsewhere.queue(feed(10), TYPES)
    with ThreadPoolExecutor(1) as pool:
        with imports.stores.database.workspace_session(here.workspace_id) as connection:
            lock_workspace(connection, here.workspace_id)
            waiting = pool.submit(imports.run, here)
            assert elsewhere.run(there).status == "done"
            while imports.rows(WAITS) == [{"number": 0}]:
                assert not waiting.done()
        assert waiting.result().status == "done"


def test_a_reader_never_sees_half_an_import(imports: Importer) -> None:
    job = prepared(imports, "read")
    begun, ended = Event(), Event()

    def look() -> set[tuple[object, ...]]:
        seen: set[tuple[object, ...]] = set()
        with imports.stores.database.system_session() as connection:
            connection.execute(text("SELECT 1"))
        while not ended.is_set():
            (row,) = imports.rows(SEEN, id=job.workspace_id, job=job.id)
            seen.add(tuple(row.values()))
            begun.set()
        return seen

    before = look_once(imports, job)
    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(look)
        begun.wait()
        try:
            done = imports.run(job)
        finally:
            ended.set()
        seen = looking.result()
    assert counts(done) == {
        "rows": ROWS,
        "created": 3_000,
        "updated": 666,
        "unchanged": 1_332,
        "rejected": 1,
        "skipped": 1,
    }
    assert before[0] == KNOWN - 2
    assert seen <= {before, look_once(imports, job)}
    assert before in seen


def look_once(imports: Importer, job: Job) -> tuple[object, ...]:
    """What a reader sees now, in one statement."""
    (row,) = imports.rows(SEEN, id=job.workspace_id, job=job.id)
    return tuple(row.values())

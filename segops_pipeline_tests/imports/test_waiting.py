"""What waits for a run: asked again and again, answered with what nobody works on, oldest first."""

from dataclasses import replace
from typing import Any

from segops_pipeline.imports.failure import cancel, retry
from segops_pipeline.imports.lock import hold_job
from segops_pipeline.imports.sources import save_source
from segops_pipeline.imports.waiting import LIMIT, Waiting, confirmed_jobs, jobs_to_publish, jobs_to_read, jobs_to_tell
from segops_pipeline_tests.importing import Importer
from segops_pipeline_tests.imports.lock_holder import process_on

FILE = "sku,name\nA,Chair\n"


def ask(question: Any, imports: Importer, *given: Any) -> list[Waiting]:
    with imports.stores.database.system_session() as connection:
        return question(connection, *given)


def ids(found: list[Waiting]) -> list[str]:
    return [waiting.job_id for waiting in found]


def test_a_job_waits_to_be_read_until_it_is_read(imports: Importer) -> None:
    first, second = imports.open(FILE), imports.open(FILE)
    assert ids(ask(jobs_to_read, imports)) == [first.id, second.id]
    imports.intake(first)
    assert ids(ask(jobs_to_read, imports)) == [second.id]
    cancel(imports.stores, second.id)
    assert ask(jobs_to_read, imports) == []
    retry(imports.stores, second.id)
    assert ids(ask(jobs_to_read, imports)) == [second.id]


def test_what_waits_says_whose_it_is_and_which_attempt(imports: Importer, workspace_id: int) -> None:
    with imports.stores.database.workspace_session(workspace_id) as connection:
        save_source(connection, workspace_id, "nordic", automatic=True)
    job = imports.open(FILE, source="nordic")
    assert ask(jobs_to_read, imports) == [Waiting(job.id, "acme", "nordic", 0, True)]


def test_a_confirmed_job_waits_until_its_import_begins(imports: Importer) -> None:
    job = imports.queue(FILE)
    assert ask(confirmed_jobs, imports) == [Waiting(job.id, "acme", "manual", 1, False)]
    imports.run(job)
    assert ask(confirmed_jobs, imports) == []


def test_a_job_that_is_held_waits_for_nobody(imports: Importer) -> None:
    unread, confirmed = imports.open(FILE), imports.queue(FILE)
    done = imports.load(FILE)
    with process_on(imports.stores.settings, unread.id), hold_job(imports.stores.database, confirmed.id):
        assert ask(jobs_to_read, imports) == ask(confirmed_jobs, imports) == []
        with hold_job(imports.stores.database, done.id):
            assert ask(jobs_to_publish, imports) == []
        assert ids(ask(jobs_to_publish, imports)) == [done.id]


def test_an_import_that_changed_something_waits_to_be_published(imports: Importer) -> None:
    job = imports.load(FILE)
    assert ids(ask(jobs_to_publish, imports)) == [job.id]
    unchanged = imports.load(FILE)
    assert unchanged.id not in ids(ask(jobs_to_publish, imports))
    imports.execute("UPDATE outbox SET to_clickhouse = false")
    assert ids(ask(jobs_to_publish, imports)) == [job.id]
    imports.execute("UPDATE outbox SET to_embeddings = false")
    assert ask(jobs_to_publish, imports) == []


def test_one_job_stands_for_all_that_waits_in_its_workspace(imports: Importer) -> None:
    imports.load(FILE)
    newest = imports.load("sku,name\nA,Armchair\n")
    other = replace(imports, workspace="other").load(FILE)
    assert set(ids(ask(jobs_to_publish, imports))) == {newest.id, other.id}


def test_only_what_has_waited_long_enough_is_caught_up_with(imports: Importer) -> None:
    job = imports.load(FILE)
    assert ask(jobs_to_publish, imports, 3600) == []
    imports.execute("UPDATE outbox SET created_at = now() - interval '2 hours'")
    assert ids(ask(jobs_to_publish, imports, 3600)) == [job.id]


def test_an_import_that_changed_nothing_is_told_of_once(imports: Importer) -> None:
    imports.load(FILE)
    unchanged = imports.load(FILE)
    assert ask(jobs_to_tell, imports, 3600) == []
    assert ids(ask(jobs_to_tell, imports)) == [unchanged.id]
    imports.execute("UPDATE import_jobs SET seconds = seconds || '{\"clickhouse_products\": 1}'")
    assert ask(jobs_to_tell, imports) == []


def test_so_many_are_told_at_once(imports: Importer) -> None:
    job = imports.open(FILE)
    imports.execute(
        "INSERT INTO import_jobs (workspace_id, id, source_id, file_name, status, reason)"
        " SELECT workspace_id, 'copy-' || number, source_id, file_name, status, reason"
        " FROM import_jobs, generate_series(1, 60) AS number WHERE id = :id",
        id=job.id,
    )
    assert len(ask(jobs_to_read, imports)) == LIMIT

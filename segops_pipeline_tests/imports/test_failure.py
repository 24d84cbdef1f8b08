"""Cancelled, orphaned and failed jobs: nothing of them remains in the catalogue, and a retry ends as if undisturbed."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from segops_pipeline.errors import (
    BadFile,
    HeldByGuard,
    JobBusy,
    JobCancelled,
    PlanNotFound,
    RowsRejected,
    SegopsError,
    StalePlan,
    WrongState,
)
from segops_pipeline.imports.failure import cancel, fail_unheld, record_failure, retry, sweep
from segops_pipeline.imports.intake import read_upload
from segops_pipeline.imports.jobs import Job, lock_uncancelled, note_backend
from segops_pipeline.imports.lock import free_jobs, hold_job
from segops_pipeline.imports.progress import Step
from segops_pipeline.imports.run import apply_job, begin_import
from segops_pipeline_tests.importing import Importer, counts
from segops_pipeline_tests.imports.lock_holder import process_on

FILE = "sku,name,weight\nA,Chair,2\nB,Table,3\nB,Desk,4\n,Nothing,1\n"
TYPES = {"weight": "number"}
STAGES = ["import_plan", "upserted_products"]
WRITTEN = ("products", "revisions", "source_rows", "outbox")


def written(imports: Importer) -> dict[str, Any]:
    return {table: rows for table, rows in imports.catalogue().items() if table in WRITTEN}


def wait_until_free(imports: Importer, job: Job) -> None:
    """PostgreSQL notices a moment later that a process is gone."""
    free: list[str] = []
    while not free:
        with imports.stores.database.system_session() as connection:
            free = free_jobs(connection, [job.id])


def killed(imports: Importer, job: Job, stage: str) -> Job:
    """The job after its process was killed where a stage begins."""
    with process_on(imports.stores.settings, job.id, stage) as process:
        process.kill()
        process.join()
    wait_until_free(imports, job)
    return imports.job(job)


def waiting(imports: Importer) -> Job:
    return imports.open(FILE)


def reading(imports: Importer) -> Job:
    job = imports.open(FILE)
    return read_upload(imports.stores, job.id, imports.progress(job))


def mapping(imports: Importer) -> Job:
    return imports.read(FILE)


def pending(imports: Importer) -> Job:
    return imports.queue(FILE, TYPES)


def importing(imports: Importer) -> Job:
    return begin_import(imports.stores, pending(imports).id)


def planned(imports: Importer) -> Job:
    return imports.planned(pending(imports))


def done(imports: Importer) -> Job:
    return imports.load(FILE, TYPES)


def failed(imports: Importer) -> Job:
    return imports.load(FILE, TYPES, validation="strict")


@pytest.mark.parametrize("state", [waiting, reading, mapping, pending, importing, planned])
def test_a_job_that_nobody_runs_is_cancelled_at_once(state: Any, imports: Importer) -> None:
    job = cancel(imports.stores, state(imports).id)
    assert (job.status, job.reason, job.error) == ("failed", "cancelled", None)
    assert job.finished_at is not None
    assert not any(written(imports).values())


@pytest.mark.parametrize("state", [done, failed])
def test_a_job_that_has_ended_is_not_cancelled(state: Any, imports: Importer) -> None:
    job = state(imports)
    before = imports.catalogue()
    with pytest.raises(WrongState, match=f"it is {job.status}"):
        cancel(imports.stores, job.id)
    assert imports.job(job) == job
    assert imports.catalogue() == before


@pytest.mark.parametrize("stage", STAGES)
def test_a_running_import_that_is_cancelled_stops_and_leaves_nothing(stage: str, imports: Importer) -> None:
    job = pending(imports)
    asked: list[Job] = []

    def cancel_once(step: Step) -> None:
        if step.stage == stage and not asked:
            asked.append(cancel(imports.stores, job.id))

    job = imports.run(job, cancel_once)
    assert asked[0].status == "importing"
    assert (job.status, job.reason) == ("failed", "cancelled")
    assert not any(written(imports).values())
    assert [imports.number_of(f"staging.{table}") for table in ("rows", "issues", "plan_rows")] == [0, 0, 0]


def test_a_run_that_writes_is_cancelled_in_the_middle_of_its_statement(imports: Importer) -> None:
    job = importing(imports)
    database = imports.stores.database
    begun = Event()

    def write() -> str:
        with hold_job(database, job.id):
            try:
                with database.workspace_session(job.workspace_id) as connection:
                    note_backend(database, connection, job.id)
                    lock_uncancelled(connection, job.id)
                    begun.set()
                    connection.execute(text("SELECT pg_sleep(60)"))
            except OperationalError as error:
                record_failure(imports.stores, job.id, JobCancelled("stopped"))
                return type(error.orig).__name__
        return "not cancelled"

    with ThreadPoolExecutor(1) as pool:
        written = pool.submit(write)
        assert begun.wait(10)
        cancelled = cancel(imports.stores, job.id)
        assert written.result() == "QueryCanceled"
    assert cancelled.status in ("importing", "failed")
    assert (imports.job(job).status, imports.job(job).reason) == ("failed", "cancelled")


def test_corrected_rows_that_fail_leave_their_job_done(imports: Importer) -> None:
    job = done(imports)
    correction = json.dumps({"counts": job.counts})
    imports.execute(
        "UPDATE import_jobs SET status = 'importing', correction = CAST(:given AS jsonb), rows = NULL WHERE id = :id",
        given=correction,
        id=job.id,
    )
    job = record_failure(imports.stores, job.id, StalePlan("changed"))
    assert (job.status, job.reason) == ("done", "correction stale plan")
    assert counts(job) == {"rows": 4, "created": 2, "rejected": 1, "skipped": 1}


@pytest.mark.parametrize("error", [StalePlan("changed"), PlanNotFound("no such plan")])
def test_a_job_that_waits_is_not_failed_by_a_plan_that_is_none_any_more(error: SegopsError, imports: Importer) -> None:
    job = imports.read(FILE)
    assert record_failure(imports.stores, job.id, error) == job


def test_a_job_that_a_guard_holds_is_not_failed_by_the_run_that_it_ends(imports: Importer) -> None:
    job = planned(imports)
    imports.execute("UPDATE import_jobs SET status = 'mapping', reason = 'held by guard' WHERE id = :id", id=job.id)
    record_failure(imports.stores, job.id, HeldByGuard("too many"))
    fail_unheld(imports.stores, job.id, job.attempt, SegopsError("The run failed."), automatic=True)
    assert imports.job(job).state == "mapping (held by guard)"
    assert imports.number_of("staging.rows") == 3
    assert sweep(imports.stores) == []


def test_a_cancel_that_no_stage_has_noticed_is_noticed_before_the_rows_are_written(imports: Importer) -> None:
    job = planned(imports)
    elsewhere = imports.progress(imports.open(FILE))  # looks at another job
    imports.execute("UPDATE import_jobs SET cancel_requested = true WHERE id = :id", id=job.id)
    with pytest.raises(JobCancelled):
        apply_job(imports.stores, job.id, elsewhere)
    assert not any(written(imports).values())


@pytest.mark.parametrize("state", [waiting, reading, mapping, pending, importing, planned])
def test_a_cancelled_job_that_is_retried_ends_as_if_undisturbed(state: Any, imports: Importer) -> None:
    job = state(imports)
    cancel(imports.stores, job.id)
    job = retry(imports.stores, job.id)
    assert not job.cancel_requested
    if job.status == "mapping":
        assert job.reason == "waiting to be read"
        job = imports.confirm(imports.intake(job), TYPES)
    else:
        assert (job.status, job.reason) == ("pending", "queued")
    job = imports.run(job)
    assert (job.status, counts(job)) == ("done", {"rows": 4, "created": 2, "rejected": 1, "skipped": 1})
    assert imports.products() == {"A": ("Chair", {"weight": 2}), "B": ("Desk", {"weight": 4})}
    assert imports.codes(job) == [("repeated_key", 3), ("empty_key", 5)]


@pytest.mark.parametrize("stage", STAGES)
def test_a_job_whose_process_was_killed_is_swept_and_a_retry_ends_as_if_undisturbed(
    stage: str, imports: Importer
) -> None:
    job = killed(imports, pending(imports), stage)
    assert job.status == "importing"
    assert not any(written(imports).values())
    (swept,) = sweep(imports.stores)
    assert (swept.id, swept.status, swept.error and swept.error["code"]) == (job.id, "failed", "run_killed")
    assert swept.reason is not None
    assert "killed" in swept.reason
    assert imports.number_of("staging.rows") == 0
    job = imports.run(retry(imports.stores, job.id))
    assert (job.status, counts(job)) == ("done", {"rows": 4, "created": 2, "rejected": 1, "skipped": 1})


def test_a_job_killed_after_its_rows_were_committed_is_done_and_the_sweep_tidies_up(imports: Importer) -> None:
    job = killed(imports, pending(imports), "upserted_products:end")
    assert (job.status, counts(job)) == ("done", {"rows": 4, "created": 2, "rejected": 1, "skipped": 1})
    assert job.rows_uri is not None
    assert job.upload_uri is not None
    assert sweep(imports.stores) == []
    tidy = imports.job(job)
    assert (tidy.status, tidy.rows_uri, tidy.upload_uri) == ("done", None, None)
    assert not imports.stores.files.exists(job.rows_uri)
    assert tidy.original_uri == job.upload_uri
    assert [imports.number_of(f"staging.{table}") for table in ("rows", "issues", "plan_rows")] == [0, 0, 0]


def test_a_job_that_a_living_process_holds_is_left_alone(imports: Importer) -> None:
    job = pending(imports)
    with process_on(imports.stores.settings, job.id, "import_plan"):
        assert sweep(imports.stores) == []
        assert imports.job(job).status == "importing"
        with pytest.raises(JobBusy):
            retry(imports.stores, job.id)
        fail_unheld(imports.stores, job.id, job.attempt, StalePlan("not so"))
        assert imports.job(job).status == "importing"
        cancelled = cancel(imports.stores, job.id)
        assert (cancelled.status, cancelled.cancel_requested) == ("importing", True)


@pytest.mark.parametrize(("state", "swept"), [(reading, True), (importing, True), (planned, True), (waiting, False)])
def test_the_sweep_marks_what_says_that_it_runs_and_does_not(state: Any, swept: bool, imports: Importer) -> None:
    job = state(imports)
    assert [found.id for found in sweep(imports.stores)] == ([job.id] if swept else [])
    assert imports.job(job).status == ("failed" if swept else job.status)
    assert sweep(imports.stores) == []


@pytest.mark.parametrize("state", [mapping, pending, done, failed])
def test_the_sweep_leaves_jobs_that_wait_or_have_ended(state: Any, imports: Importer) -> None:
    job = state(imports)
    assert sweep(imports.stores) == []
    assert imports.job(job) == job


def test_the_sweep_spans_workspaces(imports: Importer) -> None:
    jobs = []
    for workspace in ("acme", "other"):
        imports.workspace = workspace
        jobs.append(importing(imports).id)
    assert [job.id for job in sweep(imports.stores)] == jobs


@pytest.mark.parametrize("state", [mapping, done])
def test_a_job_that_waits_for_a_person_or_is_done_is_not_retried(state: Any, imports: Importer) -> None:
    job = state(imports)
    with pytest.raises(WrongState, match="has not failed"):
        retry(imports.stores, job.id)
    assert imports.job(job) == job


@pytest.mark.parametrize("state", [waiting, reading, pending, importing, planned])
def test_a_job_that_nobody_runs_can_be_retried_before_it_is_swept(state: Any, imports: Importer) -> None:
    job = retry(imports.stores, state(imports).id)
    assert (job.status, job.reason) in [("mapping", "waiting to be read"), ("pending", "queued")]
    if job.mapping is None:
        job = imports.confirm(imports.intake(job), TYPES)
    assert imports.run(job).status == "done"


def test_a_retry_is_a_further_attempt_without_the_counts_of_the_last(imports: Importer) -> None:
    job = failed(imports)
    again = retry(imports.stores, job.id)
    assert (again.attempt, again.error, again.finished_at, again.rows) == (job.attempt + 1, None, None, None)
    assert again.mapping == job.mapping


def test_a_retry_of_a_bad_file_reads_it_again(imports: Importer) -> None:
    path = imports.file("")
    job = imports.open(path)
    with pytest.raises(BadFile) as told:
        imports.intake(job)
    record_failure(imports.stores, job.id, told.value)
    again = retry(imports.stores, job.id)
    assert (again.status, again.reason) == ("mapping", "waiting to be read")
    with pytest.raises(BadFile):
        imports.intake(again)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (JobCancelled("stop"), "cancelled"),
        (RowsRejected("bad rows"), "rows rejected"),
        (SegopsError("Unexpected"), "error"),
    ],
)
def test_a_failure_is_noted_with_its_reason(error: SegopsError, reason: str, imports: Importer) -> None:
    job = record_failure(imports.stores, planned(imports).id, error)
    assert (job.status, job.reason, job.error) == ("failed", reason, error.as_dict())
    assert imports.number_of("staging.rows") == 0


@pytest.mark.parametrize("state", [waiting, reading, pending, importing])
def test_a_run_that_could_not_say_it_fails_its_job(state: Any, imports: Importer) -> None:
    job = state(imports)
    fail_unheld(imports.stores, job.id, job.attempt, SegopsError("The run failed."))
    job = imports.job(job)
    assert (job.status, job.error and job.error["message"]) == ("failed", "The run failed.")


@pytest.mark.parametrize("state", [mapping, done, failed])
def test_a_run_that_failed_late_does_not_fail_a_job_that_waits_or_has_ended(state: Any, imports: Importer) -> None:
    job = state(imports)
    fail_unheld(imports.stores, job.id, job.attempt, SegopsError("The run failed."))
    assert imports.job(job) == job


def test_the_run_of_an_earlier_attempt_does_not_fail_the_next(imports: Importer) -> None:
    job = retry(imports.stores, failed(imports).id)
    fail_unheld(imports.stores, job.id, job.attempt - 1, SegopsError("The run failed."))
    assert imports.job(job) == job


def test_a_run_of_a_job_that_is_not_there_is_no_error(imports: Importer) -> None:
    fail_unheld(imports.stores, "nothing", None, SegopsError("The run failed."))

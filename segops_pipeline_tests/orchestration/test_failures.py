"""What becomes of a run and its job when it is not the file that is wrong."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from dagster import DagsterEventType, RetryPolicy, RunsFilter
from sqlalchemy import text

from segops_pipeline.imports.failure import cancel
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.lock import LOCK_SPACE
from segops_pipeline.orchestration.partitions import PARTITION_TAG
from segops_pipeline_tests.running_system import ACCEPT, LAMPS, System, failure_of, materialized, until


@contextmanager
def held_elsewhere(system: System, job_id: str) -> Generator[None]:
    """A run of the job is alive in another session of PostgreSQL."""
    with psycopg.connect(system.stores.database.urls.plain, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtextextended(%s, %s))", [job_id, LOCK_SPACE])
        yield


def rows_of(job: Job) -> Path:
    assert job.rows_uri is not None
    return Path(urlsplit(job.rows_uri).path)


def test_a_run_beside_a_living_one_fails_and_leaves_the_job_alone(system: System) -> None:
    job = system.open(LAMPS, "busy")
    with held_elsewhere(system, job.id):
        _, told = failure_of(system.launch("intake", job.id))
    assert told["code"] == "job_busy"
    assert system.job(job.id) == job


def test_a_store_that_answers_again_is_met_by_another_try(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RetryPolicy, "calculate_delay", lambda _policy, _attempt: 2.0)  # time for it to come back
    job = system.read_file(LAMPS, "back")
    rows = rows_of(system.job(job.id))
    away = rows.rename(rows.with_suffix(".away"))

    def come_back() -> None:
        until(lambda: waits_for_another_try(system, job.id), "the run waits for another try")
        away.rename(rows)

    helper = threading.Thread(target=come_back)
    helper.start()
    result = system.launch("import_job", job.id, ACCEPT)
    helper.join()
    assert materialized(result)[-1] == "upserted_products"
    assert result.retry_attempts_for_node("import_plan") == 1
    assert system.job(job.id).status == "done"


def test_a_store_that_stays_away_fails_the_job_with_its_reason(system: System) -> None:
    job = system.read_file(LAMPS, "gone")
    rows_of(system.job(job.id)).unlink()
    result = system.launch("import_job", job.id, ACCEPT)
    _, told = failure_of(result)
    assert told["code"] == "store_unreachable"
    assert (system.job(job.id).status, system.job(job.id).reason) == ("failed", "store unreachable")


def test_a_defect_of_ours_fails_the_job_and_is_not_tried_again(system: System) -> None:
    job = system.read_file(LAMPS, "defect")
    rows_of(system.job(job.id)).write_bytes(b"no Parquet")
    result = system.launch("import_job", job.id, ACCEPT)
    sentence, _ = failure_of(result)
    assert sentence.startswith("Unexpected Arrow")
    assert result.retry_attempts_for_node("import_plan") == 0
    assert system.job(job.id).status == "failed"
    assert system.products("defect") == {}


def test_a_job_that_is_cancelled_while_it_runs_ends_without_a_trace(system: System) -> None:
    job = system.read_file(LAMPS, "cancelled")
    assert system.launch("import_job", job.id, ACCEPT, ["confirmed_mapping"]).success
    with held_elsewhere(system, job.id):
        assert cancel(system.stores, job.id).status == "importing"
    _, told = failure_of(system.launch("import_job", job.id, assets=["import_plan", "upserted_products"]))
    assert told["code"] == "job_cancelled"
    assert (system.job(job.id).status, system.job(job.id).reason) == ("failed", "cancelled")
    assert system.products("cancelled") == {}
    assert staged(system, job) == 0


def test_a_job_that_waits_is_cancelled_at_once(system: System) -> None:
    job = system.read_file(LAMPS, "waiting")
    assert cancel(system.stores, job.id).status == "failed"


def waits_for_another_try(system: System, job_id: str) -> bool:
    runs = system.instance.get_runs(RunsFilter(job_name="import_job", tags={PARTITION_TAG: job_id}))
    up_for_retry = DagsterEventType.STEP_UP_FOR_RETRY
    return any(system.instance.get_records_for_run(run.run_id, of_type=up_for_retry).records for run in runs)


def staged(system: System, job: Job) -> int:
    with system.stores.database.system_session() as connection:
        return sum(
            connection.execute(
                text(f"SELECT count(*) FROM staging.{table} WHERE job_id = :id"), {"id": job.id}
            ).scalar_one()
            for table in ("rows", "issues", "plan_rows")
        )

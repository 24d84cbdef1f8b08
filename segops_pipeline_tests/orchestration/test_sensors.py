"""The sensors: what waits becomes runs, each once; what died is noticed. Evaluated on the real instance."""

import uuid
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from dagster import (
    DagsterEvent,
    DagsterEventType,
    DagsterRun,
    DagsterRunStatus,
    RunRequest,
    SensorDefinition,
    SensorResult,
    build_run_status_sensor_context,
    build_sensor_context,
)
from sqlalchemy import text

from segops_pipeline.definitions import defs
from segops_pipeline.errors import SegopsError
from segops_pipeline.imports.confirm import confirm, suggested_confirmation
from segops_pipeline.imports.failure import record_failure, retry
from segops_pipeline.imports.jobs import Job, update_job
from segops_pipeline.imports.lock import LOCK_SPACE, hold_job
from segops_pipeline.imports.sources import save_source
from segops_pipeline.imports.workspaces import ensure_workspace
from segops_pipeline.orchestration.in_process import run_in_process
from segops_pipeline.orchestration.partitions import PARTITION_TAG, import_jobs
from segops_pipeline.orchestration.progress import ATTEMPT_TAG
from segops_pipeline.orchestration.resources import StoresResource
from segops_pipeline.orchestration.sensors import (
    IN_PROCESS_TAG,
    cancelled_run_sensor,
    confirmed_jobs_sensor,
    due_sources_sensor,
    failed_run_sensor,
    finished_imports_sensor,
    inbox_sensor,
    orphan_sensor,
)
from segops_pipeline_tests.running_system import ACCEPT, LAMPS, System, materialized, until


def tick(system: System, sensor: SensorDefinition, cursor: str | None = None) -> SensorResult:
    """One evaluation, as the daemon makes it; the partitions that it asks for are added."""
    with build_sensor_context(
        system.instance, cursor, definitions=defs, resources={"stores": StoresResource()}
    ) as context:
        result = sensor(context)
    if result is None:
        return SensorResult([])
    assert isinstance(result, SensorResult)
    for request in result.dynamic_partitions_requests or []:
        system.instance.add_dynamic_partitions(request.partitions_def_name, list(request.partition_keys))
    return result


def requests(result: SensorResult, workspace: str) -> list[RunRequest]:
    """The runs that are asked for in one workspace."""
    return [run for run in result.run_requests or [] if run.tags["segops/workspace"] == workspace]


def drop(system: System, place: str, name: str = "lamps.csv", content: str = LAMPS) -> Path:
    folder = system.settings.inbox / place
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(content)
    return folder


def jobs_of(system: System, workspace: str) -> list[Job]:
    ids = system.ask(workspace, "SELECT id FROM import_jobs ORDER BY created_at")
    return [system.job(job_id) for (job_id,) in ids]


@contextmanager
def held_elsewhere(system: System, job_id: str) -> Generator[None]:
    with psycopg.connect(system.stores.database.urls.plain, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtextextended(%s, %s))", [job_id, LOCK_SPACE])
        yield


def test_a_file_in_the_inbox_becomes_a_job_and_a_run_of_its_intake(system: System) -> None:
    folder = drop(system, "dropped/nordic")
    result = tick(system, inbox_sensor)
    (job,) = jobs_of(system, "dropped")
    (request,) = requests(result, "dropped")
    assert (job.source, job.origin, job.file_name) == ("nordic", "inbox", "lamps.csv")
    assert (request.partition_key, request.job_name, request.run_key) == (job.id, "intake", f"{job.id}:read:0")
    assert request.tags["segops/source"] == "nordic"
    assert system.instance.has_dynamic_partition("import_jobs", job.id)
    assert system.launch("intake", job.id).success
    assert system.job(job.id).status == "mapping"
    assert (folder / "processed" / "lamps.csv").read_text() == LAMPS
    assert "needs mapping" in (folder / "processed" / "lamps.csv.report.txt").read_text()


def test_a_file_of_an_automatic_source_is_asked_to_go_all_the_way(system: System) -> None:
    workspace_id = ensure_workspace(system.stores.database, "straight").id
    with system.session("straight") as connection:
        save_source(connection, workspace_id, "feed", automatic=True)
    drop(system, "straight/feed")
    (request,) = requests(tick(system, inbox_sensor), "straight")
    assert request.job_name == "automatic_import"


def test_a_bad_file_of_the_inbox_lies_in_failed_beside_its_reason(system: System) -> None:
    folder = drop(system, "bad", "empty.csv", "")
    (request,) = requests(tick(system, inbox_sensor), "bad")
    assert request.partition_key is not None
    assert not system.launch("intake", request.partition_key).success
    assert "empty" in (folder / "failed" / "empty.csv.report.txt").read_text()


def test_two_ticks_ask_for_the_same_run(system: System) -> None:
    drop(system, "ticks")
    first = tick(system, inbox_sensor)
    second = tick(system, inbox_sensor, first.cursor)
    assert [run.run_key for run in requests(second, "ticks")] == [run.run_key for run in requests(first, "ticks")]
    assert len(jobs_of(system, "ticks")) == 1


def test_a_job_that_is_being_read_is_left_alone(system: System) -> None:
    job = system.open(LAMPS, "read-elsewhere")
    with held_elsewhere(system, job.id):
        assert requests(tick(system, inbox_sensor), "read-elsewhere") == []
    assert len(requests(tick(system, inbox_sensor), "read-elsewhere")) == 1


def test_each_attempt_of_a_reading_is_a_run_of_its_own(system: System) -> None:
    job = system.open("", "attempts")
    assert not system.launch("intake", job.id).success
    assert requests(tick(system, inbox_sensor), "attempts") == []
    retry(system.stores, job.id)
    assert [run.run_key for run in requests(tick(system, inbox_sensor), "attempts")] == [f"{job.id}:read:1"]


def test_a_confirmed_job_becomes_one_run_per_attempt(system: System) -> None:
    job = confirmed(system, "confirmed")
    keys = [run.run_key for _ in range(2) for run in requests(tick(system, confirmed_jobs_sensor), "confirmed")]
    assert keys == [f"{job.id}:1"] * 2
    with held_elsewhere(system, job.id):
        assert requests(tick(system, confirmed_jobs_sensor), "confirmed") == []
    assert materialized(system.launch("import_job", job.id))[-1] == "upserted_products"
    assert requests(tick(system, confirmed_jobs_sensor), "confirmed") == []


def test_a_failed_import_that_is_tried_again_is_another_run(system: System) -> None:
    job = confirmed(system, "again")
    broken(system, job)
    retry(system.stores, job.id)
    (request,) = requests(tick(system, confirmed_jobs_sensor), "again")
    assert request.run_key == f"{job.id}:2"


def test_an_import_with_changes_is_published_once(system: System) -> None:
    job = system.import_file(LAMPS, "published")
    keys = [run.run_key for _ in range(2) for run in requests(tick(system, finished_imports_sensor), "published")]
    assert keys == [f"{job.id}:publish:1"] * 2
    assert system.launch("publish", job.id, assets=["clickhouse_products"]).success
    system.change("published", "UPDATE outbox SET to_embeddings = false")
    assert requests(tick(system, finished_imports_sensor), "published") == []


def test_an_import_without_changes_is_not_published(system: System) -> None:
    first = system.import_file(LAMPS, "unchanged")
    system.change("unchanged", "DELETE FROM outbox")
    second = system.import_file(LAMPS, "unchanged")
    assert second.counts["unchanged"] == 3
    assert first.id != second.id
    assert requests(tick(system, finished_imports_sensor), "unchanged") == []


def test_a_due_source_becomes_a_job_once(system: System) -> None:
    scheduled(system, "due", LAMPS)
    for _ in range(2):
        tick(system, due_sources_sensor)
    (job,) = jobs_of(system, "due")
    assert (job.origin, job.source, job.reason) == ("schedule", "feed", "waiting to be read")
    (request,) = requests(tick(system, inbox_sensor), "due")
    assert request.job_name == "automatic_import"


def test_a_scheduled_file_that_has_not_changed_ends_with_a_note(system: System) -> None:
    scheduled(system, "same", LAMPS)
    tick(system, due_sources_sensor)
    (first,) = jobs_of(system, "same")
    assert system.launch("automatic_import", first.id).success
    assert system.launch("import_job", first.id, ACCEPT).success
    make_due(system, "same")
    tick(system, due_sources_sensor)
    second = jobs_of(system, "same")[-1]
    result = system.launch("automatic_import", second.id)
    assert result.success
    assert materialized(result) == []
    assert [note.metadata["note"].value for note in result.asset_observations_for_node("parsed_upload")] == [
        "the file is the same as at the last import"
    ]
    second = system.job(second.id)
    assert (second.status, second.counts["rows"]) == ("done", 0)
    assert second.reason == "the file is the same as at the last import"


def test_a_scheduled_file_that_cannot_be_fetched_fails_its_job(system: System) -> None:
    scheduled(system, "unfetched", LAMPS).unlink()
    tick(system, due_sources_sensor)
    (job,) = jobs_of(system, "unfetched")
    assert not system.launch("automatic_import", job.id).success
    job = system.job(job.id)
    assert (job.status, job.reason) == ("failed", "fetch failed")
    assert "no such file" in (job.error or {})["message"]


def test_a_job_whose_run_has_died_fails_with_its_reason(system: System) -> None:
    job = importing(system, "orphan")
    with held_elsewhere(system, job.id):
        tick(system, orphan_sensor)
        assert system.job(job.id).status == "importing"
    tick(system, orphan_sensor)
    job = system.job(job.id)
    assert job.status == "failed"
    assert "killed" in (job.reason or "")
    assert "segops retry" in (job.error or {})["remedy"]


@pytest.mark.parametrize("tags", [{IN_PROCESS_TAG: "true"}, {}], ids=["in process", "worker"])
def test_a_run_whose_process_has_died_is_ended_in_dagster_at_the_second_look(
    system: System, tags: dict[str, str]
) -> None:
    job = system.open(LAMPS, "dead-run")
    run = run_without_process(system, job, "intake", tags, DagsterRunStatus.STARTED)
    with held_elsewhere(system, job.id):
        held = tick(system, orphan_sensor)
        assert run.run_id not in (held.cursor or "")
    first = tick(system, orphan_sensor, held.cursor)
    assert status_of(system, run) == DagsterRunStatus.STARTED
    second = tick(system, orphan_sensor, first.cursor)
    assert status_of(system, run) == DagsterRunStatus.FAILURE
    assert run.run_id not in (second.cursor or "")


def test_a_run_that_waits_in_the_queue_is_no_orphan(system: System) -> None:
    job = system.open(LAMPS, "not-begun")
    run = run_without_process(system, job, "intake", {})
    first = tick(system, orphan_sensor)
    tick(system, orphan_sensor, first.cursor)
    assert status_of(system, run) == DagsterRunStatus.NOT_STARTED


def test_a_run_that_was_cancelled_in_dagster_cancels_its_job(system: System) -> None:
    job = confirmed(system, "cancelled")
    run = run_without_process(system, job, "import_job", {ATTEMPT_TAG: "1"})
    event = DagsterEvent(DagsterEventType.RUN_CANCELED.value, run.job_name)
    with build_run_status_sensor_context(
        "cancelled_run_sensor", event, system.instance, run, resources={"stores": StoresResource()}
    ) as context:
        cancelled_run_sensor(context)
    assert (system.job(job.id).status, system.job(job.id).reason) == ("failed", "cancelled")


def test_a_run_that_failed_without_a_word_fails_its_job(system: System) -> None:
    job = confirmed(system, "speechless")
    run = run_without_process(system, job, "import_job", {ATTEMPT_TAG: "1"})
    fail_run(system, run, "The worker was lost.")
    job = system.job(job.id)
    assert job.status == "failed"
    assert "The worker was lost." in (job.error or {})["message"]


def test_the_failed_run_of_an_earlier_attempt_does_not_fail_the_next(system: System) -> None:
    job = confirmed(system, "earlier")
    run = run_without_process(system, job, "import_job", {ATTEMPT_TAG: "1"})
    broken(system, job)
    retry(system.stores, job.id)
    fail_run(system, run, "The worker was lost.")
    assert system.job(job.id).status == "pending"


def test_a_failed_run_beside_a_living_one_does_not_fail_the_job(system: System) -> None:
    job = importing(system, "alive")
    run = run_without_process(system, job, "import_job", {ATTEMPT_TAG: "1"})
    with held_elsewhere(system, job.id):
        fail_run(system, run, "Another run is alive.")
    assert system.job(job.id).status == "importing"


def test_a_failed_run_leaves_a_job_that_waits_for_a_person_waiting(system: System) -> None:
    job = system.read_file(LAMPS, "patient")
    fail_run(system, run_without_process(system, job, "import_job", {}), "The mapping was wrong.")
    assert system.job(job.id).status == "mapping"


def test_an_automatic_run_that_failed_between_its_stages_fails_its_job(system: System) -> None:
    job = system.read_file(LAMPS, "between")
    fail_run(system, run_without_process(system, job, "automatic_import", {}), "The worker was lost.")
    assert system.job(job.id).status == "failed"


def test_a_failed_publish_does_not_fail_the_job(system: System) -> None:
    job = system.import_file(LAMPS, "unpublished")
    fail_run(system, run_without_process(system, job, "publish", {}), "ClickHouse is away.")
    assert system.job(job.id) == job


def test_a_run_in_this_process_is_known_by_its_tags(system: System) -> None:
    job = system.open(LAMPS, "tagged")
    with hold_job(system.stores.database, job.id):
        assert run_in_process(system.instance, "intake", job.id, (job.workspace, job.source))
    (run,) = system.instance.get_runs(filters=None, limit=1)
    expected = {IN_PROCESS_TAG: "true", "segops/job": job.id, "segops/workspace": "tagged", "segops/source": "manual"}
    assert run.tags.items() >= expected.items()


@pytest.mark.parametrize("sensor", [inbox_sensor, confirmed_jobs_sensor, finished_imports_sensor, orphan_sensor])
def test_a_tick_leaves_no_connection_behind(system: System, sensor: SensorDefinition) -> None:
    tick(system, sensor)
    before = connections(system)
    for _ in range(3):
        tick(system, sensor)
    until(lambda: connections(system) <= before, "its connections are closed")


def confirmed(system: System, workspace: str) -> Job:
    job = system.read_file(LAMPS, workspace)
    return confirm(system.stores, job.id, suggested_confirmation(job))


def importing(system: System, workspace: str) -> Job:
    job = confirmed(system, workspace)
    with system.session(workspace) as connection:
        update_job(connection, job.id, status="importing", reason=None)
    return system.job(job.id)


def broken(system: System, job: Job) -> None:
    record_failure(system.stores, job.id, SegopsError("It went wrong."))


def scheduled(system: System, workspace: str, content: str) -> Path:
    """Give a workspace an automatic source with a schedule that is due, and its file."""
    file = system.write(f"{workspace}.feed.csv", content)
    workspace_id = ensure_workspace(system.stores.database, workspace).id
    with system.session(workspace) as connection:
        save_source(connection, workspace_id, "feed", location=str(file), cron="0 6 * * *", automatic=True)
    make_due(system, workspace)
    return file


def make_due(system: System, workspace: str) -> None:
    system.change(workspace, "UPDATE sources SET next_due_at = now() - interval '1 hour' WHERE name = 'feed'")


def run_without_process(
    system: System,
    job: Job,
    job_name: str,
    tags: dict[str, str],
    status: DagsterRunStatus = DagsterRunStatus.NOT_STARTED,
) -> DagsterRun:
    """A run in Dagster that nobody works on."""
    assert import_jobs.name is not None
    system.instance.add_dynamic_partitions(import_jobs.name, [job.id])
    return system.instance.create_run_for_job(
        defs.resolve_job_def(job_name),
        run_id=str(uuid.uuid4()),
        tags={PARTITION_TAG: job.id, **tags},
        status=status,
    )


def status_of(system: System, run: DagsterRun) -> DagsterRunStatus:
    found = system.instance.get_run_by_id(run.run_id)
    assert found is not None
    return found.status


def fail_run(system: System, run: DagsterRun, message: str) -> None:
    """The run fails, and the sensor is told."""
    event = DagsterEvent(DagsterEventType.RUN_FAILURE.value, run.job_name, message=message)
    failed = system.instance.get_run_by_id(run.run_id)
    assert failed is not None
    with build_run_status_sensor_context(
        "failed_run_sensor", event, system.instance, failed, resources={"stores": StoresResource()}
    ).for_run_failure() as context:
        failed_run_sensor(context)


def connections(system: System) -> int:
    with system.stores.database.owner_session() as connection:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        return connection.execute(text(query)).scalar_one()

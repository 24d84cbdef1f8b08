"""The schedule that catches up: what has waited in the outbox is published later."""

import uuid
from datetime import UTC, datetime

from dagster import DagsterRunStatus, RunRequest, build_schedule_context

from segops_pipeline.definitions import defs
from segops_pipeline.orchestration.partitions import PARTITION_TAG
from segops_pipeline.orchestration.resources import StoresResource
from segops_pipeline.orchestration.schedules import catch_up_schedule
from segops_pipeline_tests.running_system import LAMPS, System

MOMENT = datetime(2026, 5, 4, 3, 5, tzinfo=UTC)


def tick(system: System, workspace: str) -> list[RunRequest]:
    """What one tick asks for in a workspace."""
    with build_schedule_context(
        system.instance,
        MOMENT,
        repository_def=defs.get_repository_def(),
        resources={"stores": StoresResource()},
    ) as context:
        asked = catch_up_schedule.evaluate_tick(context).run_requests or []
    return [run for run in asked if run.tags["segops/workspace"] == workspace]


def let_wait(system: System, workspace: str) -> None:
    system.change(workspace, "UPDATE outbox SET created_at = now() - interval '10 minutes'")


def test_changes_that_have_waited_are_published(system: System) -> None:
    job = system.import_file(LAMPS, "waited")
    let_wait(system, "waited")
    (request,) = tick(system, "waited")
    assert (request.partition_key, request.run_key) == (job.id, f"{job.id}:catch-up:202605040305")
    assert system.instance.has_dynamic_partition("import_jobs", job.id)


def test_changes_that_are_new_are_left_to_the_sensor(system: System) -> None:
    system.import_file(LAMPS, "new")
    assert tick(system, "new") == []


def test_one_publish_drains_what_several_imports_left(system: System) -> None:
    system.import_file(LAMPS, "several")
    last = system.import_file(LAMPS.replace("L-", "M-"), "several")
    let_wait(system, "several")
    assert [run.partition_key for run in tick(system, "several")] == [last.id]


def test_a_publish_that_is_under_way_is_not_asked_for_again(system: System) -> None:
    job = system.import_file(LAMPS, "under-way")
    let_wait(system, "under-way")
    run = system.instance.create_run_for_job(
        defs.resolve_job_def("publish"),
        run_id=str(uuid.uuid4()),
        tags={PARTITION_TAG: job.id},
        status=DagsterRunStatus.STARTED,
    )
    assert tick(system, "under-way") == []
    system.instance.report_run_failed(run)
    assert len(tick(system, "under-way")) == 1


def test_an_import_that_changed_nothing_is_told_of_later(system: System) -> None:
    system.import_file(LAMPS, "same")
    again = system.import_file(LAMPS, "same")
    system.change("same", "UPDATE outbox SET to_clickhouse = false, to_embeddings = false")
    assert tick(system, "same") == []
    system.change("same", "UPDATE import_jobs SET finished_at = finished_at - interval '10 minutes'")
    assert [run.partition_key for run in tick(system, "same")] == [again.id]


def test_nothing_that_waits_is_no_run(system: System) -> None:
    assert tick(system, "nobody") == []

"""Schedules: what was left in the outbox while a store was away is published later, as is how imports have ended that
changed nothing; what is too old goes.
"""

from collections.abc import Iterator

from dagster import (
    DagsterInstance,
    DagsterRunStatus,
    DefaultScheduleStatus,
    RunRequest,
    RunsFilter,
    ScheduleDefinition,
    ScheduleEvaluationContext,
    schedule,
)

from segops_pipeline.orchestration.jobs import publish
from segops_pipeline.orchestration.partitions import PARTITION_TAG, import_jobs
from segops_pipeline.orchestration.progress import run_tags
from segops_pipeline.orchestration.resources import StoresResource
from segops_pipeline.orchestration.retention import retention

WAITED_SECONDS = 120  # the sensor has had its chance by then
IN_PROGRESS_RUN_STATUSES = [
    DagsterRunStatus.QUEUED,
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
]


@schedule(
    job=publish,
    cron_schedule="*/5 * * * *",
    default_status=DefaultScheduleStatus.RUNNING,
    description="Publishes changes that still wait in the outbox: ClickHouse or the model was away before.",
)
def catch_up_schedule(context: ScheduleEvaluationContext, stores: StoresResource) -> Iterator[RunRequest]:
    """One publish run for each workspace whose outbox has waited, or whose newest import was not published."""
    from segops_pipeline.imports.waiting import jobs_to_publish, jobs_to_tell

    assert import_jobs.name is not None
    with stores.stores.database.system_session() as connection:
        waiting = jobs_to_publish(connection, WAITED_SECONDS)
        told = {job.workspace for job in waiting}
        waiting += [job for job in jobs_to_tell(connection, WAITED_SECONDS) if job.workspace not in told]
    queued = _queued(context.instance)
    waiting = [job for job in waiting if job.job_id not in queued]
    context.instance.add_dynamic_partitions(import_jobs.name, [job.job_id for job in waiting])
    for job in waiting:
        yield RunRequest(
            run_key=f"{job.job_id}:catch-up:{context.scheduled_execution_time:%Y%m%d%H%M}",
            partition_key=job.job_id,
            tags=run_tags(job.job_id, job.workspace, job.source),
        )


def _queued(instance: DagsterInstance) -> set[str]:
    """Jobs whose publish is launched and has not ended: another one would find nothing to do."""
    runs = instance.get_runs(RunsFilter(job_name=publish.name, statuses=IN_PROGRESS_RUN_STATUSES), limit=500)
    return {run.tags[PARTITION_TAG] for run in runs if PARTITION_TAG in run.tags}


retention_schedule = ScheduleDefinition(
    name="retention_schedule",
    job=retention,
    cron_schedule="17 3 * * *",
    default_status=DefaultScheduleStatus.RUNNING,
    description="Removes what is older than the settings SEGOPS_KEEP_… keep it, once a day.",
)


SCHEDULES = [catch_up_schedule, retention_schedule]

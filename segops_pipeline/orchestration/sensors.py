"""Sensors: what waits in files and tables becomes runs; what died is noticed.

Each tick is a few indexed, limited queries. A run key names the job and its attempt, so that no tick can
launch the same run twice.
"""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dagster import (
    AddDynamicPartitionsRequest,
    DagsterInstance,
    DagsterRun,
    DagsterRunStatus,
    DefaultSensorStatus,
    RunFailureSensorContext,
    RunRequest,
    RunsFilter,
    RunStatusSensorContext,
    SensorEvaluationContext,
    SensorResult,
    run_failure_sensor,
    run_status_sensor,
    sensor,
)

from segops_pipeline.errors import JobCancelled, SegopsError
from segops_pipeline.orchestration.jobs import JOBS, automatic_import, import_job, intake, publish
from segops_pipeline.orchestration.partitions import PARTITION_TAG, import_jobs
from segops_pipeline.orchestration.progress import ATTEMPT_TAG, run_tags
from segops_pipeline.orchestration.resources import StoresResource

if TYPE_CHECKING:
    from segops_pipeline.imports.waiting import Waiting
    from segops_pipeline.stores.opening import Stores

IN_PROCESS_TAG = "segops/in_process"
# Dagster looks at sensors every five seconds; for most of them a tick watches the inbox by itself, so that a file is
# seen at once. When Dagster stops it waits for the tick, so it is not longer.
WATCH_SECONDS = 3.5
IN_PROCESS_STATUSES = [DagsterRunStatus.NOT_STARTED, DagsterRunStatus.STARTING]


@sensor(
    jobs=[intake, automatic_import],
    minimum_interval_seconds=1,
    default_status=DefaultSensorStatus.RUNNING,
    description="Takes files from $SEGOPS_HOME/inbox/<workspace>/[<source>/] and reads every job that waits for it.",
)
def inbox_sensor(context: SensorEvaluationContext, stores: StoresResource) -> SensorResult:
    """Files that have stopped growing become jobs; jobs whose file has not been read become runs."""
    from segops_pipeline.imports.inbox_jobs import take_files
    from segops_pipeline.imports.waiting import jobs_to_read

    def waiting_jobs() -> "list[Waiting]":
        with stores.stores.database.system_session() as connection:
            return jobs_to_read(connection)

    seen = take_files(stores.stores, context.cursor, 0.0 if waiting_jobs() else WATCH_SECONDS)
    waiting = waiting_jobs()
    requests = [
        _request(job, f"read:{job.attempt}", automatic_import.name if job.automatic else intake.name) for job in waiting
    ]
    return SensorResult(
        run_requests=requests,
        cursor=seen,
        dynamic_partitions_requests=_partitions(context.instance, waiting),
    )


@sensor(
    job=import_job,
    minimum_interval_seconds=1,
    default_status=DefaultSensorStatus.RUNNING,
    description="Launches the import of every job whose mapping is confirmed.",
)
def confirmed_jobs_sensor(context: SensorEvaluationContext, stores: StoresResource) -> SensorResult:
    """Confirmed jobs become runs."""
    from segops_pipeline.imports.waiting import confirmed_jobs

    with stores.stores.database.system_session() as connection:
        waiting = confirmed_jobs(connection)
    return SensorResult(
        run_requests=[_request(job, str(job.attempt)) for job in waiting],
        dynamic_partitions_requests=_partitions(context.instance, waiting),
    )


@sensor(
    job=publish,
    minimum_interval_seconds=1,
    default_status=DefaultSensorStatus.RUNNING,
    description="Publishes to ClickHouse and the embeddings when an import has succeeded.",
)
def finished_imports_sensor(context: SensorEvaluationContext, stores: StoresResource) -> SensorResult:
    """Imports with changes in the outbox become publish runs, once each; the schedule catches up on the rest."""
    from segops_pipeline.imports.waiting import jobs_to_publish

    with stores.stores.database.system_session() as connection:
        waiting = jobs_to_publish(connection)
    return SensorResult(
        run_requests=[_request(job, f"publish:{job.attempt}") for job in waiting],
        dynamic_partitions_requests=_partitions(context.instance, waiting),
    )


@sensor(
    jobs=[intake, automatic_import],
    minimum_interval_seconds=10,
    default_status=DefaultSensorStatus.RUNNING,
    description="Opens a job for every source that is due by its cron expression; the inbox sensor has it read.",
)
def due_sources_sensor(context: SensorEvaluationContext, stores: StoresResource) -> None:
    """Due sources become jobs."""
    from segops_pipeline.imports.scheduled import open_due_jobs

    for job in open_due_jobs(stores.stores):
        context.log.info("opened job %s for source %s of %s", job.id, job.source, job.workspace)


@sensor(
    jobs=JOBS,
    minimum_interval_seconds=15,
    default_status=DefaultSensorStatus.RUNNING,
    description="Marks jobs and runs as failed whose process has died: nobody holds their lock.",
)
def orphan_sensor(context: SensorEvaluationContext, stores: StoresResource) -> SensorResult:
    """Orphaned jobs fail with their reason; runs without a process at two looks are ended in Dagster.

    Their places in the queue and in the pool are free then; Dagster alone would wait for their time limit.
    """
    from segops_pipeline.imports.failure import sweep

    for job in sweep(stores.stores):
        context.log.warning("job %s: %s", job.id, job.reason)
    suspects: list[str] = json.loads(context.cursor or "[]")
    found = runs_without_process(context.instance, stores.stores)
    for run in found:
        if run.run_id in suspects:
            context.instance.report_run_failed(run, "The process of this run has died.")
    return SensorResult(cursor=json.dumps([run.run_id for run in found if run.run_id not in suspects]))


@run_failure_sensor(
    monitored_jobs=JOBS,
    minimum_interval_seconds=5,
    default_status=DefaultSensorStatus.RUNNING,
    description="Tells a job why its run failed, where the run's process could not say it.",
)
def failed_run_sensor(context: RunFailureSensorContext, stores: StoresResource) -> None:
    """A failed run whose job still looks alive fails that job, unless another run or attempt of it does."""
    message = (context.failure_event.message or "").splitlines()
    error = SegopsError(
        f"The run {context.dagster_run.run_id} failed: {message[0] if message else 'no reason given'}",
        "Look at the run in Dagster, then start the job again with `segops retry`.",
    )
    _fail_job_of(context.dagster_run, stores, error)


@run_status_sensor(
    run_status=DagsterRunStatus.CANCELED,
    monitored_jobs=JOBS,
    minimum_interval_seconds=5,
    default_status=DefaultSensorStatus.RUNNING,
    description="Tells a job that its run was cancelled in Dagster, perhaps before it began.",
)
def cancelled_run_sensor(context: RunStatusSensorContext, stores: StoresResource) -> None:
    """A run that was cancelled in Dagster cancels its job, unless another run or attempt of it lives."""
    error = JobCancelled("The run was cancelled in Dagster.", "Start the job again with `segops retry`.")
    _fail_job_of(context.dagster_run, stores, error)


def _fail_job_of(run: DagsterRun, stores: StoresResource, error: SegopsError) -> None:
    from segops_pipeline.imports.failure import fail_unheld

    job_id = run.tags.get(PARTITION_TAG)
    if job_id is None or run.job_name == publish.name:
        return
    attempt = run.tags.get(ATTEMPT_TAG)
    fail_unheld(
        stores.stores,
        job_id,
        None if attempt is None else int(attempt),
        error,
        automatic=run.job_name == automatic_import.name,
    )


def runs_without_process(instance: DagsterInstance, stores: "Stores") -> list[DagsterRun]:
    """Runs that are active in Dagster while nobody holds their job's lock.

    Dagster itself notices a worker's death only while the code server that started it lives, and in-process
    runs have no worker. A run that is just beginning or ending holds no lock either, so look twice.
    """
    from segops_pipeline.imports.lock import free_jobs

    names = {job.name for job in JOBS}
    begun = instance.get_runs(RunsFilter(statuses=[DagsterRunStatus.STARTED]), limit=100)
    unbegun = instance.get_runs(RunsFilter(statuses=IN_PROCESS_STATUSES, tags={IN_PROCESS_TAG: "true"}), limit=100)
    active = [
        run
        for run in [*begun, *unbegun]
        if PARTITION_TAG in run.tags and (run.job_name in names or "segops/job" in run.tags)
    ]
    with stores.database.system_session() as connection:
        free = set(free_jobs(connection, sorted({run.tags[PARTITION_TAG] for run in active})))
    return [run for run in active if run.tags[PARTITION_TAG] in free]


def _request(job: "Waiting", key: str, job_name: str | None = None) -> RunRequest:
    return RunRequest(
        run_key=f"{job.job_id}:{key}",
        partition_key=job.job_id,
        job_name=job_name,
        tags={**run_tags(job.job_id, job.workspace, job.source), ATTEMPT_TAG: str(job.attempt)},
    )


def _partitions(instance: DagsterInstance, waiting: "Sequence[Waiting]") -> list[AddDynamicPartitionsRequest]:
    """Requests for the partitions that do not exist yet; Dagster adds them before it launches the runs."""
    assert import_jobs.name is not None
    missing = [job.job_id for job in waiting if not instance.has_dynamic_partition(import_jobs.name, job.job_id)]
    return [import_jobs.build_add_request(missing)] if missing else []


SENSORS = [
    inbox_sensor,
    confirmed_jobs_sensor,
    finished_imports_sensor,
    due_sources_sensor,
    orphan_sensor,
    failed_run_sensor,
    cancelled_run_sensor,
]

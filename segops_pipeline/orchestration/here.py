"""Stages of an import that run here and now: in the process that asks, with the real instance, under the job's lock.

The command line and the web process both work so, for a person waits for the answer. What belongs here: a job taken
through a stage, and what it is afterwards. What doesn't: a Dagster run in this process (`in_process`), what a stage
does (`imports`).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from dagster import DagsterInstance

from segops_pipeline.catalogue.plan import Plan
from segops_pipeline.errors import RunInterrupted
from segops_pipeline.imports.confirm import Confirmation
from segops_pipeline.imports.failure import record_failure, retry
from segops_pipeline.imports.jobs import READING, Job, get_job, new_job_id
from segops_pipeline.imports.lock import hold_job
from segops_pipeline.imports.planning import plan_draft
from segops_pipeline.imports.progress import Progress
from segops_pipeline.imports.reread import reread
from segops_pipeline.imports.upload import Upload, open_job
from segops_pipeline.orchestration.in_process import run_in_process
from segops_pipeline.reading.choice import DialectChoice
from segops_pipeline.stores.opening import Stores

INTAKE, IMPORT, PUBLISH = "intake", "import_job", "publish"


def run_here(stores: Stores, instance: DagsterInstance, job: Job, stage: str) -> Job:
    """Run a stage of a job, `intake` or `import_job`; the job as it is afterwards, failed or not.

    Args:
        stores: the open stores.
        instance: the real one.
        job: best held already (`hold_job`), so that no running system takes it up meanwhile.
        stage: which Dagster job.
    """
    run_in_process(instance, stage, job.id, (job.workspace, job.source))
    after = get_job(stores.database, job.id)
    if after.status == "importing" or after.reason == READING:  # the run had no time to say why
        error = RunInterrupted("The import was interrupted; nothing was written.", "Start it again: segops retry.")
        after = record_failure(stores, job.id, error)
    return after


def publish_here(instance: DagsterInstance, job: Job, *, embeddings: bool) -> bool:
    """Publish what a job has written to ClickHouse and, if wanted, to the embeddings; whether that succeeded."""
    assets = None if embeddings else ["clickhouse_products"]
    return run_in_process(instance, PUBLISH, job.id, (job.workspace, job.source), assets)


def read_here(stores: Stores, instance: DagsterInstance, upload: Upload) -> Job:
    """Open a job for a file and read it; a file that cannot be read leaves a failed job.

    Raises:
        WrongUsage: as `open_job`; then there is no job.
    """
    job_id = upload.job_id or new_job_id()
    return _held(stores, instance, job_id, lambda: open_job(stores, replace(upload, job_id=job_id)))


def read_again_here(
    stores: Stores,
    instance: DagsterInstance,
    job_id: str,
    choice: DialectChoice | None,
    format_: str | None = None,
    options: Mapping[str, Any] = MappingProxyType({}),
) -> Job:
    """Read a job's file again as a person says that it is laid out, or what kind of import it is.

    Raises:
        JobBusy, WrongState: as `reread`.
    """
    return _held(stores, instance, job_id, lambda: reread(stores, job_id, choice, format_, options))


def retry_here(stores: Stores, instance: DagsterInstance, job_id: str) -> Job:
    """Start a failed job again: read it where it has no mapping yet; else it is queued for its import.

    Raises:
        JobBusy, WrongState: as `retry`.
    """
    with hold_job(stores.database, job_id):
        job = retry(stores, job_id)
        return run_here(stores, instance, job, INTAKE) if job.mapping is None else job


def plan_here(stores: Stores, job_id: str, confirmation: Confirmation) -> Plan:
    """Plan a mapping that nobody has confirmed.

    Raises:
        JobBusy: a run of the job is alive.
        WrongState, BadMapping, WrongUsage, JobCancelled: as `plan_draft`.
    """
    with hold_job(stores.database, job_id):
        return plan_draft(stores, job_id, confirmation, Progress(stores.database, job_id))


class StagesHere:
    """The stages of a job that is held, as runs of Dagster here: they stand in its history like any other."""

    def __init__(self, stores: Stores, instance: DagsterInstance) -> None:
        self._stores, self._instance = stores, instance

    def read(self, job: Job) -> None:
        """Read the file of a job; what its columns are is known."""
        run_in_process(self._instance, INTAKE, job.id, (job.workspace, job.source), ["parsed_upload"])

    def load(self, job: Job) -> None:
        """Import a confirmed job."""
        run_here(self._stores, self._instance, job, IMPORT)


def _held(stores: Stores, instance: DagsterInstance, job_id: str, begin: Callable[[], Job]) -> Job:
    """Begin and read a job under its lock, which is held before the job waits to be read: no sensor takes it up."""
    with hold_job(stores.database, job_id):
        return run_here(stores, instance, begin(), INTAKE)

"""What becomes of a job that cannot go on: failed by an error, cancelled, or orphaned by a killed process."""

import logging
from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.staging import clear_staging
from segops_pipeline.errors import JobCancelled, JobNotFound, SegopsError, WrongState
from segops_pipeline.imports.inbox_jobs import finish_inbox_file
from segops_pipeline.imports.jobs import (
    CANCELLED,
    COUNTS,
    QUEUED,
    READING,
    WAITING_TO_BE_READ,
    Job,
    get_job,
    load_job,
    update_job,
)
from segops_pipeline.imports.leftovers import clear_done
from segops_pipeline.imports.lock import free_jobs, hold_job
from segops_pipeline.stores.opening import Stores

logger = logging.getLogger(__name__)

KILLED = "the run ended without a word: it was killed, or its machine went down"


def record_failure(stores: Stores, job_id: str, error: SegopsError) -> Job:
    """Note why a job failed; nothing of it was written to the catalogue. A job that is done stays done.

    A confirmed mapping stays, so that `retry` can start from it.
    """
    job = get_job(stores.database, job_id)
    if job.status == "done":
        return job
    with stores.database.workspace_session(job.workspace_id) as connection:
        update_job(
            connection,
            job_id,
            status="failed",
            reason=CANCELLED if isinstance(error, JobCancelled) else error.code.replace("_", " "),
            error=error.as_dict(),
            finished_at=datetime.now(UTC),
        )
        job = load_job(connection, job_id)
    with stores.database.system_session() as connection:
        clear_staging(connection, job_id)
    finish_inbox_file(stores, job)
    return job


def fail_unheld(
    stores: Stores, job_id: str, attempt: int | None, error: SegopsError, *, automatic: bool = False
) -> None:
    """Note the failure of a run that could not say it itself.

    Nothing is noted where the job has ended, another run of it lives, or somebody has started it again since.

    Args:
        stores: the open stores.
        job_id: the job that the run was for.
        attempt: the attempt that the run was for, None where nobody knows.
        error: why the run failed.
        automatic: the run was to go on by itself, so that a job in `mapping` does not wait for a person.
    """
    with stores.database.system_session() as connection:
        if not free_jobs(connection, [job_id]):  # else it stays locked for us until the end of this block
            return
        try:
            job = get_job(stores.database, job_id)
        except JobNotFound:
            return
        unread = job.status == "mapping" and (automatic or job.reason in (READING, WAITING_TO_BE_READ))
        same_attempt = attempt is None or attempt == job.attempt
        if same_attempt and (unread or job.status in ("pending", "importing")):
            record_failure(stores, job_id, error)


def cancel(stores: Stores, job_id: str) -> Job:
    """Cancel a job: at once where no run is alive, else as soon as its run looks; nothing of it remains.

    Raises:
        WrongState: the job has ended already.
    """
    workspace_id = get_job(stores.database, job_id).workspace_id
    with stores.database.workspace_session(workspace_id) as connection:
        connection.execute(text("SELECT 1 FROM import_jobs WHERE id = :id FOR UPDATE"), {"id": job_id})
        job = load_job(connection, job_id)
        if job.status in ("done", "failed"):
            raise WrongState(f"Job {job_id} has ended already: it is {job.status}.")
        update_job(connection, job_id, cancel_requested=True)
    with stores.database.system_session() as connection:
        alive = not free_jobs(connection, [job_id])
        if not alive:
            update_job(
                connection,
                job_id,
                status="failed",
                reason=CANCELLED,
                finished_at=datetime.now(UTC),
                error=None,
            )
            clear_staging(connection, job_id)
    job = get_job(stores.database, job_id)
    if not alive:
        finish_inbox_file(stores, job)
    return job


def sweep(stores: Stores) -> list[Job]:
    """Mark the jobs as failed whose run has died: they are being read or imported, and nobody holds their lock.

    What dead runs have left behind is removed.

    Returns:
        The jobs that were marked.
    """
    error = {"code": "run_killed", "message": KILLED, "remedy": "Start the job again with `segops retry`."}
    with stores.database.system_session() as connection:
        orphans = _running(connection, free_jobs(connection, _running(connection)))  # one may just have ended
        for job_id in orphans:
            update_job(connection, job_id, status="failed", reason=KILLED, error=error, finished_at=datetime.now(UTC))
            clear_staging(connection, job_id)
    jobs = [get_job(stores.database, job_id) for job_id in orphans]
    for job in jobs:
        logger.warning("job %s: %s", job.id, KILLED)
        finish_inbox_file(stores, job)
    clear_done(stores)
    return jobs


def _running(connection: Connection, among: list[str] | None = None) -> list[str]:
    """Ids of the jobs that are being read or imported by what they say, all or some."""
    rows = connection.execute(
        text(
            """
            SELECT id FROM import_jobs WHERE (status = 'importing' OR (status = 'mapping' AND reason = :reading))
                AND (CAST(:among AS text[]) IS NULL OR id = ANY (:among))
            ORDER BY created_at LIMIT 500
            """
        ),
        {"reading": READING, "among": among},
    )
    return [row.id for row in rows]


def retry(stores: Stores, job_id: str) -> Job:
    """Queue a failed job again: for its import where its mapping is confirmed, else to be read again.

    Raises:
        JobBusy: a run of the job is alive.
        WrongState: the job has not failed.
    """
    workspace_id = get_job(stores.database, job_id).workspace_id
    with hold_job(stores.database, job_id), stores.database.workspace_session(workspace_id) as connection:
        connection.execute(text("SELECT 1 FROM import_jobs WHERE id = :id FOR UPDATE"), {"id": job_id})
        job = load_job(connection, job_id)
        # whoever is dead is not always swept yet, and a run can be taken off the queue before it begins
        died = job.status in ("importing", "pending") or (
            job.status == "mapping" and job.reason in (READING, WAITING_TO_BE_READ)
        )
        if job.status != "failed" and not died:
            raise WrongState(
                f"Job {job_id} has not failed: it is {job.state}.",
                "Only a failed job can be tried again.",
            )
        state = ("pending", QUEUED) if job.mapping is not None else ("mapping", WAITING_TO_BE_READ)
        update_job(
            connection,
            job_id,
            status=state[0],
            reason=state[1],
            error=None,
            finished_at=None,
            cancel_requested=False,
            attempt=job.attempt + 1,
            **dict.fromkeys(COUNTS),
        )
        return load_job(connection, job_id)

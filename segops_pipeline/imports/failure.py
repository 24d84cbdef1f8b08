"""What becomes of a job that cannot go on: failed by an error, cancelled, or orphaned by a killed process."""

import logging
import time
from datetime import UTC, datetime
from typing import Any

from psycopg.errors import LockNotAvailable
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from segops_pipeline.catalogue.staging import clear_staging
from segops_pipeline.errors import (
    HeldByGuard,
    JobBusy,
    JobCancelled,
    JobNotFound,
    PlanNotFound,
    SegopsError,
    StalePlan,
    WrongState,
)
from segops_pipeline.imports.inbox_jobs import finish_inbox_file
from segops_pipeline.imports.jobs import (
    CANCELLED,
    COUNTS,
    HELD,
    PLANNED,
    QUEUED,
    READING,
    WAITING_TO_BE_READ,
    Job,
    check_not_undone,
    get_job,
    load_job,
    update_job,
)
from segops_pipeline.imports.leftovers import clear_done
from segops_pipeline.imports.lock import free_jobs, hold_job
from segops_pipeline.stores.opening import Stores

logger = logging.getLogger(__name__)

KILLED = "the run ended without a word: it was killed, or its machine went down"
LOCK_MILLISECONDS = 200  # longer than anybody but an apply holds a job's row
MOST_CANCEL_SECONDS = 60.0

# Backends are used again: only one that has the job's table in its transaction can be the one that was noted.
# It is of the same role as this session, which may therefore end its statement.
END_STATEMENT = """
SELECT pg_cancel_backend(b.pid) FROM (
    SELECT DISTINCT l.pid FROM import_jobs j JOIN pg_locks l ON l.pid = j.backend_pid
    WHERE j.id = :id AND j.status = 'importing' AND l.relation = 'import_jobs'::regclass
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
) b
"""


def record_failure(stores: Stores, job_id: str, error: SegopsError) -> Job:
    """Note why a job failed; nothing of it was written to the catalogue.

    A job that is done stays done, and one that a guard holds waits, as one does whose plan is none any more.

    A confirmed mapping stays, so that `retry` can start from it. Corrected rows that fail leave their job done.
    """
    job = get_job(stores.database, job_id)
    waits = job.status == "mapping" and isinstance(error, StalePlan | PlanNotFound)
    if job.status == "done" or waits or (isinstance(error, HeldByGuard) and job.correction is None):
        return job
    with stores.database.workspace_session(job.workspace_id) as connection:
        reason = CANCELLED if isinstance(error, JobCancelled) else error.code.replace("_", " ")
        _end(connection, job, reason, error.as_dict())
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
        unread = job.reason in (READING, WAITING_TO_BE_READ) or (automatic and job.reason not in (PLANNED, HELD))
        same_attempt = attempt is None or attempt == job.attempt
        if same_attempt and ((job.status == "mapping" and unread) or job.status in ("pending", "importing")):
            record_failure(stores, job_id, error)


def cancel(stores: Stores, job_id: str) -> Job:
    """Cancel a job: at once where no run is alive, else as soon as its run looks; nothing of it remains.

    A run that writes to the catalogue holds its job's row until it commits: its statement is ended instead.

    Raises:
        WrongState: the job has ended already.
        JobBusy: the run neither ends nor lets itself be ended.
    """
    _request_cancel(stores, get_job(stores.database, job_id))
    with stores.database.system_session() as connection:
        alive = not free_jobs(connection, [job_id])
        if not alive:
            job = load_job(connection, job_id)
            if job.status not in ("done", "failed"):  # its run may just have noticed
                _end(connection, job, CANCELLED, None)
            clear_staging(connection, job_id)
    job = get_job(stores.database, job_id)
    if not alive:
        finish_inbox_file(stores, job)
    return job


def _request_cancel(stores: Stores, job: Job) -> None:
    """Note in the job's row that it is cancelled, or end the transaction that holds the row."""
    deadline = time.monotonic() + MOST_CANCEL_SECONDS
    ended = False
    while time.monotonic() < deadline:
        try:
            with stores.database.workspace_session(job.workspace_id) as connection:
                connection.execute(text(f"SET LOCAL lock_timeout = {LOCK_MILLISECONDS}"))
                connection.execute(text("SELECT 1 FROM import_jobs WHERE id = :id FOR UPDATE"), {"id": job.id})
                now = load_job(connection, job.id)
                if ended and (now.status, now.reason) == ("failed", CANCELLED):
                    return
                if now.status in ("done", "failed"):
                    raise WrongState(f"Job {job.id} has ended already: it is {now.status}.")
                update_job(connection, job.id, cancel_requested=True)
                return
        except OperationalError as error:
            if not isinstance(error.orig, LockNotAvailable):
                raise
        with stores.database.workspace_session(job.workspace_id) as connection:
            ended = bool(connection.execute(text(END_STATEMENT), {"id": job.id}).scalar()) or ended
    raise JobBusy(f"Job {job.id} is being written and cannot be ended now.", "Try again in a moment.")


def _end(connection: Connection, job: Job, reason: str, error: dict[str, Any] | None) -> None:
    """Mark a job as failed; one of which only corrected rows have failed is done, as it was before them.

    These rows stay, so that they can be tried again.
    """
    ended: dict[str, Any] = {"status": "failed", "reason": reason}
    if job.correction is not None:
        counts = job.correction.get("counts", {})
        ended = {"status": "done", "reason": f"correction {reason}", **counts}
    update_job(connection, job.id, error=error, backend_pid=None, finished_at=datetime.now(UTC), **ended)


def sweep(stores: Stores) -> list[Job]:
    """Mark the jobs as failed whose run has died: they are being read or imported, and nobody holds their lock.

    What dead runs have left behind is removed.

    Returns:
        The jobs that were marked.
    """
    error = {"code": "run_killed", "message": KILLED, "remedy": "Start the job again with `segops retry`."}
    with stores.database.system_session() as connection:
        orphans = orphaned(connection)
        for job_id in orphans:
            _end(connection, load_job(connection, job_id), KILLED, error)
            clear_staging(connection, job_id)
    jobs = [get_job(stores.database, job_id) for job_id in orphans]
    for job in jobs:
        logger.warning("job %s: %s", job.id, KILLED)
        finish_inbox_file(stores, job)
    clear_done(stores)
    return jobs


def orphaned(connection: Connection) -> list[str]:
    """Ids of the jobs that say that they are read or imported and that nobody runs.

    Each stays locked until the transaction, which is of the system role, ends.
    """
    return _running(connection, free_jobs(connection, _running(connection)))  # one may just have ended


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
        WrongState: the job has not failed, or its corrected rows have, and it is taken back.
    """
    workspace_id = get_job(stores.database, job_id).workspace_id
    with hold_job(stores.database, job_id), stores.database.workspace_session(workspace_id) as connection:
        connection.execute(text("SELECT 1 FROM import_jobs WHERE id = :id FOR UPDATE"), {"id": job_id})
        job = load_job(connection, job_id)
        # whoever is dead is not always swept yet, and a run can be taken off the queue before it begins
        died = job.status in ("importing", "pending") or (
            job.status == "mapping" and job.reason in (READING, WAITING_TO_BE_READ)
        )
        if job.status != "failed" and job.correction is None and not died:
            raise WrongState(
                f"Job {job_id} has not failed: it is {job.state}.",
                "Only a failed job can be tried again.",
            )
        check_not_undone(connection, job)
        state = ("pending", QUEUED) if job.mapping is not None else ("mapping", WAITING_TO_BE_READ)
        update_job(
            connection,
            job_id,
            status=state[0],
            reason=state[1],
            error=None,
            finished_at=None,
            cancel_requested=False,
            backend_pid=None,
            attempt=job.attempt + 1,
            **dict.fromkeys(COUNTS),
        )
        return load_job(connection, job_id)

"""What only an import needs while it lasts (staging, the Parquet of its rows, the uploaded bytes), and its removal."""

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.staging import clear_staging
from segops_pipeline.imports.jobs import Job, get_job, update_job
from segops_pipeline.imports.lock import free_jobs
from segops_pipeline.stores.opening import Stores

UPLOAD_LOCK_SPACE = 7308  # a job that begins with the same bytes as another's that ends must not lose them

DONE_WITH_ROWS = "SELECT id FROM import_jobs WHERE status = 'done' AND rows_uri IS NOT NULL ORDER BY id LIMIT 500"


def lock_upload(connection: Connection, uri: str) -> None:
    """Keep others from removing or referring to these bytes until the transaction ends."""
    connection.execute(
        text("SELECT pg_advisory_xact_lock(:space, hashtext(:uri))"), {"space": UPLOAD_LOCK_SPACE, "uri": uri}
    )


def clear_upload(stores: Stores, job: Job) -> None:
    """Remove what a job that is done needs no more; bytes that another job refers to stay.

    The row forgets the files last, so that what a killed process leaves is found by `clear_done`.

    Raises:
        StoreUnreachable: the file store does not answer.
    """
    with stores.database.system_session() as connection:
        lock_upload(connection, job.upload_uri or "")
        still_used = connection.execute(
            text("SELECT EXISTS (SELECT FROM import_jobs WHERE upload_uri = :uri AND id <> :id)"),
            {"uri": job.upload_uri, "id": job.id},
        ).scalar_one()
        clear_staging(connection, job.id)
        if job.rows_uri is not None:
            stores.files.delete(job.rows_uri)
        if job.upload_uri is not None and not still_used:
            stores.files.delete(job.upload_uri)
        update_job(connection, job.id, upload_uri=None, rows_uri=None)


def clear_done(stores: Stores) -> None:
    """Remove what jobs that are done have left, where their run was killed before it could.

    Raises:
        StoreUnreachable: the file store does not answer.
    """
    with stores.database.system_session() as connection:
        left = connection.execute(text(DONE_WITH_ROWS))
        free = free_jobs(connection, [row.id for row in left])
    for job_id in free:
        clear_upload(stores, get_job(stores.database, job_id))

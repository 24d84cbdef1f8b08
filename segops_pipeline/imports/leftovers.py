"""What only an import needs while it lasts (staging, the Parquet of its rows), and its removal.

The uploaded bytes stay as the job's original while retention keeps them (`retention`).
"""

from sqlalchemy import text

from segops_pipeline.catalogue.staging import clear_staging
from segops_pipeline.imports.jobs import Job, get_job, update_job
from segops_pipeline.imports.lock import free_jobs
from segops_pipeline.imports.results import write_results
from segops_pipeline.imports.upload_bytes import is_used, lock_upload
from segops_pipeline.stores.opening import Stores

# the corrected rows of a job that are not imported yet can be tried again
DONE_WITH_ROWS = """
SELECT id FROM import_jobs WHERE status = 'done' AND rows_uri IS NOT NULL AND correction IS NULL ORDER BY id LIMIT 500
"""


def clear_upload(stores: Stores, job: Job) -> None:
    """Remove what a job that is done needs no more; its upload becomes its original, if it has none yet.

    The row forgets the files last, so that what a killed process leaves is found by `clear_done`.

    Raises:
        StoreUnreachable: the file store does not answer.
    """
    with stores.database.system_session() as connection:
        lock_upload(connection, job.upload_uri or "")
        clear_staging(connection, job.id)
        if job.rows_uri is not None:
            stores.files.delete(job.rows_uri)
        original = job.original_uri or job.upload_uri
        if job.upload_uri not in (None, original) and not is_used(connection, job.upload_uri or "", job.id):
            stores.files.delete(job.upload_uri or "")
        update_job(connection, job.id, upload_uri=None, rows_uri=None, original_uri=original)


def clear_done(stores: Stores) -> None:
    """Keep the results of jobs that are done and remove what they have left, where their run was killed before.

    Raises:
        StoreUnreachable: a store does not answer.
    """
    with stores.database.system_session() as connection:
        left = connection.execute(text(DONE_WITH_ROWS))
        free = free_jobs(connection, [row.id for row in left])
    for job_id in free:
        job = get_job(stores.database, job_id)
        write_results(stores, job)
        clear_upload(stores, job)

"""Do the counts of a job agree with themselves and with what it wrote?"""

from sqlalchemy import text

from segops_pipeline.stores.opening import Stores

WRONG = """
SELECT j.id FROM import_jobs j
LEFT JOIN LATERAL (
    SELECT count(*) FILTER (WHERE action = 'created') AS created,
        count(*) FILTER (WHERE action = 'updated') AS updated
    FROM revisions r WHERE r.workspace_id = j.workspace_id AND r.job_id = j.id
) r ON true
WHERE j.status = 'done' AND (CAST(:job_id AS text) IS NULL OR j.id = :job_id) AND (
    j.rows IS DISTINCT FROM j.created + j.updated + j.unchanged + j.conflicts + j.rejected + j.skipped
    OR j.created <> r.created OR j.updated <> r.updated
    OR (j.rows <> j.total_rows AND j.total_rows IS NOT NULL))
ORDER BY j.id LIMIT 20
"""


def unreconciled_jobs(stores: Stores, job_id: str | None = None) -> list[str]:
    """Ids of finished jobs whose counts do not add up, or differ from their revisions or the file's rows.

    Args:
        stores: the open stores.
        job_id: one job to look at; None: all.
    """
    with stores.database.system_session() as connection:
        return [row.id for row in connection.execute(text(WRONG), {"job_id": job_id})]

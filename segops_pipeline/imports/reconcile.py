"""Do the counts of a job agree with themselves and with what it wrote?"""

from sqlalchemy import text

from segops_pipeline.stores.opening import Stores

# An import writes revisions of two causes: `import` for its rows, `absent` for products that its file lacks. What a
# person accepts later from its conflicts is no row of it. Rows of a file of records need not be records: its plan says
# how many it writes, and those of corrected rows come on top. An undo writes one revision for each record that it makes
# again (created), returns or removes (updated).
WRONG = """
SELECT j.id FROM import_jobs j
LEFT JOIN LATERAL (
    SELECT count(*) FILTER (WHERE action = 'created' AND cause <> 'absent') AS created,
        count(*) FILTER (WHERE action = 'updated' AND cause <> 'absent') AS updated,
        count(*) FILTER (WHERE action = 'deleted' AND cause <> 'absent') AS removed,
        count(*) FILTER (WHERE action = 'deleted' AND cause = 'absent') AS deleted,
        count(*) FILTER (WHERE action = 'updated' AND cause = 'absent') AS deactivated
    FROM revisions r WHERE r.workspace_id = j.workspace_id AND r.job_id = j.id AND r.cause IN (j.kind, 'absent')
) r ON true
LEFT JOIN LATERAL (
    SELECT count(*) AS found FROM conflicts c WHERE c.workspace_id = j.workspace_id AND c.job_id = j.id
) c ON true
WHERE j.status = 'done' AND (CAST(:job_id AS text) IS NULL OR j.id = :job_id) AND (
    j.rows IS DISTINCT FROM j.created + j.updated + j.unchanged + j.conflicts + j.rejected + j.skipped
    OR CASE WHEN j.format <> 'table' AND j.kind = 'import' THEN
            coalesce((j.plan -> 'written' ->> 'created')::bigint, 0) > r.created
            OR coalesce((j.plan -> 'written' ->> 'updated')::bigint, 0) > r.updated
            OR coalesce((j.plan -> 'written' ->> 'deleted')::bigint, 0) > r.removed
        ELSE j.created <> r.created OR j.updated <> r.updated + r.removed END
    OR (j.kind = 'import' AND (j.deleted <> r.deleted OR j.deactivated <> r.deactivated OR j.conflicts <> c.found))
    OR (j.rows <> j.total_rows AND j.total_rows IS NOT NULL))
ORDER BY j.id LIMIT 20
"""


def unreconciled_jobs(stores: Stores, job_id: str | None = None) -> list[str]:
    """Ids of finished jobs whose counts do not add up, or differ from what they wrote or from the file's rows.

    Args:
        stores: the open stores.
        job_id: one job to look at; None: all.
    """
    with stores.database.system_session() as connection:
        return [row.id for row in connection.execute(text(WRONG), {"job_id": job_id})]

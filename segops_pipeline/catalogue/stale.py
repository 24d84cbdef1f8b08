"""Whether the products and records that a plan touches are still those that it was made on."""

from sqlalchemy import text
from sqlalchemy.engine import Connection

STALE = """
SELECT t.key, t.version_before, p.version FROM staging.plan_rows t
LEFT JOIN products p ON p.workspace_id = :workspace_id AND p.sku = t.key
WHERE t.job_id = :job_id AND t.entity = 'product' AND p.version IS DISTINCT FROM t.version_before
ORDER BY t.key LIMIT 5
"""
STALE_RECORDS = """
SELECT t.entity || ' ' || t.key FROM staging.plan_rows t
LEFT JOIN records r ON r.workspace_id = :workspace_id AND r.entity = t.entity AND r.key = t.key
WHERE t.job_id = :job_id AND t.entity <> 'product' AND r.version IS DISTINCT FROM t.version_before
ORDER BY t.entity, t.key LIMIT 5
"""


def changed_records(connection: Connection, workspace_id: int, job_id: str) -> str | None:
    """What has changed of the products and records that a plan touches, as a sentence; None: nothing."""
    bound = {"workspace_id": workspace_id, "job_id": job_id}
    for statement, kind in ((STALE, "Products"), (STALE_RECORDS, "Records")):
        stale = connection.execute(text(statement), bound).scalars().all()
        if stale:
            return f"{kind} have changed since the plan was made, among them {', '.join(stale)}."
    return None

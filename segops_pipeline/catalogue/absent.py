"""Products that a full feed lacks: planned only where this source alone has given them.

One that others stand on, as variants or in bundles, is deactivated where it was to be deleted.

What belongs here: which products those are, and which return. What doesn't: writing them (`apply`). A row that is
rejected still says that its product is in the file, and a file most of whose rows are bad says nothing about what it
lacks.
"""

from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

# Whether a product that is not active is so because a feed had lacked it, as SQL: a row of it makes it active again.
# The revision that made it inactive is the last one before which it was active; its image may be purged.
RETURNS = """coalesce((SELECT b.cause = 'absent' FROM revisions b
    WHERE b.workspace_id = :workspace_id AND b.entity = 'product' AND b.key = {key}
        AND ((b.before ->> 'is_active')::boolean OR (b.version_after = {version} AND b.cause = 'absent'))
    ORDER BY b.version_after DESC LIMIT 1), false)"""
OUTCOMES = {"deactivate": "deactivated", "delete": "deleted"}

PLAN_ABSENT = """
INSERT INTO staging.plan_rows (workspace_id, job_id, entity, key, outcome, version_before)
SELECT :workspace_id, :job_id, 'product', p.sku, :outcome, p.version
FROM source_rows s
JOIN products p ON p.workspace_id = s.workspace_id AND p.sku = s.key
WHERE s.workspace_id = :workspace_id AND s.source_id = :source_id AND s.entity = 'product'
    AND (p.is_active OR :outcome = 'deleted')
    AND NOT EXISTS (SELECT FROM source_rows o WHERE o.workspace_id = s.workspace_id AND o.entity = s.entity
        AND o.key = s.key AND o.source_id <> s.source_id)
    AND NOT EXISTS (SELECT FROM staging.seen n WHERE n.job_id = :job_id AND n.key = s.key)
    AND NOT EXISTS (SELECT FROM staging.issues i WHERE i.job_id = :job_id AND i.key = s.key)
"""

# Products that others which stay are variants of, or have in their bundles: deleted, they would leave these pointing
# into nowhere.
IN_USE = """
UPDATE staging.plan_rows t SET outcome = 'deactivated' FROM (
    SELECT p.pim ->> 'master' AS key, p.sku FROM products p
    WHERE p.workspace_id = :workspace_id AND (p.pim ->> 'master') IS NOT NULL
    UNION ALL
    SELECT i.item ->> 'item', p.sku FROM products p CROSS JOIN LATERAL jsonb_array_elements(p.pim -> 'bundle') i (item)
    WHERE p.workspace_id = :workspace_id AND jsonb_exists(p.pim, 'bundle')
) u
WHERE t.job_id = :job_id AND t.entity = 'product' AND t.outcome = 'deleted' AND t.key = u.key AND NOT EXISTS (
    SELECT FROM staging.plan_rows o WHERE o.job_id = :job_id AND o.entity = 'product' AND o.key = u.sku
        AND o.outcome = 'deleted')
"""
INACTIVE_ALREADY = """
DELETE FROM staging.plan_rows t USING products p
WHERE t.job_id = :job_id AND t.entity = 'product' AND t.outcome = 'deactivated'
    AND p.workspace_id = :workspace_id AND p.sku = t.key AND NOT p.is_active
"""


def plan_absent(connection: Connection, absent: str, bound: dict[str, Any]) -> None:
    """Plan what becomes of the source's products that the file lacks.

    Args:
        connection: a session of the job's workspace.
        absent: a rule of `catalogue.rules.ABSENT`.
        bound: workspace_id, source_id and job_id; the keys of all of the file's rows are in `staging.seen`.
    """
    outcome = OUTCOMES.get(absent)
    if outcome is not None:
        connection.execute(text(PLAN_ABSENT), {**bound, "outcome": outcome})
    if outcome == "deleted":
        _keep_used(connection, bound)


def _keep_used(connection: Connection, bound: dict[str, Any]) -> None:
    """Have what others refer to deactivated instead; what stays so may keep others."""
    has_kept = False
    while connection.execute(text(IN_USE), bound).rowcount:
        has_kept = True
    if has_kept:
        connection.execute(text(INACTIVE_ALREADY), bound)

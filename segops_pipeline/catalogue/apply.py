"""Apply a plan: one transaction in which either all of it is written or nothing.

Before-images go to `revisions`, changed products are written in key order with versions from one global
sequence, `source_rows` and the outbox follow, and the job's outcome is committed with them. The raw row is kept
once, on the product; `source_rows` knows it by its hash.
"""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.staging import count_known
from segops_pipeline.errors import StalePlan
from segops_pipeline.stores.database import use_memory

APPLY_LOCK_SPACE = 7307  # applies of one workspace are serialised


@dataclass(frozen=True, slots=True)
class ApplyOrder:
    """What is applied: the planned rows of one job; `known_before` is the plan's."""

    workspace_id: int
    job_id: str
    source_id: int
    fingerprint: str
    known_before: int = 0


STALE = """
SELECT t.key, t.version_before, p.version FROM staging.plan_rows t
LEFT JOIN products p ON p.workspace_id = :workspace_id AND p.sku = t.key
WHERE t.job_id = :job_id AND p.version IS DISTINCT FROM t.version_before
ORDER BY t.key LIMIT 5
"""

# Each part reads `touched` alone: joined parts of one statement are guessed to be tiny, and looped over.
# In `touched`, products are as they were before: all parts of a statement see one snapshot.
WRITE = """
WITH touched AS MATERIALIZED (
    SELECT t.key, t.outcome, t.name, coalesce(t.data, r.data) AS data, t.content_hash, r.raw,
        nextval('version_sequence') AS version, p.version AS version_before,
        CASE WHEN p.sku IS NOT NULL THEN jsonb_build_object('name', p.name, 'data', p.data,
            'raw_data', p.raw_data, 'source', p.source) END AS before
    FROM (SELECT * FROM staging.plan_rows WHERE job_id = :job_id AND outcome IN ('created', 'updated')
        ORDER BY key) t
    JOIN staging.rows r ON r.job_id = :job_id AND r.line = t.line
    LEFT JOIN products p ON p.workspace_id = :workspace_id AND p.sku = t.key
), written AS (
    INSERT INTO products AS p (workspace_id, sku, name, data, raw_data, source, version, content_hash)
    SELECT :workspace_id, key, name, data, raw, 'csv', version, content_hash FROM touched
    ON CONFLICT (workspace_id, sku) DO UPDATE SET name = excluded.name, data = excluded.data,
        raw_data = excluded.raw_data, source = excluded.source, version = excluded.version,
        content_hash = excluded.content_hash, updated_at = now()
), sent AS (
    INSERT INTO outbox (workspace_id, entity, key, version, operation, job_id)
    SELECT :workspace_id, 'product', key, version, 'upsert', :job_id FROM touched
)
INSERT INTO revisions (workspace_id, job_id, entity, key, action, version_before, version_after, before)
SELECT :workspace_id, :job_id, 'product', key, outcome, version_before, version, before FROM touched
"""

REMEMBER = """
INSERT INTO source_rows AS s (workspace_id, source_id, entity, key, line, raw_hash, name, data,
    mapping_fingerprint, version, job_id)
SELECT :workspace_id, :source_id, 'product', r.key, r.line, r.raw_hash, r.name, r.data,
    :fingerprint, p.version, :job_id
FROM staging.plan_rows t
JOIN staging.rows r ON r.job_id = :job_id AND r.line = t.line
JOIN products p ON p.workspace_id = :workspace_id AND p.sku = t.key
WHERE t.job_id = :job_id
ON CONFLICT (workspace_id, source_id, entity, key) DO UPDATE SET line = excluded.line,
    raw_hash = excluded.raw_hash, name = excluded.name, data = excluded.data,
    mapping_fingerprint = excluded.mapping_fingerprint, version = excluded.version, job_id = excluded.job_id
"""

FORGET_ISSUES = """
DELETE FROM issues WHERE job_id = :job_id AND stage = 'import_plan' AND (
    (SELECT correction IS NULL FROM import_jobs WHERE id = :job_id)
    OR line IN (SELECT c.line::bigint FROM import_jobs j, jsonb_array_elements_text(j.correction -> 'lines') c (line)
        WHERE j.id = :job_id))
"""

KEEP_ISSUES = """
INSERT INTO issues (workspace_id, job_id, entity, key, stage, line, column_name, value, code, level, message,
    suggestion, raw)
SELECT workspace_id, job_id, entity, key, 'import_plan', line, column_name, value, code, level, message,
    suggestion, raw
FROM staging.issues WHERE job_id = :job_id ORDER BY line
"""


def apply_planned(connection: Connection, order: ApplyOrder) -> None:
    """Write the planned rows within the session's transaction.

    Args:
        connection: a session of the job's workspace.
        order: the job whose plan is applied.

    Raises:
        StalePlan: a product that the plan would touch has changed since, or is new, or is gone.
    """
    bound = {
        "workspace_id": order.workspace_id,
        "job_id": order.job_id,
        "source_id": order.source_id,
        "fingerprint": order.fingerprint,
    }
    connection.execute(
        text("SELECT pg_advisory_xact_lock(:space, CAST(:workspace_id AS integer))"),
        {"space": APPLY_LOCK_SPACE, "workspace_id": order.workspace_id},
    )
    stale = connection.execute(text(STALE), bound).all()
    if stale:
        keys = ", ".join(row.key for row in stale)
        raise StalePlan(f"Products have changed since the plan was made, among them {keys}.", "Plan again.")
    known = order.known_before and count_known(connection, order.source_id, order.fingerprint)
    if known != order.known_before:
        raise StalePlan("Products that the plan left unchanged have changed since it was made.", "Plan again.")
    use_memory(connection)
    connection.execute(text(WRITE), bound)
    connection.execute(text(REMEMBER), bound)
    keep_issues(connection, order.job_id)


def keep_issues(connection: Connection, job_id: str) -> None:
    """Make the staged issues the job's issues of its plan; those of an earlier attempt go.

    Where only corrected rows are imported, those of other rows stay.
    """
    connection.execute(text(FORGET_ISSUES), {"job_id": job_id})
    connection.execute(text(KEEP_ISSUES), {"job_id": job_id})

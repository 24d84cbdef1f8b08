"""Apply a plan: one transaction in which either all of it is written or nothing.

Before-images go to `revisions`, changed products get a version from one global sequence, `source_rows` and the outbox
follow, and the job's outcome is committed with them. What waits for a person goes to `conflicts`. The raw row is kept
once, on the product; `source_rows` knows it by its hash, and has values of its own only where the product did not
become what the file gave.

A plan is written in blocks of lines, so that one of a million rows needs no more memory than one of a hundred
thousand. Each part of a statement reads the narrow rows of `made`, and wide ones where they lie, by their line: what
has been written a moment ago has no statistics, so that any other join may be taken for a tiny one and looped over.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from segops_pipeline.catalogue.absent import RETURNS
from segops_pipeline.catalogue.known_rows import known_now
from segops_pipeline.catalogue.revisions import IMAGE
from segops_pipeline.catalogue.stale import changed_records
from segops_pipeline.errors import StalePlan
from segops_pipeline.stores.database import use_memory

APPLY_LOCK_SPACE = 7307  # applies of one workspace are serialised
BLOCK_LINES = 100_000


@dataclass(frozen=True, slots=True)
class ApplyOrder:
    """What is applied: the planned rows of one job; `known_before` and `known_newest` are the plan's."""

    workspace_id: int
    job_id: str
    source_id: int
    fingerprint: str
    known_before: int = 0
    known_newest: int = 0


LOCKED_SINCE = """
SELECT l.field FROM field_locks l JOIN plans t ON t.workspace_id = l.workspace_id AND t.job_id = :job_id
WHERE l.workspace_id = :workspace_id AND l.created_at > t.created_at LIMIT 1
"""
# versions only grow: what a plan left unchanged and has a newer one has changed
KNOWN_SINCE = """
SELECT s.key FROM source_rows s LEFT JOIN products p ON p.workspace_id = s.workspace_id AND p.sku = s.key
WHERE s.workspace_id = :workspace_id AND s.source_id = :source_id AND s.entity = 'product'
    AND NOT EXISTS (SELECT FROM staging.plan_rows t WHERE t.job_id = :job_id AND t.key = s.key)
    AND (p.sku IS NULL OR greatest(p.version, s.version) > :newest)
ORDER BY s.key LIMIT 5
"""
LINES = "SELECT coalesce(min(line), 0), coalesce(max(line), -1) FROM staging.plan_rows WHERE job_id = :job_id"

BLOCK = "t.job_id = :job_id AND t.line >= :low AND t.line < :high"
OUTBOX = """
    INSERT INTO outbox (workspace_id, entity, key, version, operation, job_id)
    SELECT :workspace_id, 'product', key, version, '{operation}', :job_id FROM {table}"""
SOURCE_COLUMNS = """workspace_id, source_id, entity, key, line, raw_hash, name, data, mapping_fingerprint, version,
    job_id"""
ON_CONFLICT = """
ON CONFLICT (workspace_id, source_id, entity, key) DO UPDATE SET line = excluded.line, raw_hash = excluded.raw_hash,
    name = excluded.name, data = excluded.data, mapping_fingerprint = excluded.mapping_fingerprint,
    version = excluded.version, job_id = excluded.job_id"""
# looked up by its whole key: OFFSET 0 keeps a table without statistics from being joined by a part of it
SOURCE_ROW = """LEFT JOIN LATERAL (SELECT * FROM source_rows s WHERE s.workspace_id = :workspace_id
        AND s.source_id = :source_id AND s.entity = 'product' AND s.key = t.key OFFSET 0) s ON true"""

# what wrote a product: a file, or a program through the API
PRODUCT_SOURCE = """coalesce((SELECT CASE origin WHEN 'api' THEN 'api' ELSE 'csv' END FROM import_jobs
        WHERE id = :job_id), 'csv')"""

REMEMBER_MADE = f"""
INSERT INTO source_rows ({SOURCE_COLUMNS})
SELECT :workspace_id, :source_id, 'product', key, line, raw_hash, given ->> 'name', given -> 'data', :fingerprint,
    version, :job_id
FROM made"""

CREATE = f"""
WITH made AS MATERIALIZED (
    SELECT t.key, t.line, t.name, t.data, t.raw_hash, t.given, nextval('version_sequence') AS version,
        {{source_before}} AS source_before
    FROM (SELECT * FROM staging.plan_rows t WHERE {BLOCK} AND t.outcome = 'created' ORDER BY t.key) t {{source_row}}
), written AS (
    INSERT INTO products (workspace_id, sku, name, data, raw_data, source, version)
    SELECT :workspace_id, t.key, coalesce(t.name, r.name, ''), coalesce(t.data, r.data), r.raw, {PRODUCT_SOURCE},
        t.version
    FROM made t JOIN staging.rows r ON r.job_id = :job_id AND r.line = t.line
), sent AS ({OUTBOX.format(operation="upsert", table="made")}
), kept AS (
    INSERT INTO revisions (workspace_id, job_id, entity, key, action, version_after, line, source_before)
    SELECT :workspace_id, :job_id, 'product', key, 'created', version, line, source_before FROM made
)
{REMEMBER_MADE}{{on_conflict}}
"""

# A product is read as it was before: all parts of a statement see one snapshot.
UPDATE = f"""
WITH made AS MATERIALIZED (
    SELECT t.key, t.line, t.raw_hash, t.given, t.version_before, nextval('version_sequence') AS version
    FROM (SELECT * FROM staging.plan_rows t WHERE {BLOCK} AND t.outcome = 'updated' ORDER BY t.key) t
), kept AS (
    INSERT INTO revisions (workspace_id, job_id, entity, key, action, version_before, version_after, before, line,
        source_before)
    SELECT :workspace_id, :job_id, 'product', t.key, 'updated', t.version_before, t.version, {IMAGE}, t.line,
        CASE WHEN s.key IS NOT NULL THEN to_jsonb(s) END
    FROM made t
    JOIN products p ON p.workspace_id = :workspace_id AND p.sku = t.key
    {SOURCE_ROW}
), written AS (
    UPDATE products p SET name = t.name, data = t.data, raw_data = r.raw, source = {PRODUCT_SOURCE},
        is_active = p.is_active OR {RETURNS.format(key="m.key", version="m.version_before")},
        version = m.version, updated_at = now()
    FROM made m
    CROSS JOIN LATERAL (SELECT t.name, t.data FROM staging.plan_rows t
        WHERE t.job_id = :job_id AND t.line = m.line OFFSET 0) t
    CROSS JOIN LATERAL (SELECT r.raw FROM staging.rows r
        WHERE r.job_id = :job_id AND r.line = m.line OFFSET 0) r
    WHERE p.workspace_id = :workspace_id AND p.sku = m.key
), sent AS ({OUTBOX.format(operation="upsert", table="made")}
)
{REMEMBER_MADE}{ON_CONFLICT}
"""

REMEMBER_UNCHANGED = f"""
INSERT INTO source_rows ({SOURCE_COLUMNS})
SELECT :workspace_id, :source_id, 'product', t.key, t.line, t.raw_hash, t.given ->> 'name', t.given -> 'data',
    :fingerprint, t.version_before, :job_id
FROM staging.plan_rows t WHERE {BLOCK} AND t.outcome = 'unchanged'
{ON_CONFLICT}
"""

SUPERSEDE = """
UPDATE conflicts c SET status = 'superseded', resolved_at = now()
FROM staging.plan_rows t WHERE t.job_id = :job_id AND t.line IS NOT NULL AND c.workspace_id = :workspace_id
    AND c.status = 'open' AND c.source_id = :source_id AND c.entity = 'product' AND c.key = t.key
"""
KEEP_CONFLICTS = """
INSERT INTO conflicts (workspace_id, job_id, source_id, key, line, version, fields, name, data, given, raw, raw_hash,
    mapping_fingerprint)
SELECT :workspace_id, :job_id, :source_id, t.key, t.line, t.version_before, t.contested, t.name, t.data, t.given, r.raw,
    t.raw_hash, :fingerprint
FROM staging.plan_rows t JOIN staging.rows r ON r.job_id = :job_id AND r.line = t.line
WHERE t.job_id = :job_id AND t.outcome = 'conflict' ORDER BY t.line
"""

KEEP_ABSENT = f"""
INSERT INTO revisions (workspace_id, job_id, entity, key, action, cause, version_before, version_after, before,
    source_before)
SELECT :workspace_id, :job_id, 'product', t.key, CASE t.outcome WHEN 'deleted' THEN 'deleted' ELSE 'updated' END,
    'absent', p.version, nextval('version_sequence'), {IMAGE}, to_jsonb(s)
FROM staging.plan_rows t
JOIN products p ON p.workspace_id = :workspace_id AND p.sku = t.key
{SOURCE_ROW}
WHERE t.job_id = :job_id AND t.outcome IN ('deleted', 'deactivated')
"""
OF_ABSENT = """FROM revisions v WHERE v.workspace_id = :workspace_id AND v.job_id = :job_id AND v.cause = 'absent'
    AND v.action = '{action}'"""
WRITE_ABSENT = (
    "INSERT INTO outbox (workspace_id, entity, key, version, operation, job_id)"
    " SELECT v.workspace_id, 'product', v.key, v.version_after,"
    " CASE v.action WHEN 'deleted' THEN 'delete' ELSE 'upsert' END, :job_id FROM revisions v"
    " WHERE v.workspace_id = :workspace_id AND v.job_id = :job_id AND v.cause = 'absent'",
    f"DELETE FROM products p USING (SELECT v.key {OF_ABSENT.format(action='deleted')}) v"
    " WHERE p.workspace_id = :workspace_id AND p.sku = v.key",
    f"DELETE FROM source_rows s USING (SELECT v.key {OF_ABSENT.format(action='deleted')}) v"
    " WHERE s.workspace_id = :workspace_id AND s.source_id = :source_id AND s.entity = 'product' AND s.key = v.key",
    "UPDATE products p SET is_active = false, version = v.version_after, updated_at = now()"
    f" FROM (SELECT v.key, v.version_after {OF_ABSENT.format(action='updated')}) v"
    " WHERE p.workspace_id = :workspace_id AND p.sku = v.key",
)

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


def apply_planned(connection: Connection, order: ApplyOrder, outcomes: Mapping[str, int]) -> None:
    """Write the planned rows within the session's transaction.

    Args:
        connection: a session of the job's workspace.
        order: the job whose plan is applied.
        outcomes: how many rows the plan has of each outcome, and how many products are deleted and deactivated.

    Raises:
        StalePlan: a product that the plan would touch has changed since, or is new, or is gone; or a field is locked.
    """
    bound = {
        "workspace_id": order.workspace_id,
        "job_id": order.job_id,
        "source_id": order.source_id,
        "fingerprint": order.fingerprint,
    }
    lock_workspace(connection, order.workspace_id)
    changed = changed_since(connection, order)
    if changed:
        raise StalePlan(changed, "Plan again.")
    use_memory(connection)
    low, last = connection.execute(text(LINES), bound).one()
    create = _create(connection, bound) if outcomes.get("created") else None
    for start in range(low, last + 1, BLOCK_LINES):
        _write_block(connection, {**bound, "low": start, "high": start + BLOCK_LINES}, create, outcomes)
    if outcomes.get("deleted") or outcomes.get("deactivated"):
        for statement in (KEEP_ABSENT, *WRITE_ABSENT):
            connection.execute(text(statement), bound)
    connection.execute(text(SUPERSEDE), bound)
    if outcomes.get("conflicts"):
        connection.execute(text(KEEP_CONFLICTS), bound)
    keep_issues(connection, order.job_id)


def lock_workspace(connection: Connection, workspace_id: int) -> None:
    """Wait until nobody else writes products of the workspace, and keep others from it until the transaction ends."""
    connection.execute(
        text("SELECT pg_advisory_xact_lock(:space, CAST(:workspace_id AS integer))"),
        {"space": APPLY_LOCK_SPACE, "workspace_id": workspace_id},
    )


def keep_issues(connection: Connection, job_id: str) -> None:
    """Make the staged issues the job's issues of its plan; those of an earlier attempt go.

    Where only corrected rows are imported, those of other rows stay.
    """
    connection.execute(text(FORGET_ISSUES), {"job_id": job_id})
    connection.execute(text(KEEP_ISSUES), {"job_id": job_id})


def changed_since(connection: Connection, order: ApplyOrder) -> str | None:
    """What has changed since an import was planned, as a sentence: products that it touches or leaves, or locks."""
    changed = changed_records(connection, order.workspace_id, order.job_id)
    if changed is not None:
        return changed
    bound = {"workspace_id": order.workspace_id, "job_id": order.job_id}
    locked = connection.execute(text(LOCKED_SINCE), bound).scalar()
    if locked is not None:
        return f"The field '{locked}' was locked since the plan was made."
    before = (order.known_before, order.known_newest)
    if order.known_before and known_now(connection, order.source_id, order.fingerprint) != before:
        newer = {**bound, "source_id": order.source_id, "newest": order.known_newest}
        keys = ", ".join(connection.execute(text(KNOWN_SINCE), newer).scalars())
        return f"Products that the plan left unchanged have changed since it was made{keys and f', among them {keys}'}."
    return None


def _write_block(
    connection: Connection, bound: dict[str, Any], create: str | None, outcomes: Mapping[str, int]
) -> None:
    if create is not None:
        try:
            connection.execute(text(create), bound)
        except IntegrityError as error:
            raise StalePlan("A product that the plan would create exists already.", "Plan again.") from error
    if outcomes.get("updated"):
        connection.execute(text(UPDATE), bound)
    if outcomes.get("unchanged"):
        connection.execute(text(REMEMBER_UNCHANGED), bound)


def _create(connection: Connection, bound: dict[str, Any]) -> str:
    """The statement that creates; only a source that has given products before may have given one that is gone."""
    found = connection.execute(
        text(
            "SELECT EXISTS (SELECT FROM source_rows WHERE workspace_id = :workspace_id AND source_id = :source_id"
            " AND entity = 'product')"
        ),
        bound,
    )
    if found.scalar_one():
        before = "CASE WHEN s.key IS NOT NULL THEN to_jsonb(s) END"
        return CREATE.format(source_before=before, source_row=SOURCE_ROW, on_conflict=ON_CONFLICT)
    return CREATE.format(source_before="NULL::jsonb", source_row="", on_conflict="")

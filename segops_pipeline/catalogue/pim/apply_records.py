"""Apply a plan of records: one transaction in which either all of it is written or nothing.

Before-images go to `revisions`, what changed gets a version of the one sequence, changed products go to the outbox,
and so do those that show what has changed elsewhere: an item's value, a brand's name. The product schema follows the
attributes. As in `catalogue.apply`, a plan is written in blocks of lines, and wide rows are read where they lie.
"""

from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from segops_pipeline.catalogue.apply import (
    BLOCK,
    BLOCK_LINES,
    LINES,
    LOCKED_SINCE,
    OUTBOX,
    PRODUCT_SOURCE,
    ApplyOrder,
    keep_issues,
    lock_workspace,
)
from segops_pipeline.catalogue.pim.dependents import tell_dependents
from segops_pipeline.catalogue.pim.field_attributes import changed_field
from segops_pipeline.catalogue.pim.references import stored_references
from segops_pipeline.catalogue.pim.schema_sync import sync_schema
from segops_pipeline.catalogue.plan import Plan
from segops_pipeline.catalogue.revisions import IMAGE, RECORD_IMAGE
from segops_pipeline.catalogue.stale import changed_records
from segops_pipeline.errors import StalePlan
from segops_pipeline.stores.database import use_memory

PLANNED = """CROSS JOIN LATERAL (SELECT t.name, t.data, t.pim FROM staging.plan_rows t WHERE t.job_id = :job_id
        AND t.entity = {entity} AND t.key = m.key AND t.pim IS NOT NULL OFFSET 0) t"""
OF_PRODUCTS = PLANNED.format(entity="'product'")
NEXT = "nextval('version_sequence') AS version"
FOUND = f"""FROM staging.plan_rows t WHERE {BLOCK} AND t.pim IS NOT NULL"""

CREATE = f"""
WITH made AS MATERIALIZED (
    SELECT t.key, t.line, {NEXT}
    FROM (SELECT t.key, t.line {FOUND} AND t.entity = 'product' AND t.outcome = 'created' ORDER BY t.key) t
), sent AS ({OUTBOX.format(operation="upsert", table="made")}
), kept AS (
    INSERT INTO revisions (workspace_id, job_id, entity, key, action, version_after, line)
    SELECT :workspace_id, :job_id, 'product', key, 'created', version, line FROM made
)
INSERT INTO products (workspace_id, sku, name, data, pim, source, version)
SELECT :workspace_id, m.key, coalesce(t.name, ''), t.data, t.pim, {PRODUCT_SOURCE}, m.version
FROM made m {OF_PRODUCTS}
"""
UPDATE = f"""
WITH made AS MATERIALIZED (
    SELECT t.key, t.line, t.version_before, {NEXT}
    FROM (SELECT t.key, t.line, t.version_before {FOUND} AND t.entity = 'product' AND t.outcome = 'updated'
        ORDER BY t.key) t
), sent AS ({OUTBOX.format(operation="upsert", table="made")}
), kept AS (
    INSERT INTO revisions (workspace_id, job_id, entity, key, action, version_before, version_after, before, line)
    SELECT :workspace_id, :job_id, 'product', m.key, 'updated', m.version_before, m.version, {IMAGE}, m.line
    FROM made m JOIN products p ON p.workspace_id = :workspace_id AND p.sku = m.key
)
UPDATE products p SET data = t.data, pim = t.pim, source = {PRODUCT_SOURCE}, version = m.version, updated_at = now()
FROM made m {OF_PRODUCTS}
WHERE p.workspace_id = :workspace_id AND p.sku = m.key
"""
WRITE_RECORDS = f"""
WITH made AS MATERIALIZED (
    SELECT t.entity, t.key, t.line, t.outcome, t.version_before, {NEXT}
    FROM (SELECT t.* {FOUND} AND t.entity <> 'product' ORDER BY t.entity, t.key) t
), kept AS (
    INSERT INTO revisions (workspace_id, job_id, entity, key, action, version_before, version_after, before, line)
    SELECT :workspace_id, :job_id, m.entity, m.key, m.outcome, m.version_before, m.version,
        CASE WHEN r.key IS NOT NULL THEN {RECORD_IMAGE} END, m.line
    FROM made m LEFT JOIN records r ON r.workspace_id = :workspace_id AND r.entity = m.entity AND r.key = m.key
), gone AS (
    DELETE FROM records r USING made m
    WHERE m.outcome = 'deleted' AND r.workspace_id = :workspace_id AND r.entity = m.entity AND r.key = m.key
)
INSERT INTO records (workspace_id, entity, key, data, version)
SELECT :workspace_id, m.entity, m.key, t.data, m.version
FROM made m {PLANNED.format(entity="m.entity")}
WHERE m.outcome <> 'deleted'
ON CONFLICT (workspace_id, entity, key) DO UPDATE SET data = excluded.data, version = excluded.version,
    updated_at = now()
"""
WHAT_IS_PLANNED = "SELECT DISTINCT entity, outcome FROM staging.plan_rows WHERE job_id = :job_id AND pim IS NOT NULL"
# products that a plan puts into bundles, and that are gone since: it touches the bundles only
GONE_ITEMS = """
SELECT i.item ->> 'item' FROM staging.plan_rows t
CROSS JOIN LATERAL jsonb_array_elements(t.pim -> 'bundle') i (item)
WHERE t.job_id = :job_id AND t.entity = 'product' AND jsonb_exists(t.pim, 'bundle')
    AND NOT EXISTS (SELECT FROM products p WHERE p.workspace_id = :workspace_id AND p.sku = i.item ->> 'item')
    AND NOT EXISTS (SELECT FROM staging.plan_rows o WHERE o.job_id = :job_id AND o.entity = 'product'
        AND o.key = i.item ->> 'item' AND o.pim IS NOT NULL)
    AND NOT EXISTS (SELECT FROM products p WHERE p.workspace_id = :workspace_id AND p.sku = t.key
        AND p.pim -> 'bundle' @> jsonb_build_array(jsonb_build_object('item', i.item -> 'item')))
LIMIT 1
"""
# items that a plan takes out of lists: products may refer to them since
REMOVED_ITEMS = """
SELECT t.key, g.items FROM staging.plan_rows t
JOIN records r ON r.workspace_id = :workspace_id AND r.entity = t.entity AND r.key = t.key
CROSS JOIN LATERAL (SELECT array_agg(g.item) AS items FROM (
    SELECT i.item ->> 'id' AS item FROM jsonb_array_elements(r.data -> 'items') i (item)
    EXCEPT SELECT i.item ->> 'id' FROM jsonb_array_elements(t.data -> 'items') i (item)) g) g
WHERE t.job_id = :job_id AND t.entity = 'global_list' AND t.outcome = 'updated' AND g.items IS NOT NULL
"""
ATTRIBUTES = """
SELECT key FROM staging.plan_rows WHERE job_id = :job_id AND entity = 'attribute' AND pim IS NOT NULL ORDER BY key
"""


def changed_since_plan(connection: Connection, order: ApplyOrder, plan: Plan) -> str | None:
    """What has changed since records were planned, as a sentence; None: nothing that the plan rests on.

    Args:
        connection: a session of the job's workspace.
        order: the job.
        plan: as `plan_records` has made it.
    """
    changed = changed_records(connection, order.workspace_id, order.job_id)
    if changed is not None:
        return changed
    field = changed_field(connection, order.workspace_id, plan.summary.get("seen_fields", {}))
    if field is not None:
        return f"The field '{field}' of the product schema has changed since the plan was made."
    bound = {"workspace_id": order.workspace_id, "job_id": order.job_id}
    gone = connection.execute(text(GONE_ITEMS), bound).scalar()
    if gone is not None:
        return f"The product {gone}, which the plan puts into a bundle, is not there any more."
    for row in connection.execute(text(REMOVED_ITEMS), bound).all():
        users = stored_references(connection, order.workspace_id, row.key)
        if used := [users[item] for item in row.items if item in users]:
            return f"An item of {row.key} that the plan removes is referred to by now, by {used[0]}."
    locked = connection.execute(text(LOCKED_SINCE), bound).scalar()
    return None if locked is None else f"The field '{locked}' was locked since the plan was made."


def apply_records(connection: Connection, order: ApplyOrder, plan: Plan) -> None:
    """Write a plan of records within the session's transaction.

    Args:
        connection: a session of the job's workspace.
        order: the job whose plan is applied.
        plan: as `plan_records` has made it; what it has staged is still there.

    Raises:
        StalePlan: what the plan would touch, or rests on, has changed since.
    """
    bound: dict[str, Any] = {"workspace_id": order.workspace_id, "job_id": order.job_id}
    lock_workspace(connection, order.workspace_id)
    changed = changed_since_plan(connection, order, plan)
    if changed:
        raise StalePlan(changed, "Plan again.")
    use_memory(connection)
    planned = {(row.entity, row.outcome) for row in connection.execute(text(WHAT_IS_PLANNED), bound)}
    has_records = any(entity != "product" for entity, _ in planned)
    statements = [WRITE_RECORDS] if has_records else []
    statements += [CREATE] if ("product", "created") in planned else []
    statements += [UPDATE] if ("product", "updated") in planned else []
    low, last = connection.execute(text(LINES), bound).one()
    for start in range(low, last + 1, BLOCK_LINES) if statements else ():
        for statement in statements:
            _write(connection, statement, {**bound, "low": start, "high": start + BLOCK_LINES})
    if has_records:
        sync_schema(connection, order.workspace_id, connection.execute(text(ATTRIBUTES), bound).scalars())
        tell_dependents(connection, order.workspace_id, order.job_id)
    keep_issues(connection, order.job_id)


def _write(connection: Connection, statement: str, bound: dict[str, Any]) -> None:
    try:
        connection.execute(text(statement), bound)
    except IntegrityError as error:
        raise StalePlan("A record that the plan would create exists already.", "Plan again.") from error

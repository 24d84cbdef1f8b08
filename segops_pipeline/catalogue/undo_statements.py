"""The statements of an undo: what becomes of each key that a job has changed, and writing it.

Products and the records of a PIM are planned alike; each kind is written into its own table. What belongs here: the
SQL. What doesn't: in which order, and what is told of it (`undo`).
"""

from segops_pipeline.catalogue.revisions import IMAGE, RECORD_IMAGE

# `line` of a planned row is the version that the job's first change of its key gave: it says where the image is.
# `given.restores` is the version that stands for what was before: 0 where there was nothing. Revisions are not joined
# with each other: fresh ones have no statistics, so that such a join is taken for a tiny one and looped over.
# `{whose}` are the revisions that are looked at, `{present}` is the table of what they are of.
PLAN = """
INSERT INTO staging.plan_rows (workspace_id, job_id, entity, key, line, outcome, version_before, given, reason)
WITH own AS MATERIALIZED (
    SELECT entity, key, min(version_after) AS first, max(version_after) AS last,
        (array_agg(action ORDER BY version_after))[1] AS action,
        (array_agg(before IS NULL ORDER BY version_after))[1] AS has_no_image,
        (array_agg(version_before ORDER BY version_after))[1] AS version_before,
        (array_agg(restores ORDER BY version_after))[count(*)::int] AS restores
    FROM revisions
    WHERE workspace_id = :workspace_id AND job_id = :undone AND {whose} GROUP BY entity, key
), found AS (
    SELECT o.entity, o.key, o.first, p.version AS version_now, o.action,
        o.action <> 'created' AND o.has_no_image AS is_purged,
        coalesce(o.restores, o.last) AS left_at, coalesce(n.restores, n.version_after) AS now_at,
        coalesce(b.stands_for, o.version_before, 0) AS was_at, between_them.version_after IS NOT NULL
            OR p.version <> n.version_after AS is_broken,
        coalesce(between_them.version_after, n.version_after) AS blocked_by
    FROM own o
    LEFT JOIN {present}
    CROSS JOIN LATERAL (SELECT r.version_after, r.restores FROM revisions r WHERE r.workspace_id = :workspace_id
        AND r.entity = o.entity AND r.key = o.key ORDER BY r.version_after DESC LIMIT 1) n
    LEFT JOIN LATERAL (SELECT coalesce(r.restores, r.version_after) AS stands_for FROM revisions r
        WHERE r.workspace_id = :workspace_id AND r.entity = o.entity AND r.key = o.key AND r.version_after < o.first
        ORDER BY r.version_after DESC LIMIT 1) b ON true
    LEFT JOIN LATERAL (SELECT r.version_after FROM revisions r WHERE o.first < o.last
        AND r.workspace_id = :workspace_id AND r.entity = o.entity AND r.key = o.key
        AND r.version_after > o.first AND r.version_after < o.last AND r.job_id IS DISTINCT FROM :undone
        ORDER BY r.version_after LIMIT 1) between_them ON true
), judged AS (
    SELECT found.*, CASE
        WHEN now_at = was_at AND is_broken IS NOT TRUE THEN 'unchanged'
        WHEN is_broken OR now_at <> left_at THEN 'conflict'
        WHEN is_purged THEN 'rejected'
        WHEN action = 'created' THEN CASE WHEN version_now IS NULL THEN 'unchanged' ELSE 'deleted' END
        WHEN version_now IS NULL THEN 'created'
        ELSE 'updated' END AS outcome
    FROM found
)
SELECT :workspace_id, :job_id, entity, key, first, outcome, version_now,
    jsonb_build_object('restores', was_at, 'blocked_by', CASE WHEN outcome = 'conflict' THEN blocked_by END),
    CASE outcome WHEN 'conflict' THEN 'kept_changed_since' WHEN 'rejected' THEN 'before_image_purged' END
FROM judged
"""
PLANS = {
    "products": PLAN.format(
        whose="entity = 'product'", present="products p ON p.workspace_id = :workspace_id AND p.sku = o.key"
    ),
    "records": PLAN.format(
        whose="entity <> 'product'",
        present="records p ON p.workspace_id = :workspace_id AND p.entity = o.entity AND p.key = o.key",
    ),
}
HAS_RECORDS = """
SELECT EXISTS (SELECT FROM revisions
    WHERE workspace_id = :workspace_id AND job_id = :undone AND entity <> 'product')
"""
FORGET_PLAN = "DELETE FROM staging.plan_rows WHERE job_id = :job_id"
OUTCOMES = """
SELECT entity, outcome, coalesce(reason, '') AS reason, count(*) AS number
FROM staging.plan_rows WHERE job_id = :job_id GROUP BY 1, 2, 3
"""
BLOCKING = """
SELECT r.job_id, j.file_name, CASE WHEN r.job_id IS NULL THEN r.actor END AS actor, count(*) AS products,
    bool_and(t.entity = 'product') AS is_of_products,
    max(r.created_at) AS changed_at
FROM staging.plan_rows t
JOIN revisions r ON r.workspace_id = :workspace_id AND r.entity = t.entity AND r.key = t.key
    AND r.version_after = (t.given ->> 'blocked_by')::bigint
LEFT JOIN import_jobs j ON j.workspace_id = r.workspace_id AND j.id = r.job_id
WHERE t.job_id = :job_id AND t.outcome = 'conflict'
GROUP BY 1, 2, 3 ORDER BY max(r.version_after) DESC LIMIT 50
"""

BLOCK = "t.job_id = :job_id AND t.line >= :low AND t.line < :high"
# Here and below a row is looked up by its whole key, whatever PostgreSQL knows of how many there are: OFFSET 0 keeps it
# from joining tables without statistics by a part of their keys.
SOURCE_ROW = """LEFT JOIN LATERAL (SELECT * FROM source_rows s WHERE s.workspace_id = :workspace_id
        AND s.source_id = :source_id AND s.entity = 'product' AND s.key = t.key OFFSET 0) s ON true"""
MADE = f"""made AS MATERIALIZED (
    SELECT t.key, t.line, (t.given ->> 'restores')::bigint AS restores, t.version_before,
        nextval('version_sequence') AS version
    FROM staging.plan_rows t WHERE {BLOCK} AND t.entity = 'product' AND t.outcome = '{{outcome}}'
)"""
KEPT = f"""kept AS (
    INSERT INTO revisions (workspace_id, job_id, entity, key, action, cause, version_before, version_after, before,
        source_before, restores)
    SELECT :workspace_id, :job_id, 'product', t.key, '{{action}}', :cause, t.version_before, t.version, {{image}},
        CASE WHEN s.key IS NOT NULL THEN to_jsonb(s) END, t.restores
    FROM made t {{product}} {SOURCE_ROW}
)"""
PRODUCT = "JOIN products p ON p.workspace_id = :workspace_id AND p.sku = t.key"
SENT = """sent AS (
    INSERT INTO outbox (workspace_id, entity, key, version, operation, job_id)
    SELECT :workspace_id, 'product', key, version, '{operation}', :job_id FROM made
)"""
FIRST = """CROSS JOIN LATERAL (SELECT * FROM revisions r WHERE r.workspace_id = :workspace_id AND r.entity = 'product'
    AND r.key = t.key AND r.version_after = t.line OFFSET 0) f"""
BEFORE = """f.before ->> 'name', f.before -> 'data', nullif(f.before -> 'raw_data', 'null')::json,
        f.before ->> 'source', coalesce((f.before ->> 'is_active')::boolean, true),
        coalesce(f.before -> 'pim', '{}'), t.version"""

REMOVE = f"""
WITH {MADE.format(outcome="deleted")},
{KEPT.format(action="deleted", image=IMAGE, product=PRODUCT)},
{SENT.format(operation="delete")}
DELETE FROM products p USING made t WHERE p.workspace_id = :workspace_id AND p.sku = t.key
"""
RETURN = f"""
WITH {MADE.format(outcome="updated")},
{KEPT.format(action="updated", image=IMAGE, product=PRODUCT)},
{SENT.format(operation="upsert")}
UPDATE products p SET (name, data, raw_data, source, is_active, pim, version) = ROW ({BEFORE}), updated_at = now()
FROM made t {FIRST} WHERE p.workspace_id = :workspace_id AND p.sku = t.key
"""
MAKE = f"""
WITH {MADE.format(outcome="created")},
{KEPT.format(action="created", image="NULL::jsonb", product="")},
{SENT.format(operation="upsert")}
INSERT INTO products (workspace_id, sku, name, data, raw_data, source, is_active, pim, version)
SELECT :workspace_id, t.key, {BEFORE} FROM made t {FIRST}
"""
WRITE = {"deleted": REMOVE, "updated": RETURN, "created": MAKE}
WRITE_RECORDS = f"""
WITH made AS MATERIALIZED (
    SELECT t.entity, t.key, t.line, t.outcome, (t.given ->> 'restores')::bigint AS restores, t.version_before,
        nextval('version_sequence') AS version
    FROM staging.plan_rows t
    WHERE {BLOCK} AND t.entity <> 'product' AND t.outcome IN ('deleted', 'updated', 'created')
), kept AS (
    INSERT INTO revisions (workspace_id, job_id, entity, key, action, cause, version_before, version_after, before,
        restores)
    SELECT :workspace_id, :job_id, t.entity, t.key, t.outcome, :cause, t.version_before, t.version,
        CASE WHEN r.key IS NOT NULL THEN {RECORD_IMAGE} END, t.restores
    FROM made t LEFT JOIN records r ON r.workspace_id = :workspace_id AND r.entity = t.entity AND r.key = t.key
), gone AS (
    DELETE FROM records r USING made t
    WHERE t.outcome = 'deleted' AND r.workspace_id = :workspace_id AND r.entity = t.entity AND r.key = t.key
)
INSERT INTO records (workspace_id, entity, key, data, version)
SELECT :workspace_id, t.entity, t.key, f.before -> 'data', t.version
FROM made t CROSS JOIN LATERAL (SELECT r.before FROM revisions r WHERE r.workspace_id = :workspace_id
    AND r.entity = t.entity AND r.key = t.key AND r.version_after = t.line OFFSET 0) f
WHERE t.outcome <> 'deleted'
ON CONFLICT (workspace_id, entity, key) DO UPDATE SET data = excluded.data, version = excluded.version,
    updated_at = now()
"""
ATTRIBUTES = """
SELECT key FROM staging.plan_rows WHERE job_id = :job_id AND entity = 'attribute'
    AND outcome IN ('deleted', 'updated', 'created') ORDER BY key
"""

# What an import of the source has written that was done later stays, whichever was opened first. A row of the version
# that the undo brings back is of the new one.
IS_LATER = """= ANY(ARRAY(SELECT j.id FROM import_jobs j WHERE j.workspace_id = :workspace_id
        AND j.source_id = :source_id AND j.id <> :undone
        AND j.finished_at > (SELECT u.finished_at FROM import_jobs u WHERE u.id = :undone)))"""
REVERSED = f"""staging.plan_rows t
{FIRST}
WHERE {BLOCK} AND f.source_before IS {{null}} AND t.outcome IN ('deleted', 'updated', 'created')"""
FORGET_SOURCE_ROWS = f"""
DELETE FROM source_rows WHERE ctid = ANY(ARRAY(
    SELECT s.place FROM (SELECT t.key FROM {REVERSED.format(null="NULL")}) t
    CROSS JOIN LATERAL (SELECT s.ctid AS place FROM source_rows s WHERE s.workspace_id = :workspace_id
        AND s.source_id = :source_id AND s.entity = 'product' AND s.key = t.key
        AND NOT s.job_id {IS_LATER} OFFSET 0) s))
"""
RETURN_SOURCE_ROWS = f"""
INSERT INTO source_rows AS s (workspace_id, source_id, entity, key, line, raw_hash, name, data, mapping_fingerprint,
    version, job_id)
SELECT :workspace_id, :source_id, 'product', b.key, (b.row ->> 'line')::bigint, (b.row ->> 'raw_hash')::bytea,
    b.row ->> 'name', nullif(b.row -> 'data', 'null'), b.row ->> 'mapping_fingerprint',
    CASE WHEN (b.row ->> 'version')::bigint = b.version_before THEN coalesce(p.version, b.version_before)
        ELSE (b.row ->> 'version')::bigint END, b.row ->> 'job_id'
FROM (SELECT t.key, f.source_before AS row, f.version_before FROM {REVERSED.format(null="NOT NULL")}) b
LEFT JOIN products p ON p.workspace_id = :workspace_id AND p.sku = b.key
ON CONFLICT (workspace_id, source_id, entity, key) DO UPDATE SET line = excluded.line, raw_hash = excluded.raw_hash,
    name = excluded.name, data = excluded.data, mapping_fingerprint = excluded.mapping_fingerprint,
    version = excluded.version, job_id = excluded.job_id
WHERE NOT s.job_id {IS_LATER}
"""

SUPERSEDE = """
UPDATE conflicts SET status = 'superseded', resolved_at = now()
WHERE workspace_id = :workspace_id AND job_id = :undone AND status = 'open'
"""
KEEP_ISSUES = """
INSERT INTO issues (workspace_id, job_id, entity, key, stage, code, level, message, suggestion)
SELECT :workspace_id, :job_id, t.entity, t.key, 'import_plan', t.reason, 'warning',
    CASE WHEN t.outcome = 'rejected' THEN 'How ' || t.key || ' was before is not kept any more: it stays as it is.'
        WHEN t.reason = 'kept_in_use' THEN t.key || ' is used by others that stay: it is kept.'
        WHEN r.job_id IS NULL THEN t.key || ' was edited by ' || coalesce(r.actor, 'somebody') || ' on '
            || to_char(r.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC, after the import: it is kept.'
        ELSE t.key || ' was changed since by job ' || r.job_id || ' (' || coalesce(j.file_name, '?')
            || '): it is kept.' END,
    CASE WHEN t.reason = 'kept_in_use' THEN 'Undo the imports that use it first, or change what they made.'
        WHEN t.entity <> 'product' AND (t.outcome = 'rejected' OR r.job_id IS NULL)
            THEN 'Change it by hand: segops pim --help'
        WHEN t.outcome = 'rejected' THEN 'Set its values by hand: segops product SKU --set FIELD=VALUE'
        WHEN r.job_id IS NULL THEN 'See what was changed: segops product SKU --history'
        ELSE 'Undo that one first: segops undo ' || r.job_id END
FROM staging.plan_rows t
LEFT JOIN revisions r ON r.workspace_id = :workspace_id AND r.entity = t.entity AND r.key = t.key
    AND r.version_after = (t.given ->> 'blocked_by')::bigint
LEFT JOIN import_jobs j ON j.workspace_id = r.workspace_id AND j.id = r.job_id
WHERE t.job_id = :job_id AND t.outcome IN ('conflict', 'rejected') ORDER BY t.entity, t.key
"""

"""Take back what a job has changed, as SQL: each product returns to the image before the job's first change of it.

A key that somebody has changed since is kept. A change and its undo cancel out: a revision that `restores` a version
stands for that version, so that the job before it can be taken back too. What belongs here: planning and writing the
undo, in the session's workspace. What doesn't: the jobs (`imports.undo`), learned memory (`inference.memory`).
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.revisions import IMAGE
from segops_pipeline.stores.database import use_memory

BLOCK_VERSIONS = 100_000

# `line` of a planned row is the version that the job's first change of its key gave: it says where the image is.
# `given.restores` is the version that stands for what was before: 0 where there was nothing. Revisions are not joined
# with each other: fresh ones have no statistics, so that such a join is taken for a tiny one and looped over.
PLAN = """
INSERT INTO staging.plan_rows (workspace_id, job_id, entity, key, line, outcome, version_before, given, reason)
WITH own AS MATERIALIZED (
    SELECT key, min(version_after) AS first, max(version_after) AS last,
        (array_agg(action ORDER BY version_after))[1] AS action,
        (array_agg(before IS NULL ORDER BY version_after))[1] AS has_no_image,
        (array_agg(version_before ORDER BY version_after))[1] AS version_before,
        (array_agg(restores ORDER BY version_after))[count(*)::int] AS restores
    FROM revisions
    WHERE workspace_id = :workspace_id AND job_id = :undone AND entity = 'product' GROUP BY key
), found AS (
    SELECT o.key, o.first, p.version AS version_now, o.action,
        o.action <> 'created' AND o.has_no_image AS is_purged,
        coalesce(o.restores, o.last) AS left_at, coalesce(n.restores, n.version_after) AS now_at,
        coalesce(b.stands_for, o.version_before, 0) AS was_at, between_them.version_after IS NOT NULL
            OR p.version <> n.version_after AS is_broken,
        coalesce(between_them.version_after, n.version_after) AS blocked_by
    FROM own o
    LEFT JOIN products p ON p.workspace_id = :workspace_id AND p.sku = o.key
    CROSS JOIN LATERAL (SELECT r.version_after, r.restores FROM revisions r WHERE r.workspace_id = :workspace_id
        AND r.entity = 'product' AND r.key = o.key ORDER BY r.version_after DESC LIMIT 1) n
    LEFT JOIN LATERAL (SELECT coalesce(r.restores, r.version_after) AS stands_for FROM revisions r
        WHERE r.workspace_id = :workspace_id AND r.entity = 'product' AND r.key = o.key AND r.version_after < o.first
        ORDER BY r.version_after DESC LIMIT 1) b ON true
    LEFT JOIN LATERAL (SELECT r.version_after FROM revisions r WHERE o.first < o.last
        AND r.workspace_id = :workspace_id AND r.entity = 'product' AND r.key = o.key
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
SELECT :workspace_id, :job_id, 'product', key, first, outcome, version_now,
    jsonb_build_object('restores', was_at, 'blocked_by', CASE WHEN outcome = 'conflict' THEN blocked_by END),
    CASE outcome WHEN 'conflict' THEN 'kept_changed_since' WHEN 'rejected' THEN 'before_image_purged' END
FROM judged
"""
FORGET_PLAN = "DELETE FROM staging.plan_rows WHERE job_id = :job_id"
OUTCOMES = "SELECT outcome, count(*) AS number FROM staging.plan_rows WHERE job_id = :job_id GROUP BY outcome"
BLOCKING = """
SELECT r.job_id, j.file_name, CASE WHEN r.job_id IS NULL THEN r.actor END AS actor, count(*) AS products,
    max(r.created_at) AS changed_at
FROM staging.plan_rows t
JOIN revisions r ON r.workspace_id = :workspace_id AND r.entity = 'product' AND r.key = t.key
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
    FROM staging.plan_rows t WHERE {BLOCK} AND t.outcome = '{{outcome}}'
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
        f.before ->> 'source', coalesce((f.before ->> 'is_active')::boolean, true), t.version"""

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
UPDATE products p SET (name, data, raw_data, source, is_active, version) = ROW ({BEFORE}), updated_at = now()
FROM made t {FIRST} WHERE p.workspace_id = :workspace_id AND p.sku = t.key
"""
MAKE = f"""
WITH {MADE.format(outcome="created")},
{KEPT.format(action="created", image="NULL::jsonb", product="")},
{SENT.format(operation="upsert")}
INSERT INTO products (workspace_id, sku, name, data, raw_data, source, is_active, version)
SELECT :workspace_id, t.key, {BEFORE} FROM made t {FIRST}
"""
WRITE = {"deleted": REMOVE, "updated": RETURN, "created": MAKE}

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
SELECT :workspace_id, :job_id, 'product', t.key, 'import_plan', t.reason, 'warning',
    CASE WHEN t.outcome = 'rejected' THEN 'How ' || t.key || ' was before is not kept any more: it stays as it is.'
        WHEN r.job_id IS NULL THEN t.key || ' was edited by ' || coalesce(r.actor, 'somebody') || ' on '
            || to_char(r.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC, after the import: it is kept.'
        ELSE t.key || ' was changed since by job ' || r.job_id || ' (' || coalesce(j.file_name, '?')
            || '): it is kept.' END,
    CASE WHEN t.outcome = 'rejected' THEN 'Set its values by hand: segops product SKU --set FIELD=VALUE'
        WHEN r.job_id IS NULL THEN 'See what was changed: segops product SKU --history'
        ELSE 'Undo that one first: segops undo ' || r.job_id END
FROM staging.plan_rows t
LEFT JOIN revisions r ON r.workspace_id = :workspace_id AND r.entity = 'product' AND r.key = t.key
    AND r.version_after = (t.given ->> 'blocked_by')::bigint
LEFT JOIN import_jobs j ON j.workspace_id = r.workspace_id AND j.id = r.job_id
WHERE t.job_id = :job_id AND t.outcome IN ('conflict', 'rejected') ORDER BY t.key
"""


@dataclass(frozen=True, slots=True)
class UndoOrder:
    """Which job's changes are taken back (`undone`), by which job, with `undo` or `redo` as the cause.

    `source_id` is the source whose rows the undone job has written.
    """

    workspace_id: int
    job_id: str
    undone: str
    source_id: int
    cause: str = "undo"

    @property
    def bound(self) -> dict[str, Any]:
        """The parameters of the statements."""
        return {
            "workspace_id": self.workspace_id,
            "job_id": self.job_id,
            "undone": self.undone,
            "source_id": self.source_id,
            "cause": self.cause,
        }


def plan_reversal(connection: Connection, order: UndoOrder) -> dict[str, Any]:
    """Stage what becomes of every key that the undone job has changed.

    Args:
        connection: a session of the workspace.
        order: the job that takes back, and the one that is taken back.

    Returns:
        The summary of a plan: counts (rows are keys), products, words, and `blocking`: the jobs and people that have
        changed products since, with how many, the latest first.
    """
    use_memory(connection)
    forget_reversal(connection, order.job_id)
    connection.execute(text(PLAN), order.bound)
    found = {row.outcome: row.number for row in connection.execute(text(OUTCOMES), order.bound)}
    counts = {
        "rows": sum(found.values()),
        "created": found.get("created", 0),
        "updated": found.get("updated", 0) + found.get("deleted", 0),
        "unchanged": found.get("unchanged", 0),
        "conflicts": found.get("conflict", 0),
        "rejected": found.get("rejected", 0),
        "skipped": 0,
    }
    blocking = [
        {
            "job_id": row.job_id,
            "file": row.file_name,
            "edited_by": row.actor,
            "products": row.products,
            "changed_at": row.changed_at.isoformat(timespec="seconds"),
        }
        for row in (connection.execute(text(BLOCKING), order.bound) if counts["conflicts"] else ())
    ]
    return {
        "counts": counts,
        "known_before": 0,
        "fields": {},
        "products": {"deleted": found.get("deleted", 0)},
        "skipped": {},
        "guards": [],
        "blocking": blocking,
        "words": _words(found, blocking),
    }


def forget_reversal(connection: Connection, job_id: str) -> None:
    """Remove what is staged for an undo."""
    connection.execute(text(FORGET_PLAN), {"job_id": job_id})


def apply_reversal(connection: Connection, order: UndoOrder) -> None:
    """Write what is staged, in blocks; call `lock_workspace` and look for changes since the plan before.

    Args:
        connection: a session of the workspace.
        order: as it was planned.
    """
    use_memory(connection)
    found = {row.outcome for row in connection.execute(text(OUTCOMES), order.bound)}
    lines = text("SELECT line FROM staging.plan_rows WHERE job_id = :job_id ORDER BY line")
    # the versions of one job need not follow each other: blocks are of so many planned rows
    starts = list(connection.execute(lines, order.bound).scalars().all()[::BLOCK_VERSIONS])
    for place, low in enumerate(starts):
        high = starts[place + 1] if place + 1 < len(starts) else 2**63 - 1
        bound = {**order.bound, "low": low, "high": high}
        for outcome, statement in WRITE.items():
            if outcome in found:
                connection.execute(text(statement), bound)
        connection.execute(text(FORGET_SOURCE_ROWS), bound)
        connection.execute(text(RETURN_SOURCE_ROWS), bound)
    connection.execute(text(SUPERSEDE), order.bound)
    connection.execute(text("DELETE FROM issues WHERE job_id = :job_id AND stage = 'import_plan'"), order.bound)
    if found & {"conflict", "rejected"}:
        connection.execute(text(KEEP_ISSUES), order.bound)


def _words(found: dict[str, int], blocking: list[dict[str, Any]]) -> list[str]:
    """What the undo does and what stands in the way, as sentences."""
    told = {
        "deleted": ("is removed: the job had made it.", "are removed: the job had made them."),
        "updated": ("returns to what it was.", "return to what they were."),
        "created": ("is made again: the job had removed it.", "are made again: the job had removed them."),
        "unchanged": ("is as before already.", "are as before already."),
        "rejected": (
            "stays: how it was before is not kept any more.",
            "stay: how they were before is not kept any more.",
        ),
    }
    words = [
        f"1 product {one}" if found[outcome] == 1 else f"{found[outcome]:,} products {several}"
        for outcome, (one, several) in told.items()
        if found.get(outcome)
    ]
    for one in blocking:
        if one["job_id"] is None:
            at = one["changed_at"][:16].replace("T", " ")
            by, unless = f"by hand, by {one['edited_by'] or 'somebody'}, last on {at} UTC", ""
        else:
            by, unless = f"by job {one['job_id']} ({one['file'] or '?'})", ", unless you undo that first"
        is_one = one["products"] == 1
        was = "1 product was" if is_one else f"{one['products']:,} products were"
        words.append(f"{was} changed since {by}: {'it is' if is_one else 'they are'} kept{unless}.")
    return words

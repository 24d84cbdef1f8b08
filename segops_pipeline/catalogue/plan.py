"""The plan of an import: every staged key with its after-image and outcome, frozen before anything is applied.

Set-based: one statement lays the rows over the products under the policy. Planning writes nothing but the
plan; its token says which file, which mapping and which versions of which products it was made for.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.policies import POLICIES, Policy
from segops_pipeline.catalogue.rules import DEFAULT_RULES, ImportRules
from segops_pipeline.catalogue.staging import StagedCounts
from segops_pipeline.stores.database import use_memory


@dataclass(frozen=True, slots=True)
class PlanOrder:
    """What a plan is made for."""

    workspace_id: int
    job_id: str
    policy: str
    checksum: str
    fingerprint: str
    source_id: int = 0
    rules: ImportRules = DEFAULT_RULES


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan as stored; `counts` are of rows and reconcile: rows = the sum of the others.

    `known_before` is how many rows of the source were known when it was made, 0 where the plan rests on none.
    """

    job_id: str
    token: str
    fingerprint: str
    planned_hash: str
    counts: dict[str, int]
    known_before: int

    def as_dict(self) -> dict[str, Any]:
        """The plan's token and counts, ready for JSON."""
        return {"job_id": self.job_id, "token": self.token, "counts": self.counts}


# A hash of PostgreSQL's own over jsonb needs no text of it; two seeds make 128 bits.
CONTENT_HASH = """int8send(jsonb_hash_extended(after.data, 0) # hashtextextended(after.name, 0))
        || int8send(jsonb_hash_extended(after.data, 1) # hashtextextended(after.name, 1))"""

PLAN_ROWS = """
WITH folded AS (
    SELECT key, line, repeated, name, data, cleared FROM staging.rows WHERE job_id = :job_id AND NOT repeated
    UNION ALL
    SELECT key, line, true, name, jsonb_strip_nulls(laid),
        ARRAY(SELECT e.key FROM jsonb_each(laid) e WHERE e.value = 'null')
    FROM (
        SELECT key, max(line) AS line, {fold_name} AS name, staging.jsonb_concat_agg(coalesce(
            (SELECT jsonb_object_agg(field, NULL) FROM unnest(cleared) field), '{{}}') || data
            ORDER BY line {fold}) AS laid
        FROM staging.rows WHERE job_id = :job_id AND repeated GROUP BY key
    ) each_key
)
INSERT INTO staging.plan_rows (workspace_id, job_id, entity, key, line, outcome, version_before, name, data,
    content_hash)
SELECT :workspace_id, :job_id, 'product', r.key, r.line, what.outcome, p.version, after.name,
    CASE WHEN what.outcome = 'updated' OR r.repeated THEN after.data END, {content_hash}
FROM folded r
LEFT JOIN products p ON p.workspace_id = :workspace_id AND p.sku = r.key
CROSS JOIN LATERAL (SELECT {after_name} AS name,
    CASE WHEN p.sku IS NULL THEN r.data ELSE {after_data} END AS data OFFSET 0) AS after
CROSS JOIN LATERAL (SELECT CASE WHEN p.sku IS NULL THEN 'created'
    WHEN p.name = after.name AND p.data = after.data THEN 'unchanged' ELSE 'updated' END AS outcome) AS what
"""

FOLDED_ISSUES = """
INSERT INTO staging.issues (workspace_id, job_id, entity, key, line, code, level, message, suggestion)
SELECT r.workspace_id, r.job_id, r.entity, r.key, r.line, 'repeated_key', 'info',
    'The key occurs again: this row was folded into line ' || p.line || '.',
    'Keep one row per key if that was not meant.'
FROM staging.rows r JOIN staging.plan_rows p ON p.job_id = r.job_id AND p.key = r.key AND p.line <> r.line
WHERE r.job_id = :job_id AND r.repeated
"""


def make_plan(connection: Connection, order: PlanOrder, staged: StagedCounts) -> Plan:
    """Classify every staged key against the catalogue and store the plan.

    Args:
        connection: a session of the job's workspace.
        order: the job, its policy and what the token stands for.
        staged: what staging counted.
    """
    bound = {"job_id": order.job_id, "workspace_id": order.workspace_id}
    use_memory(connection)
    connection.execute(text("DELETE FROM staging.plan_rows WHERE job_id = :job_id"), bound)
    connection.execute(text(_plan_statement(POLICIES[order.policy])), bound)
    connection.execute(text(FOLDED_ISSUES), bound)
    counts = _counts(connection, order.job_id, staged)
    planned = planned_hash(connection, order.job_id)
    words = f"{order.job_id} {order.checksum} {order.fingerprint} {planned}"
    plan = Plan(
        order.job_id,
        hashlib.sha256(words.encode()).hexdigest()[:24],
        order.fingerprint,
        planned,
        counts,
        staged.known_before if staged.known else 0,
    )
    _store(connection, order, plan)
    return plan


def load_plan(connection: Connection, job_id: str) -> Plan | None:
    """The stored plan of a job, if it has one."""
    row = connection.execute(
        text("SELECT token, mapping_fingerprint, planned_hash, summary FROM plans WHERE job_id = :job_id"),
        {"job_id": job_id},
    ).one_or_none()
    if row is None:
        return None
    counts, known_before = row.summary["counts"], row.summary["known_before"]
    return Plan(job_id, row.token, row.mapping_fingerprint, row.planned_hash, counts, known_before)


def planned_hash(connection: Connection, job_id: str) -> str:
    """A hash of all after-images of a plan and the versions that they were made on, and how much is staged for it."""
    return connection.execute(
        text(
            """
            SELECT count(*) || ':' || coalesce(sum(hashtextextended(
                key || ' ' || coalesce(version_before, 0) || ' ' || encode(content_hash, 'hex'), 0)::numeric), 0)
                || ':' || (SELECT count(*) FROM staging.rows WHERE job_id = :job_id)
                || ':' || (SELECT count(*) FROM staging.issues WHERE job_id = :job_id)
            FROM staging.plan_rows WHERE job_id = :job_id
            """
        ),
        {"job_id": job_id},
    ).scalar_one()


def _plan_statement(policy: Policy) -> str:
    last_given = "(array_agg(name ORDER BY line DESC) FILTER (WHERE name <> ''))[1]"
    first_given = "(array_agg(name ORDER BY line) FILTER (WHERE name <> ''))[1]"
    fold_name = {"merge": last_given, "fill": first_given}.get(policy.name, "(array_agg(name ORDER BY line DESC))[1]")
    return PLAN_ROWS.format(
        fold=policy.fold,
        fold_name=fold_name,
        after_name=policy.after_name,
        after_data=policy.after_data,
        content_hash=CONTENT_HASH,
    )


def _counts(connection: Connection, job_id: str, staged: StagedCounts) -> dict[str, int]:
    rows = connection.execute(
        text("SELECT outcome, count(*) FROM staging.plan_rows WHERE job_id = :job_id GROUP BY outcome"),
        {"job_id": job_id},
    )
    outcomes: dict[str, int] = {row[0]: row[1] for row in rows}
    planned = sum(outcomes.values())
    return {
        "rows": staged.rows,
        "created": outcomes.get("created", 0),
        "updated": outcomes.get("updated", 0),
        "unchanged": outcomes.get("unchanged", 0) + staged.known,
        "conflicts": 0,
        "rejected": staged.rejected,
        "skipped": staged.staged - planned,
    }


def _store(connection: Connection, order: PlanOrder, plan: Plan) -> None:
    connection.execute(
        text(
            """
            INSERT INTO plans (workspace_id, job_id, token, checksum, mapping_fingerprint,
                planned_hash, summary)
            VALUES (:workspace_id, :job_id, :token, :checksum, :fingerprint, :planned_hash,
                CAST(:summary AS jsonb))
            ON CONFLICT (workspace_id, job_id) DO UPDATE SET token = excluded.token,
                checksum = excluded.checksum, mapping_fingerprint = excluded.mapping_fingerprint,
                planned_hash = excluded.planned_hash, summary = excluded.summary, created_at = now()
            """
        ),
        {
            "workspace_id": order.workspace_id,
            "job_id": order.job_id,
            "token": plan.token,
            "checksum": order.checksum,
            "fingerprint": plan.fingerprint,
            "planned_hash": plan.planned_hash,
            "summary": json.dumps({"counts": plan.counts, "known_before": plan.known_before}),
        },
    )

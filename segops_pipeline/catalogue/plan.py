"""The plan of an import: every staged key with its after-image and outcome, frozen before anything is applied.

Planning writes nothing but the plan; its token says which file, which mapping and which versions of which products it
was made for. What belongs here: making, storing and loading a plan. What doesn't: the statement that plans
(`plan_rows`), its numbers (`plan_summary`).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.absent import plan_absent
from segops_pipeline.catalogue.guards import load_limits, violations
from segops_pipeline.catalogue.plan_rows import RowPlanner, plan_rows
from segops_pipeline.catalogue.plan_summary import created_fields, field_counts, outcomes, words
from segops_pipeline.catalogue.rules import DEFAULT_RULES, ImportRules
from segops_pipeline.catalogue.staging import StagedCounts
from segops_pipeline.stores.database import use_memory, without_loops


@dataclass(frozen=True, slots=True)
class PlanOrder:
    """What a plan is made for; `types` has the mapping's fields, `draft` what a later confirmation needs.

    `continues`: other rows of the same file are imported already.
    """

    workspace_id: int
    job_id: str
    policy: str
    checksum: str
    fingerprint: str
    source_id: int
    types: Mapping[str, str]
    rules: ImportRules = DEFAULT_RULES
    validation: str = "lenient"
    continues: bool = False
    draft: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan as stored; `counts` are of rows and reconcile: rows = the sum of the others.

    `known_before` is how many rows of the source were known when it was made, 0 where the plan rests on none.
    `summary` has the counts per field, the products that go, why rows are skipped, guards, and all of it in words.
    A plan that `is_confirmed` is applied as it is or not at all.
    """

    job_id: str
    token: str
    fingerprint: str
    planned_hash: str
    counts: dict[str, int]
    known_before: int
    checksum: str = ""
    summary: dict[str, Any] = field(default_factory=dict[str, Any])
    draft: dict[str, Any] | None = None
    is_confirmed: bool = False

    @property
    def held(self) -> list[dict[str, Any]]:
        """The guards that it is beyond."""
        return self.summary.get("guards", [])

    @property
    def known_newest(self) -> int:
        """The highest version of the products whose rows were known."""
        return self.summary.get("known_newest", 0)

    @property
    def products(self) -> dict[str, int]:
        """Products that the file lacks: how many are deleted and deactivated."""
        return self.summary.get("products", {})

    def as_dict(self) -> dict[str, Any]:
        """The plan's token, counts and summary, ready for JSON."""
        return {"job_id": self.job_id, "token": self.token, **self.summary, "counts": self.counts}


FOLDED_ISSUES = """
INSERT INTO staging.issues (workspace_id, job_id, entity, key, line, code, level, message, suggestion)
SELECT r.workspace_id, r.job_id, r.entity, r.key, r.line, 'repeated_key', 'info',
    'The key occurs again: this row was folded into line ' || p.line || '.',
    'Keep one row per key if that was not meant.'
FROM staging.rows r JOIN staging.plan_rows p ON p.job_id = r.job_id AND p.key = r.key AND p.line <> r.line
WHERE r.job_id = :job_id AND r.repeated
"""
WHAT_THERE_IS = """
SELECT EXISTS (SELECT FROM field_locks WHERE workspace_id = :workspace_id) AS has_locks,
    EXISTS (SELECT FROM source_rows WHERE workspace_id = :workspace_id AND source_id = :source_id
        AND entity = 'product') AS has_rows_of_source
"""
# Keys of an entity are unique in a plan, so that no two rows are the same and fall out of an exclusive or. What a
# created row becomes is as staged: its raw row's hash and the mapping's fingerprint stand for it.
PLANNED_HASH = """
SELECT coalesce(bit_xor(hashtextextended(
    entity || ' ' || key || ' ' || outcome || ' ' || coalesce(version_before, 0) || coalesce(name, '')
        || coalesce(raw_hash::text, ''),
    coalesce(jsonb_hash_extended(data, coalesce(jsonb_hash_extended(pim, 0), 0)), 0))), 0)
FROM staging.plan_rows WHERE job_id = :job_id
"""
PLANNED_SIZE = """
SELECT (SELECT count(*) FROM staging.plan_rows WHERE job_id = :job_id)
    || ':' || (SELECT count(*) FROM (SELECT FROM staging.rows WHERE job_id = :job_id LIMIT 1) found)
    || ':' || (SELECT count(*) FROM staging.issues WHERE job_id = :job_id)
"""


def make_plan(connection: Connection, order: PlanOrder, staged: StagedCounts) -> Plan:
    """Classify every staged key against the catalogue and store the plan.

    Args:
        connection: a session of the job's workspace.
        order: the job, its rules and what the token stands for.
        staged: what staging counted.
    """
    bound = {"job_id": order.job_id, "workspace_id": order.workspace_id, "source_id": order.source_id}
    use_memory(connection)
    there = connection.execute(text(WHAT_THERE_IS), bound).one()
    plan_rows(
        connection,
        RowPlanner(
            order.policy,
            order.rules,
            list(order.types),
            there.has_locks,
            there.has_rows_of_source,
            staged.repeated,
            order.continues,
        ),
        bound,
    )
    if staged.good and staged.good >= staged.rejected:
        plan_absent(connection, order.rules.absent, bound)
    with without_loops(connection, staged.staged):
        if staged.repeated:
            connection.execute(text(FOLDED_ISSUES), bound)
        summary = _summary(connection, order, staged, exact=not (there.has_locks or staged.repeated))
    return freeze_plan(
        connection,
        order.workspace_id,
        order.job_id,
        summary,
        checksum=order.checksum,
        fingerprint=order.fingerprint,
        draft=order.draft,
    )


def freeze_plan(
    connection: Connection,
    workspace_id: int,
    job_id: str,
    summary: dict[str, Any],
    *,
    checksum: str,
    fingerprint: str,
    draft: dict[str, Any] | None,
) -> Plan:
    """Give what is staged its token, and store it as the job's plan.

    Args:
        connection: a session of the job's workspace, or of the system role.
        workspace_id: the workspace.
        job_id: the job.
        summary: of the plan, with its counts.
        checksum: of the file, with what people have changed of its rows.
        fingerprint: of what decides what its rows do.
        draft: what a later confirmation needs; None: the plan is applied in the same run.
    """
    planned = planned_size(connection, job_id)
    if draft is not None:  # it waits, and is to be known again; any other is applied in the same run
        planned = planned_hash(connection, job_id)
    counts = summary["counts"]
    token = hashlib.sha256(f"{job_id} {checksum} {fingerprint} {planned} {counts}".encode()).hexdigest()[:24]
    plan = Plan(job_id, token, fingerprint, planned, counts, summary["known_before"], checksum, summary, draft)
    store_plan(connection, workspace_id, plan)
    return plan


def load_plan(connection: Connection, job_id: str) -> Plan | None:
    """The stored plan of a job, if it has one."""
    row = connection.execute(
        text(
            "SELECT token, checksum, mapping_fingerprint, planned_hash, summary, draft, confirmed FROM plans"
            " WHERE job_id = :job_id"
        ),
        {"job_id": job_id},
    ).one_or_none()
    if row is None:
        return None
    counts, known_before = row.summary["counts"], row.summary["known_before"]
    return Plan(
        job_id,
        row.token,
        row.mapping_fingerprint,
        row.planned_hash,
        counts,
        known_before,
        row.checksum,
        row.summary,
        row.draft,
        row.confirmed,
    )


def planned_hash(connection: Connection, job_id: str) -> str:
    """A hash of all after-images of a plan and the versions that they were made on, after how much is staged for it."""
    found = connection.execute(text(PLANNED_HASH), {"job_id": job_id}).scalar_one()
    return f"{planned_size(connection, job_id)}:{found}"


def planned_size(connection: Connection, job_id: str) -> str:
    """How much is staged for a plan: nothing, after a crash of PostgreSQL, which empties unlogged tables."""
    return connection.execute(text(PLANNED_SIZE), {"job_id": job_id}).scalar_one()


def is_staged(connection: Connection, plan: Plan) -> bool:
    """Whether as much is staged as the plan was made of."""
    return f"{plan.planned_hash}:".startswith(f"{planned_size(connection, plan.job_id)}:")


def _summary(connection: Connection, order: PlanOrder, staged: StagedCounts, *, exact: bool) -> dict[str, Any]:
    found, reasons = outcomes(connection, order.job_id)
    products = {name: found[name] for name in ("deleted", "deactivated") if name in found}
    planned = sum(found.values()) - sum(products.values())
    counts = {
        "rows": staged.rows,
        "created": found.get("created", 0),
        "updated": found.get("updated", 0),
        "unchanged": found.get("unchanged", 0) + staged.known,
        "conflicts": found.get("conflict", 0),
        "rejected": staged.rejected,
        "skipped": staged.staged - planned + found.get("skipped", 0) + staged.dropped,
    }
    if staged.dropped:
        reasons["dropped"] = staged.dropped
    given = staged.given if exact else None
    if given is not None and counts["created"] == staged.staged:
        created: Mapping[str, int] = given
    else:
        created = created_fields(connection, order.job_id, given, created=counts["created"] > 0)
    among = None if order.policy == "replace" else list(order.types)
    fields = field_counts(
        connection, order.workspace_id, order.job_id, created, updates=counts["updated"] > 0, among=among
    )
    bound = {"workspace_id": order.workspace_id, "source_id": order.source_id, "job_id": order.job_id}
    limits = load_limits(connection, order.workspace_id, order.source_id)
    beyond = violations(connection, bound, {**counts, **products}, order.types, fields, limits)
    return {
        "counts": counts,
        "known_before": staged.known_before if staged.known else 0,
        "known_newest": staged.known_newest if staged.known else 0,
        "fields": fields,
        "products": products,
        "skipped": reasons,
        "guards": [violation.as_dict() for violation in beyond],
        "words": words(fields, products, reasons, counts, is_strict=order.validation == "strict"),
    }


def store_plan(connection: Connection, workspace_id: int, plan: Plan) -> None:
    """Store a plan in the place of the job's earlier one."""
    connection.execute(
        text(
            """
            INSERT INTO plans (workspace_id, job_id, token, checksum, mapping_fingerprint,
                planned_hash, summary, draft)
            VALUES (:workspace_id, :job_id, :token, :checksum, :fingerprint, :planned_hash,
                CAST(:summary AS jsonb), CAST(:draft AS jsonb))
            ON CONFLICT (workspace_id, job_id) DO UPDATE SET token = excluded.token,
                checksum = excluded.checksum, mapping_fingerprint = excluded.mapping_fingerprint,
                planned_hash = excluded.planned_hash, summary = excluded.summary, draft = excluded.draft,
                confirmed = false, created_at = now()
            """
        ),
        {
            "workspace_id": workspace_id,
            "job_id": plan.job_id,
            "token": plan.token,
            "checksum": plan.checksum,
            "fingerprint": plan.fingerprint,
            "planned_hash": plan.planned_hash,
            "summary": json.dumps(plan.summary),
            "draft": None if plan.draft is None else json.dumps(plan.draft),
        },
    )

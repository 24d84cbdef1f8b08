"""The statement that plans: every staged key with its outcome and after-image, as SQL made for one import's rules.

Rows of one key fold in file order. A product that does not exist is created as its row says; one that exists gets
the after-image of the policy, from which the fields are left out that are locked or in which the product stays
(`three_way`). What is not needed for an import's rules is not in its statement.

What belongs here: the SQL. What doesn't: what a plan is, and its counts (`plan`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.absent import RETURNS
from segops_pipeline.catalogue.rules import FieldRule, ImportRules
from segops_pipeline.catalogue.three_way import Comparison

NO_RULE = FieldRule()

FOLDED = """
folded AS (
    SELECT key, line, false AS repeated, name, data, cleared, raw_hash, dated
    FROM staging.rows WHERE job_id = :job_id AND NOT repeated
    {several}
)"""
# {several} where keys occur again: the later row wins, in fields that are only filled the earlier one
SEVERAL = """
    UNION ALL
    SELECT key, line, true, name, jsonb_strip_nulls(laid),
        ARRAY(SELECT e.key FROM jsonb_each(laid) e WHERE e.value = 'null'), raw_hash, dated
    FROM (
        SELECT key, max(line) AS line,
            (array_agg(name ORDER BY line {name_order}) FILTER (WHERE name IS NOT NULL))[1] AS name,
            {laid} AS laid,
            (array_agg(raw_hash ORDER BY line DESC))[1] AS raw_hash, max(dated) AS dated
        FROM (SELECT *, coalesce((SELECT jsonb_object_agg(field, NULL) FROM unnest(cleared) field), '{{}}') || data
            AS gives FROM staging.rows WHERE job_id = :job_id AND repeated) again
        GROUP BY key
    ) each_key"""
LAST_WINS = "staging.jsonb_concat_agg(gives ORDER BY line)"
FIRST_WINS = "staging.jsonb_concat_agg(gives ORDER BY line DESC)"

LOCKS = """
locks AS MATERIALIZED (
    SELECT key, array_agg(field) AS fields FROM field_locks
    WHERE workspace_id = :workspace_id AND entity = 'product' GROUP BY key
)"""

PLAN_ROWS = """
WITH {expressions}
INSERT INTO staging.plan_rows (workspace_id, job_id, entity, key, line, outcome, version_before, name, data, contested,
    reason, given, raw_hash)
SELECT :workspace_id, :job_id, 'product', r.key, r.line, what.outcome, p.version,
    CASE WHEN {stored} THEN after.name END, CASE WHEN {stored} THEN after.data END,
    {contested}, CASE what.outcome WHEN 'skipped' THEN
        CASE {later} WHEN p.sku IS NULL THEN 'missing' ELSE 'exists' END END,
    {given}, r.raw_hash
FROM folded r
LEFT JOIN products p ON p.workspace_id = :workspace_id AND p.sku = r.key
{joins}
CROSS JOIN LATERAL (SELECT {after_name} AS name,
    CASE WHEN p.sku IS NULL THEN {new_data} ELSE {after_data} END AS data OFFSET 0) AS after
CROSS JOIN LATERAL (SELECT CASE
    {later_skipped}
    {modes}
    WHEN p.sku IS NULL THEN 'created'
    WHEN {is_contested} THEN 'conflict'
    WHEN p.name = after.name AND p.data = after.data AND (p.is_active OR NOT {returns}) THEN 'unchanged'
    ELSE 'updated' END AS outcome) AS what
"""
# the job has applied a later line of the same key already: in file order that one wins
LATER = """WHEN p.sku IS NOT NULL AND EXISTS (SELECT FROM source_rows w WHERE w.workspace_id = :workspace_id
        AND w.source_id = :source_id AND w.entity = 'product' AND w.key = r.key AND w.job_id = :job_id
        AND w.line > r.line) THEN"""
ONLY = (
    "coalesce((SELECT jsonb_object_agg(o.key, o.value) FROM jsonb_each({data}) o WHERE o.key = ANY({fields})), '{{}}')"
)


@dataclass(frozen=True, slots=True)
class RowPlanner:
    """What decides what a row becomes: the import's policy and rules, its mapped fields, and what there is to mind.

    `has_locks`, `has_rows_of_source` and `has_repeated` say what the statement need not look for. `continues`: other
    rows of the same file are imported already.
    """

    policy: str
    rules: ImportRules
    fields: Sequence[str]
    has_locks: bool
    has_rows_of_source: bool
    has_repeated: bool
    continues: bool = False

    @property
    def comparison(self) -> Comparison:
        """The three-way comparison of these rules."""
        fills_name = self._policy("name") == "fill"
        return Comparison(self.rules, self.policy == "replace", self._fill_fields, fills_name, self._kept_fields)

    @property
    def _fill_fields(self) -> list[str]:
        return [field for field in self.fields if self._policy(field) == "fill"]

    @property
    def _kept_fields(self) -> list[str]:
        """Fields whose empty cells keep what is there; matters where the policy takes away what a row lacks."""
        kept: list[str] = []
        for field in self.fields:
            said = self.rules.fields.get(field, NO_RULE).empty or self.rules.empty
            if said == "keep" or (said is None and self._policy(field) in ("merge", "fill")):
                kept.append(field)
        return kept

    def _policy(self, field: str) -> str:
        return self.rules.fields.get(field, NO_RULE).policy or self.policy

    @property
    def _compares(self) -> bool:
        return self.has_rows_of_source or self.comparison.is_explicit

    def bound(self) -> dict[str, Any]:
        """The statement's parameters, beside workspace, source and job."""
        used = self.comparison.bound()
        names = [name for name in used if f":{name}" in self.statement]
        return {name: used[name] for name in names}

    @property
    def statement(self) -> str:
        """The whole statement."""
        expressions = [self._folded()]
        joins: list[str] = []
        if self._compares:
            expressions.append(self.comparison.expression)
            joins.append("LEFT JOIN judged j ON j.key = r.key")
        if self.has_locks:
            expressions.append(LOCKS)
            joins.append("LEFT JOIN locks l ON l.key = r.key")
        given = "(after.data || r.data) = after.data AND NOT after.data ?| coalesce(r.cleared, '{}')"
        stored = "what.outcome IN ('updated', 'conflict') OR (what.outcome = 'created' AND r.repeated)"
        return PLAN_ROWS.format(
            expressions=",".join(expressions),
            joins="\n".join(joins),
            stored=f"({stored})" if not self.has_locks else f"({stored} OR what.outcome = 'created')",
            contested=f"CASE what.outcome WHEN 'conflict' THEN {self._contested} END" if self._compares else "NULL",
            is_contested=f"{self._contested} IS NOT NULL" if self._compares else "false",
            given=f"CASE WHEN p.sku IS NOT NULL AND NOT ({given} AND (r.name IS NULL OR r.name = after.name))"
            " THEN jsonb_build_object('name', r.name, 'data', r.data) END"
            if self._leaves_out
            else "NULL",
            after_name=self._after_name(),
            new_data=f"r.data - {self._dropped}" if self.has_locks else "r.data",
            after_data=self._after_data(),
            later=f"{LATER} 'later'" if self.continues else "",
            later_skipped=f"{LATER} 'skipped'" if self.continues else "",
            modes={
                "create": "WHEN p.sku IS NOT NULL THEN 'skipped'",
                "update": "WHEN p.sku IS NULL THEN 'skipped'",
            }.get(self.rules.mode, ""),
            returns=RETURNS.format(key="r.key", version="p.version"),
        )

    @property
    def _leaves_out(self) -> bool:
        """Whether a product may become other than its row says."""
        return self._compares or self.has_locks or bool(self._fill_fields) or self._policy("name") == "fill"

    @property
    def _dropped(self) -> str:
        """The fields that are left out of a row, as SQL; '' where none ever is."""
        parts = ["coalesce(j.dropped, '{}')"] if self._compares else []
        if self.has_locks:
            parts += [
                "coalesce(l.fields, '{}')",
                "coalesce((SELECT every.fields FROM locks every WHERE every.key = ''), '{}')",
            ]
        return f"({' || '.join(parts)})" if parts else ""

    @property
    def _contested(self) -> str:
        """What waits for a person, as SQL: a field that is locked is never written, so it is not contested."""
        return f"nullif(j.contested - {self._dropped}, '{{}}')" if self.has_locks else "j.contested"

    def _folded(self) -> str:
        if not self.has_repeated:
            return FOLDED.format(several="")
        fill = self._fill_fields
        if not fill:
            laid = LAST_WINS
        elif len(fill) == len(self.fields):
            laid = FIRST_WINS
        else:
            first = ONLY.format(data=FIRST_WINS, fields="CAST(:fill_fields AS text[])")
            laid = f"({LAST_WINS} - CAST(:fill_fields AS text[])) || {first}"
        name_order = "ASC" if self._policy("name") == "fill" else "DESC"
        return FOLDED.format(several=SEVERAL.format(name_order=name_order, laid=laid))

    def _after_name(self) -> str:
        given = "coalesce(r.name, p.name, '')"
        if self._policy("name") == "fill":
            given = "coalesce(nullif(p.name, ''), r.name, '')"
        return (
            f"CASE WHEN 'name' = ANY({self._dropped}) THEN coalesce(p.name, '') ELSE {given} END"
            if self._dropped
            else given
        )

    def _after_data(self) -> str:
        fill, dropped = self._fill_fields, self._dropped
        row = f"(r.data - {dropped})" if dropped else "r.data"
        cleared = "coalesce(r.cleared, '{}')"
        if dropped:
            cleared = f"ARRAY(SELECT unnest({cleared}) EXCEPT SELECT unnest({dropped}))"
        product = "p.data"
        if self.policy == "replace":
            kept = ["CAST(:kept_fields AS text[])"] if self._kept_fields else []
            kept += [dropped] if dropped else []
            product = ONLY.format(data="p.data", fields=f"({' || '.join(kept)})") if kept else ""
            if not kept and not fill:
                return row
        if not fill:
            return f"({product} - {cleared}) || {row}"
        written = f"({row} - CAST(:fill_fields AS text[]))" if len(fill) < len(self.fields) else "'{}'::jsonb"
        filling = ONLY.format(data=row, fields="CAST(:fill_fields AS text[])") if len(fill) < len(self.fields) else row
        return f"(({filling} || {product}) - {cleared}) || {written}"


def plan_rows(connection: Connection, planner: RowPlanner, bound: dict[str, Any]) -> None:
    """Plan every staged key of a job; what it had planned before is dropped.

    Args:
        connection: a session of the job's workspace.
        planner: of the job's rules.
        bound: workspace_id, source_id and job_id.
    """
    connection.execute(text("DELETE FROM staging.plan_rows WHERE job_id = :job_id"), bound)
    connection.execute(text(planner.statement), {**bound, **planner.bound()})

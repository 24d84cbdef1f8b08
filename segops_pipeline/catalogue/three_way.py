"""Hand edits are protected by a three-way comparison: what the file gave last, what the product has, what it gives now.

A field that the file gives as last time keeps what somebody has made of it since. A field that both have changed is
contested, and the conflict rules decide. A product that became what the source's last import gave, and that nobody
has touched since, has nothing to compare.

What belongs here: which fields of which rows are left out or contested, as one common table expression. What
doesn't: the after-image (`plan_rows`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from segops_pipeline.catalogue.rules import ImportRules

# One row per product that somebody else has touched, since the source's last import or before it, so that an edit which
# that import has left stays through the next ones too: the fields in which the product stays (`dropped`), and those
# that wait for a person (`contested`: field -> base, ours, theirs). `folded` are the rows of the file, one per key.
# The image that the source's last import led to is the product's of that version: the before-image of what followed.
JUDGED = """
judged AS MATERIALIZED (
    SELECT c.key, array_agg(v.field) FILTER (WHERE v.verdict = 'ours') AS dropped,
        jsonb_object_agg(v.field, jsonb_build_object('base', v.base, 'ours', v.ours, 'theirs', v.theirs))
            FILTER (WHERE v.verdict = 'review') AS contested
    FROM (
        SELECT r.key, r.name, r.data, r.cleared, r.dated, p.name AS our_name, p.data AS our_data, p.updated_at,
            s.key IS NOT NULL AS has_base,
            CASE WHEN s.data IS NOT NULL THEN jsonb_build_object('name', s.name, 'data', s.data)
                ELSE (SELECT b.before FROM revisions b WHERE b.workspace_id = :workspace_id AND b.entity = 'product'
                    AND b.key = r.key AND b.version_before = s.version LIMIT 1) END AS base
        FROM folded r
        JOIN products p ON p.workspace_id = :workspace_id AND p.sku = r.key
        LEFT JOIN source_rows s ON s.workspace_id = :workspace_id AND s.source_id = :source_id
            AND s.entity = 'product' AND s.key = r.key
        WHERE CASE WHEN s.key IS NULL THEN {explicit} ELSE s.version <> p.version OR s.data IS NOT NULL END
    ) c
    CROSS JOIN LATERAL (
        SELECT d.*, CASE
            WHEN d.ours IS NOT NULL AND d.field = ANY(CAST(:fill_fields AS text[])) THEN 'theirs'
            WHEN c.has_base AND d.ours IS NOT DISTINCT FROM d.base THEN 'theirs'
            WHEN c.has_base AND d.theirs IS NOT DISTINCT FROM d.base THEN 'ours'
            WHEN NOT c.has_base AND (d.rule IS NULL OR d.ours IS NULL OR d.ours = '""') THEN 'theirs'
            WHEN d.rule = 'keep' THEN 'ours'
            WHEN d.rule = 'new' THEN 'theirs'
            WHEN d.rule = 'newer' THEN CASE WHEN c.dated > {last_change} THEN 'theirs' ELSE 'ours' END
            ELSE 'review' END AS verdict
        FROM (
            SELECT k.field, c.base -> 'data' -> k.field AS base, c.our_data -> k.field AS ours,
                c.data -> k.field AS theirs,
                coalesce(CAST(:conflict_rules AS jsonb) ->> k.field, :conflict_default) AS rule
            FROM ({fields}) k
            UNION ALL
            SELECT 'name', c.base -> 'name', to_jsonb(c.our_name), to_jsonb(c.name),
                coalesce(CAST(:conflict_rules AS jsonb) ->> 'name', :conflict_default)
            WHERE c.name IS NOT NULL AND NOT (:fills_name AND c.our_name <> '')
        ) d
        WHERE d.ours IS DISTINCT FROM d.theirs
    ) v
    GROUP BY c.key
)"""

GIVEN_FIELDS = "SELECT jsonb_object_keys(c.data) AS field UNION SELECT unnest(c.cleared)"
# `replace` also takes away what the file does not map, but not what its empty cells keep
ALL_FIELDS = f"""{GIVEN_FIELDS} UNION
    SELECT o.field FROM jsonb_object_keys(c.our_data) AS o (field) WHERE o.field <> ALL(CAST(:kept_fields AS text[]))"""

# When a field of a product was last changed, by whomever; the product's own time where its revisions are gone.
LAST_CHANGE = """coalesce((
    SELECT max(h.created_at) FROM (
        SELECT b.created_at, b.before, lead(b.before) OVER (ORDER BY b.version_after) AS next,
            row_number() OVER (ORDER BY b.version_after DESC) AS back
        FROM revisions b WHERE b.workspace_id = :workspace_id AND b.entity = 'product' AND b.key = c.key
    ) h
    WHERE CASE WHEN d.field = 'name' THEN h.before -> 'name' ELSE h.before -> 'data' -> d.field END
        IS DISTINCT FROM CASE WHEN h.back = 1 THEN d.ours WHEN d.field = 'name' THEN h.next -> 'name'
            ELSE h.next -> 'data' -> d.field END
), c.updated_at)"""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the comparison is to know beside the rows: the policies of fields, as lists of them.

    `fill_fields` are written only where nothing is, as the name is where `fills_name`; `kept_fields` keep what is there
    where the cell is empty.
    """

    rules: ImportRules
    replaces: bool
    fill_fields: Sequence[str]
    fills_name: bool
    kept_fields: Sequence[str]

    @property
    def is_explicit(self) -> bool:
        """Whether a person has said who wins, so that products of other sources are compared too."""
        return self.rules.conflict is not None or any(rule.conflict for rule in self.rules.fields.values())

    @property
    def expression(self) -> str:
        """The common table expression `judged`, over `folded`."""
        return JUDGED.format(
            explicit="true" if self.is_explicit else "false",
            fields=ALL_FIELDS if self.replaces else GIVEN_FIELDS,
            last_change=LAST_CHANGE,
        )

    def bound(self) -> dict[str, Any]:
        """What the expression's parameters are, beside workspace and source."""
        import orjson

        rules = {field: rule.conflict for field, rule in self.rules.fields.items() if rule.conflict}
        return {
            "conflict_rules": orjson.dumps(rules).decode(),
            "conflict_default": self.rules.conflict,
            "fill_fields": list(self.fill_fields),
            "fills_name": self.fills_name,
            "kept_fields": list(self.kept_fields),
        }

"""The whole product schema in one act: fields made, changed, moved and removed, with what that does to products.

A field is removed, or gets another type, only where no product loses a value by it, unless that is forced. Then the
values that go are cleared from the products, each with a revision that keeps them: a value left in `data` without its
field could be neither seen in an export nor edited, and would come back under a new field of that name.

What belongs here: the act, in the session's workspace. What doesn't: fields that an import brings (`schema`).
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.apply import lock_workspace
from segops_pipeline.catalogue.export import cell
from segops_pipeline.catalogue.pim.schema_sync import refuse_fields, refuse_removal
from segops_pipeline.catalogue.revisions import IMAGE
from segops_pipeline.catalogue.schema import check_fields, load_fields
from segops_pipeline.errors import ChangedMeanwhile, Issue, WrongUsage
from segops_pipeline.inference.context import Value
from segops_pipeline.inference.fields import SchemaField
from segops_pipeline.inference.rules import parse_rule
from segops_pipeline.inference.values import Refusal, cast, decide_context

SCHEMA_LOCK_SPACE = 7311  # two who replace a schema at once
BATCH = 5_000
MOST_EXAMPLES = 3

WORKSPACE = """
SELECT w.default_currency, w.default_locale, w.created_at,
    (SELECT max(f.updated_at) FROM product_schema_fields f WHERE f.workspace_id = w.id) AS updated_at
FROM workspaces w WHERE w.id = :workspace_id
"""
IN_USE = """
SELECT k.key, count(*) AS products, min(p.sku) AS example FROM unnest(CAST(:keys AS text[])) k (key)
JOIN products p ON p.workspace_id = :workspace_id AND jsonb_exists(p.data, k.key) GROUP BY k.key
"""
VALUES = """
SELECT p.sku, p.data -> CAST(:key AS text) AS value FROM products p
WHERE p.workspace_id = :workspace_id AND jsonb_exists(p.data, :key)
"""
REWRITE = f"""
WITH given AS MATERIALIZED (
    SELECT g.sku, g.change, nextval('version_sequence') AS version
    FROM unnest(CAST(:skus AS text[]), CAST(:changes AS jsonb[])) g (sku, change) ORDER BY g.sku
), kept AS (
    INSERT INTO revisions (workspace_id, job_id, entity, key, action, cause, version_before, version_after, before,
        actor)
    SELECT :workspace_id, NULL, 'product', p.sku, 'updated', 'edit', p.version, g.version, {IMAGE}, :actor
    FROM given g JOIN products p ON p.workspace_id = :workspace_id AND p.sku = g.sku
), sent AS (
    INSERT INTO outbox (workspace_id, entity, key, version, operation)
    SELECT :workspace_id, 'product', g.sku, g.version, 'upsert' FROM given g
)
UPDATE products p SET version = g.version, updated_at = now(),
    data = (p.data - ARRAY(SELECT jsonb_array_elements_text(g.change -> 'gone'))) || (g.change -> 'set')
FROM given g WHERE p.workspace_id = :workspace_id AND p.sku = g.sku
"""
FORGET = (
    "DELETE FROM product_schema_fields WHERE workspace_id = :workspace_id AND key = ANY(:keys)",
    "DELETE FROM field_locks WHERE workspace_id = :workspace_id AND field = ANY(:keys)",
    # else the next import of the same file would make the field again
    "DELETE FROM learned_mappings WHERE workspace_id = :workspace_id AND target = ANY(:keys)",
)
WRITE = """
INSERT INTO product_schema_fields (workspace_id, key, label, type, required, description, rules, position)
VALUES (:workspace_id, :key, :label, :type, :required, :description, CAST(:rules AS jsonb), :position)
ON CONFLICT (workspace_id, key) DO UPDATE SET label = excluded.label, type = excluded.type,
    required = excluded.required, description = excluded.description, rules = excluded.rules,
    position = excluded.position, updated_at = now()
"""

Change = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ProductSchema:
    """A workspace's schema as it is now; `id` is the workspace's, `default_currency` an ISO 4217 code."""

    id: int
    fields: tuple[SchemaField, ...]
    default_currency: str | None
    default_locale: str | None
    created_at: datetime
    updated_at: datetime

    @property
    def hash(self) -> str:
        """What it is known by: the same as long as nothing of it changes."""
        content = [[one.as_dict() for one in self.fields], self.default_currency, self.default_locale]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]


def load_schema(connection: Connection, workspace_id: int) -> ProductSchema:
    """The schema of the session's workspace."""
    row = connection.execute(text(WORKSPACE), {"workspace_id": workspace_id}).one()
    fields = tuple(load_fields(connection))
    updated_at = row.updated_at or row.created_at
    return ProductSchema(workspace_id, fields, row.default_currency, row.default_locale, row.created_at, updated_at)


def lock_schema(connection: Connection, workspace_id: int, expected: str | None = None) -> ProductSchema:
    """The schema, which nobody else replaces until the transaction ends.

    Raises:
        ChangedMeanwhile: its hash is not what is expected.
    """
    connection.execute(
        text("SELECT pg_advisory_xact_lock(:space, CAST(:workspace_id AS integer))"),
        {"space": SCHEMA_LOCK_SPACE, "workspace_id": workspace_id},
    )
    now = load_schema(connection, workspace_id)
    if expected is not None and expected != now.hash:
        raise ChangedMeanwhile("The schema has changed since it was read.", "Read it again, then repeat the change.")
    return now


def replace_fields(
    connection: Connection, now: ProductSchema, fields: Sequence[SchemaField], actor: str, *, force: bool = False
) -> int:
    """Make these the fields of the schema, in their order; those that are not among them are removed.

    Values of a field whose type changes are read as the new type, all together, as a column of a file is.

    Args:
        connection: the session in which the schema was locked.
        now: the schema as `lock_schema` gave it.
        fields: all fields.
        actor: who does it.
        force: clear the values of removed fields, and those that are none of a new type.

    Returns:
        How many products were changed.

    Raises:
        BadMapping: a field that cannot be one, or is an attribute of the PIM that is removed or another type.
        WrongUsage: products would lose values, and that is not forced; its issues say which.
    """
    check_fields(fields)
    fields = [_with_rules(one) for one in fields]
    before = {one.key: one for one in now.fields}
    wanted = {one.key: one for one in fields}
    removed = [key for key in before if key not in wanted]
    refuse_fields(connection, now.id, fields)
    refuse_removal(connection, now.id, removed)
    retyped = [one for key, one in wanted.items() if key in before and before[key].type != one.type]
    changes: defaultdict[str, Change] = defaultdict(lambda: {"set": {}, "gone": []})
    if removed or retyped:
        lock_workspace(connection, now.id)
        issues = _remove(connection, now.id, removed, changes)
        issues += [issue for one in retyped for issue in _retype(connection, now, one, changes)]
        if issues and not force:
            wrong = WrongUsage(
                f"Products would lose values: {issues[0].message}",
                "Correct the values first, or say that they may go: force=true. Each product's history keeps them.",
            )
            wrong.issues = issues
            raise wrong
        _rewrite(connection, now.id, changes, actor)
        for statement in FORGET if removed else ():
            connection.execute(text(statement), {"workspace_id": now.id, "keys": removed})
    if fields and fields != list(now.fields):
        connection.execute(text(WRITE), [_row(now.id, place, one) for place, one in enumerate(fields, start=1)])
    return len(changes)


def _with_rules(one: SchemaField) -> SchemaField:
    rules = tuple(dict.fromkeys(parse_rule(rule).text for rule in one.rules))
    return SchemaField(one.key, one.label, one.type, one.required, one.description, rules)


def _row(workspace_id: int, place: int, one: SchemaField) -> dict[str, Any]:
    return {
        "workspace_id": workspace_id,
        "key": one.key,
        "label": one.label,
        "type": one.type,
        "required": one.required,
        "description": one.description,
        "rules": json.dumps(one.rules),
        "position": place,
    }


def _remove(
    connection: Connection, workspace_id: int, removed: Sequence[str], changes: defaultdict[str, Change]
) -> list[Issue]:
    """Note the values of removed fields as gone, and tell of them."""
    if not removed:
        return []
    bound = {"workspace_id": workspace_id, "keys": list(removed)}
    rows = connection.execute(text(IN_USE), bound).all()
    for row in rows:
        of_key = {"workspace_id": workspace_id, "key": row.key}
        for product in connection.execute(text(VALUES), of_key):
            changes[product.sku]["gone"].append(row.key)
    return [
        Issue(
            "field_has_values",
            f"'{row.key}' is removed, and {_products(row.products, 'has', 'have')} a value of it.",
            column=row.key,
            key=row.example,
            suggestion="Keep the field, or force its removal.",
        )
        for row in rows
    ]


def _retype(
    connection: Connection, now: ProductSchema, one: SchemaField, changes: defaultdict[str, Change]
) -> list[Issue]:
    """Note what the values of a field become under another type, and tell of those that are none."""
    rows = connection.execute(text(VALUES), {"workspace_id": now.id, "key": one.key}).all()
    texts = {row.sku: _as_text(row.value) for row in rows}
    known = _cast(texts.values(), one.type, now.default_currency)
    misfits: list[str] = []
    for row in rows:
        value = known[texts[row.sku]]
        if isinstance(value, Refusal):
            changes[row.sku]["gone"].append(one.key)
            misfits.append(row.sku)
        elif json.dumps(value, sort_keys=True) != json.dumps(row.value, sort_keys=True):
            changes[row.sku]["set"][one.key] = value
    if not misfits:
        return []
    refusal = known[texts[misfits[0]]]
    assert isinstance(refusal, Refusal)
    products = ", ".join(misfits[:MOST_EXAMPLES])
    return [
        Issue(
            "values_do_not_fit",
            f"'{one.key}' becomes {one.type}, and {_products(len(misfits), 'has', 'have')} a value that is none:"
            f" {products}. {refusal.message}",
            column=one.key,
            value=texts[misfits[0]][:200],
            key=misfits[0],
            suggestion=refusal.suggestion,
        )
    ]


def _cast(texts: Any, type_: str, currency: str | None) -> dict[str, Value | Refusal]:  # noqa: ANN401 - a view
    distinct = list(dict.fromkeys(texts))
    context = decide_context(distinct, type_, currency)
    return {each: cast(each, type_, context) for each in distinct}


def _as_text(value: Any) -> str:  # noqa: ANN401 - canonical JSON of any type
    """A value as a person would write it in a cell."""
    if isinstance(value, list) and not any(isinstance(item, dict) or ";" in str(item) for item in value):
        return "; ".join(map(str, value))
    return cell(value)


def _products(number: int, one: str, several: str) -> str:
    return f"1 product {one}" if number == 1 else f"{number:,} products {several}"


def _rewrite(connection: Connection, workspace_id: int, changes: Mapping[str, Change], actor: str) -> None:
    skus = sorted(changes)
    for start in range(0, len(skus), BATCH):
        part = skus[start : start + BATCH]
        bound = {
            "workspace_id": workspace_id,
            "actor": actor,
            "skus": part,
            "changes": [json.dumps(changes[sku]) for sku in part],
        }
        connection.execute(text(REWRITE), bound)

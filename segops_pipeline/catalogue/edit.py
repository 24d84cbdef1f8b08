"""Edits by hand: one product made, changed or deleted, with a revision that says who did it.

Locks do not bind an edit. What belongs here: the edit, in the session's workspace. What doesn't: locks (`locks`),
where values came from (`product_history`), imports (`apply`).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection, Row

from segops_pipeline.catalogue.apply import lock_workspace
from segops_pipeline.catalogue.revisions import IMAGE
from segops_pipeline.catalogue.schema import load_fields
from segops_pipeline.errors import WrongUsage
from segops_pipeline.inference.context import CastContext
from segops_pipeline.inference.fields import SchemaField
from segops_pipeline.inference.rules import REQUIRED, UNIQUE, parse_rule
from segops_pipeline.inference.values import Refusal, cast, decide_context

NAME = "name"
LONGEST_SKU = 400  # bytes, as an import takes it

REVISE = f"""
INSERT INTO revisions (workspace_id, job_id, entity, key, action, cause, version_before, version_after, before, actor)
SELECT :workspace_id, NULL, 'product', :sku, :action, 'edit', p.version, nextval('version_sequence'),
    CASE WHEN p.sku IS NOT NULL THEN {IMAGE} END, :actor
FROM (SELECT 1) one LEFT JOIN products p ON p.workspace_id = :workspace_id AND p.sku = :sku
RETURNING version_after
"""
WRITE = {
    "created": "INSERT INTO products (workspace_id, sku, name, data, source, is_active, version)"
    " VALUES (:workspace_id, :sku, :name, CAST(:data AS jsonb), 'manual', :is_active, :version)",
    "updated": "UPDATE products SET name = :name, data = CAST(:data AS jsonb), source = 'manual',"
    " is_active = :is_active, version = :version, updated_at = now()"
    " WHERE workspace_id = :workspace_id AND sku = :sku",
    "deleted": "DELETE FROM products WHERE workspace_id = :workspace_id AND sku = :sku",
}
TELL = """
INSERT INTO outbox (workspace_id, entity, key, version, operation)
VALUES (:workspace_id, 'product', :sku, :version, :operation)
"""
SHARED = """
SELECT sku FROM products WHERE workspace_id = :workspace_id AND sku <> :sku
    AND data -> CAST(:field AS text) = CAST(:value AS jsonb) LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Changes:
    """What an edit does: values as text by field (`name` too), fields that are cleared, whether it is active."""

    values: Mapping[str, str] = field(default_factory=dict[str, str])
    cleared: Sequence[str] = ()
    is_active: bool | None = None


def create_product(connection: Connection, workspace_id: int, sku: str, changes: Changes, actor: str) -> int:
    """Make a product by hand.

    Args:
        connection: a session of the workspace.
        workspace_id: the workspace.
        sku: its key.
        changes: the values that it has.
        actor: who makes it.

    Returns:
        Its version.

    Raises:
        WrongUsage: there is one with this key, or a value is none of its field or breaks a rule.
    """
    sku = sku.strip()
    if not sku or "\x00" in sku or len(sku.encode()) > LONGEST_SKU:
        raise WrongUsage(f"'{sku[:50]}' is no key of a product.", f"Give one of at most {LONGEST_SKU} bytes.")
    lock_workspace(connection, workspace_id)
    if _find(connection, workspace_id, sku) is not None:
        raise WrongUsage(f"There is a product {sku} already.", "Change it with --set.")
    fields = load_fields(connection)
    name, data = _laid(connection, workspace_id, sku, "", {}, changes, fields)
    for one in fields:
        if _is_required(one) and one.key not in data:
            raise WrongUsage(f"'{one.key}' is required.", f"Give it: --set {one.key}=VALUE")
    return _write(connection, workspace_id, sku, actor, "created", name, data, changes.is_active is not False)


def edit_product(connection: Connection, workspace_id: int, sku: str, changes: Changes, actor: str) -> int | None:
    """Change a product by hand.

    Args:
        connection: a session of the workspace.
        workspace_id: the workspace.
        sku: its key.
        changes: what is changed.
        actor: who changes it.

    Returns:
        Its new version; None where it is so already.

    Raises:
        WrongUsage: there is no such product or field, or a value is none of its field or breaks a rule.
    """
    lock_workspace(connection, workspace_id)
    found = _existing(connection, workspace_id, sku)
    name, data = _laid(connection, workspace_id, sku, found.name, found.data, changes, load_fields(connection))
    is_active = found.is_active if changes.is_active is None else changes.is_active
    before, after = [found.name, found.data, found.is_active], [name, data, is_active]
    if json.dumps(before, sort_keys=True) == json.dumps(after, sort_keys=True):  # for true is not 1
        return None
    return _write(connection, workspace_id, sku, actor, "updated", name, data, is_active)


def delete_product(connection: Connection, workspace_id: int, sku: str, actor: str) -> int:
    """Delete a product by hand.

    Returns:
        The version of the deletion.

    Raises:
        WrongUsage: there is no such product.
    """
    lock_workspace(connection, workspace_id)
    _existing(connection, workspace_id, sku)
    return _write(connection, workspace_id, sku, actor, "deleted", "", {}, is_active=False)


def _write(
    connection: Connection,
    workspace_id: int,
    sku: str,
    actor: str,
    action: str,
    name: str,
    data: Mapping[str, Any],
    is_active: bool,
) -> int:
    bound: dict[str, Any] = {"workspace_id": workspace_id, "sku": sku, "action": action, "actor": actor}
    bound["version"] = version = connection.execute(text(REVISE), bound).scalar_one()
    bound |= {"name": name, "data": json.dumps(data), "is_active": is_active}
    connection.execute(text(WRITE[action]), bound)
    connection.execute(text(TELL), {**bound, "operation": "delete" if action == "deleted" else "upsert"})
    return version


def _find(connection: Connection, workspace_id: int, sku: str) -> Row[Any] | None:
    return connection.execute(
        text("SELECT name, data, is_active FROM products WHERE workspace_id = :workspace_id AND sku = :sku"),
        {"workspace_id": workspace_id, "sku": sku},
    ).one_or_none()


def _existing(connection: Connection, workspace_id: int, sku: str) -> Row[Any]:
    found = _find(connection, workspace_id, sku)
    if found is None:
        raise WrongUsage(f"There is no product {sku}.", "Find it with `segops search`, or make it with --create.")
    return found


def _laid(
    connection: Connection,
    workspace_id: int,
    sku: str,
    name: str,
    data: Mapping[str, Any],
    changes: Changes,
    fields: Sequence[SchemaField],
) -> tuple[str, dict[str, Any]]:
    """The name and data that the changes lead to."""
    known = {one.key: one for one in fields}
    currency = connection.execute(
        text("SELECT default_currency FROM workspaces WHERE id = :id"), {"id": workspace_id}
    ).scalar_one_or_none()
    after = dict(data)
    for key in (*changes.values, *changes.cleared):
        if key != NAME and key not in known and not (key in changes.cleared and key in data):
            raise WrongUsage(f"The workspace has no field '{key}'.", f"Its fields are: {', '.join([NAME, *known])}.")
    for key in changes.cleared:
        if key in known and _is_required(known[key]):
            raise WrongUsage(f"'{key}' is required and cannot be cleared.", "Set it to another value.")
        name = "" if key == NAME else name
        after.pop(key, None)
    for key, said in changes.values.items():
        if key == NAME:
            name = said.strip()
            continue
        after[key] = value = _value(known[key], said, currency)
        _check_unique(connection, workspace_id, sku, known[key], value)
    return name, after


def _value(one: SchemaField, said: str, currency: str | None) -> Any:  # noqa: ANN401 - canonical JSON of any type
    """The value that a text is, of the field's type and within its rules.

    Raises:
        WrongUsage: it is none, or breaks a rule.
    """
    value = cast(said, one.type, decide_context([said], one.type, currency))
    if isinstance(value, Refusal):
        raise WrongUsage(value.message, value.suggestion, column=one.key, value=said[:200])
    for given in one.rules:
        rule = parse_rule(given)
        if rule.text not in (REQUIRED, UNIQUE) and any(rule.breaks(_texts(value), CastContext())):
            message = f"The value breaks a rule of '{one.key}': {rule.text}."
            raise WrongUsage(message, "Give another value.", column=one.key, value=said[:200])
    return value


def _texts(value: Any) -> list[str]:  # noqa: ANN401 - canonical JSON of any type
    """What a rule looks at: the value as text, each item of a list, the amount of a price."""
    if isinstance(value, list):
        return [each for item in value for each in _texts(item)]  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, dict):
        return [str(value["amount"])]  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(value, bool):
        return [str(value).lower()]
    return [format(Decimal(repr(value)).normalize(), "f") if isinstance(value, int | float) else str(value)]


def _check_unique(connection: Connection, workspace_id: int, sku: str, one: SchemaField, value: object) -> None:
    if UNIQUE not in one.rules:
        return
    bound = {"workspace_id": workspace_id, "sku": sku, "field": one.key, "value": json.dumps(value)}
    other = connection.execute(text(SHARED), bound).scalar()
    if other is not None:
        raise WrongUsage(f"'{one.key}' must be of one product only, and {other} has it too.", "Give another value.")


def _is_required(one: SchemaField) -> bool:
    return one.required or REQUIRED in one.rules

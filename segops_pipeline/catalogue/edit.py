"""Edits by hand: one product made, changed or deleted, with a revision that says who did it.

Locks do not bind an edit. What belongs here: the edit, in the session's workspace. What doesn't: locks (`locks`),
where values came from (`product_history`), imports (`apply`).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection, Row

from segops_pipeline.catalogue.apply import lock_workspace
from segops_pipeline.catalogue.given_values import checked_value, is_empty, shown_json, unstorable
from segops_pipeline.catalogue.pim.references import product_user
from segops_pipeline.catalogue.revisions import IMAGE
from segops_pipeline.catalogue.schema import load_fields
from segops_pipeline.errors import AlreadyThere, ChangedMeanwhile, NotFound, WrongUsage
from segops_pipeline.inference.fields import SchemaField
from segops_pipeline.inference.rules import REQUIRED, UNIQUE

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
    " VALUES (:workspace_id, :sku, :name, CAST(:data AS jsonb), :source, :is_active, :version)",
    "updated": "UPDATE products SET name = :name, data = CAST(:data AS jsonb), source = :source,"
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
    """What an edit does: values by field (`name` too), fields that are cleared, whether the product is active.

    A value is a text or JSON of the field's type; null or a blank text clears the field.
    """

    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    cleared: Sequence[str] = ()
    is_active: bool | None = None


@dataclass(frozen=True, slots=True)
class Editor:
    """Who edits, and through what: `source` is manual or api."""

    name: str
    source: str = "manual"


def create_product(connection: Connection, workspace_id: int, sku: str, changes: Changes, editor: Editor | str) -> int:
    """Make a product by hand.

    Args:
        connection: a session of the workspace.
        workspace_id: the workspace.
        sku: its key.
        changes: the values that it has.
        editor: who makes it.

    Returns:
        Its version.

    Raises:
        AlreadyThere: there is one with this key.
        WrongUsage: the key can be none, or a value is none of its field or breaks a rule.
    """
    sku = sku.strip()
    if not sku or unstorable(sku) is not None or len(sku.encode()) > LONGEST_SKU:
        shown = sku[:50].encode("utf-8", "replace").decode()
        raise WrongUsage(f"'{shown}' is no key of a product.", f"Give one of at most {LONGEST_SKU} bytes.")
    lock_workspace(connection, workspace_id)
    if _find(connection, workspace_id, sku) is not None:
        raise AlreadyThere(f"There is a product {sku} already.", "Change that, or choose another key.", column="sku")
    fields = load_fields(connection)
    name, data = _laid(connection, workspace_id, sku, "", {}, changes, fields)
    for one in fields:
        if _is_required(one) and one.key not in data:
            raise WrongUsage(f"'{one.key}' is required.", "Give it a value.", column=one.key)
    after = _After(name, data, changes.is_active is not False)
    return _write(connection, workspace_id, sku, _editor(editor), "created", after)


def edit_product(
    connection: Connection,
    workspace_id: int,
    sku: str,
    changes: Changes,
    editor: Editor | str,
    expected_version: int | None = None,
) -> int | None:
    """Change a product by hand.

    Args:
        connection: a session of the workspace.
        workspace_id: the workspace.
        sku: its key.
        changes: what is changed.
        editor: who changes it.
        expected_version: as the one who edits has seen it; None: whatever it is.

    Returns:
        Its new version; None where it is so already.

    Raises:
        WrongUsage: there is no such product or field, or a value is none of its field or breaks a rule.
        ChangedMeanwhile: it has another version.
    """
    lock_workspace(connection, workspace_id)
    found = _existing(connection, workspace_id, sku)
    _check_version(sku, found.version, expected_version)
    name, data = _laid(connection, workspace_id, sku, found.name, found.data, changes, load_fields(connection))
    is_active = found.is_active if changes.is_active is None else changes.is_active
    before, after = [found.name, found.data, found.is_active], [name, data, is_active]
    if json.dumps(before, sort_keys=True) == json.dumps(after, sort_keys=True):  # for true is not 1
        return None
    return _write(connection, workspace_id, sku, _editor(editor), "updated", _After(name, data, is_active))


def delete_product(
    connection: Connection, workspace_id: int, sku: str, editor: Editor | str, expected_version: int | None = None
) -> int:
    """Delete a product by hand.

    Returns:
        The version of the deletion.

    Raises:
        WrongUsage: there is no such product, or others are variants of it or have it in their bundles.
        ChangedMeanwhile: it has another version than was expected.
    """
    lock_workspace(connection, workspace_id)
    found = _existing(connection, workspace_id, sku)
    _check_version(sku, found.version, expected_version)
    user = product_user(connection, workspace_id, sku)
    if user is not None:
        raise WrongUsage(
            f"{sku} is the master of {user}, or in its bundle.",
            "Take it out of there first, by an import of a Bizzkit file, or make it inactive:"
            f" segops product {sku} --inactive",
        )
    return _write(connection, workspace_id, sku, _editor(editor), "deleted", _After("", {}, is_active=False))


def sku_of(connection: Connection, workspace_id: int, product_id: int) -> str:
    """The key of the product with this id, which nobody else changes until the transaction ends.

    Raises:
        NotFound: the workspace has none.
    """
    lock_workspace(connection, workspace_id)
    statement = text("SELECT sku FROM products WHERE workspace_id = :workspace_id AND id = :id")
    sku = connection.execute(statement, {"workspace_id": workspace_id, "id": product_id}).scalar_one_or_none()
    if sku is None:
        raise NotFound(f"There is no product with the id {product_id}.", "It may have been deleted: see the list.")
    return sku


@dataclass(frozen=True, slots=True)
class _After:
    """What a product becomes."""

    name: str
    data: Mapping[str, Any]
    is_active: bool


def _editor(given: Editor | str) -> Editor:
    return Editor(given) if isinstance(given, str) else given


def _check_version(sku: str, version: int, expected: int | None) -> None:
    if expected is not None and version != expected:
        raise ChangedMeanwhile(
            f"{sku} has changed since it was read: its version is {version}, not {expected}.",
            "Read it again, then repeat the change.",
        )


def _write(connection: Connection, workspace_id: int, sku: str, editor: Editor, action: str, after: _After) -> int:
    bound: dict[str, Any] = {"workspace_id": workspace_id, "sku": sku, "action": action, "actor": editor.name}
    bound["version"] = version = connection.execute(text(REVISE), bound).scalar_one()
    bound |= {
        "name": after.name,
        "data": json.dumps(after.data),
        "is_active": after.is_active,
        "source": editor.source,
    }
    connection.execute(text(WRITE[action]), bound)
    connection.execute(text(TELL), {**bound, "operation": "delete" if action == "deleted" else "upsert"})
    return version


def _find(connection: Connection, workspace_id: int, sku: str) -> Row[Any] | None:
    return connection.execute(
        text("SELECT name, data, is_active, version FROM products WHERE workspace_id = :workspace_id AND sku = :sku"),
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
    # values that no field of the schema has may come back as they were read
    changes = replace(changes, values={
        key: given for key, given in changes.values.items() if key in known or key not in data or data[key] != given
    })  # fmt: skip
    cleared = [*changes.cleared, *(key for key, given in changes.values.items() if is_empty(given))]
    for key in (*changes.values, *changes.cleared):
        if key != NAME and key not in known and not (key in cleared and key in data):
            listed = ", ".join([NAME, *known])
            raise WrongUsage(f"The workspace has no field '{shown_json(key)}'.", f"Its fields are: {listed}.")
    for key in cleared:
        if key in known and _is_required(known[key]):
            raise WrongUsage(f"'{key}' is required and cannot be cleared.", "Set it to another value.", column=key)
        name = "" if key == NAME else name
        after.pop(key, None)
    for key, given in changes.values.items():
        if key in cleared:
            continue
        if key == NAME:
            name = str(checked_value(SchemaField(NAME, NAME, "text"), given, currency))
            continue
        after[key] = value = checked_value(known[key], given, currency)
        _check_unique(connection, workspace_id, sku, known[key], value)
    return name, after


def _check_unique(connection: Connection, workspace_id: int, sku: str, one: SchemaField, value: object) -> None:
    if UNIQUE not in one.rules:
        return
    bound = {"workspace_id": workspace_id, "sku": sku, "field": one.key, "value": json.dumps(value)}
    other = connection.execute(text(SHARED), bound).scalar()
    if other is not None:
        message = f"'{one.key}' must be of one product only, and {other} has it too."
        raise WrongUsage(message, "Give another value.", column=one.key)


def _is_required(one: SchemaField) -> bool:
    return one.required or REQUIRED in one.rules

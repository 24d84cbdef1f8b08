"""The product schema of a workspace: its fields. `sku` and `name` live on the product and are no fields."""

import json
from collections.abc import Iterator, Sequence

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.errors import BadMapping, UnknownType, WrongUsage
from segops_pipeline.inference.fields import FIELD_TYPES, MAX_KEY_LENGTH, RESERVED_TARGETS, SchemaField
from segops_pipeline.inference.rules import parse_rule


def load_fields(connection: Connection) -> list[SchemaField]:
    """All fields of the session's workspace, in the order in which they were made."""
    rows = connection.execute(
        text("SELECT key, label, type, required, description, rules FROM product_schema_fields ORDER BY position, key")
    )
    return [SchemaField(row.key, row.label, row.type, row.required, row.description, tuple(row.rules)) for row in rows]


def check_fields(fields: Sequence[SchemaField]) -> None:
    """Check that these can be the fields of a schema.

    Raises:
        UnknownType: a type that there is not.
        BadMapping: a key that cannot be one, a key of two fields, or a text that cannot be stored.
    """
    keys: set[str] = set()
    for field in fields:
        key = field.key
        for error in field_errors(field, ascii(key[:80]) if not is_key(key) else key):
            raise error
        if key in RESERVED_TARGETS:
            remedy = "Leave it out: sku and name are on each product itself."
            raise BadMapping(f"'{key}' is no field of the schema.", remedy, column=key)
        if key in keys:
            raise BadMapping(f"Two fields have the key '{key}'.", "Give one of them another.", column=key)
        keys.add(key)


def field_errors(field: SchemaField, column: str) -> Iterator[BadMapping]:
    """All that a field cannot be by itself; `column` is what the errors are about."""
    shown = f"'{field.key}'" if is_key(field.key) else ascii(field.key[:80])
    if not is_key(field.key):
        remedy = f"Use a word of at most {MAX_KEY_LENGTH} characters, such as 'weight_kg'."
        yield BadMapping(f"{shown} cannot be the key of a field.", remedy, column=column)
    if field.type not in FIELD_TYPES:
        remedy = f"Choose one of: {', '.join(FIELD_TYPES)}."
        yield UnknownType(f"Field {shown} has the type '{field.type[:40]}'.", remedy, column=column)
    if not _is_storable(f"{field.label}{field.description}"):
        message = f"The label or description of field {shown} has a character that cannot be stored."
        yield BadMapping(message, "Remove it.", column=column)


def is_key(key: str) -> bool:
    """Whether a word can be the key of a field: printable, and of at most 63 characters."""
    return bool(key.strip()) and len(key) <= MAX_KEY_LENGTH and key.isprintable()


def _is_storable(words: str) -> bool:
    return not any(letter == "\x00" or "\ud800" <= letter <= "\udfff" for letter in words)


def set_rules(connection: Connection, key: str, rules: Sequence[str]) -> tuple[str, ...]:
    """Make these the rules of a field of the session's workspace, in the place of those that it had.

    Returns:
        The rules in their canonical form, each once.

    Raises:
        BadMapping: one of them is no rule.
        WrongUsage: the workspace has no such field.
    """
    kept = tuple(dict.fromkeys(parse_rule(rule).text for rule in rules))
    changed = connection.execute(
        text("UPDATE product_schema_fields SET rules = CAST(:rules AS jsonb), updated_at = now() WHERE key = :key"),
        {"key": key, "rules": json.dumps(kept)},
    )
    if not changed.rowcount:
        known = ", ".join(field.key for field in load_fields(connection)) or "none yet"
        raise WrongUsage(f"The workspace has no field '{key}'.", f"Its fields are: {known}.")
    return kept


def save_fields(connection: Connection, workspace_id: int, fields: Sequence[SchemaField]) -> None:
    """Add the fields that are new and update those that exist; fields not named stay as they are, and so do the rules
    of fields that exist (`set_rules`).

    The wizard "persists (or updates) your ProductSchema" (seed 000, Step 3).

    Raises:
        BadMapping: a field is a structured attribute of the PIM, or a simple one of another type.
    """
    from segops_pipeline.catalogue.pim.schema_sync import refuse_fields

    if not fields:
        return
    refuse_fields(connection, workspace_id, fields)
    connection.execute(
        text(
            """
            INSERT INTO product_schema_fields AS known
                (workspace_id, key, label, type, required, description, rules, position)
            VALUES (:workspace_id, :key, :label, :type, :required, :description, CAST(:rules AS jsonb),
                (SELECT coalesce(max(position), 0) FROM product_schema_fields) + :place)
            ON CONFLICT (workspace_id, key) DO UPDATE SET
                label = excluded.label, type = excluded.type, required = excluded.required,
                description = coalesce(excluded.description, known.description), updated_at = now()
            WHERE (known.label, known.type, known.required, known.description) IS DISTINCT FROM
                (excluded.label, excluded.type, excluded.required,
                 coalesce(excluded.description, known.description))
            """
        ),
        [
            {
                "workspace_id": workspace_id,
                "key": field.key,
                "label": field.label,
                "type": field.type,
                "required": field.required,
                "description": field.description,
                "rules": json.dumps(field.rules),
                "place": place,
            }
            for place, field in enumerate(fields, start=1)
        ],
    )

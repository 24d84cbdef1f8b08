"""The wizard's product schema beside the attributes of the PIM: a simple attribute is a field there too.

Both meet in one product: a value of such a field is the same JSON, whoever writes it. What belongs here: which field an
attribute is, and keeping the table `product_schema_fields` so. What doesn't: seeing a field as an attribute (`store`),
changing attributes (`acts`, `apply_records`).
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.pim.model import AttributeDefinition
from segops_pipeline.catalogue.pim.plain import is_plain
from segops_pipeline.catalogue.schema import is_key
from segops_pipeline.errors import BadMapping
from segops_pipeline.formats.bizzkit.segments import DEFAULT
from segops_pipeline.inference.fields import RESERVED_TARGETS, SchemaField

FIELD_TYPES = {"PString": "text", "PBoolean": "boolean", "PDateTime": "datetime"}  # the others are numbers

DEFINED = """
SELECT key, data - 'predefined' AS data FROM records
WHERE workspace_id = :workspace_id AND entity = 'attribute' AND key = ANY(:keys) ORDER BY key COLLATE "C"
"""
ALL_KEYS = "SELECT key FROM records WHERE workspace_id = :workspace_id AND entity = 'attribute'"
# A field that is an url is a text whose values must be addresses; it stays one.
WRITE = """
INSERT INTO product_schema_fields AS known (workspace_id, key, label, type, description, position)
VALUES (:workspace_id, :key, :label, :type, :description,
    (SELECT coalesce(max(f.position), 0) FROM product_schema_fields f WHERE f.workspace_id = :workspace_id) + 1)
ON CONFLICT (workspace_id, key) DO UPDATE SET label = excluded.label,
    type = CASE WHEN known.type = 'url' AND excluded.type = 'text' THEN 'url' ELSE excluded.type END,
    description = coalesce(excluded.description, known.description), updated_at = now()
WHERE (known.label, known.description) IS DISTINCT FROM
        (excluded.label, coalesce(excluded.description, known.description))
    OR known.type <> excluded.type AND NOT (known.type = 'url' AND excluded.type = 'text')
"""
FORGET = "DELETE FROM product_schema_fields WHERE workspace_id = :workspace_id AND key = ANY(:keys)"
# The wizard may have made the field before there was an attribute: then a value, a rule or a mapping tells of it.
UNUSED = """
SELECT f.key FROM product_schema_fields f
WHERE f.workspace_id = :workspace_id AND f.key = ANY(:keys) AND f.rules = '[]' AND NOT f.required
    AND NOT EXISTS (SELECT FROM learned_mappings m WHERE m.workspace_id = :workspace_id AND m.target = f.key)
    AND NOT EXISTS (SELECT FROM products p WHERE p.workspace_id = :workspace_id AND jsonb_exists(p.data, f.key))
"""


def simple_field(definition: AttributeDefinition) -> SchemaField | None:
    """The field of the product schema that an attribute is; None: it is structured, or has no fields yet.

    An attribute whose system name cannot be a field's key (`name`, or one of more than 63 characters) is none either.
    """
    if not is_plain(definition) or not is_key(definition.code) or definition.code in RESERVED_TARGETS:
        return None
    type_ = "list" if definition.is_multi else FIELD_TYPES.get(definition.fields[0].pim_type or "", "number")
    label = definition.names.get(DEFAULT) or next(iter(definition.names.values()), definition.code)
    description = definition.descriptions.get(DEFAULT) or next(iter(definition.descriptions.values()), None)
    return SchemaField(definition.code, label, type_, description=description)


def sync_schema(connection: Connection, workspace_id: int, codes: Iterable[str] | None = None) -> None:
    """Make the product schema say what the attributes say, in the transaction in which these were changed.

    Args:
        connection: a session of the workspace, in which the records have been written.
        workspace_id: the workspace.
        codes: the attributes that were made, changed or removed; None: all that there are.
    """
    bound = {"workspace_id": workspace_id}
    keys = list(codes) if codes is not None else list(connection.execute(text(ALL_KEYS), bound).scalars())
    if not keys:
        return
    rows = connection.execute(text(DEFINED), {**bound, "keys": keys}).all()
    fields = {row.key: simple_field(AttributeDefinition.from_dict(row.key, row.data)) for row in rows}
    written = [
        {**bound, "key": one.key, "label": one.label, "type": one.type, "description": one.description}
        for one in fields.values()
        if one is not None
    ]
    if written:
        connection.execute(text(WRITE), written)
    gone = [key for key, one in fields.items() if one is None]
    removed = [key for key in keys if key not in fields]
    if removed:
        gone += connection.execute(text(UNUSED), {**bound, "keys": removed}).scalars()
    if gone:
        connection.execute(text(FORGET), {**bound, "keys": gone})


def refuse_fields(connection: Connection, workspace_id: int, fields: Sequence[SchemaField]) -> None:
    """Refuse fields that an attribute does not allow.

    Raises:
        BadMapping: a field's key is that of a structured attribute, or its type is not the simple attribute's.
    """
    keys = [one.key for one in fields]
    rows = connection.execute(text(DEFINED), {"workspace_id": workspace_id, "keys": keys}).all()
    known = {row.key: AttributeDefinition.from_dict(row.key, row.data) for row in rows}
    for one in fields:
        definition = known.get(one.key)
        if definition is None:
            continue
        simple = simple_field(definition)
        if simple is None:
            raise BadMapping(
                f"'{one.key}' is an attribute of several fields, languages or references, which a column cannot be.",
                "Choose another field, or import the column in the Bizzkit format.",
                column=one.key,
            )
        if one.type != simple.type and (one.type, simple.type) != ("url", "text"):
            raise BadMapping(
                f"'{one.key}' is an attribute of type {simple.type}, not {one.type}.",
                f"Give the field the type {simple.type}, or choose another field.",
                column=one.key,
            )


def refuse_removal(connection: Connection, workspace_id: int, keys: Sequence[str]) -> None:
    """Refuse to remove fields that are attributes too: the attribute would still be there.

    Raises:
        BadMapping: one of them is.
    """
    bound = {"workspace_id": workspace_id, "keys": list(keys)}
    for row in connection.execute(text(DEFINED), bound) if keys else ():
        raise BadMapping(
            f"The field '{row.key}' is an attribute of the PIM.",
            f"Delete the attribute, and the field goes with it: segops pim attributes delete {row.key}",
            column=row.key,
        )

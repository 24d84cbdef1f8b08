"""Fields of the product schema seen as attributes: those that a wizard's import has made and no record tells of.

What belongs here: that. What doesn't: the other way round (`schema_sync`).
"""

from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.pim.model import MULTI, SINGLE, AttributeDefinition, FieldDefinition
from segops_pipeline.formats.bizzkit.segments import DEFAULT

TYPE_OF_FIELD = {
    "text": "PString", "url": "PString", "list": "PString", "number": "PDecimal9", "boolean": "PBoolean",
    "datetime": "PDateTime",
}  # fmt: skip
FIELDS = "SELECT key, label, type FROM product_schema_fields WHERE workspace_id = :workspace_id"


def schema_attributes(connection: Connection, workspace_id: int) -> dict[str, AttributeDefinition]:
    """All fields of a workspace's product schema as attributes, by key.

    Args:
        connection: a session of the workspace, or of the system.
        workspace_id: the workspace.
    """
    rows = connection.execute(text(FIELDS), {"workspace_id": workspace_id})
    return {row.key: attribute_of_field(row.key, row.label, row.type) for row in rows}


def shape_of(definition: AttributeDefinition) -> str:
    """What values a field of the schema takes, in a word."""
    return f"{definition.value_type} {definition.fields[0].pim_type}"


def changed_field(connection: Connection, workspace_id: int, seen: Mapping[str, str]) -> str | None:
    """A field of the schema that has not the shape any more that it was seen with; None: all have."""
    if not seen:
        return None
    now = schema_attributes(connection, workspace_id)
    return next((key for key, shape in seen.items() if key not in now or shape_of(now[key]) != shape), None)


def attribute_of_field(key: str, label: str, type_: str) -> AttributeDefinition:
    """A field of the product schema as an attribute.

    Prices have their own type as `pim_type`, which is no PIM type: they are known, but take no value of a PIM.
    """
    pim_type = TYPE_OF_FIELD.get(type_, type_)
    value_type = MULTI if type_ == "list" else SINGLE
    fields = (FieldDefinition("Value", pim_type),)
    return AttributeDefinition(key, {DEFAULT: label}, value_type=value_type, configuration="Plain", fields=fields)

"""All that a product is assigned, as people read it: by group and attribute, each value in its segments.

What belongs here: a product's values put in order and resolved. What doesn't: values as columns (`plain`), changing
them (`assign`, `catalogue.edit`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.pim.field_attributes import schema_attributes
from segops_pipeline.catalogue.pim.model import AttributeDefinition, FieldDefinition, Json
from segops_pipeline.catalogue.pim.plain import Lookup, load_lookup, resolved

DEFINED = """
SELECT key, data - 'predefined' AS data FROM records
WHERE workspace_id = :workspace_id AND entity = 'attribute' AND key = ANY(:codes)
"""
Segments = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ShownField:
    """A field's value: by segment, `default` where it has none; the list or type that it is of."""

    system_name: str
    names: Mapping[str, str]
    type: str
    segments: Segments


@dataclass(frozen=True, slots=True)
class ShownAttribute:
    """An attribute that a product is assigned; of each owner a list of values, None where that has not assigned it."""

    code: str
    names: Mapping[str, str]
    group: str | None
    is_confidential: bool
    is_multi: bool
    has_fields: bool
    own: list[list[ShownField]] | None
    external: list[list[ShownField]] | None


def shown_attributes(
    connection: Connection, workspace_id: int, own: Mapping[str, Json], external: Mapping[str, Json]
) -> list[ShownAttribute]:
    """What is assigned, by group, those without one last, then by name; resolved as people read it.

    Args:
        connection: a session of the workspace.
        workspace_id: the workspace.
        own: PIM-owned values by attribute code.
        external: externally owned values by attribute code.
    """
    codes = {*own, *external}
    bound = {"workspace_id": workspace_id, "codes": sorted(codes)}
    rows = connection.execute(text(DEFINED), bound)
    known = {row.key: AttributeDefinition.from_dict(row.key, row.data) for row in rows}
    fields = schema_attributes(connection, workspace_id) if codes - known.keys() else {}
    lookup = load_lookup(connection, workspace_id)
    told = [
        _shown(known.get(code) or fields.get(code) or AttributeDefinition(code), own, external, lookup)
        for code in codes
    ]
    return sorted(told, key=lambda one: (one.group is None, one.group or "", _name(one).casefold(), one.code))


def languages_and_markets(attributes: Iterable[ShownAttribute]) -> tuple[list[str], list[str]]:
    """The cultures and the markets that values are in."""
    keys = {
        segment
        for one in attributes
        for values in (one.own, one.external)
        for value in values or []
        for field in value
        for segment in field.segments
    }
    parts = {part for key in keys for part in key.split("|")}
    return tuple(sorted(part[2:] for part in parts if part.startswith(letter)) for letter in ("T:", "M:"))  # type: ignore[return-value]


def _name(one: ShownAttribute) -> str:
    return one.names.get("default") or one.code


def _shown(
    definition: AttributeDefinition, own: Mapping[str, Json], external: Mapping[str, Json], lookup: Lookup
) -> ShownAttribute:
    code = definition.code
    return ShownAttribute(
        code,
        definition.names,
        definition.group,
        definition.is_confidential,
        definition.is_multi,
        len(definition.fields) > 1,
        _values(definition, own[code], lookup) if code in own else None,
        _values(definition, external[code], lookup) if code in external else None,
    )


def _values(definition: AttributeDefinition, value: Json, lookup: Lookup) -> list[list[ShownField]]:
    parts = definition.fields or (FieldDefinition("Value", None),)
    several = value if definition.is_multi and isinstance(value, list) else [value]
    return [[_field(part, _inner(one, part, len(parts) > 1), lookup) for part in parts] for one in several]


def _inner(value: Json, part: FieldDefinition, has_fields: bool) -> Json:
    if not has_fields:
        return value
    return value.get(part.system_name) if isinstance(value, dict) else None


def _field(part: FieldDefinition, value: Json, lookup: Lookup) -> ShownField:
    type_ = f"list {part.global_list}" if part.global_list else part.pim_type or ""
    is_price = isinstance(value, dict | list) and not type_.startswith(("P", "list"))
    segments = {"default": value} if is_price else {} if value is None else resolved(part, value, lookup)
    return ShownField(part.system_name, part.names, type_, segments)

"""Records to look at, a page at a time: attributes, lists and their items, segments, and any others by their words.

What belongs here: finding them for pages and routes. What doesn't: what stands below or is placed in what
(`browse_trees`), all of a record for an import (`store`), changing one (`acts`), resolving its values (`plain`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.filters import like_patterns
from segops_pipeline.catalogue.pim.field_attributes import attribute_of_field
from segops_pipeline.catalogue.pim.model import AttributeDefinition, Entity, Json
from segops_pipeline.errors import NotFound
from segops_pipeline.formats.bizzkit.segments import DEFAULT

WORDS = """lower(concat_ws(' ', r.key, r.data ->> 'label', r.data ->> 'code', r.data ->> 'group',
    jsonb_path_query_array(r.data -> 'names', '$.*')::text)) LIKE ALL(:patterns)"""
FOUND = """
WITH found AS MATERIALIZED (
    SELECT r.key, {data} AS data, r.version, r.updated_at, '' AS type FROM records r
    WHERE r.workspace_id = :workspace_id AND r.entity = :entity AND {where} {more}
)
SELECT counted.number, f.* FROM (SELECT count(*) AS number FROM found) counted
LEFT JOIN (SELECT * FROM found ORDER BY {order} LIMIT :limit OFFSET :offset) f ON true ORDER BY {order}
"""
COUNTED = """(r.data - '{0}')
    || jsonb_build_object('count', jsonb_array_length(coalesce(r.data -> '{0}', '[]')))"""
INNER = {"attribute": "predefined", "global_list": "items"}
FIELDS = """UNION ALL
    SELECT r.key, r.data, 0, r.updated_at, r.type FROM (
        SELECT key, jsonb_build_object('names', jsonb_build_object('default', label),
            'descriptions', jsonb_strip_nulls(jsonb_build_object('default', description))) AS data, updated_at, type
        FROM product_schema_fields WHERE workspace_id = :workspace_id
    ) r WHERE {where} AND NOT EXISTS (
        SELECT FROM records a WHERE a.workspace_id = :workspace_id AND a.entity = 'attribute' AND a.key = r.key)
"""
ONE = """
SELECT key, data, version, updated_at, '' AS type FROM records
WHERE workspace_id = :workspace_id AND entity = :entity AND key = :key
"""
ONE_FIELD = """
SELECT key, label, type, updated_at FROM product_schema_fields WHERE workspace_id = :workspace_id AND key = :key
"""
GROUPS = """
SELECT DISTINCT data ->> 'group' FROM records
WHERE workspace_id = :workspace_id AND entity = 'attribute' AND (data ->> 'group') IS NOT NULL ORDER BY 1
"""
GROUPED = """
SELECT key, data ->> 'group' AS "group" FROM records
WHERE workspace_id = :workspace_id AND entity = 'attribute' AND (data ->> 'group') IS NOT NULL
"""
USED = "SELECT count(*) FROM products WHERE workspace_id = :workspace_id AND {has}"
HAS_ATTRIBUTE = "(jsonb_exists(data, :key) OR jsonb_exists(pim -> 'external', :key))"
ITEMS = """
WITH found AS MATERIALIZED (
    SELECT i.item, i.place - 1 AS place
    FROM records r CROSS JOIN LATERAL jsonb_array_elements(r.data -> 'items') WITH ORDINALITY i (item, place)
    WHERE r.workspace_id = :workspace_id AND r.entity = 'global_list' AND r.key = :key
        AND lower(concat_ws(' ', i.item ->> 'system_name', i.item ->> 'value')) LIKE ALL(:patterns)
)
SELECT counted.number, f.* FROM (SELECT count(*) AS number FROM found) counted
LEFT JOIN (SELECT * FROM found ORDER BY place LIMIT :limit OFFSET :offset) f ON true ORDER BY place
"""


@dataclass(frozen=True, slots=True)
class Window:
    """Which of what is found: words that all stand in it, and which page."""

    q: str = ""
    limit: int = 50
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """A record; of one of many the items, or predefined values, are only counted (`count`).

    `field_type` is that of a field of the product schema that is seen as an attribute, else empty.
    """

    key: str
    data: Mapping[str, Json]
    version: int
    updated_at: datetime
    field_type: str = ""

    @property
    def name(self) -> str:
        """What people call it: its default name, else its first, else its key."""
        return name_in(self.data.get("names"), self.key)


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list at its place, from 0."""

    place: int
    data: Mapping[str, Json]


def name_in(names: Mapping[str, str] | None, key: str) -> str:
    """The default name among names by segment, else the first, else the key."""
    told = names or {}
    return told.get(DEFAULT) or next((name for name in told.values() if name), key)


def find_records(
    connection: Connection, workspace_id: int, entity: Entity, window: Window, *, more: str = "", **bound: object
) -> tuple[int, list[Found]]:
    """Find records by words in their key and names, by key: how many there are, and those of the page.

    Args:
        connection: a session of the workspace.
        workspace_id: the workspace.
        entity: which; no products.
        window: which of them.
        more: a further condition on the record `r`, of this module's own.
        bound: what is bound to that.
    """
    where = f"({WORDS}){more}"
    fields = FIELDS.format(where=where) if entity == "attribute" and not more else ""
    shown = COUNTED.format(INNER[entity]) if entity in INNER else "r.data"
    statement = FOUND.format(where=where, more=fields, data=shown, order='lower(key), key COLLATE "C"')
    given = {**window_bound(workspace_id, window), "entity": entity, **bound}
    rows = connection.execute(text(statement), given).all()
    return rows[0].number, [Found(*row[1:]) for row in rows if row.key is not None]


def find_attributes(
    connection: Connection, workspace_id: int, window: Window, group: str | None = None
) -> tuple[int, list[Found]]:
    """Find attributes, fields of the product schema among them, as `find_records`; of one group if one is named."""
    if group is None:
        return find_records(connection, workspace_id, "attribute", window)
    more = " AND coalesce(r.data ->> 'group', '') = :group"
    return find_records(connection, workspace_id, "attribute", window, more=more, group=group)


def find_segments(
    connection: Connection, workspace_id: int, window: Window, dimension: str | None = None
) -> tuple[int, list[Found]]:
    """Find registered cultures, channels, devices and markets, of one dimension if one is named."""
    more = "" if dimension is None else " AND r.data ->> 'dimension' = :dimension"
    return find_records(connection, workspace_id, "segment", window, more=more, dimension=dimension)


def get_record(connection: Connection, workspace_id: int, entity: Entity, key: str) -> Found:
    """One record with all that is in it.

    Raises:
        NotFound: the workspace has none of this key.
    """
    bound = {"workspace_id": workspace_id, "entity": entity, "key": key}
    row = connection.execute(text(ONE), bound).one_or_none()
    if row is None and entity == "attribute":
        field = connection.execute(text(ONE_FIELD), bound).one_or_none()
        if field is not None:
            definition = attribute_of_field(field.key, field.label, field.type)
            return Found(field.key, definition.as_dict(), 0, field.updated_at, field.type)
    if row is None:
        shown = entity.replace("global_list", "list")
        raise NotFound(f"There is no {shown} '{key[:80]}'.", "See all of them in the list.")
    return Found(*row)


def definition_of(found: Found) -> AttributeDefinition:
    """The attribute that a record or a field is."""
    if found.field_type:
        return attribute_of_field(found.key, found.name, found.field_type)
    return AttributeDefinition.from_dict(found.key, found.data)


def groups(connection: Connection, workspace_id: int) -> list[str]:
    """The groups that attributes are in."""
    return list(connection.execute(text(GROUPS), {"workspace_id": workspace_id}).scalars())


def groups_of_attributes(connection: Connection, workspace_id: int) -> dict[str, str]:
    """The group of each attribute that is in one."""
    return {row.key: row.group for row in connection.execute(text(GROUPED), {"workspace_id": workspace_id})}


def count_products_with(connection: Connection, workspace_id: int, code: str) -> int:
    """How many products have values of an attribute, whoever owns them."""
    statement = text(USED.format(has=HAS_ATTRIBUTE))
    return connection.execute(statement, {"workspace_id": workspace_id, "key": code}).scalar_one()


def find_items(connection: Connection, workspace_id: int, key: str, window: Window) -> tuple[int, list[Item]]:
    """The items of a list in their order: how many there are, and those of the page."""
    rows = connection.execute(text(ITEMS), {**window_bound(workspace_id, window), "key": key}).all()
    return rows[0].number, [Item(row.place, row.item) for row in rows if row.item is not None]


def get_item(connection: Connection, workspace_id: int, key: str, system_name: str) -> Item:
    """An item of a list by its system name.

    Raises:
        NotFound: the list has none.
    """
    for place, one in enumerate(get_record(connection, workspace_id, "global_list", key).data.get("items") or []):
        if one.get("system_name") == system_name:
            return Item(place, one)
    raise NotFound(f"The list {key[:80]} has no item '{system_name[:80]}'.", "See its items.")


def window_bound(workspace_id: int, window: Window) -> dict[str, Any]:
    """What is bound for a window of what a statement finds."""
    patterns = like_patterns(window.q)
    return {"workspace_id": workspace_id, "patterns": patterns, "limit": window.limit, "offset": window.offset}

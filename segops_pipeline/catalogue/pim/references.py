"""Who refers to the items of a list or to a product, or uses a segment: nothing is removed that something still says.

What belongs here: these questions, to the store and to records in memory. What doesn't: what is done about it (`acts`,
`fold_list_items`).
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol, runtime_checkable

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.pim.model import Json, Record
from segops_pipeline.catalogue.pim.rewriting import item_references, values_of

# Only attributes with a field of the list can hold its items.
CODES = """
SELECT r.key FROM records r
WHERE r.workspace_id = :workspace_id AND r.entity = 'attribute'
    AND r.data -> 'fields' @> jsonb_build_array(jsonb_build_object('global_list', CAST(:list AS text)))
ORDER BY r.key
"""
ITEMS = "'$.** ? (@.list == $list).item', jsonb_build_object('list', CAST(:list AS text))"
IN_PRODUCTS = f"""
SELECT f.item #>> '{{}}' AS item, min(p.sku) AS example
FROM products p CROSS JOIN LATERAL (
    SELECT DISTINCT jsonb_path_query(jsonb_build_array(p.data, p.pim), {ITEMS}) AS item
) f
WHERE p.workspace_id = :workspace_id AND (jsonb_exists_any(p.data, CAST(:codes AS text[])) OR p.pim <> '{{}}')
GROUP BY 1
"""
IN_RECORDS = f"""
SELECT f.item #>> '{{}}' AS item, min(r.entity || ' ' || r.key) AS example
FROM records r CROSS JOIN LATERAL (SELECT DISTINCT jsonb_path_query(r.data, {ITEMS}) AS item) f
WHERE r.workspace_id = :workspace_id AND r.entity <> 'segment'
GROUP BY 1
"""
USES = """
SELECT example FROM (
    SELECT 'product ' || sku AS example FROM products
    WHERE workspace_id = :workspace_id AND (data::text ~ :key OR pim::text ~ :key)
    UNION ALL SELECT entity || ' ' || key FROM records
    WHERE workspace_id = :workspace_id AND entity <> 'segment' AND data::text ~ :key
) u LIMIT 1
"""

PRODUCT_USER = """
SELECT sku FROM products WHERE workspace_id = :workspace_id
    AND (pim ->> 'master') IS NOT NULL AND pim ->> 'master' = :sku
UNION ALL
SELECT sku FROM products WHERE workspace_id = :workspace_id AND jsonb_exists(pim, 'bundle')
    AND pim -> 'bundle' @> jsonb_build_array(jsonb_build_object('item', CAST(:sku AS text)))
LIMIT 1
"""


@runtime_checkable
class KnowsReferences(Protocol):
    """Records that can tell which items of a list something refers to."""

    def referenced_items(self, global_list: str) -> Mapping[str, str]:
        """The items' ids, each with one who refers to it: `product A-1`."""
        ...


def attributes_of_list(connection: Connection, workspace_id: int, global_list: str) -> list[str]:
    """The attributes with a field of a list, by system name."""
    bound = {"workspace_id": workspace_id, "list": global_list}
    return list(connection.execute(text(CODES), bound).scalars())


def stored_references(connection: Connection, workspace_id: int, global_list: str) -> dict[str, str]:
    """The items of a list that something in the store refers to: id → one who does, as `product A-1`."""
    codes = attributes_of_list(connection, workspace_id, global_list)
    if not codes:
        return {}
    bound = {"workspace_id": workspace_id, "list": global_list, "codes": codes}
    records = connection.execute(text(IN_RECORDS), bound).all()
    products = connection.execute(text(IN_PRODUCTS), bound).all()
    return {row.item: row.example for row in records} | {row.item: f"product {row.example}" for row in products}


def references_in(records: Iterable[Record], global_list: str) -> dict[str, str]:
    """The same, of some records."""
    found: dict[str, str] = {}
    for record in records:
        for value in _all_values(record):
            for item in item_references(value, global_list):
                found.setdefault(item, f"{record.entity} {record.key}")
    return found


def product_user(connection: Connection, workspace_id: int, sku: str) -> str | None:
    """A product that is a variant of this one, or has it in its bundle; None: there is none."""
    return connection.execute(text(PRODUCT_USER), {"workspace_id": workspace_id, "sku": sku}).scalar()


def segment_user(connection: Connection, workspace_id: int, part: str) -> str | None:
    """One who has a value, name or description of a segment (`T:da-DK`), as `product A-1`; None: nobody has."""
    said = json.dumps(part, ensure_ascii=False)[1:-1]
    escaped = re.sub(r"([^\w\s])", r"\\\1", said)
    key = rf'"([TCDM]:[^"|]*\|)*{escaped}(\|[^"]*)?": '
    return connection.execute(text(USES), {"workspace_id": workspace_id, "key": key}).scalar()


def _all_values(record: Record) -> Iterator[Json]:
    for values in values_of(record):
        yield from values.values()
    for item in record.data.get("predefined") or () if record.entity == "attribute" else ():
        yield from (item.get("values") or {}).values()

"""Categories and brands to look at: what stands below which, and the products that are placed in a category.

What belongs here: finding that for pages and routes. What doesn't: finding records by words (`browse`), moving and
naming them (`act_trees`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.pim.browse import Found, Window, find_records, window_bound
from segops_pipeline.catalogue.pim.model import Entity

BELOW = """
SELECT parent, count(*) AS number FROM (
    SELECT data ->> 'parent' AS parent FROM records
    WHERE workspace_id = :workspace_id AND entity = :entity AND data ->> 'parent' = ANY(:keys)
    UNION ALL
    SELECT l.link FROM records r CROSS JOIN LATERAL jsonb_array_elements_text(r.data -> 'links') l (link)
    WHERE r.workspace_id = :workspace_id AND r.entity = :entity AND jsonb_exists_any(r.data -> 'links', :keys)
        AND l.link = ANY(:keys)
) p GROUP BY 1
"""
PLACED = """
SELECT category, count(*) AS number FROM (
    SELECT pim ->> 'primary' AS category FROM products WHERE workspace_id = :workspace_id
        AND (pim ->> 'primary') IS NOT NULL AND pim ->> 'primary' = ANY(:keys)
    UNION ALL
    SELECT a.category FROM products p CROSS JOIN LATERAL jsonb_array_elements_text(p.pim -> 'additional') a (category)
    WHERE p.workspace_id = :workspace_id AND (p.pim -> 'additional') IS NOT NULL
        AND jsonb_exists_any(p.pim -> 'additional', :keys) AND a.category = ANY(:keys)
) p GROUP BY 1
"""
PRODUCTS = """
WITH found AS MATERIALIZED (
    SELECT id, sku, name, true AS is_primary FROM products WHERE workspace_id = :workspace_id
        AND (pim ->> 'primary') IS NOT NULL AND pim ->> 'primary' = :key
    UNION ALL
    SELECT id, sku, name, false FROM products WHERE workspace_id = :workspace_id
        AND (pim -> 'additional') IS NOT NULL AND jsonb_exists(pim -> 'additional', :key)
)
SELECT counted.number, f.* FROM (SELECT count(*) AS number FROM found) counted
LEFT JOIN (SELECT * FROM found ORDER BY sku LIMIT :limit OFFSET :offset) f ON true ORDER BY sku
"""
NAMES = """
SELECT key, data -> 'names' AS names FROM records
WHERE workspace_id = :workspace_id AND entity = :entity AND key = ANY(:keys)
"""
PATH = """
WITH RECURSIVE above (key, names, parent, depth) AS (
    SELECT key, data -> 'names', data ->> 'parent', 0 FROM records
    WHERE workspace_id = :workspace_id AND entity = :entity AND key = :key
    UNION ALL
    SELECT r.key, r.data -> 'names', r.data ->> 'parent', a.depth + 1 FROM above a JOIN records r
        ON r.workspace_id = :workspace_id AND r.entity = :entity AND r.key = a.parent WHERE a.depth < 50
)
SELECT key, names FROM above WHERE depth > 0 ORDER BY depth DESC
"""
NAMED = "SELECT id, sku, name, true FROM products WHERE workspace_id = :workspace_id AND sku = ANY(:skus)"


@dataclass(frozen=True, slots=True)
class Placed:
    """A product in a category; `is_primary`: that is where it belongs."""

    id: int
    sku: str
    name: str
    is_primary: bool


def children(
    connection: Connection, workspace_id: int, entity: Entity, parent: str | None, window: Window
) -> tuple[int, list[Found]]:
    """What stands below a category or brand, linked categories too; None: what stands below nothing."""
    more = " AND (r.data ->> 'parent') IS NULL"
    if parent is not None:
        more = " AND (r.data ->> 'parent' = :parent OR jsonb_exists(r.data -> 'links', :parent))"
    return find_records(connection, workspace_id, entity, window, more=more, parent=parent)


def count_below(connection: Connection, workspace_id: int, entity: Entity, keys: Sequence[str]) -> dict[str, int]:
    """How many stand directly below each of some categories or brands."""
    bound = {"workspace_id": workspace_id, "entity": entity, "keys": list(keys)}
    return {row.parent: row.number for row in connection.execute(text(BELOW), bound)}


def count_placed(connection: Connection, workspace_id: int, keys: Sequence[str]) -> dict[str, int]:
    """How many products are placed directly in each of some categories."""
    bound = {"workspace_id": workspace_id, "keys": list(keys)}
    return {row.category: row.number for row in connection.execute(text(PLACED), bound)}


def find_placed(connection: Connection, workspace_id: int, key: str, window: Window) -> tuple[int, list[Placed]]:
    """The products that are placed directly in a category, by sku."""
    rows = connection.execute(text(PRODUCTS), {**window_bound(workspace_id, window), "key": key}).all()
    return rows[0].number, [Placed(*row[1:]) for row in rows if row.id is not None]


def names_of(
    connection: Connection, workspace_id: int, entity: Entity, keys: Sequence[str]
) -> dict[str, Mapping[str, str]]:
    """The names, by segment, of some categories or brands; those that are not there are left out."""
    bound = {"workspace_id": workspace_id, "entity": entity, "keys": list(keys)}
    return {row.key: row.names or {} for row in connection.execute(text(NAMES), bound)}


def path_to(connection: Connection, workspace_id: int, entity: Entity, key: str) -> list[tuple[str, Mapping[str, str]]]:
    """The keys and names of all that a category or brand stands below, the topmost first."""
    bound = {"workspace_id": workspace_id, "entity": entity, "key": key}
    return [(row.key, row.names or {}) for row in connection.execute(text(PATH), bound)]


def products_named(connection: Connection, workspace_id: int, skus: Sequence[str]) -> dict[str, Placed]:
    """The products of some skus, by sku; those that are not there are left out."""
    rows = connection.execute(text(NAMED), {"workspace_id": workspace_id, "skus": list(skus)})
    return {row.sku: Placed(*row) for row in rows}

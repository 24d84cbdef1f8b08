"""Products to look at: a page of those that somebody wants to see, or one by its id.

What belongs here: reading products. What doesn't: what is wanted (`filters`), where a product's values came from
(`product_history`), changing one (`edit`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.filters import ListingFilter, conditions
from segops_pipeline.catalogue.pim.plain import Lookup, load_lookup, structured_values
from segops_pipeline.catalogue.pim.records import in_order
from segops_pipeline.catalogue.schema import load_fields
from segops_pipeline.errors import NotFound

MOST_PER_PAGE = 200
COLUMNS = (  # as below
    "p.id, p.sku, p.name, p.data, p.raw_data, p.source, p.is_active, p.version, p.created_at, p.updated_at, p.pim"
)
# wide rows are read only of the page
PAGE = """
WITH found AS MATERIALIZED (SELECT p.sku, {place} AS place FROM products p WHERE {where})
SELECT counted.number, {columns} FROM (SELECT count(*) AS number FROM found) counted
LEFT JOIN (
    SELECT p.sku, p.place FROM found p ORDER BY p.place {direction} NULLS LAST, p.sku LIMIT :limit OFFSET :offset
) f ON true
LEFT JOIN products p ON p.workspace_id = :workspace_id AND p.sku = f.sku
ORDER BY f.place {direction} NULLS LAST, f.sku
"""
VARIANTS = """
SELECT pim ->> 'master' AS master, sku FROM products
WHERE workspace_id = :workspace_id AND (pim ->> 'master') IS NOT NULL AND pim ->> 'master' = ANY(:skus)
"""
COUNT = "SELECT count(*) FROM products p WHERE {where}"
BY_SKU = """
SELECT {columns} FROM products p WHERE {where} ORDER BY p.sku {direction} LIMIT :limit OFFSET :offset
"""


@dataclass(frozen=True, slots=True)
class ListedProduct:
    """A product as it is now.

    `raw_data` is the row of the file that gave it, by column; None: no file did. `pim` is as `catalogue.pim.model`
    says, its `variants` being all of them in their order; `plain` has what of both is not plain as it is stored, by the
    names that `catalogue.pim.plain` gives.
    """

    id: int
    sku: str
    name: str
    data: dict[str, Any]
    raw_data: dict[str, Any] | None
    source: str
    is_active: bool
    version: int
    created_at: datetime
    updated_at: datetime
    pim: dict[str, Any]
    plain: dict[str, Any]


def list_products(
    connection: Connection, workspace_id: int, wanted: ListingFilter, page: int = 1, page_size: int = 50
) -> tuple[int, list[ListedProduct]]:
    """A page of the products that somebody wants to see.

    Args:
        connection: a session of the workspace.
        workspace_id: the workspace.
        wanted: which, and in which order.
        page: from 1; one behind the last has none.
        page_size: how many, 1 to 200.

    Returns:
        How many there are on all pages, and those of this one.

    Raises:
        WrongUsage: a field that there is not, or a value that none of its field can be.
    """
    lookup = load_lookup(connection, workspace_id)
    found = conditions(workspace_id, wanted, load_fields(connection), lookup)
    bound = {**found.bound, "limit": page_size, "offset": (page - 1) * page_size}
    if wanted.order.removeprefix("-") == "sku" and not (wanted.q or wanted.fields):
        rows = connection.execute(text(BY_SKU.format(columns=COLUMNS, **found.words)), bound)
        products = _listed(connection, workspace_id, rows.all(), lookup)
        return connection.execute(text(COUNT.format(**found.words)), found.bound).scalar_one(), products
    rows = connection.execute(text(PAGE.format(columns=COLUMNS, **found.words)), bound).all()
    found_rows = [row[1:] for row in rows if row.id is not None]
    return rows[0].number, _listed(connection, workspace_id, found_rows, lookup)


def load_product_by_id(connection: Connection, workspace_id: int, product_id: int) -> ListedProduct:
    """The product with this id.

    Raises:
        NotFound: the workspace has none.
    """
    statement = text(f"SELECT {COLUMNS} FROM products p WHERE p.workspace_id = :workspace_id AND p.id = :id")
    row = connection.execute(statement, {"workspace_id": workspace_id, "id": product_id}).one_or_none()
    if row is None:
        raise NotFound(f"There is no product with the id {product_id}.", "Find it in the list of products.")
    (found,) = _listed(connection, workspace_id, [row], load_lookup(connection, workspace_id))
    return found


def ids_of(connection: Connection, workspace_id: int, skus: Sequence[str]) -> dict[str, int]:
    """The id of each of some products, by sku; those that are not there are left out."""
    rows = connection.execute(
        text("SELECT sku, id FROM products WHERE workspace_id = :workspace_id AND sku = ANY(:skus)"),
        {"workspace_id": workspace_id, "skus": list(skus)},
    )
    return {row.sku: row.id for row in rows}


def _listed(
    connection: Connection, workspace_id: int, rows: Sequence[Sequence[Any]], lookup: Lookup
) -> list[ListedProduct]:
    variants: dict[str, set[str]] = {}
    bound = {"workspace_id": workspace_id, "skus": [row[1] for row in rows]}
    for row in connection.execute(text(VARIANTS), bound):
        variants.setdefault(row.master, set()).add(row.sku)
    found: list[ListedProduct] = []
    for *own, stored in rows:
        pim = stored
        if own[1] in variants or "variants" in stored:
            pim = {**stored, "variants": in_order(variants.get(own[1], set()), stored.get("variants", ()))}
        found.append(ListedProduct(*own, pim=pim, plain=structured_values(own[3], pim, lookup)))
    return found

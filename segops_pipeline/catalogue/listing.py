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
from segops_pipeline.catalogue.schema import load_fields
from segops_pipeline.errors import NotFound

MOST_PER_PAGE = 200
COLUMNS = (
    "p.id, p.sku, p.name, p.data, p.raw_data, p.source, p.is_active, p.version, p.created_at, p.updated_at"  # as below
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
COUNT = "SELECT count(*) FROM products p WHERE {where}"
BY_SKU = """
SELECT {columns} FROM products p WHERE {where} ORDER BY p.sku {direction} LIMIT :limit OFFSET :offset
"""


@dataclass(frozen=True, slots=True)
class ListedProduct:
    """A product as it is now; `raw_data` is the row of the file that gave it, by column; None: no file did."""

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
    found = conditions(workspace_id, wanted, load_fields(connection))
    bound = {**found.bound, "limit": page_size, "offset": (page - 1) * page_size}
    if wanted.order.removeprefix("-") == "sku" and not (wanted.q or wanted.fields):
        rows = connection.execute(text(BY_SKU.format(columns=COLUMNS, **found.words)), bound)
        products = [ListedProduct(*row) for row in rows]
        return connection.execute(text(COUNT.format(**found.words)), found.bound).scalar_one(), products
    rows = connection.execute(text(PAGE.format(columns=COLUMNS, **found.words)), bound).all()
    return rows[0].number, [ListedProduct(*row[1:]) for row in rows if row.id is not None]


def load_product_by_id(connection: Connection, workspace_id: int, product_id: int) -> ListedProduct:
    """The product with this id.

    Raises:
        NotFound: the workspace has none.
    """
    statement = text(f"SELECT {COLUMNS} FROM products p WHERE p.workspace_id = :workspace_id AND p.id = :id")
    row = connection.execute(statement, {"workspace_id": workspace_id, "id": product_id}).one_or_none()
    if row is None:
        raise NotFound(f"There is no product with the id {product_id}.", "Find it in the list of products.")
    return ListedProduct(*row)


def ids_of(connection: Connection, workspace_id: int, skus: Sequence[str]) -> dict[str, int]:
    """The id of each of some products, by sku; those that are not there are left out."""
    rows = connection.execute(
        text("SELECT sku, id FROM products WHERE workspace_id = :workspace_id AND sku = ANY(:skus)"),
        {"workspace_id": workspace_id, "skus": list(skus)},
    )
    return {row.sku: row.id for row in rows}

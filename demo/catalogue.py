"""What the demo asks of the three stores about the products that it has imported, and whether they agree."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from demo.suppliers import SUPPLIERS
from segops_pipeline.analytics.clickhouse import open_clickhouse
from segops_pipeline.analytics.overview import count_by_field, price_statistics
from segops_pipeline.analytics.reconcile import reconcile
from segops_pipeline.search.embeddings import missing_embeddings
from segops_pipeline.search.query import SearchHit, search_products
from segops_pipeline.stores.opening import Stores

QUERIES = ("keep my feet dry in the rain", "quiet headphones for a long flight", "lampe de chevet pour lire")
HITS = 3
MOST_FREQUENT = 5


@dataclass(frozen=True, slots=True)
class Product:
    """A product as PostgreSQL has it; `data` is JSON by field key."""

    sku: str
    name: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many products each store has, and whether that is as it should be."""

    products: int
    in_clickhouse: int
    without_embedding: int
    agrees: bool


def some_products(stores: Stores, workspace_id: int) -> list[Product]:
    """Read the products that the demo shows, in the order of their suppliers."""
    skus = [supplier.shown for supplier in SUPPLIERS]
    statement = text("SELECT sku, name, data FROM products WHERE sku = ANY(:skus) ORDER BY array_position(:skus, sku)")
    with stores.database.workspace_session(workspace_id) as connection:
        return [Product(*row) for row in connection.execute(statement, {"skus": skus})]


def aggregates(stores: Stores, workspace_id: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Ask ClickHouse for the range of prices by field and currency, and for the most frequent colours."""
    with open_clickhouse(stores.settings) as clickhouse:
        prices = price_statistics(clickhouse, workspace_id)
        return prices, count_by_field(clickhouse, workspace_id, "colour", MOST_FREQUENT)


def searches(stores: Stores, workspace_id: int) -> dict[str, list[SearchHit]]:
    """Find the nearest products of each of the demo's queries."""
    return {query: search_products(stores, workspace_id, query, HITS) for query in QUERIES}


def agreement(stores: Stores, workspace_id: int) -> Agreement:
    """Compare ClickHouse and the embeddings with PostgreSQL."""
    compared = reconcile(stores, workspace_id)
    with stores.database.workspace_session(workspace_id) as connection:
        missing = missing_embeddings(connection)
    return Agreement(
        compared.postgres_rows,
        compared.clickhouse_rows,
        missing,
        compared.agrees and not compared.waiting and not missing,
    )

"""Find products by what a query means: the nearest vectors of one workspace.

What belongs here: the question. What doesn't: how vectors came there (embeddings.py).
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.errors import WrongUsage
from segops_pipeline.search.models import load_model
from segops_pipeline.search.vectors import vector_text
from segops_pipeline.stores.opening import Stores

MOST_HITS = 1_000

# An index on all workspaces' vectors first finds the nearest of anybody, and the filter leaves few of them:
# it goes on until there are enough (strict_order), which ends after some ten thousand vectors.
KEEP_LOOKING = """
SELECT set_config('hnsw.iterative_scan', 'strict_order', true), set_config('hnsw.ef_search', '100', true)
"""
NEAREST = """
SELECT sku, name, {distance} AS distance
FROM embeddings JOIN products ON products.workspace_id = embeddings.workspace_id
    AND products.sku = embeddings.key AND products.is_active
WHERE embeddings.workspace_id = :workspace_id AND embeddings.entity = 'product'
    AND embeddings.model = :model AND vector_dims(embedding) = {dimensions}
ORDER BY distance LIMIT :limit
"""
DISTANCE = "((embedding::vector({dimensions})) <=> CAST(:numbers AS vector({dimensions})))"


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A product that was found; the score is the cosine of the two vectors, 1 for the same text."""

    sku: str
    name: str
    score: float


def search_products(stores: Stores, workspace_id: int, query: str, limit: int = 10) -> list[SearchHit]:
    """Find the products of a workspace that are nearest in meaning to a query, the nearest first.

    Args:
        stores: the open stores.
        workspace_id: whose products; only those that have a vector of the model in use can be found.
        query: words in the language of the catalogue.
        limit: how many at most, 1 to 1,000.

    Raises:
        WrongUsage: no words to look for, or a limit that is none.
        StoreUnreachable: PostgreSQL does not answer, or the model cannot be had.
    """
    if not query.strip():
        raise WrongUsage("There is nothing to search for.", "Say in a few words what you look for.")
    if not 1 <= limit <= MOST_HITS:
        raise WrongUsage("A search answers 1 to 1,000 products.", "Give a limit between them.", value=str(limit))
    model = load_model(stores.settings)
    given = {
        "workspace_id": workspace_id,
        "model": model.name,
        "numbers": vector_text(model.encode([query])[0]),
        "limit": limit,
    }
    with stores.database.workspace_session(workspace_id) as connection:
        connection.execute(text(KEEP_LOOKING))
        hits = _nearest(connection, nearest(model.dimensions), given)
        if len(hits) < limit:
            # A small workspace among large ones: the index gave up, and comparing all of it is quick.
            hits = _nearest(connection, nearest(model.dimensions, by_index=False), given)
    return hits


def nearest(dimensions: int, *, by_index: bool = True) -> str:
    """Write the question for vectors of a length; the index answers only the order that it was made for."""
    distance = DISTANCE.format(dimensions=dimensions)
    return NEAREST.format(dimensions=dimensions, distance=distance if by_index else f"{distance} + 0")


def _nearest(connection: Connection, statement: str, given: dict[str, Any]) -> list[SearchHit]:
    found = connection.execute(text(statement), given)
    return [SearchHit(sku, name, round(1 - distance, 4)) for sku, name, distance in found]

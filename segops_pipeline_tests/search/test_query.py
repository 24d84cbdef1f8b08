import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from segops_pipeline.errors import WrongUsage
from segops_pipeline.search.embeddings import embed_workspace
from segops_pipeline.search.models import EmbeddingModel
from segops_pipeline.search.query import nearest, search_products
from segops_pipeline.search.vectors import Vector, vector_text, write_vectors
from segops_pipeline.stores.opening import Stores
from segops_pipeline_tests.pim.catalogue import fill
from segops_pipeline_tests.written_products import Product, delete_products, write_fields, write_products

pytestmark = pytest.mark.usefixtures("packaged_model")

CATALOGUE: list[Product] = [
    ("D-1", "Cordless drill 18 V", {"category": "power tools"}),
    ("S-1", "Circular saw", {"category": "power tools"}),
    ("H-1", "Shampoo for dry hair", {"category": "cosmetics"}),
    ("L-1", "Desk lamp", {"category": "lighting"}),
]
QUERY = "cordless drill"
FAR, NEAR = 30, 300

# What makes the planner take the index of vectors although the workspace is small.
INDEX_ONLY = {"enable_sort": "off", "enable_seqscan": "off", "enable_bitmapscan": "off"}


@pytest.fixture
def filled(stores: Stores, workspace_id: int) -> Stores:
    """A small catalogue, embedded."""
    write_fields(stores.database, workspace_id, category="text")
    write_products(stores.database, workspace_id, CATALOGUE)
    embed_workspace(stores, workspace_id)
    return stores


@contextmanager
def database_settings(stores: Stores, settings: dict[str, str]) -> Generator[None]:
    """Let every new connection to the test's database have some settings."""
    with stores.database.owner_session() as connection:
        database = connection.execute(text("SELECT current_database()")).scalar_one()
        for name, value in settings.items():
            connection.execute(text(f"ALTER DATABASE {database} SET {name} = {value}"))
    stores.database.dispose()
    yield


def crowd(stores: Stores, workspace_id: int, other_workspace_id: int, model: EmbeddingModel) -> None:
    """Give one workspace a few products far from the query, and another one many that are near."""
    write_products(stores.database, workspace_id, [(f"far {n:03}", "Shampoo", {}) for n in range(FAR)])
    write_products(stores.database, other_workspace_id, [(f"near {n:03}", "Drill", {}) for n in range(NEAR)])
    near, far = model.encode([QUERY, "shampoo for dry hair"])
    for workspace, numbers, name, many in (
        (workspace_id, far, "far", FAR),
        (other_workspace_id, near, "near", NEAR),
    ):
        vectors = [Vector(f"{name} {n:03}", b"", 1, [*numbers[:-1], numbers[-1] + n / 10_000]) for n in range(many)]
        with stores.database.workspace_session(workspace) as connection:
            write_vectors(connection, workspace, model.name, vectors)


def test_what_is_meant_is_found_first(filled: Stores, workspace_id: int) -> None:
    assert search_products(filled, workspace_id, "drilling machine with battery", 4)[0].sku == "D-1"
    assert search_products(filled, workspace_id, "wash my hair", 4)[0].sku == "H-1"


def test_hits_come_nearest_first_with_rounded_scores(filled: Stores, workspace_id: int) -> None:
    hits = search_products(filled, workspace_id, "Cordless drill 18 V. power tools")
    assert len(hits) == 4
    assert (hits[0].sku, hits[0].name, hits[0].score) == ("D-1", "Cordless drill 18 V", 1.0)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True) == [round(score, 4) for score in scores]


def test_no_more_than_the_limit_are_found(filled: Stores, workspace_id: int) -> None:
    assert len(search_products(filled, workspace_id, QUERY, 2)) == 2


def test_another_workspace_finds_nothing(filled: Stores, other_workspace_id: int) -> None:
    assert search_products(filled, other_workspace_id, QUERY) == []


def test_a_deleted_product_is_not_found_even_before_its_vector_goes(filled: Stores, workspace_id: int) -> None:
    delete_products(filled.database, workspace_id, "D-1")
    assert "D-1" not in [hit.sku for hit in search_products(filled, workspace_id, QUERY)]


def test_vectors_of_another_model_are_not_compared(filled: Stores, workspace_id: int, small_model_path: Path) -> None:
    settings = filled.settings.model_copy(update={"embedding_model": str(small_model_path)})
    small = replace(filled, settings=settings)
    assert search_products(small, workspace_id, QUERY) == []
    embed_workspace(small, workspace_id)
    assert len(search_products(small, workspace_id, QUERY)) == 4
    assert search_products(filled, workspace_id, QUERY) == []


@pytest.mark.parametrize(
    "planner",
    [{}, INDEX_ONLY, {**INDEX_ONLY, "hnsw.max_scan_tuples": "20"}],
    ids=["planner's choice", "index", "index that gives up"],
)
def test_a_small_workspace_finds_enough_among_the_many_rows_of_another(
    stores: Stores,
    workspace_id: int,
    other_workspace_id: int,
    packaged_model: EmbeddingModel,
    planner: dict[str, str],
) -> None:
    crowd(stores, workspace_id, other_workspace_id, packaged_model)
    with database_settings(stores, planner):
        hits = search_products(stores, workspace_id, QUERY, 10)
    assert len(hits) == 10
    assert all(hit.sku.startswith("far") for hit in hits)


def test_the_index_alone_would_not_have_found_them(
    stores: Stores, workspace_id: int, other_workspace_id: int, packaged_model: EmbeddingModel
) -> None:
    crowd(stores, workspace_id, other_workspace_id, packaged_model)
    given = {
        "workspace_id": workspace_id,
        "model": packaged_model.name,
        "numbers": vector_text(packaged_model.encode([QUERY])[0]),
        "limit": 10,
    }
    with database_settings(stores, INDEX_ONLY), stores.database.workspace_session(workspace_id) as connection:
        assert len(connection.execute(text(nearest(384)), given).all()) < 10


@pytest.mark.parametrize(("query", "limit"), [("", 10), (" \n", 10), ("drill", 0), ("drill", 1_001)])
def test_a_search_for_nothing_is_wrong_usage(stores: Stores, workspace_id: int, query: str, limit: int) -> None:
    with pytest.raises(WrongUsage):
        search_products(stores, workspace_id, query, limit)


def test_a_product_is_found_by_what_its_values_in_another_language_mean(stores: Stores, workspace_id: int) -> None:
    fill(stores.database, workspace_id)
    with stores.database.workspace_session(workspace_id) as connection:
        connection.execute(
            text("UPDATE products SET data = data || CAST(:data AS jsonb) WHERE sku = 'SET'"),
            {"data": json.dumps({"NAME": {"default": "Anfängerpaket", "T:en": "wooden kitchen table"}})},
        )
    assert embed_workspace(stores, workspace_id).embedded == 5
    assert search_products(stores, workspace_id, "furniture to eat at", 1)[0].sku == "SET"

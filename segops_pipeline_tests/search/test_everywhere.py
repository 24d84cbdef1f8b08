"""What is typed finds products by key and words at once, and by meaning once the model is there."""

import pytest

from segops_pipeline.errors import WrongUsage
from segops_pipeline.search.embeddings import embed_workspace
from segops_pipeline.search.everywhere import Found, search_catalogue, wait_for_meaning
from segops_pipeline.stores.opening import Stores
from segops_pipeline_tests.written_products import Product, deactivate_products, write_fields, write_products

pytestmark = pytest.mark.usefixtures("packaged_model")

CATALOGUE: list[Product] = [
    ("D-1", "Cordless drill 18 V", {"category": "power tools"}),
    ("D-10", "Bits", {"category": "for a drill"}),
    ("S-1", "Circular saw", {"category": "power tools"}),
    ("H-1", "Shampoo for dry hair", {"category": "cosmetics"}),
    ("drill", "Hammer", {}),
]


@pytest.fixture
def filled(stores: Stores, workspace_id: int) -> Stores:
    """A small catalogue that is not embedded yet."""
    write_fields(stores.database, workspace_id, category="text")
    write_products(stores.database, workspace_id, CATALOGUE)
    return stores


def told(found: Found) -> list[tuple[str, str, str | None]]:
    return [(hit.sku, hit.why, hit.field) for hit in found.results]


def test_keys_come_before_names_and_names_before_other_texts(filled: Stores, workspace_id: int) -> None:
    found = search_catalogue(filled, workspace_id, "DRILL")
    assert told(found) == [("drill", "sku", None), ("D-1", "name", None), ("D-10", "text", "category")]
    assert told(search_catalogue(filled, workspace_id, "d-1")) == [("D-1", "sku", None), ("D-10", "sku", None)]
    assert told(search_catalogue(filled, workspace_id, "power saw")) == [("S-1", "text", "category")]
    assert len(search_catalogue(filled, workspace_id, "drill", 1).results) == 1


def test_without_vectors_meaning_is_off_and_inactive_products_are_not_found(filled: Stores, workspace_id: int) -> None:
    deactivate_products(filled.database, workspace_id, "drill")
    found = search_catalogue(filled, workspace_id, "drill")
    assert ("drill" not in {hit.sku for hit in found.results}, found.meaning) == (True, "off")


def test_meaning_is_added_once_the_model_is_loaded(filled: Stores, workspace_id: int) -> None:
    embed_workspace(filled, workspace_id)
    first = search_catalogue(filled, workspace_id, "machine for cutting wood")
    assert first.meaning in ("loading", "ready")
    wait_for_meaning(60)
    found = search_catalogue(filled, workspace_id, "machine for cutting wood")
    assert found.meaning == "ready"
    assert (found.results[0].sku, found.results[0].why) == ("S-1", "meaning")
    both = search_catalogue(filled, workspace_id, "drill")
    assert len({hit.sku for hit in both.results}) == len(both.results)


def test_nothing_is_nothing_to_look_for(filled: Stores, workspace_id: int) -> None:
    for words in ("  ", "a\x00"):
        with pytest.raises(WrongUsage):
            search_catalogue(filled, workspace_id, words)

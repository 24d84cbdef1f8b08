import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import pytest
from sqlalchemy import text

from segops_pipeline.search.embeddings import EmbedResult, embed_workspace, missing_embeddings
from segops_pipeline.search.models import EmbeddingModel
from segops_pipeline.search.text import text_hash
from segops_pipeline.search.vectors import Vector, write_vectors
from segops_pipeline.stores.opening import Stores
from segops_pipeline_tests.written_products import (
    Product,
    count,
    deactivate_products,
    delete_products,
    write_fields,
    write_products,
)

pytestmark = pytest.mark.usefixtures("packaged_model")

THREE: list[Product] = [
    ("a", "Drill", {"brand": "Bosch", "price": 1}),
    ("b", "Saw", {"tags": ["wood", "metal"]}),
    ("c", "Shampoo", {}),
]


class Row(NamedTuple):
    """A vector as the table has it."""

    model: str
    text_hash: bytes
    version: int
    dimensions: int
    embedding: str


def rows(stores: Stores, workspace_id: int) -> dict[str, Row]:
    query = "SELECT key, model, text_hash, version, vector_dims(embedding), embedding::text FROM embeddings"
    with stores.database.workspace_session(workspace_id) as connection:
        return {key: Row(model, bytes(hash_), *rest) for key, model, hash_, *rest in connection.execute(text(query))}


def versions(stores: Stores, workspace_id: int) -> dict[str, int]:
    with stores.database.workspace_session(workspace_id) as connection:
        found = connection.execute(text("SELECT sku, version FROM products")).all()
    return {row.sku: row.version for row in found}


def missing(stores: Stores, workspace_id: int, model: str | None = None) -> int:
    with stores.database.workspace_session(workspace_id) as connection:
        return missing_embeddings(connection, model)


def forget_outbox(stores: Stores, workspace_id: int) -> None:
    with stores.database.workspace_session(workspace_id) as connection:
        connection.execute(text("DELETE FROM outbox"))


def with_settings(stores: Stores, **settings: object) -> Stores:
    return replace(stores, settings=stores.settings.model_copy(update=settings))


def counts(result: EmbedResult) -> tuple[int, int, int, int]:
    return result.embedded, result.unchanged, result.deleted, result.waiting


@pytest.fixture
def filled(stores: Stores, workspace_id: int) -> Stores:
    """Three products, embedded."""
    write_fields(stores.database, workspace_id, tags="list", brand="text", price="number")
    write_products(stores.database, workspace_id, THREE)
    assert counts(embed_workspace(stores, workspace_id)) == (3, 0, 0, 0)
    return stores


def test_every_product_gets_a_vector_of_its_search_text(filled: Stores, workspace_id: int) -> None:
    found = rows(filled, workspace_id)
    assert {key: row.text_hash for key, row in found.items()} == {
        "a": text_hash("Drill. Bosch"),
        "b": text_hash("Saw. wood, metal"),
        "c": text_hash("Shampoo"),
    }
    assert {(row.model, row.dimensions) for row in found.values()} == {("all-MiniLM-L6-v2", 384)}
    assert {key: row.version for key, row in found.items()} == versions(filled, workspace_id)
    assert missing(filled, workspace_id) == 0


def test_only_a_changed_text_is_embedded_again(filled: Stores, workspace_id: int) -> None:
    before = rows(filled, workspace_id)
    write_products(filled.database, workspace_id, [("a", "Drill", {"brand": "Bosch", "price": 2}), ("b", "Axe", {})])
    assert counts(embed_workspace(filled, workspace_id)) == (1, 1, 0, 0)
    after = rows(filled, workspace_id)
    assert after["a"].embedding == before["a"].embedding
    assert after["b"].embedding != before["b"].embedding
    assert {key: row.version for key, row in after.items()} == versions(filled, workspace_id)
    assert missing(filled, workspace_id) == 0


def test_a_second_drain_has_nothing_to_do(filled: Stores, workspace_id: int) -> None:
    assert counts(embed_workspace(filled, workspace_id)) == (0, 0, 0, 0)


def test_what_was_embedded_still_waits_for_clickhouse(filled: Stores, workspace_id: int) -> None:
    with filled.database.workspace_session(workspace_id) as connection:
        assert count(connection, "outbox WHERE to_clickhouse AND NOT to_embeddings") == 3


def test_the_vector_of_a_deleted_product_goes(filled: Stores, workspace_id: int) -> None:
    delete_products(filled.database, workspace_id, "a")
    assert counts(embed_workspace(filled, workspace_id)) == (0, 0, 1, 0)
    assert sorted(rows(filled, workspace_id)) == ["b", "c"]


def test_a_product_deleted_and_made_again_has_a_vector(filled: Stores, workspace_id: int) -> None:
    delete_products(filled.database, workspace_id, "a")
    write_products(filled.database, workspace_id, [("a", "Ladder", {})])
    assert counts(embed_workspace(filled, workspace_id)) == (1, 0, 0, 0)
    assert rows(filled, workspace_id)["a"].text_hash == text_hash("Ladder")


def test_another_workspace_is_left_alone(filled: Stores, workspace_id: int, other_workspace_id: int) -> None:
    write_products(filled.database, other_workspace_id, [("a", "Theirs", {})])
    assert counts(embed_workspace(filled, workspace_id)) == (0, 0, 0, 0)
    assert rows(filled, other_workspace_id) == {}
    assert counts(embed_workspace(filled, other_workspace_id)) == (1, 0, 0, 0)
    assert rows(filled, workspace_id)["a"].text_hash == text_hash("Drill. Bosch")


def test_products_are_embedded_and_committed_batch_by_batch(stores: Stores, workspace_id: int) -> None:
    small = with_settings(stores, embedding_batch_size=2)
    write_products(stores.database, workspace_id, [(f"sku {number}", f"Drill {number}", {}) for number in range(5)])
    seen: list[tuple[int, int, int]] = []
    embed_workspace(
        small, workspace_id, lambda done, total: seen.append((done, total, len(rows(stores, workspace_id))))
    )
    assert seen == [(2, 5, 2), (4, 5, 4), (5, 5, 5)]


def test_what_ends_a_drain_halfway_loses_no_batch_that_was_done(stores: Stores, workspace_id: int) -> None:
    small = with_settings(stores, embedding_batch_size=2)
    write_products(stores.database, workspace_id, [(f"sku {number}", f"Drill {number}", {}) for number in range(5)])

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt(done, total)

    with pytest.raises(KeyboardInterrupt):
        embed_workspace(small, workspace_id, stop)
    assert len(rows(stores, workspace_id)) == 2
    assert counts(embed_workspace(small, workspace_id)) == (3, 0, 0, 0)
    assert missing(stores, workspace_id) == 0


def test_products_that_no_outbox_row_speaks_of_are_missing_until_the_next_drain(
    stores: Stores, workspace_id: int
) -> None:
    write_products(stores.database, workspace_id, THREE)
    assert missing(stores, workspace_id) == 0
    forget_outbox(stores, workspace_id)
    assert missing(stores, workspace_id) == 3
    assert counts(embed_workspace(stores, workspace_id)) == (3, 0, 0, 0)
    assert missing(stores, workspace_id) == 0


def test_a_vector_older_than_its_product_is_missing(filled: Stores, workspace_id: int) -> None:
    write_products(filled.database, workspace_id, [("a", "Axe", {})])
    forget_outbox(filled, workspace_id)
    assert missing(filled, workspace_id) == 1


def test_another_model_embeds_every_product_again(filled: Stores, workspace_id: int, small_model_path: Path) -> None:
    model = str(small_model_path)
    assert missing(filled, workspace_id, model) == 3
    assert counts(embed_workspace(with_settings(filled, embedding_model=model), workspace_id)) == (3, 0, 0, 0)
    assert {(row.model, row.dimensions) for row in rows(filled, workspace_id).values()} == {(model, 64)}
    with filled.database.owner_session() as connection:
        query = "SELECT indexdef FROM pg_indexes WHERE indexname = 'embeddings_64'"
        assert "hnsw" in connection.execute(text(query)).scalar_one()


def test_a_vector_of_an_older_version_does_not_replace_a_newer_one(filled: Stores, workspace_id: int) -> None:
    before = rows(filled, workspace_id)
    old = Vector("a", b"old", 0, [1.0] + [0.0] * 383)
    with filled.database.workspace_session(workspace_id) as connection:
        write_vectors(connection, workspace_id, "all-MiniLM-L6-v2", [old])
    assert rows(filled, workspace_id) == before


def test_a_product_deleted_meanwhile_gets_no_vector(
    stores: Stores, workspace_id: int, packaged_model: EmbeddingModel
) -> None:
    gone = Vector("gone", b"", 1, packaged_model.encode(["gone"])[0])
    with stores.database.workspace_session(workspace_id) as connection:
        write_vectors(connection, workspace_id, packaged_model.name, [gone])
    assert rows(stores, workspace_id) == {}


def test_two_drains_at_once_do_no_harm(stores: Stores, workspace_id: int) -> None:
    write_products(
        stores.database, workspace_id, [(f"sku {number}", f"Drill {number % 7}", {}) for number in range(50)]
    )
    small = with_settings(stores, embedding_batch_size=10)
    threads = [Thread(target=embed_workspace, args=(small, workspace_id)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rows(stores, workspace_id)) == 50
    assert missing(stores, workspace_id) == 0
    assert counts(embed_workspace(stores, workspace_id)) == (0, 0, 0, 0)


def test_no_model_is_loaded_when_no_text_has_changed(filled: Stores, workspace_id: int) -> None:
    write_products(filled.database, workspace_id, [("a", "Drill", {"brand": "Bosch", "price": 3})])
    program = """
import sys
from segops_pipeline.config import Settings
from segops_pipeline.search.embeddings import embed_workspace
from segops_pipeline.stores.opening import open_stores
with open_stores(Settings(home=sys.argv[1]), start=False) as stores:
    print(embed_workspace(stores, int(sys.argv[2])).unchanged, "torch" in sys.modules)
"""
    command = [sys.executable, "-c", program, str(filled.settings.home), str(workspace_id)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "1 False\n"


def test_a_product_that_is_not_active_has_no_vector(stores: Stores, workspace_id: int) -> None:
    write_products(stores.database, workspace_id, THREE)
    embed_workspace(stores, workspace_id)
    deactivate_products(stores.database, workspace_id, "a")
    assert embed_workspace(stores, workspace_id).deleted == 1
    assert sorted(rows(stores, workspace_id)) == ["b", "c"]
    with stores.database.workspace_session(workspace_id) as connection:
        assert missing_embeddings(connection) == 0

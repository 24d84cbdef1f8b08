from dataclasses import replace
from datetime import datetime
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import text

from segops_pipeline.analytics.clickhouse import PRODUCTS, open_clickhouse
from segops_pipeline.analytics.reconcile import reconcile
from segops_pipeline.analytics.sync import SyncResult, sync_workspace
from segops_pipeline.errors import StoreUnreachable
from segops_pipeline.stores.opening import Stores
from segops_pipeline_tests.written_products import count, deactivate_products, delete_products, write_products

TWO = [("a", "Drill", {"brand": "Bosch"}), ("b", "Säge \"16' \\ 🪚", {"tags": ["x\ny", "z"], "weight": 1.5})]


def read(stores: Stores, workspace_id: int) -> dict[str, dict[str, Any]]:
    with open_clickhouse(stores.settings) as clickhouse:
        rows = clickhouse.rows(f"SELECT * FROM {PRODUCTS}", {"tenant_id": workspace_id})
    return {row["sku"]: row for row in rows}


def counts(result: SyncResult) -> tuple[int, int, int]:
    return result.sent, result.deleted, result.waiting


def test_every_product_arrives_as_postgresql_has_it(stores: Stores, workspace_id: int) -> None:
    write_products(stores.database, workspace_id, TWO)
    assert counts(sync_workspace(stores, workspace_id)) == (2, 0, 0)
    with stores.database.workspace_session(workspace_id) as connection:
        query = text("SELECT sku, name, data::text, version, updated_at FROM products")
        there = {
            sku: (name, data, version, updated_at) for sku, name, data, version, updated_at in connection.execute(query)
        }
    for sku, row in read(stores, workspace_id).items():
        updated_at: datetime = row["updated_at"].replace(tzinfo=there[sku][3].tzinfo)
        assert (row["name"], row["data"], row["version"], updated_at) == there[sku]
    assert len(there) == 2


def test_several_changes_of_a_product_are_sent_as_one(stores: Stores, workspace_id: int) -> None:
    write_products(stores.database, workspace_id, TWO)
    write_products(stores.database, workspace_id, [("a", "Drill 2", {})])
    assert counts(sync_workspace(stores, workspace_id)) == (2, 0, 0)
    assert read(stores, workspace_id)["a"]["name"] == "Drill 2"


def test_only_what_changed_is_sent_again(stores: Stores, workspace_id: int) -> None:
    write_products(stores.database, workspace_id, TWO)
    sync_workspace(stores, workspace_id)
    write_products(stores.database, workspace_id, [("a", "Drill 2", {})])
    assert counts(sync_workspace(stores, workspace_id)) == (1, 0, 0)
    assert counts(sync_workspace(stores, workspace_id)) == (0, 0, 0)


def test_a_product_that_is_not_active_goes_and_comes_back(stores: Stores, workspace_id: int) -> None:
    write_products(stores.database, workspace_id, TWO)
    sync_workspace(stores, workspace_id)
    deactivate_products(stores.database, workspace_id, "a")
    assert counts(sync_workspace(stores, workspace_id)) == (0, 1, 0)
    assert list(read(stores, workspace_id)) == ["b"]
    assert reconcile(stores, workspace_id).agrees
    with stores.database.workspace_session(workspace_id) as connection:
        connection.execute(text("UPDATE products SET is_active = true"))
    write_products(stores.database, workspace_id, TWO[:1])
    sync_workspace(stores, workspace_id)
    assert read(stores, workspace_id)["a"]["name"] == "Drill"


def test_a_deleted_product_goes(stores: Stores, workspace_id: int) -> None:
    write_products(stores.database, workspace_id, TWO)
    sync_workspace(stores, workspace_id)
    delete_products(stores.database, workspace_id, "a")
    assert counts(sync_workspace(stores, workspace_id)) == (0, 1, 0)
    assert list(read(stores, workspace_id)) == ["b"]


def test_a_product_deleted_before_it_was_ever_sent_is_sent_as_deleted(stores: Stores, workspace_id: int) -> None:
    write_products(stores.database, workspace_id, TWO)
    delete_products(stores.database, workspace_id, "a", "b")
    assert counts(sync_workspace(stores, workspace_id)) == (0, 2, 0)
    assert read(stores, workspace_id) == {}


def test_a_product_deleted_and_made_again_is_there(stores: Stores, workspace_id: int) -> None:
    write_products(stores.database, workspace_id, TWO)
    sync_workspace(stores, workspace_id)
    delete_products(stores.database, workspace_id, "a")
    sync_workspace(stores, workspace_id)
    write_products(stores.database, workspace_id, [("a", "Back", {})])
    sync_workspace(stores, workspace_id)
    assert read(stores, workspace_id)["a"]["name"] == "Back"


def test_what_was_sent_but_not_marked_is_sent_again_and_changes_nothing(stores: Stores, workspace_id: int) -> None:
    write_products(stores.database, workspace_id, TWO)
    sync_workspace(stores, workspace_id)
    before = read(stores, workspace_id)
    with stores.database.workspace_session(workspace_id) as connection:
        connection.execute(text("UPDATE outbox SET to_clickhouse = true"))
    assert counts(sync_workspace(stores, workspace_id)) == (2, 0, 0)
    assert read(stores, workspace_id) == before


def test_rows_that_wait_for_embeddings_stay(stores: Stores, workspace_id: int) -> None:
    write_products(stores.database, workspace_id, TWO)
    sync_workspace(stores, workspace_id)
    with stores.database.workspace_session(workspace_id) as connection:
        assert count(connection, "outbox WHERE NOT to_clickhouse AND to_embeddings") == 2


def test_one_workspace_is_drained_and_the_other_waits(
    stores: Stores, workspace_id: int, other_workspace_id: int
) -> None:
    write_products(stores.database, workspace_id, TWO)
    write_products(stores.database, other_workspace_id, [("a", "Theirs", {})])
    sync_workspace(stores, workspace_id)
    assert read(stores, other_workspace_id) == {}
    sync_workspace(stores, other_workspace_id)
    assert read(stores, other_workspace_id)["a"]["name"] == "Theirs"
    assert read(stores, workspace_id)["a"]["name"] == "Drill"


def test_more_products_than_one_batch_are_sent_with_their_progress(stores: Stores, workspace_id: int) -> None:
    write_products(stores.database, workspace_id, [(f"sku {number}", "", {}) for number in range(10_001)])
    seen: list[tuple[int, int]] = []
    sync_workspace(stores, workspace_id, lambda done, total: seen.append((done, total)))
    assert seen == [(10_000, 10_001), (10_001, 10_001)]
    assert len(read(stores, workspace_id)) == 10_001


def test_two_drains_at_once_do_no_harm(stores: Stores, workspace_id: int) -> None:
    write_products(stores.database, workspace_id, [(f"sku {number}", "", {}) for number in range(300)])
    threads = [Thread(target=sync_workspace, args=(stores, workspace_id)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read(stores, workspace_id)) == 300
    assert counts(sync_workspace(stores, workspace_id)) == (0, 0, 0)


def test_the_outbox_waits_while_clickhouse_is_in_use_elsewhere(stores: Stores, workspace_id: int) -> None:
    write_products(stores.database, workspace_id, TWO)
    impatient = stores.settings.model_copy(update={"clickhouse_lock_timeout_seconds": 0.1})
    with open_clickhouse(stores.settings):
        waiting = Thread(target=lambda: refused(replace(stores, settings=impatient), workspace_id))
        waiting.start()
        waiting.join()
    assert counts(sync_workspace(stores, workspace_id)) == (2, 0, 0)


def refused(stores: Stores, workspace_id: int) -> None:
    with pytest.raises(StoreUnreachable):
        sync_workspace(stores, workspace_id)

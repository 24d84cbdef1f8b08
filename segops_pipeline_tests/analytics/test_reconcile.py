from datetime import UTC, datetime

from sqlalchemy import text

from segops_pipeline.analytics.clickhouse import open_clickhouse
from segops_pipeline.analytics.reconcile import (
    Disagreement,
    Reconciliation,
    find_differences,
    reconcile,
    reconcile_job,
    send_again,
)
from segops_pipeline.analytics.sync import sync_workspace
from segops_pipeline.stores.opening import Stores
from segops_pipeline_tests.written_products import deactivate_products, delete_products, write_products

NONE = Disagreement(0, [])


def send(stores: Stores, workspace_id: int, sku: str, version: int) -> None:
    with open_clickhouse(stores.settings) as clickhouse:
        now = datetime.now(UTC)
        clickhouse.insert_products([[workspace_id], [sku], [""], ["{}"], [version], [0], [now]])


def forget_outbox(stores: Stores, workspace_id: int) -> None:
    with stores.database.workspace_session(workspace_id) as connection:
        connection.execute(text("DELETE FROM outbox"))


def test_an_empty_workspace_agrees(stores: Stores, workspace_id: int) -> None:
    assert reconcile(stores, workspace_id) == Reconciliation(0, 0, 0, NONE, NONE, NONE)


def test_stores_agree_after_a_sync(stores: Stores, workspace_id: int, other_workspace_id: int) -> None:
    write_products(stores.database, workspace_id, [("a", "", {}), ("b", "", {})])
    write_products(stores.database, other_workspace_id, [("c", "", {})])
    delete_products(stores.database, workspace_id, "b")
    sync_workspace(stores, workspace_id)
    found = reconcile(stores, workspace_id)
    assert found.agrees
    assert (found.postgres_rows, found.clickhouse_rows) == (1, 1)


def test_what_waits_in_the_outbox_is_no_disagreement(stores: Stores, workspace_id: int) -> None:
    write_products(stores.database, workspace_id, [("a", "", {}), ("b", "", {})])
    sync_workspace(stores, workspace_id)
    write_products(stores.database, workspace_id, [("a", "changed", {}), ("c", "new", {})])
    delete_products(stores.database, workspace_id, "b")
    found = reconcile(stores, workspace_id)
    assert found.agrees
    assert found.waiting == 3


def test_a_product_that_never_arrived_is_missing(stores: Stores, workspace_id: int) -> None:
    write_products(stores.database, workspace_id, [("a", "", {})])
    forget_outbox(stores, workspace_id)
    found = reconcile(stores, workspace_id)
    assert not found.agrees
    assert found.missing == Disagreement(1, ["a"])


def test_a_product_that_postgresql_does_not_have_is_extra(stores: Stores, workspace_id: int) -> None:
    send(stores, workspace_id, "ghost", 1)
    assert reconcile(stores, workspace_id).extra == Disagreement(1, ["ghost"])


def test_a_product_of_another_version_is_different(stores: Stores, workspace_id: int) -> None:
    write_products(stores.database, workspace_id, [("a", "", {})])
    sync_workspace(stores, workspace_id)
    write_products(stores.database, workspace_id, [("a", "changed", {})])
    forget_outbox(stores, workspace_id)
    found = reconcile(stores, workspace_id)
    assert (found.missing, found.extra, found.different) == (NONE, NONE, Disagreement(1, ["a"]))


def test_twenty_skus_are_named_and_all_are_counted(stores: Stores, workspace_id: int) -> None:
    write_products(stores.database, workspace_id, [(f"sku {number:02}", "", {}) for number in range(30)])
    forget_outbox(stores, workspace_id)
    missing = reconcile(stores, workspace_id).missing
    assert missing.count == 30
    assert missing.skus == [f"sku {number:02}" for number in range(20)]


def test_what_differs_is_sent_again(stores: Stores, workspace_id: int) -> None:
    products = [(sku, "", {}) for sku in ("ahead", "behind", "buried", "missing", "right")]
    write_products(stores.database, workspace_id, products)
    sync_workspace(stores, workspace_id)
    write_products(stores.database, workspace_id, [("behind", "changed", {}), ("new", "", {})])
    forget_outbox(stores, workspace_id)
    send(stores, workspace_id, "ahead", 10_000)
    send(stores, workspace_id, "ghost", 10_000)
    with open_clickhouse(stores.settings) as clickhouse:
        clickhouse.insert_products([[workspace_id], ["buried"], [""], ["{}"], [10_000], [1], [datetime.now(UTC)]])
        clickhouse.forget_products(workspace_id, ["missing"])
    assert send_again(stores, workspace_id, find_differences(stores, workspace_id)) == 6
    sync_workspace(stores, workspace_id)
    assert reconcile(stores, workspace_id).agrees


REVISIONS = """
INSERT INTO revisions (workspace_id, job_id, entity, key, action, version_after)
SELECT :workspace_id, 'job', 'product', sku, 'created', version FROM products
"""


def test_what_a_job_wrote_is_in_clickhouse_or_waits_or_is_lost(stores: Stores, workspace_id: int) -> None:
    write_products(stores.database, workspace_id, [(sku, "", {}) for sku in "abcdef"])
    with stores.database.workspace_session(workspace_id) as connection:
        connection.execute(text(REVISIONS), {"workspace_id": workspace_id})
    assert reconcile_job(stores, workspace_id, "job").waiting == 6
    sync_workspace(stores, workspace_id)
    write_products(stores.database, workspace_id, [("b", "newer", {}), ("c", "newer", {})])
    delete_products(stores.database, workspace_id, "d")
    deactivate_products(stores.database, workspace_id, "e")
    with stores.database.workspace_session(workspace_id) as connection:
        connection.execute(text("DELETE FROM outbox WHERE key IN ('c', 'd', 'e')"))
    found = reconcile_job(stores, workspace_id, "job")
    assert (found.written, found.there, found.waiting, found.lost) == (6, 2, 1, Disagreement(3, ["c", "d", "e"]))
    assert reconcile_job(stores, workspace_id, "another").written == 0

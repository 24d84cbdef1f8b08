from threading import Thread

from segops_pipeline.catalogue.outbox import (
    OutboxRow,
    Target,
    count_waiting,
    lag,
    mark_sent,
    take_batch,
    workspaces_waiting,
)
from segops_pipeline.stores.database import Database
from segops_pipeline_tests.written_products import count, delete_products, write_products

THREE = [("a", "A", {}), ("b", "B", {}), ("c", "C", {})]


def take(database: Database, workspace_id: int, target: Target = "clickhouse", limit: int = 100) -> list[OutboxRow]:
    with database.workspace_session(workspace_id) as connection:
        return take_batch(connection, workspace_id, target, limit)


def mark(database: Database, workspace_id: int, target: Target, rows: list[OutboxRow]) -> None:
    with database.workspace_session(workspace_id) as connection:
        mark_sent(connection, workspace_id, target, [row.id for row in rows])


def test_the_oldest_rows_are_taken_first(database: Database, workspace_id: int) -> None:
    write_products(database, workspace_id, THREE)
    delete_products(database, workspace_id, "b")
    taken = take(database, workspace_id, limit=4)
    assert [(row.key, row.operation) for row in taken] == [
        ("a", "upsert"), ("b", "upsert"), ("c", "upsert"), ("b", "delete"),
    ]  # fmt: skip
    assert [row.id for row in take(database, workspace_id, limit=2)] == [row.id for row in taken[:2]]


def test_a_row_marked_for_one_target_still_waits_for_the_other(database: Database, workspace_id: int) -> None:
    write_products(database, workspace_id, THREE)
    mark(database, workspace_id, "clickhouse", take(database, workspace_id))
    assert take(database, workspace_id, "clickhouse") == []
    assert [row.key for row in take(database, workspace_id, "embeddings")] == ["a", "b", "c"]


def test_a_row_that_nobody_waits_for_is_deleted(database: Database, workspace_id: int) -> None:
    write_products(database, workspace_id, THREE)
    rows = take(database, workspace_id)
    mark(database, workspace_id, "clickhouse", rows)
    mark(database, workspace_id, "embeddings", rows[:2])
    with database.workspace_session(workspace_id) as connection:
        assert count(connection, "outbox") == 1
        assert count_waiting(connection, workspace_id, "clickhouse") == 0
        assert count_waiting(connection, workspace_id, "embeddings") == 1


def test_both_targets_marking_at_once_leave_no_row(database: Database, workspace_id: int) -> None:
    write_products(database, workspace_id, [(f"sku {number}", "", {}) for number in range(2_000)])
    rows = take(database, workspace_id, limit=2_000)
    targets: list[Target] = ["clickhouse", "embeddings", "embeddings", "clickhouse"]
    threads = [Thread(target=mark, args=(database, workspace_id, target, rows[:: 1 - 2 * (number % 2)]))
               for number, target in enumerate(targets)]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.workspace_session(workspace_id) as connection:
        assert count(connection, "outbox") == 0


def test_the_lag_spans_the_workspaces_that_the_session_sees(
    database: Database, workspace_id: int, other_workspace_id: int
) -> None:
    write_products(database, workspace_id, THREE)
    write_products(database, other_workspace_id, THREE[:1])
    mark(database, workspace_id, "clickhouse", take(database, workspace_id))
    with database.system_session() as connection:
        assert lag(connection) == {"clickhouse": 1, "embeddings": 4}
        assert workspaces_waiting(connection, "clickhouse") == [other_workspace_id]
        assert workspaces_waiting(connection, "embeddings") == [workspace_id, other_workspace_id]
    with database.workspace_session(workspace_id) as connection:
        assert lag(connection) == {"clickhouse": 0, "embeddings": 3}

"""The outbox: which records ClickHouse and the embeddings have not been told of yet.

One row per changed record and version, written in the transaction that changes the record. Each target
has a flag of its own; a row whose flags are all down is deleted. The rows say *that* a record changed, not
what it is now: who drains them reads the record's present state, so that an old row can do no harm.

What belongs here: the table's SQL for those who drain it. What doesn't: the stores that are told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import text
from sqlalchemy.engine import Connection

Target = Literal["clickhouse", "embeddings"]
TARGETS: tuple[Target, ...] = ("clickhouse", "embeddings")


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One change that a target has not been told of: whose, and the version that the change gave."""

    id: int
    key: str
    version: int
    operation: Literal["upsert", "delete"]
    created_at: datetime


def take_batch(
    connection: Connection, workspace_id: int, target: Target, limit: int, entity: str = "product"
) -> list[OutboxRow]:
    """Read the oldest waiting rows of one entity, at most `limit`, without locking them.

    Two that drain at once get the same rows, and both may send them: a version sent twice changes nothing.
    """
    found = connection.execute(
        text(
            f"SELECT id, key, version, operation, created_at FROM outbox WHERE workspace_id = :workspace_id"
            f" AND to_{target} AND entity = :entity ORDER BY id LIMIT :limit"
        ),
        {"workspace_id": workspace_id, "entity": entity, "limit": limit},
    )
    return [OutboxRow(*row) for row in found]


def mark_sent(connection: Connection, workspace_id: int, target: Target, ids: Sequence[int]) -> None:
    """Take the target's flag off rows, and delete those that nobody waits for any more.

    Rows are locked in the order of their ids, so that two that drain at once cannot block each other for
    ever; the deletion comes after the update, so that the second of them sees the first one's flag.
    """
    given = {"workspace_id": workspace_id, "ids": list(ids)}
    these = "workspace_id = :workspace_id AND id = ANY(:ids)"
    # Locked by a statement of its own: within the update it would be a join, which without fresh statistics
    # looks through all of the rows again for each of them.
    connection.execute(text(f"SELECT FROM outbox WHERE {these} AND to_{target} ORDER BY id FOR UPDATE"), given)
    connection.execute(text(f"UPDATE outbox SET to_{target} = false WHERE {these} AND to_{target}"), given)
    done = " AND ".join(f"NOT to_{name}" for name in TARGETS)
    connection.execute(text(f"DELETE FROM outbox WHERE {these} AND {done}"), given)


def count_waiting(connection: Connection, workspace_id: int, target: Target, entity: str = "product") -> int:
    """Count the rows of one entity that wait for a target."""
    return connection.execute(
        text(f"SELECT count(*) FROM outbox WHERE workspace_id = :workspace_id AND to_{target} AND entity = :entity"),
        {"workspace_id": workspace_id, "entity": entity},
    ).scalar_one()


def lag(connection: Connection) -> dict[Target, int]:
    """Count the rows that wait for each target, of all workspaces that the session sees."""
    counts = ", ".join(f"count(*) FILTER (WHERE to_{name})" for name in TARGETS)
    return dict(zip(TARGETS, connection.execute(text(f"SELECT {counts} FROM outbox")).one(), strict=True))


def workspaces_waiting(connection: Connection, target: Target) -> list[int]:
    """List the workspaces of which rows wait for a target, among those that the session sees."""
    found = connection.execute(text(f"SELECT DISTINCT workspace_id FROM outbox WHERE to_{target} ORDER BY 1"))
    return list(found.scalars())

"""Tell ClickHouse what changed: the outbox is drained, never watched by a watermark.

What belongs here: which rows are sent. What doesn't: the table and its client (clickhouse.py), the
outbox's own SQL (catalogue/outbox.py).
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.analytics.clickhouse import open_clickhouse
from segops_pipeline.catalogue.outbox import OutboxRow, count_waiting, mark_sent, take_batch
from segops_pipeline.catalogue.pim.plain import Lookup, load_lookup, plain_values, without_confidential
from segops_pipeline.stores.opening import Stores

BATCH_ROWS = 10_000

# One row of segmentation.products: tenant_id, sku, name, data, version, is_deleted, updated_at.
ProductRow = tuple[int, str, str, str, int, int, datetime]


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What one drain sent: `sent` products and `deleted` ones; `waiting` outbox rows came meanwhile."""

    sent: int
    deleted: int
    waiting: int
    seconds: float


def sync_workspace(
    stores: Stores, workspace_id: int, on_progress: Callable[[int, int], None] | None = None
) -> SyncResult:
    """Send the present state of every product that waits in the outbox to ClickHouse.

    A batch is read, sent and then marked, each on its own: no row is locked while ClickHouse works, and
    whatever ends this halfway leaves rows that are sent once more. Two that do this at once do no harm.

    Args:
        stores: the open stores.
        workspace_id: whose outbox.
        on_progress: called with outbox rows done and outbox rows there are, after each batch.

    Raises:
        StoreUnreachable: PostgreSQL or ClickHouse does not answer; what was not sent waits.
    """
    started = time.monotonic()
    sent = deleted = done = 0
    with stores.database.workspace_session(workspace_id) as connection:
        total = count_waiting(connection, workspace_id, "clickhouse")
    while True:
        with stores.database.workspace_session(workspace_id) as connection:
            batch = take_batch(connection, workspace_id, "clickhouse", BATCH_ROWS)
            rows = _rows_to_send(connection, workspace_id, batch)
        if not batch:
            break
        if rows:
            with open_clickhouse(stores.settings) as clickhouse:
                clickhouse.insert_products(list(zip(*rows, strict=True)))
        with stores.database.workspace_session(workspace_id) as connection:
            mark_sent(connection, workspace_id, "clickhouse", [row.id for row in batch])
        gone = sum(is_deleted for *_, is_deleted, _ in rows)
        deleted += gone
        sent += len(rows) - gone
        done += len(batch)
        if on_progress is not None:
            on_progress(done, max(total, done))
    with stores.database.workspace_session(workspace_id) as connection:
        waiting = count_waiting(connection, workspace_id, "clickhouse")
    return SyncResult(sent, deleted, waiting, time.monotonic() - started)


def _rows_to_send(connection: Connection, workspace_id: int, batch: Sequence[OutboxRow]) -> list[ProductRow]:
    """Make one row for each product of a batch: as it is now, or that it was deleted or is not active.

    Structured values are sent as plain ones (`catalogue.pim.plain`), confidential ones are not sent. A product that is
    gone although its row says "upsert" has a later row that says "delete": that one tells.
    """
    if not batch:
        return []
    present = connection.execute(
        text(
            "SELECT workspace_id, sku, CASE WHEN is_active THEN name ELSE '' END,"
            " CASE WHEN is_active THEN data::text ELSE '{}' END, version, CASE WHEN is_active THEN 0 ELSE 1 END,"
            " updated_at, CASE WHEN is_active THEN pim ELSE '{}' END"
            " FROM products WHERE workspace_id = :workspace_id AND sku = ANY(:keys)"
        ),
        {"workspace_id": workspace_id, "keys": list({row.key for row in batch})},
    )
    lookup = load_lookup(connection, workspace_id)
    rows: dict[str, ProductRow] = {
        sku: (tenant, sku, name, _plain(data, pim, lookup), *others)
        for tenant, sku, name, data, *others, pim in present
    }
    gone = {row.key: row for row in batch if row.operation == "delete" and row.key not in rows}
    deleted = [(workspace_id, row.key, "", "{}", row.version, 1, row.created_at) for row in gone.values()]
    return [*rows.values(), *deleted]


def _plain(data: str, pim: Mapping[str, Any], lookup: Lookup) -> str:
    """The data of a product, as JSON, with all values plain; what is so already stays as the database writes it."""
    if not pim and not lookup.attributes and not lookup.confidential:
        return data
    values = json.loads(data)
    if not pim and lookup.attributes.keys().isdisjoint(values) and lookup.confidential.isdisjoint(values):
        return data
    external = without_confidential(pim.get("external") or {}, lookup)
    told = plain_values(without_confidential(values, lookup), {**pim, "external": external}, lookup)
    return json.dumps(told, ensure_ascii=False)

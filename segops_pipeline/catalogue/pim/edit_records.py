"""Records and products as an act by hand changes them: written, with a revision that says who, and told to the outbox.

What belongs here: the SQL of such a change, in the session's workspace and transaction. What doesn't: what is changed
(`acts`, `act_lists`, `act_segments`), imports (`apply_records`).
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.pim.model import Entity, Json, Record
from segops_pipeline.catalogue.revisions import IMAGE, RECORD_IMAGE

BATCH = 5_000
One = TypeVar("One")

WRITE_RECORDS = f"""
WITH given AS MATERIALIZED (
    SELECT g.entity, g.key, g.data, nextval('version_sequence') AS version
    FROM unnest(CAST(:entities AS text[]), CAST(:keys AS text[]), CAST(:datas AS jsonb[])) g (entity, key, data)
), kept AS (
    INSERT INTO revisions (workspace_id, job_id, entity, key, action, cause, version_before, version_after, before,
        actor)
    SELECT :workspace_id, NULL, g.entity, g.key,
        CASE WHEN r.key IS NULL THEN 'created' WHEN g.data IS NULL THEN 'deleted' ELSE 'updated' END,
        'edit', r.version, g.version, CASE WHEN r.key IS NOT NULL THEN {RECORD_IMAGE} END, :actor
    FROM given g LEFT JOIN records r ON r.workspace_id = :workspace_id AND r.entity = g.entity AND r.key = g.key
    WHERE r.key IS NOT NULL OR g.data IS NOT NULL
), gone AS (
    DELETE FROM records r USING given g
    WHERE r.workspace_id = :workspace_id AND r.entity = g.entity AND r.key = g.key AND g.data IS NULL
)
INSERT INTO records AS r (workspace_id, entity, key, data, version)
SELECT :workspace_id, g.entity, g.key, g.data, g.version FROM given g WHERE g.data IS NOT NULL
ON CONFLICT (workspace_id, entity, key) DO UPDATE SET data = excluded.data, version = excluded.version,
    updated_at = now()
"""
WRITE_PRODUCTS = f"""
WITH given AS MATERIALIZED (
    SELECT g.sku, g.data, g.pim, nextval('version_sequence') AS version
    FROM unnest(CAST(:skus AS text[]), CAST(:datas AS jsonb[]), CAST(:pims AS jsonb[])) g (sku, data, pim)
), kept AS (
    INSERT INTO revisions (workspace_id, job_id, entity, key, action, cause, version_before, version_after, before,
        actor)
    SELECT :workspace_id, NULL, 'product', p.sku, 'updated', 'edit', p.version, g.version, {IMAGE}, :actor
    FROM given g JOIN products p ON p.workspace_id = :workspace_id AND p.sku = g.sku
), sent AS (
    INSERT INTO outbox (workspace_id, entity, key, version, operation)
    SELECT :workspace_id, 'product', g.sku, g.version, 'upsert' FROM given g
)
UPDATE products p SET data = g.data, pim = g.pim, version = g.version, updated_at = now()
FROM given g WHERE p.workspace_id = :workspace_id AND p.sku = g.sku
"""
# What a product says in a shop may be the text of a list's item, so the product is sent anew as it is.
TELL = """
INSERT INTO outbox (workspace_id, entity, key, version, operation)
SELECT :workspace_id, 'product', p.sku, p.version, 'upsert' FROM products p
WHERE p.workspace_id = :workspace_id AND p.sku = ANY(:skus) ORDER BY p.sku
"""


@dataclass(frozen=True, slots=True)
class RecordEdit:
    """What a record becomes; `data` None: it is deleted."""

    entity: Entity
    key: str
    data: Mapping[str, Json] | None


def write_records(connection: Connection, workspace_id: int, edits: Sequence[RecordEdit], actor: str) -> None:
    """Write records that are no products, each with a revision of cause `edit`."""
    if not edits:
        return
    bound: dict[str, Any] = {
        "workspace_id": workspace_id,
        "actor": actor,
        "entities": [one.entity for one in edits],
        "keys": [one.key for one in edits],
        "datas": [None if one.data is None else json.dumps(one.data) for one in edits],
    }
    connection.execute(text(WRITE_RECORDS), bound)


def write_products(connection: Connection, workspace_id: int, products: Iterable[Record], actor: str) -> int:
    """Write what products have become, each with a revision of cause `edit`, and tell the outbox.

    Returns:
        How many were written.
    """
    count = 0
    for part in _batches(products):
        bound: dict[str, Any] = {
            "workspace_id": workspace_id,
            "actor": actor,
            "skus": [one.key for one in part],
            "datas": [json.dumps(one.data) for one in part],
            "pims": [json.dumps(one.pim) for one in part],
        }
        connection.execute(text(WRITE_PRODUCTS), bound)
        count += len(part)
    return count


def tell_products(connection: Connection, workspace_id: int, skus: Iterable[str]) -> None:
    """Have products sent to ClickHouse and search again: what they refer to has changed."""
    for part in _batches(skus):
        connection.execute(text(TELL), {"workspace_id": workspace_id, "skus": part})


def _batches(several: Iterable[One]) -> Iterator[list[One]]:
    going = iter(several)
    while part := list(islice(going, BATCH)):
        yield part

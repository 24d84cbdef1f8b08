"""Products as an import leaves them: the rows of `products` and of the outbox, written by SQL."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.stores.database import Database

# sku, name, data
Product = tuple[str, str, Mapping[str, Any]]

UPSERT = """
WITH given AS (
    SELECT * FROM unnest(CAST(:skus AS text[]), CAST(:names AS text[]), CAST(:data AS jsonb[]))
        AS product (sku, name, data)
), written AS (
    INSERT INTO products (workspace_id, sku, name, data, version)
    SELECT :workspace_id, sku, name, data, nextval('version_sequence')
    FROM given
    ON CONFLICT (workspace_id, sku) DO UPDATE SET name = excluded.name, data = excluded.data,
        version = excluded.version, updated_at = now()
    RETURNING sku, version
)
INSERT INTO outbox (workspace_id, entity, key, version, operation)
SELECT :workspace_id, 'product', sku, version, 'upsert' FROM written
"""
DELETE = """
WITH gone AS (DELETE FROM products WHERE workspace_id = :workspace_id AND sku = ANY(:skus) RETURNING sku)
INSERT INTO outbox (workspace_id, entity, key, version, operation)
SELECT :workspace_id, 'product', sku, nextval('version_sequence'), 'delete' FROM gone
"""
DEACTIVATE = """
WITH changed AS (UPDATE products SET is_active = false, version = nextval('version_sequence')
    WHERE workspace_id = :workspace_id AND sku = ANY(:skus) RETURNING sku, version)
INSERT INTO outbox (workspace_id, entity, key, version, operation)
SELECT :workspace_id, 'product', sku, version, 'upsert' FROM changed
"""


def write_products(database: Database, workspace_id: int, products: Iterable[Product]) -> None:
    """Create or overwrite products, with one outbox row for each."""
    skus, names, data = zip(*products, strict=True)
    with database.workspace_session(workspace_id) as connection:
        connection.execute(
            text(UPSERT),
            {
                "workspace_id": workspace_id,
                "skus": list(skus),
                "names": list(names),
                "data": [json.dumps(entry) for entry in data],
            },
        )


def delete_products(database: Database, workspace_id: int, *skus: str) -> None:
    """Delete products, with one outbox row for each."""
    with database.workspace_session(workspace_id) as connection:
        connection.execute(text(DELETE), {"workspace_id": workspace_id, "skus": list(skus)})


def deactivate_products(database: Database, workspace_id: int, *skus: str) -> None:
    """Make products inactive, with one outbox row for each."""
    with database.workspace_session(workspace_id) as connection:
        connection.execute(text(DEACTIVATE), {"workspace_id": workspace_id, "skus": list(skus)})


def write_fields(database: Database, workspace_id: int, **types: str) -> None:
    """Give a workspace's product schema fields, each with its type."""
    with database.workspace_session(workspace_id) as connection:
        for key, of_type in types.items():
            connection.execute(
                text(
                    "INSERT INTO product_schema_fields (workspace_id, key, label, type)"
                    " VALUES (:workspace_id, :key, :key, :type)"
                ),
                {"workspace_id": workspace_id, "key": key, "type": of_type},
            )


def count(connection: Connection, table: str) -> int:
    """Count the rows of a table that the session sees."""
    return connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()

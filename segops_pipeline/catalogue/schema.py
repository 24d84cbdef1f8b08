"""The product schema of a workspace: its fields. `sku` and `name` live on the product and are no fields."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.inference.fields import SchemaField


def load_fields(connection: Connection) -> list[SchemaField]:
    """All fields of the session's workspace, in the order in which they were made."""
    rows = connection.execute(
        text("SELECT key, label, type, required, description FROM product_schema_fields ORDER BY position, key")
    )
    return [SchemaField(row.key, row.label, row.type, row.required, row.description) for row in rows]


def save_fields(connection: Connection, workspace_id: int, fields: Sequence[SchemaField]) -> None:
    """Add the fields that are new and update those that exist; fields not named stay as they are.

    The wizard "persists (or updates) your ProductSchema" (seed 000, Step 3).
    """
    if not fields:
        return
    connection.execute(
        text(
            """
            INSERT INTO product_schema_fields AS known
                (workspace_id, key, label, type, required, description, position)
            VALUES (:workspace_id, :key, :label, :type, :required, :description,
                (SELECT coalesce(max(position), 0) FROM product_schema_fields) + :place)
            ON CONFLICT (workspace_id, key) DO UPDATE SET
                label = excluded.label, type = excluded.type, required = excluded.required,
                description = coalesce(excluded.description, known.description), updated_at = now()
            WHERE (known.label, known.type, known.required, known.description) IS DISTINCT FROM
                (excluded.label, excluded.type, excluded.required,
                 coalesce(excluded.description, known.description))
            """
        ),
        [
            {
                "workspace_id": workspace_id,
                "key": field.key,
                "label": field.label,
                "type": field.type,
                "required": field.required,
                "description": field.description,
                "place": place,
            }
            for place, field in enumerate(fields, start=1)
        ],
    )

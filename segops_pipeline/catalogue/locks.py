"""Locks: fields that no import writes, of one product or of all; edits by hand and undo are not bound by them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.schema import load_fields
from segops_pipeline.errors import WrongUsage

ALL_PRODUCTS = ""
NAME = "name"
ATTRIBUTES = "SELECT key FROM records WHERE workspace_id = :workspace_id AND entity = 'attribute' ORDER BY key"


@dataclass(frozen=True, slots=True)
class Lock:
    """A locked field; `sku` is '' where it is locked for all products."""

    sku: str
    field: str
    locked_by: str
    created_at: datetime


def lock(connection: Connection, workspace_id: int, field: str, actor: str, sku: str = ALL_PRODUCTS) -> bool:
    """Lock a field of a product, or of all.

    Args:
        connection: a session of the workspace.
        workspace_id: the workspace.
        field: a field of the schema, an attribute of the PIM (its PIM-owned values), or `name`.
        actor: who locks it.
        sku: the product; '': all.

    Returns:
        Whether it was not locked before.

    Raises:
        WrongUsage: there is no such field or product.
    """
    attributes = connection.execute(text(ATTRIBUTES), {"workspace_id": workspace_id}).scalars()
    known = list(dict.fromkeys([NAME, *(one.key for one in load_fields(connection)), *attributes]))
    if field not in known:
        raise WrongUsage(f"The workspace has no field '{field}'.", f"Its fields are: {', '.join(known)}.")
    bound = {"workspace_id": workspace_id, "sku": sku, "field": field, "actor": actor}
    exists = text("SELECT EXISTS (SELECT FROM products WHERE workspace_id = :workspace_id AND sku = :sku)")
    if sku != ALL_PRODUCTS and not connection.execute(exists, bound).scalar_one():
        raise WrongUsage(f"There is no product {sku}.", "Find it with `segops search`.")
    statement = text(
        "INSERT INTO field_locks (workspace_id, key, field, locked_by) VALUES (:workspace_id, :sku, :field, :actor)"
        " ON CONFLICT DO NOTHING"
    )
    return connection.execute(statement, bound).rowcount > 0


def unlock(connection: Connection, workspace_id: int, field: str, sku: str = ALL_PRODUCTS) -> bool:
    """Unlock a field of a product, or the lock of all products.

    Returns:
        Whether it was locked.
    """
    statement = text(
        "DELETE FROM field_locks WHERE workspace_id = :workspace_id AND entity = 'product' AND key = :sku"
        " AND field = :field"
    )
    return connection.execute(statement, {"workspace_id": workspace_id, "sku": sku, "field": field}).rowcount > 0


def list_locks(connection: Connection, workspace_id: int, sku: str | None = None) -> list[Lock]:
    """The locks of a workspace, by product and field; with `sku` those that bind this product, of all or its own."""
    rows = connection.execute(
        text(
            "SELECT key, field, locked_by, created_at FROM field_locks WHERE workspace_id = :workspace_id"
            " AND entity = 'product' AND (CAST(:sku AS text) IS NULL OR key IN ('', :sku)) ORDER BY key, field"
        ),
        {"workspace_id": workspace_id, "sku": sku},
    )
    return [Lock(*row) for row in rows]

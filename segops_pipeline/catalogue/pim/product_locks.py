"""Locked attributes of products: an import leaves their PIM-owned values as they are.

What belongs here: keeping them. What doesn't: locking and unlocking (`catalogue.locks`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.locks import ALL_PRODUCTS
from segops_pipeline.catalogue.pim.model import Record

LOCKS = "SELECT key, field FROM field_locks WHERE workspace_id = :workspace_id AND entity = 'product'"


@dataclass(frozen=True, slots=True)
class ProductLocks:
    """The locked attributes of each product, and under '' those of all."""

    codes: Mapping[str, Sequence[str]]

    def has_everywhere(self, code: str) -> bool:
        """Whether an attribute is locked for all products."""
        return code in self.codes.get(ALL_PRODUCTS, ())

    def keep(self, record: Record, base: Record | None) -> list[tuple[str, str]]:
        """Give a changed product back the locked values that it had.

        Returns:
            Those that would have changed, as (sku, code).
        """
        if not self.codes:
            return []
        kept: list[tuple[str, str]] = []
        for code in sorted({*self.codes.get(ALL_PRODUCTS, ()), *self.codes.get(record.key, ())}):
            had = base is not None and code in base.data
            before = base.data[code] if base is not None and had else None
            if (code in record.data) != had or record.data.get(code) != before:
                kept.append((record.key, code))
                if had:
                    record.data[code] = before
                else:
                    del record.data[code]
        return kept


NO_LOCKS = ProductLocks({})


def load_locks(connection: Connection, workspace_id: int) -> ProductLocks:
    """All locks of a workspace's products."""
    codes: dict[str, list[str]] = {}
    for row in connection.execute(text(LOCKS), {"workspace_id": workspace_id}):
        codes.setdefault(row.key, []).append(row.field)
    return ProductLocks(codes)

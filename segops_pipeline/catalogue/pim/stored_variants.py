"""Which products are the variants of which, as it is after what a plan has done so far.

What belongs here: the members of each master. What doesn't: their order, which is the master's own (`store`).
"""

from collections.abc import Collection, Mapping

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.pim.model import Record

VARIANTS = """
SELECT pim ->> 'master' AS master, sku FROM products
WHERE workspace_id = :workspace_id AND pim ->> 'master' = ANY(:masters)
"""
STAGED_VARIANTS = """
SELECT pim ->> 'master' AS master, key AS sku FROM staging.plan_rows
WHERE job_id = :job_id AND entity = 'product' AND pim ->> 'master' = ANY(:masters)
"""


def load_variants(
    connection: Connection, workspace_id: int, job_id: str | None, masters: Collection[str]
) -> dict[str, set[str]]:
    """The variants of some masters as the tables, and a job's staged products, have them.

    A product that is staged may be among those of two masters: what it is now says of which.
    """
    bound = {"workspace_id": workspace_id, "job_id": job_id, "masters": list(masters)}
    members: dict[str, set[str]] = {one: set() for one in masters}
    for statement in (VARIANTS,) if job_id is None else (VARIANTS, STAGED_VARIANTS):
        for row in connection.execute(text(statement), bound):
            members[row.master].add(row.sku)
    return members


def master_of(product: Record | None) -> str | None:
    """The master of a product; None: it has none, or there is no such product."""
    return None if product is None else product.pim.get("master")


class Variants:
    """The members of some masters, kept right while products change."""

    def __init__(self) -> None:
        self._members: dict[str, set[str]] = {}

    def has(self, master: str) -> bool:
        """Whether the members of a master are known."""
        return master in self._members

    def of(self, master: str) -> set[str]:
        """The members of a master that is known."""
        return self._members[master]

    def learn(self, members: Mapping[str, set[str]], products: Mapping[str, Record | None]) -> None:
        """Know the members of more masters.

        Args:
            members: by master, as they were loaded.
            products: those in sight as they are now, all of the members among them.
        """
        known = {master: {one for one in skus if master_of(products[one]) == master}
                 for master, skus in members.items()}  # fmt: skip
        for sku, product in products.items():
            master = master_of(product)
            if master in known:
                known[master].add(sku)
        self._members.update(known)

    def note(self, sku: str, before: Record | None, after: Record | None) -> None:
        """A product has changed."""
        was, now = master_of(before), master_of(after)
        if was != now:
            if was in self._members:
                self._members[was].discard(sku)
            if now in self._members:
                self._members[now].add(sku)

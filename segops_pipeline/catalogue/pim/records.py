"""Records as a row sees them: those of the store, changed by all rows before it.

What belongs here: the interface, and how an order is read. What doesn't: the store behind (`store`).
"""

from collections.abc import Iterable, Iterator
from typing import Protocol

from segops_pipeline.catalogue.pim.model import AttributeDefinition, Entity, Record


class Records(Protocol):
    """The records of one workspace, as they are after what has been done so far."""

    def fetch(self, entity: Entity, keys: Iterable[str]) -> None:
        """Load many records at once that will be asked for; only a hint."""
        ...

    def get(self, entity: Entity, key: str) -> Record | None:
        """A record, to read; copy it (`copied`) before it is changed."""
        ...

    def put(self, record: Record) -> None:
        """Keep a record that is new or changed."""
        ...

    def remove(self, entity: Entity, key: str) -> None:
        """Remove a record."""
        ...

    def attribute(self, code: str) -> AttributeDefinition | None:
        """The attribute of a code: its record, or a field of the product schema as an attribute."""
        ...

    def all_of(self, entity: Entity) -> Iterator[Record]:
        """Every record of an entity that is not the product's."""
        ...

    def variants_of(self, master: str) -> list[str]:
        """The products whose master it is, in its order; those that the order lacks by sku at the end."""
        ...


def in_order(members: set[str], order: Iterable[str]) -> list[str]:
    """Members in an order that may name others too, or lack some: those come last, sorted."""
    named = list(order)
    if len(named) == len(members) and members == set(named):
        return named  # as nearly always, and much faster where there are thousands
    told = [one for one in dict.fromkeys(named) if one in members]
    return [*told, *sorted(members.difference(told))]

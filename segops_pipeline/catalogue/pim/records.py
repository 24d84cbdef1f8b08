"""Records as a row sees them: those of the store, changed by all rows before it.

What belongs here: the interface, and records in memory. What doesn't: the store behind (`store`).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from segops_pipeline.catalogue.pim.model import AttributeDefinition, Entity, Record
from segops_pipeline.catalogue.pim.references import references_in


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


class MemoryRecords:
    """Records that are only in memory."""

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self.records: dict[tuple[Entity, str], Record] = {(one.entity, one.key): one for one in records}

    def fetch(self, entity: Entity, keys: Iterable[str]) -> None:
        """Nothing is to be loaded."""

    def get(self, entity: Entity, key: str) -> Record | None:
        """A record, to read."""
        return self.records.get((entity, key))

    def put(self, record: Record) -> None:
        """Keep a record that is new or changed."""
        self.records[record.entity, record.key] = record

    def remove(self, entity: Entity, key: str) -> None:
        """Remove a record."""
        self.records.pop((entity, key), None)

    def attribute(self, code: str) -> AttributeDefinition | None:
        """The attribute of a code."""
        found = self.get("attribute", code)
        return None if found is None else AttributeDefinition.from_dict(code, found.data)

    def all_of(self, entity: Entity) -> Iterator[Record]:
        """Every record of an entity, by key."""
        for _, record in sorted(self.records.items(), key=lambda item: item[0]):
            if record.entity == entity:
                yield record

    def variants_of(self, master: str) -> list[str]:
        """The products whose master it is, in its order."""
        members = {one.key for one in self.all_of("product") if one.pim.get("master") == master}
        found = self.get("product", master)
        return in_order(members, found.pim.get("variants", []) if found else [])

    def referenced_items(self, global_list: str) -> Mapping[str, str]:
        """The items of a list that something refers to, by id, each with one who does."""
        return references_in(self.records.values(), global_list)


def in_order(members: set[str], order: Iterable[str]) -> list[str]:
    """Members in an order that may name others too, or lack some: those come last, sorted."""
    named = list(order)
    if len(named) == len(members) and members == set(named):
        return named  # as nearly always, and much faster where there are thousands
    told = [one for one in dict.fromkeys(named) if one in members]
    return [*told, *sorted(members.difference(told))]

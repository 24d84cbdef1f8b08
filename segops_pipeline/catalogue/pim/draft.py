"""Records as one row makes them, held back until the row is known to be right: a row that fails changes nothing.

What belongs here: the overlay. What doesn't: which rows are right (the `fold_` files).
"""

from collections.abc import Iterable, Iterator

from segops_pipeline.catalogue.pim.model import AttributeDefinition, Entity, Record
from segops_pipeline.catalogue.pim.records import Records, in_order


class Draft:
    """Records over others: reads see through, changes stay here until `keep`."""

    def __init__(self, under: Records) -> None:
        self.under = under
        self.changed: dict[tuple[Entity, str], Record | None] = {}  # None: removed

    def keep(self) -> bool:
        """Do to the records underneath what really changes any; whether anything did."""
        has_changed = False
        for (entity, key), record in self.changed.items():
            if record == self.under.get(entity, key):
                continue
            has_changed = True
            if record is None:
                self.under.remove(entity, key)
            else:
                self.under.put(record)
        self.changed.clear()
        return has_changed

    def fetch(self, entity: Entity, keys: Iterable[str]) -> None:
        """Load many records at once."""
        self.under.fetch(entity, keys)

    def get(self, entity: Entity, key: str) -> Record | None:
        """A record as it is so far, to read."""
        place = (entity, key)
        return self.changed[place] if place in self.changed else self.under.get(entity, key)

    def put(self, record: Record) -> None:
        """Hold a record that is new or changed."""
        self.changed[record.entity, record.key] = record

    def remove(self, entity: Entity, key: str) -> None:
        """Hold that a record is removed."""
        self.changed[entity, key] = None

    def attribute(self, code: str) -> AttributeDefinition | None:
        """The attribute of a code."""
        if ("attribute", code) not in self.changed:
            return self.under.attribute(code)
        found = self.changed["attribute", code]
        return None if found is None else AttributeDefinition.from_dict(code, found.data)

    def all_of(self, entity: Entity) -> Iterator[Record]:
        """Every record of an entity that is not the product's, by key."""
        there = {record.key: record for record in self.under.all_of(entity)}
        for (of, key), record in self.changed.items():
            if of == entity:
                there.pop(key, None)
                if record is not None:
                    there[key] = record
        for key in sorted(there):
            yield there[key]

    def variants_of(self, master: str) -> list[str]:
        """The products whose master it is, in its order; those that the order lacks by sku at the end."""
        members = self.under.variants_of(master)
        moved = [
            (key, is_now)
            for (entity, key), record in self.changed.items()
            if entity == "product"
            and (is_now := _is_variant_of(master, record)) != _is_variant_of(master, self.under.get("product", key))
        ]
        if not moved and ("product", master) not in self.changed:
            return members
        there = set(members)
        for key, is_now in moved:
            (there.add if is_now else there.discard)(key)
        found = self.get("product", master)
        return in_order(there, found.pim.get("variants", ()) if found else ())


def _is_variant_of(master: str, product: Record | None) -> bool:
    return product is not None and product.pim.get("master") == master

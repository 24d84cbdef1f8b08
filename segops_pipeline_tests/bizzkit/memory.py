"""Records that are only in memory: what folds and exports do, without a database."""

from collections.abc import Iterable, Iterator, Mapping

from segops_pipeline.catalogue.pim.model import AttributeDefinition, Entity, Record
from segops_pipeline.catalogue.pim.records import in_order
from segops_pipeline.catalogue.pim.references import references_in


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

"""Records in PostgreSQL: reading them, and the records of a workspace as they are after what a plan has done so far.

What belongs here: the questions to `records` and `products`, and `StoredRecords`. What doesn't: writing what a plan
has changed into staging (`stage_records`) and from there into the tables (`apply_records`).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection, Row

from segops_pipeline.catalogue.pim.field_attributes import schema_attributes, shape_of
from segops_pipeline.catalogue.pim.model import AttributeDefinition, Entity, Record
from segops_pipeline.catalogue.pim.product_locks import NO_LOCKS, load_locks
from segops_pipeline.catalogue.pim.records import in_order
from segops_pipeline.catalogue.pim.references import references_in, stored_references
from segops_pipeline.catalogue.pim.stored_variants import Variants, load_variants

READ_AT_ONCE = 5_000
KEPT_ENTITIES = ("attribute", "global_list", "segment")  # these are asked for again and again, and are few

# jsonb as text, for orjson reads it faster than the driver does
RECORDS = """
SELECT key, '' AS name, data::text AS data, '{{}}' AS pim, version FROM records
WHERE workspace_id = :workspace_id AND entity = :entity {chosen} ORDER BY key {limit}
"""
PRODUCTS = """
SELECT sku AS key, name, data::text AS data, pim::text AS pim, version FROM products
WHERE workspace_id = :workspace_id {chosen} ORDER BY sku {limit}
"""
PLANNED = """
SELECT key, name, data::text AS data, pim::text AS pim, version_before AS version, outcome, line
FROM staging.plan_rows WHERE job_id = :job_id AND entity = :entity AND key = ANY(:keys) AND pim IS NOT NULL
"""
KEYS = "SELECT key FROM records WHERE workspace_id = :workspace_id AND entity = :entity"
PLANNED_KEYS = "SELECT key FROM staging.plan_rows WHERE job_id = :job_id AND entity = :entity AND pim IS NOT NULL"


def load_records(
    connection: Connection, workspace_id: int, entity: Entity, keys: Collection[str] | None = None
) -> list[Record]:
    """Records of an entity, by key: all of them, or those of some keys that there are.

    Args:
        connection: a session of the workspace, or of the system.
        workspace_id: the workspace.
        entity: any; of products name the keys, or go through all with `every_product`.
        keys: which; None: all.
    """
    chosen = "" if keys is None else f"AND {'sku' if entity == 'product' else 'key'} = ANY(:keys)"
    bound: dict[str, Any] = {"workspace_id": workspace_id, "entity": entity}
    if keys is not None:
        bound["keys"] = list(keys)
    statement = (PRODUCTS if entity == "product" else RECORDS).format(chosen=chosen, limit="")
    return [_record(entity, row) for row in connection.execute(text(statement), bound)]


def load_record(connection: Connection, workspace_id: int, entity: Entity, key: str) -> Record | None:
    """One record; None: there is none."""
    return next(iter(load_records(connection, workspace_id, entity, [key])), None)


def load_products_pim(connection: Connection, workspace_id: int, skus: Collection[str]) -> dict[str, Record]:
    """Products by sku with all that the PIM says of them; those that there are."""
    return {one.key: one for one in load_records(connection, workspace_id, "product", skus)}


def every_product(connection: Connection, workspace_id: int) -> Iterator[Record]:
    """All products of a workspace by sku, some at a time."""
    after = ""
    statement = text(PRODUCTS.format(chosen="AND sku > :after", limit="LIMIT :limit"))
    while True:
        rows = connection.execute(
            statement, {"workspace_id": workspace_id, "after": after, "limit": READ_AT_ONCE}
        ).all()
        yield from (_record("product", row) for row in rows)
        if len(rows) < READ_AT_ONCE:
            return
        after = rows[-1].key


@dataclass(slots=True)
class Entry:
    """A record in sight: as the tables have it, as it is now, and as it is staged (None: there is none, or is not).

    `line` is that of the row that has changed it; `is_own`: the row is about it.
    """

    base: Record | None
    now: Record | None
    staged: Record | None = None
    is_staged: bool = False
    is_changed: bool = False
    line: int | None = None
    is_own: bool = False


class StoredRecords:
    """The records of a workspace, as they are after what has been done so far; nothing is written.

    Records that were changed and then written to staging (`stage_records.stage_changes`) are read back from there.

    Args:
        connection: a session of the workspace, or of the system.
        workspace_id: the workspace.
        job_id: the job whose staged records count too; None: none do.
        with_locks: locked attributes of products stay as they are, and `locked` tells which would have changed.
    """

    def __init__(
        self, connection: Connection, workspace_id: int, job_id: str | None = None, *, with_locks: bool = False
    ) -> None:
        self.connection = connection
        self.workspace_id = workspace_id
        self.job_id = job_id
        self.entries: dict[tuple[Entity, str], Entry] = {}
        self.locked: list[tuple[str, str]] = []
        self.line: int | None = None  # of the row that is done
        self.has_staged = False
        # what was looked at, with its version (None: there was none), and fields of the schema, with what they are
        self.seen: dict[tuple[Entity, str], int | None] = {}
        self.seen_fields: dict[str, str] = {}
        self._definitions: dict[str, tuple[Record, AttributeDefinition]] = {}
        self._fields: dict[str, AttributeDefinition] | None = None
        self.variants = Variants()
        self._locks = load_locks(connection, workspace_id) if with_locks else NO_LOCKS

    def fetch(self, entity: Entity, keys: Iterable[str]) -> None:
        """Load many records at once that will be asked for."""
        missing = [key for key in dict.fromkeys(keys) if (entity, key) not in self.entries]
        for start in range(0, len(missing), READ_AT_ONCE):
            part = missing[start : start + READ_AT_ONCE]
            found = {one.key: one for one in load_records(self.connection, self.workspace_id, entity, part)}
            for key in part:
                base = found.get(key)
                self.entries[entity, key] = Entry(base, base)
                if entity != "product":
                    self.seen.setdefault((entity, key), None if base is None else base.version)
            if self.has_staged:
                self._read_staged(entity, part)

    def get(self, entity: Entity, key: str) -> Record | None:
        """A record, to read; copy it before it is changed."""
        return self.entry(entity, key).now

    def put(self, record: Record) -> None:
        """Keep a record that is new or changed."""
        entry = self.entry(record.entity, record.key)
        if record.entity == "product":
            self.locked += self._locks.keep(record, entry.base)
            self.variants.note(record.key, entry.now, record)
        record.version = None if entry.base is None else entry.base.version
        self._touch(entry, record)

    def remove(self, entity: Entity, key: str) -> None:
        """Remove a record."""
        entry = self.entry(entity, key)
        if entry.now is not None:
            if entity == "product":
                self.variants.note(key, entry.now, None)
            self._touch(entry, None)

    def attribute(self, code: str) -> AttributeDefinition | None:
        """The attribute of a code: its record, or a field of the product schema as an attribute."""
        record = self.get("attribute", code)
        if record is None:
            field = self._schema_fields().get(code)
            if field is not None:
                self.seen_fields[code] = shape_of(field)
            return field
        known = self._definitions.get(code)
        if known is None or known[0] is not record:
            known = self._definitions[code] = (record, AttributeDefinition.from_dict(code, record.data))
        return known[1]

    def all_of(self, entity: Entity) -> Iterator[Record]:
        """Every record of an entity that is not the product's, by key."""
        keys = set(self.connection.execute(text(KEYS), {"workspace_id": self.workspace_id, "entity": entity}).scalars())
        if self.has_staged:
            planned = self.connection.execute(text(PLANNED_KEYS), {"job_id": self.job_id, "entity": entity})
            keys.update(planned.scalars())
        keys.update(key for kind, key in self.entries if kind == entity)
        self.fetch(entity, keys)
        for key in sorted(keys):
            found = self.get(entity, key)
            if found is not None:
                yield found

    def variants_of(self, master: str) -> list[str]:
        """The products whose master it is, in its order; those that the order lacks by sku at the end."""
        if not self.variants.has(master):
            self._load_variants(master)
        found = self.get("product", master)
        return in_order(self.variants.of(master), found.pim.get("variants", []) if found else [])

    def referenced_items(self, global_list: str) -> Mapping[str, str]:
        """The items of a list that something refers to, by id, each with one who does: `product A-1`."""
        found = stored_references(self.connection, self.workspace_id, global_list)
        changed = [entry.now for _, _, entry in self.changed() if entry.now is not None]
        return {**references_in(changed, global_list), **found}

    def entry(self, entity: Entity, key: str) -> Entry:
        """What is known of a record."""
        found = self.entries.get((entity, key))
        if found is None:
            self.fetch(entity, (key,))
            found = self.entries[entity, key]
        return found

    def own(self, entity: Entity, key: str) -> None:
        """Say that the present row is about a record."""
        entry = self.entries.get((entity, key))
        if entry is not None and entry.is_changed:
            entry.line, entry.is_own = self.line, True

    def is_locked_everywhere(self, code: str) -> bool:
        """Whether an attribute is locked for all products."""
        return self._locks.has_everywhere(code)

    def changed(self) -> Iterator[tuple[Entity, str, Entry]]:
        """What has changed since it was last staged."""
        return ((entity, key, entry) for (entity, key), entry in self.entries.items() if entry.is_changed)

    def forget(self) -> None:
        """Drop what is in sight and staged or unchanged; a few entities that are always asked for stay."""
        self.entries = {
            place: entry for place, entry in self.entries.items() if entry.is_changed or place[0] in KEPT_ENTITIES
        }
        self.variants = Variants()

    def _touch(self, entry: Entry, record: Record | None) -> None:
        entry.now, entry.is_changed = record, True
        if not entry.is_own:
            entry.line = self.line

    def _read_staged(self, entity: Entity, keys: Sequence[str]) -> None:
        rows = self.connection.execute(text(PLANNED), {"job_id": self.job_id, "entity": entity, "keys": list(keys)})
        for row in rows:
            entry = self.entries[entity, row.key]
            entry.base = _as_planned_on(entry.base, entity, row)
            entry.now = entry.staged = None if row.outcome == "deleted" else _record(entity, row)
            entry.is_staged, entry.line, entry.is_own = True, row.line, True

    def _schema_fields(self) -> Mapping[str, AttributeDefinition]:
        if self._fields is None:
            self._fields = schema_attributes(self.connection, self.workspace_id)
        return self._fields

    def _load_variants(self, master: str) -> None:
        """Load the variants of a product, and of all others in sight: where one is asked for, others will be."""
        asked = {master, *(key for entity, key in self.entries if entity == "product" and not self.variants.has(key))}
        job_id = self.job_id if self.has_staged else None
        members = load_variants(self.connection, self.workspace_id, job_id, asked)
        self.fetch("product", {sku for skus in members.values() for sku in skus})
        products = {key: entry.now for (entity, key), entry in self.entries.items() if entity == "product"}
        self.variants.learn(members, products)


def _as_planned_on(base: Record | None, entity: Entity, staged: Row[Any]) -> Record | None:
    """What a staged record was planned on: where the tables have another version by now, the plan is to be stale."""
    if (None if base is None else base.version) == staged.version:
        return base
    if staged.version is None:
        return None
    return Record(entity, staged.key, {} if base is None else base.data, {}, "", staged.version)


def _record(entity: Entity, row: Row[Any]) -> Record:
    import orjson

    pim = {} if row.pim == "{}" else orjson.loads(row.pim)
    return Record(entity, row.key, orjson.loads(row.data), pim, row.name or "", row.version)

"""Write what a plan has changed of the records into `staging.plan_rows`, and count it.

A record may be written several times, where rows far from each other change it: the last time counts. What belongs
here: that. What doesn't: what rows do (the folds), when this is done (`plan_records`).
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.pim.model import Entity, Record
from segops_pipeline.catalogue.pim.properties import in_general, properties
from segops_pipeline.catalogue.pim.store import KEPT_ENTITIES, Entry, StoredRecords
from segops_pipeline.catalogue.plan_summary import CHANGED, CLEARED, SET, Fields
from segops_pipeline.stores.database import driver

COLUMNS = "workspace_id, job_id, entity, key, line, outcome, version_before, name, data, pim"
COPY = f"COPY staging.plan_rows ({COLUMNS}) FROM STDIN"
FORGET = """
DELETE FROM staging.plan_rows WHERE job_id = :job_id AND entity = :entity AND key = ANY(:keys) AND pim IS NOT NULL
"""
PLANNED_RECORDS = "SELECT entity, key FROM staging.plan_rows WHERE job_id = :job_id AND entity <> 'product'"
KINDS = (SET, CHANGED, CLEARED)
ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})
NULL = b"\\N"

StagedRow = tuple[str, str, int | None, str, int | None, str | None, bytes | None, bytes]


class RecordStager:
    """What has been staged of a job's records: how often each property is set, changed and cleared, by entity.

    Args:
        records: those of the job, in a session of the system role: row-level security keeps others from COPY.
    """

    def __init__(self, records: StoredRecords) -> None:
        self.records = records
        self.fields: dict[Entity, dict[str, list[int]]] = {}

    def stage_changes(self, *, everything: bool) -> None:
        """Write what has changed since the last time.

        Args:
            everything: also attributes, lists and segments, which stay in sight until the end.
        """
        gone: dict[Entity, list[str]] = {}
        rows: list[StagedRow] = []
        for entity, key, entry in self.records.changed():
            if not everything and entity in KEPT_ENTITIES:
                continue
            if entry.is_staged:
                gone.setdefault(entity, []).append(key)
                self._count(entity, entry.base, entry.staged, -1)
            row = _staged_row(entity, key, entry)
            if row is not None:
                rows.append(row)
                self._count(entity, entry.base, entry.now, 1)
            entry.staged, entry.is_staged, entry.is_changed = entry.now, row is not None, False
        self._write(gone, rows)

    def stage_seen(self) -> None:
        """Write down the records that rows only looked at: the plan rests on them as they are."""
        connection, records = self.records.connection, self.records
        planned = {tuple(row) for row in connection.execute(text(PLANNED_RECORDS), {"job_id": records.job_id})}
        with driver(connection).cursor() as cursor, cursor.copy(COPY) as copy:
            for (entity, key), version in records.seen.items():
                if (entity, key) not in planned:
                    told = (records.workspace_id, records.job_id, entity, key, None, "unchanged", version)
                    copy.write_row((*told, None, None, None))

    def field_counts(self, entity: Entity) -> Fields:
        """How often each property of an entity's records is set, changed and cleared."""
        return {
            name: dict(zip(KINDS, numbers, strict=True))
            for name, numbers in sorted(self.fields.get(entity, {}).items())
            if any(numbers)
        }

    def _write(self, gone: dict[Entity, list[str]], rows: Sequence[StagedRow]) -> None:
        connection, job_id = self.records.connection, self.records.job_id
        assert job_id is not None
        for entity, keys in gone.items():
            connection.execute(text(FORGET), {"job_id": job_id, "entity": entity, "keys": keys})
        if rows:
            self.records.has_staged = True
            _copy(connection, self.records.workspace_id, job_id, rows)

    def _count(self, entity: Entity, base: Record | None, now: Record | None, number: int) -> None:
        before, after = _properties(base), _properties(now)
        counted = self.fields.setdefault(entity, {})
        touched: dict[str, int] = {}
        for name, value in after.items():
            if name not in before:
                touched.setdefault(name if "[" not in name else in_general(name), 0)
            elif before[name] != value:
                touched[name if "[" not in name else in_general(name)] = 1
        for name in before.keys() - after.keys() if before else ():
            touched[in_general(name)] = 2
        for name, kind in touched.items():
            if name not in counted:
                counted[name] = [0] * len(KINDS)
            counted[name][kind] += number


def _properties(record: Record | None) -> dict[str, object]:
    if record is None:
        return {}
    return properties(record.data, record.pim, is_product=record.entity == "product")


def _staged_row(entity: Entity, key: str, entry: Entry) -> StagedRow | None:
    """The row of a record; None: it is as it was."""
    import orjson

    base, now = entry.base, entry.now
    version = None if base is None else base.version
    if now is None:
        return None if base is None else (entity, key, entry.line, "deleted", version, None, None, b"{}")
    if base is not None and is_same(base, now):
        return None
    outcome = "created" if base is None else "updated"
    name = now.name if entity == "product" else None
    return (entity, key, entry.line, outcome, version, name, orjson.dumps(now.data), orjson.dumps(cleaned(now.pim)))


def is_same(one: Record, other: Record) -> bool:
    """Whether two records say the same; in Python true is 1, in JSON it is not."""
    import orjson

    ours, theirs = (one.data, cleaned(one.pim)), (other.data, cleaned(other.pim))
    if ours != theirs or one.name != other.name:
        return False
    return orjson.dumps(ours, option=orjson.OPT_SORT_KEYS) == orjson.dumps(theirs, option=orjson.OPT_SORT_KEYS)


def cleaned(pim: dict[str, object]) -> dict[str, object]:
    """What the PIM says of a product, without what it does not say."""
    return {name: value for name, value in pim.items() if value is not None and value not in ({}, [])}


def _copy(connection: Connection, workspace_id: int, job_id: str, rows: Iterable[StagedRow]) -> None:
    start = f"{workspace_id}\t{job_id}\t"
    lines = bytearray()
    for entity, key, line, outcome, version, name, data, pim in rows:
        told = f"{start}{entity}\t{key.translate(ESCAPES)}\t{_number(line)}\t{outcome}\t{_number(version)}\t"
        lines += told.encode()
        lines += b"\t".join(
            (
                NULL if name is None else name.translate(ESCAPES).encode(),
                NULL if data is None else data.replace(b"\\", b"\\\\"),
                pim.replace(b"\\", b"\\\\"),
            )
        )
        lines += b"\n"
    with driver(connection).cursor() as cursor, cursor.copy(COPY) as copy:
        copy.write(bytes(lines))


def _number(value: int | None) -> str:
    return "\\N" if value is None else str(value)

"""Files of records through planning and applying without a job's other acts, with a fold as small as one can be.

A row is `KEY, property=value, …` in JSON: a product's value of an attribute, `pim.NAME` of its PIM part, anything else
of other records; null takes away. `!` rejects the row, `+LIST=VALUE` adds an item to a list, `did` says what a
row has done to an item, `?ENTITY KEY` only looks at a record.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from segops_pipeline.catalogue.apply import ApplyOrder
from segops_pipeline.catalogue.pim.apply_records import apply_records
from segops_pipeline.catalogue.pim.fold import FileEntity, Row, RowResult
from segops_pipeline.catalogue.pim.model import Entity, Record, copied
from segops_pipeline.catalogue.pim.plan_records import RecordsFile, RecordsOrder, plan_records
from segops_pipeline.catalogue.pim.records import Records
from segops_pipeline.catalogue.pim.row_outcomes import RECORD_OF_FILE
from segops_pipeline.catalogue.pim.store import load_records
from segops_pipeline.catalogue.plan import Plan
from segops_pipeline.errors import Issue
from segops_pipeline.imports.jobs import Job, NewJob, create_job, get_job, update_job
from segops_pipeline.imports.undo import open_undo
from segops_pipeline_tests.importing import Importer

HEADERS = ["UniqueName", "changes"]
Given = tuple[str, dict[str, Any]]


@dataclass
class SmallFold:
    """What a row says is put as it is; `between` is called with the line of each row before it is done."""

    entity: FileEntity = "product"
    seen: list[int] = field(default_factory=list[int])
    fetched: list[int] = field(default_factory=list[int])
    wrong_columns: Sequence[Issue] = ()
    between: Callable[[int], None] = lambda _: None

    def check(self, records: Records) -> list[Issue]:  # noqa: ARG002 - as all folds have it
        return list(self.wrong_columns)

    def check_row(self, row: Row) -> list[Issue]:
        if "!early" in (row.cells[1] or ""):
            return [Issue("never_right", "It is never right.", line=row.line, column="changes", value=row.cells[1])]
        return []

    def fetch(self, records: Records, rows: Iterable[Row]) -> None:
        keys = [row.cells[0] or "" for row in rows]
        self.fetched.append(len(keys))
        records.fetch(self.record, keys)

    def row(self, records: Records, row: Row) -> RowResult:
        self.seen.append(row.line)
        self.between(row.line)
        key, changes = row.cells[0] or "", json.loads(row.cells[1] or "{}")
        if "!" in changes:
            return RowResult(key, "rejected", [Issue("not_right", "It is not right.", line=row.line, column="changes")])
        if "did" in changes:
            return RowResult(key, changes["did"])
        found = records.get(self.record, key)
        record = Record(self.record, key) if found is None else copied(found)
        for name, value in changes.items():
            _lay(records, record, name, value)
        did = "created" if found is None else "updated" if (found.data, found.pim) != (record.data, record.pim) else ""
        records.put(record)
        if did == "":
            return RowResult(key, "unchanged")
        return RowResult(key, "created" if did == "created" else "updated")

    def references(self, row: Row) -> tuple[str, tuple[str, ...]]:
        changes = json.loads(row.cells[1] or "{}")
        needed = changes.get("pim.master") or changes.get("parent")
        return row.cells[0] or "", () if needed is None else (needed,)

    @property
    def record(self) -> Entity:
        return RECORD_OF_FILE[self.entity]


def _lay(records: Records, record: Record, name: str, value: Any) -> None:
    if name.startswith("?"):
        entity, _, key = name[1:].partition(" ")
        assert (records.attribute(key) if entity == "attribute" else records.get(entity, key)) is not None or value  # type: ignore[arg-type]
        return
    if name.startswith("+"):
        found = records.get("global_list", name[1:])
        assert found is not None
        with_item = copied(found)
        number = str(with_item.data["next_item"])
        with_item.data["next_item"] += 1
        with_item.data["items"].append({"id": number, "value": value})
        records.put(with_item)
        return
    holder = record.pim if name.startswith("pim.") else record.data
    name = name.removeprefix("pim.")
    if value is None:
        holder.pop(name, None)
    else:
        holder[name] = value


@dataclass
class Folded:
    """Files of records into the workspace acme."""

    imports: Importer
    workspace_id: int

    def job(self) -> Job:
        """A job that is importing."""
        database, workspace_id = self.imports.stores.database, self.workspace_id
        with database.workspace_session(workspace_id) as connection:
            source = text(
                "INSERT INTO sources (workspace_id, name) VALUES (:id, 'pim') ON CONFLICT (workspace_id, name)"
                " DO UPDATE SET name = excluded.name RETURNING id"
            )
            source_id = connection.execute(source, {"id": workspace_id}).scalar_one()
            new = NewJob(workspace_id, source_id, "file.csv", "file.csv", format="bizzkit")
            create_job(connection, new)
            update_job(connection, new.id, status="importing", attempt=1, mapping={}, checksum="c")
        return get_job(database, new.id)

    def plan(
        self, rows: Sequence[Given], *files: RecordsFile, fold: SmallFold | None = None, **given: Any
    ) -> tuple[Job, Plan]:
        """A job and its plan; `files` come after the rows."""
        job = self.job()
        return job, self.plan_again(job, rows, *files, fold=fold, **given)

    def plan_again(
        self,
        job: Job,
        rows: Sequence[Given],
        *files: RecordsFile,
        fold: SmallFold | None = None,
        **given: Any,
    ) -> Plan:
        """The plan of a job."""
        order = given.pop("order", "file")
        first = file(rows, fold, order=order)
        done: list[int] = []
        with self.imports.stores.database.system_session() as connection:
            made = RecordsOrder(job.workspace_id, job.id, job.source_id, "c", "f", **given)
            plan = plan_records(connection, made, [first, *files], done.append)
        assert done == sorted(done)
        return plan

    def apply(self, job: Job, plan: Plan) -> Job:
        """Apply a plan and make its job done."""
        database = self.imports.stores.database
        with database.workspace_session(job.workspace_id) as connection:
            apply_records(connection, ApplyOrder(job.workspace_id, job.id, job.source_id, "f"), plan)
            connection.execute(
                text("UPDATE import_jobs SET finished_at = clock_timestamp() WHERE id = :id"), {"id": job.id}
            )
            update_job(connection, job.id, status="done", reason=None, plan=plan.summary, **plan.counts)
        return get_job(database, job.id)

    def load(self, rows: Sequence[Given], *files: RecordsFile, **given: Any) -> Job:
        """A job that is planned and applied."""
        return self.apply(*self.plan(rows, *files, **given))

    def undo(self, job: Job) -> Job:
        """The job that has taken back another."""
        done = self.imports.run(open_undo(self.imports.stores, job.id, created_by="ann"))
        assert done.status == "done", done.error
        return done

    def records(self, entity: Entity) -> dict[str, dict[str, Any]]:
        """The data of all records of an entity."""
        with self.imports.stores.database.workspace_session(self.workspace_id) as connection:
            return {one.key: one.data for one in load_records(connection, self.workspace_id, entity)}

    def products(self) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
        """The data and the PIM's part of all products."""
        with self.imports.stores.database.workspace_session(self.workspace_id) as connection:
            found = load_records(connection, self.workspace_id, "product")
        return {one.key: (one.data, one.pim) for one in found}


def file(
    rows: Sequence[Given],
    fold: SmallFold | None = None,
    *,
    order: Any = "file",
    start: int = 2,
    batch: int = 3,
) -> RecordsFile:
    """A file of such rows, read a few at a time."""
    used = fold or SmallFold()
    made = [Row(line, (key, json.dumps(changes))) for line, (key, changes) in enumerate(rows, start)]
    return RecordsFile(
        used.entity, used, HEADERS, lambda: (made[at : at + batch] for at in range(0, len(made), batch)), order
    )

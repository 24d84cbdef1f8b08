"""The plan of a file of records: every row folded in its order, every record with its after-image and outcome, frozen.

Rows are done some thousand at a time; what they have changed goes to staging and is read back where a later row asks
for it, so that a million rows need no more memory than ten thousand. The plan is one as `catalogue.plan` makes them.

What belongs here: making such a plan. What doesn't: what a row does (the folds), the jobs (`imports`), applying it
(`apply_records`).
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from psycopg.pq import TransactionStatus
from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.guards import load_limits, violations
from segops_pipeline.catalogue.pim.fold import FileEntity, Fold, Row, RowResult
from segops_pipeline.catalogue.pim.row_order import in_any_order
from segops_pipeline.catalogue.pim.row_outcomes import (
    DROPPED,
    RECORD_OF_FILE,
    REMOVED,
    WHOLE_RECORDS,
    DoneRow,
    settle,
    stage_dropped,
    stage_file_issues,
    stage_outcomes,
)
from segops_pipeline.catalogue.pim.schema_sync import simple_field
from segops_pipeline.catalogue.pim.side_effects import side_effects
from segops_pipeline.catalogue.pim.stage_records import RecordStager
from segops_pipeline.catalogue.pim.store import StoredRecords
from segops_pipeline.catalogue.plan import Plan, freeze_plan
from segops_pipeline.catalogue.plan_summary import Fields, words
from segops_pipeline.catalogue.staging import ANALYZE_FROM_ROWS, clear_staging
from segops_pipeline.errors import BadMapping, Issue
from segops_pipeline.stores.database import driver

# records, whatever their entity: what a job has written can be counted against it
WRITTEN = """
SELECT outcome, count(*) AS number FROM staging.plan_rows WHERE job_id = :job_id AND pim IS NOT NULL GROUP BY 1
"""
MOST_IN_SIGHT = 10_000  # records; beyond that those that are not needed at once are read again
LOCKED = "locked_field"


@dataclass(frozen=True, slots=True)
class RecordsOrder:
    """What a plan is made for: the job, and what its token stands for.

    `dropped` are the lines of rows that a person leaves out, `draft` is what a later confirmation needs.
    """

    workspace_id: int
    job_id: str
    source_id: int
    checksum: str
    fingerprint: str
    validation: str = "lenient"
    dropped: Collection[int] = ()
    draft: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class RecordsFile:
    """One file of the job: its rows, and what each does; of several, later ones see what earlier ones have done.

    `batches` gives all rows in file order, some thousand at a time, as often as it is asked. Lines are unique in a
    job.
    """

    entity: FileEntity
    fold: Fold
    headers: Sequence[str]
    batches: Callable[[], Iterable[Sequence[Row]]]
    order: Literal["file", "any"] = "file"


def plan_records(
    connection: Connection,
    order: RecordsOrder,
    files: Sequence[RecordsFile],
    on_progress: Callable[[int], None],
    tell_more: Callable[[Connection], None] = lambda _: None,
) -> Plan:
    """Do every row on records that are only staged, and store the plan; what the job had staged before is dropped.

    Args:
        connection: a transaction of the system role (COPY does not work under row-level security).
        order: the job.
        files: in the order in which they are done.
        on_progress: called with the rows done.
        tell_more: stages issues of its own beside those of rows, before the plan is counted.

    Raises:
        BadMapping: a file's columns cannot be imported; its `issues` say each of them.
    """
    if driver(connection).info.transaction_status == TransactionStatus.IDLE:  # all rows see the records of one moment
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
    clear_staging(connection, order.job_id)
    records = StoredRecords(connection, order.workspace_id, order.job_id, with_locks=True)
    stager = RecordStager(records)
    done = 0
    for file in files:
        for rows in _FileRun(connection, order, file, records).batches():
            done += rows
            stager.stage_changes(everything=False)
            if len(records.entries) > MOST_IN_SIGHT:
                records.forget()
            on_progress(done)
        stager.stage_changes(everything=True)
    stager.stage_seen()
    if done >= ANALYZE_FROM_ROWS:
        _analyze(connection)
    tell_more(connection)
    found, reasons = settle(connection, order.job_id, list(dict.fromkeys(file.entity for file in files)))
    summary = _summary(connection, order, files, stager, found, reasons)
    summary["seen_fields"] = records.seen_fields
    return freeze_plan(
        connection,
        order.workspace_id,
        order.job_id,
        summary,
        checksum=order.checksum,
        fingerprint=order.fingerprint,
        draft=order.draft,
    )


class _FileRun:
    """The rows of one file, done one after the other."""

    def __init__(self, connection: Connection, order: RecordsOrder, file: RecordsFile, records: StoredRecords) -> None:
        self.connection, self.order, self.file, self.records = connection, order, file, records
        self.dropped = frozenset(order.dropped)
        self.told_locks: set[str] = set()

    def batches(self) -> Iterator[int]:
        """Do all rows; after each batch, how many it had.

        Raises:
            BadMapping: the file's columns cannot be imported.
        """
        self._check()
        order, file = self.order, self.file
        in_turn = file.batches() if file.order == "file" else in_any_order(self._references, file.batches, self._reject)
        for batch in in_turn:
            kept = [row for row in batch if row.line not in self.dropped]
            file.fold.fetch(self.records, kept)
            rows = [self._do(row) for row in kept]
            stage_outcomes(self.connection, order.workspace_id, order.job_id, file.entity, rows)
            left_out = [row.line for row in batch if row.line in self.dropped]
            if left_out:
                stage_dropped(self.connection, order.workspace_id, order.job_id, file.entity, left_out)
            yield len(batch)

    def _references(self, row: Row) -> tuple[str, tuple[str, ...]]:
        """What a row makes and needs; one that a person leaves out nothing, so that this can open a circle."""
        return ("", ()) if row.line in self.dropped else self.file.fold.references(row)

    def _check(self) -> None:
        issues = self.file.fold.check(self.records)
        errors = [one for one in issues if one.level == "error"]
        if errors:
            more = f" So are {len(errors) - 1} more." if len(errors) > 1 else ""
            first = errors[0]
            remedy = first.suggestion or "Correct the header of the file."
            raise BadMapping(f"{first.message}{more}", remedy, column=first.column, value=first.value, issues=issues)
        stage_file_issues(self.connection, self.order.workspace_id, self.order.job_id, self.file.entity, issues)

    def _do(self, row: Row) -> DoneRow:
        records, file = self.records, self.file
        issues = file.fold.check_row(row)
        records.line = row.line
        if any(one.level == "error" for one in issues):
            result = RowResult(_identity(file.fold, row), "rejected", issues)
        else:
            result = file.fold.row(records, row)
            if issues:
                result = RowResult(result.identity, result.did, [*issues, *result.issues])
        if file.entity in WHOLE_RECORDS and result.did != "rejected":
            records.own(RECORD_OF_FILE[file.entity], result.identity)
        if records.locked:
            result.issues.extend(self._locked(row.line))
        is_bad = any(one.level == "error" for one in result.issues)
        return DoneRow(row.line, result, _raw(file.headers, row) if is_bad else None)

    def _locked(self, line: int) -> Iterator[Issue]:
        """What locks have kept from changing; of a lock of all products the first time only."""
        for sku, code in self.records.locked:
            of_all = self.records.is_locked_everywhere(code)
            if of_all and code in self.told_locks:
                continue
            self.told_locks.add(code)
            whose = "of all products" if of_all else f"of {sku}"
            unlock = f"segops locks --unlock {code}" if of_all else f"segops product {sku} --unlock {code}"
            yield Issue(
                LOCKED,
                f"'{code}' {whose} is locked: it stays as it is.",
                "warning",
                line,
                column=code,
                key=sku,
                suggestion=f"To have it written: {unlock}",
            )
        self.records.locked.clear()

    def _reject(self, row: Row, issue: Issue) -> None:
        """Reject a row that has no place in any order."""
        result = RowResult(_identity(self.file.fold, row), "rejected", [issue])
        done = DoneRow(row.line, result, _raw(self.file.headers, row))
        stage_outcomes(self.connection, self.order.workspace_id, self.order.job_id, self.file.entity, [done])


def _identity(fold: Fold, row: Row) -> str:
    return fold.references(row)[0]


def _raw(headers: Sequence[str], row: Row) -> str:
    """A row as it is in the file, by header; under an empty one what is beyond the last, as tables have it.

    Cells that a short row lacks are not in it: that they are empty nobody has said.
    """
    import orjson

    cells = [(cell or "").replace("\x00", "\ufffd") for cell in row.cells]
    lacking = (one is None for one in row.cells)
    named: dict[str, Any] = {
        name: cell for name, cell, is_missing in zip(headers, cells, lacking, strict=False) if not is_missing
    }
    if len(cells) > len(headers):
        named[""] = cells[len(headers) :]
    return orjson.dumps(named).decode()


def _analyze(connection: Connection) -> None:
    """Tell PostgreSQL how much has been staged: else it joins it in loops."""
    connection.execute(text("SET LOCAL default_statistics_target = 10"))
    connection.execute(text("ANALYZE staging.row_outcomes (job_id, line, entity, key, outcome)"))
    connection.execute(text("ANALYZE staging.plan_rows (workspace_id, job_id, entity, key, line, outcome)"))


def _summary(
    connection: Connection,
    order: RecordsOrder,
    files: Sequence[RecordsFile],
    stager: RecordStager,
    found: dict[str, int],
    reasons: dict[str, int],
) -> dict[str, Any]:
    counts = {
        "rows": sum(found.values()),
        "created": found.get("created", 0),
        "updated": found.get("updated", 0),
        "unchanged": found.get("unchanged", 0),
        "conflicts": 0,
        "rejected": found.get("rejected", 0),
        "skipped": found.get("skipped", 0),
    }
    fields: Fields = {}
    for file in files:
        fields.update(stager.field_counts(RECORD_OF_FILE[file.entity]))
    bound = {"workspace_id": order.workspace_id, "source_id": order.source_id, "job_id": order.job_id}
    limits = load_limits(connection, order.workspace_id, order.source_id)
    beyond = violations(connection, bound, counts, _types(stager.records, fields), fields, limits)
    skipped = {"dropped": reasons[DROPPED]} if DROPPED in reasons else {}
    is_strict = order.validation == "strict"
    return {
        "counts": counts,
        "known_before": 0,
        "known_newest": 0,
        "fields": fields,
        "products": {},
        "written": {row.outcome: row.number for row in connection.execute(text(WRITTEN), bound)},
        "skipped": skipped,
        "guards": [violation.as_dict() for violation in beyond],
        "words": [
            *words(fields, {}, skipped, counts, is_strict=is_strict),
            *side_effects(connection, stager.records, [file.entity for file in files], reasons.get(REMOVED, 0)),
        ],
    }


def _types(records: StoredRecords, fields: Fields) -> dict[str, str]:
    """The type that each plain attribute has in the product schema."""
    found = {code: records.attribute(code) for code in fields}
    simple = {code: simple_field(one) for code, one in found.items() if one is not None}
    return {code: one.type for code, one in simple.items() if one is not None}

"""A Bizzkit file with its options, ready to be planned and applied: see `ready.ReadyImport`.

What belongs here: the rows of the file as folds want them, and the job's plan. What doesn't: what a row does
(`catalogue.pim`), what the file is (`bizzkit`).
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.apply import ApplyOrder
from segops_pipeline.catalogue.pim.fold import Fold, Row, RowResult
from segops_pipeline.catalogue.pim.records import Records
from segops_pipeline.catalogue.plan import Plan
from segops_pipeline.errors import Issue
from segops_pipeline.formats.bizzkit.files import Recognised
from segops_pipeline.imports.bizzkit import header_of, options_of, ready_columns
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.progress import Progress
from segops_pipeline.imports.row_edits import RowEdit, edited_rows, rows_checksum, tell_edits
from segops_pipeline.reading import read_batches
from segops_pipeline.stores.opening import Stores

if TYPE_CHECKING:
    from pyarrow import RecordBatch

BATCH_ROWS = 2_000
SHOWN_CHARACTERS = 200
MOST_SHORT = 20  # rows that are told to be short


class BizzkitImport:
    """The rows of a file, each done to records of its entity one after the other."""

    def __init__(self, stores: Stores, job: Job) -> None:
        self._stores, self._job = stores, job
        self._options = options_of(job)
        self._recognised = ready_columns(job, self._options)
        words = [self._options.as_dict(), self._recognised.entity, job.validation, header_of(job)]
        self.fingerprint = hashlib.sha256(json.dumps(words, sort_keys=True).encode()).hexdigest()[:32]

    def plan(self, edits: Sequence[RowEdit], progress: Progress, draft: dict[str, Any] | None) -> tuple[Plan, int]:
        """Do every row to records that are only staged.

        Raises:
            BadMapping: columns are about what the workspace does not have; `issues` has each.
        """
        from segops_pipeline.catalogue.pim.plan_records import RecordsFile, RecordsOrder, plan_records

        job, entity = self._job, self._recognised.entity
        assert entity is not None
        dropped = [edit.line for edit in edits if edit.cells is None]
        order = RecordsOrder(
            job.workspace_id, job.id, job.source_id, rows_checksum(job, edits), self.fingerprint, job.validation,
            dropped, draft,
        )  # fmt: skip
        with edited_rows(self._stores, job, edits) as path, self._stores.database.system_session() as connection:
            file = RecordsFile(
                entity, self._fold(), job.headers or [], lambda: rows_in_batches(path), self._options.fold.order
            )
            plan = plan_records(
                connection,
                order,
                [file],
                lambda rows: progress.advance(rows, job.total_rows or 0),
                lambda staging: tell_edits(staging, job) if edits else None,
            )
        return plan, plan.counts["rows"]

    def changed_since(self, connection: Connection, plan: Plan) -> str | None:
        """What has changed of the records that the plan rests on."""
        from segops_pipeline.catalogue.pim.apply_records import changed_since_plan

        return changed_since_plan(connection, self._order(), plan)

    def apply(self, connection: Connection, plan: Plan) -> None:
        """Write the records, their revisions and what follows from them."""
        from segops_pipeline.catalogue.pim.apply_records import apply_records

        apply_records(connection, self._order(), plan)

    def judge(self, batch: "RecordBatch") -> dict[int, list[Issue]]:
        """What is wrong with some rows as the records are now, by line; nothing is staged or written."""
        from segops_pipeline.catalogue.pim.store import StoredRecords

        job, fold = self._job, self._fold()
        found: dict[int, list[Issue]] = {}
        with self._stores.database.workspace_session(job.workspace_id) as connection:
            records = StoredRecords(connection, job.workspace_id, job.id)
            fold.check(records)
            for row in rows_of(batch):
                issues = fold.check_row(row)
                if not any(issue.level == "error" for issue in issues):
                    issues = [*issues, *fold.row(records, row).issues]
                found[row.line] = issues
        return found

    def _order(self) -> ApplyOrder:
        job = self._job
        return ApplyOrder(job.workspace_id, job.id, job.source_id, self.fingerprint)

    def _fold(self) -> Fold:
        from segops_pipeline.catalogue.pim.folds import make_fold

        entity = self._recognised.entity
        assert entity is not None
        return FittedRows(make_fold(entity, self._recognised, self._options.fold), self._recognised)


class FittedRows:
    """A fold that has rows refused whose cells go beyond the header, and those told that have fewer.

    A semicolon in a value must be quoted; where a cell lacks in between, those behind it are in the wrong columns.
    """

    def __init__(self, fold: Fold, recognised: Recognised) -> None:
        self._fold, self._width = fold, len(recognised.headers)
        self._last = max((place for place in range(self._width) if place not in recognised.empty), default=-1)
        self._short = 0

    def check(self, records: Records) -> list[Issue]:
        """As the fold."""
        return self._fold.check(records)

    def check_row(self, row: Row) -> list[Issue]:
        """As the fold, that no value is beyond the last column, and of the first rows that cells lack."""
        extra = [cell for cell in row.cells[self._width :] if cell]
        if not extra:
            issues = self._fold.check_row(row)
            is_short = self._last >= 0 and (len(row.cells) <= self._last or row.cells[self._last] is None)
            is_told = self._short >= MOST_SHORT or any(issue.code == "missing_cell" for issue in issues)
            return [*issues, *self._short_row(row)] if is_short and not is_told else issues
        return [
            Issue(
                "cells_beyond_header",
                f"The row has {len(row.cells)} cells, the header {self._width}.",
                "error",
                row.line,
                value=" | ".join(extra)[:SHOWN_CHARACTERS],
                suggestion="A value with a semicolon or a quotation mark in it must be quoted.",
            )
        ]

    def _short_row(self, row: Row) -> Iterator[Issue]:
        self._short += 1
        number = sum(cell is not None for cell in row.cells)
        more = " Further rows like it are not told." if self._short == MOST_SHORT else ""
        yield Issue(
            "short_row",
            f"The row has {number} cells, the header {self._last + 1}: those that it lacks change nothing.{more}",
            "warning",
            row.line,
            suggestion="Check that its values stand in the right columns; write NULL for what is to stay.",
        )

    def fetch(self, records: Records, rows: Iterable[Row]) -> None:
        """As the fold."""
        self._fold.fetch(records, rows)

    def row(self, records: Records, row: Row) -> RowResult:
        """As the fold."""
        return self._fold.row(records, row)

    def references(self, row: Row) -> tuple[str, tuple[str, ...]]:
        """As the fold."""
        return self._fold.references(row)


def rows_in_batches(path: Path) -> Iterator[list[Row]]:
    """The rows of a staged file, some at a time."""
    for batch in read_batches(path, BATCH_ROWS):
        yield list(rows_of(batch))


def rows_of(batch: "RecordBatch") -> Iterator[Row]:
    """Staged rows with their cells: None for those that a short row lacks, and those beyond the header at its end.

    What a row was in the file stands in `raw` (see `reading.parquet`): its number of cells where it is short, the cells
    beyond the header where it is long.
    """
    lines: list[int] = batch.column(0).to_pylist()
    raws: list[str | None] = batch.column(batch.num_columns - 1).to_pylist()
    cells = zip(*(column.to_pylist() for column in batch.columns[1:-1]), strict=True)
    for line, row, raw in zip(lines, cells, raws, strict=True):
        yield Row(line, row if raw is None else _as_in_file(row, raw))


def _as_in_file(row: Sequence[str], raw: str) -> Sequence[str | None]:
    told = json.loads(raw)
    if isinstance(told, int):
        return [*row[:told], *[None] * (len(row) - told)]
    return [*row, *told] if isinstance(told, list) else row  # a text: the row was damaged, and is repaired

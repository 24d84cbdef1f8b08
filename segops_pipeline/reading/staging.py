"""An upload to a staged file of numbered rows of text, in one pass and bounded memory.

What belongs here: header, rows fitted to columns, limits. What doesn't: how the text is split
(delimited.py), how the rows are kept (parquet.py), and what type they are (inference).
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from segops_pipeline.config import Settings
from segops_pipeline.errors import EmptyFile, HeaderOnly, Issue
from segops_pipeline.reading.choice import NO_CHOICE, NO_HEADER, DialectChoice
from segops_pipeline.reading.dialect import Dialect
from segops_pipeline.reading.fitting import RowFitter
from segops_pipeline.reading.headers import name_columns, name_without_header
from segops_pipeline.reading.layout import Layout
from segops_pipeline.reading.limits import Limits
from segops_pipeline.reading.opening import OpenTable, open_table
from segops_pipeline.reading.parquet import Batch, StagedFile, staged_file
from segops_pipeline.reading.table_rows import TableRows

SAMPLE_ROWS = 5
BATCH_ROWS, BATCH_CELLS, BATCH_CHARACTERS = 4_000, 100_000, 4 * 1024 * 1024  # fits the processor's cache
MOST_BYTES_PER_CHARACTER = 4

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ParsedUpload:
    """What an upload holds: its dialect, unique column names, first five rows, number of rows, and issues."""

    dialect: Dialect
    headers: list[str]
    sample_rows: list[list[str]]
    total_rows: int
    issues: list[Issue]


def parse_upload(
    path: Path,
    rows_path: Path,
    settings: Settings,
    file_name: str,
    on_progress: Progress | None = None,
    choice: DialectChoice = NO_CHOICE,
    *,
    is_exact: bool = False,
) -> ParsedUpload:
    """Stage the rows of the file at `path` in a Parquet file at `rows_path`, which appears when all is well.

    `file_name` is what errors call the file; `on_progress` gets (bytes done, bytes in all); `choice` wins over
    what is detected. Rows that are short are filled with '', rows that are long are cut; both are issues. Rows
    without a value are left out.

    `is_exact`: the file's format says that its first record is its header and each other one a row; then nothing is
    taken for a title, a total or a note, and `raw` of a row that is short is the number of the cells that it has.

    Raises:
        FileTooLarge: more bytes than the setting, told before anything is read.
        EmptyFile: no text; HeaderOnly: no row below the header.
        BadFile: as `open_table` does.
        TooManyRows, TooManyColumns, CellTooLarge: more than the settings allow.
    """
    limits = Limits.of(settings)
    total_bytes = limits.check_size(path, file_name)
    with open_table(path, file_name, limits, choice) as opened:
        if opened.layout is None:
            raise EmptyFile("There is nothing in the file.", "Choose the file with the table.", file=file_name)
        layout = opened.layout if not is_exact else _exact(opened.layout)
        staging = _Staging(
            opened, layout, limits, file_name,
            is_headless_by_choice=choice.header_row == NO_HEADER, counts_short=is_exact,
        )  # fmt: skip

        def report() -> None:
            if on_progress is not None:
                on_progress(min(opened.bytes_done(), total_bytes), total_bytes)

        staging.run(rows_path, report)
        issues = [*opened.issues(), *staging.issues]
    if on_progress is not None:
        on_progress(total_bytes, total_bytes)
    return ParsedUpload(opened.dialect, staging.headers, staging.sample_rows, staging.total_rows, issues)


class _Staging:
    """One upload on its way to Parquet."""

    def __init__(
        self,
        opened: OpenTable,
        layout: Layout,
        limits: Limits,
        file_name: str,
        *,
        is_headless_by_choice: bool,
        counts_short: bool,
    ) -> None:
        self.headers: list[str] = []
        self.sample_rows: list[list[str]] = []
        self.total_rows = 0
        self.issues: list[Issue] = []
        self._opened, self._layout, self._limits, self._file_name = opened, layout, limits, file_name
        self._is_headless_by_choice, self._counts_short = is_headless_by_choice, counts_short
        self._originals = opened.take_originals()

    def run(self, rows_path: Path, report: Callable[[], None]) -> None:
        table = TableRows(self._opened.records(), self._layout)
        self._name_columns(table)
        fitter = RowFitter(len(self.headers))
        with staged_file(rows_path, len(self.headers)) as staged:
            for batch in self._batches(table, fitter):
                self._keep(batch, staged)
                report()
            if self.total_rows == 0:
                raise HeaderOnly(
                    "The file has a header and no row.",
                    "Choose a file with rows; if it has one, say how it is laid out (--no-header, --encoding …).",
                    file=self._file_name,
                )
        self.issues += [*table.issues, *fitter.issues()]

    def _name_columns(self, table: TableRows) -> None:
        width = min(table.width, len(table.header)) if self._counts_short else table.width
        if width > self._limits.max_columns:
            raise self._limits.too_many_columns(self._file_name, table.header_line, width)
        if table.header:
            self.headers, said = name_columns(table.names, width, table.header_line)
            self.issues += said
        else:
            self.headers = name_without_header(width)
            self.issues += [] if self._is_headless_by_choice else [_no_header()]

    def _batches(self, table: TableRows, fitter: RowFitter) -> Iterator[Batch]:
        opened, width = self._opened, len(self.headers)
        most_rows = max(1, min(BATCH_ROWS, BATCH_CELLS // width))
        lines: list[int] = []
        rows: list[list[str]] = []
        raws: dict[int, str] = {}
        before, until = 0, BATCH_CHARACTERS
        for line, cells in table:
            if len(cells) != width or not cells[0] or cells[0].isspace():
                fitted = fitter.fit(line, cells)
                if fitted is None:
                    continue
                if any(cells[width:]):
                    raws[len(rows)] = _as_json(cells[width:])
                elif self._counts_short and len(cells) < width:
                    raws[len(rows)] = str(len(cells))
                cells = fitted  # noqa: PLW2901
            lines.append(line)
            rows.append(cells)
            if len(rows) >= most_rows or opened.characters > until:
                yield Batch(lines, rows, opened.characters - before, self._with_originals(lines, raws))
                before, until = opened.characters, opened.characters + BATCH_CHARACTERS
                lines, rows, raws = [], [], {}
        if rows:
            yield Batch(lines, rows, opened.characters - before, self._with_originals(lines, raws))

    def _with_originals(self, lines: list[int], raws: dict[int, str]) -> dict[int, str]:
        """What repaired rows of a batch were: the text of damaged ones, else the cells beyond the last column."""
        self._originals.update(self._opened.take_originals())
        if self._originals:
            for place, line in enumerate(lines):
                if line in self._originals:
                    raws[place] = _as_json(self._originals.pop(line))
            self._originals = {line: text for line, text in self._originals.items() if line > lines[-1]}
        return raws

    def _keep(self, batch: Batch, staged: StagedFile) -> None:
        if not self.sample_rows:
            self.sample_rows = [list(row) for row in batch.rows[:SAMPLE_ROWS]]
        left = self._limits.max_rows - self.total_rows
        if len(batch.rows) > left:
            raise self._limits.too_many_rows(self._file_name, batch.lines[left])
        self._check_cells(batch)
        staged.write(batch)
        self.total_rows += len(batch.rows)

    def _check_cells(self, batch: Batch) -> None:
        """Refuse a cell with more bytes than are taken; batches without much text have none.

        Raises:
            CellTooLarge: with its line and column.
        """
        most = self._limits.max_cell_bytes
        if batch.characters * MOST_BYTES_PER_CHARACTER <= most:
            return
        for line, row in zip(batch.lines, batch.rows, strict=True):
            for header, cell in zip(self.headers, row, strict=True):
                if len(cell) * MOST_BYTES_PER_CHARACTER > most and len(cell.encode()) > most:
                    raise self._limits.cell_too_large(self._file_name, line, header, cell)


def _exact(layout: Layout) -> Layout:
    return replace(layout, has_header=True, header_rows=1, is_exact=True)


def _as_json(original: str | list[str]) -> str:
    return json.dumps(original, ensure_ascii=False).replace("\\u0000", "\ufffd")  # which no store takes


def _no_header() -> Issue:
    return Issue(
        "no_header",
        "The first row looks like the others, not like a header; columns are called column_1, column_2 …",
        "warning",
        1,
        suggestion="If the first row is a header, give each column a name that is no value.",
    )

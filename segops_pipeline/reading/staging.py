"""An upload to a staged file of numbered rows of text, in one pass and bounded memory.

What belongs here: header, rows fitted to columns, limits. What doesn't: how the text is split
(delimited.py), how the rows are kept (parquet.py), and what type they are (inference).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from segops_pipeline.config import Settings
from segops_pipeline.errors import EmptyFile, HeaderOnly, Issue
from segops_pipeline.reading.delimited import RecordReader, RecordTooLong
from segops_pipeline.reading.dialect import Dialect, Examined, examine
from segops_pipeline.reading.encoding import open_text
from segops_pipeline.reading.fitting import RowFitter
from segops_pipeline.reading.headers import name_columns, name_without_header
from segops_pipeline.reading.layout import Layout, is_separator_line
from segops_pipeline.reading.limits import Limits
from segops_pipeline.reading.parquet import Batch, StagedFile, staged_file

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
) -> ParsedUpload:
    """Stage the rows of the file at `path` in a Parquet file at `rows_path`, which appears when all is well.

    `file_name` is what errors call the file; `on_progress` gets (bytes done, bytes in all). Rows that are
    short are filled with '', rows that are long are cut; both are issues. Rows without a value are left out.

    Raises:
        FileTooLarge: more bytes than the setting, told before anything is read.
        EmptyFile: no text; HeaderOnly: no row below the header.
        BinaryFile, UnsupportedFormat, WrongEncoding: no delimited text.
        TooManyRows, TooManyColumns, CellTooLarge: more than the settings allow.
    """
    limits = Limits.of(settings)
    total_bytes = limits.check_size(path, file_name)
    examined = examine(path, file_name)
    if examined.layout is None:
        raise EmptyFile("There is nothing in the file.", "Choose the file with the table.", file=file_name)
    with open_text(path, examined.encoding.name) as text:
        reader = examined.reader(text, limits.max_record_characters)
        staging = _Staging(examined, examined.layout, limits, file_name)

        def report() -> None:
            if on_progress is not None:
                on_progress(min(text.buffer.tell(), total_bytes), total_bytes)

        try:
            staging.run(reader, rows_path, report)
        except RecordTooLong as error:
            raise limits.cell_too_large(file_name, error.line, None, error.start) from None
    if on_progress is not None:
        on_progress(total_bytes, total_bytes)
    issues = [*examined.issues, *staging.issues, *reader.nul.issues(), *reader.repaired.issues()]
    return ParsedUpload(examined.dialect, staging.headers, staging.sample_rows, staging.total_rows, issues)


class _Staging:
    """One upload on its way to Parquet."""

    def __init__(self, examined: Examined, layout: Layout, limits: Limits, file_name: str) -> None:
        self.headers: list[str] = []
        self.sample_rows: list[list[str]] = []
        self.total_rows = 0
        self.issues: list[Issue] = []
        self._examined, self._layout, self._limits, self._file_name = examined, layout, limits, file_name

    def run(self, reader: RecordReader, rows_path: Path, report: Callable[[], None]) -> None:
        records = iter(reader)
        header = self._read_header(records)
        fitter = RowFitter(len(self.headers), header)
        with staged_file(rows_path, len(self.headers)) as staged:
            for batch in self._batches(records, reader, fitter, header):
                self._keep(batch, staged)
                report()
            if self.total_rows == 0:
                raise HeaderOnly("The file has a header and no row.", "Choose a file with rows.", file=self._file_name)
        self.issues += fitter.issues()

    def _read_header(self, records: Iterator[tuple[int, list[str]]]) -> list[str]:
        """Take the records up to the header and return it; where there is none, up to the first row."""
        above: list[tuple[int, str]] = []
        layout = self._layout
        for _ in range(layout.first_row):
            line, cells = next(records)
            if any(cells) and not is_separator_line(cells):
                above.append((line, self._examined.dialect.delimiter.join(cells)))
        if above:
            self.issues.append(_preamble(above))
        line = 1
        header: list[str] = []
        if layout.has_header:
            line, header = next(records)
        width = max(layout.width, len(header)) if header else layout.width
        if width > self._limits.max_columns:
            raise self._limits.too_many_columns(self._file_name, line, width)
        if layout.has_header:
            self.headers, said = name_columns(header, width, line)
            self.issues += said
        else:
            self.headers = name_without_header(width)
            self.issues.append(_no_header())
        return header

    def _batches(
        self,
        records: Iterator[tuple[int, list[str]]],
        reader: RecordReader,
        fitter: RowFitter,
        header: list[str],
    ) -> Iterator[Batch]:
        width = len(self.headers)
        most_rows = max(1, min(BATCH_ROWS, BATCH_CELLS // width))
        lines: list[int] = []
        rows: list[list[str]] = []
        before, until = 0, BATCH_CHARACTERS
        for line, cells in records:
            if len(cells) != width or not cells[0] or cells[0].isspace() or cells == header:
                fitted = fitter.fit(line, cells)
                if fitted is None:
                    continue
                cells = fitted  # noqa: PLW2901
            lines.append(line)
            rows.append(cells)
            if len(rows) >= most_rows or reader.characters > until:
                yield Batch(lines, rows, reader.characters - before)
                before, until = reader.characters, reader.characters + BATCH_CHARACTERS
                lines, rows = [], []
        if rows:
            yield Batch(lines, rows, reader.characters - before)

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


def _preamble(above: list[tuple[int, str]]) -> Issue:
    first, last = above[0][0], above[-1][0]
    where = f"Line {first} stands" if first == last else f"Lines {first} to {last} stand"
    said = f"{where} above the table and so did not become a row."
    return Issue("preamble", said, "info", first, value=above[0][1][:200])


def _no_header() -> Issue:
    return Issue(
        "no_header",
        "The first row looks like the others, not like a header; columns are called column_1, column_2 …",
        "warning",
        1,
        suggestion="If the first row is a header, give each column a name that is no value.",
    )

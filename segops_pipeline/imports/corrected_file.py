"""Read a file of corrected rows: the file of a job's rejected rows, as a person has given it back.

What belongs here: the rows as they were meant, by the line of the original file, whether or not a spreadsheet has
saved them in another format meanwhile. What doesn't: whether those lines are rejected (`correct`).

Nothing is guessed of the table in it: its header is the record that has the column of lines.
"""

import re
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from segops_pipeline.errors import BadFile, EmptyFile, HeaderOnly
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.rejected_form import AddedColumns, encoding_of, form_of
from segops_pipeline.reading.archive import unpacked
from segops_pipeline.reading.choice import NO_CHOICE
from segops_pipeline.reading.delimited import RecordReader, RecordTooLong
from segops_pipeline.reading.encoding import detect_encoding, open_text
from segops_pipeline.reading.harmless import original
from segops_pipeline.reading.limits import Limits
from segops_pipeline.reading.marks import Marks
from segops_pipeline.reading.opening import open_table

HEADER_WITHIN = 20  # records: a person may have put a line above
DELIMITERS = (",", ";", "\t", "|")  # those that spreadsheets save with
WHOLE_NUMBER = re.compile(r"(\d{1,18})(?:[.,]0+)?")
ASK_AGAIN = "Take the file anew: segops rejected {job} -o FILE.csv, and correct its cells only."

Record = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class CorrectedRow:
    """One row: where it begins in the corrected file, its line in the original one, its cells in the job's order."""

    place: int
    line: int
    cells: list[str]


def corrected_rows(path: Path, job: Job, limits: Limits, file_name: str) -> Iterator[CorrectedRow]:
    """The corrected rows in the order of their file; blank ones are left out.

    Raises:
        BadFile: it is not the file of this job's rejected rows: a column is missing, or twice, or is no column of
            the job, a row has no line or has more cells than the header; with where it is.
        EmptyFile, HeaderOnly: there is no table, or no row.
        DamagedFile, EncryptedFile, UnsupportedFormat, FileTooLarge, CellTooLarge: as reading any file does.
    """
    limits.check_size(path, file_name)
    with _records(path, job, limits, file_name) as records:
        layout = _header(records, job, file_name)
        number = 0
        for place, cells in records:
            if any(cell.strip() for cell in cells):
                number += 1
                yield layout.row(place, cells)
    if number == 0:
        raise HeaderOnly("The file has no corrected row.", ASK_AGAIN.format(job=job.id), file=file_name)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where in a record each column of the job and the line are; `is_plain`: cells are as they were meant."""

    positions: list[int]
    line_position: int
    line_name: str
    width: int
    is_plain: bool
    file_name: str

    def row(self, place: int, cells: list[str]) -> CorrectedRow:
        if any(cell.strip() for cell in cells[self.width :]):
            raise BadFile(
                f"The row has {len(cells)} cells, the header {self.width}.",
                "A delimiter within a value must be quoted.",
                file=self.file_name,
                line=place,
            )
        cells = cells + [""] * (self.width - len(cells))
        found = WHOLE_NUMBER.fullmatch(cells[self.line_position].strip())
        if found is None:
            raise BadFile(
                "The row does not say which line of the original file it is.",
                "Leave the numbers in this column as they were; new rows are imported as a file of their own.",
                file=self.file_name,
                line=place,
                column=self.line_name,
                value=cells[self.line_position][:60],
            )
        own = [cells[position] for position in self.positions]
        return CorrectedRow(place, int(found[1]), own if self.is_plain else [original(cell) for cell in own])


def _header(records: Iterator[Record], job: Job, file_name: str) -> _Layout:
    """The columns of the file, by the first record that has the column of lines.

    Raises:
        EmptyFile: there is nothing in the file.
        BadFile: no record has it, or the columns are not the job's.
    """
    headers = job.headers or []
    added = AddedColumns.beside(headers)
    first = 0
    for place, record in islice(records, HEADER_WITHIN):
        first = first or place
        names = [_name(cell) for cell in record]
        if line_name := next((name for name in (added.line, added.plain_line) if name in names), None):
            break
    else:
        if not first:
            raise EmptyFile("There is nothing in the file.", ASK_AGAIN.format(job=job.id), file=file_name)
        raise BadFile(
            f"The file has no column '{added.line}', which says of each row in which line of the original it was.",
            ASK_AGAIN.format(job=job.id),
            file=file_name,
            line=first,
        )
    for problem, wrong in (
        (
            "There are several columns '{}'.",
            _repeated(names),
        ),
        ("The column '{}' is missing.", [header for header in headers if header not in names]),
        ("'{}' is no column of the job's file.", _others(names, {*headers, line_name, added.reasons})),
    ):
        if wrong:
            raise BadFile(
                problem.format(wrong[0]), ASK_AGAIN.format(job=job.id), file=file_name, line=place, column=wrong[0]
            )
    positions = [names.index(header) for header in headers]
    is_plain = line_name == added.plain_line
    return _Layout(positions, names.index(line_name), line_name, len(names), is_plain, file_name)


def _repeated(names: list[str]) -> list[str]:
    return [name for name, times in Counter(filter(None, names)).items() if times > 1]


def _others(names: list[str], known: set[str]) -> list[str]:
    return [name for name in names if name and name not in known]


def _name(cell: str) -> str:
    return original(" ".join(cell.split()))


@contextmanager
def _records(path: Path, job: Job, limits: Limits, file_name: str) -> Generator[Iterator[Record]]:
    """The records of the file, whatever kind of file it is now."""
    with unpacked(path, file_name, limits, NO_CHOICE) as found:
        if found.kind != "text":
            with open_table(path, file_name, limits) as opened:
                yield iter(opened.records())
            return
        form = form_of(job)
        encoding = encoding_of(found.path, form.encoding) or detect_encoding(found.path, file_name).name
        marks = _marks(lambda marks: _first_records(found.path, encoding, marks), job, form.marks)
        with open_text(found.path, encoding) as text:
            yield _telling_long(
                RecordReader(text, marks, max_record_characters=limits.max_record_characters), limits, file_name
            )


def _first_records(path: Path, encoding: str, marks: Marks) -> list[list[str]]:
    with open_text(path, encoding) as text:
        reader = RecordReader(text, marks, max_record_characters=4 * 1024 * 1024)
        try:
            return [cells for _, cells in islice(reader, HEADER_WITHIN)]
        except RecordTooLong:
            return []


def _marks(first_records: Callable[[Marks], list[list[str]]], job: Job, own: Marks) -> Marks:
    """The delimiter and quotation mark with which the header is found: the job's own, else those of spreadsheets."""
    added = AddedColumns.beside(job.headers or [])
    known = {*(job.headers or []), added.line, added.plain_line}

    def fit(marks: Marks) -> int:
        return max((len(known.intersection(map(_name, cells))) for cells in first_records(marks)), default=0)

    tried = [own, *(Marks(delimiter, '"') for delimiter in (own.delimiter, *DELIMITERS))]
    return max(tried, key=fit)  # the first of several


def _telling_long(reader: RecordReader, limits: Limits, file_name: str) -> Iterator[Record]:
    try:
        yield from reader
    except RecordTooLong as error:
        raise limits.cell_too_large(file_name, error.line, None, error.start) from None

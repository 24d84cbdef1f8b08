"""The one way in to a file's table, whatever kind of file it is.

What belongs here: the form in which every kind gives its records, and which reader a file gets. What doesn't:
how one kind is read (delimited.py, workbook.py …), which records are the table's (table_rows.py).
"""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, Protocol

from segops_pipeline.errors import Issue
from segops_pipeline.reading.choice import NO_CHOICE, DialectChoice
from segops_pipeline.reading.delimited import RecordTooLong
from segops_pipeline.reading.dialect import Dialect, Examined, examine
from segops_pipeline.reading.encoding import open_text
from segops_pipeline.reading.layout import Layout
from segops_pipeline.reading.limits import Limits


class OpenTable(Protocol):
    """A file that is open for one pass over its records."""

    @property
    def dialect(self) -> Dialect:
        """How the file is laid out."""
        ...

    @property
    def layout(self) -> Layout | None:
        """Where the table is among the records; None where there are only blanks."""
        ...

    @property
    def characters(self) -> int:
        """About how much text has been given."""
        ...

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """The records from the file's beginning, each with the 1-based line (or row) where it starts.

        Raises:
            CellTooLarge: a record is larger than any table's.
        """
        ...

    def bytes_done(self) -> int:
        """How many of the file's bytes have been read."""
        ...

    def issues(self) -> list[Issue]:
        """What was unusual so far: complete when all records have been read."""
        ...


@contextmanager
def open_table(path: Path, file_name: str, limits: Limits, choice: DialectChoice = NO_CHOICE) -> Generator[OpenTable]:
    """Open a file for one pass over its records; `file_name` is what errors call it.

    Raises:
        BinaryFile, UnsupportedFormat, WrongEncoding: it is no kind of file that is read.
    """
    examined = examine(path, file_name, choice)
    with open_text(path, examined.encoding.name) as text:
        yield _DelimitedTable(examined, text, limits, file_name)


class _DelimitedTable:
    """Text with a delimiter, open."""

    def __init__(self, examined: Examined, text: "TextIOWrapper[BinaryIO]", limits: Limits, file_name: str) -> None:
        self.dialect, self.layout = examined.dialect, examined.layout
        self._examined, self._text, self._limits, self._file_name = examined, text, limits, file_name
        self._reader = examined.reader(text, limits.max_record_characters)

    @property
    def characters(self) -> int:
        return self._reader.characters

    def records(self) -> Iterator[tuple[int, list[str]]]:
        try:
            yield from self._reader
        except RecordTooLong as error:
            raise self._limits.cell_too_large(self._file_name, error.line, None, error.start) from None

    def bytes_done(self) -> int:
        return self._text.buffer.tell()

    def issues(self) -> list[Issue]:
        return [*self._examined.issues, *self._reader.nul.issues(), *self._reader.repaired.issues()]

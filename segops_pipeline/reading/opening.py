"""The one way in to a file's table, whatever kind of file it is.

What belongs here: the form in which every kind gives its records, and which reader a file gets. What doesn't:
how one kind is read (delimited.py, workbook.py …), which records are the table's (table_rows.py).
"""

from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, Protocol

from segops_pipeline.errors import Issue
from segops_pipeline.reading.archive import Unpacked, unpacked
from segops_pipeline.reading.choice import NO_CHOICE, DialectChoice
from segops_pipeline.reading.delimited import RecordTooLong
from segops_pipeline.reading.dialect import Dialect, Examined, examine
from segops_pipeline.reading.encoding import open_text
from segops_pipeline.reading.layout import Layout
from segops_pipeline.reading.limits import Limits

MEANINGLESS = {  # kind of file → parts of a choice
    "delimited": {"sheet"},
    "workbook": {"encoding", "delimiter", "quote"},
    "html": {"delimiter", "quote", "sheet"},
    "json": {"delimiter", "quote", "header_row"},
    "json_lines": {"delimiter", "quote", "header_row", "sheet"},
    "xml": {"delimiter", "quote", "header_row"},
    "parquet": {"encoding", "delimiter", "quote", "header_row", "sheet"},
}


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

    def take_originals(self) -> dict[int, str]:
        """The text of the records that had to be repaired, by their line, as it is in the file.

        Those since the last time; before it is first asked for none is kept.
        """
        ...

    def issues(self) -> list[Issue]:
        """What was unusual so far: complete when all records have been read."""
        ...


def detect_dialect(path: Path) -> Dialect:
    """The dialect of a file, told by its content; a file without text has the usual one and no header.

    Raises:
        BadFile: as `open_table` does.
    """
    path = Path(path)
    with open_table(path, path.name, Limits()) as opened:
        return opened.dialect


@contextmanager
def open_table(path: Path, file_name: str, limits: Limits, choice: DialectChoice = NO_CHOICE) -> Generator[OpenTable]:
    """Open a file for one pass over its records; `file_name` is what errors call it.

    Raises:
        BinaryFile, UnsupportedFormat: it is no kind of file that is read.
        DamagedFile, EncryptedFile, UnsafeFile, FileTooLarge: it cannot be opened, or should not be.
        SeveralTables, UnknownSheet, UnknownRow: which of its tables or rows is meant is not known.
        WrongEncoding: the bytes are no text in the encoding that they should have.
    """
    with (
        unpacked(path, file_name, limits, choice) as found,
        _open(found, file_name, limits) as opened,
    ):
        ignored = _ignored(opened.dialect, found.choice)
        yield opened if found.path == path and not ignored else _Wrapped(opened, found, path, ignored)


def _open(found: Unpacked, file_name: str, limits: Limits) -> "AbstractContextManager[OpenTable]":
    """The reader of the file's kind; each is loaded when it is needed."""
    if found.kind == "xlsx":
        from segops_pipeline.reading.workbook_xlsx import open_xlsx as opener
    elif found.kind == "ods":
        from segops_pipeline.reading.workbook_ods import open_ods as opener
    elif found.kind == "xls":
        from segops_pipeline.reading.workbook_xls import open_xls as opener
    elif found.kind == "xls_2003":
        from segops_pipeline.reading.workbook_2003 import open_2003 as opener
    elif found.kind == "json":
        from segops_pipeline.reading.json_records import open_json as opener
    elif found.kind == "xml":
        from segops_pipeline.reading.xml_feed import open_xml as opener
    elif found.kind == "parquet":
        from segops_pipeline.reading.parquet_table import open_parquet as opener
    elif found.kind == "html":
        from segops_pipeline.reading.html_table import open_html as opener
    else:
        opener = _open_delimited
    return opener(found.path, file_name, limits, found.choice)


@contextmanager
def _open_delimited(path: Path, file_name: str, limits: Limits, choice: DialectChoice) -> "Generator[OpenTable]":
    examined = examine(path, file_name, choice)
    with open_text(path, examined.encoding.name) as text:
        yield _DelimitedTable(examined, text, limits, file_name)


def _ignored(dialect: Dialect, choice: DialectChoice) -> list[Issue]:
    """What a person has said of the file that has no meaning for its kind."""
    meaningless = MEANINGLESS[dialect.kind]
    said = [f"{name.replace('_', ' ')} {value!r}" for name, value in choice.as_dict().items() if name in meaningless]
    if not said:
        return []
    kind = dialect.kind.replace("_", " ")
    message = f"The file is of the kind '{kind}'; what was chosen for it was ignored: {', '.join(said)}."
    return [Issue("ignored_choice", message, "warning")]


class _Wrapped:
    """A table that was unpacked (its progress is counted in the archive's bytes), or of which there is more to say."""

    def __init__(self, opened: OpenTable, found: Unpacked, archive: Path, issues: list[Issue]) -> None:
        self.dialect, self.layout = replace(opened.dialect, member=found.member), opened.layout
        self.records, self.take_originals = opened.records, opened.take_originals
        self._opened, self._issues = opened, issues
        self._share = archive.stat().st_size / max(1, found.path.stat().st_size)

    @property
    def characters(self) -> int:
        return self._opened.characters

    def bytes_done(self) -> int:
        return int(self._opened.bytes_done() * self._share)

    def issues(self) -> list[Issue]:
        return [*self._issues, *self._opened.issues()]


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

    def take_originals(self) -> dict[int, str]:
        taken, self._reader.originals = self._reader.originals or {}, {}
        return taken

    def bytes_done(self) -> int:
        return self._text.buffer.tell()

    def issues(self) -> list[Issue]:
        return [*self._examined.issues, *self._reader.issues()]

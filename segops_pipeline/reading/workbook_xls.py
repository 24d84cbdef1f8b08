"""Old Excel workbooks (.xls, BIFF 2 to 8): the sheets' rows as text.

The library holds a whole workbook in memory, hence a limit of its own on its size. What belongs here: that library.
What doesn't: which sheet, and what merged cells mean (workbook.py).
"""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segops_pipeline.errors import BadFile, BinaryFile, DamagedFile, EncryptedFile
from segops_pipeline.reading.choice import DialectChoice
from segops_pipeline.reading.limits import Limits
from segops_pipeline.reading.number_format import CellFormat, cell_format
from segops_pipeline.reading.streamed import StreamedTable
from segops_pipeline.reading.workbook import MOST_MERGED, Merged, Workbook, table_of

if TYPE_CHECKING:
    import xlrd.book
    import xlrd.sheet

DIRECTORY_NAME_ENCODING = "utf-16-le"
ENCRYPTED_PACKAGE = "EncryptedPackage".encode(DIRECTORY_NAME_ENCODING)  # an .xlsx with a password, in an old container
TEXT, NUMBER, DATE, BOOLEAN, ERROR = 1, 2, 3, 4, 5  # types of cells in xlrd


@contextmanager
def open_xls(path: Path, file_name: str, limits: Limits, choice: DialectChoice) -> Generator[StreamedTable]:
    """The table of an old Excel workbook.

    Raises:
        FileTooLarge: it is more than is held in memory.
        EncryptedFile, DamagedFile: it cannot be opened.
        BinaryFile: it is another kind of Office file.
        UnknownSheet, EmptyFile: there is no such sheet, or none.
    """
    limits.check_xls(path, file_name)
    book = _opened(path, file_name)
    try:
        size_bytes = path.stat().st_size
        sheets = [_Sheet(book, number) for number in range(book.nsheets)]
        yield table_of(Workbook(sheets, lambda: size_bytes, list), file_name, choice)
    finally:
        book.release_resources()


def _opened(path: Path, file_name: str) -> "xlrd.book.Book":
    import xlrd

    try:
        with redirect_stdout(StringIO()):  # it prints what it finds odd
            return xlrd.open_workbook(str(path), formatting_info=True, logfile=StringIO())
    except (MemoryError, OSError):
        raise  # the machine's trouble, not the file's
    except Exception as error:  # the library meets damage with errors of every kind
        raise _refused(path, file_name, error) from None


def _refused(path: Path, file_name: str, error: Exception) -> BadFile:
    text = str(error)
    if "encrypted" in text.lower() or ENCRYPTED_PACKAGE in path.read_bytes():
        return EncryptedFile("The workbook is protected by a password.", "Save it without one.", file=file_name)
    if "Can't find workbook" in text:
        return BinaryFile(
            "The file is no text: it looks like an old Office file that is no workbook.",
            "Choose the file with the table, or save it as CSV UTF-8.",
            file=file_name,
        )
    return DamagedFile(
        "The old Excel file is damaged, or not of a kind that is read.",
        "Open it in a spreadsheet program and save it as .xlsx.",
        file=file_name,
    )


class _Sheet:
    """One sheet."""

    def __init__(self, book: "xlrd.book.Book", number: int) -> None:
        self._book = book
        self._sheet: xlrd.sheet.Sheet = book.sheet_by_index(number)
        self.name: str = self._sheet.name
        self.is_visible = self._sheet.visibility == 0
        self._formats: dict[int, CellFormat] = {}

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        for number in range(self._sheet.nrows):
            yield number + 1, [self._shown(cell) for cell in self._sheet.row(number)]

    def merged(self) -> Sequence[Merged]:
        ranges = self._sheet.merged_cells[:MOST_MERGED]
        return [Merged(first + 1, left, end, right - 1) for first, end, left, right in ranges]

    def _shown(self, cell: Any) -> str:  # noqa: ANN401 - a cell of the library
        if cell.ctype == TEXT:
            return cell.value
        if cell.ctype in (NUMBER, DATE):
            return self._format(cell.xf_index).shown(repr(cell.value), from_1904=self._book.datemode == 1)
        if cell.ctype == BOOLEAN:
            return "TRUE" if cell.value else "FALSE"
        return _error_text(cell.value) if cell.ctype == ERROR else ""

    def _format(self, style: int | None) -> CellFormat:
        found = self._formats.get(style or 0)
        if found is None:
            styles, formats = self._book.xf_list, self._book.format_map
            key = styles[style].format_key if style is not None and style < len(styles) else 0
            found = cell_format(formats[key].format_str if key in formats else "General")
            self._formats[style or 0] = found
        return found


def _error_text(code: int) -> str:
    from xlrd.biffh import error_text_from_code

    return error_text_from_code.get(code, "#N/A")

"""Excel workbooks (.xlsx, .xlsm): the sheets' rows as text, streamed.

Read with expat directly: only so a million rows take neither much memory nor the styles that other readers stumble
over. What belongs here: the workbook and its sheets (ECMA-376 part 1, 18.2). What doesn't: which sheet, and what
merged cells mean (workbook.py).
"""

import posixpath
import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from segops_pipeline.errors import DamagedFile, Issue
from segops_pipeline.reading.archive import open_archive
from segops_pipeline.reading.choice import DialectChoice
from segops_pipeline.reading.limits import Limits
from segops_pipeline.reading.streamed import StreamedTable
from segops_pipeline.reading.tally import Tally
from segops_pipeline.reading.text_store import TextStore
from segops_pipeline.reading.workbook import MOST_COLUMNS, MOST_MERGED, MOST_ROWS, Merged, Workbook, table_of
from segops_pipeline.reading.xlsx_package import Package, read_formats, read_strings
from segops_pipeline.reading.xlsx_rows import SheetRows, column_of
from segops_pipeline.reading.xml_events import XmlPump

WORKBOOK = "xl/workbook.xml"
MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref\s*=\s*[\"']\$?([A-Z]+)\$?(\d+):\$?([A-Z]+)\$?(\d+)[\"']")
LONGEST_TAG = 200


@contextmanager
def open_xlsx(path: Path, file_name: str, limits: Limits, choice: DialectChoice) -> Generator[StreamedTable]:
    """The table of an Excel workbook.

    Raises:
        DamagedFile, EncryptedFile, UnsafeFile, FileTooLarge: it cannot be opened, or should not be.
        UnknownSheet, EmptyFile: there is no such sheet, or none.
    """
    with open_archive(path, file_name, limits) as archive, TextStore() as strings:
        package = Package(archive, file_name, limits, path.stat().st_size)
        book = _Book(package, strings)
        workbook = Workbook(book.sheets, package.bytes_done, book.issues)
        yield table_of(workbook, file_name, choice)


class _Book:
    """What all sheets share: shared strings, number formats, the calendar."""

    def __init__(self, package: Package, strings: TextStore) -> None:
        self.package, self.strings = package, strings
        self.from_1904 = False
        self.sheets: list[_Sheet] = []
        self.unvalued = _unvalued()
        self._read_workbook()
        self.formats = read_formats(package)
        self._has_strings = False

    def issues(self) -> list[Issue]:
        """What was unusual in the sheet that was read last."""
        return self.unvalued.issues()

    def string(self, place: str) -> str:
        """A shared string; they are read when the first one is asked for."""
        if not self._has_strings:
            read_strings(self.package, self.strings)
            self._has_strings = True
        try:
            return self.strings[int(place)]
        except (ValueError, IndexError):
            raise DamagedFile(
                "A cell of the workbook refers to a text that is not there.",
                "Save it again in Excel.",
                file=self.package.file_name,
                value=place[:60],
            ) from None

    def _read_workbook(self) -> None:
        targets = _relationships(self.package)

        def start(name: str, attributes: dict[str, str]) -> None:
            if name == "workbookPr":
                self.from_1904 = attributes.get("date1904") in ("1", "true")
            elif name == "sheet":
                identity = next((value for key, value in attributes.items() if key.endswith(":id")), "")
                part = targets.get(identity)
                if part is not None and self.package.has(part):
                    is_visible = attributes.get("state", "visible") == "visible"
                    self.sheets.append(_Sheet(self, attributes.get("name", ""), part, is_visible=is_visible))

        self.package.parse(WORKBOOK, start)


def _unvalued() -> Tally:
    return Tally(
        "formula_without_value",
        "warning",
        "formulas have no value stored with them; their cells are empty",
        "Open the workbook in a spreadsheet program, let it calculate, and save it.",
    )


def _relationships(package: Package) -> dict[str, str]:
    """The parts that are sheets, by the identity that the workbook calls them."""
    targets: dict[str, str] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("Type", "").endswith("/worksheet"):
            target = attributes.get("Target", "").replace("\\", "/")
            targets[attributes.get("Id", "")] = posixpath.normpath(posixpath.join("xl", target))

    package.parse("xl/_rels/workbook.xml.rels", start)
    return targets


class _Sheet:
    """One sheet."""

    def __init__(self, book: _Book, name: str, part: str, *, is_visible: bool) -> None:
        self.name, self.is_visible = name, is_visible
        self._book, self._part = book, part

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        package = self._book.package
        handler = SheetRows(self._book, package.limits, package.file_name)
        self._book.unvalued = _unvalued()
        pump = XmlPump(handler, package.file_name)
        for _ in pump.run(package.chunks(self._part, counted=True)):
            yield from handler.taken()

    def merged(self) -> Sequence[Merged]:
        found: list[Merged] = []
        rest = b""
        for chunk in self._book.package.chunks(self._part):
            text = rest + chunk
            if b"mergeCell" in text:
                found += [_merged(match) for match in MERGED.finditer(text)]
            last = text.rfind(b"<")
            is_cut = last >= 0 and len(text) - last < LONGEST_TAG and b">" not in text[last:]
            rest = text[last:] if is_cut else b""
            if len(found) >= MOST_MERGED:
                return found[:MOST_MERGED]
        return found


def _merged(match: re.Match[bytes]) -> Merged:
    first, first_row, last, last_row = match.groups()
    last_column = min(column_of(last.decode()), MOST_COLUMNS - 1)
    return Merged(int(first_row), column_of(first.decode()), min(int(last_row), MOST_ROWS), last_column)

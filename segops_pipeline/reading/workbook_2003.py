"""Workbooks in the XML of Excel 2003, which shops still export as .xls or .xml: the sheets' rows as text.

What belongs here: its elements (Workbook, Worksheet, Row, Cell, Data). What doesn't: which sheet, and what merged
cells mean (workbook.py). Numbers are as they are stored, dates as ISO 8601.
"""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from segops_pipeline.reading.choice import DialectChoice
from segops_pipeline.reading.encoding import detect_encoding
from segops_pipeline.reading.limits import Limits
from segops_pipeline.reading.streamed import StreamedTable
from segops_pipeline.reading.text_pieces import TextPieces
from segops_pipeline.reading.workbook import MOST_COLUMNS, MOST_MERGED, MOST_ROWS, Merged, Workbook, table_of
from segops_pipeline.reading.xml_events import FORBIDDEN, XmlPump, local

MIDNIGHT = "T00:00:00"
BOOLEANS = {"0": "FALSE", "1": "TRUE"}


@contextmanager
def open_2003(path: Path, file_name: str, limits: Limits, choice: DialectChoice) -> Generator[StreamedTable]:
    """The table of a workbook of Excel 2003.

    Raises:
        DamagedFile, UnsafeFile: it is no XML, or built to harm.
        UnknownSheet, EmptyFile: there is no such sheet, or none.
    """
    text = TextPieces(path, detect_encoding(path, file_name), FORBIDDEN)
    names = _Rows(-1, limits, file_name)
    for _ in XmlPump(names, file_name).run(text):
        pass
    sheets = [_Sheet(text, place, name, limits, file_name) for place, name in enumerate(names.sheets)]
    yield table_of(Workbook(sheets, text.bytes_done, text.issues), file_name, choice)


class _Sheet:
    """One sheet; `place` counts from 0."""

    is_visible = True

    def __init__(self, text: TextPieces, place: int, name: str, limits: Limits, file_name: str) -> None:
        self.name = name
        self._text, self._place, self._limits, self._file_name = text, place, limits, file_name

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        handler = _Rows(self._place, self._limits, self._file_name)
        for _ in XmlPump(handler, self._file_name).run(self._text):
            yield from handler.taken()
            if len(handler.sheets) > self._place + 1:
                return

    def merged(self) -> Sequence[Merged]:
        handler = _Rows(self._place, self._limits, self._file_name)
        for _ in XmlPump(handler, self._file_name).run(self._text):
            handler.taken()
        return handler.merged[:MOST_MERGED]


class _Rows:
    """Gathers the names of all sheets, and the rows of the one at `place`."""

    def __init__(self, place: int, limits: Limits, file_name: str) -> None:
        self.sheets: list[str] = []
        self.merged: list[Merged] = []
        self._wanted, self._limits, self._file_name = place, limits, file_name
        self._done: list[tuple[int, list[str]]] = []
        self._row = self._column = self._length = 0
        self._cells: list[str] = []
        self._pieces: list[str] = []
        self._kind = ""
        self._across = 0
        self._takes_text = False

    def taken(self) -> list[tuple[int, list[str]]]:
        """The rows since the last time."""
        done, self._done = self._done, []
        return done

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        name = local(name)
        given = {local(key): value for key, value in attributes.items()}
        if name == "Worksheet":
            self.sheets.append(given.get("Name", ""))
            self._row = 0
        elif len(self.sheets) - 1 != self._wanted:
            return
        elif name == "Row":
            self._row = min(max(_whole(given.get("Index")), self._row + 1), MOST_ROWS)
            self._cells, self._column, self._length = [], 0, 0
        elif name == "Cell":
            self._begin_cell(given)
        elif name == "Data":
            self._kind, self._takes_text = given.get("Type", "String"), True

    def end(self, name: str) -> None:
        """An element ends."""
        name = local(name)
        if len(self.sheets) - 1 != self._wanted:
            return
        if name == "Data":
            self._takes_text = False
        elif name == "Cell":
            text = _shown("".join(self._pieces), self._kind)
            if text:
                self._cells += [""] * (self._column + 1 - len(self._cells))
                self._cells[self._column] = text
            self._column += 1 + self._across
        elif name == "Row":
            self._done.append((self._row, self._cells))

    def text(self, data: str) -> None:
        """Text within an element."""
        if self._takes_text:
            self._pieces.append(data)
            self._length += len(data)
            if self._length > self._limits.max_record_characters:
                raise self._limits.cell_too_large(self._file_name, self._row, None, self._pieces[0])

    def _begin_cell(self, given: dict[str, str]) -> None:
        self._column = max(_whole(given.get("Index")) - 1, self._column)
        self._across, down = _whole(given.get("MergeAcross")), _whole(given.get("MergeDown"))
        if self._column + self._across >= MOST_COLUMNS:
            raise self._limits.too_many_columns(self._file_name, self._row, self._column + self._across + 1)
        if (self._across or down) and len(self.merged) < MOST_MERGED:
            last_row = min(self._row + down, MOST_ROWS)
            self.merged.append(Merged(self._row, self._column, last_row, self._column + self._across))
        self._pieces, self._kind = [], "String"


def _shown(text: str, kind: str) -> str:
    if kind == "DateTime":
        return text.partition(".")[0].removesuffix(MIDNIGHT).replace("T", " ")
    return BOOLEANS.get(text, text) if kind == "Boolean" else text


def _whole(text: str | None) -> int:
    return int(text) if text is not None and text.isdecimal() and len(text) < 10 else 0

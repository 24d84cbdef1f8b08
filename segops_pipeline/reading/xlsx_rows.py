"""The rows of an Excel sheet as text (ECMA-376 part 1, 18.3).

What belongs here: the elements of one sheet. What doesn't: the workbook around it (workbook_xlsx.py).
"""

import re
from typing import Protocol

from segops_pipeline.errors import DamagedFile
from segops_pipeline.reading.limits import Limits
from segops_pipeline.reading.number_format import CellFormat, cell_format
from segops_pipeline.reading.tally import Tally
from segops_pipeline.reading.workbook import MOST_COLUMNS, MOST_ROWS
from segops_pipeline.reading.xlsx_package import unescaped, whole
from segops_pipeline.reading.xml_events import local

GENERAL = cell_format("General")
BOOLEANS = {"0": "FALSE", "1": "TRUE", "false": "FALSE", "true": "TRUE"}


class Shared(Protocol):
    """What a sheet takes from its workbook; `unvalued` counts formulas without a value."""

    formats: list[CellFormat]
    from_1904: bool
    unvalued: Tally

    def string(self, place: str) -> str:
        """The shared string of a place."""
        ...


def column_of(letters: str) -> int:
    """The column of its letters, from 0: `A` is 0, `AA` is 26."""
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column - 1


class SheetRows:
    """Gathers the rows of a sheet as text."""

    def __init__(self, book: Shared, limits: Limits, file_name: str) -> None:
        self._book, self._limits, self._file_name = book, limits, file_name
        self._done: list[tuple[int, list[str]]] = []
        self._row = self._column = 0
        self._cells: list[str] = []
        self._type, self._style = "n", 0
        self._pieces: list[str] = []
        self._length = 0
        self._takes_text = self._is_phonetic = self._has_value = self._has_formula = False
        self._columns: dict[str, int] = {}
        self._names: dict[str, str] = {}

    def taken(self) -> list[tuple[int, list[str]]]:
        """The rows since the last time."""
        done, self._done = self._done, []
        return done

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if ":" in name:
            name = local(name)
        if name == "c":
            self._begin_cell(attributes)
        elif name == "v" or (name == "t" and not self._is_phonetic):
            self._takes_text = True
        elif name == "f":
            self._has_formula = True
        elif name == "row":
            self._begin_row(attributes.get("r"))
        elif name == "rPh":
            self._is_phonetic = True

    def end(self, name: str) -> None:
        """An element ends."""
        if ":" in name:
            name = local(name)
        if name in ("v", "t"):
            self._takes_text = False
        elif name == "c":
            self._end_cell()
        elif name == "row":
            self._done.append((self._row, self._cells))
        elif name == "rPh":
            self._is_phonetic = False

    def text(self, data: str) -> None:
        """Text within an element."""
        if self._takes_text:
            self._pieces.append(data)
            self._length += len(data)
            if self._length > self._limits.max_record_characters:
                raise self._limits.cell_too_large(self._file_name, self._row, None, self._pieces[0])

    def _begin_row(self, number: str | None) -> None:
        row = int(number) if number is not None and number.isdecimal() else self._row + 1
        if not self._row < row <= MOST_ROWS:
            raise self._damaged(f"The row {row} stands behind row {self._row}")
        self._row, self._column, self._cells, self._length = row, -1, [], 0

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        column = self._column + 1
        if reference is not None:
            letters = reference.rstrip("0123456789")
            known = self._columns.get(letters)
            if known is None:
                known = self._column_of(letters)
            column = known
        if column < self._column:
            raise self._damaged(f"The cell {reference} stands behind others of its row")
        self._column = column
        self._type = attributes.get("t", "n")
        self._style = whole(attributes.get("s"))
        self._pieces = []
        self._has_formula = False

    def _column_of(self, letters: str) -> int:
        if not re.fullmatch("[A-Z]{1,3}", letters) or (column := column_of(letters)) >= MOST_COLUMNS:
            raise self._damaged(f"There is no column '{letters[:20]}'")
        self._columns[letters] = column
        return column

    def _end_cell(self) -> None:
        pieces = self._pieces
        if not pieces:
            if self._has_formula and self._type != "str":
                self._book.unvalued.add(self._row, "The formula has no value stored with it; the cell is empty.")
            return
        text = self._shown(pieces[0] if len(pieces) == 1 else "".join(pieces))
        cells = self._cells
        missing = self._column - len(cells)
        if missing > 0:
            cells += [""] * missing
        cells[self._column :] = [text]

    def _shown(self, text: str) -> str:
        kind = self._type
        if kind == "s":
            return self._book.string(text)
        if kind == "n":
            formats = self._book.formats
            chosen = formats[self._style] if self._style < len(formats) else GENERAL
            if chosen.is_general and len(text) < 16 and text.isdigit():
                return text
            return chosen.shown(text, from_1904=self._book.from_1904)
        if kind == "b":
            return BOOLEANS.get(text, text)
        return text if kind in ("e", "d") else unescaped(text)

    def _damaged(self, message: str) -> DamagedFile:
        return DamagedFile(f"{message}.", "Save the workbook again in Excel.", file=self._file_name, line=self._row)

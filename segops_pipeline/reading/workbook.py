"""The table in a workbook: which sheet has it, where it begins, and what merged cells mean.

What belongs here: what .xlsx, .xls and .ods share. What doesn't: their bytes (workbook_xlsx.py, workbook_xls.py,
workbook_ods.py), and how a number is shown (number_format.py).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Protocol

from segops_pipeline.errors import EmptyFile, Issue, UnknownSheet
from segops_pipeline.reading.choice import DialectChoice
from segops_pipeline.reading.dialect import Dialect
from segops_pipeline.reading.layout import Layout, find_layout
from segops_pipeline.reading.looks import kind_of
from segops_pipeline.reading.streamed import Records, StreamedTable

SAMPLE_RECORDS = 1000
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384  # of a sheet in any of the programs
MOST_MERGED = 200_000
MOST_HEADER_ROWS = 4
MOST_NAMES_TOLD = 20


@dataclass(frozen=True, slots=True)
class Merged:
    """Cells that are shown as one; rows count from 1 and columns from 0, both ends are part of it."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


class Sheet(Protocol):
    """One sheet of a workbook."""

    name: str
    is_visible: bool

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The rows that hold something, each with its number from 1; rows without cells may be missing."""
        ...

    def merged(self) -> Sequence[Merged]:
        """The cells that are shown as one, at most `MOST_MERGED` of them."""
        ...


@dataclass(frozen=True, slots=True)
class Workbook:
    """An open workbook; `issues` is what was unusual, complete when a sheet has been read."""

    sheets: Sequence[Sheet]
    bytes_done: Callable[[], int]
    issues: Callable[[], list[Issue]]


def table_of(workbook: Workbook, file_name: str, choice: DialectChoice) -> StreamedTable:
    """The table of the sheet that is chosen, else of the first visible one that has a table.

    Raises:
        UnknownSheet: there is no sheet of the chosen name.
        EmptyFile: the workbook has no sheet.
    """
    sheet = _sheet_of(workbook.sheets, file_name, choice.sheet)
    merged = _ByRow(sheet.merged())
    sample = [merged.labelled(row, cells) for row, cells in _sample(sheet)]
    layout = _with_merged_header(find_layout(sample, choice.header_row), merged, sample)
    has_header = layout is not None and layout.has_header
    dialect = Dialect(
        "", "", "", None, layout.first_row if layout and has_header else None, "workbook", sheet=sheet.name
    )
    others = [other.name for other in workbook.sheets if other is not sheet and other.is_visible]

    def issues() -> list[Issue]:
        return [*_other_sheets(sheet, others), *workbook.issues(), *merged.issues()]

    def records() -> Records:
        return _records(sheet, merged, layout)

    return StreamedTable(dialect, layout, records, workbook.bytes_done, issues)


def _with_merged_header(layout: Layout | None, merged: "_ByRow", sample: Sequence[list[str]]) -> Layout | None:
    """The layout with the rows that the header's merged cells reach: a label over several columns has names below."""
    if layout is None or not layout.has_header:
        return layout
    row = layout.first_row + 1
    labels = merged.beginning_in(row)
    depth = max([label.last_row - row + 1 for label in labels], default=1)
    below = sample[row] if row < len(sample) else []
    for label in labels:
        names = below[label.first_column : label.last_column + 1]
        if label.last_column > label.first_column and any(names) and not any(map(_is_value, names)):
            depth = max(depth, label.last_row - row + 2)
    if not layout.header_rows < depth <= MOST_HEADER_ROWS:
        return layout
    return replace(layout, header_rows=depth)


def _is_value(cell: str) -> bool:
    """Whether a cell holds a number or a date, as no name does."""
    return bool(cell) and kind_of(cell) != "text"


def _sheet_of(sheets: Sequence[Sheet], file_name: str, chosen: str | None) -> Sheet:
    names = ", ".join(sheet.name for sheet in sheets[:MOST_NAMES_TOLD])
    if chosen is not None:
        for sheet in sheets:
            if sheet.name.strip().casefold() == chosen.strip().casefold():
                return sheet
        raise UnknownSheet(f"The workbook has no sheet '{chosen}'.", f"Choose one of: {names}.", file=file_name)
    if not sheets:
        raise EmptyFile("The workbook has no sheet.", "Choose the file with the table.", file=file_name)
    visible = [sheet for sheet in sheets if sheet.is_visible] or sheets
    return next((sheet for sheet in visible if _has_table(sheet)), next(filter(_has_cells, visible), visible[0]))


def _sample(sheet: Sheet) -> Iterator[tuple[int, list[str]]]:
    return islice(_without_gaps(sheet), SAMPLE_RECORDS)


def _has_table(sheet: Sheet) -> bool:
    """Whether two of the first rows have two cells with something in them."""
    wide = (row for row, cells in _sample(sheet) if sum(1 for cell in cells if cell.strip()) > 1)
    return len(list(islice(wide, 2))) > 1


def _has_cells(sheet: Sheet) -> bool:
    return any(any(cell.strip() for cell in cells) for _, cells in _sample(sheet))


def _without_gaps(sheet: Sheet) -> Iterator[tuple[int, list[str]]]:
    """All rows, so that a row's place is its number; the empty cells at a row's end are left out."""
    following = 1
    for row, cells in sheet.rows():
        for missing in range(following, row):
            yield missing, []
        while cells and not cells[-1]:
            cells.pop()
        yield row, cells
        following = row + 1


def _records(sheet: Sheet, merged: "_ByRow", layout: Layout | None) -> Records:
    """The records: above the table and in its header labels reach over merged columns, below it over merged rows."""
    first_row = 0 if layout is None else layout.first_row + (layout.header_rows if layout.has_header else 0)
    width = 0 if layout is None else layout.width
    for row, cells in _without_gaps(sheet):
        if row <= first_row:
            yield row, merged.labelled(row, cells)
            continue
        filled = merged.repeated(row, cells, first_row)
        if filled and len(filled) < width:  # a row ends with its last filled cell; that is nothing to tell
            filled += [""] * (width - len(filled))
        yield row, filled


class _ByRow:
    """The merged cells of a sheet, by the row where they begin."""

    def __init__(self, merged: Sequence[Merged]) -> None:
        self._of_row: dict[int, list[Merged]] = {}
        for cells in merged:
            self._of_row.setdefault(cells.first_row, []).append(cells)
        self._open: list[tuple[Merged, str]] = []
        self._repeated = 0
        self._is_cut = len(merged) >= MOST_MERGED

    def beginning_in(self, row: int) -> Sequence[Merged]:
        """The merged cells that begin in a row."""
        return self._of_row.get(row, ())

    def labelled(self, row: int, cells: list[str]) -> list[str]:
        """The row with each label over all columns that it spans; a title alone in its row is left as it is."""
        labels = self._of_row.get(row)
        if not labels or sum(1 for cell in cells if cell.strip()) < 2:
            return cells
        spread = list(cells)
        for label in labels:
            if label.first_column < len(cells) and (text := cells[label.first_column]):
                spread += [""] * (label.last_column + 1 - len(spread))
                spread[label.first_column : label.last_column + 1] = [text] * (
                    label.last_column + 1 - label.first_column
                )
        return spread

    def repeated(self, row: int, cells: list[str], first_row: int) -> list[str]:
        """The row with the values of cells that reach down to it; a row with nothing of its own stays blank."""
        self._open = [(label, text) for label, text in self._open if label.last_row >= row]
        if any(cells):
            for label, text in self._open:
                cells += [""] * (label.first_column + 1 - len(cells))
                if not cells[label.first_column]:
                    cells[label.first_column] = text
                    self._repeated += 1
        for label in self._of_row.get(row, ()):
            if row > first_row and label.last_row > row and label.first_column < len(cells):
                self._open.append((label, cells[label.first_column]))
        return cells

    def issues(self) -> list[Issue]:
        """What became of merged cells."""
        said: list[Issue] = []
        if self._repeated:
            message = f"Cells merged over several rows: their value was repeated in {self._repeated:,} cells."
            said.append(Issue("merged_cells", message, "info"))
        if self._is_cut:
            message = f"The sheet has more than {MOST_MERGED:,} merged cells; the values of the others stand once."
            said.append(Issue("merged_cells", message, "warning"))
        return said


def _other_sheets(sheet: Sheet, others: Sequence[str]) -> list[Issue]:
    if not others:
        return []
    named = ", ".join(others[:MOST_NAMES_TOLD])
    message = f"The sheet '{sheet.name}' was read; not read: {named}."
    return [Issue("other_sheets", message, "info", suggestion="Choose another one with --sheet.")]

"""Where in the records of a file its table is, and what its rows usually look like.

What belongs here: which record is the first of the table, how many are its header, and how wide it is. What
doesn't: splitting text into records (delimited.py), whether the first record is a header (heading.py), naming the
columns (headers.py), and where the table ends (table_end.py).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from segops_pipeline.errors import UnknownRow
from segops_pipeline.reading.choice import NO_HEADER
from segops_pipeline.reading.heading import (
    LEAST_ROWS,
    MOST_HEADER_ROWS,
    group_row_above,
    is_headless,
    is_row_of,
    names_columns,
    rows_of_header,
    value_columns,
)

LOOKED_AT = 200
FULL_ENOUGH = 0.6

Record = list[str]
Placed = tuple[int, Record]
"""A record and its 0-based place among the records."""


@dataclass(frozen=True, slots=True)
class Layout:
    """`first_row` is the record (0-based, blank lines counted) where the table begins: the first of its
    `header_rows` when `has_header`, else its first row. `width` is its number of columns.

    `usual_cells` is how many cells of a row have a value, in half of the rows at least; `value_columns` are the
    places of the columns that nearly always hold a number, a date or an address. `is_exact` says that the file names
    its columns and marks each row, as JSON and XML do, so that every record below the first one is a row.
    """

    first_row: int
    has_header: bool
    width: int
    header_rows: int = 1
    usual_cells: int = 0
    value_columns: tuple[int, ...] = ()
    is_exact: bool = False


def find_layout(records: Sequence[Record], header_row: int | None = None) -> Layout | None:
    """The layout that a file's first records show; None when they are all blank.

    `header_row` is where a person says that the header is, or `NO_HEADER`.

    Raises:
        UnknownRow: there is nothing where the header should be.
    """
    filled = [(place, record) for place, record in enumerate(records) if any(cell.strip() for cell in record)]
    if not filled:
        return None
    first, header_rows = _top(records, filled, header_row)
    table = _table_from(first, filled)
    body = _until_blank(records, first + header_rows)
    return Layout(
        first,
        header_rows > 0,
        _width(max(table[: max(1, header_rows)], key=len), table[max(1, header_rows) :]),
        header_rows,
        _usual_cells(body),
        value_columns(body),
    )


def _top(records: Sequence[Record], filled: Sequence[Placed], header_row: int | None) -> tuple[int, int]:
    """The first record of the table, and how many are its header."""
    first = _first_of_table(filled, Counter(len(record) for _, record in filled).most_common(1)[0][0])
    if header_row is not None and header_row != NO_HEADER:
        first = _chosen_row(filled, header_row, len(records))
        return first, rows_of_header(_table_from(first, filled))
    if header_row is None:
        grouped = group_row_above(records, first, LOOKED_AT)
        table = _table_from(first - grouped, filled)
        header_rows = grouped + rows_of_header(table[grouped:])
        if header_rows > 1 or not is_headless(table[0], table[1:]):
            return first - grouped, header_rows
    rows = _table_from(first, filled)
    while first > 0 and is_row_of(records[first - 1], rows):
        first -= 1
    if header_row is None and first > 0 and names_columns(records[first - 1], rows):
        return first - 1, 1
    return first, 0


def _chosen_row(filled: Sequence[Placed], header_row: int, looked_at: int) -> int:
    """The place of the header that a person has chosen: a blank line stands for the next record.

    Raises:
        UnknownRow: there is no record, as far as the file has been looked at.
    """
    for place, _ in filled:
        if place >= header_row:
            return place
    raise UnknownRow(
        f"Row {header_row + 1:,} cannot be the header: nothing stands there, in the {looked_at:,} rows looked at.",
        "Rows are counted from 1, blank ones included.",
    )


def _table_from(first: int, filled: Sequence[Placed]) -> list[Record]:
    return [record for place, record in filled if place >= first][: LOOKED_AT + MOST_HEADER_ROWS]


def _until_blank(records: Sequence[Record], start: int) -> list[Record]:
    """The first rows of the table, up to a blank line: below one, another table or notes may follow."""
    rows: list[Record] = []
    for record in records[start : start + 2 * LOOKED_AT]:
        if filled_cells(record):
            rows.append(record)
        elif len(rows) >= LEAST_ROWS:
            break
    return rows[:LOOKED_AT]


def usual_width(records: Sequence[Record]) -> int | None:
    """The number of cells that most records have; None where there are no records."""
    widths = Counter(len(record) for record in records if record)
    return widths.most_common(1)[0][0] if widths else None


def filled_cells(record: Record) -> int:
    """How many cells of a record have a value."""
    return sum(map(bool, map(str.strip, record)))


def is_separator_line(record: Record) -> bool:
    """Excel's first line `sep=;`, which names the delimiter."""
    return bool(record) and record[0].lower().startswith("sep=") and filled_cells(record) == 1


def _first_of_table(filled: Sequence[Placed], usual_width: int) -> int:
    """The first record that is about as full as the others; titles and notes above a table are not."""
    sizes = sorted(filled_cells(record) for _, record in filled[:LOOKED_AT])
    usual = sizes[len(sizes) * 3 // 4]
    for place, record in filled[:LOOKED_AT][:-1]:  # below a header there is a row
        if is_separator_line(record) or _is_comment(record):
            continue
        if filled_cells(record) >= FULL_ENOUGH * usual and (len(record) > 1 or usual_width == 1):
            return place
    return filled[0][0]


def _is_comment(record: Record) -> bool:
    return all(cell.lstrip().startswith("#") for cell in record if cell.strip())


def _width(head: Record, rows: Sequence[Record]) -> int:
    """The header's width, or that of the rows where most of them have values beyond it.

    Columns at the end that have neither a name nor any value are those of delimiters at the end of each line.
    """
    longer = [len(row) for row in rows if any(row[len(head) :])]
    if len(longer) * 2 > len(rows):
        return Counter(longer).most_common(1)[0][0]
    width = len(head)
    while width > 1 and rows and not head[width - 1].strip() and not any(_has_value(row, width - 1) for row in rows):
        width -= 1
    return width


def _has_value(row: Record, column: int) -> bool:
    return column < len(row) and bool(row[column].strip())


def _usual_cells(rows: Sequence[Record]) -> int:
    sizes = sorted(filled_cells(row) for row in rows)
    return sizes[len(sizes) // 2] if sizes else 0

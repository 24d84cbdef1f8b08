"""Where the table is among the records: what stands before it, its header, how many columns it has.

What belongs here: rules about records. What doesn't: splitting text into them (delimited.py) and naming the
columns (headers.py).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from segops_pipeline.reading.choice import NO_HEADER
from segops_pipeline.reading.looks import kind_of

LOOKED_AT = 200
FULL_ENOUGH = 0.6
YEARS = range(1900, 2101)

Record = list[str]


@dataclass(frozen=True, slots=True)
class Layout:
    """`first_row` is the record (0-based, blank lines counted) where the table begins: its header when
    `has_header`, else its first row. `width` is its number of columns.
    """

    first_row: int
    has_header: bool
    width: int


def find_layout(records: Sequence[Record], header_row: int | None = None) -> Layout | None:
    """The layout that a file's first records show; None when they are all blank.

    `header_row` is where a person says that the header is, or `NO_HEADER`.
    """
    filled = [(place, record) for place, record in enumerate(records) if any(cell.strip() for cell in record)]
    if not filled:
        return None
    usual_width = Counter(len(record) for _, record in filled).most_common(1)[0][0]
    first = _first_of_table(filled, usual_width)
    if header_row is not None and header_row != NO_HEADER:
        first = next((place for place, _ in filled if place >= header_row), first)
    table = [record for place, record in filled if place >= first]
    head, rows = table[0], table[1 : LOOKED_AT + 1]
    has_header = not _is_headless(head, rows) if header_row is None else header_row != NO_HEADER
    return Layout(first, has_header, _width(head, rows))


def usual_width(records: Sequence[Record]) -> int | None:
    """The number of cells that most records have; None where there are no records."""
    widths = Counter(len(record) for record in records if record)
    return widths.most_common(1)[0][0] if widths else None


def _first_of_table(filled: Sequence[tuple[int, Record]], usual_width: int) -> int:
    """The first record that is about as full as the others; titles and notes above a table are not."""
    sizes = sorted(_filled_cells(record) for _, record in filled[:LOOKED_AT])
    usual = sizes[len(sizes) * 3 // 4]
    for place, record in filled[:LOOKED_AT][:-1]:  # below a header there is a row
        if is_separator_line(record) or _is_comment(record):
            continue
        if _filled_cells(record) >= FULL_ENOUGH * usual and (len(record) > 1 or usual_width == 1):
            return place
    return filled[0][0]


def _filled_cells(record: Record) -> int:
    return sum(1 for cell in record if cell.strip())


def is_separator_line(record: Record) -> bool:
    """Excel's first line `sep=;`, which names the delimiter."""
    return bool(record) and record[0].lower().startswith("sep=") and _filled_cells(record) == 1


def _is_comment(record: Record) -> bool:
    return all(cell.lstrip().startswith("#") for cell in record if cell.strip())


def _width(head: Record, rows: Sequence[Record]) -> int:
    """The header's width, or that of the rows where most of them have values beyond it."""
    longer = [len(row) for row in rows if any(row[len(head) :])]
    if len(longer) * 2 > len(rows):
        return Counter(longer).most_common(1)[0][0]
    return len(head)


def _is_headless(head: Record, rows: Sequence[Record]) -> bool:
    """Whether the first record is one of the rows: its cells are values like those below, none is a name.

    A word that comes again below says little by itself: half of the record's cells must, or one be a value.
    """
    rows = [row for row in rows if row != head]
    if not rows or _counts_up(head):
        return False
    values = words_again = 0
    for column, cell in enumerate(head):
        below = [row[column] for row in rows if column < len(row) and row[column].strip()]
        if not cell.strip() or not below:
            continue
        kinds = Counter(map(kind_of, below))
        kind, count = kinds.most_common(1)[0]
        if kind != "text" and count >= 0.8 * len(below):
            if kind_of(cell) != kind:
                return False
            values += 1
        elif cell in below:
            words_again += 1
    return values > 0 or 2 * words_again >= _filled_cells(head)


def _counts_up(head: Record) -> bool:
    """Whether the numbers in a record are years or 1, 2, 3 …: names of columns, not values."""
    numbers = [int(cell) for cell in head if cell.strip().isdecimal()]
    if len(numbers) < 2:
        return False
    return all(number in YEARS for number in numbers) or all(after - before == 1 for before, after in pairwise(numbers))

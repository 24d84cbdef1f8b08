"""Which of a table's first records are its header: none, one or several.

What belongs here: what tells a header from rows. What doesn't: where the table begins (layout.py) and how its
columns are called (headers.py).
"""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from segops_pipeline.reading.looks import LONGEST, kind_of

YEARS = range(1900, 2101)
NEARLY_ALL = 0.8
MOST_HEADER_ROWS = 4
LEAST_ROWS = 3
OFTEN, OFTEN_SHARE = 3, 0.05
LEAST_VALUE_COLUMNS = 3  # for a second row of names that is as full as the first

KINDS = {"number", "date", "address"}
LETTERS, DIGITS = re.compile(r"[^\W\d_]+"), re.compile(r"\d+")
NUMBERED = re.compile(r"([^\W\d]{0,20})(\d{1,9})")

Record = list[str]


def is_headless(head: Record, rows: Sequence[Record]) -> bool:
    """Whether the first record is one of the rows: its cells are values like those below, none is a name.

    A word that comes again below says little by itself: half of the record's cells must, or one very often.
    """
    others = [row for row in rows if row != head]
    if not others:  # the same record over and over
        return bool(rows) and not _counts_up(head, rows) and any(look_of_name(cell) != "text" for cell in head)
    rows = others
    if _counts_up(head, rows):
        return False
    values = words_again = most_often = 0
    for column, cell in enumerate(head):
        below = _column(rows, column)
        if not cell.strip() or not below:
            continue
        look, share = _usual_look(below)
        if look != "text" and share >= NEARLY_ALL:
            if look_of_name(cell) == look:
                values += 1
            elif look in KINDS or look_of_name(cell) == "text":
                return False
        elif cell in below:
            words_again += 1
            times = below.count(cell)
            most_often = max(most_often, times if times >= OFTEN_SHARE * len(below) else 0)
    if values > 0 or most_often >= OFTEN:
        return True
    return words_again > 1 and 2 * words_again >= sum(1 for cell in head if cell.strip())


def rows_of_header(table: Sequence[Record]) -> int:
    """How many of the table's first records are its header, if it has one: more than one on strong evidence only."""
    count = 1
    while count < min(MOST_HEADER_ROWS, len(table) - 1) and _goes_on(table[0], table[count], table[count + 1 :]):
        count += 1
    return count if len(table) > count else 1


def group_row_above(records: Sequence[Record], first: int, most_rows: int) -> bool:
    """Whether the record above the fullest one names groups of columns: `Price,,Stock,` above `EUR,USD,DE,FR`.

    Evidence is that it fills blank names, or makes names that are alike different ones.
    """
    if first < 1 or first + 1 >= len(records):
        return False
    above, head = records[first - 1], records[first]
    rows = [row for row in records[first + 1 : first + 1 + most_rows] if any(row)]
    named = [cell for cell in above if cell.strip()]
    if len(named) < 2 or len(set(named)) < len(named) or len(above) < 3 or len(above) != len(head):
        return False
    if any(kind_of(cell) != "text" or cell.rstrip().endswith(":") for cell in [*named, *head]):
        return False
    if not rows or is_headless(head, rows):
        return False
    names = [cell.strip() for cell in head if cell.strip()]
    joined = [name for name in join_header([above, head]) if name]
    fills = any(up.strip() and not low.strip() and _column(rows, place) for place, (up, low) in _pairs(above, head))
    return len(set(joined)) == len(joined) and (fills or len(set(names)) < len(names))


def is_row_of(record: Record, rows: Sequence[Record]) -> bool:
    """Whether a record above `rows`, of fewer cells with a value, is one of them.

    Its first cell looks as those below it, and so do others, at least as many as do not; where they are words only, as
    a title's are too, there is never a blank in one.
    """
    if len(record) != len(rows[0]):
        return False
    alike: list[bool] = []
    has_value, are_words = False, True
    for column, cell in enumerate(record):
        below = _column(rows, column)
        if not cell.strip() or not below:
            continue
        look, share = _usual_look(below)
        is_value = look != "text" and share >= NEARLY_ALL
        alike.append(look_of_name(cell) == (look if is_value else "text"))
        has_value = has_value or (is_value and alike[-1])
        are_words = are_words and not is_value and not any(" " in text.strip() for text in (cell, *below))
    return bool(alike) and alike[0] and 2 * sum(alike) >= len(alike) and (has_value or are_words)


def names_columns(record: Record, rows: Sequence[Record]) -> bool:
    """Whether a record above rows without a header names some of their columns."""
    named = [cell.strip() for cell in record if cell.strip()]
    return (
        len(record) == len(rows[0])
        and 1 < len(named) == len(set(named))
        and all(kind_of(cell) == "text" and not cell.endswith(":") for cell in named)
        and not any(cell in _column(rows, place) for place, cell in enumerate(record) if cell.strip())
    )


def join_header(parts: Sequence[Record]) -> Record:
    """One name for each column from a header of several records, joined by a space.

    A cell that is blank above a name stands for the last one to its left, as merged cells are written.
    """
    if len(parts) == 1:
        return list(parts[0])
    width = max(map(len, parts))
    rows = [[*part, *[""] * (width - len(part))] for part in parts]
    for row, below in pairwise(rows):
        last = ""
        for place, cell in enumerate(row):
            last = cell if cell.strip() else last
            if not cell.strip() and below[place].strip() and row[0].strip() != last.strip():
                row[place] = last
    return [" ".join(cell.strip() for cell in column if cell.strip()) for column in zip(*rows, strict=True)]


def value_columns(rows: Sequence[Record]) -> tuple[int, ...]:
    """The places of the columns that hold numbers, dates or addresses in nearly all of the `rows` that fill them."""
    width = max(map(len, rows), default=0)
    found: list[int] = []
    for column in range(width):
        below = _column(rows, column)
        if len(below) > 1 and sum(1 for cell in below if kind_of(cell) != "text") >= NEARLY_ALL * len(below):
            found.append(column)
    return tuple(found)


def _goes_on(head: Record, second: Record, rows: Sequence[Record]) -> bool:
    """Whether the header goes on in `second`: the same once more, units or parts of names, or names once more."""
    if second == head:
        return any(row != head for row in rows)
    named = [place for place, cell in enumerate(second) if cell.strip()]
    if len(rows) < LEAST_ROWS or not named or any(kind_of(second[place]) != "text" for place in named):
        return False
    columns = set(value_columns(rows))
    if any(place in columns and kind_of(cell) != "text" for place, cell in enumerate(head)):
        return False
    if not second[0].strip():
        return len(_column(rows, 0)) > NEARLY_ALL * len(rows) and all(
            place in columns or place >= len(head) or not head[place].strip() for place in named
        )
    names = [second[place].strip() for place in named]
    return (
        len(columns) >= LEAST_VALUE_COLUMNS
        and columns <= set(named)
        and len(set(names)) == len(names)
        and len(names) >= NEARLY_ALL * sum(1 for cell in head if cell.strip())
        and not any(_is_like(cell, _column(rows, place)) for place, cell in enumerate(second))
    )


def _is_like(cell: str, below: Sequence[str]) -> bool:
    """Whether a cell is one of those below it, or a code as they are."""
    return cell in below or (look_of_name(cell) != "text" and _usual_look(below or [""]) == (look_of_name(cell), 1.0))


def _pairs(above: Record, head: Record) -> list[tuple[int, tuple[str, str]]]:
    return list(enumerate(zip(above, head, strict=True)))


def _column(rows: Sequence[Record], column: int) -> list[str]:
    """The cells of a column that have a value."""
    return [row[column] for row in rows if column < len(row) and row[column].strip()]


def _usual_look(cells: Sequence[str]) -> tuple[str, float]:
    """What most cells look like, and the share of those that do."""
    look, count = Counter(map(look_of_name, cells)).most_common(1)[0]
    return look, count / len(cells)


def look_of_name(cell: str) -> str:
    """The kind of a cell; of a code with digits its shape (`A-17` is `a-9`), which few names have."""
    kind = kind_of(cell)
    if kind != "text" or len(cell) > LONGEST:
        return kind
    shape = DIGITS.sub("9", LETTERS.sub("a", cell.strip()))
    return shape if "9" in shape and " " not in shape else kind


def _counts_up(head: Record, rows: Sequence[Record]) -> bool:
    """Whether the numbers in a record are years or go up by equal steps (1, 2, 3; 36, 38, 40): names, not values."""
    numbers = [int(cell) for cell in head if cell.strip().isdecimal() and len(cell.strip()) == len("2024")]
    if len(numbers) > 1 and all(number in YEARS for number in numbers):
        return True
    return _is_series(head) and not all(_is_series(row) for row in rows[:LEAST_ROWS])


def _is_series(record: Record) -> bool:
    cells = [cell.strip() for cell in record if cell.strip()]
    numbered = [found for cell in cells if (found := NUMBERED.fullmatch(cell))]
    numbers = [int(found[2]) for found in numbered]
    if len(numbers) < 2 or len({found[1] for found in numbered}) > 1:
        return False
    steps = {after - before for before, after in pairwise(numbers)}
    return steps == {1} or (len(numbers) > 2 and len(steps) == 1)

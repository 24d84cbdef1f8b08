"""Where a table ends: totals, notes and further tables below its rows, found while the rows stream.

Few rows are held back, and only those that are not like the others: what is not a row must show it. What belongs
here: that decision. What doesn't: what is above the table (layout.py), and saying it (table_rows.py).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from segops_pipeline.reading.heading import look_of_name, value_columns
from segops_pipeline.reading.layout import Layout, filled_cells
from segops_pipeline.reading.looks import kind_of

Numbered = tuple[int, list[str]]
"""The 1-based line where a record starts, and its cells."""

MOST_NOTES = 30
ROWS_TO_CONFIRM = 3
LONGEST_NAME = 60
SAME_NAMES = 0.5
MOST_ODD_WORDS = 3  # from so many names on, where there should be values, a record is no row
TOTALS = {
    *("total", "totals", "grand total", "subtotal", "sub-total", "sub total", "sum", "total general", "overall total"),
    *("summe", "gesamt", "gesamtsumme", "zwischensumme", "endsumme", "total général", "sous-total", "somme"),
    *("totale", "totale generale", "subtotale", "somma", "suma", "suma total", "soma", "razem", "suma końcowa"),
    *("totaal", "subtotaal", "totalt", "yhteensä", "celkem", "összesen", "toplam", "genel toplam", "итого", "всего"),
    *("合計", "総計", "小計", "总计", "合计", "總計", "합계", "총계", "المجموع", "σύνολο"),
}
ROWS_AFFECTED = re.compile(r"\(?\d[\d,. ]* (rows?|records?|lines?)\b.*", re.IGNORECASE)
NOTE_BEGINS = ("*", "#", "(", "--", "//", "©", "†", "¹")
NOTE_ENDS = (".", ":", "!", ")")


@dataclass(frozen=True, slots=True)
class Shape:
    """What the rows of a table are like, see Layout; `names` are its header's, without blanks around them."""

    names: tuple[str, ...]
    width: int
    usual_cells: int
    value_columns: tuple[int, ...]
    known: frozenset[str] = field(init=False)  # the names that are not empty

    def __post_init__(self) -> None:
        """Know the names as a set: nearly every row is held against them."""
        object.__setattr__(self, "known", frozenset(filter(None, self.names)))

    @classmethod
    def of(cls, header: Sequence[str], layout: Layout) -> "Shape":
        """The shape of the table that a layout describes."""
        names = tuple(cell.strip() for cell in header)
        return cls(names, layout.width, layout.usual_cells, layout.value_columns)

    @classmethod
    def of_rows(cls, header: Sequence[str], rows: Sequence[list[str]]) -> "Shape":
        """The shape that the first rows below a header show."""
        sizes = sorted(map(filled_cells, rows))
        usual = sizes[len(sizes) // 2] if sizes else 0
        return cls(tuple(cell.strip() for cell in header), len(header), usual, value_columns(rows))


def begins_table(cells: list[str], shape: Shape, *, after_blank: bool) -> bool:
    """Whether a record may be the header of another table: rows below it must confirm that.

    It has names of this table's header once more, but not as many columns; or it comes after a blank line and has
    words where this table has numbers, or another width.
    """
    again = len(shape.known.intersection(map(str.strip, cells)))
    if again < 2 and not after_blank:  # nearly every row
        return False
    filled = [text for cell in cells if (text := cell.strip())]
    distinct = set(filled)
    if len(filled) < 2 or len(distinct) < len(filled) or not cells[0].strip():
        return False
    if any(len(cell) > LONGEST_NAME or kind_of(cell) != "text" for cell in filled):
        return False
    if again >= 2 and again >= SAME_NAMES * len(filled):
        return tuple(cell.strip() for cell in cells) != shape.names
    if not after_blank or look_of_name(cells[0]) != "text" or len(filled) <= _last_filled(cells):
        return False
    words = [column for column in shape.value_columns if column < len(cells) and cells[column].strip()]
    ends_early = not cells[-1].strip() and bool(words)
    return len(cells) != shape.width or ends_early or len(words) >= max(1, min(2, len(shape.value_columns)))


def confirms_table(header: list[str], rows: Sequence[list[str]], shape: Shape) -> bool:
    """Whether the rows below a record that may be a header are rows of that table."""
    if not rows:
        return False
    again = sum(1 for cell in header if cell.strip() in shape.names)
    if again >= 2 and again >= SAME_NAMES * filled_cells(header):
        return True
    words = sum(1 for column in shape.value_columns if column < len(header) and header[column].strip())
    if words < MOST_ODD_WORDS and _are_rows_of(rows, shape):
        return False  # rows of this table, and one that says "on request" where they have numbers
    if abs(len(rows[0]) - len(header)) > 1 or filled_cells(rows[0]) < 2:
        return False
    if any(_last_filled(row) > _last_filled(header) for row in rows):  # a header names every column
        return False
    return any(kind_of(row[column]) != "text" for row in rows for column in range(min(len(row), len(header))))


def _are_rows_of(rows: Sequence[Sequence[str]], shape: Shape) -> bool:
    """Whether most records have values wherever this table has them, and all have as many cells."""
    if not shape.value_columns or any(len(row) != shape.width for row in rows):
        return False
    columns = [[row[column] for row in rows if row[column].strip()] for column in shape.value_columns]
    return all(2 * sum(kind_of(cell) != "text" for cell in cells) > len(cells) for cells in columns)


def _last_filled(cells: Sequence[str]) -> int:
    return max((place for place, cell in enumerate(cells) if cell.strip()), default=-1)


def first_below(held: Sequence[Numbered], shape: Shape, *, above_table: bool = False) -> int:
    """From which of the last records on they are not rows but totals and notes; `len(held)` if all are rows.

    `above_table` says that another table follows, whose title may be among them.
    """
    end = len(held)
    if above_table and end > 1 and filled_cells(held[-1][1]) == 1 and filled_cells(held[-2][1]) == 0:
        return first_below(held[:-1], shape)
    if shape.usual_cells < 2:
        return end
    found = end
    for place in range(end - 1, max(-1, end - 1 - MOST_NOTES), -1):
        cells = held[place][1]
        if filled_cells(cells) == 0:
            continue
        after_blank = place > 0 and filled_cells(held[place - 1][1]) == 0
        if is_total(cells, shape) or is_note(cells, shape, after_blank=after_blank):
            found = place
        elif not (is_label(cells, shape) and _follows_blank(held, place, found)):
            break
        else:
            found = place
    return found


def is_total(cells: list[str], shape: Shape) -> bool:
    """Whether a row is a total: called so, less full than the others, and numbers otherwise."""
    filled = [(place, cell.strip()) for place, cell in enumerate(cells) if cell.strip()]
    if not filled or not 1 < len(filled) < shape.usual_cells:
        return False
    (place, label), rest = filled[0], filled[1:]
    if label.rstrip(":").strip().casefold() not in TOTALS or place > 1:
        return False
    return all(kind_of(cell) == "number" and column in shape.value_columns for column, cell in rest)


def is_note(cells: list[str], shape: Shape, *, after_blank: bool) -> bool:
    """Whether a record is a line of text below the table: one cell, and no value that a row could have."""
    if filled_cells(cells) != 1 or shape.usual_cells < (2 if len(cells) == 1 else 3):
        return False
    text = next(cell.strip() for cell in cells if cell.strip())
    is_sentence = " " in text or text.endswith(NOTE_ENDS)
    if ROWS_AFFECTED.fullmatch(text):
        return True
    if text.startswith(NOTE_BEGINS) and (" " in text or (len(cells) == 1 and len(text) > 1)):  # `#17` may be a key
        return True
    return is_sentence and kind_of(text) == "text" and (after_blank or (len(cells) == 1 and shape.width > 2))


def is_label(cells: list[str], shape: Shape) -> bool:
    """Whether a record is a label and its text, like `Printed: | 2024-05-01`, or one more line of a note."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if len(filled) == 1:
        return shape.usual_cells > 2 and kind_of(filled[0]) == "text" and " " in filled[0]
    return len(filled) == 2 and shape.usual_cells > 3 and filled[0].endswith(":") and bool(cells[0].strip())


def _follows_blank(held: Sequence[Numbered], place: int, found: int) -> bool:
    """Whether a blank line stands somewhere between the rows and this record."""
    return found > place and any(filled_cells(cells) == 0 for _, cells in held[:place])

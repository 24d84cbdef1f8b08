"""Which of a file's records are its table: the header, the rows, and what stands above and below them.

What belongs here: the way from the records of any kind of file to a header and rows, in bounded memory. What doesn't:
splitting text into records (delimited.py), finding the layout (layout.py), what a table's end looks like
(table_end.py), fitting rows to columns (fitting.py).
"""

from collections import deque
from collections.abc import Iterator
from itertools import chain

from segops_pipeline.errors import Issue
from segops_pipeline.reading.harmless import is_marked, original, unmarked
from segops_pipeline.reading.heading import join_header
from segops_pipeline.reading.layout import Layout, filled_cells, is_separator_line
from segops_pipeline.reading.table_end import (
    ROWS_TO_CONFIRM,
    Numbered,
    Shape,
    begins_table,
    confirms_table,
    first_below,
    is_total,
)
from segops_pipeline.reading.tally import Tally

MOST_HELD = 50
MOST_REMEMBERED = 1000
SHOWN_CHARACTERS = 200


class TableRows:
    """The table among the records; iterating gives its rows, blank ones included, as they are.

    `header` is [] where the table has none; `header_line` is the line where it starts. A header of several records
    is joined; `names` is the header without what its records have in common. `issues` is complete when all rows
    have been taken. Where the header says that cells were made harmless (`harmless`), all are as they were before.
    """

    def __init__(self, records: Iterator[Numbered], layout: Layout) -> None:
        self.header: list[str] = []
        self.names: list[str] = []
        self.header_line = 1
        self.issues: list[Issue] = []
        self.width = layout.width
        self._records, self._is_exact = records, layout.is_exact
        self._parts: list[list[str]] = []
        self._take_header(layout)
        self._is_harmless = is_marked(self.names)
        if self._is_harmless:
            self.names = unmarked(self.names)
        self._shape = Shape.of(self._parts[-1] if self._parts else [], layout)

    def __iter__(self) -> Iterator[Numbered]:
        """The rows below the header, each with its line."""
        if self._is_harmless:
            return ((line, [original(cell) for cell in cells]) for line, cells in self._rows())
        return self._rows()

    def _rows(self) -> Iterator[Numbered]:
        if self._is_exact:
            yield from self._records
            return
        body = _Body(self._records, self._shape, self._parts)
        yield from body
        self.issues += [*body.header_again.issues(), *body.rows_again.issues(), *_below(body.below, self._shape)]
        while body.next_table:
            (line, header), *following = body.next_table
            rows = [cells for _, cells in following if filled_cells(cells)]
            body = _Body(chain(following, self._records), Shape.of_rows(header, rows), [header])
            size = sum(1 for _, cells in body if filled_cells(cells))
            self.issues.append(_another_table(line, header, size))

    def _take_header(self, layout: Layout) -> None:
        above: list[Numbered] = []
        for _ in range(layout.first_row):
            line, cells = next(self._records)
            if any(cells) and not is_separator_line(cells):
                above.append((line, cells))
        if above:
            self.issues.append(_preamble(above))
        if not layout.has_header:
            return
        self.header_line, first = next(self._records)
        self._parts = [first, *(next(self._records)[1] for _ in range(layout.header_rows - 1))]
        self.header = join_header(self._parts)
        self.names = join_header([part for place, part in enumerate(self._parts) if part not in self._parts[:place]])
        if layout.header_rows > 1:
            self.issues.append(_joined(self.header_line, layout.header_rows, self.names))
        if len(self.header) > layout.width:
            self.issues.append(_no_columns(self.header_line, len(self.header) - layout.width))


class _Body:
    """The rows of one table, from below its header to its end.

    When they have been taken: `below` are the records under the rows that are no rows, `next_table` the header of
    the table that follows and the records below it that have been read.
    """

    def __init__(self, records: Iterator[Numbered], shape: Shape, parts: list[list[str]]) -> None:
        self.below: list[Numbered] = []
        self.next_table: list[Numbered] = []
        self.header_again = Tally("repeated_header", "info", "rows are the header once more and were left out")
        self.rows_again = Tally(
            "repeated_rows", "warning", "rows are those at the beginning once more and were left out"
        )
        self._records, self._shape, self._parts = records, shape, parts
        self._again: deque[Numbered] = deque()
        self._held: deque[Numbered] = deque()
        self._first_rows: list[int] = []

    def __iter__(self) -> Iterator[Numbered]:
        """The rows, blank ones included; those that are not like the others are held back until others follow."""
        width, most_blank = self._shape.width, self._shape.width - self._shape.usual_cells
        held, again, parts, first_rows = self._held, self._again, self._parts, self._first_rows
        records = self._records
        first_name = parts[0][0] if parts else None
        remembers = bool(parts)
        while row := again.popleft() if again else next(records, None):
            cells = row[1]
            if len(cells) == width and cells[0] and cells[0] != first_name and cells.count("") <= most_blank:
                if held:
                    if self._is_next_table(row):
                        break
                    yield from held
                    held.clear()
                yield row
            elif cells in parts:
                remembers = False
                yield from self._header_again(row)
            elif self._is_next_table(row):
                break
            else:
                held.append(row)
                if len(held) > MOST_HELD:
                    yield held.popleft()
            if remembers and cells:
                first_rows.append(hash(tuple(cells)))
                remembers = len(first_rows) < MOST_REMEMBERED
        end = first_below(list(held), self._shape, above_table=bool(self.next_table))
        self.below = [held.pop() for _ in range(len(held) - end)][::-1]
        yield from held

    def _next(self) -> Numbered | None:
        """The next record; those that were read ahead come first."""
        return self._again.popleft() if self._again else next(self._records, None)

    def _header_again(self, row: Numbered) -> Iterator[Numbered]:
        """What is held, and the rows below a header that comes again unless they are the first ones once more."""
        yield from self._held
        self._held.clear()
        self.header_again.add(row[0], "The row is the header once more; it was left out.")
        same: list[Numbered] = []
        for known in self._first_rows:
            while (following := self._next()) and not following[1]:
                pass
            if following is None:
                break
            same.append(following)
            if hash(tuple(following[1])) != known:
                self._again.appendleft(same.pop())
                break
        if len(same) < min(ROWS_TO_CONFIRM, len(self._first_rows)):
            self._again.extendleft(reversed(same))
            return
        for line, _ in same:
            self.rows_again.add(line, "The row is one of the first rows once more, below the same header.")

    def _is_next_table(self, row: Numbered) -> bool:
        """Whether another table begins with this record; then `next_table` has its first records."""
        if not begins_table(row[1], self._shape, after_blank=_comes_after_blank(self._held)):
            return False
        following: list[Numbered] = []
        while len(following) < ROWS_TO_CONFIRM and (record := self._next()):
            if not filled_cells(record[1]):
                self._again.appendleft(record)
                break
            following.append(record)
        if confirms_table(row[1], [cells for _, cells in following], self._shape):
            self.next_table = [row, *following, *self._again]
            return True
        self._again.extendleft(reversed(following))
        return False


def _comes_after_blank(held: "deque[Numbered]") -> bool:
    """Whether what comes next stands below a blank line, with at most a title between."""
    last = filled_cells(held[-1][1]) if held else 2
    return last == 0 or (last == 1 and len(held) > 1 and filled_cells(held[-2][1]) == 0)


def _preamble(above: list[Numbered]) -> Issue:
    where = _lines(above, "stands", "stand")
    return Issue(
        "preamble",
        f"{where} above the table and so did not become a row.",
        "info",
        above[0][0],
        value=_shown([cell for _, cells in above for cell in cells]),
    )


def _joined(line: int, rows: int, names: list[str]) -> Issue:
    said = f"The header has {rows} rows; the names of a column were joined."
    return Issue("header_rows", said, "info", line, value=" | ".join(names)[:SHOWN_CHARACTERS])


def _no_columns(line: int, columns: int) -> Issue:
    what = "The last column has" if columns == 1 else f"The last {columns:,} columns have"
    return Issue("empty_column", f"{what} neither a name nor a value; it was left out.", "info", line)


def _below(below: list[Numbered], shape: Shape) -> list[Issue]:
    """What stands under the rows: each total, and the notes together."""
    totals = [(line, cells) for line, cells in below if is_total(cells, shape)]
    notes = [(line, cells) for line, cells in below if filled_cells(cells) and (line, cells) not in totals]
    said = "The row is a total of the others, not one of them, and was left out."
    suggestion = "If it is a row, give its first cell another name or move it up."
    issues = [
        Issue("total_row", said, "warning", line, value=_shown(cells), suggestion=suggestion) for line, cells in totals
    ]
    if notes:
        said = f"{_lines(notes, 'stands', 'stand')} below the table and so did not become a row."
        issues.append(
            Issue("footer", said, "info", notes[0][0], value=_shown([cell for _, cells in notes for cell in cells]))
        )
    return issues


def _another_table(line: int, header: list[str], rows: int) -> Issue:
    return Issue(
        "another_table",
        f"Another table begins in line {line:,}: {len(header):,} columns, {rows:,} rows. Only the first one was taken.",
        "warning",
        line,
        value=_shown(header),
        suggestion="Put each table in a file of its own.",
    )


def _lines(records: list[Numbered], one: str, more: str) -> str:
    first, last = records[0][0], records[-1][0]
    return f"Line {first:,} {one}" if first == last else f"Lines {first:,} to {last:,} {more}"


def _shown(cells: list[str]) -> str:
    return " | ".join(cell for cell in cells if cell.strip())[:SHOWN_CHARACTERS]

"""Text with a delimiter to records of cells, each with the line in which it starts.

The csv module, strict, does the work; a record that it refuses is split by repair.py and counted. What
belongs here: one pass over the text in bounded memory. What doesn't: which dialect (dialect.py), which
record is the header (layout.py), and what becomes of the rows (staging.py).
"""

import csv
from collections import deque
from collections.abc import Iterator
from typing import Protocol

from segops_pipeline.reading.repair import split_damaged
from segops_pipeline.reading.tally import Tally

MOST_LINES_OF_DAMAGE = 10
NO_LIMIT = 2**31 - 1
csv.field_size_limit(NO_LIMIT)  # the feeder below limits whole records; the module's own limit is per process


class Lines(Protocol):
    """Text that is read line by line: an open file or a StringIO, opened with newline=''."""

    def readline(self, size: int = -1, /) -> str:
        """The next line with its line end, at most `size` characters; '' at the end."""
        ...


class RecordTooLong(Exception):
    """A record has more characters than are taken; it starts in `line` with `start`."""

    def __init__(self, line: int, start: str) -> None:
        super().__init__(line, start)
        self.line, self.start = line, start


class RecordReader:
    """The records of a text, once.

    Iterating gives (1-based line in which the record starts, its cells); a blank line is a record without
    cells. `width` is the number of cells that a damaged record should have, where it is known.
    """

    def __init__(
        self,
        text: Lines,
        delimiter: str,
        quote: str,
        *,
        escape: str | None = None,
        padded: bool = False,
        width: int | None = None,
        has_nul: bool = False,
        max_record_characters: int = NO_LIMIT,
    ) -> None:
        self.width = width
        self.characters = 0
        self.repaired = Tally(
            "stray_quote",
            "warning",
            "rows have quotation marks that do not pair",
            "Check these rows in the preview; in the file, double a quotation mark inside a quoted cell.",
        )
        self.nul = Tally(
            "nul_character",
            "warning",
            "lines have NUL characters, which were left out",
            "Export the file again.",
        )
        self._readline = text.readline
        self._delimiter, self._quote, self._escape, self._padded = delimiter, quote, escape, padded
        self._changes = has_nul or escape is not None
        self._limit = max_record_characters
        self._number = 0
        self._held: list[str] = []
        self._held_characters = 0
        self._again: deque[str] = deque()

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """The records in file order.

        Raises:
            RecordTooLong: a record has more than `max_record_characters`.
        """
        reader = self._reader()
        held = self._held
        while True:
            line = self._number + 1
            held.clear()
            self._held_characters = 0
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                cells = self._repair(line)
                reader = self._reader()
            except RecordTooLong:
                cells = self._repair(line, too_long=True)
                reader = self._reader()
            self.characters += self._held_characters
            yield line, cells

    def _reader(self) -> Iterator[list[str]]:
        return csv.reader(
            self._feed(),
            delimiter=self._delimiter,
            quotechar=self._quote or None,
            quoting=csv.QUOTE_MINIMAL if self._quote else csv.QUOTE_NONE,
            skipinitialspace=self._padded,
            strict=True,
        )

    def _feed(self) -> Iterator[str]:
        held, limit = self._held, self._limit
        while line := self._next_line():
            self._number += 1
            held.append(line)
            self._held_characters += len(line)
            if self._held_characters > limit:
                raise RecordTooLong(self._number - len(held) + 1, held[0][:60])
            yield line

    def _next_line(self) -> str:
        if self._again:
            return self._again.popleft()
        line = self._readline(self._limit + 1)
        return self._changed(line) if self._changes else line

    def _changed(self, line: str) -> str:
        """The line with escaped quotation marks doubled and without NUL characters."""
        if self._escape is not None:
            line = line.replace(self._escape + self._quote, self._quote * 2)
        if "\0" in line:
            count = line.count("\0")
            self.nul.add(self._number + 1, f"{count:,} NUL characters were left out.")
            line = line.replace("\0", "")
        return line

    def _repair(self, line: int, *, too_long: bool = False) -> list[str]:
        """The cells of the record that was refused; lines that are not its own are read again."""
        held = list(self._held)
        taken, cells = self._split(held, 1 if too_long else MOST_LINES_OF_DAMAGE)
        if too_long and (len(cells) != self.width or len(held[0]) > self._limit):
            raise RecordTooLong(line, held[0][:60])  # not a mark too many, but more text than is taken
        self._number = line + taken - 1
        self._again.extendleft(reversed(held[taken:]))
        self._held_characters = sum(map(len, held[:taken]))
        self.repaired.add(
            line,
            f"Quotation marks do not pair; the row was read as {len(cells)} cells.",
            _without_line_end(held[0]),
        )
        return cells

    def _split(self, held: list[str], most_lines: int) -> tuple[int, list[str]]:
        """How many of the `held` lines the record has, and its cells; lines are added as they are needed."""
        if self.width is not None:
            marks = 0
            for taken in range(1, most_lines + 1):
                if taken > len(held):
                    held.append(self._next_line())
                marks += held[taken - 1].count(self._quote)
                if taken == 1 or marks % 2 == 0:  # within a cell of several lines, a mark is still to come
                    cells = self._damaged("".join(held[:taken]), self.width)
                    if cells is not None:
                        return taken, cells
        cells = self._damaged(held[0], None)
        return 1, cells if cells is not None else held[0].split(self._delimiter)

    def _damaged(self, text: str, width: int | None) -> list[str] | None:
        return split_damaged(_without_line_end(text), self._delimiter, self._quote, width, padded=self._padded)


def _without_line_end(text: str) -> str:
    return text.removesuffix("\n").removesuffix("\r")

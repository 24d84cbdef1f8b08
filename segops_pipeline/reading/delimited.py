"""Text with a delimiter to records of cells, each with the line in which it starts.

The csv module, strict, does the work; a record that it refuses is split by repair.py and counted. What
belongs here: one pass over the text in bounded memory. What doesn't: which dialect (dialect.py), which
record is the header (layout.py), and what becomes of the rows (staging.py).
"""

import csv
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from segops_pipeline.errors import Issue
from segops_pipeline.reading.marks import LONE, UNDECODABLE, Exchange, Marks, shown
from segops_pipeline.reading.repair import Repairs
from segops_pipeline.reading.tally import Tally

if TYPE_CHECKING:
    import _csv

MOST_LINES_OF_DAMAGE, MOST_CHARACTERS_OF_DAMAGE = 10, 64 * 1024
LEAST_PATIENCE, LINES_PER_CHARACTER = 50_000.0, 0.01
BLOCK_CHARACTERS = 64 * 1024
LEAST_LIMIT_OF_BLOCKS = 48 * BLOCK_CHARACTERS  # where less is taken, a cell within a block may already be too large
NO_LIMIT = 2**31 - 1
csv.field_size_limit(NO_LIMIT)  # the feeder below limits whole records; the module's own limit is per process


class Lines(Protocol):
    """Text that is read line by line: an open file or a StringIO, opened with newline=''."""

    def readline(self, size: int = -1, /) -> str:
        """The next line with its line end, at most `size` characters; '' at the end."""
        ...

    def read(self, size: int = -1, /) -> str:
        """At most `size` characters; '' at the end."""
        ...


class RecordTooLong(Exception):
    """A record has more characters than are taken; it starts in `line` with `start`."""

    def __init__(self, line: int, start: str) -> None:
        super().__init__(line, start)
        self.line, self.start = line, start


class RecordReader:
    """The records of a text, once.

    Iterating gives (1-based line in which the record starts, its cells); a blank line is a record without
    cells. `width` is the number of cells that a damaged record should have, where it is known; `columns` are the
    header's cells, for issues; `is_clean` says that the text has neither NULs nor undecodable bytes. `originals`
    takes the text of each damaged record by its line, where it is set to a dict.
    """

    def __init__(
        self,
        text: Lines,
        marks: Marks,
        *,
        width: int | None = None,
        columns: Sequence[str] = (),
        is_clean: bool = False,
        max_record_characters: int = NO_LIMIT,
    ) -> None:
        self.characters = 0
        self.originals: dict[int, str] | None = None
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
        self.undecodable = Tally(
            "undecodable_bytes",
            "warning",
            "cells have bytes that are no characters in the file's encoding; they are shown as \ufffd",
            "Choose another encoding if many letters are wrong, or correct these cells in the file.",
        )
        self._text, self._readline = text, text.readline
        self._marks, self._width, self._columns = marks, width, columns
        self._exchange = Exchange(marks)
        self._changes = not is_clean or self._exchange.is_needed
        self._repairs = Repairs(marks.separator, marks.quote, padded=marks.padded)
        self._limit = max_record_characters
        self._block_characters = 0 if self._changes or self._limit < LEAST_LIMIT_OF_BLOCKS else BLOCK_CHARACTERS
        self._is_done = False
        self._number = 0
        self._held: list[str] = []
        self._held_characters = 0
        self._has_lone = False
        self._again: deque[str] = deque()
        self._patience = LEAST_PATIENCE  # how many lines may still be looked at in vain for a closing mark

    def issues(self) -> list[Issue]:
        """What was unusual in the records so far."""
        return [*self.nul.issues(), *self.undecodable.issues(), *self.repaired.issues()]

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """The records in file order.

        Raises:
            RecordTooLong: a record has more than `max_record_characters`.
        """
        while not self._is_done:
            if self._block_characters and not self._again:
                yield from self._whole_blocks()
            yield from self._line_by_line()

    def _whole_blocks(self) -> Iterator[tuple[int, list[str]]]:
        """The records up to one that is damaged or goes on in the next block, which is left in `_again`.

        A block is small enough that no limit can be passed within it.
        """
        while block := self._text.read(self._block_characters):
            block += (rest := self._readline(self._limit + 1))
            if len(rest) > BLOCK_CHARACTERS:
                self._again.extend(StringIO(block, newline=""))
                return
            self.characters += len(block)
            first = done = self._number
            reader = self._reader(StringIO(block, newline=""))
            try:
                for cells in reader:
                    yield done + 1, cells
                    self._number = done = first + reader.line_num
            except csv.Error:
                self.characters -= len(block)
                self._again.extend(islice(StringIO(block, newline=""), done - first, None))
                return

    def _line_by_line(self) -> Iterator[tuple[int, list[str]]]:
        """The records, each with its lines at hand for repair, until whole blocks can be read again."""
        reader = self._reader(self._feed())
        held = self._held
        while True:
            line = self._number + 1
            held.clear()
            self._held_characters = 0
            self._has_lone = False
            try:
                cells = next(reader)
            except StopIteration:
                self._is_done = True
                return
            except csv.Error:
                cells = self._repair(line)
                reader = self._reader(self._feed())
            except RecordTooLong:
                cells = self._repair(line, too_long=True)
                reader = self._reader(self._feed())
            self.characters += self._held_characters
            self._patience += 1
            yield line, self._restored(line, cells) if self._has_lone else cells
            if self._block_characters and not self._again:
                return

    def _reader(self, lines: Iterable[str]) -> "_csv.Reader":
        return csv.reader(
            lines,
            delimiter=self._marks.separator,
            quotechar=self._marks.quote or None,
            quoting=csv.QUOTE_MINIMAL if self._marks.quote else csv.QUOTE_NONE,
            skipinitialspace=self._marks.padded,
            strict=True,
        )

    def _feed(self) -> Iterator[str]:
        held, limit = self._held, self._limit
        while line := self._next_line():
            self._number += 1
            held.append(line)
            self._held_characters += len(line)
            if self._held_characters > limit:
                raise RecordTooLong(self._number - len(held) + 1, shown(held[0][:60]))
            if self._patience < 0 and len(held) > MOST_LINES_OF_DAMAGE:
                raise csv.Error
            yield line

    def _next_line(self) -> str:
        if self._again:
            line = self._again.popleft()
            self._has_lone = self._has_lone or (self._changes and LONE.search(line) is not None)
            return line
        line = self._readline(self._limit + 1)
        return self._changed(line) if self._changes else line

    def _changed(self, line: str) -> str:
        """The line without NUL characters, and with characters of ours for what the csv module does not know."""
        if self._exchange.is_needed:
            line = self._exchange.forth(line)
        if "\0" in line:
            count = line.count("\0")
            self.nul.add(self._number + 1, f"{count:,} NUL characters were left out.")
            line = line.replace("\0", "")
        self._has_lone = self._has_lone or (not line.isascii() and LONE.search(line) is not None)
        return line

    def _restored(self, line: int, cells: list[str]) -> list[str]:
        """The cells with their own characters for ours, and U+FFFD for bytes that are none, which is told."""
        restored = [cell if cell.isascii() else self._exchange.back(cell) for cell in cells]
        for place, cell in enumerate(restored):
            if not cell.isascii() and UNDECODABLE.search(cell):
                restored[place] = UNDECODABLE.sub("\ufffd", cell)
                if not self.undecodable.add_another(line):
                    self._tell_undecodable(line, place, cell, restored[place])
        return restored

    def _tell_undecodable(self, line: int, place: int, cell: str, restored: str) -> None:
        found = "".join(UNDECODABLE.findall(cell))[:10]
        values = " ".join(f"0x{ord(byte) - 0xDC00:02X}" for byte in found)
        column = shown(self._columns[place].strip()) if place < len(self._columns) else ""
        said = f"The bytes {values} are no character in the file's encoding; \ufffd stands for them."
        self.undecodable.add(line, said, restored, column or f"column_{place + 1}")

    def _repair(self, line: int, *, too_long: bool = False) -> list[str]:
        """The cells of the record that was refused; lines that are not its own are read again."""
        held = list(self._held)
        taken, cells = self._split(held, 1 if too_long else MOST_LINES_OF_DAMAGE)
        if too_long and (len(cells) != self._width or len(held[0]) > self._limit):
            raise RecordTooLong(line, shown(held[0][:60]))  # not a mark too many, but more text than is taken
        self._number = line + taken - 1
        self._again.extendleft(reversed(held[taken:]))
        self._patience -= len(held) - taken + LINES_PER_CHARACTER * sum(map(len, held[taken:]))
        self._held_characters = sum(map(len, held[:taken]))
        self._has_lone = any(LONE.search(text) for text in held[:taken]) if self._changes else False
        if self.originals is not None:
            self.originals[line] = self._as_in_file("".join(held[:taken]))
        if not self.repaired.add_another(line):
            said = f"Quotation marks do not pair; the row was read as {len(cells)} cells."
            self.repaired.add(line, said, shown(self._exchange.as_written(_without_line_end(held[0][:1000]))))
        return cells

    def _as_in_file(self, text: str) -> str:
        return UNDECODABLE.sub("\ufffd", self._exchange.as_written(_without_line_end(text)))

    def _split(self, held: list[str], most_lines: int) -> tuple[int, list[str]]:
        """How many of the `held` lines the record has, and its cells; lines are added as they are needed."""
        self._repairs.allow(len(held[0]))
        if self._width is not None:
            marks = characters = 0
            most_lines = most_lines if self._may_go_on(held[0]) else 1
            for taken in range(1, most_lines + 1):
                if taken > len(held):
                    held.append(self._next_line())
                marks += held[taken - 1].count(self._marks.quote)
                characters += len(held[taken - 1])
                if characters > MOST_CHARACTERS_OF_DAMAGE and taken > 1:
                    break
                if taken == 1 or marks % 2 == 0:  # within a cell of several lines, a mark is still to come
                    cells = self._repairs.split(_without_line_end("".join(held[:taken])), self._width)
                    if cells is not None:
                        return taken, cells
        cells = self._repairs.split(_without_line_end(held[0]), None)
        return 1, cells if cells is not None else held[0].split(self._marks.separator)

    def _may_go_on(self, line: str) -> bool:
        """Whether a cell of several lines may begin in a line."""
        quote = self._marks.quote
        return self._marks.padded or line.startswith(quote) or self._marks.separator + quote in line


def _without_line_end(text: str) -> str:
    return text.removesuffix("\n").removesuffix("\r")

"""Splitting a record whose quotation marks do not pair.

What belongs here: finding the cells of damaged text, losing no character that is not a delimiter or a
pair of quotes around a cell. What doesn't: reading records that are right (delimited.py).
"""

import re
from bisect import bisect_left
from dataclasses import dataclass
from itertools import accumulate

LEAST_STEPS, STEPS_PER_CHARACTER = 500_000, 1.0  # what all repairs of a file may cost, so that none hangs
LITERAL_OPENING, STRAY_QUOTE, BLANK_AFTER_QUOTE = 2.0, 1.0, 0.2

Reached = dict[int, tuple[float, int, "_Step"]]
"""By number of cells: the least cost to get there, where the last cell starts, and that cell."""


@dataclass(frozen=True, slots=True)
class _Step:
    """One way to read a cell: where the next one starts, what it costs, and where its text begins and stops."""

    after: int
    cost: float
    begin: int
    stop: int
    is_quoted: bool = False


class Repairs:
    """Splits the damaged records of one text; what the whole text may cost is bounded."""

    def __init__(self, delimiter: str, quote: str, *, padded: bool) -> None:
        self._delimiter, self._quote, self._padded = delimiter, quote, padded
        self._left: float = LEAST_STEPS

    def split(self, text: str, width: int | None) -> list[str] | None:
        """The most plausible cells of `text`, one record without its line end.

        Each cell is read either as quoted (up to a closing mark that a delimiter or the end follows) or as it
        stands; of all ways with `width` cells the one with the fewest odd quotation marks is taken. None when
        there is no such way; without a `width` there always is one, unless a cell holds a line end.
        """
        self._left += STEPS_PER_CHARACTER * len(text)
        if width is not None and self._left <= 0:
            return None
        found = _Search(text, self._delimiter, self._quote, width, padded=self._padded)
        cells = found.run(self._left if width is not None else float("inf"))
        self._left -= found.steps
        return cells


def split_damaged(text: str, delimiter: str, quote: str, width: int | None, *, padded: bool) -> list[str] | None:
    """The most plausible cells of one record, see `Repairs.split`."""
    return Repairs(delimiter, quote, padded=padded).split(text, width)


class _Search:
    """The cheapest way through one text."""

    def __init__(self, text: str, delimiter: str, quote: str, width: int | None, *, padded: bool) -> None:
        self.steps = 0
        self._text, self._delimiter, self._quote, self._width, self._padded = text, delimiter, quote, width, padded
        self._starts = [0, *(found.end() for found in re.finditer(re.escape(delimiter), text))]
        self._ends = [*(place - 1 for place in self._starts[1:]), len(text)]
        self._read_marks()

    def _read_marks(self) -> None:
        """Each run of quotation marks: where it starts and stops, and where a cell would end behind it, or -1."""
        self._runs: list[tuple[int, int]] = []
        self._closes: list[int] = []
        text, quote = self._text, self._quote
        place = text.find(quote) if quote else -1
        while place >= 0:
            stop = place
            while text.startswith(quote, stop):
                stop += 1
            self._runs.append((place, stop))
            self._closes.append(self._close(stop))
            place = text.find(quote, stop)
        self._run_starts = [start for start, _ in self._runs]
        odd = [(stop - start) % 2 for start, stop in self._runs]
        self._odd_before = [0, *accumulate(odd)]
        closing = [number for number, close in enumerate(self._closes) if close >= 0]
        self._odd_closing = [number for number in closing if odd[number]]
        self._even_closing = [number for number in closing if not odd[number]]

    def _close(self, stop: int) -> int:
        text = self._text
        while stop < len(text) and text[stop] in " \t" and text[stop] != self._delimiter:
            stop += 1
        return stop if stop == len(text) or text[stop] == self._delimiter else -1

    def run(self, most_steps: float) -> list[str] | None:
        """The cells; None where there is no way, or it takes more than `most_steps` to find it."""
        best: dict[int, Reached] = {0: {0: (0.0, 0, _Step(0, 0.0, 0, 0))}}
        width, end = self._width, len(self._text) + 1
        for number, start in enumerate(self._starts):
            reached = best.get(start)
            if reached is None:
                continue
            self.steps += 1
            if self.steps > most_steps:
                return None
            for step in self._steps(number):
                following = best.setdefault(step.after, {})
                self.steps += len(reached)
                for count, (cost, _, _) in reached.items():
                    after = 0 if width is None else count + 1
                    if width is not None and (after > width or (step.after == end) != (after == width)):
                        continue
                    known = following.get(after)
                    if known is None or cost + step.cost < known[0]:
                        following[after] = (cost + step.cost, start, step)
        return self._path(best, end)

    def _path(self, best: dict[int, Reached], end: int) -> list[str] | None:
        count = self._width or 0
        if count not in best.get(end, {}):
            return None
        cells: list[str] = []
        place = end
        while place > 0:
            _, previous, step = best[place][count]
            cells.append(self._cell(step))
            place, count = previous, count - 1 if self._width is not None else 0
        return cells[::-1]

    def _steps(self, number: int) -> list[_Step]:
        text, stop = self._text, self._ends[number]
        begin = self._starts[number]
        while self._padded and begin < stop and text[begin] == " ":
            begin += 1
        steps: list[_Step] = []
        opens = bool(self._quote) and text.startswith(self._quote, begin)
        if opens:
            steps += self._quoted(begin)
        if not any(text.find(line_end, begin, stop) >= 0 for line_end in "\n\r"):
            ends = bool(self._quote) and stop > begin and text.startswith(self._quote, stop - 1)
            steps.append(_Step(stop + 1, LITERAL_OPENING if opens else STRAY_QUOTE if ends else 0.0, begin, stop))
        return steps

    def _quoted(self, begin: int) -> list[_Step]:
        """The cell as a quoted one: up to the first mark that can close it, and up to the first pair that might."""
        first = bisect_left(self._run_starts, begin)
        start, stop = self._runs[first]
        steps: list[_Step] = []
        inner = stop - start - 1  # marks of the opening run that are within the cell
        if inner and self._closes[first] >= 0 and inner % 2:
            return [self._closed(begin, first, 0)]
        stray = inner % 2
        for numbers, is_pair in ((self._odd_closing, False), (self._even_closing, True)):
            place = bisect_left(numbers, first + 1)
            if place < len(numbers):
                closer = numbers[place]
                odd = self._odd_before[closer] - self._odd_before[first + 1] + stray + is_pair
                steps.append(self._closed(begin, closer, odd))
        return steps

    def _closed(self, begin: int, closer: int, odd: int) -> _Step:
        stop, close = self._runs[closer][1], self._closes[closer]
        cost = odd * STRAY_QUOTE + (BLANK_AFTER_QUOTE if close > stop else 0.0)
        return _Step(close + 1, cost, begin + 1, stop - 1, is_quoted=True)

    def _cell(self, step: _Step) -> str:
        text = self._text[step.begin : step.stop]
        return _undoubled(text, self._quote) if step.is_quoted else text


def _undoubled(text: str, quote: str) -> str:
    """The text with one quotation mark for each pair, and for a last odd one of a run."""
    return text.replace(quote * 2, quote) if quote * 2 in text else text

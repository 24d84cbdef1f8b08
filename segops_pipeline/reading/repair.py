"""Splitting a record whose quotation marks do not pair.

What belongs here: finding the cells of damaged text, losing no character that is not a delimiter or a
pair of quotes around a cell. What doesn't: reading records that are right (delimited.py).
"""

import re
from bisect import bisect_right
from itertools import accumulate

LEAST_STEPS, STEPS_PER_CHARACTER = 80_000, 0.4  # what all repairs of a file may cost, so that none hangs
MOST_MARKS = 20_000  # of one record
LITERAL_OPENING, STRAY_QUOTE, BLANK_AFTER_QUOTE = 2.0, 1.0, 0.2

Step = tuple[int, float, int, int, bool]
"""One way to read a cell: where the next one starts, what it costs, where its text begins and stops, and whether it
is quoted."""
Reached = dict[int, tuple[float, int, Step]]
"""By number of cells: the least cost to get there, where the last cell starts, and that cell."""


class Repairs:
    """Splits the damaged records of one text; what the whole text may cost is bounded."""

    def __init__(self, delimiter: str, quote: str, *, padded: bool) -> None:
        self._delimiter, self._quote, self._padded = delimiter, quote, padded
        self._left: float = LEAST_STEPS
        blank = "".join(mark for mark in " \t" if mark != delimiter)
        # a run of quotation marks, blanks, and what a cell ends with
        self._run = re.compile(f"({re.escape(quote)}+)[{blank}]*({re.escape(delimiter)}|\\Z)?") if quote else None

    def split(self, text: str, width: int | None) -> list[str] | None:
        """The most plausible cells of `text`, one record without its line end.

        Each cell is read either as quoted (up to a closing mark that a delimiter or the end follows) or as it
        stands; of all ways with `width` cells the one with the fewest odd quotation marks is taken. None when
        there is no such way; without a `width` there always is one, unless a cell holds a line end.
        """
        marks = text.count(self._quote) if self._quote else 0
        is_one_line = "\n" not in text and "\r" not in text
        if is_one_line and (marks > MOST_MARKS or (marks == 1 and not self._padded)):
            cells = text.split(self._delimiter)  # a single mark encloses nothing, and so many are no damage
            return cells if width in {None, len(cells)} else None
        if width is None:
            return _Search(text, self._delimiter, self._quote, self._run, padded=self._padded).run(None, 0)
        if self._left <= 0 or text.count(self._delimiter) < width - 1:
            return None
        found = _Search(text, self._delimiter, self._quote, self._run, padded=self._padded)
        cells = found.run(width, self._left)
        self._left -= found.steps
        return cells

    def allow(self, characters: int) -> None:
        """Let the repairs take more steps, for a record of so many characters."""
        self._left += STEPS_PER_CHARACTER * characters


def split_damaged(text: str, delimiter: str, quote: str, width: int | None, *, padded: bool) -> list[str] | None:
    """The most plausible cells of one record, see `Repairs.split`."""
    return Repairs(delimiter, quote, padded=padded).split(text, width)


class _Search:
    """The cheapest way through one text."""

    def __init__(self, text: str, delimiter: str, quote: str, run: re.Pattern[str] | None, *, padded: bool) -> None:
        self._text, self._quote, self._padded = text, quote, padded
        self._ends = [found.start() for found in re.finditer(re.escape(delimiter), text)]
        self._ends.append(len(text))
        self._has_line_ends = "\n" in text or "\r" in text
        self._read_marks(run)
        self.steps = len(self._ends) + len(self._starts)  # what it costs to begin

    def _read_marks(self, run: re.Pattern[str] | None) -> None:
        """Each run of quotation marks: where it starts and stops, and where a cell would end behind it, or -1."""
        found = list(run.finditer(self._text)) if run is not None else []
        self._starts = [one.start() for one in found]
        self._stops = [one.end(1) for one in found]
        self._closes = [one.start(2) for one in found]
        odd = [(stop - start) % 2 for start, stop in zip(self._starts, self._stops, strict=True)]
        self._odd_before = [0, *accumulate(odd)]
        self._closing: tuple[list[int], list[int]] = ([], [])
        for number, close in enumerate(self._closes):
            if close >= 0:
                self._closing[odd[number]].append(number)

    def run(self, width: int | None, most_steps: float) -> list[str] | None:
        """The cells; None where there is no way, or it takes more than `most_steps` to find it."""
        end = len(self._text) + 1
        best: dict[int, Reached] = {0: {0: (0.0, 0, (0, 0.0, 0, 0, False))}}
        start = 0
        for stop in self._ends:
            reached = best.get(start)
            if reached is not None:
                for step in self._steps(start, stop):
                    following = best.setdefault(step[0], {})
                    self.steps += len(reached)
                    if width is None:
                        _take(following, 0, reached[0][0] + step[1], start, step)
                        continue
                    for count, (cost, _, _) in reached.items():
                        if count < width and (step[0] == end) == (count + 1 == width):
                            _take(following, count + 1, cost + step[1], start, step)
                if width is not None and self.steps > most_steps:
                    return None
            start = stop + 1
        return self._path(best, end, width)

    def _path(self, best: dict[int, Reached], end: int, width: int | None) -> list[str] | None:
        count = width or 0
        if count not in best.get(end, {}):
            return None
        cells: list[str] = []
        place = end
        while place > 0:
            _, previous, (_, _, begin, stop, is_quoted) = best[place][count]
            cell = self._text[begin:stop]
            cells.append(cell.replace(self._quote * 2, self._quote) if is_quoted else cell)
            place, count = previous, count - 1 if width is not None else 0
        return cells[::-1]

    def _steps(self, start: int, stop: int) -> list[Step]:
        text, begin = self._text, start
        while self._padded and begin < stop and text[begin] == " ":
            begin += 1
        opens = bool(self._quote) and text.startswith(self._quote, begin)
        steps = self._quoted(begin) if opens else []
        if not self._has_line_ends or not ("\n" in text[begin:stop] or "\r" in text[begin:stop]):
            cost = LITERAL_OPENING if opens else 0.0
            if not opens and self._quote and stop > begin and text[stop - 1] == self._quote:
                cost = STRAY_QUOTE
            steps.append((stop + 1, cost, begin, stop, False))
        return steps

    def _quoted(self, begin: int) -> list[Step]:
        """The cell as a quoted one: up to the first mark that can close it, and up to the first pair that might."""
        first = bisect_right(self._starts, begin) - 1
        inner = self._stops[first] - begin - 1  # marks of the opening run that are within the cell
        if inner % 2 and self._closes[first] >= 0:
            return [self._closed(begin, first, 0)]
        steps: list[Step] = []
        for is_pair, numbers in ((0, self._closing[1]), (1, self._closing[0])):
            place = bisect_right(numbers, first)
            if place < len(numbers):
                closer = numbers[place]
                odd = self._odd_before[closer] - self._odd_before[first + 1] + inner % 2 + is_pair
                steps.append(self._closed(begin, closer, odd))
        return steps

    def _closed(self, begin: int, closer: int, odd: int) -> Step:
        stop, close = self._stops[closer], self._closes[closer]
        cost = odd * STRAY_QUOTE + (BLANK_AFTER_QUOTE if close > stop else 0.0)
        return close + 1, cost, begin + 1, stop - 1, True


def _take(following: Reached, count: int, cost: float, start: int, step: Step) -> None:
    """Keep the step if nothing cheaper leads there."""
    known = following.get(count)
    if known is None or cost < known[0]:
        following[count] = (cost, start, step)

"""Splitting a record whose quotation marks do not pair.

What belongs here: finding the cells of damaged text, losing no character that is not a delimiter or a
pair of quotes around a cell. What doesn't: reading records that are right (delimited.py).
"""

from dataclasses import dataclass

MOST_STATES = 200_000
LITERAL_OPENING, STRAY_QUOTE, BLANK_AFTER_QUOTE = 2.0, 1.0, 0.2


@dataclass(frozen=True, slots=True)
class _Step:
    """One way to read the cell at a position: where the next one starts, what it costs, what it holds."""

    after: int
    cost: float
    cell: str


def split_damaged(text: str, delimiter: str, quote: str, width: int | None, *, padded: bool) -> list[str] | None:
    """The most plausible cells of `text`, one record without its line end.

    Each cell is read either as quoted (up to the first closing mark that a delimiter or the end follows) or
    as it stands; of all ways with `width` cells the one with the fewest odd quotation marks is taken. None
    when there is no such way; without a `width` there always is one, unless a cell holds a line end.
    """
    starts = [0, *(place + 1 for place, character in enumerate(text) if character == delimiter)]
    if width is not None and len(starts) * width > MOST_STATES:
        width = None
    best: dict[int, dict[int, tuple[float, int, str]]] = {0: {0: (0.0, 0, "")}}
    end = len(text) + 1
    for start in starts:
        reached = best.get(start)
        if reached is None:
            continue
        for step in _steps(text, start, delimiter, quote, padded=padded):
            following = best.setdefault(step.after, {})
            for count, (cost, _, _) in reached.items():
                after = 0 if width is None else count + 1
                if width is not None and (after > width or (step.after == end) != (after == width)):
                    continue
                known = following.get(after)
                if known is None or cost + step.cost < known[0]:
                    following[after] = (cost + step.cost, start, step.cell)
    return _path(best, end, width)


def _path(best: dict[int, dict[int, tuple[float, int, str]]], end: int, width: int | None) -> list[str] | None:
    count = width or 0
    if count not in best.get(end, {}):
        return None
    cells: list[str] = []
    place = end
    while place > 0:
        _, previous, cell = best[place][count]
        cells.append(cell)
        place, count = previous, count - 1 if width is not None else 0
    return cells[::-1]


def _steps(text: str, start: int, delimiter: str, quote: str, *, padded: bool) -> list[_Step]:
    begin = start
    while padded and begin < len(text) and text[begin] == " ":
        begin += 1
    steps: list[_Step] = []
    if text.startswith(quote, begin):
        quoted = _quoted(text, begin, delimiter, quote)
        if quoted is not None:
            steps.append(quoted)
    stop = text.find(delimiter, begin)
    stop = len(text) if stop < 0 else stop
    cell = text[begin:stop]
    if "\n" not in cell and "\r" not in cell:
        cost = LITERAL_OPENING if cell.startswith(quote) else STRAY_QUOTE if cell.endswith(quote) else 0.0
        steps.append(_Step(stop + 1, cost, cell))
    return steps


def _quoted(text: str, begin: int, delimiter: str, quote: str) -> _Step | None:
    """The cell as a quoted one; None when no mark closes it."""
    place, stray, blanks = begin + 1, 0, 0
    parts: list[str] = []
    while (found := text.find(quote, place)) >= 0:
        parts.append(text[place:found])
        run = found
        while text.startswith(quote, run):
            run += 1
        marks = run - found
        stop = run
        while stop < len(text) and text[stop] in " \t" and text[stop] != delimiter:
            stop += 1
        if marks % 2 and (stop == len(text) or text[stop] == delimiter):
            parts.append(quote * (marks // 2))
            blanks = 1 if stop > run else 0
            return _Step(stop + 1, stray * STRAY_QUOTE + blanks * BLANK_AFTER_QUOTE, "".join(parts))
        parts.append(quote * ((marks + 1) // 2))
        stray += marks % 2
        place = run
    return None

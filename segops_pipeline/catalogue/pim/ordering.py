"""Rows in any order: those that others refer to come first, and circles are named (`--order any`).

The seed wants files sorted ("rows that reference other rows in the same file must appear after the referenced row(s)",
seed 002, start); here a file may be in any order when asked. A row that refers to a record comes after the first row of
that record, which creates it; rows of one record stay in the order of the file, so that one that frees a variant and a
later one that places it again both count. All other rows stay where they are.

What belongs here: the order. What doesn't: what a row refers to (`Fold.references`), what it does (the folds).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from segops_pipeline.errors import Issue


@dataclass(frozen=True, slots=True)
class Circle:
    """Rows that need each other: their positions in file order, and the records on the way round, first one last."""

    positions: tuple[int, ...]
    path: tuple[str, ...]

    def issue(self, line: int) -> Issue:
        """What to tell of one of its rows."""
        return Issue(
            "circular_references",
            f"The row is part of a circle: {' → '.join(self.path)}. None of them can come first.",
            line=line,
            key=self.path[0],
            suggestion="Take one of these references out, or give it in a later row of the same record.",
        )


@dataclass(frozen=True, slots=True)
class SortedRows:
    """Positions of rows in an order in which they can be done, and the circles, whose rows are not among them."""

    order: list[int]
    circles: list[Circle]


def sorted_rows(rows: Iterable[tuple[str, Sequence[str]]]) -> SortedRows:
    """Order rows, each given as the record that it makes and those that it refers to, by what they need.

    The result has positions counted from 0. References to records that no row makes, and of a row to its own record,
    don't matter here (the second one is told where the row is done).
    """
    keys: list[str] = []
    needs = _needs(rows, keys)
    order: list[int] = []
    circles: list[Circle] = []
    for group in _groups(needs):
        if len(group) == 1:
            order.append(group[0])
        else:
            circles.append(_circle(group, needs, keys))
    return SortedRows(order, circles)


def _needs(rows: Iterable[tuple[str, Sequence[str]]], keys: list[str]) -> list[tuple[int, ...]]:
    """The positions that each row needs before it; `keys` gets the record of each."""
    first: dict[str, int] = {}
    latest: dict[str, int] = {}
    before: list[int | None] = []
    wanted: list[tuple[str, ...]] = []
    for position, (key, references) in enumerate(rows):
        before.append(latest.get(key))
        first.setdefault(key, position)
        latest[key] = position
        keys.append(key)
        wanted.append(tuple(one for one in references if one != key))
    return [
        (*(() if earlier is None else (earlier,)), *(first[one] for one in references if one in first))
        for earlier, references in zip(before, wanted, strict=True)
    ]


def _groups(needs: Sequence[Sequence[int]]) -> Iterable[list[int]]:
    """Rows that need each other as one group each, a group after all that it needs (Tarjan, without recursion)."""
    number = [-1] * len(needs)
    lowest = [0] * len(needs)
    is_open = bytearray(len(needs))
    count = 0
    waiting: list[int] = []
    for start in range(len(needs)):
        if number[start] >= 0:
            continue
        path = [(start, iter(needs[start]))]
        number[start] = lowest[start] = count
        count += 1
        waiting.append(start)
        is_open[start] = 1
        while path:
            row, rest = path[-1]
            for needed in rest:
                if number[needed] < 0:
                    number[needed] = lowest[needed] = count
                    count += 1
                    waiting.append(needed)
                    is_open[needed] = 1
                    path.append((needed, iter(needs[needed])))
                    break
                if is_open[needed]:
                    lowest[row] = min(lowest[row], number[needed])
            else:
                path.pop()
                if path:
                    lowest[path[-1][0]] = min(lowest[path[-1][0]], lowest[row])
                if lowest[row] == number[row]:
                    yield _closed(waiting, is_open, row)


def _closed(waiting: list[int], is_open: bytearray, row: int) -> list[int]:
    """Take a finished group from those that wait."""
    group: list[int] = []
    while not group or group[-1] != row:
        group.append(waiting.pop())
        is_open[group[-1]] = 0
    return sorted(group)


def _circle(group: list[int], needs: Sequence[Sequence[int]], keys: Sequence[str]) -> Circle:
    """One way round through a group, told by its records."""
    members = set(group)
    way = [group[0]]
    seen = {group[0]: 0}
    while True:
        following = next(one for one in reversed(needs[way[-1]]) if one in members)
        if following in seen:
            way = [*way[seen[following] :], following]
            break
        seen[following] = len(way)
        way.append(following)
    names = [keys[position] for position in way]
    path = [name for place, name in enumerate(names) if place == 0 or name != names[place - 1]]
    return Circle(tuple(group), tuple(path))

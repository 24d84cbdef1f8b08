"""The rows of a file in rounds, for `--order any`: each round is in file order, and no row comes before what it needs.

The file is read once for each round and once more before, so that its rows need not be held: of each only the record
that it makes and those that it needs are. What belongs here: that. What doesn't: what needs what (`ordering`).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from segops_pipeline.catalogue.pim.fold import Fold, Row
from segops_pipeline.catalogue.pim.ordering import sorted_rows
from segops_pipeline.errors import Issue

Batches = Callable[[], Iterable[Sequence[Row]]]


def in_rounds(fold: Fold, batches: Batches, reject: Callable[[Row, Issue], None]) -> Iterator[Iterable[Sequence[Row]]]:
    """The batches of each round.

    Args:
        fold: of the file.
        batches: all rows of the file in its order, as often as asked.
        reject: is told of the rows that need each other in a circle; they are in no round.
    """
    needs = [fold.references(row) for batch in batches() for row in batch]
    ordered = sorted_rows(needs)
    circles = {position: circle for circle in ordered.circles for position in circle.positions}
    rounds = _rounds(needs, ordered.order)
    del needs
    if circles:
        for position, row in enumerate(row for batch in batches() for row in batch):
            if position in circles:
                reject(row, circles[position].issue(row.line))
    for number in range(max(rounds.values(), default=-1) + 1):
        yield _of_round(batches(), rounds, number)


def _rounds(needs: Sequence[tuple[str, Sequence[str]]], order: Sequence[int]) -> dict[int, int]:
    """The first round in which each row can be done: one that needs a later row waits for the next."""
    first: dict[str, int] = {}
    for position, (key, _) in enumerate(needs):
        first.setdefault(key, position)
    rounds: dict[int, int] = {}
    latest: dict[str, int] = {}
    for position in order:
        key, wanted = needs[position]
        before = [first[one] for one in wanted if one != key and one in first]
        before += [latest[key]] if key in latest else []
        rounds[position] = max((rounds[one] + (one > position) for one in before if one in rounds), default=0)
        latest[key] = position
    return rounds


def _of_round(batches: Iterable[Sequence[Row]], rounds: dict[int, int], number: int) -> Iterator[Sequence[Row]]:
    position = 0
    for batch in batches:
        here = [row for place, row in enumerate(batch, position) if rounds.get(place) == number]
        position += len(batch)
        if here:
            yield here

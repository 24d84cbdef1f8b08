"""The rows of a file for `--order any`: in file order, but for those that earlier rows need, which come before them.

Rows stay where they are as far as they can, for their order counts: variants of a master are in the order of their
rows. The file is read three times, and rows that move wait in a temporary file: of each row only the record that it
makes and those that it needs are held. What belongs here: that. What doesn't: what needs what (`ordering`).
"""

import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import IO

from segops_pipeline.catalogue.pim.fold import Row
from segops_pipeline.catalogue.pim.ordering import SortedRows, sorted_rows
from segops_pipeline.errors import Issue

AT_ONCE = 2_000  # rows
Batches = Callable[[], Iterable[Sequence[Row]]]
References = Callable[[Row], tuple[str, tuple[str, ...]]]  # as `Fold.references`


def in_any_order(
    references: References, batches: Batches, reject: Callable[[Row, Issue], None]
) -> Iterator[Sequence[Row]]:
    """The rows in an order in which they can be done, some thousand at a time.

    Args:
        references: the record that a row makes, and those that it needs.
        batches: all rows of the file in its order, as often as asked.
        reject: is told of the rows that need each other in a circle; they are in no batch.
    """
    ordered = sorted_rows(references(row) for batch in batches() for row in batch)
    circles = {position: circle for circle in ordered.circles for position in circle.positions}
    before = _moved(ordered, circles)
    early = {position for moved in before.values() for position in moved}
    del ordered
    if not early and not circles:
        yield from batches()
        return
    with tempfile.TemporaryFile(prefix="segops-rows-") as kept:
        offsets: dict[int, int] = {}
        for position, row in _numbered(batches()):
            if position in circles:
                reject(row, circles[position].issue(row.line))
            elif position in early:
                offsets[position] = _keep(kept, row)
        rows = _in_turn(
            _numbered(batches()), before, {*early, *circles}, lambda position: _kept(kept, offsets[position])
        )
        while batch := list(islice(rows, AT_ONCE)):
            yield batch


def _moved(ordered: SortedRows, circles: Collection[int]) -> dict[int, list[int]]:
    """The rows that come before another one although they are behind it in the file, in their order."""
    before: dict[int, list[int]] = {}
    moved: list[int] = []
    done: set[int] = set(circles)
    lowest = 0
    for position in ordered.order:
        while lowest in done:
            done.discard(lowest)
            lowest += 1
        if position != lowest:
            moved.append(position)
        elif moved:
            before[position], moved = moved, []
        done.add(position)
    return before


def _in_turn(
    rows: Iterable[tuple[int, Row]], before: Mapping[int, list[int]], elsewhere: Collection[int],
    kept: Callable[[int], Row],
) -> Iterator[Row]:  # fmt: skip
    for position, row in rows:
        if position not in elsewhere:
            yield from map(kept, before.get(position, ()))
            yield row


def _numbered(batches: Iterable[Sequence[Row]]) -> Iterator[tuple[int, Row]]:
    return enumerate(row for batch in batches for row in batch)


def _keep(file: IO[bytes], row: Row) -> int:
    import orjson

    offset = file.tell()
    file.write(orjson.dumps([row.line, list(row.cells)]))
    file.write(b"\n")
    return offset


def _kept(file: IO[bytes], offset: int) -> Row:
    import orjson

    file.seek(offset)
    line, cells = orjson.loads(file.readline())
    return Row(line, tuple(cells))

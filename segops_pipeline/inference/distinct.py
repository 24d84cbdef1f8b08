"""The distinct values of a column, with how often and where first they occur, gathered batch by batch.

What belongs here: counting in bounded memory. What doesn't: what the values mean.
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy
import pyarrow
import pyarrow.compute as compute
from numpy.typing import NDArray

Whole: TypeAlias = NDArray[numpy.int64]

MOST_DISTINCT = 100_000
"""A column is gathered up to about this many distinct values …"""
MOST_BYTES = 16 * 1024 * 1024
"""… or this many bytes of them."""


@dataclass(frozen=True, slots=True)
class Distinct:
    """Distinct filled values, stripped of blanks, in the order in which they occur.

    `values` are strings, `counts` how many cells have each, `lines` the line of the file of the first of them
    (0 where the batches have no lines); all of one length.
    """

    values: pyarrow.Array
    counts: Whole
    lines: Whole

    def __len__(self) -> int:
        return len(self.values)

    @property
    def filled(self) -> int:
        """How many cells are filled."""
        return int(self.counts.sum())


def distinct_of(values: pyarrow.Array, counts: Whole, lines: Whole) -> Distinct:
    """The values merged where they are equal, in the order of their first occurrence."""
    encoded = values.dictionary_encode()
    codes = encoded.indices.to_numpy(zero_copy_only=False)
    size = len(encoded.dictionary)
    if size == len(values) and len(values):
        return Distinct(values, counts, lines)
    first = numpy.zeros(size, dtype=numpy.int64)
    first[codes[::-1]] = lines[::-1]
    summed = numpy.bincount(codes, weights=counts, minlength=size).astype(numpy.int64)
    return Distinct(encoded.dictionary, summed, first)


def of_batch(column: pyarrow.Array, lines: Whole) -> Distinct:
    """The distinct filled values of one batch's column; blank cells are left out."""
    found = distinct_of(_strings(column), numpy.ones(len(column), dtype=numpy.int64), lines)
    stripped = compute.utf8_trim_whitespace(found.values)
    lengths = compute.binary_length(stripped).to_numpy(zero_copy_only=False)
    changed = int(lengths.sum()) != int(compute.sum(compute.binary_length(found.values)).as_py() or 0)
    keep = lengths > 0
    if not keep.all():
        stripped = stripped.filter(pyarrow.array(keep))
        found = Distinct(stripped, found.counts[keep], found.lines[keep])
    return distinct_of(stripped, found.counts, found.lines) if changed else found


def _strings(column: pyarrow.Array) -> pyarrow.Array:
    if pyarrow.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if column.type != pyarrow.string():
        column = column.cast(pyarrow.string())
    return column.fill_null("") if column.null_count else column


@dataclass(slots=True)
class Gathering:
    """The distinct values of one column so far."""

    parts: list[Distinct] = field(default_factory=list[Distinct])
    waiting: int = 0

    def add(self, part: Distinct) -> None:
        """Take in the distinct values of a further batch."""
        self.parts.append(part)
        if len(self.parts) > 1:
            self.waiting += len(part)
        if self.waiting > MOST_DISTINCT:
            self.merged()

    def merged(self) -> Distinct:
        """All distinct values so far."""
        if len(self.parts) != 1:
            self.parts = [_merge(self.parts)]
        self.waiting = 0
        return self.parts[0]

    @property
    def is_full(self) -> bool:
        """Whether no more values can be gathered."""
        if sum(map(len, self.parts)) <= MOST_DISTINCT and sum(part.values.nbytes for part in self.parts) <= MOST_BYTES:
            return False
        merged = self.merged()
        return len(merged) > MOST_DISTINCT or merged.values.nbytes > MOST_BYTES


def _merge(parts: list[Distinct]) -> Distinct:
    if not parts:
        nothing = numpy.zeros(0, dtype=numpy.int64)
        return Distinct(pyarrow.array([], type=pyarrow.string()), nothing, nothing)
    return distinct_of(
        pyarrow.concat_arrays([part.values for part in parts]),
        numpy.concatenate([part.counts for part in parts]),
        numpy.concatenate([part.lines for part in parts]),
    )

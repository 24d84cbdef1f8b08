"""One column while its batches come in.

What belongs here: gathering a column's values and holding later ones against the type of the first. What
doesn't: how a type is chosen (type_choice.py), what is told of it (column_types.py).
"""
# pyarrow comes without types
# pyright: reportUnknownParameterType=false

from dataclasses import dataclass, field

import numpy
import pyarrow

from segops_pipeline.inference.casting import refused_places
from segops_pipeline.inference.column_types import ColumnEvidence
from segops_pipeline.inference.distinct import Distinct, Gathering, Whole, of_batch
from segops_pipeline.inference.refused import MOST_REFUSED_SHOWN, RefusedCell, first_of, first_refused
from segops_pipeline.inference.type_choice import MOST_REFUSED_SHARE, TypeChoice, choose_type, text_choice

_MOST_EXAMPLES = 5
_EXAMPLE_LENGTH = 200


def lines_of(batch: pyarrow.RecordBatch, rows_before: int) -> Whole:
    """The line of each row of a batch; its number where the batch has no lines."""
    if "line" in batch.schema.names:
        return batch.column("line").to_numpy(zero_copy_only=False)
    return numpy.arange(rows_before + 1, rows_before + 1 + batch.num_rows, dtype=numpy.int64)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The type of a column and what is kept of the values that it was chosen from."""

    choice: TypeChoice
    examples: list[str]
    distinct: int
    filled: int


@dataclass(slots=True)
class Column:
    """One column of a file; `currency` is the workspace's code."""

    header: str
    currency: str | None
    gathering: Gathering = field(default_factory=Gathering)
    chosen: _Chosen | None = None
    filled: int = 0
    refused_later: int = 0
    shown_later: list[RefusedCell] = field(default_factory=list[RefusedCell])
    distinct_later: int = 0

    def add(self, cells: pyarrow.Array, lines: Whole) -> None:
        """Take in the column's cells of a further batch."""
        part = of_batch(cells, lines)
        self.filled += part.filled
        if self.chosen is None:
            self.gathering.add(part)
            if self.gathering.is_full:
                self._choose()
        else:
            self._hold(part, self.chosen.choice)
            self.distinct_later += len(part)

    def _hold(self, part: Distinct, choice: TypeChoice) -> None:
        """Hold later values against the type that was chosen."""
        refused, no_value = refused_places(part, choice.type, choice.context)
        self.refused_later += int(part.counts[refused].sum() + part.counts[no_value].sum())
        if len(self.shown_later) < MOST_REFUSED_SHOWN and len(refused):
            shown = first_refused(part, refused, choice.type, choice.context)
            self.shown_later = first_of(self.shown_later, shown)

    def _choose(self) -> _Chosen:
        if self.chosen is None:
            gathered = self.gathering.merged()
            choice = choose_type(gathered, self.header, self.currency)
            self.chosen = _Chosen(choice, _examples(gathered), len(gathered), gathered.filled)
            self.gathering = Gathering()
        return self.chosen

    def evidence(self, rows: int) -> ColumnEvidence:
        """What all cells say; `rows` is how many the file has."""
        chosen = self._choose()
        choice = chosen.choice
        refused = choice.refused + self.refused_later
        if self.refused_later and refused > MOST_REFUSED_SHARE * self.filled:
            choice = text_choice(f"{refused} of {self.filled} cells are no {choice.type}", choice)
            refused = 0
        return ColumnEvidence(
            name=self.header,
            type=choice.type,
            context=choice.context,
            filled=self.filled,
            distinct=self._distinct(chosen),
            rows=rows,
            examples=chosen.examples,
            refused=refused,
            alternatives=choice.alternatives,
            reason=choice.reason,
            issues=choice.issues,
            refusals=first_of(choice.refusals, self.shown_later) if refused else [],
            units=choice.units,
        )

    def _distinct(self, chosen: _Chosen) -> int:
        # Values that come again in a later batch cannot be told from new ones: as many are taken to be new as
        # among those gathered.
        share_new = chosen.distinct / max(chosen.filled, 1)
        return chosen.distinct + round(self.distinct_later * share_new)


def _examples(gathered: Distinct) -> list[str]:
    """The most frequent values, the earlier of equally frequent ones first."""
    order = numpy.argsort(-gathered.counts, kind="stable")[:_MOST_EXAMPLES]
    found = [gathered.values[int(place)].as_py() for place in order]
    return [text if len(text) <= _EXAMPLE_LENGTH else text[: _EXAMPLE_LENGTH - 1] + "…" for text in found]

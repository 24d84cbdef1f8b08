"""The first cells of a column that refuse its type.

What belongs here: which cells are shown, with their lines and reasons. What doesn't: the issues that sum them up
(column_issues.py).
"""
# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy

from segops_pipeline.inference.context import CastContext, Refusal, shown
from segops_pipeline.inference.distinct import Distinct, Whole
from segops_pipeline.inference.values import cast

MOST_REFUSED_SHOWN = 5
_LENGTH = 200


@dataclass(frozen=True, slots=True)
class RefusedCell:
    """A value that is none of its column's type: the line of its first cell, how many have it, and the reason."""

    line: int
    value: str
    cells: int
    reason: str

    def as_dict(self) -> dict[str, Any]:
        """All fields, ready for JSON."""
        return asdict(self)


def first_refused(column: Distinct, places: Whole, type: str, context: CastContext) -> list[RefusedCell]:  # noqa: A002
    """The first of the refused values in the file's order; `places` are theirs among the distinct ones."""
    first = places[numpy.argsort(column.lines[places], kind="stable")[:MOST_REFUSED_SHOWN]]
    return [_cell(column, int(place), type, context) for place in first]


def first_of(*found: Iterable[RefusedCell]) -> list[RefusedCell]:
    """The first of all refused values, in the file's order."""
    cells = [cell for cells in found for cell in cells]
    return sorted(cells, key=lambda cell: cell.line)[:MOST_REFUSED_SHOWN]


def _cell(column: Distinct, place: int, type_: str, context: CastContext) -> RefusedCell:
    value = str(column.values[place].as_py())
    answer = cast(value, type_, context)
    reason = answer.message if isinstance(answer, Refusal) else ""
    return RefusedCell(int(column.lines[place]), shown(value, _LENGTH), int(column.counts[place]), reason)

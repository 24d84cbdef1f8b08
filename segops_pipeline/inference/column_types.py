"""The type of each column, from all of its values, with the evidence for it.

What belongs here: gathering evidence over all rows, and how it is kept. What doesn't: how a type is chosen
(type_choice.py), any cast (values.py).

A column is gathered as distinct values with counts. One with more distinct values than memory is set aside
for is typed by those gathered, and every further batch is held against that type.
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from segops_pipeline.errors import Issue
from segops_pipeline.inference.context import CastContext
from segops_pipeline.inference.refused import RefusedCell

if TYPE_CHECKING:
    import pyarrow

COLUMNS_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class ColumnEvidence:
    """What all rows say about one column.

    `filled`, `refused` and `rows` count cells, `distinct` different filled values (an estimate beyond what is
    gathered); `examples` are the most frequent values first, cut to 200 characters. `alternatives` is, for
    other types, the share of filled cells that they would take. `context` is what loading must cast with.
    `refusals` are the first values that are none of the type, with their lines, at most five. `units` is the share
    of the values that each unit has (`kg`, `%`), where most have one.
    """

    name: str
    type: str
    context: CastContext
    filled: int
    distinct: int
    rows: int
    examples: list[str]
    refused: int
    alternatives: dict[str, float]
    reason: str
    issues: list[Issue] = field(default_factory=list[Issue])
    refusals: list[RefusedCell] = field(default_factory=list[RefusedCell])
    units: dict[str, float] = field(default_factory=dict[str, float])

    @property
    def fill_rate(self) -> float:
        """The share of rows in which the column has a value, 0 to 1."""
        return self.filled / self.rows if self.rows else 0.0

    @property
    def refused_share(self) -> float:
        """The share of filled cells that are no value of the type, 0 to 1."""
        return self.refused / self.filled if self.filled else 0.0

    def as_dict(self) -> dict[str, Any]:
        """The evidence, ready for JSON."""
        return {
            "name": self.name,
            "type": self.type,
            "context": self.context.as_dict(),
            "filled": self.filled,
            "distinct": self.distinct,
            "rows": self.rows,
            "examples": list(self.examples),
            "refused": self.refused,
            "alternatives": dict(self.alternatives),
            "reason": self.reason,
            "issues": [issue.as_dict() for issue in self.issues],
            "refusals": [cell.as_dict() for cell in self.refusals],
            "units": dict(self.units),
            "fill_rate": round(self.fill_rate, 4),
            "refused_share": round(self.refused_share, 4),
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "ColumnEvidence":
        """The evidence that `as_dict` wrote."""
        known = {name.name for name in fields(cls)}
        read: dict[str, Any] = {name: value for name, value in content.items() if name in known}
        read["context"] = CastContext.from_dict(content["context"])
        read["issues"] = [Issue(**issue) for issue in content["issues"]]
        read["refusals"] = [RefusedCell(**cell) for cell in content.get("refusals", [])]
        return cls(**read)


def infer_columns(
    headers: list[str], batches: "Iterable[pyarrow.RecordBatch]", currency: str | None = None
) -> list[ColumnEvidence]:
    """The type of every column and the evidence for it, over all rows.

    `batches` have a string column `c0`, `c1`, … per header, and may have `line`, the line of the file where
    each row starts. `currency` is the workspace's ISO 4217 code for amounts that name none.
    """
    from segops_pipeline.inference.column import Column, lines_of

    columns = [Column(header, currency) for header in headers]
    rows = 0
    # Arrow lets go of the interpreter while it works: two columns at once use both cores of a small machine
    with ThreadPoolExecutor(COLUMNS_AT_ONCE, "columns") as pool:
        for batch in batches:
            lines = lines_of(batch, rows)
            rows += batch.num_rows
            cells = [batch.column(f"c{place}") for place in range(len(columns))]
            list(pool.map(lambda column, own, lines=lines: column.add(own, lines), columns, cells))
        found = list(pool.map(lambda column: column.evidence(rows), columns))
    return _of_one_file(found)


def _of_one_file(found: list[ColumnEvidence]) -> list[ColumnEvidence]:
    """The columns as columns of one file: one that has prices and no person is a catalogue, not a list of contacts.

    The address of a hotel or a house for sale is a text of the product then, and so is a seller's telephone number.
    """
    from segops_pipeline.inference.contact_types import CONTACT_TYPES
    from segops_pipeline.inference.headers import says_person

    has_price = any(column.type in ("price", "multi_price") for column in found)
    if not has_price or any(says_person(column.name) for column in found):
        return found
    return [_as_text(column) if column.type in CONTACT_TYPES else column for column in found]


def _as_text(column: ColumnEvidence) -> ColumnEvidence:
    counted = max(column.filled, 1)
    others = {name: share for name, share in column.alternatives.items() if name != "text"}
    return replace(
        column,
        type="text",
        context=CastContext(),
        refused=0,
        refusals=[],
        alternatives={column.type: round(1 - column.refused / counted, 4), **others},
        reason=f"Text: the file has prices, so its {column.type} columns are texts of its products.",
        issues=[issue for issue in column.issues if issue.code not in ("phone_without_country", "values_refused")],
    )

"""How many rows of a file break the rules of a template: told with the suggestion, before anything is written.

What belongs here: rules over all rows of a staged file. What doesn't: a single rule (`rules`).
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from segops_pipeline.errors import Issue
from segops_pipeline.inference.context import CastContext
from segops_pipeline.inference.rules import Rule

if TYPE_CHECKING:
    import pyarrow

    from segops_pipeline.inference.distinct import Whole

CODE = "template_rule_broken"
Change = Callable[[Sequence[str]], list[str]]

_MOST_SHOWN = 100


@dataclass(slots=True)
class _Tally:
    """How often one rule of one column is broken, and where first."""

    rows: int = 0
    line: int | None = None
    value: str | None = None

    def add(self, rows: int, line: int, value: str) -> None:
        if rows:
            self.rows += rows
            if self.line is None or line < self.line:
                self.line, self.value = line, value


def check_rules(
    headers: Sequence[str],
    batches: "Iterable[pyarrow.RecordBatch]",
    rules: Mapping[str, Sequence[Rule]],
    contexts: Mapping[str, CastContext],
    changes: Mapping[str, Change],
) -> list[Issue]:
    """Count the rows that break each rule, over all rows; a warning for each rule that some break.

    `batches` have a string column `c0`, `c1`, … per header and may have `line`. `contexts` say how a column's
    numbers are written, where that is decided; `changes` is what a template's transformations make of the
    distinct values of a column, before its rules are asked.
    """
    from segops_pipeline.inference.column import lines_of

    tallies = {(column, rule.text): (rule, _Tally()) for column, given in rules.items() for rule in given}
    rows = 0
    for batch in batches:
        lines = lines_of(batch, rows)
        rows += batch.num_rows
        for column, given in rules.items():
            cells = batch.column(f"c{headers.index(column)}")
            for rule in given:
                tally = tallies[column, rule.text][1]
                _count(cells, lines, rule, contexts.get(column), changes.get(column), tally)
    return [_issue(column, rule, tally, rows) for (column, _), (rule, tally) in tallies.items() if tally.rows]


def _count(
    cells: "pyarrow.Array",
    lines: "Whole",
    rule: Rule,
    context: CastContext | None,
    change: Change | None,
    tally: _Tally,
) -> None:
    import pyarrow
    import pyarrow.compute

    from segops_pipeline.inference.distinct import distinct_of

    texts = pyarrow.compute.utf8_trim_whitespace(cells.cast(pyarrow.string()).fill_null(""))
    found = distinct_of(texts, _ones(len(texts)), lines)
    before: list[str] = found.values.to_pylist()
    after = [value.strip() for value in change(before)] if change else before
    asked = [place for place, value in enumerate(after) if bool(value) != rule.is_required]
    broken = [True] * len(asked) if rule.is_required else rule.breaks([after[place] for place in asked], context)
    for place, breaks in zip(asked, broken, strict=True):
        if breaks:
            tally.add(int(found.counts[place]), int(found.lines[place]), before[place])


def _ones(length: int) -> "Whole":
    import numpy

    return numpy.ones(length, dtype=numpy.int64)


def _issue(column: str, rule: Rule, tally: _Tally, rows: int) -> Issue:
    has = "row is" if tally.rows == 1 else "rows are"
    return Issue(
        CODE,
        f"{tally.rows:,} of {rows:,} {has} not {rule.demand}, as the template wants it for {column}.",
        "warning",
        tally.line,
        column,
        (tally.value or "")[:_MOST_SHOWN] or None,
        suggestion=f"Correct the cells, or change the rule '{rule.text}' of the template.",
    )

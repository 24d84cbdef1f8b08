"""How many rows of a file break the rules of a template: told with the suggestion, before anything is written.

What belongs here: rules over all rows of a staged file. What doesn't: a single rule (`rules`).
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from segops_pipeline.errors import Issue
from segops_pipeline.inference.context import CastContext
from segops_pipeline.inference.rules import Rule
from segops_pipeline.inference.transformations import Steps, cast_context, settled, transform

if TYPE_CHECKING:
    import pyarrow

    from segops_pipeline.inference.distinct import Distinct, Whole

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
    steps: Mapping[str, Steps],
) -> list[Issue]:
    """Count the rows that break each rule, over all rows; a warning for each rule that some break.

    `batches` have a string column `c0`, `c1`, … per header and may have `line`. `contexts` say what is decided of
    columns, such as their decimal mark; `steps` are done to a column before its rules are asked.
    """
    from segops_pipeline.inference.column import lines_of

    tallies = {(column, rule.text): (rule, _Tally()) for column, given in rules.items() for rule in given}
    rows = 0
    for batch in batches:
        lines = lines_of(batch, rows)
        rows += batch.num_rows
        for column, given in rules.items():
            found = _texts(batch, headers, column, steps.get(column, ()), lines)
            context = cast_context(steps.get(column, ()), contexts.get(column, CastContext()))
            for rule in given:
                _count(found, rule, context, tallies[column, rule.text][1])
    return [_issue(column, rule, tally, rows) for (column, _), (rule, tally) in tallies.items() if tally.rows]


def _texts(
    batch: "pyarrow.RecordBatch", headers: Sequence[str], column: str, steps: Steps, lines: "Whole"
) -> "Distinct":
    """The distinct texts of a column after its steps, empty ones among them."""
    import numpy
    import pyarrow
    import pyarrow.compute

    from segops_pipeline.inference.distinct import distinct_of

    def cells(header: str) -> "pyarrow.Array":
        if header not in headers:  # a template says so, and the file lacks the column
            return pyarrow.repeat(pyarrow.scalar("", pyarrow.large_string()), batch.num_rows)
        return batch.column(f"c{headers.index(header)}").cast(pyarrow.large_string()).fill_null("")

    texts = cells(column)
    texts = transform(texts, settled(steps, texts, cells), cells).texts if steps else texts
    trimmed = pyarrow.compute.utf8_trim_whitespace(texts)
    return distinct_of(trimmed, numpy.ones(batch.num_rows, dtype=numpy.int64), lines)


def _count(found: "Distinct", rule: Rule, context: CastContext, tally: _Tally) -> None:
    values: list[str] = found.values.to_pylist()
    asked = [place for place, value in enumerate(values) if bool(value) != rule.is_required]
    broken = [True] * len(asked) if rule.is_required else rule.breaks([values[place] for place in asked], context)
    for place, breaks in zip(asked, broken, strict=True):
        if breaks:
            tally.add(int(found.counts[place]), int(found.lines[place]), values[place])


def _issue(column: str, rule: Rule, tally: _Tally, rows: int) -> Issue:
    verb = "is" if tally.rows == 1 else "are"
    return Issue(
        "template_rule_broken",
        f"{tally.rows:,} of {rows:,} rows {verb} not {rule.demand}, as the template wants it for {column}.",
        "warning",
        tally.line,
        column,
        (tally.value or "")[:_MOST_SHOWN] or None,
        suggestion=f"Correct the cells, or change the rule '{rule.text}' of the template.",
    )

"""What is to be told of a column's values before it is mapped.

What belongs here: the issues of a column, each with the first line that has it. What doesn't: how they are
found (type_choice.py, identifiers.py).
"""
# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

from collections.abc import Sequence

import numpy
import pyarrow
import pyarrow.compute as compute

from segops_pipeline.errors import Issue
from segops_pipeline.inference.casting import Trial
from segops_pipeline.inference.context import Ambiguity, shown
from segops_pipeline.inference.distinct import Distinct, Whole

SPREADSHEET_ERRORS = ("#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!")
_LONGEST_VALUE = 200


def ambiguous(header: str, ambiguity: Ambiguity) -> Issue:
    """The column's values can be read in two ways."""
    return Issue(
        ambiguity.code,
        ambiguity.message,
        "warning",
        column=header,
        value=ambiguity.value,
        suggestion=ambiguity.suggestion,
    )


def shortened_identifiers(column: Distinct, header: str, damaged: Sequence[str]) -> Issue:
    """Long identifiers have become 1.23E+12."""
    places = _places(column, damaged)
    return Issue(
        "shortened_identifier",
        f"{_said(column, places, 'identifier has', 'identifiers have')} lost digits, such as {damaged[0]}: a "
        "spreadsheet has probably shown numbers and saved what it showed.",
        "warning",
        line=_first_line(column, places),
        column=header,
        value=damaged[0],
        suggestion="Export the file again with this column formatted as text.",
    )


def spreadsheet_errors(column: Distinct, header: str) -> list[Issue]:
    """Cells that hold the error of a formula."""
    places = _places(column, SPREADSHEET_ERRORS)
    if not len(places):
        return []
    value = _first_value(column, places)
    return [
        Issue(
            "spreadsheet_error",
            f"{_said(column, places, 'cell has', 'cells have')} the error of a spreadsheet's formula, such as {value}.",
            "warning",
            line=_first_line(column, places),
            column=header,
            value=value,
            suggestion="Correct the formula and export the file again.",
        )
    ]


def percent_sign(column: Distinct, header: str, share: float) -> Issue:
    """Numbers have a percent sign, which is left out."""
    places = numpy.flatnonzero(compute.ends_with(column.values, "%").to_numpy(zero_copy_only=False))
    value = _first_value(column, places) if len(places) else ""
    some = share < 1
    return Issue(
        "percent_sign",
        f"{'Some' if some else 'All'} values such as {shown(value)} have a percent sign; the number before it is kept, "
        f"so 12 % is read as 12{', as is a plain 12' if some else ''}.",
        "warning" if some else "info",
        line=_first_line(column, places) if len(places) else None,
        column=header,
        value=value or None,
        suggestion="Write all of them in the same way." if some else "Let the field's name say that it is per cent.",
    )


def numbers_with_unit(column: Distinct, header: str, units: dict[str, float]) -> Issue:
    """A column of text is numbers but for their units."""
    value = _first_value(column, numpy.arange(min(len(column), 1)))
    named = ", ".join(f"{unit} {share:.0%}" for unit, share in units.items())
    return Issue(
        "numbers_with_unit",
        f"The values are numbers with a unit ({named}), and are kept as text.",
        "info",
        column=header,
        value=value[:_LONGEST_VALUE],
        suggestion="To sort and compare them, take the unit off with a transformation and name it in the field.",
    )


def damaged(column: Distinct, header: str, values: Sequence[str], code: str, text: str, suggestion: str) -> Issue:
    """Cells that were probably changed; `text` goes on after `5 cells such as 02-Mar`."""
    places = _places(column, values)
    value = _first_value(column, places)
    return Issue(
        code,
        f"{_cells(column, places)} cells such as {shown(value)} {text}",
        "warning",
        line=_first_line(column, places),
        column=header,
        value=value[:_LONGEST_VALUE],
        suggestion=suggestion,
    )


def refusals(column: Distinct, header: str, trial: Trial) -> list[Issue]:
    """Cells that are no value of the type which the column has all the same."""
    type_ = trial.type.replace("_", "-")
    issues: list[Issue] = []
    if len(trial.refused):
        value = _first_value(column, trial.refused)
        issues.append(
            Issue(
                "values_refused",
                f"{_said(column, trial.refused, 'cell is', 'cells are')} no {type_}, such as “{shown(value)}”.",
                "warning",
                line=_first_line(column, trial.refused),
                column=header,
                value=value[:_LONGEST_VALUE],
                suggestion="Correct them, or make the field a text.",
            )
        )
    if len(trial.no_value):
        value = _first_value(column, trial.no_value)
        issues.append(
            Issue(
                "no_value",
                f"{_said(column, trial.no_value, 'cell stands', 'cells stand')} for no value: “{shown(value)}”.",
                "info",
                line=_first_line(column, trial.no_value),
                column=header,
                value=value,
                suggestion="Leave them empty, or make the field a text.",
            )
        )
    return issues


def _places(column: Distinct, values: Sequence[str]) -> Whole:
    found = compute.is_in(column.values, value_set=pyarrow.array(values, type=pyarrow.string()))
    return numpy.flatnonzero(found.to_numpy(zero_copy_only=False))


def _cells(column: Distinct, places: Whole) -> int:
    return int(column.counts[places].sum())


def _said(column: Distinct, places: Whole, one: str, more: str) -> str:
    count = _cells(column, places)
    return f"{count:,} {one if count == 1 else more}"


def _first_line(column: Distinct, places: Whole) -> int:
    return int(column.lines[places].min())


def _first_value(column: Distinct, places: Whole) -> str:
    return column.values[int(places[numpy.argmin(column.lines[places])])].as_py()

"""The damage of a column's sizes and article numbers, told as issues.

What belongs here: which values are looked at, and the sentences. What doesn't: what damage is (damage.py).
"""
# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

from collections.abc import Sequence

import numpy
import pyarrow
import pyarrow.compute as compute

from segops_pipeline.errors import Issue
from segops_pipeline.inference import damage
from segops_pipeline.inference.column_issues import damaged
from segops_pipeline.inference.distinct import Distinct
from segops_pipeline.inference.headers import says_date, says_identifier, says_size
from segops_pipeline.inference.identifiers import is_gtin

_LONGEST_MEAN = 24
_ARTICLE_NUMBER = r"^[0-9]{8,14}$"
_WHOLE_LENGTHS = (8, 12, 13, 14)
_MOSTLY = 0.8
_FEWEST = 5


def damage_issues(column: Distinct, header: str, sample: Sequence[str]) -> list[Issue]:
    """What a spreadsheet has probably done to the column; `sample` are some of its distinct values."""
    if not sample or sum(map(len, sample)) > _LONGEST_MEAN * len(sample):
        return []
    found = _days_for_sizes(column, header, sample)
    found += _serial_dates(column, header, sample)
    if any(len(value) >= 16 and value.isdecimal() for value in sample):
        found += _rounded(column, header)
    # a number has the right check digit by chance once in ten
    if sum(map(is_gtin, sample)) >= 0.5 * len(sample):
        found += _article_numbers(column, header)
    return found


def _days_for_sizes(column: Distinct, header: str, sample: Sequence[str]) -> list[Issue]:
    named = says_size(header) or says_identifier(header)
    if not says_size(header) and not any(
        damage.RANGE.match(value) or damage.is_day_and_month(value) for value in sample
    ):
        return []
    days = _with(column.values, damage.DAY_AND_MONTH).to_pylist()
    days += _with(column.values, damage.DATE).to_pylist()
    others = sorted(set(sample).difference(days))
    values = damage.days_for_sizes(days, others, named=named)
    if not values:
        return []
    text = "were probably sizes or ranges such as 2-3: a spreadsheet has taken them for dates."
    remedy = "Export the file again with this column formatted as text; the first writing is lost in this file."
    return [damaged(column, header, values, "dates_for_sizes", text, remedy)]


def _serial_dates(column: Distinct, header: str, sample: Sequence[str]) -> list[Issue]:
    """Dates that a spreadsheet has saved as its count of days, below the header of dates."""
    if not says_date(header) or not all(map(damage.is_day_count, sample)):
        return []
    text = f"are probably dates that a spreadsheet counts in days: {damage.day_counted(sample[0])}."
    remedy = "Export the file again with this column formatted as a date, 2024-05-31."
    counts = _with(column.values, r"^[345][0-9]{4}$").to_pylist()
    return [damaged(column, header, counts, "serial_dates", text, remedy)]


def _rounded(column: Distinct, header: str) -> list[Issue]:
    values = damage.rounded(_with(column.values, r"^[0-9]{16,30}$").to_pylist())
    text = "have zeros behind the fifteenth digit: a spreadsheet has probably rounded them."
    remedy = "Export the file again with this column formatted as text."
    return [damaged(column, header, values, "rounded_identifier", text, remedy)] if values else []


def _article_numbers(column: Distinct, header: str) -> list[Issue]:
    """Article numbers that have lost zeros in front, and such with a wrong check digit, where most are right."""
    digits = _with(column.values, _ARTICLE_NUMBER)
    right = damage.right_check_digits(digits)
    lengths = compute.binary_length(digits).to_numpy(zero_copy_only=False)
    whole = numpy.isin(lengths, _WHOLE_LENGTHS)
    short = right & ~whole
    if (right & whole).sum() + short.sum() < _MOSTLY * len(column):
        return []
    issues: list[Issue] = []
    if short.any():
        values = digits.filter(pyarrow.array(short)).to_pylist()
        text = "have probably lost the zeros in front: with them they are article numbers (GTIN)."
        remedy = "Export the file again with this column formatted as text."
        issues.append(damaged(column, header, values, "lost_zeros", text, remedy))
    wrong = whole & ~right
    if wrong.any() and len(column) >= _FEWEST:
        values = digits.filter(pyarrow.array(wrong)).to_pylist()
        text = "have a wrong check digit, where most of the column have a right one."
        issues.append(damaged(column, header, values, "wrong_check_digit", text, "Check them against the package."))
    return issues


def _with(values: pyarrow.Array, pattern: str) -> pyarrow.Array:
    return values.filter(compute.match_substring_regex(values, pattern))

"""The damage of a column's sizes and article numbers, told as issues.

What belongs here: which values are looked at, and the sentences. What doesn't: what damage is (damage.py).
"""
# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

from collections.abc import Sequence

import pyarrow
import pyarrow.compute as compute

from segops_pipeline.errors import Issue
from segops_pipeline.inference import damage
from segops_pipeline.inference.column_issues import damaged
from segops_pipeline.inference.distinct import Distinct
from segops_pipeline.inference.headers import says_identifier, says_size

_LONGEST_MEAN = 24
_DIGITS = r"^[0-9]{8,30}$"
_ARTICLE_NUMBER = r"^([0-9]{8}|[0-9]{12,14}|[0-9]{9}[0-9Xx])$"


def damage_issues(column: Distinct, header: str, sample: Sequence[str]) -> list[Issue]:
    """What a spreadsheet has probably done to the column; `sample` are some of its distinct values."""
    if not sample or sum(map(len, sample)) > _LONGEST_MEAN * len(sample):
        return []
    found = _days_for_sizes(column, header, sample)
    if any(value.isdecimal() and len(value) >= 8 for value in sample):
        found += _article_numbers(column, header)
    return found


def _with(column: Distinct, pattern: str) -> list[str]:
    values: pyarrow.Array = column.values.filter(compute.match_substring_regex(column.values, pattern))
    return values.to_pylist()


def _days_for_sizes(column: Distinct, header: str, sample: Sequence[str]) -> list[Issue]:
    days = _with(column, damage.DAY_AND_MONTH)
    if len(days) == 0 and not says_size(header):
        return []
    days += _with(column, damage.DATE)
    others = sorted(set(sample).difference(days))
    values = damage.days_for_sizes(days, others, named=says_size(header) or says_identifier(header))
    if not values:
        return []
    text = "were probably sizes or ranges such as 2-3: a spreadsheet has taken them for dates."
    remedy = "Export the file again with this column formatted as text; the first writing is lost in this file."
    return [damaged(column, header, values, "dates_for_sizes", text, remedy)]


def _article_numbers(column: Distinct, header: str) -> list[Issue]:
    digits = _with(column, _DIGITS)
    issues: list[Issue] = []
    if rounded := damage.rounded(digits):
        text = "have zeros behind the fifteenth digit: a spreadsheet has probably rounded them."
        remedy = "Export the file again with this column formatted as text."
        issues.append(damaged(column, header, rounded, "rounded_identifier", text, remedy))
    short = damage.lost_zeros(digits)
    if short:
        text = "have probably lost the zeros in front: with them they are article numbers (GTIN)."
        remedy = "Export the file again with this column formatted as text."
        issues.append(damaged(column, header, short, "lost_zeros", text, remedy))
    complete = [value for value in _with(column, _ARTICLE_NUMBER) if value not in set(short)]
    if wrong := damage.wrong_check_digits(complete, len(column) - len(short)):
        text = "have a wrong check digit, as all others of the column have a right one."
        issues.append(damaged(column, header, wrong, "wrong_check_digit", text, "Check them against the package."))
    return issues

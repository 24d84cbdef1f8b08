"""What spreadsheets and hands have probably done to sizes and article numbers.

What belongs here: how such damage is told from values as they were meant. What doesn't: identifiers shortened to
1.23E+12 (identifiers.py), the sentences that tell it (column_issues.py).
"""

import re
from collections.abc import Sequence

from segops_pipeline.inference.identifiers import is_article_number, is_gtin
from segops_pipeline.inference.months import MONTHS

DAY_AND_MONTH = r"^([0-9]{1,2}[-. /]{1,2}[\p{L}]{3,9}\.?|[\p{L}]{3,9}\.?[-. /]{1,2}[0-9]{1,2})$"
"""A day without its year, as a spreadsheet shows one."""
DATE = r"^([0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2})( 00:00(:00)?)?$"
"""A day with its year, as a spreadsheet saves one."""

_NAME = re.compile(r"[^\W\d_]+")
_RANGE = re.compile(r"[0-9]{1,3}(?:[.,][0-9])?\s?[-–/]\s?[0-9]{1,3}(?:[.,][0-9])?\Z")
_LETTER_SIZE = re.compile(r"(?:[0-9]?X{0,4}[SLM]|one size|[0-9]{2}(?:\.5|,5)?)\Z", re.IGNORECASE)
_GTIN_LENGTHS = (8, 12, 13, 14)
_MOSTLY = 0.8


def days_for_sizes(days: Sequence[str], others: Sequence[str], *, named: bool) -> list[str]:
    """The values such as 02-Mar that were probably sizes or ranges such as 2-3.

    `days` are distinct values that match `DAY_AND_MONTH` or `DATE`, `others` some of the rest. They are damage where
    the rest are sizes, or, for a day without a year, below the header of sizes or identifiers (`named`).
    """
    sizes = sum(1 for value in others if _RANGE.match(value) or _LETTER_SIZE.match(value))
    ranges = sum(1 for value in others if _RANGE.match(value))
    among_sizes = ranges > 0 and sizes >= _MOSTLY * len(others)
    return [value for value in days if among_sizes or (named and _is_day_and_month(value))]


def _is_day_and_month(value: str) -> bool:
    names = _NAME.findall(value)
    return len(names) == 1 and names[0].lower() in MONTHS


def lost_zeros(digits: Sequence[str]) -> list[str]:
    """The article numbers that have lost zeros in front: right again as UPC or EAN with zeros before them.

    `digits` are distinct values of digits only; most of the others must be article numbers as they are.
    """
    whole = [value for value in digits if is_gtin(value)]
    short = [value for value in digits if value not in whole and _padded(value)]
    return short if whole and len(whole) + len(short) >= _MOSTLY * len(digits) and len(short) > 0 else []


def _padded(digits: str) -> bool:
    return any(is_gtin(digits.zfill(length)) for length in (12, 13) if 9 <= len(digits) < length)


def wrong_check_digits(values: Sequence[str], all_values: int) -> list[str]:
    """The values of a column of article numbers whose check digit is wrong.

    `values` are distinct values that have the length of one; nine in ten of `all_values` must be right, for where
    fewer are, the column is one of other numbers.
    """
    wrong = [value for value in values if not is_article_number(value)]
    return wrong if len(values) - len(wrong) >= 0.9 * all_values and len(values) - len(wrong) >= 5 else []


def has_article_length(digits: str) -> bool:
    """Whether digits are as many as a GTIN has."""
    return len(digits) in _GTIN_LENGTHS


def rounded(digits: Sequence[str]) -> list[str]:
    """The numbers of 16 digits and more that a spreadsheet has rounded: it keeps fifteen, and zeros behind them."""
    long = [value for value in digits if len(value) >= 16]
    lost = [value for value in long if not value[15:].strip("0")]
    return lost if len(lost) >= 3 and len(lost) >= 0.9 * len(long) else []

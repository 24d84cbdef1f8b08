"""What spreadsheets and hands have probably done to sizes and article numbers.

What belongs here: how such damage is told from values as they were meant. What doesn't: identifiers shortened to
1.23E+12 (identifiers.py), the sentences that tell it (column_issues.py).
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

import re
from collections.abc import Sequence
from datetime import date, timedelta

import numpy
import pyarrow
import pyarrow.compute as compute
from numpy.typing import NDArray

from segops_pipeline.inference.months import MONTHS

DAY_AND_MONTH = r"^([0-9]{1,2}[-. /]{1,2}[\p{L}]{3,9}\.?|[\p{L}]{3,9}\.?[-. /]{1,2}[0-9]{1,2})$"
"""A day without its year, as a spreadsheet shows one."""
DATE = r"^([0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2})( 00:00(:00)?)?$"
"""A day with its year, as a spreadsheet saves one."""

_COUNTED_FROM = date(1899, 12, 30)
_DAY = re.compile(r"(?:[0-9]{1,2}[-. /]{1,2}[^\W\d_]{3,9}\.?|[^\W\d_]{3,9}\.?[-. /]{1,2}[0-9]{1,2})\Z")
_LONGEST_DAY = 14
_NAME = re.compile(r"[^\W\d_]+")
RANGE = re.compile(r"[0-9]{1,3}(?:[.,][0-9])?\s?[-–/]\s?[0-9]{1,3}(?:[.,][0-9])?\Z")
"""A range such as 2-3 or 36/38."""
_LETTER_SIZE = re.compile(r"(?:[0-9]?X{0,4}[SLM]|one size|[0-9]{2}(?:\.5|,5)?)\Z", re.IGNORECASE)
_MOSTLY = 0.8


def days_for_sizes(days: Sequence[str], others: Sequence[str], *, named: bool) -> list[str]:
    """The values such as 02-Mar that were probably sizes or ranges such as 2-3.

    `days` are distinct values that match `DAY_AND_MONTH` or `DATE`, `others` some of the rest. They are damage where
    the rest are sizes, or, for a day without a year, below the header of sizes or identifiers (`named`).
    """
    sizes = sum(1 for value in others if RANGE.match(value) or _LETTER_SIZE.match(value))
    ranges = sum(1 for value in others if RANGE.match(value))
    among_sizes = ranges > 0 and sizes >= _MOSTLY * len(others)
    return [value for value in days if among_sizes or (named and is_day_and_month(value))]


def is_day_and_month(value: str) -> bool:
    """Whether a text is a day with the name of its month, and no year."""
    if len(value) > _LONGEST_DAY or not any(map(str.isdigit, value)):
        return False
    return _DAY.match(value) is not None and _NAME.findall(value)[0].lower() in MONTHS


def is_day_count(text: str) -> bool:
    """Whether a text could be a spreadsheet's count of days, of a day from 1982 to 2064."""
    return len(text) == 5 and text.isascii() and text.isdecimal() and 30_000 <= int(text) < 60_000


def day_counted(text: str) -> str:
    """What a count of days stands for: `45000 is 2023-03-15`."""
    return f"{text} is {_COUNTED_FROM + timedelta(days=int(text))}"


def right_check_digits(digits: pyarrow.Array) -> NDArray[numpy.bool_]:
    """Whether each text of 8 to 14 digits has the check digit of a GTIN, zeros in front of it weighing nothing."""
    if not len(digits):
        return numpy.zeros(0, dtype=bool)
    padded = compute.utf8_lpad(digits, width=14, padding="0")
    text = b"".join(padded.to_numpy(zero_copy_only=False).astype("S14"))
    places = numpy.frombuffer(text, dtype=numpy.uint8).reshape(len(digits), 14) - ord("0")
    weights = numpy.array([3, 1] * 7, dtype=numpy.int64)
    return (places @ weights) % 10 == 0


def rounded(digits: Sequence[str]) -> list[str]:
    """The numbers of 16 digits and more that a spreadsheet has rounded: it keeps fifteen, and zeros behind them."""
    long = [value for value in digits if len(value) >= 16]
    lost = [value for value in long if not value[15:].strip("0")]
    return lost if len(lost) >= 3 and len(lost) >= 0.9 * len(long) else []

"""Digits that are no quantity.

What belongs here: how identifiers are told from numbers by their shape, and damage that spreadsheets do to
them. What doesn't: which column is the key (matcher.py).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_DIGITS = re.compile(r"[0-9]+\Z")
SCIENTIFIC = r"^[0-9][.,]?[0-9]*[eE]\+?(?P<exponent>[0-9]{1,2})$"
"""What a spreadsheet shows of long whole numbers."""
_SCIENTIFIC = re.compile(SCIENTIFIC)
_ISBN10 = re.compile(r"[0-9]{9}[0-9Xx]\Z")
_HYPHENS = re.compile(r"(?<=[0-9])[-–‐ ](?=[0-9Xx])")  # noqa: RUF001 - the hyphens are meant
_GTIN_LENGTHS = (8, 12, 13, 14)
_SHORTEST_LONG = 12


def is_gtin(digits: str) -> bool:
    """Whether the digits have the length and the check digit of a GTIN-8, UPC, EAN-13, ISBN-13 or GTIN-14."""
    if len(digits) not in _GTIN_LENGTHS or not _DIGITS.match(digits):
        return False
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return weighted % 10 == 0 and digits.strip("0") != ""


def is_isbn10(text: str) -> bool:
    """Whether ten digits, the last perhaps an X, have the check digit of an ISBN-10."""
    if not _ISBN10.match(text):
        return False
    values = [10 if character in "Xx" else int(character) for character in text]
    return sum(place * value for place, value in zip(range(10, 0, -1), values, strict=True)) % 11 == 0


def is_article_number(text: str) -> bool:
    """Whether a text is a GTIN, EAN, UPC or ISBN with the right check digit, whatever hyphens it has."""
    digits = _HYPHENS.sub("", text)
    return is_gtin(digits) or (is_isbn10(digits) and digits.strip("0") != "")


@dataclass(frozen=True, slots=True)
class DigitShape:
    """How the distinct values of a column look that are digits only.

    `share` of all distinct values are digits only; `sample` has some of them; `share_distinct` of the filled
    cells are different. Shares are 0 to 1.
    """

    count: int
    share: float
    with_zero_in_front: int
    shortest: int
    longest: int
    share_distinct: float
    sample: Sequence[str]


def identifier_reason(shape: DigitShape) -> str | None:
    """Why values that look like whole numbers are identifiers by their shape, or None."""
    if shape.share < 0.9 or not shape.count:
        return None
    if shape.with_zero_in_front >= max(1, 0.01 * shape.count):
        return "some begin with a zero, which a number would lose"
    if len(shape.sample) >= 2 and sum(map(is_article_number, shape.sample)) >= 0.9 * len(shape.sample):
        return "they have the length and check digit of article numbers (GTIN, EAN, UPC, ISBN)"
    if shape.shortest >= _SHORTEST_LONG:
        return f"all have {_SHORTEST_LONG} digits or more"
    if shape.shortest == shape.longest >= 6 and shape.count >= 20 and shape.share_distinct >= 0.9:
        return "all have one length, and hardly any occurs twice"
    if shape.longest > 15:
        return "some have more digits than a number keeps exactly"
    return None


def scientific_damage(shortened: Sequence[str], others: Sequence[str], *, named: bool) -> list[str]:
    """The values such as 1.23E+12 that a spreadsheet has probably made of long identifiers.

    `shortened` are the distinct values of that form, `others` some of the rest. They are damage below the
    header of an identifier (`named`), beside long whole numbers, or where all values are of the form and have
    the exponents of article numbers (8 to 13).
    """
    exponents = {value: int(match["exponent"]) for value in shortened if (match := _SCIENTIFIC.match(value))}
    damaged = [value for value, exponent in exponents.items() if 7 <= exponent <= 20]
    if not damaged or named:
        return damaged
    if others:
        long = sum(1 for value in others if _DIGITS.match(value) and len(value) >= 8)
        return damaged if long >= 0.8 * len(others) else []
    return damaged if all(8 <= exponent <= 13 and "+" in value for value, exponent in exponents.items()) else []

"""Numbers in every locale's dress.

What belongs here: how digits, grouping and decimal marks read as a decimal number, and which mark a column
uses. What doesn't: currencies (prices.py).

Dots and commas are told apart by position: where both occur the last is the decimal mark; one that repeats
is grouping; one alone before exactly three digits is ambiguous and means what the column decides, and
without a decision what a machine would have written (1.234 is a fraction, 1,234 is grouped).
"""
# ruff: noqa: RUF001 - other scripts' letters are meant

import re
from collections.abc import Iterable
from decimal import Decimal
from unicodedata import decimal as digit_of

from segops_pipeline.inference.context import (
    Ambiguity,
    CastContext,
    DecimalMark,
    Decision,
    Refusal,
    Value,
    shown,
)

LARGEST_EXACT_INTEGER = 2**53
"""Up to here every reader of JSON keeps an integer exact."""

_MOST_DIGITS = 300
_PLAIN = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,2})?\Z")
_SIGNED = re.compile(
    r"(?P<open>\()?\s*(?P<sign>[-+])?\s*(?P<body>[0-9.,][0-9., ']*?)\s*(?P<after>-)?\s*(?P<close>\))?\Z"
)
_SCIENTIFIC = re.compile(r"([-+])?([0-9.,]+)[eE]([-+]?[0-9]{1,3})\Z")
_GROUPED = re.compile(r"[0-9]{1,3}(?:[., '][0-9]{3})+\Z")
_GROUPED_INDIAN = re.compile(r"[0-9]{1,2}(?:,[0-9]{2})*,[0-9]{3}\Z")
_PERCENT = re.compile(r"\s*[%٪﹪％]\Z")
_LETTERS = re.compile(r"[^\W\d_]")

_SIGNS = str.maketrans(
    {
        **dict.fromkeys("\u2212\u2012\u2013\uff0d\ufe63", "-"),
        "\uff0b": "+",
        **dict.fromkeys("\u00a0\u202f\u2009\u2007\u2008\u2002\u2003\u3000\t", " "),
        **dict.fromkeys("\u2019\u02bc\u2018\u00b4`\u2032", "'"),
        "\u066c": "'",  # the Arabic thousands separator is never a decimal mark
        **dict.fromkeys("\uff0c\u060c", ","),
        **dict.fromkeys("\uff0e\u066b", "."),
        **dict.fromkeys("\u200e\u200f\u061c\u2066\u2067\u2068\u2069\ufeff\u200b"),
        "\uff08": "(",
        "\uff09": ")",
    }
)


def plain_characters(text: str) -> str:
    """The text with the digits, signs, spaces and marks of all scripts as ASCII ones."""
    if text.isascii():
        return text
    translated = text.translate(_SIGNS)
    return "".join(
        str(digit_of(character)) if character.isdecimal() and not character.isascii() else character
        for character in translated
    )


def read_number(text: str, decimal: DecimalMark | None = None) -> Decimal | None:
    """The exact number that a stripped text writes, or None.

    A percentage is the number before its sign. At most 300 digits are read.
    """
    if _PLAIN.match(text):
        return Decimal(text)
    if len(text) > _MOST_DIGITS:
        return None
    text = _PERCENT.sub("", plain_characters(text))
    if (scientific := _SCIENTIFIC.match(text)) is not None:
        sign, body, exponent = scientific.groups()
        digits = _plain_digits(body, decimal)
        return Decimal(f"{sign or ''}{digits}E{exponent}") if digits and abs(int(exponent)) <= _MOST_DIGITS else None
    signed = _SIGNED.match(text)
    if signed is None or bool(signed["open"]) != bool(signed["close"]):
        return None
    signs = [sign for sign in (signed["open"], signed["sign"], signed["after"]) if sign]
    body = signed["body"]
    if len(signs) > 1 or (signed["after"] and not body[-1].isdecimal()):
        return None
    digits = _plain_digits(body, decimal)
    if digits is None:
        return None
    number = Decimal(digits)
    return number.copy_negate() if number and signs and signs[0] != "+" else number


def _plain_digits(body: str, decimal: DecimalMark | None) -> str | None:
    """The body as Python's Decimal reads it: no grouping, a dot as the decimal mark."""
    mark = _decimal_mark(body, decimal)
    whole, point, fraction = body.rpartition(mark) if mark else (body, "", "")
    if fraction and not fraction.isdecimal():
        return None
    if not whole.isdecimal():
        if whole == "":
            return f"0.{fraction}" if fraction else None
        grouping = {character for character in whole if not character.isdecimal()}
        if len(grouping) > 1 or not (_GROUPED.match(whole) or _GROUPED_INDIAN.match(whole)):
            return None
        whole = whole.replace(grouping.pop(), "")
    return f"{whole}.{fraction}" if point and fraction else whole


def _decimal_mark(body: str, decimal: DecimalMark | None) -> str | None:
    dots, commas = body.count("."), body.count(",")
    if dots and commas:
        return "." if body.rindex(".") > body.rindex(",") else ","
    if dots + commas != 1:
        return None
    mark = "." if dots else ","
    if not is_ambiguous(body):
        return mark
    return mark if mark == (decimal or ".") else None


def is_ambiguous(body: str) -> bool:
    """Whether the one dot or comma in 1.234 could as well be grouping."""
    whole, _, fraction = body.replace(",", ".").partition(".")
    return len(fraction) == 3 and 1 <= len(whole) <= 3 and whole.isdecimal() and whole[0] != "0"


def number_value(number: Decimal) -> int | float | str:
    """Canonical JSON: a JSON number where that is exact for every reader, else the decimal text."""
    whole = number.to_integral_value()
    if number == whole:
        return int(number) if abs(number) <= LARGEST_EXACT_INTEGER else plain_text(number)
    nearest = float(number)
    return nearest if Decimal(repr(nearest)) == number else plain_text(number)


def plain_text(number: Decimal) -> str:
    """The number without an exponent and without zeros at its end."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def cast_number(text: str, context: CastContext) -> Value | Refusal:
    """A number: a JSON number where exact, else a decimal string."""
    number = read_number(text, context.decimal)
    if number is not None:
        return number_value(number)
    if len(text) > _MOST_DIGITS:
        return Refusal("not_a_number", f"“{shown(text)}” is too long for a number.", "Make the field a text.")
    if _LETTERS.search(text):
        return Refusal(
            "not_a_number",
            f"“{shown(text)}” is not a number.",
            "Write digits only, or make the field a text.",
        )
    return Refusal(
        "not_a_number",
        f"“{shown(text)}” is not a number in any notation that is known.",
        "Write it as 1234.56, or make the field a text.",
    )


_BODY = re.compile(r"[0-9][0-9., ']*[0-9]|[.,]?[0-9]+")


def decide_decimal(values: Iterable[str], *, prices: bool = False) -> tuple[DecimalMark | None, list[Ambiguity]]:
    """The decimal mark of a column of numbers or prices, from its distinct values, and what stays unclear.

    Where nothing decides, 1.234 is a fraction and 1,234 thousands; among prices both are thousands.
    """
    votes = {".": 0, ",": 0}
    unclear: dict[str, str] = {}
    for value in values:
        if "." not in value and "," not in value and value.isascii():
            continue
        for body in _BODY.findall(plain_characters(value)):
            dots, commas = body.count("."), body.count(",")
            if dots + commas == 0:
                continue
            if dots and commas:
                votes["." if body.rindex(".") > body.rindex(",") else ","] += 1
            elif dots + commas > 1:
                votes["," if dots else "."] += 1
            elif not is_ambiguous(body):
                votes["." if dots else ","] += 1
            else:
                unclear.setdefault("." if dots else ",", body)
    if votes["."] or votes[","]:
        return (",", []) if votes[","] > votes["."] else (".", [])
    if not unclear:
        return None, []
    ambiguities = [_unclear_number(body, mark, prices) for mark, body in sorted(unclear.items())]
    return None if prices else ".", ambiguities


def _unclear_number(body: str, mark: str, prices: bool) -> Ambiguity:
    grouped, fraction = body.replace(mark, ""), body.replace(mark, ".")
    readings = (fraction, grouped) if mark == "." and not prices else (grouped, fraction)
    return Ambiguity(
        "ambiguous_number",
        body,
        readings,
        f"“{body}” is read as {readings[0]}, but could be {readings[1]}: no value of the column decides.",
        "Check a few values; write decimals so that they cannot be read as thousands.",
    )


def decide_number(values: Iterable[str]) -> Decision:
    """The context of a column of numbers."""
    decimal, ambiguities = decide_decimal(values)
    return Decision(CastContext(decimal=decimal), tuple(ambiguities))

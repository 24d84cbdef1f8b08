"""A price in running text, as shop pages have it.

What belongs here: finding the amount and the currency that a text mentions. What doesn't: the cast to price
(prices.py), which takes only a text that is one price.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from segops_pipeline.inference.context import DecimalMark
from segops_pipeline.inference.currencies import MARKS, code_of, is_code, is_weak, minor_digits
from segops_pipeline.inference.decimals import is_ambiguous, plain_characters, read_number
from segops_pipeline.inference.words import words

_LONGEST = 1000
_AMOUNT = re.compile(
    r"(?<![\d.,])(?:[0-9]{1,3}(?:[ '][0-9]{3})+(?:[.,] ?[0-9]{1,4})?"
    r"|[.,]?[0-9]+(?:[.,'][0-9]+)*(?:[.,] [0-9]{2})?)(?![0-9])"
)
_MARK = "|".join(sorted((re.escape(mark) for mark in MARKS), key=len, reverse=True))
_BEFORE = re.compile(rf"(?<![^\W\d_])({_MARK})(?:(?:\s|(?<![^\W\d_])|(?![^\W\d_]))({_MARK}))?\s*\Z", re.IGNORECASE)
_AFTER = re.compile(rf"\s*(?:[.,]?\s?[-–—]+\s*)?({_MARK})(?![^\W\d_])", re.IGNORECASE)
_ANYWHERE = re.compile(rf"(?<![^\W_])({_MARK})(?![^\W\d_])|([$€£¥₽₹₴₺₩₪฿₫])", re.IGNORECASE)
_RANGE = re.compile(r"\s*(?:to|bis|à|a|do|-|–|—)\s*", re.IGNORECASE)
_UNIT = re.compile(r"\s*(?:%|(?:ft|kg|g|mg|cm|mm|m|km|ml|l|lb|lbs|oz|in|inch|pcs|x)(?![^\W_]))")
_DATE = re.compile(r"\s*(?:[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4}|[^\W\d_]{3,9},?\s+(?:19|20)[0-9]{2})\s*\Z")
_FREE = words("free free! gratis gratis! kostenlos gratuit gratuito zdarma бесплатно 無料 免费")


@dataclass(frozen=True, slots=True)
class _Found:
    """A number in a text and the mark beside it."""

    number: str
    start: int
    end: int
    mark: str | None


def parse_price(
    text: str | None, currency_hint: str | None = None, decimal_separator: str | None = None
) -> tuple[Decimal | None, str | None]:
    """The amount that a text mentions first as a price, and its currency as spelled there.

    `currency_hint` is text from near by, asked for a currency where the text names none. Either answer is
    None where nothing is found; the amount is without its sign.
    """
    plain = plain_characters((text or "")[:_LONGEST]).strip()
    found = None if _DATE.match(plain) else _first_price(plain)
    mark = found.mark if found else _mark_in(plain)
    if mark is None and currency_hint:
        mark = _mark_in(plain_characters(currency_hint[:_LONGEST]).strip())
    if found is None:
        return (Decimal(0) if plain.lower() in _FREE else None), mark
    return _amount(found.number, mark, decimal_separator), mark


def mentions_price(text: str) -> bool:
    """Whether a text has a number beside a currency that is neither a unit nor a word."""
    plain = plain_characters(text[:_LONGEST]).strip()
    found = _first_price(plain)
    return found is not None and found.mark is not None and not is_weak(found.mark)


def _first_price(text: str) -> _Found | None:
    """The first number beside a currency, or the one that begins its range; else the first number."""
    numbers = [_with_mark(text, match) for match in _AMOUNT.finditer(text)]
    previous: _Found | None = None
    for number in numbers:
        if number.mark is not None:
            if previous is not None and _RANGE.fullmatch(text, previous.end, number.start):
                return _Found(previous.number, previous.start, previous.end, number.mark)
            return number
        previous = number
    return next((number for number in numbers if not _UNIT.match(text, number.end)), None)


def _with_mark(text: str, match: re.Match[str]) -> _Found:
    before = _BEFORE.search(text[: match.start()])
    after = _AFTER.match(text, match.end())
    marks = [mark for mark in before.groups() if mark] if before is not None else []
    if after is not None and not _UNIT.match(text, match.end()):
        marks.append(after[1])
    mark = next((mark for mark in marks if is_code(mark)), marks[0] if marks else None)
    return _Found(match[0], match.start(), match.end(), mark)


def _mark_in(text: str) -> str | None:
    """The first currency in a text that has no amount; a mark that is also a word counts only by itself."""
    if text.lower() in MARKS:
        return text
    for match in _ANYWHERE.finditer(text):
        mark = match[0]
        if is_code(mark) or not (is_weak(mark) or is_code(mark.upper()) or (mark.isalpha() and len(mark) < 3)):
            return mark
    return None


def _amount(number: str, mark: str | None, decimal_separator: str | None) -> Decimal | None:
    number = re.sub(r"([.,]) ", r"\1", number)
    decimal: DecimalMark | None = "." if decimal_separator == "." else "," if decimal_separator == "," else None
    if decimal is None and is_ambiguous(number):
        point: DecimalMark = "." if "." in number else ","
        mills = mark is not None and minor_digits(code_of(mark, None)) == 3
        decimal = point if mills else "," if point == "." else "."
    return read_number(number, decimal)

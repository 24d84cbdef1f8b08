"""Prices, one or several in a cell.

What belongs here: the casts to price and multi_price, and the currency and decimal mark of a column of
prices. What doesn't: the table of currencies (currencies.py), the words beside amounts (price_words.py).

A price is `{"amount": "12.50", "currency": "EUR"}`: the amount has at least the decimals that its currency is
written with, so that one price has one form; the currency is left out where nothing says it.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from segops_pipeline.inference.context import (
    NO_VALUE,
    Ambiguity,
    CastContext,
    DecimalMark,
    Decision,
    Json,
    Refusal,
    Value,
    read_json,
    shown,
)
from segops_pipeline.inference.currencies import CODES, code_of, is_shared, is_weak, minor_digits
from segops_pipeline.inference.decimals import (
    decide_decimal,
    is_ambiguous,
    plain_text,
    read_number,
)
from segops_pipeline.inference.price_words import ON_REQUEST, split_price
from segops_pipeline.inference.words import words

_MOST_PRICES = 500
_LONGEST_RANGE = 80
_FREE = words(
    """
    free free! gratis kostenlos gratuit gratuito bezpłatnie zdarma ilmainen бесплатно 無料 免费 免費
    """
)
_LOCALE = re.compile(r"([a-z]{2,3}[-_][A-Z]{2})\s*[:=]\s*")
_BETWEEN = re.compile(
    r"\s*[;|\n]\s*|\s+/\s+|\s*,\s*(?=[^\d\s\-–—])|(?<=[^\d\s]),\s*(?=\d)"
    r"|(?<=\d)(?: */ *| +)(?=(?:[A-Z]{3}|[€$£¥₹]) ?\d)"
)
_RANGE = re.compile(r"(?<=[^\s\-–—])\s*(?:[-–—]|\bto\b|\bbis\b|\bà\b|\bdo\b|\ba\b)\s*(?=[^\s\-–—])")
# 46.000.00: one mark between thousands and before the cents
_ONE_MARK = re.compile(r"([0-9]{1,3}(?:([.,])[0-9]{3})+)\2([0-9]{2})\Z")


def cast_price(text: str, context: CastContext) -> Value | Refusal:
    """A price with its amount as a decimal string; the column's currency where the cell has no mark."""
    if text.startswith("{"):
        return _from_object(read_json(text), context) or _refusal(text)
    if text.lower() in _FREE:
        return _price(Decimal(0), context.currency)
    if ON_REQUEST.match(text):
        return Refusal(NO_VALUE, f"“{shown(text)}” says that the price is not told.", "Leave the cell empty.")
    priced = split_price(text)
    if priced is None or any(_means_nothing(mark, context) for mark in priced.marks):
        return _range_refusal(text) or _refusal(text)
    code = _one_code(priced.marks, context.currency)
    if isinstance(code, Refusal):
        return code
    number = _ONE_MARK.sub(lambda match: f"{re.sub('[.,]', '', match[1])}.{match[3]}", priced.number)
    amount = read_number(number, _decimal_mark(number, code, context))
    if amount is None:
        return _refusal(text)
    return _price(amount.copy_negate() if priced.negative else amount, code)


def _means_nothing(mark: str, context: CastContext) -> bool:
    """Whether a mark that is also a unit is not the mark of the column's currency."""
    return is_weak(mark) and code_of(mark, context.currency) != context.currency


def _refusal(text: str) -> Refusal:
    return Refusal("not_a_price", f"“{shown(text)}” is not one price.", "Write it as 12.50 EUR.")


def _range_refusal(text: str) -> Refusal | None:
    """Why a text that is two prices is none: which of them is meant, nobody can know."""
    ends = _RANGE.split(text) if len(text) <= _LONGEST_RANGE else []
    if len(ends) != 2 or not all(map(split_price, ends)):
        return None
    return Refusal(
        "price_range",
        f"“{shown(text)}” is a range of prices, from {ends[0]} to {ends[1]}.",
        "Write the one that is meant, or two columns.",
    )


def _price(amount: Decimal, code: str | None) -> dict[str, Value]:
    """The canonical price."""
    whole, _, fraction = plain_text(amount).partition(".")
    if whole == "-0" and not fraction.strip("0"):
        whole = "0"
    fraction = fraction.ljust(minor_digits(code), "0")
    price: dict[str, Value] = {"amount": f"{whole}.{fraction}" if fraction else whole}
    if code:
        price["currency"] = code
    return price


def _one_code(marks: tuple[str, ...], context_currency: str | None) -> str | Refusal | None:
    """The currency of one cell; a code says more than a symbol that several currencies share."""
    if not marks:
        return context_currency
    codes = {code_of(mark, context_currency) for mark in marks}
    if len(codes) == 1:
        return codes.pop()
    clear = {code_of(mark, None) for mark in marks if not is_shared(mark)} - {None}
    if len(clear) == 1:
        (code,) = clear
        if all(code_of(mark, code) == code for mark in marks):
            return code
    return Refusal("two_currencies", "The cell names two currencies for one amount.", "Write one price per cell.")


def _decimal_mark(number: str, code: str | None, context: CastContext) -> DecimalMark | None:
    """What an ambiguous 1.234 is in a price: as the column has it, else thousands: prices have no mills."""
    if context.decimal is not None or not is_ambiguous(number):
        return context.decimal
    mark: DecimalMark = "." if "." in number else ","
    if minor_digits(code) == 3:
        return mark
    return "," if mark == "." else "."


def cast_multi_price(text: str, context: CastContext) -> Value | Refusal:
    """A list of prices; several in a cell each need their currency, and may have a locale in front."""
    if text[:1] in ("[", "{"):
        return _from_json(text, context)
    if len(text) > _MOST_PRICES * 20:
        return _refusal(text)
    parts = [part for part in _BETWEEN.split(text) if part]
    prices: list[Value] = []
    for part in parts:
        locale = _LOCALE.match(part)
        price = cast_price(part[locale.end() :].strip() if locale else part, context)
        if isinstance(price, Refusal):
            return price
        assert isinstance(price, dict)
        if len(parts) > 1 and "currency" not in price:
            return Refusal(
                "price_without_currency",
                f"“{shown(part)}” is one of several prices and has no currency.",
                "Write every price with its currency, as EUR 10; USD 11.",
            )
        prices.append({**price, "locale": locale[1].replace("_", "-")} if locale else price)
    return prices or _refusal(text)


def _from_json(text: str, context: CastContext) -> Value | Refusal:
    """Prices as this project writes them, or an object of amounts by currency."""
    content = read_json(text)
    if isinstance(content, dict) and "amount" not in content:
        content = [{"amount": amount, "currency": code} for code, amount in content.items()]
    entries: list[Any] = content if isinstance(content, list) else [content]
    prices: list[Value] = []
    for entry in entries:
        price = _from_object(entry, context)
        if price is None:
            return _refusal(text)
        prices.append(price)
    return prices or _refusal(text)


def _from_object(content: Json, context: CastContext) -> dict[str, Value] | None:
    if not isinstance(content, dict) or not set(content) <= {"amount", "currency", "locale"}:
        return None
    amount, code, locale = content.get("amount"), content.get("currency"), content.get("locale")
    if not isinstance(amount, str) or not all(isinstance(word, str | None) for word in (code, locale)):
        return None
    number = read_number(amount, ".")
    if number is None or (code and code not in CODES):
        return None
    none_named = "currency" in content and code is None  # null says that there is none, as an export writes it
    price = _price(number, None if none_named else code or context.currency)
    return {**price, "locale": locale} if locale else price


def has_mark(text: str) -> bool:
    """Whether the text is a price with a currency mark that is no unit."""
    priced = split_price(text)
    return priced is not None and any(not is_weak(mark) for mark in priced.marks)


def decide_prices(values: Iterable[str], currency: str | None) -> Decision:
    """The currency and decimal mark of a column of prices, from all its distinct values.

    `currency` is what the header or the workspace says; a currency that all marks of the column share goes
    before it. A mark that several currencies use is reported with what it could be.
    """
    codes: set[str | None] = set()
    shared: str | None = None
    texts: list[str] = []
    for value in values:
        texts.append(value)
        for part in _BETWEEN.split(value):
            priced = split_price(part)
            for mark in priced.marks if priced else ():
                if is_weak(mark) and code_of(mark, currency) != currency:
                    continue
                codes.add(code_of(mark, currency))
                if is_shared(mark) and not shared:
                    shared = mark
    decimal, ambiguities = decide_decimal(texts, prices=True)
    found = currency
    if len(codes) == 1 and (only := next(iter(codes))):
        found = only
    if shared is not None and code_of(shared, found) != currency:
        ambiguities = [*ambiguities, _unclear_mark(shared, code_of(shared, found))]
    return Decision(CastContext(currency=found, decimal=decimal), tuple(ambiguities))


def _unclear_mark(mark: str, code: str | None) -> Ambiguity:
    read = f"read as {code}" if code else "left without a currency"
    return Ambiguity(
        "ambiguous_currency",
        mark,
        (code or "", ""),
        f"“{mark}” is the mark of several currencies and is {read}.",
        "Write currency codes, or set the workspace's currency: segops workspaces set NAME --currency USD",
    )

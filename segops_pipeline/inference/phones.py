"""Telephone numbers.

What belongs here: what a written number looks like, the cast to phone, and the country of a column's numbers
that name none. What doesn't: whether a number is in use.

A phone is `+493012345678`, with `;ext=12` where it has an extension, as RFC 3966 has it. A number that names no
country, in a column that does not decide on one, is kept as it is written: a guessed country code is wrong for ever.
"""

import re
from collections.abc import Iterable, Sequence

from segops_pipeline.inference.context import Ambiguity, CastContext, Decision, Refusal, Value, shown
from segops_pipeline.inference.decimals import plain_characters

SURE_PHONE = (
    r"^(\+(1[ -]?[2-9][0-9]{2}[ -]?[2-9][0-9]{2}[ -]?[0-9]{4}|44 ?[1-9][0-9]{9}|33 ?[1-9]([ .]?[0-9]{2}){4}"
    r"|49 ?[1-9][0-9]{1,4}[ /-]?[0-9]{4,8})"
    r"|\([0-9]{3}\) ?[0-9]{3}-[0-9]{4}|[1-9][0-9]{2}[ .-]?[0-9]{3}[ .-]?[0-9]{4}|0[1-9][0-9]{1,3}[ /-]?[0-9]{5,8}"
    r"|0[1-9]( [0-9]{2}){4})$"
)
"""Numbers in their plainest writing; the cast takes every one."""

_LONGEST = 60
_FEWEST_DIGITS, _MOST_DIGITS = 6, 17
_LABEL = re.compile(
    r"\(?(?:tel(?:e(?:ph|f)on[eo]?|éfono)?|tlf|phone|fon|fax|mob(?:ile|il)?|cell|handy|office|work|home|t|f|m|p)"
    r"\b\s*(?:no\b|nr\b|number\b)?[.:#\s]*(?=[+(0-9])",
    re.IGNORECASE,
)
_SHAPE = re.compile(
    r"(?P<number>\+?\(?[0-9](?:[0-9]|[ .,/\-–]{1,3}(?=[0-9(])|[ .-]?\(|\)[ ./-]{0,3})*)"
    r"(?P<letters>[ -]?[A-Z]{4,7})?"
    r"(?:\s*(?:;ext=|ext\.?|extension|x|durchwahl|dw|#)\s*(?P<extension>[0-9]{1,6}))?\Z",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"\+[0-9]|\([0-9]{1,5}\)|[0-9]{2,}[ ./–-][0-9]{2,}")
_CANDIDATES = tuple(
    "US GB DE FR ES IT NL PL AT CH BE SE DK NO FI CZ PT IE AU NZ IN BR MX JP CN ZA TR RU UA HU RO GR IL SG".split()  # noqa: SIM905 - read as words
)
_REGION_OF_CURRENCY = {
    "USD": "US", "GBP": "GB", "CHF": "CH", "PLN": "PL", "SEK": "SE", "DKK": "DK", "NOK": "NO", "CZK": "CZ",
    "AUD": "AU", "NZD": "NZ", "CAD": "CA", "INR": "IN", "BRL": "BR", "MXN": "MX", "JPY": "JP", "CNY": "CN",
    "ZAR": "ZA", "TRY": "TR", "RUB": "RU", "UAH": "UA", "HUF": "HU", "RON": "RO", "ILS": "IL", "SGD": "SG",
}  # fmt: skip
_GROUP = re.compile(r"[0-9]+")
_DECIDING = 60
_DECIDED = 0.9


def phone_parts(text: str) -> tuple[str, str | None] | None:
    """The digits as written and the extension of a text that looks like one telephone number, or None."""
    if len(text) > _LONGEST:
        return None
    plain = plain_characters(text).strip()
    if (label := _LABEL.match(plain)) is not None:
        plain = plain[label.end() :]
        if plain.endswith(")") and plain.count(")") > plain.count("("):
            plain = plain[:-1]
    shape = _SHAPE.match(plain)
    if shape is None or plain.count("(") != plain.count(")"):
        return None
    number = shape["number"].strip() + (shape["letters"] or "")
    digits = sum(map(str.isdigit, number)) + len((shape["letters"] or "").strip(" -"))
    return (number, shape["extension"]) if _FEWEST_DIGITS <= digits <= _MOST_DIGITS else None


def is_grouped(text: str) -> bool:
    """Whether a number is written as telephone numbers are: with a plus, or in groups."""
    return _GROUPED.search(text) is not None


def cast_phone(text: str, context: CastContext) -> Value | Refusal:
    """The number in E.164 where its country is known, else as it is written without its label."""
    parts = phone_parts(text)
    if parts is None:
        return Refusal("not_a_phone", f"“{shown(text)}” is no telephone number.", "Write it as +49 30 12345678.")
    number, extension = parts
    if number.startswith("00"):
        international = _in_region("+" + number[2:], None)
        if international is not None:
            return _with_extension(international, extension)
    found = _in_region(number, context.region)
    if found is not None:
        return _with_extension(found, extension)
    if number.startswith("+"):
        return Refusal(
            "not_a_phone",
            f"“{shown(text)}” has too few or too many digits for its country, or no country has that code.",
            "Check the number.",
        )
    return _with_extension(" ".join(number.split()), extension)


def _with_extension(number: str, extension: str | None) -> str:
    return f"{number};ext={extension}" if extension else number


def _in_region(number: str, region: str | None) -> str | None:
    """The number in E.164, or None where its country is not known or has no such number."""
    import phonenumbers

    if region is None and not number.startswith("+"):
        return None
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None
    # a country that is written is only held against its lengths: plans change, and a new range is no mistake
    named = number.startswith("+")
    if not (phonenumbers.is_possible_number(parsed) if named else phonenumbers.is_valid_number(parsed)):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _fit(number: str, region: str) -> float:
    """How well a number is one of a country: 0 not at all, 1 by its digits, 2 by its groups, 3 as it is written."""
    import phonenumbers

    plan = phonenumbers.PhoneMetadata.metadata_for_region(region)
    trunk = plan.national_prefix if plan is not None else None
    if trunk == "0" and not number.lstrip("( ").startswith("0"):
        return 0
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return 0
    if not phonenumbers.is_valid_number_for_region(parsed, region):
        return 0
    written = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    if written == number:
        return 3
    return 2 if _GROUP.findall(written) == _GROUP.findall(number) else 1


def is_number_of(number: str, region: str) -> bool:
    """Whether a country's numbering plan has a number, with the trunk prefix that the country writes."""
    return _fit(number, region) > 0


def _fits(numbers: Sequence[str]) -> dict[str, float]:
    """How well the numbers are those of each common country that has nine in ten of them or more."""
    fits: dict[str, float] = {}
    for region in _CANDIDATES:
        refused, total = 0, 0.0
        for number in numbers:
            fit = _fit(number, region)
            total += fit
            refused += not fit
            if refused > (1 - _DECIDED) * len(numbers):
                break
        else:
            fits[region] = total / len(numbers)
    return fits


def decide_phones(values: Iterable[str], currency: str | None) -> Decision:
    """The country of a column's numbers that name none: the one in whose numbering plan they are.

    Where several plans have them, the country of the workspace's currency decides, then how the numbers are
    grouped; else none, and two readings of a number are given.
    """
    national: list[str] = []
    for value in values:
        parts = phone_parts(value)
        if parts is not None and not parts[0].startswith(("+", "00")):
            national.append(parts[0])
            if len(national) == _DECIDING:
                break
    if not national:
        return Decision(CastContext())
    fits = _fits(national)
    usual = _REGION_OF_CURRENCY.get(currency or "")
    if usual in fits:
        return Decision(CastContext(region=usual))
    best = [region for region, fit in fits.items() if fit == max(fits.values())]
    # one number fits some plan by chance, three of them hardly do
    if len(best) == 1 and len(set(national)) >= 3:
        return Decision(CastContext(region=best[0]))
    return Decision(CastContext(), (_unclear_country(national[0], best),))


def _unclear_country(number: str, regions: Sequence[str]) -> Ambiguity:
    readings = [reading for region in regions[:2] if (reading := _in_region(number, region)) is not None]
    could = f" It could be {' or '.join(readings)}." if readings else ""
    return Ambiguity(
        "phone_without_country",
        number,
        (readings[0] if readings else number, readings[1] if len(readings) > 1 else number),
        f"“{shown(number)}” names no country, and is kept as it is written.{could}",
        "Write numbers with their country, as +49 30 12345678.",
    )

"""The PIM's types: a cell's text to a value and back, in the invariant culture of .NET.

Values are those of the catalogue: text, number (decimal text where JSON would lose digits), true and false, ISO 8601,
`{"media": guid, "crop": guid}`, `{"article": guid, "segment": key}`, and a brand's key. `write_value` writes what
`read_value` reads as the same. Source: seed 002, "Format requirements", "MediaBank6 types", "ContentManagement7 type".

What belongs here: one scalar of one type. What doesn't: keywords (`keywords`), and list items and predefined values,
which are matched, not read (`catalogue.pim`).
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from segops_pipeline.errors import Issue
from segops_pipeline.formats.bizzkit.moments import read_moment, write_moment
from segops_pipeline.inference.context import shown
from segops_pipeline.inference.decimals import number_value, plain_text

Json = Any

DECIMAL_DIGITS = 18  # significant ones of every PDecimal; PDecimalN has N of them after the point
INTEGER_BITS = {"PInt16": 16, "PInt32": 32, "PInt64": 64}
DECIMAL_PLACES = {f"PDecimal{places}": places for places in range(1, 10)}
TEXT_TYPES = ("PString", "PTranslatedString", "PTranslatedStringD")
PIM_TYPES: tuple[str, ...] = (
    *TEXT_TYPES, *INTEGER_BITS, *DECIMAL_PLACES, "PBoolean", "PDateTime", "PBrand", "PMedia", "PArticle"
)  # fmt: skip
# Further names of the two, as the seed's "Format requirements" calls them.
_OTHER_NAMES = {"MediaBank6": "PMedia", "ContentManagement7": "PArticle", "CMS7": "PArticle"}
_BY_FOLDED = {one.casefold(): one for one in PIM_TYPES} | {
    folded: type_ for name, type_ in _OTHER_NAMES.items() for folded in (name.casefold(), f"p{name.casefold()}")
}

# Of at most 15 digits, so that float reads them as exactly as Decimal does
_SHORT_INTEGER = re.compile(r"-?[1-9][0-9]{0,14}\Z", re.ASCII)
_SHORT_DECIMAL = re.compile(r"-?[1-9][0-9]{0,5}\.[0-9]{1,9}\Z", re.ASCII)
_INTEGER = re.compile(r"[+-]?[0-9]{1,40}\Z")
_DECIMAL = re.compile(
    r"(?P<sign>[+-])?(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]*)(?:\.(?P<fraction>[0-9]*))?(?P<after>[+-])?\Z"
)
_MOST_CHARACTERS = 100
_GUID = re.compile(
    r"\{[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}\Z"
    r"|\([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\)\Z"
    r"|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\Z"
    r"|[0-9A-Fa-f]{32}\Z"
)


class Refused(Exception):
    """A cell's text is no value of its type: why, and what to do."""

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.code, self.message, self.remedy = code, message, remedy

    def as_issue(self, line: int | None = None, column: str | None = None, value: str | None = None) -> Issue:
        """The issue at its cell."""
        return Issue(self.code, self.message, "error", line, column, value, suggestion=self.remedy)


def canonical_type(name: str) -> str | None:
    """The type of a name in any case (`pdecimal2`, `MediaBank6`), or None: there is none."""
    return _BY_FOLDED.get(name.strip().casefold())


def is_type(name: str) -> bool:
    """Whether a name is one of `PIM_TYPES`, exactly."""
    return name in PIM_TYPES


def read_value(text: str, pim_type: str) -> Json:
    """The value of a cell's text; an empty text is a value of the text types only.

    Raises:
        Refused: the text is no value of the type, or out of its range.
        KeyError: the type is none.
    """
    return _READERS[pim_type](text, pim_type)


def write_value(value: Json, pim_type: str) -> str:
    """The round-trip form of a value, which `read_value` reads as the same value.

    Raises:
        KeyError: the type is none.
    """
    return _WRITERS[pim_type](value)


def _read_text(text: str, _: str) -> str:
    if "\x00" in text:  # the database keeps none
        raise Refused("nul_character", f"“{shown(text)}” has a NUL character.", "Remove the character.")
    return text


def _read_integer(text: str, pim_type: str) -> int | float | str:
    """As .NET's NumberStyles.Integer: blanks around it, a leading sign, digits."""
    bits = INTEGER_BITS[pim_type]
    if _SHORT_INTEGER.match(text) and -(2 ** (bits - 1)) <= (short := int(text)) < 2 ** (bits - 1):
        return short
    plain = _filled(text, pim_type)
    if not _INTEGER.match(plain):
        raise _wrong("not_an_integer", text, "is no whole number", "Write digits only, with a leading - where needed.")
    number, limit = int(plain), 2 ** (bits - 1)
    if not -limit <= number < limit:
        raise _wrong(
            "out_of_range", text, f"is out of the range of {pim_type}", f"Write a number from {-limit} to {limit - 1}."
        )  # fmt: skip
    return number_value(Decimal(number))


def _read_decimal(text: str, pim_type: str) -> int | float | str:
    """As .NET's NumberStyles.Number: a sign before or behind, commas between thousands, a point; no exponent.

    .NET ignores commas anywhere; here they must stand between groups of three, so that a decimal comma (1,5) is
    refused and not read as 15.
    """
    places = DECIMAL_PLACES[pim_type]
    if _SHORT_DECIMAL.match(text) and len(text) - text.index(".") - 1 <= places:
        short = float(text)
        return int(short) if short.is_integer() else short
    plain = _filled(text, pim_type)
    match = _DECIMAL.match(plain) if len(plain) <= _MOST_CHARACTERS else None
    if match is None or not (match["whole"] or match["fraction"]) or (match["sign"] and match["after"]):
        raise _wrong("not_a_decimal", text, "is no decimal number", "Write it as 1234.56, with a point.")
    fraction = (match["fraction"] or "").rstrip("0")
    whole = match["whole"].replace(",", "").lstrip("0")
    if len(fraction) > places:
        raise _wrong(
            "too_many_decimals", text, f"has more than the {places} digits after the point of {pim_type}",
            "Round it, or give the field a type with more digits after the point.",
        )  # fmt: skip
    if len(whole) > DECIMAL_DIGITS - places:
        raise _wrong(
            "out_of_range", text, f"is out of the range of {pim_type}",
            f"Write at most {DECIMAL_DIGITS - places} digits before the point.",
        )  # fmt: skip
    number = Decimal(f"{whole or '0'}.{fraction or '0'}")
    return number_value(-number if number and "-" in (match["sign"], match["after"]) else number)


def _read_boolean(text: str, pim_type: str) -> bool:
    folded = _filled(text, pim_type).casefold()
    if folded not in ("true", "false"):
        raise _wrong("not_a_boolean", text, "is neither True nor False", "Write True or False.")
    return folded == "true"


def _read_datetime(text: str, pim_type: str) -> str:
    plain = _filled(text, pim_type)
    moment = read_moment(plain) if len(plain) <= _MOST_CHARACTERS else None
    if moment is None:
        raise _wrong("not_a_date", text, "is no date with a time", "Write it as 2024-06-04T13:55:00.0000000Z.")
    return moment


def _read_brand(text: str, pim_type: str) -> str:
    return _filled(text, pim_type)


def _read_media(text: str, pim_type: str) -> dict[str, str]:
    media, bar, crop = _filled(text, pim_type).partition("|")
    remedy = "Write it as {guid}, or as {guid}|guid with the cropping's id."
    found = {"media": _guid(media, text, remedy)}
    return {**found, "crop": _guid(crop, text, remedy)} if bar else found


def _read_article(text: str, pim_type: str) -> dict[str, str]:
    article, _, key = _filled(text, pim_type).partition("|")
    remedy = "Write it as {guid}|key, with the name of a segmentation as the key."
    guid = _guid(article, text, remedy)
    if not key.strip():
        raise _wrong("no_article", text, "has no key of a segmentation", remedy)
    return {"article": guid, "segment": key.strip()}


def _guid(part: str, text: str, remedy: str) -> str:
    """As .NET's Guid.Parse: in braces or parentheses, with dashes only, or digits alone; kept with dashes only."""
    plain = part.strip()
    if not _GUID.match(plain):
        raise _wrong("not_a_guid", text, f"has no GUID in “{shown(part)}”", remedy)
    digits = plain.strip("{}()").replace("-", "").lower()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _filled(text: str, pim_type: str) -> str:
    plain = _read_text(text, pim_type).strip()
    if not plain:
        raise Refused(
            "empty_value", f"An empty cell is no value of {pim_type}.",
            "Write a value, or NULL, which in merge mode leaves the value as it is.",
        )  # fmt: skip
    return plain


def _wrong(code: str, text: str, told: str, remedy: str) -> Refused:
    return Refused(code, f"“{shown(text)}” {told}.", remedy)


def _write_number(value: Json) -> str:
    return plain_text(Decimal(repr(value) if isinstance(value, float) else value))


def _write_boolean(value: Json) -> str:
    return "True" if value else "False"


def _write_media(value: Json) -> str:
    crop = value.get("crop")
    return f"{{{value['media']}}}" + (f"|{crop}" if crop else "")


def _write_article(value: Json) -> str:
    return f"{{{value['article']}}}|{value['segment']}"


_READERS: dict[str, Callable[[str, str], Json]] = {
    **dict.fromkeys(TEXT_TYPES, _read_text),
    **dict.fromkeys(INTEGER_BITS, _read_integer),
    **dict.fromkeys(DECIMAL_PLACES, _read_decimal),
    "PBoolean": _read_boolean,
    "PDateTime": _read_datetime,
    "PBrand": _read_brand,
    "PMedia": _read_media,
    "PArticle": _read_article,
}
_WRITERS: dict[str, Callable[[Json], str]] = {
    **dict.fromkeys(TEXT_TYPES, str),
    **dict.fromkeys(INTEGER_BITS, _write_number),
    **dict.fromkeys(DECIMAL_PLACES, _write_number),
    "PBoolean": _write_boolean,
    "PDateTime": write_moment,
    "PBrand": str,
    "PMedia": _write_media,
    "PArticle": _write_article,
}

"""What a cast answers, and what it must know about its column.

What belongs here: the words shared by all casts. What doesn't: any cast (see values.py).
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

from segops_pipeline.inference.words import words

Json: TypeAlias = Any
"""What a JSON parser gives."""

Value: TypeAlias = bool | int | float | str | list["Value"] | dict[str, "Value"]
"""A canonical JSON value: what is stored in a product's data."""

DecimalMark: TypeAlias = Literal[".", ","]

NO_VALUE = "no_value"
"""Code of the refusal of a placeholder such as N/A: the cell says that there is no value."""


@dataclass(frozen=True, slots=True)
class CastContext:
    """What was decided from all values of a column, so that each of them is read in the same way.

    `currency`: ISO 4217 code of amounts without a mark. `decimal`: what an ambiguous 1.234 or 1,234 means.
    `day_first`: whether 01/02/2024 is in February; `year_first`: whether 24-02-01 is in 2024.
    `separator`: what separates the items of a list. `region`: ISO 3166 code of the country of telephone numbers
    that name none. None: not decided, the commonest reading.
    """

    currency: str | None = None
    decimal: DecimalMark | None = None
    day_first: bool | None = None
    year_first: bool | None = None
    separator: str | None = None
    region: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """What was decided, ready for JSON."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "CastContext":
        """The context that `as_dict` wrote."""
        decimal = content.get("decimal")
        return cls(
            currency=content.get("currency"),
            decimal=decimal if decimal in (".", ",") else None,
            day_first=content.get("day_first"),
            year_first=content.get("year_first"),
            separator=content.get("separator"),
            region=content.get("region"),
        )


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a text is no value of a type: a stable code, a sentence, and what to do."""

    code: str
    message: str
    suggestion: str


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """A value that can be read in two ways where its column does not decide between them."""

    code: str
    value: str
    readings: tuple[str, str]
    message: str
    suggestion: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A column's context and what stayed ambiguous in it."""

    context: CastContext
    ambiguities: tuple[Ambiguity, ...] = ()


_PLACEHOLDERS = words(
    r"""
    n/a n.a. na n.v. k.a. - -- --- – — . ? #n/a #na #n/v #nv null (null) none (none) nil nan #null! \n
    unknown unbekannt tbd tba
    """
)


def is_placeholder(text: str) -> bool:
    """Whether a stripped text stands for no value: N/A, -, NULL and the like."""
    return len(text) <= 12 and text.casefold() in _PLACEHOLDERS


def no_value(text: str) -> Refusal:
    """The refusal of a placeholder."""
    return Refusal(NO_VALUE, f"“{shown(text)}” stands for no value.", "Leave the cell empty when there is no value.")


def shown(text: str, length: int = 60) -> str:
    """The text on one line, cut for a message."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"


def read_json(text: str) -> Json:
    """The JSON that a cell is, with its numbers as they are spelled; None where it is none."""
    try:
        return json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None

"""The steps that know what a text stands for: numbers, dates, measures, telephone numbers, e-mail, postal addresses.

What belongs here: what each of these steps does, and how it is written. What doesn't: steps that know letters only
(steps.py), the knowledge itself (measures.py, postal.py, and the casts).
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import pyarrow as pa

from segops_pipeline.inference.context import CastContext, DecimalMark, Refusal, shown
from segops_pipeline.inference.decimals import read_number
from segops_pipeline.inference.emails import cast_email
from segops_pipeline.inference.measures import convert, without_unit
from segops_pipeline.inference.phones import cast_phone
from segops_pipeline.inference.postal import address_line, address_part
from segops_pipeline.inference.steps import Changed, Step, each

DateOrder: TypeAlias = Literal["day-first", "month-first", "year-first"]


@dataclass(frozen=True, slots=True)
class NumberLocale(Step):
    """How the column writes numbers and prices, by an example; the text stays, its cast reads it so."""

    example: str
    decimal: DecimalMark

    def __str__(self) -> str:
        return f"number {self.example}"

    def _fixed(self, context: CastContext) -> CastContext:
        return replace(context, decimal=self.decimal)


@dataclass(frozen=True, slots=True)
class DateLocale(Step):
    """What comes first in the column's dates; the text stays, its cast reads it so."""

    order: DateOrder

    def __str__(self) -> str:
        return f"date {self.order}"

    def _fixed(self, context: CastContext) -> CastContext:
        if self.order == "year-first":
            return replace(context, year_first=True)
        return replace(context, day_first=self.order == "day-first", year_first=False)


@dataclass(frozen=True, slots=True)
class RemoveUnit(Step):
    """Leave out the unit behind a number; a text that is no number with a unit is refused."""

    def __str__(self) -> str:
        return "unit remove"

    def _changed(self, texts: pa.Array) -> Changed:
        return each(texts, without_unit)


@dataclass(frozen=True, slots=True)
class ConvertUnit(Step):
    """Convert measures to a unit of their kind; `source` is that of cells without one, `decimal` the column's mark.

    What comes out is a plain number with a dot as its decimal mark.
    """

    target: str
    source: str | None = None
    decimal: DecimalMark | None = None

    def __str__(self) -> str:
        return f"unit {self.source} to {self.target}" if self.source else f"unit to {self.target}"

    def _changed(self, texts: pa.Array) -> Changed:
        return each(texts, lambda text: convert(text, self.target, self.source, self.decimal))

    def _fixed(self, context: CastContext) -> CastContext:
        return replace(context, decimal=".")


@dataclass(frozen=True, slots=True)
class Phone(Step):
    """A telephone number as +493012345678; `region` (ISO 3166) is the country of numbers that name none.

    Without a region all numbers of the column decide (`decided`); where they don't, one that names no country stays.
    """

    region: str | None = None
    decided: str | None = None

    def __str__(self) -> str:
        return f"phone {self.region}" if self.region else "phone"

    def _changed(self, texts: pa.Array) -> Changed:
        context = CastContext(region=self.region or self.decided)

        def change(text: str) -> str | Refusal:
            found = cast_phone(text, context)
            if isinstance(found, Refusal) or str(found).startswith("+") or self.region is None:
                return found if isinstance(found, Refusal) else str(found)
            message = f"“{shown(text)}” is no telephone number of {self.region}."
            return Refusal("not_a_phone", message, "Write it with its country, as +49 30 12345678.")

        return each(texts, change)


@dataclass(frozen=True, slots=True)
class Email(Step):
    """Check an e-mail address by its form, without asking anybody, and write its domain in lower case."""

    def __str__(self) -> str:
        return "email"

    def _changed(self, texts: pa.Array) -> Changed:
        def change(text: str) -> str | Refusal:
            found = cast_email(text, CastContext())
            return found if isinstance(found, Refusal) else str(found)

        return each(texts, change)


@dataclass(frozen=True, slots=True)
class Address(Step):
    """One part of a postal address, or the whole on one line: street, postcode city, country."""

    part: str | None = None

    def __str__(self) -> str:
        return f"address {self.part}" if self.part else "address"

    def _changed(self, texts: pa.Array) -> Changed:
        return each(texts, address_line if self.part is None else lambda text: address_part(text, self.part or ""))


def decimal_of(example: str) -> DecimalMark | None:
    """The decimal mark of a number that shows how a column writes them; None where it shows none."""
    marks = [mark for mark in example if mark in ".,"]
    decimal: DecimalMark | None = None
    if marks:
        decimal = "." if marks[-1] == "." else ","
    shows = decimal is not None and example.count(decimal) == 1 and len(example.rpartition(decimal)[2]) in (1, 2)
    return decimal if shows and read_number(example, decimal) is not None else None

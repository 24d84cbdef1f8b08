"""Lengths, weights and volumes: a number with its unit, converted exactly.

What belongs here: units, how people write them, and what they are worth. What doesn't: how numbers are written
(decimals.py), when a column is converted (steps.py).

Factors are those of the International System and of the international yard and pound (1959), with US measures for
volumes; gallons of the United Kingdom are `ukgal`.
"""
# ruff: noqa: RUF001 - primes are units of length

import re
from decimal import Decimal, localcontext

from segops_pipeline.inference.context import DecimalMark, Refusal, shown
from segops_pipeline.inference.decimals import plain_text, read_number

_KINDS = {
    "length": """
        mm 0.001 millimeter millimeters millimetre millimetres
        cm 0.01 centimeter centimeters centimetre centimetres zentimeter
        dm 0.1 decimeter decimetre dezimeter
        m 1 meter meters metre metres mètre mètres metro metros metri
        km 1000 kilometer kilometers kilometre kilometres
        in 0.0254 inch inches zoll " ″ ” pouce pouces pulgada pulgadas
        ft 0.3048 foot feet fuß ' ′ ’
        yd 0.9144 yard yards
        mi 1609.344 mile miles""",
    "weight": """
        mg 0.000001 milligram milligrams milligramm
        g 0.001 gr gram grams gramm gramme grammes gramo gramos
        kg 1 kgs kilo kilos kilogram kilograms kilogramm kilogramme kilogrammes
        t 1000 ton tonne tonnes
        oz 0.028349523125 ounce ounces unze unzen
        lb 0.45359237 lbs pound pounds pfund
        st 6.35029318 stone""",
    "volume": """
        ml 0.001 milliliter milliliters millilitre millilitres
        cl 0.01 centiliter centilitre zentiliter
        dl 0.1 deciliter decilitre deziliter
        l 1 ltr liter liters litre litres litro litros
        hl 100 hectoliter hectolitre hektoliter
        cm3 0.001 cm³ ccm cc
        dm3 1 dm³
        m3 1000 m³ cbm
        floz 0.0295735295625 fl.oz fl.oz. fl. fluidounce
        pt 0.473176473 pint pints
        qt 0.946352946 quart quarts
        gal 3.785411784 gallon gallons
        ukgal 4.54609""",
}
_UNITS: dict[str, tuple[str, str, Decimal]] = {}
for _kind, _lines in _KINDS.items():
    for _line in _lines.strip().splitlines():
        _name, _worth, *_others = _line.split()
        for _spelling in (_name, *_others):
            _UNITS[_spelling] = (_name, _kind, Decimal(_worth))

UNITS = tuple(dict.fromkeys(name for name, _, _ in _UNITS.values()))
"""The names of all units."""

_MEASURE = re.compile(r"(?P<number>[^A-Za-z]*[0-9])\s*(?P<unit>(?:[^\W\d_]|[\"″′”’'])[^\d\s]*[23³]?)?\s*\Z")
_FLUID_OUNCE = re.compile(r"fl\.?\s*oz\.?\Z", re.IGNORECASE)
_LONGEST = 60
_DIGITS = 12  # of a quotient that does not end


def unit_named(word: str) -> str | None:
    """The name of the unit that a word writes, or None."""
    found = _UNITS.get(word) or _UNITS.get(word.lower().rstrip("."))
    return found[0] if found else None


def same_kind(one: str, other: str) -> bool:
    """Whether two units, by their names, measure the same."""
    return _UNITS[one][1] == _UNITS[other][1]


def kind_of(unit: str) -> str:
    """What a unit, by its name, measures."""
    return _UNITS[unit][1]


def convert(text: str, target: str, source: str | None, decimal: DecimalMark | None) -> str | Refusal:
    """The measure that a text writes, in another unit, as a plain number.

    `target` and `source` are names of units; `source` is that of a text without one, and `decimal` what an ambiguous
    1.234 means.
    """
    parts = _split(text)
    number = read_number(parts[0], decimal) if parts else None
    if parts is None or number is None:
        return _no_measure(text)
    unit = parts[1] or source
    if unit is None:
        remedy = f'Say what cells without a unit are in, as in "unit g to {target}".'
        return Refusal("unit_missing", f"“{shown(text)}” has no unit.", remedy)
    if not same_kind(unit, target):
        message = f"“{shown(text)}” is a {kind_of(unit)} and cannot be converted to {target}, a {kind_of(target)}."
        return Refusal("wrong_unit", message, "Correct the cell, or convert to a unit of its kind.")
    return _converted(number, _UNITS[unit][2], _UNITS[target][2])


def without_unit(text: str) -> str | Refusal:
    """The number of a measure as it is written, without its unit."""
    parts = _split(text)
    return parts[0] if parts else _no_measure(text)


def _converted(number: Decimal, worth: Decimal, of_target: Decimal) -> str:
    with localcontext() as context:
        context.prec = 400  # products are exact
        whole = number * worth
        context.prec = max(_DIGITS, len(whole.as_tuple().digits))
        return plain_text(whole / of_target)


def _split(text: str) -> tuple[str, str | None] | None:
    """The number as written and the name of its unit; None where the text is no number with a known unit."""
    if len(text) > _LONGEST:
        return None
    text = _FLUID_OUNCE.sub("floz", text)
    found = _MEASURE.match(text)
    if found is None or read_number(found["number"].strip(), ",") is None:
        return None
    if found["unit"] is None:
        return found["number"].strip(), None
    unit = unit_named(found["unit"])
    return (found["number"].strip(), unit) if unit else None


def _no_measure(text: str) -> Refusal:
    return Refusal(
        "not_a_measure",
        f"“{shown(text)}” is no number with a unit.",
        f"Write one number with one of: {', '.join(UNITS)}.",
    )

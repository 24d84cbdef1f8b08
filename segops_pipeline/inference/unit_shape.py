"""Whether the cells of a column are numbers with a unit: `12 kg`, `30dB`, `2,5 l`.

What belongs here: how a measure is told from other text. What doesn't: turning one unit into another (measures.py),
and the percent sign, which the cast to number reads by itself.
"""
# ruff: noqa: RUF001 - other scripts' letters are meant

import re
from collections.abc import Sequence

from segops_pipeline.inference.decimals import plain_characters, read_number
from segops_pipeline.inference.words import words

_UNITS = words(
    """
    mg g gr gram grams gramm gramme grammes kg kgs kilo kilogram kilogramm t lb lbs pound oz ounce ounces ct carat st
    µm um nm mm cm dm m mtr meter metre km in inch inches zoll ft feet foot yd yard yards mi mile miles " ' ″ ′
    ml cl dl l ltr liter litre liters litres hl gal gallon gallons qt pt floz fl.oz. cc cup cups tbsp tsp
    mm² cm² m² km² qm sqm sqft ft² in² ha acre acres m³ cm³ dm³ mm³ cbm cuft
    s sec secs second seconds sek min mins minute minutes minuten h hr hrs hour hours std stunden d day days tage
    week weeks wochen month months monate year years yrs jahre ms µs ns
    w kw mw wh kwh mwh v kv mv a ma mah ah va kva hz khz mhz ghz ω ohm kohm f µf nf pf db dba lm lux lx cd
    k °c °f c° ° grad degrees degree pa hpa kpa mpa bar mbar psi n nm kn j kj cal kcal calorie calories ps hp rpm
    b kb mb gb tb bit mbit gbit mb/s gb/s mbps gbps mp px dpi ppi pt. den dtex gsm g/m² kg/m³ km/h mph m/s l/min m³/h
    stk stück stk. st. pcs pcs. pc pc. pieces piece pièces pièce pack packs pk pair pairs paar set sets ea each rolls
    unidades uds ud szt szt. ks kpl шт шт. кг г мл л см мм м 個 枚 本 台 袋 箱 kg/m ‰ ppm iu i.u. mcg µg
    """
)
_MEASURE = re.compile(
    r"(?P<number>[-+]?[0-9][0-9., ']*|[-+]?[.,][0-9]+|[0-9]+ ?/ ?[0-9]+|[0-9]+[ -][0-9]+/[0-9]+)"
    r" ?[-–]? ?(?P<unit>[^\s0-9][^\s]*)"
    r"(?: (?P<what>[a-z]+(?: [a-z]+)?))?\Z"
)
_LONGEST = 40
PERCENT_SIGNS = ("%", "٪", "﹪", "％")


def read_measure(text: str) -> tuple[str, str] | None:
    """The number as written and the unit of a text that is one measure, or None."""
    if len(text) > _LONGEST or not text[:1].isprintable():
        return None
    plain = plain_characters(text.replace("″", '"'))
    found = _MEASURE.match(plain)
    if found is None:
        return None
    unit = found["unit"]
    if unit.lower().rstrip(".") not in _UNITS and unit.lower() not in _UNITS:
        return None
    number = found["number"].strip()
    if "/" not in number and read_number(number) is None:
        return None
    return number, unit


def is_measure(text: str) -> bool:
    """Whether a text is a number with a unit, perhaps with one or two words for what is measured."""
    return read_measure(text) is not None


def shares_of_units(values: Sequence[str]) -> dict[str, float]:
    """The share of the values that each unit has, the most frequent first; at most five units.

    The unit of a percentage is %.
    """
    counts: dict[str, int] = {}
    for value in values:
        unit = "%" if value[-1:] in PERCENT_SIGNS else (read_measure(value) or ("", ""))[1]
        if unit:
            counts[unit] = counts.get(unit, 0) + 1
    ordered = sorted(counts.items(), key=lambda pair: -pair[1])[:5]
    return {unit: round(count / len(values), 4) for unit, count in ordered}

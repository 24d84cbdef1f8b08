"""Numbers and dates of workbooks as text, as their cells show them.

What is shown is kept where it can be read in one way only; what could be read in two is written plainly, for the
file knows what it means: a date as `2024-03-04` where the cell shows `3/4/24`, and `1234` where it shows `1,234`
(as German text that would be 1.234). Digits are never lost to a width or an exponent: `1234567890123`, where a
spreadsheet shows `1.23E+12`. What belongs here: format codes. What doesn't: finding a cell's code (workbook_*.py).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from math import isfinite

from segops_pipeline.reading.date_format import Part, date_shown, with_minutes

# ECMA-376 part 1, 18.8.30: the formats that are known by number only
BUILT_IN: dict[int, str] = {
    0: "General",
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "mm-dd-yy",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "m/d/yy h:mm",
    37: "#,##0;(#,##0)",
    38: "#,##0;(#,##0)",
    39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;(#,##0.00)",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    48: "0.0E+0",
    49: "@",
    **dict.fromkeys((27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58), "yyyy-mm-dd"),  # East Asian dates
    **dict.fromkeys((32, 33, 34, 35, 55, 56), "h:mm:ss"),
}
TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|(?P<skip>[_*].)|\[(?P<bracket>[^\]]*)\]|(?P<general>General)'
    r"|(?P<date>y+|m+|d+|h+|s+|AM/PM|A/P|上午/下午)|(?P<fraction>\.0+)(?=[^0#?]|$)|(?P<exponent>E[+-])|(?P<digits>[0#?.,]+)"
    r"|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
CURRENCY = re.compile(r"\$([^-]*)")
CONDITION = re.compile(r"[<>=]")
DIGITS = "0#?"


@dataclass(frozen=True, slots=True)
class CellFormat:
    """What a format code makes of numbers; `is_date` says that a number is a point in time or a duration."""

    sections: Sequence[tuple[Part, ...] | None]
    is_date: bool

    @property
    def is_general(self) -> bool:
        """Whether a number is shown as it is."""
        return not self.is_date and self.sections[0] is None and len(self.sections) == 1

    def shown(self, text: str, *, from_1904: bool = False) -> str:
        """The number (a decimal or float text) as the cell shows it; text that is no number stays as it is."""
        number = _number(text)
        if number is None:
            return text
        if self.is_date:
            found = date_shown(number, self.sections[0] or (), from_1904=from_1904)
            return found or plain(number)
        parts, magnitude = self._section(number)
        found = "" if parts is None else _number_shown(magnitude, parts)
        return found if any(map(str.isdigit, found)) else plain(number)  # a dash for zero, or hidden

    def _section(self, number: Decimal) -> tuple[tuple[Part, ...] | None, Decimal]:
        last = len(self.sections) - 1
        if number < 0 and last > 0:
            return self.sections[1], -number
        return self.sections[2 if number == 0 and last > 1 else 0], number


@lru_cache(maxsize=2048)
def cell_format(code: str) -> CellFormat:
    """The format of a code such as `0.00` or `dd.mm.yyyy`; what is not understood shows numbers as they are."""
    sections = [_parts(section) for section in _split(code)][:3]
    first = sections[0]
    is_date = first is not None and any(kind in ("date", "elapsed") for kind, _ in first)
    return CellFormat(tuple(sections), is_date)


def plain(number: Decimal) -> str:
    """The number without an exponent and without zeros that say nothing."""
    if number == number.to_integral_value():
        return f"{number:.0f}".replace("-0", "0") if number == 0 else f"{number:.0f}"
    return f"{number.normalize():f}"


def _number(text: str) -> Decimal | None:
    """The number that a cell holds, in the 15 digits that spreadsheets count with."""
    try:
        value = float(text)
    except ValueError:
        return None
    if not isfinite(value):
        return None
    digits = text.lstrip("-")
    return Decimal(text) if digits.isdigit() and digits.isascii() else Decimal(f"{value:.15g}")


def _split(code: str) -> list[str]:
    """The sections of a code; a semicolon within quotes is none between them."""
    sections, quoted, escaped = [""], False, False
    for character in code:
        if character == ";" and not quoted and not escaped:
            sections.append("")
            continue
        quoted = quoted != (character == '"' and not escaped)
        escaped = character == "\\" and not escaped
        sections[-1] += character
    return sections


def _parts(section: str) -> tuple[Part, ...] | None:
    """The parts of a section; None where a number is to be written as it is."""
    parts: list[Part] = []
    for match in TOKEN.finditer(section):
        kind, text = match.lastgroup, match[0]
        if kind in ("general", "exponent"):
            return None
        if kind == "bracket":
            part = _bracket(match["bracket"])
            if part is None and CONDITION.search(match["bracket"]):
                return None
            if part is not None:
                parts.append(part)
        elif kind == "date":
            parts.append(("date", text.lower()))
        elif kind in ("digits", "fraction"):
            parts.append(("digits", text))
        elif kind != "skip":
            parts.append(("text", match["quoted"] or match["escaped"] or ("" if kind == "quoted" else text)))
    return _settled(parts)


def _bracket(content: str) -> Part | None:
    """The sign of a currency or a duration's part; colours and languages show nothing."""
    currency = CURRENCY.match(content)
    if currency is not None:
        return ("text", currency[1])
    return ("elapsed", content.lower()) if re.fullmatch(r"h+|m+|s+", content, re.IGNORECASE) else None


def _settled(parts: list[Part]) -> tuple[Part, ...] | None:
    """Parts of one meaning: a date's or a number's; None for those that are better written as they are."""
    kinds = {kind for kind, _ in parts}
    if kinds & {"date", "elapsed"}:  # its points stand between days and months
        marks: list[Part] = [
            ("text", text) if kind == "digits" and not text.startswith(".0") else (kind, text) for kind, text in parts
        ]
        return tuple(with_minutes(marks))
    if "digits" not in kinds or ("text", "/") in parts:  # a fraction
        return None
    digits = "".join(text for kind, text in parts if kind == "digits")
    whole = digits.partition(".")[0]
    if digits.count(".") > 1 or whole.endswith(",") or digits.endswith(","):  # shown in thousands
        return None
    return tuple(parts)


def _number_shown(number: Decimal, parts: Sequence[Part]) -> str:
    digits = "".join(text for kind, text in parts if kind == "digits")
    whole_code, point, decimal_code = digits.partition(".")
    if any(text == "%" for kind, text in parts if kind == "text"):
        number *= 100
    most = sum(decimal_code.count(mark) for mark in DIGITS)
    rounded = abs(number).quantize(Decimal(1).scaleb(-most), ROUND_HALF_UP)
    whole, _, decimals = f"{rounded:f}".partition(".")
    decimals = _shortened(decimals, decimal_code.count("0"))
    shown_point = "." if point and (decimals or decimal_code == "") and decimals else ""
    whole = ("" if whole == "0" else whole).rjust(whole_code.count("0"), "0")
    if "," in whole_code and decimals:  # without decimals a group could be taken for them
        whole = f"{int(whole or 0):,}"
    sign = "-" if number < 0 and rounded != 0 else ""
    return sign + _placed(parts, whole, shown_point + decimals).strip()


def _shortened(decimals: str, least: int) -> str:
    while len(decimals) > least and decimals.endswith("0"):
        decimals = decimals[:-1]
    return decimals


def _placed(parts: Sequence[Part], whole: str, rest: str) -> str:
    """The digits in their places among the texts, filled from the right: `000-0000` shows 5551234 as 555-1234."""
    runs = [text.partition(".")[0] for kind, text in parts if kind == "digits"]
    point_run = next((n for n, (_, text) in enumerate(_digits_of(parts)) if "." in text), len(runs) - 1)
    shares: list[str] = []
    left = whole
    for place in range(point_run, -1, -1):
        wanted = sum(runs[place].count(mark) for mark in DIGITS) if place else len(left)
        cut = max(0, len(left) - wanted)
        shares.insert(0, left[cut:])
        left = left[:cut]
    shown: list[str] = []
    run = 0
    for kind, text in parts:
        if kind == "text":
            shown.append(text)
        elif run <= point_run:
            shown.append(shares[run] + (rest if run == point_run else ""))
            run += 1
    return "".join(shown)


def _digits_of(parts: Sequence[Part]) -> list[Part]:
    return [part for part in parts if part[0] == "digits"]

"""Points in time and durations of workbooks as text, as their cells show them.

A full date that could be read in two ways (`3/4/24`) is written as ISO 8601. What belongs here: the parts of a format
code that are of time. What doesn't: taking a code apart, and numbers (number_format.py).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
FIRST_SERIAL_AFTER_LEAP_BUG = 60  # 1900-02-29, which never was
BEGIN_1900, BEGIN_1904 = datetime.fromisoformat("1899-12-30"), datetime.fromisoformat("1904-01-01")
LAST_SERIAL = 2_958_466  # 10000-01-01
Part = tuple[Literal["text", "digits", "date", "elapsed"], str]
"""A part of a format code: its meaning, and what it says."""


def with_minutes(parts: list[Part]) -> list[Part]:
    """The parts of a time: an `m` after hours or before seconds is minutes, here `n`."""
    places = [place for place, (kind, _) in enumerate(parts) if kind in ("date", "elapsed")]
    settled = list(parts)
    for index, place in enumerate(places):
        kind, text = parts[place]
        if kind != "date" or text[0] != "m" or len(text) > 2:
            continue
        before = parts[places[index - 1]][1][0] if index else ""
        after = parts[places[index + 1]][1][0] if index + 1 < len(places) else ""
        if before == "h" or after == "s":
            settled[place] = ("date", "n" * len(text))
    return settled


def date_shown(number: Decimal, parts: Sequence[Part], *, from_1904: bool) -> str | None:
    """The point in time as it is shown, or as ISO 8601 where that could be read in two ways; None for no date."""
    if any(kind == "elapsed" for kind, _ in parts):
        return _time_shown(BEGIN_1904, parts, round(number * 86_400))
    moment = moment_of(number, from_1904=from_1904)
    if moment is None:
        return None
    codes = [text for kind, text in parts if kind == "date"]
    letters = {code[0] for code in codes}
    if not {"y", "m", "d"} <= letters or _reads_in_one_way(parts):
        return _time_shown(moment, parts, 0)
    with_time = " %H:%M:%S" if "s" in letters else " %H:%M" if "h" in letters else ""
    return moment.strftime(f"%Y-%m-%d{with_time}") if moment.year >= 1000 else None


def moment_of(number: Decimal, *, from_1904: bool) -> datetime | None:
    """The time of a serial number, to the second; None where a calendar has none."""
    if not 0 <= number < LAST_SERIAL:
        return None
    begin = BEGIN_1904 if from_1904 else BEGIN_1900
    if not from_1904 and number < FIRST_SERIAL_AFTER_LEAP_BUG:
        begin += timedelta(days=1)
    try:
        return begin + timedelta(seconds=round(number * 86_400))
    except OverflowError:
        return None


def _reads_in_one_way(parts: Sequence[Part]) -> bool:
    """Whether a full date tells day and month apart: year first, points between, or the month as a word."""
    order = [text for kind, text in parts if kind == "date" and text[0] in "ymd"]
    if any(text[0] == "d" and len(text) > 2 for text in order) or any(text == "mmmmm" for text in order):
        return False
    if any(text[0] == "y" and len(text) < 3 for text in order):
        return False
    first = [text[0] for text in order]
    separators = "".join(text for kind, text in parts if kind == "text")
    return (
        first == ["y", "m", "d"]
        or any(len(text) > 2 for text in order if text[0] == "m")
        or (first == ["d", "m", "y"] and separators.count(".") >= 2)
    )


def _time_shown(moment: datetime, parts: Sequence[Part], elapsed_seconds: int) -> str:
    half_day = any(text in ("am/pm", "a/p", "上午/下午") for kind, text in parts if kind == "date")
    shown = [_piece(moment, kind, text, elapsed_seconds, half_day=half_day) for kind, text in parts]
    return "".join(shown).strip()


def _piece(moment: datetime, kind: str, text: str, elapsed_seconds: int, *, half_day: bool) -> str:
    if kind == "text":
        return text
    if kind == "digits":
        return ""  # parts of a second
    letter, width = text[0], len(text)
    if kind == "elapsed":
        per_unit = {"h": 3600, "m": 60, "s": 1}[letter]
        return str(elapsed_seconds // per_unit).rjust(width, "0")
    if elapsed_seconds:
        seconds = {"n": elapsed_seconds // 60 % 60, "s": elapsed_seconds % 60, "h": elapsed_seconds // 3600}
        return str(seconds.get(letter, 0)).rjust(width, "0")
    if letter in "a上":
        return f"{moment:%p}"
    return _calendar_piece(moment, letter, width, half_day=half_day)


def _calendar_piece(moment: datetime, letter: str, width: int, *, half_day: bool) -> str:
    if letter == "y":
        return f"{moment.year:04}" if width > 2 else f"{moment.year % 100:02}"
    if letter == "m" and width > 2:
        name = MONTHS[moment.month - 1]
        return name if width == 4 else name[:1] if width == 5 else name[:3]
    if letter == "d" and width > 2:
        return f"{moment:%A}" if width > 3 else f"{moment:%a}"
    hour = (moment.hour % 12 or 12) if half_day else moment.hour
    value = {"m": moment.month, "d": moment.day, "h": hour, "n": moment.minute, "s": moment.second}[letter]
    return str(value).rjust(min(width, 2), "0")

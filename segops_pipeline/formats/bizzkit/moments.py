"""Dates with times as .NET's invariant culture reads and writes them.

Stored is ISO 8601, as the wizard's datetimes are: `2024-06-04` (a date alone stays one), `2024-06-04T13:55:00`,
`2024-06-04T13:55:00+00:00`; a fraction has as many digits as Python's isoformat gives it, and seven where there is
one of .NET's ticks (100 ns). Written is the round-trip form, `2024-06-04T13:55:00.0000000Z`; a date alone as a date.

What belongs here: PDateTime. What doesn't: the dates of free files, in any language (`inference.dates`).
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NUMBERS = {name: number for number, month in enumerate(_MONTHS, 1) for name in (month, month[:3])}
_WEEKDAYS = {name: number for number, day in enumerate(_DAYS) for name in (day, day[:3])}

_YEAR_FIRST = r"(?P<y1>[0-9]{4})(?P<s1>[-/.])(?P<m1>[0-9]{1,2})(?P=s1)(?P<d1>[0-9]{1,2})"
_MONTH_FIRST = r"(?P<m2>[0-9]{1,2})(?P<s2>[-/.])(?P<d2>[0-9]{1,2})(?P=s2)(?P<y2>[0-9]{4}|[0-9]{2})"
_DAY_NAME = r"(?P<d3>[0-9]{1,2})[ -]?(?P<n3>[A-Za-z]{3,9})[ ,-]*(?P<y3>[0-9]{4})"
_NAME_DAY = r"(?P<n4>[A-Za-z]{3,9})[ -]?(?P<d4>[0-9]{1,2})(?:, ?|[ -])(?P<y4>[0-9]{4})"
_YEAR_NAME = r"(?P<y5>[0-9]{4})[ -](?P<n5>[A-Za-z]{3,9})[ -](?P<d5>[0-9]{1,2})"
# Without a day it is the first of the month.
_MONTH_ONLY = (
    r"(?P<y6>[0-9]{4})[-/](?P<m6>[0-9]{1,2})|(?P<m7>[0-9]{1,2})[-/](?P<y7>[0-9]{4})"
    r"|(?P<n8>[A-Za-z]{3,9}),? (?P<y8>[0-9]{4})|(?P<y9>[0-9]{4}) (?P<n9>[A-Za-z]{3,9})"
)
_WEEKDAY = r"(?:(?P<weekday>[A-Za-z]{3,9}),? +)?"
_TIME = (
    r"(?P<hour>[0-9]{1,2})(?::(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,30}))?)?)?"
    r" *(?P<half>[AaPp][Mm])?"
)
_ZONE = r"(?P<zone>Z|z|GMT|UTC|[+-][0-9]{2}:?[0-9]{2}|[+-][0-9]{1,2})"
_DATE = rf"{_WEEKDAY}(?:{_YEAR_FIRST}|{_MONTH_FIRST}|{_DAY_NAME}|{_NAME_DAY}|{_YEAR_NAME}|{_MONTH_ONLY})"
_MOMENT = re.compile(rf"{_DATE}(?:(?:[Tt]|,? +){_TIME}(?: *{_ZONE})?)?\Z", re.ASCII)
# What Python reads and writes by itself: nearly all cells
_ROUND_TRIP = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}(?:\.[0-9]{6}0)?Z?\Z", re.ASCII
)
_STORED = re.compile(r"(?P<day>[0-9-]{10})(?:T(?P<time>[0-9:]{8})(?:\.(?P<fraction>[0-9]{1,7}))?(?P<zone>.*))?\Z")


def read_moment(text: str) -> str | None:
    """The ISO 8601 text of a moment in one of the forms that .NET's DateTime.Parse takes, or None; no blanks around it.

    The forms: round-trip (`o`), sortable (`s`), universal (`u`), RFC 1123 (`r`), short and long invariant ones
    (06/04/2024 13:55:00, month first, also with dots and dashes; Tuesday, 04 June 2024 01:55 PM), year first, dates
    alone, and months alone, which are their first day. A weekday must be the day's own. Years of two digits are 2000 to
    2029 and 1950 to 1999: those between mean another century in each version of .NET. What depends on the day of
    reading is refused: a time alone, a date without a year.
    """
    try:
        if _ROUND_TRIP.match(text):
            return datetime.fromisoformat(text).isoformat()
        match = _MOMENT.match(text)
        if match is None:
            return None
        parts = match.groupdict()
        day = _day(parts)
        hour_alone = parts["hour"] is not None and parts["minute"] is None and parts["half"] is None
        if day is None or hour_alone or (parts["fraction"] or "")[7:].strip("0"):
            return None
        if parts["hour"] is None:
            return day.isoformat()
        return _with_time(day, parts)
    except ValueError:
        return None


def write_moment(stored: str) -> str:
    """The round-trip form of a stored moment: seven digits of a second, `Z`, an offset, or none as it has one.

    A text that is no stored moment is given back as it is.
    """
    match = _STORED.match(stored)
    if match is None or match["time"] is None:
        return stored
    zone = "Z" if match["zone"] in ("+00:00", "Z") else match["zone"]
    return f"{match['day']}T{match['time']}.{(match['fraction'] or '').ljust(7, '0')}{zone}"


def _day(parts: dict[str, str | None]) -> date | None:
    """The date; None: a name is none of a month, or the weekday is another.

    Raises:
        ValueError: there is no such day.
    """
    found = {name: value for name in ("y", "m", "d", "n") for at in "123456789" if (value := parts.get(name + at))}
    month = _NUMBERS.get(found["n"].lower()) if "n" in found else int(found["m"])
    if month is None:
        return None
    day = date(_full_year(found["y"]), month, int(found.get("d", 1)))
    weekday = parts["weekday"]
    return day if weekday is None or _WEEKDAYS.get(weekday.lower()) == day.weekday() else None


def _full_year(digits: str) -> int:
    if len(digits) > 2:
        return int(digits)
    if 30 <= int(digits) < 50:
        raise ValueError(digits)
    return int(digits) + (2000 if int(digits) < 30 else 1900)


def _with_time(day: date, parts: dict[str, str | None]) -> str:
    """The ISO text of a day with its time.

    Raises:
        ValueError: there is no such time.
    """
    hour, half = int(parts["hour"] or 0), (parts["half"] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(hour)
        hour = hour % 12 + (12 if half == "pm" else 0)
    ticks = int((parts["fraction"] or "")[:7].ljust(7, "0"))
    moment = datetime(
        day.year, day.month, day.day, hour, int(parts["minute"] or 0), int(parts["second"] or 0), ticks // 10,
        tzinfo=_zone(parts["zone"]),
    )  # fmt: skip
    if ticks % 10 == 0:
        return moment.isoformat()
    whole = moment.replace(microsecond=0).isoformat()
    return f"{whole[:19]}.{ticks:07d}{whole[19:]}"


def _zone(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "")
    hours, minutes = (int(digits), 0) if len(digits) <= 2 else (int(digits[:2]), int(digits[2:]))
    if hours > 14 or minutes > 59:
        raise ValueError(text)
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)

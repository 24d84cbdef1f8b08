"""Numbers, shares, bytes and times as people of a language write them.

What belongs here: amounts in words. What doesn't: the words around them (`web.texts`).
"""

from datetime import UTC, date, datetime

NOTHING = "–"
UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


def number(value: float | None, language: str, places: int = 0) -> str:
    """A number with its thousands told apart; a dash for none."""
    if value is None:
        return NOTHING
    written = f"{value:,.{places}f}"
    return written.translate(str.maketrans(",.", ".,")) if language == "de" else written


def share(value: float | None, language: str) -> str:
    """A share of 0 to 1 in percent, to one place; what is less than all is never told as all, nor some as none."""
    if value is None:
        return NOTHING
    percent = round(value * 100, 1)
    if value < 1:
        percent = min(percent, 99.9)
    if value > 0:
        percent = max(percent, 0.1)
    whole = percent == int(percent)
    return f"{number(percent, language, 0 if whole else 1)}{chr(0xA0) if language == 'de' else ''}%"


def size(value: float, language: str) -> str:
    """A number of bytes."""
    unit = 0
    while value >= 1024 and unit < len(UNITS) - 1:
        value, unit = value / 1024, unit + 1
    return f"{number(value, language, 1 if unit > 1 and value < 100 else 0)} {UNITS[unit]}"


def duration(seconds: float, language: str) -> str:
    """How long something took or is ago, in its two largest units."""
    whole = max(0, round(seconds))
    parts = [
        (whole // 86400, "d"),
        (whole % 86400 // 3600, "h"),
        (whole % 3600 // 60, "min"),
        (whole % 60, "s"),
    ]
    first = next((place for place, (amount, _) in enumerate(parts) if amount), len(parts) - 1)
    told = [(amount, unit) for amount, unit in parts[first : first + 2] if amount or first == len(parts) - 1]
    return " ".join(f"{number(amount, language)} {unit}" for amount, unit in told)


def day(value: date, language: str) -> str:
    """A day without its year."""
    return f"{value.day}.{value.month}." if language == "de" else f"{value:%b} {value.day}"


def moment(value: datetime, language: str) -> str:
    """A day and its time, in UTC."""
    value = value.astimezone(UTC)
    written = f"{value.day}.{value.month}.{value.year}" if language == "de" else f"{value.day} {value:%b %Y}"
    return f"{written}, {value:%H:%M} UTC"

"""Dates and times as people write them.

What belongs here: the forms, the cast to ISO 8601, and the order of day, month and year in a column. What
doesn't: durations, times without a date, and spreadsheet serial numbers, which are no dates here.

Forms: ISO 8601 and its compact form, all-numeric dates with dots, slashes or dashes, the forms of
003_a90996119e45417f.txt ("Available date formats"), names of months in the large languages, RFC 2822,
East Asian dates, and seconds or milliseconds since 1970. Years of two digits are 1969 to 2068.
"""
# ruff: noqa: RUF001 - other scripts' letters are meant

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from segops_pipeline.inference.context import (
    NO_VALUE,
    Ambiguity,
    CastContext,
    Decision,
    Refusal,
    Value,
    shown,
)
from segops_pipeline.inference.decimals import plain_characters
from segops_pipeline.inference.months import MONTHS, WEEKDAYS

_LONGEST = 64
_TIME = (
    r"(?P<hour>[0-9]{1,2})[:h.](?P<minute>[0-9]{2})(?:[:.](?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?"
    r"\s*(?P<half>[aApP]\.?[mM]\.?)?(?:\s*(?:Uhr|uhr|hrs?|h))?"
    r"\s*(?P<zone>Z|z|UTC|GMT|(?:UTC|GMT)?[+-][0-9]{2}:?[0-9]{2}|[+-][0-9]{2})?(?:\s*\([A-Za-z ]+\))?"
)
_AFTER_DATE = re.compile(rf"(?:[T_]|,?\s+(?:at |um |à |-\s)?|:)\s*{_TIME}\Z")
_YEAR_FIRST = re.compile(r"(?P<year>[0-9]{4})([-/.]\s?)(?P<month>[0-9]{1,2})\2(?P<day>[0-9]{1,2})(?![0-9])")
_YEAR_LAST = re.compile(
    r"(?P<one>[0-9]{1,2})\s?([-/.])\s?(?P<two>[0-9]{1,2})\s?\2\s?(?P<three>[0-9]{4}|[0-9]{2})(?![0-9])\.?"
    r"(?:\s*г\.?(?!\w))?"
)
_COMPACT = re.compile(
    r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
    r"(?:[T ]?(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})(?P<second>[0-9]{2})?"
    r"(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?)?\Z"
)
_EAST_ASIAN = re.compile(
    r"(?P<year>[0-9]{4})\s*[年년]\s*(?P<month>[0-9]{1,2})\s*[月월]\s*(?P<day>[0-9]{1,2})\s*[日일号]"
    r"(?:\s*[(（][^)）]{1,3}[)）])?"
)
_WORD = r"(?P<name>[^\W\d_]{3,13})"
_DAY_NAME_YEAR = re.compile(
    rf"(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th|er|\.|º|°)?[\s/-]*(?:(?:de|of)\s+)?{_WORD}\.?[\s,/-]*(?:del?\s+)?"
    r"(?P<year>[0-9]{4}|'?[0-9]{2})(?![0-9:])(?:\s*(?:г\.?|р\.?|года|року|r\.?))?"
)
_NAME_DAY_YEAR = re.compile(
    rf"{_WORD}\.?[\s/-]*(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?(?:\s*,\s*|[\s/-]+)(?P<year>[0-9]{{4}})(?![0-9])"
)
_YEAR_NAME_DAY = re.compile(rf"(?P<year>[0-9]{{4}})\.?[\s/-]*{_WORD}\.?[\s/-]*(?P<day>[0-9]{{1,2}})(?![0-9])\.?")
_PARTIAL = re.compile(
    r"(?:(?:0?[1-9]|1[0-2])[/.-])?(?:19[0-9]|20[0-3])[0-9]\Z|(?:19|20)[0-9]{2}[/.-](?:0?[1-9]|1[0-2])\Z"
)
_MONTH_YEAR = re.compile(
    rf"(?:{_WORD}\.?,?[\s/-]*(?:de\s+)?(?:19|20)[0-9]{{2}}|(?:19|20)[0-9]{{2}}[\s/-]*(?P<after>[^\W\d_]{{3,13}}))\Z"
)
_WEEKDAY = re.compile(r"(?P<word>[^\W\d_]{2,13}(?:-feira)?)\.?,?\s+(?=\S)")
_EPOCH_START = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH = re.compile(r"1[0-9]{9}(?:[0-9]{3})?\Z")
_NO_DATE = re.compile(r"0000([-/.])00\1(?:00|01)|00([-/.])00\2(?:0000|00)\b")

_Parts = tuple[int, int, int]


def cast_datetime(text: str, context: CastContext) -> Value | Refusal:
    """ISO 8601: 2024-05-01, with a time 2024-05-01T12:30:00, and with its offset where one is written."""
    if len(text) > _LONGEST:
        return _refusal(text)
    text = plain_characters(text)
    if _NO_DATE.match(text):
        return Refusal(NO_VALUE, f"“{text}” stands for no date.", "Leave the cell empty when there is no date.")
    if (epoch := _EPOCH.match(text)) is not None:
        seconds, milliseconds = divmod(int(epoch[0]), 1000) if len(text) == 13 else (int(text), 0)
        return (_EPOCH_START + timedelta(seconds=seconds, milliseconds=milliseconds)).isoformat()
    try:
        found = _read(text, context)
    except ValueError:
        return Refusal("not_a_date", f"“{shown(text)}” is no day of the calendar.", "Correct the date.")
    return _refusal(text) if found is None else found.isoformat()


def is_partial_date(text: str) -> bool:
    """Whether a text is a year from 1900 to 2039, or a month with its year: 2015, June 2015, 2015-06, 06/2015.

    Neither is a day, so neither is a datetime to any cast.
    """
    plain = plain_characters(text).strip()
    if (month := _MONTH_YEAR.match(plain)) is not None:
        return (month["name"] or month["after"]).lower().rstrip(".") in MONTHS
    return _PARTIAL.match(plain) is not None


def _refusal(text: str) -> Refusal:
    return Refusal("not_a_date", f"“{shown(text)}” is not a date.", "Write dates as 2024-05-31.")


def _read(text: str, context: CastContext) -> date | datetime | None:
    """The date, with its time if it has one.

    Raises:
        ValueError: the form is one of a date, but there is no such day or time.
    """
    if (compact := _COMPACT.match(text)) is not None:
        day = date(int(compact["year"]), int(compact["month"]), int(compact["day"]))
        return day if compact["hour"] is None else _with_time(day, compact)
    weekday = _WEEKDAY.match(text)
    if weekday is not None and weekday["word"].lower() in WEEKDAYS:
        text = text[weekday.end() :]
    found = _date_at_start(text, context)
    if found is None:
        return None
    (year, month, day_number), end = found
    day = date(year, month, day_number)
    rest = text[end:]
    if not rest:
        return day
    time = _AFTER_DATE.match(rest)
    return None if time is None else _with_time(day, time)


def _date_at_start(text: str, context: CastContext) -> tuple[_Parts, int] | None:
    """Year, month and day, and where they end."""
    match = _YEAR_FIRST.match(text) or _EAST_ASIAN.match(text)
    if match is not None:
        return (int(match["year"]), int(match["month"]), int(match["day"])), match.end()
    match = _YEAR_LAST.match(text)
    if match is not None:
        return _in_order(match, context), match.end()
    for form in (_DAY_NAME_YEAR, _NAME_DAY_YEAR, _YEAR_NAME_DAY):
        match = form.match(text)
        if match is not None and (month := MONTHS.get(match["name"].lower())) is not None:
            return (_full_year(match["year"].lstrip("'")), month, int(match["day"])), match.end()
    return None


def _in_order(match: re.Match[str], context: CastContext) -> _Parts:
    one, two, three = int(match["one"]), int(match["two"]), match["three"]
    if len(three) == 2 and (context.year_first or (context.year_first is None and one > 31)):
        return _full_year(match["one"]), two, int(three)
    day_first = context.day_first
    if day_first is None:
        day_first = not (two > 12 >= one)
    day, month = (one, two) if day_first else (two, one)
    return _full_year(three), month, day


def _full_year(digits: str) -> int:
    year = int(digits)
    if len(digits) > 2:
        return year
    return year + (2000 if year < 69 else 1900)


def _with_time(day: date, match: re.Match[str]) -> datetime:
    parts = match.groupdict()
    hour, half = int(parts["hour"]), (parts.get("half") or "").lower()[:1]
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(hour)
        hour = hour % 12 + (12 if half == "p" else 0)
    # Finer than a microsecond is cut: no store keeps it.
    microsecond = int((parts.get("fraction") or "0").ljust(6, "0")[:6])
    ends_day = hour == 24 and int(parts["minute"]) == 0 and int(parts["second"] or 0) == 0
    moment = datetime(
        day.year,
        day.month,
        day.day,
        0 if ends_day else hour,
        int(parts["minute"]),
        int(parts["second"] or 0),
        microsecond,
        tzinfo=_zone(parts.get("zone")),
    )
    try:
        return moment + timedelta(days=1) if ends_day else moment
    except OverflowError as error:
        raise ValueError(day) from error


def _zone(text: str | None) -> tzinfo | None:
    if not text:
        return None
    digits = re.sub(r"[^0-9+-]", "", text)
    if not digits:
        return UTC
    minutes = int(digits[1:3]) * 60 + int(digits[3:5] or 0)
    return timezone(timedelta(minutes=-minutes if digits[0] == "-" else minutes))


@dataclass(slots=True)
class _Numeric:
    """What the all-numeric dates of a column have at their three places."""

    firsts: set[int] = field(default_factory=set[int])
    seconds: set[int] = field(default_factory=set[int])
    lasts: set[int] = field(default_factory=set[int])
    day_first: int = 0
    month_first: int = 0
    unclear: str | None = None
    long_years: bool = False
    only_dashes: bool = True

    def add(self, value: str) -> None:
        match = _YEAR_LAST.match(plain_characters(value))
        if match is None:
            return
        one, two, three = int(match["one"]), int(match["two"]), match["three"]
        self.firsts.add(one)
        self.seconds.add(two)
        self.lasts.add(int(three))
        self.long_years = self.long_years or len(three) == 4
        self.only_dashes = self.only_dashes and match[2] == "-"
        if one > 12 >= two:
            self.day_first += 1
        elif two > 12 >= one:
            self.month_first += 1
        elif one != two and self.unclear is None:
            self.unclear = value

    def year_is_first(self) -> bool:
        """Whether 24-02-01 begins with its year: no day can be that large, or the last place varies more."""
        if self.long_years or max(self.seconds) > 12 or max(self.lasts) > 31:
            return False
        if max(self.firsts) > 31:
            return True
        spread_first, spread_last = (max(place) - min(place) for place in (self.firsts, self.lasts))
        return self.only_dashes and min(self.firsts) > 12 and spread_first < spread_last


def decide_dates(values: Iterable[str], currency: str | None = None) -> Decision:
    """The order of day, month and year in a column, from all its distinct values.

    Where nothing decides, the day comes first, unless the workspace counts in US dollars; both readings of a
    value are then given.
    """
    seen = _Numeric()
    for value in values:
        seen.add(value)
    if not seen.firsts:
        return Decision(CastContext())
    if seen.year_is_first():
        return Decision(CastContext(year_first=True))
    if seen.day_first or seen.month_first:
        return Decision(CastContext(day_first=seen.day_first >= seen.month_first, year_first=False))
    context = CastContext(day_first=currency != "USD", year_first=False)
    return Decision(context, () if seen.unclear is None else (_unclear_date(seen.unclear, context),))


def _unclear_date(value: str, context: CastContext) -> Ambiguity:
    other = CastContext(day_first=not context.day_first, year_first=False)
    readings = (str(cast_datetime(value, context)), str(cast_datetime(value, other)))
    return Ambiguity(
        "ambiguous_date",
        value,
        readings,
        f"“{value}” is read as {readings[0]}, but could be {readings[1]}: no value of the column decides.",
        "Check a few dates; write them as 2024-05-31 to be sure.",
    )

"""Postal addresses in one cell: their street, postcode, city and country.

What belongs here: how a written address falls into parts. What doesn't: whether a column has addresses, whether a
place exists: nobody is asked for it.

The postcode is the anchor. What stands before it is the street, what stands with it the city, a country's name or
code behind it the country. Its shapes are those of the Universal Postal Union's addressing guides.
"""

import re
from dataclasses import dataclass

from segops_pipeline.inference.addresses import cast_address
from segops_pipeline.inference.context import CastContext, Refusal, shown
from segops_pipeline.inference.countries import is_country
from segops_pipeline.inference.words import words

PARTS = ("street", "postcode", "city", "region", "country")
"""What `address_part` can be asked for."""

_LONGEST = 500
_BREAK = re.compile(r"\s*(?:[,;|\n\r]|<br ?/?>)\s*", re.IGNORECASE)
_STATES = words(
    """
    AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA
    RI SC SD TN TX UT VT VA WA WV WI WY DC PR AB BC MB NB NL NS ON PE QC SK NSW VIC QLD SA WA TAS ACT NT
    """
)
_ZIP = r"[0-9]{5}(?:-[0-9]{4})?"
_CANADIAN = r"[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]"
_BRITISH = r"[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}"
_BEFORE_CITY = r"[0-9]{4} ?[A-Z]{2}|[0-9]{5}-[0-9]{3}|[0-9]{3} [0-9]{2}|[0-9]{2}-[0-9]{3}|[0-9]{3}-[0-9]{4}|[0-9]{4,6}"
# of the parts of an address, tried in this order: Boston, MA 02116 · London SW1A 1AA · D-10115 Berlin
_STATE_AND_CODE = re.compile(
    rf"(?:(?P<city>.*?\S)\s+)?(?P<region>[A-Z]{{2,3}})\s+(?P<postcode>{_ZIP}|{_CANADIAN}|[0-9]{{4}})\Z"
)
_CODE_LAST = re.compile(rf"(?:(?P<city>.*?\S)\s+)?(?P<postcode>{_BRITISH}|{_CANADIAN})\Z")
_CODE_FIRST = re.compile(rf"(?:[A-Z]{{1,3}}[- ])?〒?(?P<postcode>{_BEFORE_CITY})(?:\s+(?P<city>\D.*))?\Z")
_CODE_INSIDE = re.compile(
    r"(?P<street>.*\S)\s+(?:[A-Z]{1,2}-)?(?P<postcode>[0-9]{5}|[0-9]{4} ?[A-Z]{2}|[0-9]{4})\s+(?P<city>\D+)\Z"
)


@dataclass(frozen=True, slots=True)
class _Parts:
    """The parts of an address, empty where it has none."""

    street: str = ""
    postcode: str = ""
    city: str = ""
    region: str = ""
    country: str = ""


def address_line(text: str) -> str | Refusal:
    """The address on one line: `street, postcode city, region, country`, without the parts that it lacks.

    One without a postcode stays in its order.
    """
    parts = _parse(text)
    if isinstance(parts, Refusal):
        whole = cast_address(text, CastContext())
        return whole if isinstance(whole, Refusal) else str(whole)
    place = f"{parts.postcode} {parts.city}".strip()
    return ", ".join(part for part in (parts.street, place, parts.region, parts.country) if part)


def address_part(text: str, part: str) -> str | Refusal:
    """One of `PARTS` of an address; empty where it has none."""
    parts = _parse(text)
    return parts if isinstance(parts, Refusal) else getattr(parts, part)


def _parse(text: str) -> _Parts | Refusal:
    if len(text) > _LONGEST:
        return _refusal(text)
    segments = [" ".join(segment.split()) for segment in _BREAK.split(text)]
    segments = [segment for segment in segments if segment]
    country = segments.pop() if len(segments) > 1 and is_country(segments[-1]) else ""
    for place in range(len(segments) - 1, -1, -1):
        found = _place_of(segments[place], first=place == 0)
        if found is not None:
            return _around(found, segments, place, country)
    return _refusal(text)


def _place_of(segment: str, *, first: bool) -> dict[str, str] | None:
    """The postcode of a part of an address and what stands with it; a street has no postcode at its start."""
    for pattern in (_STATE_AND_CODE, _CODE_LAST, _CODE_FIRST, _CODE_INSIDE):
        match = pattern.match(segment)
        if match is None or (pattern is _CODE_FIRST and first):
            continue
        found = {name: value or "" for name, value in match.groupdict().items()}
        if pattern is not _STATE_AND_CODE or found["region"] in _STATES:
            return found
    return None


def _around(found: dict[str, str], segments: list[str], place: int, country: str) -> _Parts:
    before, behind = segments[:place], segments[place + 1 :]
    city = found.get("city", "")
    if not city and behind:
        city = behind.pop(0)
    elif not city and len(before) > 1:
        city = before.pop()
    street = [*before, *([found["street"]] if found.get("street") else [])]
    region = found.get("region", "") or ", ".join(behind)
    return _Parts(", ".join(street), found["postcode"], city, region, country)


def _refusal(text: str) -> Refusal:
    return Refusal(
        "not_an_address",
        f"“{shown(text)}” is no postal address with a postcode.",
        "Write it as: Street 1, 12345 City, Country.",
    )

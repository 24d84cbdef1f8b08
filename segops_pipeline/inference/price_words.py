"""An amount and the words around it.

What belongs here: the currency marks, signs and other words that may stand beside an amount. What doesn't:
what the marks mean (currencies.py), how the digits read (decimals.py).
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from segops_pipeline.inference.currencies import MARKS
from segops_pipeline.inference.decimals import plain_characters

_LONGEST = 120
_SHAPE = re.compile(r"(?P<before>[^0-9]*?)(?P<number>[.,]?[0-9](?:[0-9.,' ]*[0-9])?)(?P<after>[^0-9]*)\Z")
_LEAD = re.compile(
    r"(?:from|only|now|price|our price|sale|rrp|msrp|ab|nur|jetzt|preis|uvp|ca\.?|à partir de|a partir de|"
    r"prix|seulement|desde|precio|da|a partire da|prezzo|vanaf|prijs|od|cena|från|fra|pris|от|цена|alkaen)"
    r"(?![^\W\d_])[\s:]*",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s*(?:\*+|\(?\s*(?:\+|inkl\.?|incl?\.?|including|inclusive|zzgl\.?|exkl\.?|excl?\.?|excluding|ex|"
    r"exc|plus|hors|bez|s|más|mas)?\s*"
    r"(?:mwst\.?|ust\.?|vat|tax(?:es)?|gst|ttc|ht|tva|iva(?: inclusa)?|btw|dph|moms|brutto|netto|gross|net"
    r"|税込|税抜)\s*\)?\s*\*?"
    r"|(?:/|\bper\b|\bpro\b|\bpar\b|\bpor\b|\bje\b)\s*[^\W\d_]{1,12}[²³]?\.?|each|ea\.?)\Z",
    re.IGNORECASE,
)
ON_REQUEST = re.compile(
    r"(?:(?:price |preis |prix |precio |prezzo |prijs |cena )?(?:(?:up)?on request|auf anfrage|a\.? ?a\.?|sur demande|"
    r"sur devis|bajo demanda|a consultar|consultar|su richiesta|op aanvraag|na zapytanie|sob consulta|på förfrågan|"
    r"по запросу)"
    r"|p\.?o\.?a\.?|call(?: for (?:price|pricing|quote))?|(?:price )?negotiable|competitive(?: salary)?"
    r"|verhandlungsbasis|vb|договорная|要見積|応相談|询价|面议|오픈가격|オープン価格)[.!]?\Z",
    re.IGNORECASE,
)
"""What stands where a price is not told."""

# 12€50, as it is written in France
_CENTS_BEHIND_MARK = re.compile(r"([0-9]{1,6})\s?([€£$])\s?([0-9]{2})\Z")
_DASH = re.compile(r"\s*[.,]?\s*(?:-{1,2}|–|—)")


@dataclass(frozen=True, slots=True)
class _Affix:
    """What stands before or after an amount: its marks, whether it is negative, whether words follow."""

    marks: tuple[str, ...]
    negative: bool
    tail: bool = False


@dataclass(frozen=True, slots=True)
class PricedText:
    """A text that is one amount with nothing but known words around it; `number` is its digits as written."""

    number: str
    marks: tuple[str, ...]
    negative: bool


def split_price(text: str) -> PricedText | None:
    """The parts of a stripped text that is one price, or None."""
    if len(text) > _LONGEST:
        return None
    text = plain_characters(text)
    if len(text) > 2 and text[0] == "(" and text[-1] == ")":
        text = f"-{text[1:-1].strip()}"
    if (split := _CENTS_BEHIND_MARK.match(text)) is not None:
        text = f"{split[1]}.{split[3]} {split[2]}"
    shape = _SHAPE.match(text)
    if shape is None:
        return None
    before, after = _before(shape["before"]), _after(shape["after"])
    if before is None or after is None or (before.negative and after.negative):
        return None
    marks = before.marks + after.marks
    if after.tail and not marks:  # 72 per bag is no price
        return None
    return PricedText(shape["number"], marks, before.negative or after.negative)


@lru_cache(maxsize=4096)
def _before(text: str) -> _Affix | None:
    rest = text.strip()
    if rest and (lead := _LEAD.match(rest)) is not None:
        rest = rest[lead.end() :]
    negative = False
    if rest[:1] in ("-", "+"):
        negative, rest = rest[0] == "-", rest[1:].strip()
    elif rest[-1:] in ("-", "+"):
        negative, rest = rest[-1] == "-", rest[:-1].strip()
    if len(rest) > 1 and rest[-1] in ":=":
        rest = rest[:-1].strip()
    marks = _marks(rest)
    return None if marks is None else _Affix(marks, negative)


@lru_cache(maxsize=4096)
def _after(text: str) -> _Affix | None:
    negative = text == "-"
    rest = text
    if (dash := _DASH.match(rest)) is not None:
        rest = rest[dash.end() :]
    rest = rest.strip(" ,")
    if (marks := _marks(rest)) is not None:
        return _Affix(marks, negative)
    tail = _TAIL.search(rest)
    if tail is None:
        return None
    marks = _marks(rest[: tail.start()].strip())
    return _Affix(marks, negative, tail=tail[0].lstrip()[:1] not in ("*", "(")) if marks is not None else None


def _marks(text: str) -> tuple[str, ...] | None:
    """The one or two currency marks that a text consists of; None where it is anything else."""
    if not text:
        return ()
    if text.lower() in MARKS:
        return (text,)
    parts = text.split()
    if len(parts) == 2 and all(part.lower() in MARKS for part in parts):
        return (parts[0], parts[1])
    return None

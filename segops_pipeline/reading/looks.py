"""What a cell looks like, as coarse as a delimiter and a header can be told by it.

What belongs here: the looks of single cells. What doesn't: casts, which only inference/values.py has.
"""

import re

LONGEST = 200  # a longer cell is text, and no pattern is tried on it

NUMBER = re.compile(r"[-+]?[$€£¥]?\s?(\d+|\d{1,3}([., '\xa0]\d{3})+)?([.,]\d+)?([eE][-+]?\d+)?\s?[%€]?")
DATE_OR_TIME = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}"
    r"([ T]\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?( ?([AaPp][Mm]|Z|UTC|GMT))?( ?[-+]\d{2}:?\d{2})?)?"
    r"|\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?( ?[AaPp][Mm])?"
)
ADDRESS = re.compile(r"https?://\S+|\S+@\S+\.\w+")
CODE = re.compile(r"[\w./#-]+")
WORDS = re.compile(r"[^\W\d_][\w .'/&()-]*")
LIST_MARK = re.compile(r"[|;,]")


def look_of(cell: str) -> float:
    """How much a cell looks like one value, 0 to 1."""
    value = cell[: LONGEST + 100].strip()
    if not value:
        return 0.5
    if len(value) > LONGEST:
        return 0.3
    known = _look_of_one(value)
    if known:
        return known
    parts = LIST_MARK.split(value)
    return 0.6 if len(parts) > 1 and all(_look_of_one(part.strip()) for part in parts) else 0.3


def _look_of_one(value: str) -> float:
    if NUMBER.fullmatch(value) or DATE_OR_TIME.fullmatch(value) or ADDRESS.fullmatch(value):
        return 1.0
    if CODE.fullmatch(value):
        return 0.9
    return 0.8 if WORDS.fullmatch(value) else 0.0


def kind_of(cell: str) -> str:
    """Whether a cell is a number, a date, an address, or text."""
    value = cell.strip()
    if value and len(value) <= LONGEST:
        for kind, pattern in (("number", NUMBER), ("date", DATE_OR_TIME), ("address", ADDRESS)):
            if pattern.fullmatch(value):
                return kind
    return "text"

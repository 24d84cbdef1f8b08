"""Which delimiter and quotation mark a sample of text has.

Every candidate splits the sample; the one wins whose records are alike in width and whose cells look like
values (numbers, dates, codes, words). What belongs here: that score. What doesn't: reading the file.
"""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice

from segops_pipeline.reading.delimited import RecordReader
from segops_pipeline.reading.text_lines import TextLines

# how likely a delimiter is before the text is seen; marks that often stand within cells come last
CANDIDATES = {",": 1.0, ";": 1.0, "\t": 1.0, "|": 0.9, "^": 0.8, "~": 0.8, "\x1f": 0.8, " ": 0.55, ":": 0.4}
QUOTES = {'"': 1.0, "'": 0.9}
ESCAPES = ("\\", "\0")
LEAST_SCORE = 0.1  # below, the text has a single column
MOST_RECORDS, MOST_CELLS = 1000, 6000

NUMBER = re.compile(r"[-+]?[$€£¥]?\s?(\d+|\d{1,3}([., '\xa0]\d{3})+)?([.,]\d+)?([eE][-+]?\d+)?\s?[%€]?")
DATE_OR_TIME = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T]\d{1,2}:\d{2}(:\d{2})?.*)?"
    r"|\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?( ?[AaPp][Mm])?"
)
ADDRESS = re.compile(r"https?://\S+|\S+@\S+\.\w+")
CODE = re.compile(r"[\w./#-]+")
WORDS = re.compile(r"[^\W\d_][\w .'/&()-]*")
LIST_MARK = re.compile(r"[|;,]")


def sniff(lines: Sequence[str]) -> tuple[str, str, bool]:
    """The delimiter and quotation mark of `lines`, and whether a blank after the delimiter belongs to it.

    Each line has its line end. Where nothing tells, the answer is (',', '"', False).
    """
    text = "".join(lines)
    best, found = LEAST_SCORE, (",", '"', False)
    for delimiter, prior in CANDIDATES.items():
        if delimiter not in text:
            continue
        padded = _is_padded(text, delimiter)
        for quote, quote_prior in QUOTES.items():
            if quote == "'" and not re.search(rf"(^|{re.escape(delimiter)}) ?'", text, re.MULTILINE):
                continue
            score = prior * quote_prior * _score(lines, delimiter, quote, padded=padded)
            if score > best:
                best, found = score, (delimiter, quote, padded)
    return found


def sniff_escape(lines: Sequence[str], delimiter: str, quote: str, *, padded: bool) -> str | None:
    """The character before a quotation mark within quotes, where doubling it is not the file's way."""
    text = "".join(lines)
    candidates = [None, *(escape for escape in ESCAPES if escape + quote in text)]
    damage = [_damaged_records(lines, delimiter, quote, escape, padded=padded) for escape in candidates]
    return candidates[damage.index(min(damage))]


def _is_padded(text: str, delimiter: str) -> bool:
    """Whether a blank follows nearly each delimiter; of a blank itself, whether it aligns the columns."""
    if delimiter == " ":
        return text.count("  ") > 0.1 * text.count(" ")
    return delimiter != "\t" and text.count(f"{delimiter} ") > 0.95 * text.count(delimiter)


def look_of(cell: str) -> float:
    """How much a cell looks like one value, 0 to 1."""
    value = cell.strip()
    if not value:
        return 0.5
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


def _score(lines: Sequence[str], delimiter: str, quote: str, *, padded: bool) -> float:
    lenient = padded or delimiter != " "
    reader = csv.reader(lines, delimiter=delimiter, quotechar=quote, skipinitialspace=lenient)
    records = [record for record in islice(reader, MOST_RECORDS) if record]
    if not records:
        return 0.0
    widths = Counter(map(len, records))
    alike = sum((count / len(records)) ** 2 * (1 - width**-1.5) for width, count in widths.items())
    if alike == 0.0:
        return 0.0
    cells = list(islice((cell for record in records for cell in record), MOST_CELLS))
    return alike * sum(_look_under(cell, quote) for cell in cells) / len(cells)


def _look_under(cell: str, quote: str) -> float:
    """The look of a cell; a quotation mark that is left at its edge speaks against the candidate."""
    value = cell.strip()
    if value.startswith(quote):
        return 0.1
    return look_of(cell) * (0.5 if value.endswith(quote) else 1.0)


def _damaged_records(lines: Sequence[str], delimiter: str, quote: str, escape: str | None, *, padded: bool) -> int:
    reader = RecordReader(TextLines(lines), delimiter, quote, escape=escape, padded=padded)
    for _ in reader:
        pass
    return reader.repaired.count

"""Which delimiter, quotation mark and escape a sample of text has.

Every candidate splits the sample; the one wins whose records are alike in width and whose cells look like
values (numbers, dates, codes, words). What belongs here: that score. What doesn't: delimiters of several characters
(long_delimiters.py), and reading the file.
"""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from segops_pipeline.reading.delimited import RecordReader
from segops_pipeline.reading.long_delimiters import long_delimiters
from segops_pipeline.reading.looks import kind_of, look_of
from segops_pipeline.reading.marks import SEPARATOR, Marks
from segops_pipeline.reading.text_lines import TextLines

# how likely a delimiter is before the text is seen; marks that often stand within cells come last
CANDIDATES = {
    ",": 1.0,
    ";": 1.0,
    "\t": 1.0,
    "|": 0.9,
    "^": 0.8,
    "~": 0.8,
    "\x1f": 0.8,
    "\x1e": 0.8,
    "\x01": 0.8,
    "¦": 0.7,
    "§": 0.7,
    "¬": 0.7,
    " ": 0.55,
    ":": 0.4,
}
WEAK = (" ", ":")
WITH_COLON = re.compile(r"://|(?<!\d)\d{1,2}:\d{2}(:\d{2})?(?![\d:])")
LONG = 0.9
QUOTES = {'"': 1.0, "'": 0.9}
ESCAPES = ("\\", "\0")
LEAST_SCORE = 0.1  # below, the text has a single column
MOST_RECORDS, MOST_CELLS = 1000, 6000


def sniff(lines: Sequence[str], delimiter: str | None = None) -> Marks:
    """The delimiter and quotation mark of `lines`, and whether a blank after the delimiter belongs to it.

    Each line has its line end. `delimiter` is the one that a person named. Where nothing tells, the answer is a
    comma and double quotes.
    """
    text = "".join(lines)
    best, found = LEAST_SCORE, Marks(delimiter or _usual_delimiter(lines, text))
    for candidate, prior in _candidates(lines, delimiter).items():
        if candidate not in text or (delimiter is None and _is_within_values(lines, candidate)):
            continue
        padded = _is_padded(text, candidate)
        for quote, quote_prior in QUOTES.items():
            if quote == "'" and not re.search(rf"(^|{re.escape(candidate)}) ?'", text, re.MULTILINE):
                continue
            score = prior * quote_prior * _score(lines, Marks(candidate, quote, padded=padded))
            if score > best:
                best, found = score, Marks(candidate, quote, padded=padded)
    if delimiter is not None and found.padded and f"{delimiter} {found.quote}" not in text:
        return replace(found, padded=False)  # whoever names a delimiter without a blank means that
    return found


def sniff_escape(lines: Sequence[str], marks: Marks) -> Marks:
    """The marks with the escape before quotation marks or delimiters, where doubling is not the file's way."""
    text = "".join(lines)
    least, found = _damage(lines, marks), marks
    for escape in ESCAPES:
        before_quote = bool(marks.quote) and escape + marks.quote in text
        before_delimiter = escape != "\0" and escape + marks.delimiter in text
        if not before_quote and not before_delimiter:
            continue
        itself = escape * 2 in text and not _is_lone(text, escape, marks)
        for escapes_delimiter in (False, True) if before_delimiter else (False,):
            tried = replace(marks, escape=escape, escapes_itself=itself, escapes_delimiter=escapes_delimiter)
            if before_quote or escapes_delimiter:
                damage = _damage(lines, tried)
                if damage < least:
                    least, found = damage, tried
    return found


def _candidates(lines: Sequence[str], delimiter: str | None) -> dict[str, float]:
    if delimiter is not None:
        return {delimiter: 1.0}
    long, covered = long_delimiters(lines)
    singles = {mark: prior for mark, prior in CANDIDATES.items() if mark not in covered}
    return {**singles, **dict.fromkeys(long, LONG)}


def _usual_delimiter(lines: Sequence[str], text: str) -> str:
    """That of a text of one column: a comma, or where commas are part of its values a mark that it does not have."""
    if "," in text and _is_within_values(lines, ","):
        return next((mark for mark in CANDIDATES if mark not in text), ",")
    return ","


def _is_within_values(lines: Sequence[str], candidate: str) -> bool:
    """Whether the lines have the candidate within single values: the numbers, dates or words of one column.

    A column's name, above them, does not have it then. A colon is part of addresses and times without that, too.
    """
    filled = [text for line in lines if (text := line.strip())][:MOST_RECORDS]
    if candidate == ":" and ":" not in WITH_COLON.sub("", "\n".join(filled)):
        return True
    if len(filled) < 2 or candidate in filled[0]:
        return False
    parts = [part for line in filled[1:] for part in line.split(candidate)] if candidate in WEAK else []
    are_words = bool(parts) and all(kind_of(part) == "text" for part in parts)
    return are_words or all(kind_of(line) != "text" for line in filled[1:])


def _is_padded(text: str, delimiter: str) -> bool:
    """Whether a blank follows nearly each delimiter; of a blank itself, whether it aligns the columns."""
    if delimiter == " ":
        return text.count("  ") > 0.1 * text.count(" ")
    return delimiter != "\t" and text.count(f"{delimiter} ") > 0.95 * text.count(delimiter)


def _score(lines: Sequence[str], marks: Marks) -> float:
    lenient = marks.padded or marks.delimiter != " "
    if marks.separator == SEPARATOR:
        lines = [line.replace(marks.delimiter, SEPARATOR) for line in lines]
    reader = csv.reader(lines, delimiter=marks.separator, quotechar=marks.quote, skipinitialspace=lenient)
    records = [record for record in islice(reader, MOST_RECORDS) if record]
    if not records:
        return 0.0
    widths = Counter(map(len, records))
    alike = sum((count / len(records)) ** 2 * (1 - width**-1.5) for width, count in widths.items())
    if alike == 0.0:
        return 0.0
    cells = list(islice((cell for record in records for cell in record), MOST_CELLS))
    return alike * sum(_look_under(cell, marks.quote) for cell in cells) / len(cells)


def _look_under(cell: str, quote: str) -> float:
    """The look of a cell; a quotation mark that is left at its edge speaks against the candidate."""
    value = cell.strip()
    if value.startswith(quote):
        return 0.1
    return look_of(cell) * (0.5 if value.endswith(quote) else 1.0)


def _damage(lines: Sequence[str], marks: Marks) -> int:
    """How many records have quotation marks that do not pair, or another width than most."""
    reader = RecordReader(TextLines(lines), marks)
    widths = Counter(len(cells) for _, cells in reader if cells)
    usual = widths.most_common(1)[0][1] if widths else 0
    return reader.repaired.count + sum(widths.values()) - usual


def _is_lone(text: str, escape: str, marks: Marks) -> bool:
    """Whether there are escapes that stand before nothing which is escaped."""
    for escaped in (escape, marks.quote, marks.delimiter):
        if escaped:
            text = text.replace(escape + escaped, "")
    return escape in text

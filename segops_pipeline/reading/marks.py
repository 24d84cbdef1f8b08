"""The marks of a dialect, and the way to text that the csv module can split and back.

The csv module knows delimiters of one character and doubled quotation marks. A longer delimiter and whatever is
escaped are put into characters that no text has (lone surrogates) before splitting, and taken back in the cells.
What belongs here: that exchange. What doesn't: splitting (delimited.py), and which marks a file has (sniffing.py).
"""

import re
from dataclasses import dataclass

SEPARATOR, ESCAPED_QUOTE, ESCAPED_DELIMITER = "\ud800", "\ud801", "\ud802"
LONE = re.compile("[\ud800-\udfff]")
UNDECODABLE = re.compile("[\udc00-\udcff]+")


@dataclass(frozen=True, slots=True)
class Marks:
    """What separates and encloses cells.

    `delimiter` has one character or more; `quote` is '' where no cell is quoted by rule. `escape` stands before a
    quotation mark that is text; with `escapes_itself` also before an escape that is text, with
    `escapes_delimiter` also before a delimiter that is text. `padded`: blanks after a delimiter are part of it.
    """

    delimiter: str = ","
    quote: str = '"'
    escape: str | None = None
    padded: bool = False
    escapes_itself: bool = False
    escapes_delimiter: bool = False

    @property
    def separator(self) -> str:
        """The one character that separates the cells of text that `Exchange.forth` gave."""
        return self.delimiter if len(self.delimiter) == 1 else SEPARATOR


class Exchange:
    """The way of one dialect's text to text for the csv module, and back."""

    def __init__(self, marks: Marks) -> None:
        self.is_needed = len(marks.delimiter) > 1 or marks.escape is not None
        self._delimiter = marks.delimiter if len(marks.delimiter) > 1 else ""
        self._back = {SEPARATOR: marks.delimiter, ESCAPED_QUOTE: marks.quote, ESCAPED_DELIMITER: marks.delimiter}
        self._escaped = _escaped(marks)
        self._forth = {(marks.escape or "") + text: mark for mark, text in self._back.items() if mark != SEPARATOR}
        self._escape = marks.escape or ""

    def forth(self, line: str) -> str:
        """The line with characters of ours for what the csv module does not know."""
        if self._escaped is not None and self._escape in line:
            line = self._escaped.sub(self._mark_of, line)
        return line.replace(self._delimiter, SEPARATOR) if self._delimiter else line

    def back(self, cell: str) -> str:
        """The cell with the characters that it had in the file, but for escapes."""
        return LONE.sub(self._text_of, cell)

    def as_written(self, text: str) -> str:
        """Text of ours as it was in the file, escapes included."""
        for mark, original in self._back.items():
            text = text.replace(mark, original if mark == SEPARATOR else self._escape + original)
        return text

    def _mark_of(self, found: re.Match[str]) -> str:
        return self._forth.get(found[0], self._escape)  # the latter of an escape that is escaped

    def _text_of(self, found: re.Match[str]) -> str:
        return self._back.get(found[0], found[0])


def _escaped(marks: Marks) -> re.Pattern[str] | None:
    if marks.escape is None:
        return None
    texts = [marks.quote] if marks.quote else []
    texts += [marks.escape] if marks.escapes_itself else []
    texts += [marks.delimiter] if marks.escapes_delimiter else []
    return re.compile(f"{re.escape(marks.escape)}(?:{'|'.join(map(re.escape, texts))})") if texts else None


def shown(text: str) -> str:
    """Text for an issue: a byte that is no character as U+FFFD."""
    return LONE.sub("\ufffd", text)

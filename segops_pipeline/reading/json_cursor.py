"""JSON text, one value at a time, in bounded memory.

What belongs here: finding where a value ends, and the errors of damaged JSON. What doesn't: which values are records
(json_records.py).
"""

import re
from collections.abc import Iterable
from json import JSONDecodeError, JSONDecoder
from typing import Any

from segops_pipeline.errors import DamagedFile
from segops_pipeline.reading.limits import Limits

CHUNK_CHARACTERS = 256 * 1024
BLANK = re.compile("[\\s\ufeff\x1e]*")  # a byte order mark within, and the mark between records of RFC 7464
AT_END = 16  # an error this near to the end of what has been read may be for want of the rest


class Spelled(str):
    """A number as it is spelled."""

    __slots__ = ()


DECODER = JSONDecoder(parse_float=Spelled, parse_int=Spelled, parse_constant=Spelled, strict=False)


class JsonCursor:
    """A place in the text; `line` is its 1-based line."""

    def __init__(self, pieces: Iterable[str], file_name: str, limits: Limits) -> None:
        self.line = 1
        self._pieces, self._file_name, self._limits = iter(pieces), file_name, limits
        self._buffer, self._place, self._has_ended = "", 0, False

    def peek(self) -> str:
        """The next character that is no blank, '' at the end; the place moves to it."""
        while True:
            blank = BLANK.match(self._buffer, self._place)
            assert blank is not None
            if blank.end() > self._place:
                self._move(blank.end())
            if self._place < len(self._buffer):
                return self._buffer[self._place]
            if self._has_ended:
                return ""
            self._read(CHUNK_CHARACTERS)

    def take(self, wanted: str) -> None:
        """Pass one character.

        Raises:
            DamagedFile: there is another one.
        """
        found = self.peek()
        if found != wanted:
            raise self.damaged(f"{wanted!r} should stand where there is {found or 'the end'!r}")
        self._move(self._place + 1)

    def value(self) -> Any:  # noqa: ANN401 - any JSON value
        """Pass one complete value.

        Raises:
            DamagedFile: it is none.
            CellTooLarge: it is larger than any record.
        """
        self.peek()
        while True:
            try:
                value, end = DECODER.raw_decode(self._buffer, self._place)
            except JSONDecodeError as error:
                goes_on = error.msg.startswith("Unterminated") or error.pos >= len(self._buffer) - AT_END
                if self._has_ended or not goes_on:
                    before = self._buffer[self._place : error.pos].rstrip()  # what is missing is missing there
                    raise self.damaged(error.msg, before.count("\n")) from None
            except RecursionError:
                raise self.damaged("It is nested too deep") from None
            else:
                if end < len(self._buffer) or self._has_ended:
                    self._move(end)
                    return value
            held = len(self._buffer) - self._place
            if held > self._limits.max_record_characters:
                start = self._buffer[self._place : self._place + 60]
                raise self._limits.cell_too_large(self._file_name, self.line, None, start)
            self._read(max(CHUNK_CHARACTERS, held))

    def damaged(self, what: str, lines_below: int = 0) -> DamagedFile:
        """The error of this place."""
        return DamagedFile(
            f"The JSON is damaged: {what}.",
            "Export the file again; check that it was fetched completely.",
            file=self._file_name,
            line=self.line + lines_below,
        )

    def _move(self, place: int) -> None:
        self.line += self._buffer.count("\n", self._place, place)
        self._place = place

    def _read(self, characters: int) -> None:
        """Read on; as many characters as are held, so that a long value is not tried too often."""
        more: list[str] = []
        wanted = characters
        while wanted > 0 and (piece := next(self._pieces, "")):
            more.append(piece)
            wanted -= len(piece)
        self._has_ended = not more
        self._buffer = self._buffer[self._place :] + "".join(more)
        self._place = 0

"""The text of JSON, XML and web pages, a piece at a time, with what could not be read in it counted.

What belongs here: bytes that are no characters, characters that a format forbids. What doesn't: delimited text, whose
reader tells these by cell (delimited.py).
"""

import re
from collections.abc import Iterator
from pathlib import Path

from segops_pipeline.errors import Issue
from segops_pipeline.reading.encoding import Encoding, open_text
from segops_pipeline.reading.tally import Tally

PIECE_CHARACTERS = 64 * 1024
LONE = re.compile("[\ud800-\udfff]")
REPLACEMENT = "\ufffd"


class TextPieces:
    """A file's text; each time that it is read its issues are counted anew."""

    def __init__(self, path: Path, encoding: Encoding, forbidden: re.Pattern[str] | None = None) -> None:
        self._path, self._encoding, self._forbidden = path, encoding, forbidden
        self._size_bytes = path.stat().st_size
        self._bytes_done = 0
        self._tallies = self._begin()

    def __iter__(self) -> Iterator[str]:
        """The pieces, none of them empty."""
        self._tallies = undecodable, forbidden = self._begin()
        looks = self._encoding.has_undecodable
        line = 1
        with open_text(self._path, self._encoding.name) as text:
            while piece := text.read(PIECE_CHARACTERS):
                self._bytes_done = text.buffer.tell()
                if looks and not piece.isascii():
                    piece = self._without(LONE, REPLACEMENT, piece, line, undecodable)
                if self._forbidden is not None and self._forbidden.search(piece):
                    piece = self._without(self._forbidden, "", piece, line, forbidden)
                yield piece
                line += piece.count("\n")
        self._bytes_done = self._size_bytes

    def bytes_done(self) -> int:
        """How many of the file's bytes have been read."""
        return self._bytes_done

    def issues(self) -> list[Issue]:
        """What is to be told of the encoding and of the characters so far."""
        return [*self._encoding.issues, *(issue for tally in self._tallies for issue in tally.issues())]

    @staticmethod
    def _without(pattern: re.Pattern[str], instead: str, piece: str, line: int, tally: Tally) -> str:
        for found in list(pattern.finditer(piece)):
            code = f"{ord(found[0]) & 0xFF:02X}"
            where = line + piece.count("\n", 0, found.start())
            words = "is no character here" if instead else "is forbidden and was left out"
            tally.add(where, f"The byte 0x{code} {words}.", piece[max(0, found.start() - 20) : found.start()])
        return pattern.sub(instead, piece)

    @staticmethod
    def _begin() -> tuple[Tally, Tally]:
        undecodable = Tally(
            "undecodable_bytes",
            "warning",
            "bytes are no characters in the file's encoding; they are shown as \ufffd",
            "Choose another encoding if many letters are wrong, or correct them in the file.",
        )
        forbidden = Tally(
            "control_characters",
            "warning",
            "characters are forbidden in such a file; they were left out",
            "Export the file again.",
        )
        return undecodable, forbidden


def without_lone(text: str) -> str:
    """The text without halves of characters, which no store takes; JSON can spell them."""
    return text if text.isascii() or not LONE.search(text) else LONE.sub(REPLACEMENT, text)

"""One look at all bytes of a file: are they text in this encoding, and which lines tell the encoding?

What belongs here: decoding a whole file a piece at a time, counting, and sampling lines. What doesn't: what is
concluded from it (encoding.py, guessing.py).
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CHUNK_BYTES = 1024 * 1024
SAMPLE_BYTES, LEAST_PER_CHUNK, LONGEST_LINE = 192 * 1024, 2 * 1024, 8 * 1024
BAD_BYTE = re.compile("[\udc00-\udcff]")
BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
LINE_END = re.compile(rb"[\r\n]")
NO_ASCII = bytes(range(0x80))
UNDECODABLE = "segops_undecodable"
WIDE = ("utf-16", "utf-32")  # as the codecs call themselves in their errors


def _mark(error: UnicodeError) -> tuple[str, int]:
    """Each byte that is no character becomes U+DC00 + byte, which no text has, so that it can be told later."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    start = error.start
    if not error.encoding.startswith(WIDE):
        return chr(0xDC00 + error.object[start]), start + 1  # a file of such bytes asks a million times
    return "".join(chr(0xDC00 + byte) for byte in error.object[start : error.end]), error.end


codecs.register_error(UNDECODABLE, _mark)


@dataclass(frozen=True, slots=True)
class Survey:
    """What decoding a whole file showed.

    `characters` are those beyond ASCII that fit, `bad` the bytes that don't, of `size_bytes` in all; `escapes` says
    that there is a sequence which switches to Japanese characters.
    """

    has_nul: bool
    bad: int
    characters: int
    size_bytes: int
    escapes: bool = False


def survey(path: Path, codec: str, most_bad_share: float = 1.0) -> Survey:
    """Decode the whole file; it is given up when more than `most_bad_share` of its first bytes are bad."""
    decoder = codecs.getincrementaldecoder(codec)(UNDECODABLE)
    is_wide = codec.startswith(("utf-16", "utf-32"))
    has_nul = escapes = at_rest = False
    bad = characters = size_bytes = 0
    at_rest = not is_wide and not codec.startswith("iso2022")
    for chunk in _chunks(path):
        size_bytes += len(chunk)
        if at_rest and chunk.isascii():
            has_nul = has_nul or b"\0" in chunk
            escapes = escapes or b"\x1b$" in chunk
            if not decoder.getstate()[0]:
                continue
        text = decoder.decode(chunk, final=not chunk)
        has_nul = has_nul or "\0" in text
        if not text.isascii():
            wrong = len(BAD_BYTE.findall(text))
            bad += wrong
            characters += _beyond_ascii(text) - wrong
        if bad > most_bad_share * size_bytes:
            break
    return Survey(has_nul, bad, characters, size_bytes, escapes)


def lines_beyond_ascii(path: Path) -> list[bytes]:
    """Lines with bytes beyond ASCII, from the whole file, at most about `SAMPLE_BYTES` of them."""
    chunks = path.stat().st_size // CHUNK_BYTES + 1
    quota = max(LEAST_PER_CHUNK, SAMPLE_BYTES // chunks)
    stride = max(1, chunks * quota // SAMPLE_BYTES)  # of a very large file, only some pieces
    lines: list[bytes] = []
    for number, chunk in enumerate(_chunks(path)):
        if number % stride == 0 and not chunk.isascii():
            lines += _lines_of(chunk, quota)
    return lines


def first_line_beyond_ascii(path: Path) -> int:
    """The 1-based line of the first byte beyond ASCII; for encodings in which a line end is the ASCII one."""
    line, last = 1, b""
    for chunk in _chunks(path):
        found = None if chunk.isascii() else BEYOND_ASCII.search(chunk)
        before = last + (chunk if found is None else chunk[: found.start()])
        line += before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n") - (last == b"\r")
        if found is not None:
            break
        last = b"\r" if before.endswith(b"\r") else b""
    return line


def _lines_of(chunk: bytes, quota: int) -> Iterator[bytes]:
    """The first lines with bytes beyond ASCII, whole where they are not very long."""
    place, taken = 0, 0
    while taken < quota and (found := BEYOND_ASCII.search(chunk, place)):
        floor = max(place, found.start() - LONGEST_LINE)
        start = 1 + max(chunk.rfind(b"\n", floor, found.start()), chunk.rfind(b"\r", floor, found.start()), floor - 1)
        end = LINE_END.search(chunk, found.start())
        stop = len(chunk) if end is None else end.start()
        line = chunk[start : min(stop, start + 2 * LONGEST_LINE)]
        yield line
        taken += len(line) + 1
        place = stop + 1


def _chunks(path: Path) -> Iterator[bytes]:
    """The pieces of a file, the last one empty."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
    yield b""


def _beyond_ascii(text: str) -> int:
    """How many characters of a text are not ASCII, counted without a loop over them."""
    return len(text) - len(text.encode("ascii", errors="ignore"))

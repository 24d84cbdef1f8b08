"""Which encoding a file's bytes are in, and its text.

A byte order mark decides; without one the whole file is UTF-8, or else Windows-1252, which is said. What
belongs here: bytes to text. What doesn't: what the text means.
"""

import codecs
from dataclasses import dataclass, field
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO

from segops_pipeline.errors import Issue, WrongEncoding
from segops_pipeline.reading.recognise import read_head, utf_16_without_mark

CHUNK_BYTES = 1024 * 1024
FALLBACK = "cp1252"
SAVE_AS_UTF8 = "Save the file as UTF-8 (in Excel: CSV UTF-8) and upload it again."
MARKS = [
    (codecs.BOM_UTF8, "utf-8", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
]


@dataclass(frozen=True, slots=True)
class Encoding:
    """The encoding of a whole file, checked to its last byte.

    `name` is the codec; `has_nul` says that the text has NUL characters; `issues` what the user should know.
    """

    name: str
    has_nul: bool = False
    issues: list[Issue] = field(default_factory=list[Issue])


@dataclass(frozen=True, slots=True)
class _Survey:
    """What decoding a whole file showed: whether it has NULs, and its first byte that does not fit."""

    has_nul: bool
    bad_offset: int | None = None
    bad_byte: int = 0


def detect_encoding(path: Path, file_name: str, chosen: str | None = None) -> Encoding:
    """The encoding in which the whole file can be read: the one that a person has chosen, else found out.

    Raises:
        WrongEncoding: there are bytes that no encoding explains, with their line and offset.
    """
    if chosen is not None:
        return _checked(path, file_name, chosen, [])
    head = read_head(path)
    for mark, name, words in MARKS:
        if head.startswith(mark):
            said = Issue("byte_order_mark", f"The file begins with the byte order mark of {words}.", "info")
            return _checked(path, file_name, name, [said])
    silent = utf_16_without_mark(head)
    if silent is not None:
        said = Issue(
            "guessed_encoding",
            f"The file has no byte order mark; it was read as {silent.upper()}.",
            "warning",
            suggestion=SAVE_AS_UTF8,
        )
        return _checked(path, file_name, silent, [said])
    return _utf8_or_fallback(path, file_name)


def open_text(path: Path, encoding: str) -> "TextIOWrapper[BinaryIO]":
    """The file's text with its line ends as they are, without a byte order mark."""
    codec = "utf-8-sig" if encoding == "utf-8" else encoding
    return TextIOWrapper(path.open("rb", buffering=CHUNK_BYTES), encoding=codec, newline="")


def _utf8_or_fallback(path: Path, file_name: str) -> Encoding:
    survey = _survey(path, "utf-8")
    if survey.bad_offset is None:
        return Encoding("utf-8", survey.has_nul)
    if _is_mostly_utf8(path, survey.bad_offset):
        raise _wrong_encoding(path, file_name, survey, "The file is UTF-8, but damaged")
    fallback = _survey(path, FALLBACK)
    if fallback.bad_offset is not None:
        raise _wrong_encoding(path, file_name, fallback, "The file is neither UTF-8 nor Windows-1252")
    said = Issue(
        "guessed_encoding",
        "The file is not UTF-8; it was read as Windows-1252 (Western European).",
        "warning",
        line=_line_of(path, survey.bad_offset),
        value=f"0x{survey.bad_byte:02X}",
        suggestion=f"Check letters with accents in the preview. If they are wrong: {SAVE_AS_UTF8}",
    )
    return Encoding(FALLBACK, fallback.has_nul, [said])


def _checked(path: Path, file_name: str, name: str, issues: list[Issue]) -> Encoding:
    survey = _survey(path, name)
    if survey.bad_offset is not None:
        raise _wrong_encoding(path, file_name, survey, f"The file should be {name.upper()}, but is damaged")
    return Encoding(name, survey.has_nul, issues)


def _survey(path: Path, name: str) -> _Survey:
    """Decode the whole file, a piece at a time."""
    decoder = codecs.getincrementaldecoder(name)()
    has_nul = False
    offset = 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(CHUNK_BYTES)
            held = len(decoder.getstate()[0])
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return _Survey(has_nul, offset - held + error.start, error.object[error.start])
            has_nul = has_nul or "\0" in text
            offset += len(chunk)
            if not chunk:
                return _Survey(has_nul)


def _is_mostly_utf8(path: Path, offset: int) -> bool:
    """Whether the bytes around a wrong one are UTF-8: other encodings hardly ever look like it by chance."""
    with path.open("rb") as file:
        file.seek(max(offset - CHUNK_BYTES, 0))
        around = file.read(2 * CHUNK_BYTES).decode("utf-8", errors="surrogateescape")
    beyond_ascii = [character for character in around if character > "\x7f"]
    wrong = sum("\udc80" <= character <= "\udcff" for character in beyond_ascii)
    return len(beyond_ascii) - wrong > wrong


def _line_of(path: Path, offset: int) -> int:
    """The 1-based line in which the byte at `offset` is."""
    feeds = returns = pairs = read = 0
    last = b""
    with path.open("rb") as file:
        while read < offset and (chunk := file.read(min(CHUNK_BYTES, offset - read))):
            feeds += chunk.count(b"\n")
            returns += chunk.count(b"\r")
            pairs += (last + chunk).count(b"\r\n") + chunk.count(b"\r\0\n")  # the latter in UTF-16
            last = chunk[-1:]
            read += len(chunk)
    return 1 + feeds + returns - pairs


def _wrong_encoding(path: Path, file_name: str, survey: _Survey, start: str) -> WrongEncoding:
    offset, byte = survey.bad_offset or 0, f"0x{survey.bad_byte:02X}"
    return WrongEncoding(
        f"{start}: the byte {byte} at offset {offset:,} is no character.",
        SAVE_AS_UTF8,
        file=file_name,
        line=_line_of(path, offset),
        value=byte,
    )

"""Which encoding a file's bytes are in, and its text.

A person's choice decides, then a byte order mark, then whether the whole file is UTF-8; anything else is guessed and
said. Bytes that are no characters are counted here and told with their places by the reader of the records. What
belongs here: bytes to text. What doesn't: the guess itself (guessing.py), and what the text means.
"""

import codecs
from dataclasses import dataclass, field
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO

from segops_pipeline.errors import Issue, WrongEncoding, WrongUsage
from segops_pipeline.reading.guessing import FALLBACK, guess_codec, words_for
from segops_pipeline.reading.recognise import read_head, utf_16_without_mark
from segops_pipeline.reading.survey import (
    CHUNK_BYTES,
    UNDECODABLE,
    Survey,
    first_line_beyond_ascii,
    lines_beyond_ascii,
    survey,
)

SAVE_AS_UTF8 = "Save the file as UTF-8 (in Excel: CSV UTF-8) and upload it again."
CHOOSE = "Check letters beyond a to z in the preview; if they are wrong, choose another encoding."
MARKS = [
    (codecs.BOM_UTF8, "utf-8", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
]
# no encodings of files; and UTF-7 has lone surrogates, which are marks of ours
NO_TEXT_CODECS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem", "utf_7"}
MOST_BAD_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Encoding:
    """The encoding of a whole file.

    `name` is the codec; `has_nul` says that the text has NUL characters, `has_undecodable` that some bytes are no
    characters; `issues` what the user should know.
    """

    name: str
    has_nul: bool = False
    issues: list[Issue] = field(default_factory=list[Issue])
    has_undecodable: bool = False


def detect_encoding(path: Path, file_name: str, chosen: str | None = None) -> Encoding:
    """The encoding in which the file can be read: the one that a person has chosen, else found out.

    Raises:
        WrongUsage: there is no encoding of the chosen name.
        WrongEncoding: most of the bytes are no text in the encoding.
    """
    if chosen is not None:
        return _checked(path, file_name, _with_byte_order(codec_named(chosen), read_head(path)), [], is_chosen=True)
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
    return _utf8_or_guess(path, file_name)


def codec_named(name: str) -> str:
    """The codec that a person means by `name`.

    Raises:
        WrongUsage: there is none, or it is none for text.
    """
    try:
        found = codecs.lookup(name.strip())
        is_text = getattr(found, "_is_text_encoding", True) and found.name.replace("-", "_") not in NO_TEXT_CODECS
    except (LookupError, ValueError):
        is_text = False
    if not is_text:
        raise WrongUsage(
            f"There is no encoding called {name!r}.",
            "Name one such as utf-8, cp1252, iso-8859-2, mac-roman, cp932, gb18030, big5 or euc-kr.",
            value=name,
        )
    return name.strip().lower()


def _with_byte_order(name: str, head: bytes) -> str:
    """The codec of a chosen encoding; of UTF-16 and UTF-32 the one whose bytes are in the order of the file's.

    A byte order mark says it, whatever was chosen; without a mark Python would refuse a name that leaves it open.
    """
    codec = codecs.lookup(name).name
    wide = next((known for known in ("utf-16", "utf-32") if codec.startswith(known)), None)
    if wide is None:
        return name
    if any(head.startswith(mark) for mark, marked, _ in MARKS if marked == wide):
        return wide
    if codec != wide:
        return name
    return (utf_16_without_mark(head) if wide == "utf-16" else None) or f"{wide}-le"


def open_text(path: Path, encoding: str) -> "TextIOWrapper[BinaryIO]":
    """The file's text with its line ends as they are, without a byte order mark.

    A byte that is no character is U+DC00 + byte, a lone surrogate; delimited.py replaces and tells it.
    """
    codec = "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
    file = path.open("rb", buffering=CHUNK_BYTES)
    return TextIOWrapper(file, encoding=codec, errors=UNDECODABLE, newline="")


def _utf8_or_guess(path: Path, file_name: str) -> Encoding:
    found = survey(path, "utf-8", MOST_BAD_SHARE)
    if found.escapes and not found.characters and not found.bad:
        switched = survey(path, "iso2022_jp")
        if switched.characters and not switched.bad:
            return _guessed("iso2022_jp", "quite sure", (), switched)
    if not found.bad or found.characters >= found.bad:  # other encodings hardly ever look like UTF-8 by chance
        return Encoding("utf-8", found.has_nul, [], has_undecodable=found.bad > 0)
    guess, line = guess_codec(lines_beyond_ascii(path)), first_line_beyond_ascii(path)
    result = survey(path, guess.codec, MOST_BAD_SHARE)
    if result.bad > result.characters:
        guess_again = next((other for other in (*guess.alternatives, "mac-roman") if other != guess.codec), FALLBACK)
        result = survey(path, guess_again, MOST_BAD_SHARE)
        if result.bad > result.characters:
            raise _wrong_encoding(result, file_name, "UTF-8 or any other encoding that is known")
        return _guessed(guess_again, "unsure", (guess.codec,), result, line)
    return _guessed(guess.codec, guess.words, guess.alternatives, result, line)


def _guessed(codec: str, sure: str, alternatives: tuple[str, ...], found: Survey, line: int | None = None) -> Encoding:
    others = ", ".join(words_for(other) for other in alternatives)
    said = Issue(
        "guessed_encoding",
        f"The file is not UTF-8; it was read as {words_for(codec)} ({sure})"
        + (f"; next would come: {others}." if others else "."),
        "warning",
        line,
        value=codec,
        suggestion=CHOOSE,
    )
    return Encoding(codec, found.has_nul, [said], has_undecodable=found.bad > 0)


def _checked(path: Path, file_name: str, name: str, issues: list[Issue], *, is_chosen: bool = False) -> Encoding:
    """The encoding that the file should have; bytes that don't fit are allowed as long as they are few."""
    found = survey(path, name, MOST_BAD_SHARE)
    mostly_bad = found.bad > MOST_BAD_SHARE * found.size_bytes
    if mostly_bad or (not is_chosen and found.bad > found.characters and name == "utf-8"):
        raise _wrong_encoding(found, file_name, words_for(name))
    return Encoding(name, found.has_nul, issues, has_undecodable=found.bad > 0)


def _wrong_encoding(found: Survey, file_name: str, words: str) -> WrongEncoding:
    return WrongEncoding(
        f"The file is no text in {words}: {found.bad:,} of {found.size_bytes:,} bytes are no characters.",
        f"Choose another encoding. Or: {SAVE_AS_UTF8}",
        file=file_name,
    )

"""What a file is, told by its bytes and never by its name.

What belongs here: the marks by which kinds of files are known, and the errors for those that are not read.
What doesn't: decoding text (encoding.py), finding the columns in it (dialect.py), and which reader a kind gets
(opening.py).
"""

import json
import re
from pathlib import Path
from typing import Literal

from segops_pipeline.errors import BinaryFile, UnsupportedFormat
from segops_pipeline.reading.xml_events import begins_well_formed

Kind = Literal["text", "gzip", "zip", "xls", "xls_2003", "json", "xml", "html", "parquet"]
"""What the first bytes tell; a zip may be an archive, an .xlsx or an .ods (archive.py looks into it)."""

HEAD_BYTES = 64 * 1024
SAVE_AS_CSV = "Open it in the program that made it and save it as CSV (UTF-8)."

# first bytes → what the file looks like, and what to do
MAGIC: list[tuple[bytes, str, str]] = [
    (b"BZh", "a bzip2 file", "Unpack it and take the file inside."),
    (b"\xfd7zXZ\x00", "an xz file", "Unpack it and take the file inside."),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file", "Unpack it and take the file inside."),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "Unpack it and take the file inside."),
    (b"Rar!\x1a\x07", "a RAR archive", "Unpack it and take the file inside."),
    (b"%PDF-", "a PDF document", "Ask for the table behind it, as CSV or Excel."),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture", "Choose the file with the table."),
    (b"\xff\xd8\xff", "a JPEG picture", "Choose the file with the table."),
    (b"GIF87a", "a GIF picture", "Choose the file with the table."),
    (b"GIF89a", "a GIF picture", "Choose the file with the table."),
    (b"SQLite format 3\x00", "an SQLite database", "Export the table as CSV."),
    (b"Obj\x01", "an Avro file", SAVE_AS_CSV),
    (b"\x7fELF", "a program", "Choose the file with the table."),
    (b"{\\rtf", "an RTF document", SAVE_AS_CSV),
]
# only together with NUL bytes: two letters may begin a header too
WEAK_MAGIC: list[tuple[bytes, str]] = [
    (b"MZ", "a Windows program"),
    (b"BM", "a BMP picture"),
    (b"RIFF", "a sound, video or WebP file"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
]
READ: list[tuple[bytes, Kind]] = [
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\x1f\x8b", "gzip"),
    (b"PAR1", "parquet"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
    (b"\x09\x08\x10\x00\x00\x06", "xls"),  # a workbook's stream without the file around it, as some programs write
    (b"\x09\x08\x08\x00\x00\x05", "xls"),
]
PROLOGUE = re.compile(r"<\?.*?\?>|<!--.*?-->|\s+", re.DOTALL)
HTML = re.compile(r"<(!doctype\s+html|html|head|meta|body|table|style)\b", re.IGNORECASE)
EXCEL_2003 = re.compile(r"<(?:\w+:)?Workbook\b[^>]*urn:schemas-microsoft-com:office:spreadsheet")
ELEMENT = re.compile(r"<(!DOCTYPE\s|[A-Za-z_][\w.:-]*[\s/>])")
BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")
CONTROL_BYTES = bytes(set(range(32)) - set(b"\t\n\x0b\x0c\r\x1a\x1b\x1c\x1d\x1e\x1f")) + b"\x7f"
MOST_CONTROL_BYTES, MOST_CONTROL_SHARE = 10, 0.02  # a stray one may be in any text


def read_head(path: Path) -> bytes:
    """The first `HEAD_BYTES` bytes of a file."""
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def recognise(path: Path, file_name: str) -> Kind:
    """What kind of file it is; `file_name` is what errors call it.

    Raises:
        BinaryFile: the bytes are no text and no kind of file that is read.
        UnsupportedFormat: the text is JSON without objects.
    """
    head = read_head(path)
    for magic, kind in READ:
        if head.startswith(magic):
            return kind
    _refuse_binary(head, file_name)
    return _kind_of_text(_text_of(head), file_name)


def _refuse_binary(head: bytes, file_name: str) -> None:
    known = looks_like(head)
    if known is not None:
        what, remedy = known
        raise BinaryFile(f"The file is no text: it looks like {what}.", remedy, file=file_name)
    if utf_16_without_mark(head) is None and not head.startswith(BYTE_ORDER_MARKS):
        found = len(head) - len(head.translate(None, delete=CONTROL_BYTES))
        if found > max(MOST_CONTROL_BYTES, MOST_CONTROL_SHARE * len(head)):
            raise BinaryFile(
                f"The file is no text: {found:,} of its first {len(head):,} bytes are control characters.",
                f"Choose the file with the table. {SAVE_AS_CSV}",
                file=file_name,
            )


def looks_like(head: bytes) -> tuple[str, str] | None:
    """What the first bytes are the mark of, and the remedy; None for what may be text."""
    for magic, what, remedy in MAGIC:
        if head.startswith(magic):
            return what, remedy
    if head[257:262] == b"ustar":
        return "a tar archive", "Unpack it and take the file inside, or pack that as a zip."
    if b"\0" in head and utf_16_without_mark(head) is None:
        for magic, what in WEAK_MAGIC:
            if head.startswith(magic):
                return what, "Choose the file with the table."
    return None


def _kind_of_text(text: str, file_name: str) -> Kind:
    text = text.lstrip()
    if text.startswith("<"):
        return _kind_of_markup(text)
    if re.match(r"\[\s*\[", text) or _is_plain_array(text):
        raise UnsupportedFormat(
            "The file looks like a JSON file without objects, which is not read.",
            "Write each record as an object, with the names of the columns.",
            file=file_name,
        )
    return "json" if re.match(r'\{\s*["}]|\[\s*\{\s*["}]', text) and not _goes_on(text) else "text"


def _kind_of_markup(text: str) -> Kind:
    root = text
    while blank := PROLOGUE.match(root):
        root = root[blank.end() :]
    if HTML.match(root):
        return "html"
    if EXCEL_2003.match(root):
        return "xls_2003"
    if text.startswith("<?xml"):
        return "xml"
    return "xml" if ELEMENT.match(root) and begins_well_formed(text) else "text"


def _is_plain_array(text: str) -> bool:
    """Whether the text is a JSON array of values without names."""
    if not text.startswith("[") or not text.rstrip().endswith("]"):
        return False
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return bool(values) and not any(isinstance(value, dict) for value in values)


def _goes_on(text: str) -> bool:
    """Whether other text follows the first JSON value in its line: then that is a cell of a table."""
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return False
    rest = text[end:].lstrip(" \t")
    return bool(rest) and rest[0] not in "\r\n{"


def _text_of(head: bytes) -> str:
    """The first bytes as text, good enough to see its first marks."""
    for mark, encoding in ((b"\xff\xfe\0\0", "utf-32-le"), (b"\0\0\xfe\xff", "utf-32-be")):
        if head.startswith(mark):
            return head[4:].decode(encoding, errors="ignore")
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8")):
        if head.startswith(mark):
            return head[len(mark) :].decode(encoding, errors="ignore")
    return head.decode(utf_16_without_mark(head) or "utf-8", errors="replace")


def utf_16_without_mark(head: bytes) -> str | None:
    """The byte order of UTF-16 without its mark, told by where the NUL bytes are; None for other bytes."""
    pairs = len(head) // 2
    if pairs < 2 or head.startswith(BYTE_ORDER_MARKS):
        return None
    first, second = head[: 2 * pairs : 2].count(0) / pairs, head[1 : 2 * pairs : 2].count(0) / pairs
    if second > 0.5 and first < 0.05:
        return "utf-16-le"
    if first > 0.5 and second < 0.05:
        return "utf-16-be"
    return None

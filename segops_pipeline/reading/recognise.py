"""What a file is, told by its bytes and never by its name.

What belongs here: the marks by which kinds of files are known, and the errors for those that are not read.
What doesn't: decoding text (encoding.py) or finding the columns in it (dialect.py).
"""

import re
from pathlib import Path

from segops_pipeline.errors import BinaryFile, UnsupportedFormat

HEAD_BYTES = 64 * 1024
SAVE_AS_CSV = "Open it in the program that made it and save it as CSV (UTF-8)."

# first bytes → what the file looks like, and what to do
MAGIC: list[tuple[bytes, str, str]] = [
    (b"PK\x03\x04", "a ZIP archive", "Unpack it and take the CSV file inside."),
    (b"PK\x05\x06", "an empty ZIP archive", "Take the file that was meant to be in it."),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "an old Excel or Office file",
        "Open it in Excel and save it as CSV UTF-8.",
    ),
    (b"\x1f\x8b", "a gzip file", "Unpack it (gunzip) and take the file inside."),
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
    (b"PAR1", "a Parquet file", SAVE_AS_CSV),
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
OFFICE_PARTS: list[tuple[bytes, str, str]] = [
    (b"xl/", "an Excel workbook", "Open it in Excel and save the sheet as CSV UTF-8."),
    (b"word/", "a Word document", "Copy its table into a spreadsheet and save that as CSV."),
    (b"opendocument.spreadsheet", "an OpenDocument spreadsheet", "Save the sheet as CSV (UTF-8)."),
]
MARKUP: list[tuple[re.Pattern[bytes], str, str]] = [
    (re.compile(rb"<(!doctype\s+html|html)\b", re.I), "a web page", "Download the table itself, as CSV."),
    (re.compile(rb"<\?xml\b", re.I), "an XML file", SAVE_AS_CSV),
    (re.compile(rb'\{\s*"|\[\s*\{\s*["}]|\[\s*\['), "a JSON file", SAVE_AS_CSV),
]
BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")
CONTROL_BYTES = bytes(set(range(32)) - set(b"\t\n\x0b\x0c\r\x1a\x1b\x1c\x1d\x1e\x1f")) + b"\x7f"
MOST_CONTROL_BYTES, MOST_CONTROL_SHARE = 10, 0.02  # a stray one may be in any text


def read_head(path: Path) -> bytes:
    """The first `HEAD_BYTES` bytes of a file."""
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def refuse_binary(head: bytes, file_name: str) -> None:
    """Refuse a file whose first bytes are no text.

    Raises:
        BinaryFile: they have the mark of another kind of file, or too many bytes that no text has.
    """
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


def refuse_markup(head: bytes, file_name: str) -> None:
    """Refuse text that is marked up as something else than a table of lines.

    Raises:
        UnsupportedFormat: it is HTML, XML or JSON.
    """
    text = head.removeprefix(BYTE_ORDER_MARKS[0]).lstrip()
    for pattern, what, remedy in MARKUP:
        if pattern.match(text):
            raise UnsupportedFormat(f"The file looks like {what}, which is not read.", remedy, file=file_name)


def looks_like(head: bytes) -> tuple[str, str] | None:
    """What the first bytes are the mark of, and the remedy; None for what may be text."""
    if head.startswith(b"PK\x03\x04"):
        for part, what, remedy in OFFICE_PARTS:
            if part in head:
                return what, remedy
    for magic, what, remedy in MAGIC:
        if head.startswith(magic):
            return what, remedy
    if b"\0" in head and utf_16_without_mark(head) is None:
        for magic, what in WEAK_MAGIC:
            if head.startswith(magic):
                return what, "Choose the file with the table."
    return None


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

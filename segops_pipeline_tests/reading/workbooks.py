"""Workbooks for tests, made as their programs make them: .xlsx by openpyxl, .ods and .xls by hand.

No library that is kept writes .xls; the few records of BIFF 8 that a table needs are below.
"""

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from openpyxl import Workbook

Rows = Sequence[Sequence[object]]


def saved(book: Workbook) -> bytes:
    """The bytes of a workbook."""
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def xlsx(sheets: Mapping[str, Rows]) -> bytes:
    """An .xlsx of sheets with these cells; None is an empty one."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    return saved(book)


def archive(members: Mapping[str, str | bytes]) -> bytes:
    """A zip of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in members.items():
            out.writestr(name, content)
    return buffer.getvalue()


def repacked(content: bytes, changes: Mapping[str, bytes]) -> bytes:
    """A zip with some of its files replaced."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    return archive({**members, **changes})


def ods(tables: str) -> bytes:
    """An .ods with these `table:table` elements."""
    names = ("office", "table", "text", "style", "calcext")
    spaces = " ".join(f'xmlns:{name}="urn:{name}"' for name in names)
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:automatic-styles>'
        '<style:style style:name="hidden"><style:table-properties table:display="false"/></style:style>'
        f"</office:automatic-styles><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    return archive({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content})


def ods_table(name: str, rows: Sequence[Sequence[str]], attributes: str = "") -> str:
    """A `table:table` of texts; a cell that begins with `<` is an element of its own."""
    cells = [
        "".join(
            cell if cell.startswith("<") else f"<table:table-cell><text:p>{escape(cell)}</text:p></table:table-cell>"
            for cell in row
        )
        for row in rows
    ]
    inner = "".join(f"<table:table-row>{row}</table:table-row>" for row in cells)
    return f'<table:table table:name="{name}" {attributes}>{inner}</table:table>'


Cell = str | float | bool | None


def xls(
    rows: Sequence[Sequence[Cell]],
    formats: Mapping[tuple[int, int], str] | None = None,
    merged: Sequence[tuple[int, int, int, int]] = (),
) -> bytes:
    """An .xls of one sheet; `formats` by row and column, `merged` as first row, last row, first and last column."""
    codes = sorted(set((formats or {}).values()))
    styles = {code: place + 1 for place, code in enumerate(codes)}
    globals_ = [_record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6))]
    globals_ += [_record(0x041E, struct.pack("<H", 164 + n) + _text(code)) for n, code in enumerate(codes)]
    globals_ += [_record(0x00E0, struct.pack("<HHHBBBBIIH", 0, 0, 0xFFF5, 0, 0, 0, 0, 0, 0, 0))]
    globals_ += [
        _record(0x00E0, struct.pack("<HHHBBBBIIH", 0, 164 + n, 1, 0, 0, 0, 0, 0, 0, 0)) for n in range(len(codes))
    ]
    name = "Sheet1".encode("latin-1")
    start = sum(map(len, globals_)) + 4 + 8 + len(name) + 4
    bound = _record(0x0085, struct.pack("<IBBBB", start, 0, 0, len(name), 0) + name)
    sheet = [_record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6))]
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            style = styles.get((formats or {}).get((row, column), ""), 0)
            sheet += [] if cell is None else [_cell(row, column, style, cell)]
    if merged:
        sheet.append(
            _record(0x00E5, struct.pack("<H", len(merged)) + b"".join(struct.pack("<HHHH", *m) for m in merged))
        )
    end = _record(0x000A, b"")
    return compound_file("Workbook", b"".join([*globals_, bound, end, *sheet, end]))


def compound_file(name: str, stream: bytes) -> bytes:
    """The container of old Office files with one stream in it."""
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    sectors = len(stream) // 512
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, sectors + 2), 0xFFFFFFFE]
    assert len(chain) <= 128, "one sector of allocations is enough for a test"
    table = struct.pack("<128I", *chain, *[0xFFFFFFFF] * (128 - len(chain)))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    free = struct.pack("<64xHBBiii36xIQ", 0, 0, 0, -1, -1, -1, 0, 0)
    directory = _entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + _entry(name, 2, -1, 2, len(stream)) + free * 2
    return header + table + directory + stream


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    coded = name.encode("utf-16-le")
    return coded.ljust(64, b"\0") + struct.pack("<HBBiii36xIQ", len(coded) + 2, kind, 1, -1, -1, child, start, size)


def _record(number: int, content: bytes) -> bytes:
    return struct.pack("<HH", number, len(content)) + content


def _text(text: str) -> bytes:
    return struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")


def _cell(row: int, column: int, style: int, cell: str | float | bool) -> bytes:
    place = struct.pack("<HHH", row, column, style)
    if isinstance(cell, bool):
        return _record(0x0205, place + struct.pack("<BB", cell, 0))
    if isinstance(cell, str):
        return _record(0x0204, place + _text(cell))
    return _record(0x0203, place + struct.pack("<d", cell))

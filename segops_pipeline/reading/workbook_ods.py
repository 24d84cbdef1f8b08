"""OpenDocument spreadsheets (.ods): the sheets' rows as text, streamed.

What belongs here: the part of content.xml that a table needs (OpenDocument 1.3, part 3, 9). What doesn't: which
sheet, and what merged cells mean (workbook.py). A cell's text is what it shows; where that could be read in two ways
(3/4/24, 1.234) the value that the file stores with it is taken.
"""

import re
import zipfile
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from segops_pipeline.errors import DamagedFile, EncryptedFile
from segops_pipeline.reading.archive import chunks_of, open_archive
from segops_pipeline.reading.choice import DialectChoice
from segops_pipeline.reading.limits import Limits
from segops_pipeline.reading.streamed import StreamedTable
from segops_pipeline.reading.workbook import MOST_COLUMNS, MOST_MERGED, MOST_ROWS, Merged, Workbook, table_of
from segops_pipeline.reading.xml_events import XML_CHUNK_BYTES, XmlPump, local

CONTENT, MANIFEST = "content.xml", "META-INF/manifest.xml"
GROUPED = re.compile(r"-?\d{1,3}[.,'\s]\d{3}")
CLEAR_DATE = re.compile(r"\d{4}\D.*|\d{1,2}\.\s?\d{1,2}\.\d{4}\D*|.*[^\W\d]{3}.*\d{4}.*", re.DOTALL)


@contextmanager
def open_ods(path: Path, file_name: str, limits: Limits, choice: DialectChoice) -> Generator[StreamedTable]:
    """The table of an OpenDocument spreadsheet.

    Raises:
        DamagedFile, EncryptedFile, UnsafeFile, FileTooLarge: it cannot be opened, or should not be.
        UnknownSheet, EmptyFile: there is no such sheet, or none.
    """
    with open_archive(path, file_name, limits) as archive:
        document = _Document(archive, file_name, limits, path.stat().st_size)
        names = document.sheets()
        sheets = [_Sheet(document, place, name, is_visible=visible) for place, (name, visible) in enumerate(names)]
        yield table_of(Workbook(sheets, document.bytes_done, list), file_name, choice)


class _Document:
    """The content of the file, which holds all sheets one after the other."""

    def __init__(self, archive: zipfile.ZipFile, file_name: str, limits: Limits, size_bytes: int) -> None:
        self.file_name, self.limits = file_name, limits
        self._archive, self._size_bytes = archive, size_bytes
        self._done = 0.0
        try:
            self._info = archive.getinfo(CONTENT)
        except KeyError:
            raise DamagedFile("The spreadsheet has no content.", "Save it again.", file=file_name) from None
        if MANIFEST in archive.namelist() and b"encryption-data" in b"".join(self._chunks(archive.getinfo(MANIFEST))):
            raise EncryptedFile("The spreadsheet is protected by a password.", "Save it without one.", file=file_name)

    def chunks(self) -> Iterator[bytes]:
        """The content's bytes, a piece at a time."""
        read = 0
        for chunk in self._chunks(self._info):
            read += len(chunk)
            self._done = read / max(1, self._info.file_size)
            yield chunk

    def sheets(self) -> list[tuple[str, bool]]:
        """The sheets' names, and whether each is shown."""
        handler = _Names()
        for _ in XmlPump(handler, self.file_name).run(self.chunks()):
            pass
        return [(name, style not in handler.hidden) for name, style in handler.sheets]

    def bytes_done(self) -> int:
        """About how many of the file's bytes have been read."""
        return int(self._done * self._size_bytes)

    def _chunks(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        return chunks_of(self._archive, info, self.file_name, self.limits, XML_CHUNK_BYTES)


class _Names:
    """Gathers the names of sheets and the styles that hide them."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str]] = []
        self.hidden: set[str] = set()
        self._style = ""
        self._depth = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "style:style":
            self._style = attributes.get("style:name", "")
        elif name == "style:table-properties" and attributes.get("table:display") == "false":
            self.hidden.add(self._style)
        elif name == "table:table":
            if self._depth == 0:
                self.sheets.append((attributes.get("table:name", ""), attributes.get("table:style-name", "")))
            self._depth += 1

    def end(self, name: str) -> None:
        if name == "table:table":
            self._depth -= 1

    def text(self, data: str) -> None:
        pass


class _Sheet:
    """One sheet; `place` counts from 0."""

    def __init__(self, document: _Document, place: int, name: str, *, is_visible: bool) -> None:
        self.name, self.is_visible = name, is_visible
        self._document, self._place = document, place

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        following = 1
        for times, cells, _ in self._read():
            until = min(following + times, MOST_ROWS + 1)
            for row in range(following, until) if cells else ():
                yield row, list(cells)
            following = until

    def merged(self) -> Sequence[Merged]:
        found: list[Merged] = []
        for _, _, merged in self._read():
            found += merged
            if len(found) >= MOST_MERGED:
                return found[:MOST_MERGED]
        return found

    def _read(self) -> Iterator[tuple[int, list[str], list[Merged]]]:
        """How often each row is repeated, its cells, and the merged ones that begin in it."""
        handler = _Rows(self._document, self._place)
        for _ in XmlPump(handler, self._document.file_name).run(self._document.chunks()):
            yield from handler.taken()
            if handler.is_done:
                return


class _Rows:
    """Gathers the rows of one sheet: how often each is repeated, its cells, and the merged ones that begin in it."""

    def __init__(self, document: _Document, place: int) -> None:
        self._limits, self._file_name = document.limits, document.file_name
        self._wanted, self._seen, self._depth = place, -1, 0
        self._done: list[tuple[int, list[str], list[Merged]]] = []
        self._row = 1
        self._times = self._repeated = 1
        self._cells: list[str] = []
        self._blanks = 0
        self._merged: list[Merged] = []
        self._pieces: list[str] = []
        self._cell: dict[str, str] | None = None
        self._length = self._paragraphs = self._silent = 0
        self._in_text = False

    @property
    def is_done(self) -> bool:
        """Whether the sheet has ended."""
        return self._seen > self._wanted or (self._seen == self._wanted and self._depth == 0)

    def taken(self) -> list[tuple[int, list[str], list[Merged]]]:
        """The rows since the last time."""
        done, self._done = self._done, []
        return done

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            self._seen += self._depth == 0
            self._depth += 1
        elif self._seen != self._wanted or self._depth != 1:
            return
        elif name == "table:table-row":
            self._times = _count(attributes.get("table:number-rows-repeated"))
            self._cells, self._blanks, self._merged, self._length = [], 0, [], 0
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self._cell, self._pieces, self._paragraphs = attributes, [], 0
        elif self._cell is not None:
            self._start_text(name, attributes)

    def end(self, name: str) -> None:
        if name == "table:table":
            self._depth -= 1
        elif self._seen != self._wanted or self._depth != 1:
            return
        elif name == "table:table-row":
            self._done.append((self._times, self._cells, self._merged))
            self._row += self._times
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self._end_cell()
        elif local(name) in ("annotation", "frame"):
            self._silent -= 1
        elif name == "text:p":
            self._in_text = False

    def text(self, data: str) -> None:
        if self._in_text and not self._silent:
            self._add(data)

    def _start_text(self, name: str, attributes: dict[str, str]) -> None:
        if local(name) in ("annotation", "frame"):  # a comment, a picture
            self._silent += 1
        elif self._silent:
            return
        elif name == "text:p":
            self._in_text = True
            self._paragraphs += 1
            if self._paragraphs > 1:
                self._add("\n")
        elif name == "text:s":
            self._add(" " * min(_count(attributes.get("text:c")), self._limits.max_cell_bytes))
        elif name in ("text:tab", "text:line-break"):
            self._add("\t" if name == "text:tab" else "\n")

    def _add(self, text: str) -> None:
        self._pieces.append(text)
        self._length += len(text)
        if self._length > self._limits.max_record_characters:
            raise self._limits.cell_too_large(self._file_name, self._row, None, self._pieces[0])

    def _end_cell(self) -> None:
        assert self._cell is not None
        cell, self._cell = self._cell, None
        times = _count(cell.get("table:number-columns-repeated"))
        text = _shown("".join(self._pieces), cell)
        if not text:
            self._blanks += times  # written only when a cell with something follows
            return
        column = len(self._cells) + self._blanks
        if column + times > MOST_COLUMNS:
            raise self._limits.too_many_columns(self._file_name, self._row, column + times)
        self._cells += [""] * self._blanks + [text] * times
        self._blanks = 0
        right = _count(cell.get("table:number-columns-spanned"))
        down = _count(cell.get("table:number-rows-spanned"))
        if right > 1 or down > 1:
            last_row, last_column = min(self._row + down - 1, MOST_ROWS), min(column + right, MOST_COLUMNS) - 1
            self._merged.append(Merged(self._row, column, last_row, last_column))


def _shown(text: str, cell: dict[str, str]) -> str:
    """What the cell shows, or the value stored with it where that text could be read in two ways."""
    kind = cell.get("office:value-type") or cell.get("calcext:value-type")
    if kind == "date" and (stored := cell.get("office:date-value")) and not CLEAR_DATE.fullmatch(text):
        return stored.replace("T", " ")
    if (
        kind == "float"
        and (stored := cell.get("office:value"))
        and (not text or GROUPED.fullmatch(text) or "E" in text)
    ):
        return stored
    return text


def _count(text: str | None) -> int:
    return max(1, int(text)) if text is not None and text.isdecimal() and len(text) < 12 else 1

"""The table in a web page, such as shops save as .xls: the one with most rows.

What belongs here: `<table>` to rows of text. What doesn't: which row is the header (layout.py).
"""

from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from itertools import islice
from pathlib import Path

from segops_pipeline.config import MEBIBYTE
from segops_pipeline.errors import FileTooLarge, UnsupportedFormat
from segops_pipeline.reading.choice import DialectChoice
from segops_pipeline.reading.dialect import Dialect
from segops_pipeline.reading.encoding import detect_encoding
from segops_pipeline.reading.layout import find_layout
from segops_pipeline.reading.limits import Limits
from segops_pipeline.reading.streamed import Records, StreamedTable
from segops_pipeline.reading.text_pieces import TextPieces

MOST_BYTES = 64 * MEBIBYTE  # the parser looks again at what is not closed
SAMPLE_RECORDS = 1000
MOST_SPAN = 1000
SILENT = {"script", "style", "title"}


@contextmanager
def open_html(path: Path, file_name: str, limits: Limits, choice: DialectChoice) -> Generator[StreamedTable]:
    """The largest table of a web page.

    Raises:
        UnsupportedFormat: it has no table of two rows and two columns.
        FileTooLarge: it is larger than a page.
    """
    if path.stat().st_size > MOST_BYTES:
        raise FileTooLarge(
            f"The web page has more than {MOST_BYTES:,} bytes.", "Ask for the table as CSV.", file=file_name
        )
    encoding = detect_encoding(path, file_name, choice.encoding)
    text = TextPieces(path, encoding)

    def rows() -> Iterator[tuple[int, int, list[str]]]:
        handler = _Tables(limits, file_name)
        for piece in text:
            handler.feed(piece)
            yield from handler.taken()
        handler.close()
        yield from handler.taken()

    sizes = Counter(table for table, _, cells in rows() if len(cells) > 1)
    table = max(sizes, key=lambda place: (sizes[place], -place), default=None)
    if table is None or sizes[table] < 2:
        raise UnsupportedFormat(
            "The file looks like a web page without a table, which is not read.",
            "Download the table itself, as CSV.",
            file=file_name,
        )

    def records() -> Records:
        return ((line, cells) for found, line, cells in rows() if found == table)

    layout = find_layout([cells for _, cells in islice(records(), SAMPLE_RECORDS)], choice.header_row)
    header_row = layout.first_row if layout is not None and layout.has_header else None
    dialect = Dialect(encoding.name, "", "", None, header_row, "html")
    yield StreamedTable(dialect, layout, records, text.bytes_done, text.issues)


class _Tables(HTMLParser):
    """Gathers the rows of all tables: which table (from 0), the line, the cells."""

    def __init__(self, limits: Limits, file_name: str) -> None:
        super().__init__(convert_charrefs=True)
        self._limits, self._file_name = limits, file_name
        self._open: list[int] = []
        self._tables = self._silent = 0
        self._done: list[tuple[int, int, list[str]]] = []
        self._cells: list[str] | None = None
        self._pieces: list[str] | None = None
        self._span, self._line = 1, 1

    def taken(self) -> list[tuple[int, int, list[str]]]:
        """The rows since the last time."""
        done, self._done = self._done, []
        return done

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._end_row()
            self._open.append(self._tables)
            self._tables += 1
        elif tag in SILENT:
            self._silent += 1
        elif tag == "tr" and self._open:
            self._end_row()
            self._cells, self._line = [], self.getpos()[0]
        elif tag in ("td", "th") and self._open:
            self._end_cell()
            if self._cells is None:
                self._cells, self._line = [], self.getpos()[0]
            span = dict(attrs).get("colspan") or "1"
            self._pieces, self._span = [], min(int(span), MOST_SPAN) if span.isdecimal() else 1
        elif tag in ("br", "p", "div", "li") and self._pieces:
            self._pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._end_cell()
        elif tag == "tr":
            self._end_row()
        elif tag in SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag == "table" and self._open:
            self._end_row()
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._pieces is not None and not self._silent:
            self._pieces.append(data)

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """Pass over `<![…]>`; one of a kind that is not known is a comment, as it is to browsers."""
        try:
            return super().parse_marked_section(i, report)
        except AssertionError:
            return self.parse_bogus_comment(i, report)

    def close(self) -> None:
        """Take what is left when the page has ended."""
        super().close()
        self._end_row()

    def _end_cell(self) -> None:
        if self._pieces is None or self._cells is None:
            return
        lines = "".join(self._pieces).split("\n")
        text = "\n".join(" ".join(line.split()) for line in lines).strip()
        self._cells += [text] + [""] * (self._span - 1)
        self._pieces = None
        if len(self._cells) > self._limits.max_columns + MOST_SPAN:
            raise self._limits.too_many_columns(self._file_name, self._line, len(self._cells))

    def _end_row(self) -> None:
        self._end_cell()
        if self._cells is not None and self._open:
            self._done.append((self._open[-1], self._line, self._cells))
        self._cells = None

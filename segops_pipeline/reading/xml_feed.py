"""XML with a record per element: product feeds (RSS items, Atom entries), and any element that is repeated.

Streamed twice: first to learn which element is the record and what is within it, then for the rows. What belongs
here: elements to rows of text. What doesn't: expat and its guards (xml_events.py). Nested elements and attributes
become dotted columns (`shipping.price`) by their names without prefix, repeated ones a JSON array.
"""

import json
import re
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segops_pipeline.errors import EmptyFile, WrongEncoding, WrongUsage
from segops_pipeline.reading.choice import DialectChoice
from segops_pipeline.reading.dialect import Dialect
from segops_pipeline.reading.encoding import Encoding, detect_encoding
from segops_pipeline.reading.layout import Layout
from segops_pipeline.reading.limits import Limits
from segops_pipeline.reading.recognise import BYTE_ORDER_MARKS, read_head
from segops_pipeline.reading.streamed import Records, StreamedTable
from segops_pipeline.reading.text_pieces import TextPieces
from segops_pipeline.reading.xml_events import FORBIDDEN, XmlPump
from segops_pipeline.reading.xml_structure import FeedColumn, Node, columns_of, find_record, survey

DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")


@contextmanager
def open_xml(path: Path, file_name: str, limits: Limits, choice: DialectChoice) -> Generator[StreamedTable]:
    """The records of an XML file.

    Raises:
        DamagedFile, UnsafeFile: it is no XML, or built to harm.
        EmptyFile, UnknownSheet: no element is a record, or none of the chosen name.
        TooManyColumns, CellTooLarge: more than is taken.
    """
    encoding = _encoding_of(path, file_name, choice.encoding)
    feed = TextPieces(path, encoding, FORBIDDEN)
    root = survey(feed, file_name, limits)
    record_path, record = find_record(root, file_name, choice.sheet)
    columns = columns_of(record)
    if not columns:
        raise EmptyFile("There is no record in the file.", "Choose the file with the table.", file=file_name)
    if len(columns) > limits.max_columns:
        raise limits.too_many_columns(file_name, 1, len(columns))

    def records() -> Records:
        handler = _Records(record_path, record, columns, file_name, limits)
        pump = XmlPump(handler, file_name)
        handler.pump = pump
        yield 1, [column.name for column in columns]
        for _ in pump.run(feed):
            yield from handler.taken()

    dialect = Dialect(encoding.name, "", "", None, None, "xml", sheet="/".join(record_path))
    layout = Layout(0, has_header=True, width=len(columns), is_exact=True)
    yield StreamedTable(dialect, layout, records, feed.bytes_done, feed.issues)


def _encoding_of(path: Path, file_name: str, chosen: str | None) -> Encoding:
    """The encoding that a person says, that the file declares, or that its bytes show."""
    head = read_head(path)
    declared = DECLARED.search(head[:1024])
    if chosen is None and declared is not None and not head.startswith(BYTE_ORDER_MARKS):
        with suppress(WrongEncoding, WrongUsage):
            as_declared = detect_encoding(path, file_name, declared[1].decode())
            if not as_declared.has_undecodable:
                return as_declared
    return detect_encoding(path, file_name, chosen)


@dataclass(slots=True)
class _Element:
    """One element within a record; children by their names."""

    attributes: dict[str, str]
    pieces: list[str]
    children: dict[str, list["_Element"]]

    @property
    def text(self) -> str:
        """Its own text, without the blanks of the layout around it."""
        return "".join(self.pieces).strip()


class _Records:
    """Gathers the records as rows."""

    def __init__(
        self, record_path: tuple[str, ...], record: Node, columns: list[FeedColumn], file_name: str, limits: Limits
    ) -> None:
        self.pump: XmlPump | None = None
        self._record_path, self._record, self._columns = list(record_path), record, columns
        self._file_name, self._limits = file_name, limits
        self._above: list[str] = []
        self._open: list[_Element] = []
        self._done: list[tuple[int, list[str]]] = []
        self._line = 1
        self._length = 0

    def taken(self) -> list[tuple[int, list[str]]]:
        """The rows since the last time."""
        done, self._done = self._done, []
        return done

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self._open:
            element = _Element(attributes, [], {})
            self._open[-1].children.setdefault(name, []).append(element)
            self._open.append(element)
            self._count(100 + sum(map(len, attributes.values())))
            return
        self._above.append(name)
        if self._above == self._record_path:
            self._open.append(_Element(attributes, [], {}))
            self._length = 0
            self._line = self.pump.line if self.pump is not None else 1

    def end(self, name: str) -> None:  # noqa: ARG002 - the form of a handler
        if not self._open:
            self._above.pop()
            return
        element = self._open.pop()
        if not self._open:
            self._above.pop()
            self._done.append((self._line, [_cell(element, column) for column in self._columns]))

    def text(self, data: str) -> None:
        if self._open:
            self._open[-1].pieces.append(data)
            self._count(len(data))

    def _count(self, characters: int) -> None:
        self._length += characters
        if self._length > self._limits.max_record_characters:
            raise self._limits.cell_too_large(self._file_name, self._line, None, "")


def _cell(record: _Element, column: FeedColumn) -> str:
    """The text of one column."""
    element = record
    for name in column.path:
        found = element.children.get(name)
        if not found:
            return ""
        if column.is_list and name == column.path[-1]:
            return json.dumps([_content(one) for one in found], ensure_ascii=False)
        element = found[0]
    return element.text if column.attribute is None else element.attributes.get(column.attribute, "")


def _content(element: _Element) -> Any:  # noqa: ANN401 - any JSON value
    """An element of a list: its text, or an object where there is more to it."""
    attributes = {local_name: value for local_name, value in element.attributes.items() if ":" not in local_name}
    if not element.children and not attributes:
        return element.text
    inner: dict[str, Any] = dict(attributes)
    for name, found in element.children.items():
        values = [_content(one) for one in found]
        inner[name.rpartition(":")[2]] = values[0] if len(values) == 1 else values
    return {**inner, "text": element.text} if element.text else inner

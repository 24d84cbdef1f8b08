"""JSON with a record per object: JSON Lines, an array of objects, or an object that holds one.

Decoded one record at a time, twice: first to learn all keys, so that none is lost, then for the rows. What belongs
here: objects to rows of text. What doesn't: what the text means. Nested objects become dotted columns
(`price.amount`), arrays their JSON text, which a list's cast reads; numbers stay as they are spelled.
"""

import json
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from segops_pipeline.errors import CellTooLarge, DamagedFile, EmptyFile, Issue, UnknownSheet
from segops_pipeline.reading.choice import DialectChoice
from segops_pipeline.reading.dialect import Dialect
from segops_pipeline.reading.encoding import detect_encoding
from segops_pipeline.reading.json_cursor import JsonCursor, Spelled
from segops_pipeline.reading.layout import Layout
from segops_pipeline.reading.limits import Limits
from segops_pipeline.reading.streamed import Records, StreamedTable
from segops_pipeline.reading.text_pieces import TextPieces, without_lone

MOST_DEPTH = 4  # of the objects around the records
MOST_DOTS = 8
MOST_ARRAYS = 1_000
KeyPath = tuple[str, ...]
Record = tuple[KeyPath, int, dict[str, Any]]
"""Where its array is within the document, its line, and its content."""


@contextmanager
def open_json(path: Path, file_name: str, limits: Limits, choice: DialectChoice) -> Generator[StreamedTable]:
    """The records of a JSON file.

    Raises:
        DamagedFile: it is no JSON; with the line.
        EmptyFile: there is no object in an array.
        UnknownSheet: there is no array of the chosen name.
        TooManyColumns, CellTooLarge: more than is taken.
    """
    encoding = detect_encoding(path, file_name, choice.encoding)

    text = TextPieces(path, encoding)
    is_lines = _is_lines(JsonCursor(text, file_name, limits))

    def begin() -> Iterator[Record]:
        return _walk(JsonCursor(text, file_name, limits), is_lines=is_lines)

    arrays = _survey(begin(), file_name, limits)
    where = _chosen(arrays, file_name, choice.sheet)
    columns = list(arrays[where].columns)
    others = [_dotted(other) for other in arrays if other != where]

    def records() -> Records:
        yield 1, [without_lone(_dotted(column)) for column in columns]
        for array, line, record in begin():
            if array == where:
                values = dict(_flat(record))
                yield line, [values.get(column, "") for column in columns]

    kind = "json_lines" if is_lines else "json"
    dialect = Dialect(encoding.name, "", "", None, None, kind, sheet=_dotted(where) or None)
    layout = Layout(0, has_header=True, width=len(columns), is_exact=True)

    def issues() -> list[Issue]:
        return [*text.issues(), *_other_arrays(where, others)]

    yield StreamedTable(dialect, layout, records, text.bytes_done, issues)


class _Array:
    """What the first pass finds out about one array of objects: its keys in order and how many objects it has."""

    def __init__(self) -> None:
        self.columns: dict[KeyPath, None] = {}
        self.count = 0


def _survey(records: Iterator[Record], file_name: str, limits: Limits) -> dict[KeyPath, _Array]:
    arrays: dict[KeyPath, _Array] = {}
    for where, line, record in records:
        found = arrays.get(where)
        if found is None:
            if len(arrays) >= MOST_ARRAYS:
                continue
            found = arrays[where] = _Array()
        found.count += 1
        for column, _ in _flat(record):
            found.columns[column] = None
        if len(found.columns) > limits.max_columns:
            raise limits.too_many_columns(file_name, line, len(found.columns))
    return arrays


def _chosen(arrays: dict[KeyPath, _Array], file_name: str, chosen: str | None) -> KeyPath:
    if not arrays or not any(array.columns for array in arrays.values()):
        raise EmptyFile("There is no record in the file.", "Choose the file with the table.", file=file_name)
    if chosen is None:
        return max(arrays, key=lambda where: arrays[where].count)
    for where in arrays:
        if chosen in (_dotted(where), where[-1] if where else ""):
            return where
    names = ", ".join(filter(None, map(_dotted, arrays))) or "none has a name"
    raise UnknownSheet(f"The file has no records '{chosen}'.", f"Choose one of: {names}.", file=file_name)


def _other_arrays(where: KeyPath, others: list[str]) -> list[Issue]:
    if not others:
        return []
    message = f"The records of '{_dotted(where)}' were read; not read: {', '.join(others[:20])}."
    return [Issue("other_sheets", message, "info", suggestion="Choose others with --sheet.")]


def _is_lines(cursor: JsonCursor) -> bool:
    """Whether the file is one object after the other; an object that holds arrays of objects is none of them."""
    if cursor.peek() == "[":
        return False
    begins_in = cursor.line
    try:
        first = cursor.value()
    except CellTooLarge:  # too large for a record: it holds them
        return False
    if cursor.peek() == "{":
        return True
    is_alone_in_line = cursor.line == begins_in and cursor.peek() != ""
    return is_alone_in_line or not _holds_records(first, 0)


def _holds_records(value: Any, depth: int) -> bool:  # noqa: ANN401 - any JSON value
    if isinstance(value, list):
        return bool(value) and isinstance(value[0], dict)
    if isinstance(value, dict) and depth < MOST_DEPTH:
        if len(value) == 1 and [] in value.values():
            return True
        return any(_holds_records(inner, depth + 1) for inner in value.values())
    return False


def _walk(cursor: JsonCursor, *, is_lines: bool) -> Iterator[Record]:
    """Every object that is a record, in the order of the file."""
    if is_lines:
        while cursor.peek():
            yield _record(cursor, ())
        return
    yield from _array(cursor, ()) if cursor.peek() == "[" else _object(cursor, ())
    if cursor.peek():
        raise cursor.damaged("Something follows the end of the document")


def _record(cursor: JsonCursor, where: KeyPath) -> Record:
    cursor.peek()
    line = cursor.line
    value = cursor.value()
    if not isinstance(value, dict):
        raise DamagedFile(
            "A record is no object with names.",
            "Write each record as an object, with the names of the columns.",
            line=line,
            value=_text(value)[:60],
        )
    return where, line, value


def _array(cursor: JsonCursor, where: KeyPath) -> Iterator[Record]:
    cursor.take("[")
    is_of_records = cursor.peek() == "{"
    while (mark := cursor.peek()) != "]":
        if mark == ",":
            cursor.take(",")
        elif is_of_records:
            yield _record(cursor, where)
        elif not mark:
            raise cursor.damaged("It ends within an array")
        else:
            cursor.value()
    cursor.take("]")


def _object(cursor: JsonCursor, where: KeyPath) -> Iterator[Record]:
    cursor.take("{")
    while (mark := cursor.peek()) != "}":
        if mark == ",":
            cursor.take(",")
            continue
        name = cursor.value()
        cursor.take(":")
        mark = cursor.peek()
        inner = (*where, str(name))
        if mark == "[":
            yield from _array(cursor, inner)
        elif mark == "{" and len(inner) < MOST_DEPTH:
            yield from _object(cursor, inner)
        else:
            cursor.value()
    cursor.take("}")


def _flat(record: dict[str, Any], where: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    """Each value of a record with the path of its keys."""
    for key, value in record.items():
        inner = (*where, key)
        if isinstance(value, dict) and value and len(inner) < MOST_DOTS:
            yield from _flat(value, inner)
        else:
            yield inner, _text(value)


def _text(value: Any) -> str:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        return without_lone(str(value))
    try:
        return "" if value is None or value in ([], {}) else without_lone(_json(value))
    except RecursionError:
        raise DamagedFile("A value is nested too deep.", "Export the records flat, one value for each name.") from None


def _json(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """JSON text with numbers as they are spelled."""
    if isinstance(value, Spelled):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_json, value))}]"
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{json.dumps(key, ensure_ascii=False)}: {_json(inner)}" for key, inner in value.items())
            + "}"
        )
    return json.dumps(value, ensure_ascii=False)


def _dotted(path: KeyPath) -> str:
    return ".".join(path)

"""JSON and COPY text, column by column: a hundred thousand rows are joined in C++, not cell by cell in Python.

What belongs here: escaping and joining arrays of text. What doesn't: what the text means.
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

TEXT = pa.large_string()  # 64-bit offsets: a batch may hold more than 2 GiB
RARE_CONTROLS = r"[\x00-\x08\x0b\x0c\x0e-\x1f]"
USUAL_ESCAPES = (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"))
COPY_ESCAPES = (("\\", "\\\\"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"))

Parts: TypeAlias = list[pa.Array | str]
"""What is joined row by row; a plain text stands in every row."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member of each row's JSON object; a row whose value is null has none.

    `values` are JSON, or the inside of JSON strings (escaped, without their quotes) where `is_string`.
    """

    name: str
    values: pa.Array
    is_string: bool = False

    @property
    def opening(self) -> str:
        """What stands before the value."""
        return f"{json.dumps(self.name, ensure_ascii=False)}:{self.closing}"

    @property
    def closing(self) -> str:
        """What stands after the value."""
        return '"' if self.is_string else ""


def json_escaped(texts: pa.Array) -> pa.Array:
    """Each text as the inside of a JSON string, without its quotes; null stays null."""
    if not _needs_escape(texts):
        return texts
    if pc.any(pc.match_substring_regex(texts, RARE_CONTROLS)).as_py():
        inside = [None if text is None else json.dumps(text, ensure_ascii=False)[1:-1] for text in texts.to_pylist()]
        return pa.array(inside, TEXT)
    return _replaced(texts, USUAL_ESCAPES)


def json_strings(texts: pa.Array) -> pa.Array:
    """Each text as a JSON string with its quotes; null stays null."""
    return joined(['"', json_escaped(texts), '"'])


def json_objects(members: Sequence[Member], row_count: int) -> pa.Array:
    """One JSON object per row of its members."""
    return _rows(object_parts(members, row_count), row_count)


def object_parts(members: Sequence[Member], row_count: int) -> Parts:
    """What gives one JSON object per row when it is joined, as part of a longer join.

    A member that every row has goes first, so that all others can begin with their comma.
    """
    first = next((place for place, member in enumerate(members) if not member.values.null_count), None)
    if first is None:
        return ["{", listed([_with_comma(member) for member in members], row_count), "}"]
    parts: Parts = ["{", members[first].opening, members[first].values, members[first].closing]
    for place, member in enumerate(members):
        if place == first:
            continue
        if member.values.null_count:
            parts.append(pc.fill_null(_with_comma(member), _scalar("")))
        else:
            parts += [f",{member.opening}", member.values, member.closing]
    return [*parts, "}"]


def _with_comma(member: Member) -> pa.Array:
    return joined([f",{member.opening}", member.values, member.closing])


def listed(elements: Sequence[pa.Array], row_count: int) -> pa.Array:
    """The elements of each row, which begin with their comma, as a list without the first comma; null: no element.

    Arrow could leave out nulls itself (`null_handling="skip"`), but then drops rows in which all are null.
    """
    if not elements:
        return pa.array([""] * row_count, TEXT)
    whole = pc.binary_join_element_wise(*elements, _scalar(""), null_handling="replace", null_replacement="")
    return pc.utf8_ltrim(whole, ",")


def copy_escaped(texts: pa.Array) -> pa.Array:
    r"""Texts as COPY takes them between its tabs; null becomes `\N`."""
    if _needs_escape(texts):
        texts = _replaced(texts, COPY_ESCAPES)
    return pc.fill_null(texts, _scalar("\\N")) if texts.null_count else texts


def copy_escaped_json(parts: Sequence[pa.Array | str]) -> Parts:
    """Parts of JSON as COPY takes them: JSON has no control characters, so only backslashes are in the way."""
    return [_doubled(part) for part in parts]


def _doubled(part: pa.Array | str) -> pa.Array | str:
    if isinstance(part, str):
        return part.replace("\\", "\\\\")
    return pc.replace_substring(part, "\\", "\\\\") if has_byte(part, b"\\") else part


def copy_lines(columns: Sequence[pa.Array | str | Parts], row_count: int) -> pa.Array:
    """One line of COPY per row, with its line end.

    Args:
        columns: each an array, a plain text that stands in every row, or the parts that a column is joined of.
        row_count: of the result.
    """
    parts: Parts = []
    for column in columns:
        parts += ["\t", *(column if isinstance(column, list) else [column])]
    return _rows([*parts[1:], "\n"], row_count)


def payload(lines: pa.Array) -> memoryview:
    """All texts of an array (64-bit offsets), one after the other, as they stand in memory."""
    data = lines.buffers()[2]
    if len(lines) == 0 or data is None:
        return memoryview(b"")
    bounds = offsets(lines)  # a slice shares its neighbours' memory
    return memoryview(data)[int(bounds[0]) : int(bounds[-1])]


def offsets(texts: pa.Array) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """Where each text (64-bit offsets) begins in the array's data, and where the last one ends."""
    held = texts.buffers()[1]
    if held is None:
        return np.zeros(1, dtype=np.int64)
    return np.frombuffer(held, dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]


def joined(parts: Sequence[pa.Array | str]) -> pa.Array:
    """Parts side by side, at least one of them an array; null where a part is null."""
    merged: Parts = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] = f"{merged[-1]}{part}"
        elif not isinstance(part, str) or part:
            merged.append(part)
    return pc.binary_join_element_wise(
        *(_scalar(part) if isinstance(part, str) else part for part in merged), _scalar("")
    )


def _rows(parts: Parts, row_count: int) -> pa.Array:
    if any(not isinstance(part, str) for part in parts):
        return joined(parts)
    return pa.array(["".join(str(part) for part in parts)] * row_count, TEXT)


def from_fixed(data: bytes, width: int) -> pa.Array:
    """Texts of one width in bytes, as they follow each other in memory, without a copy of each."""
    count = len(data) // width
    bounds = np.arange(0, (count + 1) * width, width, dtype=np.int64)
    return pa.Array.from_buffers(TEXT, count, [None, pa.py_buffer(bounds), pa.py_buffer(data)])


def has_byte(texts: pa.Array, byte: bytes) -> bool:
    """Whether an ASCII character is anywhere in the texts; looks at all bytes at once, not text by text."""
    return byte in bytes(payload(texts))


def _needs_escape(texts: pa.Array) -> bool:
    """Whether a control character, quote or backslash is anywhere."""
    data = np.frombuffer(payload(texts), dtype=np.uint8)
    return bool((data < ord(" ")).any() or (data == ord('"')).any() or (data == ord("\\")).any())


def _replaced(texts: pa.Array, pairs: Sequence[tuple[str, str]]) -> pa.Array:
    for plain, escaped in pairs:
        texts = pc.replace_substring(texts, plain, escaped)
    return texts


def _scalar(text: str) -> pa.Scalar:
    return pa.scalar(text, TEXT)

"""JSON and COPY text, column by column: a hundred thousand rows are joined in C++, not cell by cell in Python.

What belongs here: escaping and joining arrays of text. What doesn't: what the text means.
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

import json
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

TEXT = pa.large_string()  # 64-bit offsets: a batch may hold more than 2 GiB
RARE_CONTROLS = r"[\x00-\x08\x0b\x0c\x0e-\x1f]"
USUAL_ESCAPES = (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"))
COPY_ESCAPES = (("\\", "\\\\"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"))


def json_strings(texts: pa.Array) -> pa.Array:
    """Each text as a JSON string with its quotes; null stays null."""
    if _needs_escape(texts):
        if pc.any(pc.match_substring_regex(texts, RARE_CONTROLS)).as_py():
            return pa.array(
                [None if text is None else json.dumps(text, ensure_ascii=False) for text in texts.to_pylist()], TEXT
            )
        texts = _replaced(texts, USUAL_ESCAPES)
    return joined(['"', texts, '"'])


def json_members(name: str, values: pa.Array) -> pa.Array:
    """`,"name":value` for each JSON value; null where the value is null."""
    return joined([f",{json.dumps(name, ensure_ascii=False)}:", values])


def json_objects(members: Sequence[pa.Array], row_count: int) -> pa.Array:
    """One JSON object per row of its members; a null member is left out."""
    return joined(["{", listed(members, row_count), "}"])


def listed(elements: Sequence[pa.Array], row_count: int) -> pa.Array:
    """The elements of each row, which begin with their comma, as a list without the first comma.

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
    return pc.fill_null(texts, _scalar("\\N"))


def copy_escaped_json(texts: pa.Array) -> pa.Array:
    """JSON as COPY takes it: it has no control characters, so only backslashes are in the way."""
    if b"\\" in bytes(payload(texts)):
        return pc.replace_substring(texts, "\\", "\\\\")
    return texts


def copy_lines(columns: Sequence[pa.Array | str]) -> pa.Array:
    """One line of COPY per row, with its line end; a plain text stands in every row."""
    parts = [_scalar(column) if isinstance(column, str) else column for column in columns]
    return joined([pc.binary_join_element_wise(*parts, _scalar("\t")), "\n"])


def payload(lines: pa.Array) -> memoryview:
    """All texts of an array (64-bit offsets), one after the other, as they stand in memory."""
    offsets, data = lines.buffers()[1], lines.buffers()[2]
    if len(lines) == 0 or offsets is None or data is None:
        return memoryview(b"")
    bounds = memoryview(offsets).cast("q")  # a slice shares its neighbours' memory
    return memoryview(data)[bounds[lines.offset] : bounds[lines.offset + len(lines)]]


def joined(parts: Sequence[pa.Array | str]) -> pa.Array:
    """Parts side by side; null where a part is null."""
    return pc.binary_join_element_wise(
        *(_scalar(part) if isinstance(part, str) else part for part in parts), _scalar("")
    )


def has_nul(texts: pa.Array) -> bool:
    """Whether a NUL character is anywhere in the texts."""
    return b"\x00" in bytes(payload(texts))


def _needs_escape(texts: pa.Array) -> bool:
    """Whether a control character, quote or backslash is anywhere; looks at all bytes at once, not text by text."""
    data = np.frombuffer(payload(texts), dtype=np.uint8)
    return bool((data < ord(" ")).any() or (data == ord('"')).any() or (data == ord("\\")).any())


def _replaced(texts: pa.Array, pairs: Sequence[tuple[str, str]]) -> pa.Array:
    for plain, escaped in pairs:
        texts = pc.replace_substring(texts, plain, escaped)
    return texts


def _scalar(text: str) -> pa.Scalar:
    return pa.scalar(text, TEXT)

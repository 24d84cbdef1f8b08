"""Several texts in one cell.

What belongs here: the cast to list and the separator of a column. What doesn't: whether a column is one of
lists (column_types.py), lists of prices (prices.py).
"""
# ruff: noqa: RUF001 - other scripts' letters are meant

import re
from collections.abc import Iterable

from segops_pipeline.inference.context import (
    CastContext,
    Decision,
    Refusal,
    Value,
    no_value,
    read_json,
    shown,
)

SEPARATORS = ("|", ";", "\n", ",", "、", "；", "，")
"""What separates items, the least ambiguous first."""

# ['red', 'blue'], as Python and pandas write a list
_QUOTED_ITEM = re.compile(r"'((?:[^'\\\n]|\\.)*)'")
_QUOTED_ITEMS = re.compile(r"\[\s*'(?:[^'\\\n]|\\.)*'(?:\s*,\s*'(?:[^'\\\n]|\\.)*')*\s*\]\Z")
_ESCAPE = re.compile(r"\\(.)")
_LINE_ENDS = re.compile(r"\r\n?")


def cast_list(text: str, context: CastContext) -> Value | Refusal:
    """An array of stripped, filled texts, from a JSON or Python array or from items between the column's separator."""
    if text.startswith("[") and text.endswith("]"):
        items = _json_items(text)
        if items is None and _QUOTED_ITEMS.match(text):
            items = _quoted_items(text)
        if items is not None:
            return items or no_value(text)
    items = split_items(text, context.separator)
    return items or Refusal(
        "empty_list",
        f"“{shown(text)}” has separators and no item.",
        "Leave the cell empty when there is no item.",
    )


def is_array(text: str) -> bool:
    """Whether a stripped text is a JSON array, or a list of quoted texts as Python writes one."""
    return isinstance(read_json(text), list) or _QUOTED_ITEMS.match(text) is not None


def split_items(text: str, separator: str | None) -> list[Value]:
    """The items of a cell; without a separator, those between the first known one that occurs."""
    text = _LINE_ENDS.sub("\n", text)
    if separator is None:
        separator = next((known for known in SEPARATORS if known in text), None)
    parts = text.split(separator) if separator else [text]
    return [item for part in parts if (item := _unquoted(part.strip()))]


def _unquoted(item: str) -> str:
    if len(item) >= 2 and item[0] == item[-1] == '"' and '"' not in item[1:-1]:
        return item[1:-1].strip()
    return item


def _json_items(text: str) -> list[Value] | None:
    content = read_json(text)
    if not isinstance(content, list):
        return None
    items: list[Value] = []
    for item in content:
        if isinstance(item, dict | list):
            return None
        word = str(item).lower() if isinstance(item, bool) else (item or "").strip()
        if word:
            items.append(word)
    return items


def _quoted_items(text: str) -> list[Value]:
    items: list[str] = _QUOTED_ITEM.findall(text)
    return [filled for item in items if (filled := _ESCAPE.sub(r"\1", item).strip())]


def decide_list(values: Iterable[str]) -> Decision:
    """The separator of a column of lists: the one that most of its distinct values have.

    A bar or a semicolon goes before a comma that is not much more frequent, for commas are in texts too.
    """
    counts = dict.fromkeys(SEPARATORS, 0)
    for value in values:
        for separator in SEPARATORS:
            if separator in value:
                counts[separator] += 1
    most = max(counts.values())
    if not most:
        return Decision(CastContext())
    for separator in SEPARATORS:
        if counts[separator] * (3 if separator in "|;" else 1) >= most:
            return Decision(CastContext(separator=separator))
    return Decision(CastContext())

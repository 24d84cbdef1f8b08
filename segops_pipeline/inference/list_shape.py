"""Whether the cells of a column are lists.

What belongs here: how lists are told from texts that have the same characters in them. What doesn't: the cast
to list (lists.py), which takes any text.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from segops_pipeline.inference.context import CastContext, Refusal
from segops_pipeline.inference.links import cast_url
from segops_pipeline.inference.lists import decide_list, is_array, split_items

_FEW = 0.05
_CODE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*\Z")


@dataclass(frozen=True, slots=True)
class _Items:
    """What splitting distinct values gives: cells of several items, and how their items look.

    `are_codes`: all items are codes such as short_sleeve, which no text would join by a comma without a blank.
    """

    share_several: float
    length: float
    words: float
    share_repeated: float
    most: int
    are_codes: bool = False


def list_reason(values: Sequence[str], header_says_list: bool) -> str | None:
    """Why distinct values are lists, or None where they are texts."""
    if not values:
        return None
    arrays = sum(1 for value in values if value[:1] == "[" and is_array(value))
    if arrays >= 0.95 * len(values):
        return "List: the values are arrays."
    separator = decide_list(values).context.separator
    if separator is None:
        return None
    split = [[str(item) for item in split_items(value, separator)] for value in values]
    if _are_urls(split):
        return "List: the cells are several web addresses."
    if any("<" in value and ">" in value and "</" in value for value in values):
        return None
    items = _measure(split)
    name = {"|": "a bar", ";": "a semicolon", "\n": "a line end", ",": "a comma"}.get(separator, separator)
    if _is_list(items, separator, header_says_list):
        return f"List: {items.share_several:.0%} of the values have several items, separated by {name}."
    return None


def _is_list(items: _Items, separator: str, header_says_list: bool) -> bool:
    if items.share_several < _FEW or items.length > 60:
        return False
    if header_says_list:
        return items.length <= 40
    if separator == "|":
        return items.share_several >= 0.2
    if items.are_codes and items.share_several >= 0.4:
        return True
    if items.words > 3 or items.length > 30 or items.share_several < 0.4:
        return False
    if separator == "\n":
        return items.share_several >= 0.4
    if separator == ";":
        return items.most > 2 or items.share_repeated >= 0.3
    return items.most > 2 and items.share_repeated >= 0.4


def _measure(split: Sequence[Sequence[str]]) -> _Items:
    several = [items for items in split if len(items) > 1]
    flat = [item for items in several for item in items]
    if not flat:
        return _Items(0, 0, 0, 0, 0)
    return _Items(
        share_several=len(several) / len(split),
        length=median(map(len, flat)),
        words=sum(len(item.split()) for item in flat) / len(flat),
        share_repeated=1 - len({item.lower() for item in flat}) / len(flat),
        most=max(map(len, several)),
        are_codes=all(map(_CODE.match, flat)) and any("_" in item for item in flat),
    )


def _are_urls(split: Sequence[Sequence[str]]) -> bool:
    if not any(len(items) > 1 for items in split):
        return False
    flat = [item for items in split for item in items]
    return all(not isinstance(cast_url(item, CastContext()), Refusal) for item in flat)

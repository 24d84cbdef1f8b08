"""The closed set of steps that can be done to a column's text before its cast.

What belongs here: what a step is, and the steps that know letters only. What doesn't: those that know what a text
stands for (value_steps.py), reading steps (step_words.py), the casts (values.py).

A step takes distinct texts without blanks around them and gives as many back, with the reason at each place where it
refuses one. It passes over empty cells, except `constant` and `default`, which fill them.
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from segops_pipeline.inference.context import CastContext, Refusal

TEXT = pa.large_string()
Changed: TypeAlias = tuple[pa.Array, dict[int, Refusal]]
Case: TypeAlias = Literal["upper", "lower", "title", "sentence"]


def quoted(text: str) -> str:
    """A text as steps write it: between double quotes, with those inside doubled."""
    return '"' + text.replace('"', '""') + '"'


class Step:
    """One step; `str` writes it as it is read."""

    __slots__ = ()

    def apply(self, texts: pa.Array) -> Changed:
        """What becomes of distinct texts, and why some are refused, by their place."""
        return self._changed(texts)

    def context(self, context: CastContext) -> CastContext:
        """How the texts after this step are to be cast."""
        return self._fixed(context)

    def _changed(self, texts: pa.Array) -> Changed:
        return texts, {}

    def _fixed(self, context: CastContext) -> CastContext:
        return context


@dataclass(frozen=True, slots=True)
class Trim(Step):
    """Leave out blanks, or the given characters, at both ends; several blanks inside become one."""

    characters: str | None = None

    def __str__(self) -> str:
        return "trim" if self.characters is None else f"trim {quoted(self.characters)}"

    def _changed(self, texts: pa.Array) -> Changed:
        if self.characters is not None:
            return pc.utf8_trim(texts, self.characters), {}
        return pc.utf8_trim_whitespace(pc.replace_substring_regex(texts, r"[ \t\x{a0}]+", " ")), {}


@dataclass(frozen=True, slots=True)
class ChangeCase(Step):
    """Change letters to upper case, lower case, or words or the sentence with a capital at the start."""

    case: Case

    def __str__(self) -> str:
        return self.case

    def _changed(self, texts: pa.Array) -> Changed:
        change = {
            "upper": pc.utf8_upper,
            "lower": pc.utf8_lower,
            "title": pc.utf8_title,
            "sentence": pc.utf8_capitalize,
        }
        return change[self.case](texts), {}


@dataclass(frozen=True, slots=True)
class Replace(Step):
    """Put one text in the place of another, wherever it occurs."""

    old: str
    new: str

    def __str__(self) -> str:
        return f"replace {quoted(self.old)} with {quoted(self.new)}"

    def _changed(self, texts: pa.Array) -> Changed:
        return pc.replace_substring(texts, self.old, self.new), {}


@dataclass(frozen=True, slots=True)
class TakePart(Step):
    """Split at a text and take one part, counted from 1, or from the end with -1; empty where there is none."""

    separator: str
    part: int

    def __str__(self) -> str:
        return f"split {quoted(self.separator)} take {self.part}"

    def _changed(self, texts: pa.Array) -> Changed:
        return each(texts, self._change)

    def _change(self, text: str) -> str:
        parts = text.split(self.separator)
        place = self.part - 1 if self.part > 0 else len(parts) + self.part
        return parts[place].strip() if 0 <= place < len(parts) else ""


@dataclass(frozen=True, slots=True)
class MakeList(Step):
    """Split at a text into a list, which the types list and text take; parts without a text are left out."""

    separator: str

    def __str__(self) -> str:
        return f"split {quoted(self.separator)} as list"

    def _changed(self, texts: pa.Array) -> Changed:
        return each(texts, self._change)

    def _change(self, text: str) -> str:
        parts = [part.strip() for part in text.split(self.separator)]
        filled = [part for part in parts if part]
        return json.dumps(filled, ensure_ascii=False) if filled else ""


@dataclass(frozen=True, slots=True)
class Join(Step):
    """Put the texts of other columns of the row behind this one, as they are in the file; empty ones are left out."""

    columns: tuple[str, ...]
    separator: str

    def __str__(self) -> str:
        return f"join {', '.join(map(quoted, self.columns))} with {quoted(self.separator)}"

    def joined(self, texts: pa.Array, others: Sequence[pa.Array]) -> pa.Array:
        """Each row's text with those of the other columns; all arrays have one text per row."""
        whole = texts
        for other in others:
            both = pc.and_(pc.not_equal(whole, ""), pc.not_equal(other, ""))
            between = pc.if_else(both, pa.scalar(self.separator, TEXT), pa.scalar("", TEXT))
            whole = pc.binary_join_element_wise(whole, between, other, pa.scalar("", TEXT))
        return whole


@dataclass(frozen=True, slots=True)
class Prefix(Step):
    """Put a text in front of every filled cell."""

    text: str

    def __str__(self) -> str:
        return f"prefix {quoted(self.text)}"

    def _changed(self, texts: pa.Array) -> Changed:
        return _filled(texts, pc.binary_join_element_wise(pa.scalar(self.text, TEXT), texts, pa.scalar("", TEXT))), {}


@dataclass(frozen=True, slots=True)
class Suffix(Step):
    """Put a text behind every filled cell."""

    text: str

    def __str__(self) -> str:
        return f"suffix {quoted(self.text)}"

    def _changed(self, texts: pa.Array) -> Changed:
        return _filled(texts, pc.binary_join_element_wise(texts, pa.scalar(self.text, TEXT), pa.scalar("", TEXT))), {}


@dataclass(frozen=True, slots=True)
class Constant(Step):
    """The same text in every row, whatever is in the file."""

    text: str

    def __str__(self) -> str:
        return f"constant {quoted(self.text)}"

    def _changed(self, texts: pa.Array) -> Changed:
        return pa.array([self.text] * len(texts), TEXT), {}


@dataclass(frozen=True, slots=True)
class Default(Step):
    """A text for empty cells."""

    text: str

    def __str__(self) -> str:
        return f"default {quoted(self.text)}"

    def _changed(self, texts: pa.Array) -> Changed:
        return pc.if_else(pc.equal(texts, ""), pa.scalar(self.text, TEXT), texts), {}


@dataclass(frozen=True, slots=True)
class MapValues(Step):
    """Put one value in the place of another, whole cells only; without `other` those not listed stay."""

    values: tuple[tuple[str, str], ...]
    other: str | None = None

    def __str__(self) -> str:
        pairs = ", ".join(f"{quoted(old)}={quoted(new)}" for old, new in self.values)
        return f"map {pairs}" if self.other is None else f"map {pairs} else {quoted(self.other)}"

    def _changed(self, texts: pa.Array) -> Changed:
        known = {old.strip(): new for old, new in self.values}
        return each(texts, lambda text: known.get(text, text if self.other is None else self.other))


@dataclass(frozen=True, slots=True)
class Extract(Step):
    """The first group of a regular expression, or all that it matches; empty where it does not match.

    The expressions are those of RE2, whose time is linear in the length of the text: no pattern can hang an import.
    """

    pattern: str

    def __str__(self) -> str:
        return f"extract {quoted(self.pattern)}"

    def _changed(self, texts: pa.Array) -> Changed:
        found = pc.struct_field(pc.extract_regex(texts, with_one_group(self.pattern)), "value")
        return pc.fill_null(found.cast(TEXT), pa.scalar("", TEXT)), {}


def with_one_group(pattern: str) -> str:
    """The pattern with its first group named `value`, as Arrow wants it, and no other group; all of it without one."""
    written, named, in_class, place = "", False, False, 0
    while place < len(pattern):
        letter = pattern[place]
        if letter == "\\":
            written += pattern[place : place + 2]
            place += 2
            continue
        if in_class or letter != "(":
            # the first letter of a class is never its end: []a] has a bracket
            in_class = letter == "[" if not in_class else not (letter == "]" and not _opens_class(written))
            written, place = written + letter, place + 1
            continue
        name = pattern.find(">", place) if pattern.startswith(("(?P<", "(?<"), place) else -1
        if name < 0 and pattern.startswith("(?", place):
            written, place = written + "(", place + 1
            continue
        written += "(?:" if named else "(?P<value>"
        named, place = True, (name if name >= 0 else place) + 1
    return written if named else f"(?P<value>{written})"


def _opens_class(written: str) -> bool:
    return written.endswith(("[", "[^"))


def each(texts: pa.Array, change: Callable[[str], str | Refusal]) -> Changed:
    """Change distinct texts one by one; empty ones stay, refused ones become empty."""
    changed: list[str] = []
    refusals: dict[int, Refusal] = {}
    for place, text in enumerate(texts.to_pylist()):
        found = change(text) if text else ""
        if isinstance(found, Refusal):
            refusals[place] = found
            found = ""
        changed.append(found)
    return pa.array(changed, TEXT), refusals


def _filled(texts: pa.Array, changed: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(texts, ""), texts, changed)

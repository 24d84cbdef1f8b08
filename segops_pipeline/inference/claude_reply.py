"""What of Claude's answer is believed: what names a known column, target and type, once, and fits the values.

What belongs here: judging an answer as text from outside. What doesn't: what was asked (`claude_question`),
how it came (`claude`).
"""

import json
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from segops_pipeline.inference.column_types import ColumnEvidence
from segops_pipeline.inference.fields import FIELD_TYPES, RESERVED_TARGETS, SchemaField
from segops_pipeline.inference.vetoes import type_share, veto

# with a blank, so that neither can be the key of a field
NEW_TARGET, SKIP_TARGET = "new field", "skip column"
MAX_LABEL_LETTERS = 80
MAX_REASON_LETTERS = 200
MIN_NEW_TYPE_SHARE = 0.95
# control, formatting, line ends, private use, surrogates
_UNSEEN = ("Cc", "Cf", "Zl", "Zp", "Co", "Cs")


@dataclass(frozen=True, slots=True)
class ClaudeSuggestion:
    """Claude's suggestion for a column; `target` is 'sku', 'name', a field's key, 'new', or None: skip."""

    target: str | None
    type: str
    label: str
    confidence: float
    reason: str


@dataclass(frozen=True, slots=True)
class Judged:
    """What is believed of an answer, by column; `dropped` says what is not, `problem` why nothing is."""

    suggestions: dict[str, ClaudeSuggestion]
    dropped: list[str]
    problem: str | None = None


class _Entry(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    column: int
    target: str
    type: Literal["text", "number", "boolean", "list", "url", "price", "multi_price", "datetime"]
    label: str
    confidence: Annotated[float, Field(ge=0, le=1, strict=False)]
    reason: str


def judge(text: str, columns: Sequence[ColumnEvidence], fields: Sequence[SchemaField]) -> Judged:
    """Judge the text of an answer about `columns`; whatever it holds, nothing of it is believed unchecked."""
    try:
        content: Any = json.loads(text)
    except ValueError:
        return Judged({}, [], "Claude's answer is no JSON.")
    entries = content.get("columns") if isinstance(content, dict) else None
    if not isinstance(entries, list):
        return Judged({}, [], "Claude's answer is not of the agreed form.")
    dropped: list[str] = []
    checked: dict[int, _Entry] = {}
    targets = {*RESERVED_TARGETS, NEW_TARGET, SKIP_TARGET, *(field.key for field in fields)}
    for entry in entries:
        found = _checked(entry, len(columns), targets)
        if isinstance(found, str):
            dropped.append(found)
        elif found.column in checked:
            dropped.append(f"column {found.column} was named twice")
        else:
            checked[found.column] = found
    kept = _each_target_once(checked, dropped)
    suggestions = _not_vetoed(kept, columns, fields, dropped)
    problem = None if suggestions or not columns else "Nothing in Claude's answer can be used."
    return Judged(suggestions, dropped, problem)


def plain_text(text: str, most: int) -> str:
    """Text as one line without control characters and angle brackets, cut to `most` letters."""
    kept = (" " if unicodedata.category(letter) in _UNSEEN else letter for letter in text)
    line = " ".join("".join(kept).translate(str.maketrans("<>", "()")).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def _checked(entry: object, count: int, targets: set[str]) -> _Entry | str:
    try:
        found = _Entry.model_validate(entry)
    except ValidationError as error:
        wrong = ", ".join(sorted({str(problem["loc"][0]) if problem["loc"] else "entry" for problem in error.errors()}))
        return f"an entry is not of the agreed form ({plain_text(wrong, MAX_LABEL_LETTERS)})"
    if not 1 <= found.column <= count:
        return f"column {found.column} does not exist"
    if found.target not in targets:
        return f"target “{plain_text(found.target, MAX_LABEL_LETTERS)}” of column {found.column} does not exist"
    return found


def _each_target_once(entries: dict[int, _Entry], dropped: list[str]) -> dict[int, _Entry]:
    """Of several columns with one target the surest keeps it; where several are as sure, none does."""
    several = (NEW_TARGET, SKIP_TARGET)
    surest: dict[str, float] = {}
    for entry in entries.values():
        surest[entry.target] = max(surest.get(entry.target, 0.0), entry.confidence)
    sure = Counter(e.target for e in entries.values() if e.confidence == surest[e.target])
    kept: dict[int, _Entry] = {}
    for number, entry in entries.items():
        if entry.target in several or (entry.confidence == surest[entry.target] and sure[entry.target] == 1):
            kept[number] = entry
        else:
            dropped.append(f"column {number}: {entry.target} was given to several columns")
    return kept


def _not_vetoed(
    entries: dict[int, _Entry],
    columns: Sequence[ColumnEvidence],
    fields: Sequence[SchemaField],
    dropped: list[str],
) -> dict[str, ClaudeSuggestion]:
    by_key = {field.key: field for field in fields}
    found: dict[str, ClaudeSuggestion] = {}
    for number, entry in sorted(entries.items()):
        column = columns[number - 1]
        against = veto(column, entry.target, by_key.get(entry.target))
        if against:
            dropped.append(f"column {number}: {entry.target} was refused, {against}")
        else:
            found[column.name] = _suggestion(entry, column)
    return found


def _suggestion(entry: _Entry, column: ColumnEvidence) -> ClaudeSuggestion:
    target = {NEW_TARGET: "new", SKIP_TARGET: None}.get(entry.target, entry.target)
    # a type that loading would refuse is not taken over
    fits = type_share(column, entry.type) >= MIN_NEW_TYPE_SHARE
    measured = column.type if column.type in FIELD_TYPES else "text"
    return ClaudeSuggestion(
        target,
        entry.type if fits else measured,
        plain_text(entry.label, MAX_LABEL_LETTERS) or plain_text(column.name, MAX_LABEL_LETTERS),
        entry.confidence,
        plain_text(entry.reason, MAX_REASON_LETTERS),
    )

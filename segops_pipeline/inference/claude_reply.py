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
# a catalogue of columns that are mostly of no use is no catalogue
MOST_SKIPPED, FEW_SKIPPED = 0.5, 2
# who is so often wrong where it can be checked is not right where it cannot
MOST_REFUSED, FEW_REFUSED = 1 / 3, 3
# of an answer that is nothing but wrong, the first say enough
MAX_DROPPED = 20
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
class Dropped:
    """A part of an answer that is not believed, in words, and the column that it was about, where there is one."""

    said: str
    column: str | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What is believed of an answer, by column; `dropped` says what is not, `problem` why nothing is."""

    suggestions: dict[str, ClaudeSuggestion]
    dropped: list[Dropped]
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
    except (ValueError, RecursionError):
        return Judged({}, [], "Claude's answer is no JSON.")
    entries = content.get("columns") if isinstance(content, dict) else None
    if not isinstance(entries, list):
        return Judged({}, [], "Claude's answer is not of the agreed form.")
    dropped: list[Dropped] = []
    checked: dict[int, _Entry] = {}
    targets = {*RESERVED_TARGETS, NEW_TARGET, SKIP_TARGET, *(field.key for field in fields)}
    for entry in entries:
        found = _checked(entry, columns, targets)
        if isinstance(found, Dropped):
            dropped.append(found)
        elif found.column in checked:
            dropped.append(_of(found, columns, "the column was named twice"))
        else:
            checked[found.column] = found
    kept = _each_target_once(_without_too_many_skips(checked, columns, dropped), columns, dropped)
    suggestions = _not_vetoed(kept, columns, fields, dropped)
    refused = len(entries) - len(suggestions)
    if columns and not suggestions:
        return Judged({}, _first(dropped), "Nothing in Claude's answer can be used.")
    if refused >= FEW_REFUSED and refused > MOST_REFUSED * len(entries):
        return Judged({}, _first(dropped), f"{refused} of the {len(entries)} parts of Claude's answer are wrong.")
    return Judged(suggestions, _first(dropped))


def plain_text(text: str, most: int) -> str:
    """Text as one line without control characters and angle brackets, cut to `most` letters."""
    # most of a very long text would be cut anyway
    kept = (" " if unicodedata.category(letter) in _UNSEEN else letter for letter in text[: 8 * most])
    line = " ".join("".join(kept).translate(str.maketrans("<>", "()")).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def _first(dropped: list[Dropped]) -> list[Dropped]:
    more = len(dropped) - MAX_DROPPED
    return [*dropped[:MAX_DROPPED], Dropped(f"{more} more parts are as wrong")] if more > 0 else dropped


def _of(entry: _Entry, columns: Sequence[ColumnEvidence], said: str) -> Dropped:
    return Dropped(said, columns[entry.column - 1].name)


def _checked(entry: object, columns: Sequence[ColumnEvidence], targets: set[str]) -> _Entry | Dropped:
    try:
        found = _Entry.model_validate(entry)
    except ValidationError as error:
        wrong = ", ".join(sorted({str(problem["loc"][0]) if problem["loc"] else "entry" for problem in error.errors()}))
        return Dropped(f"an entry is not of the agreed form ({plain_text(wrong, MAX_LABEL_LETTERS)})")
    if not 1 <= found.column <= len(columns):
        return Dropped("an entry is about a column that does not exist")
    if found.target not in targets:
        return _of(found, columns, f"there is no target “{plain_text(found.target, MAX_LABEL_LETTERS)}”")
    return found


def _without_too_many_skips(
    entries: dict[int, _Entry], columns: Sequence[ColumnEvidence], dropped: list[Dropped]
) -> dict[int, _Entry]:
    """Who would have more than half of the columns skipped is not believed to know what a catalogue is."""
    skips = [number for number, entry in entries.items() if entry.target == SKIP_TARGET]
    if len(skips) <= max(FEW_SKIPPED, MOST_SKIPPED * len(columns)):
        return entries
    dropped.append(Dropped(f"{len(skips)} of {len(columns)} columns were to be skipped"))
    return {number: entry for number, entry in entries.items() if number not in skips}


def _each_target_once(
    entries: dict[int, _Entry], columns: Sequence[ColumnEvidence], dropped: list[Dropped]
) -> dict[int, _Entry]:
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
            dropped.append(_of(entry, columns, f"{entry.target} was given to several columns"))
    return kept


def _not_vetoed(
    entries: dict[int, _Entry],
    columns: Sequence[ColumnEvidence],
    fields: Sequence[SchemaField],
    dropped: list[Dropped],
) -> dict[str, ClaudeSuggestion]:
    by_key = {field.key: field for field in fields}
    found: dict[str, ClaudeSuggestion] = {}
    for number, entry in sorted(entries.items()):
        column = columns[number - 1]
        against = veto(column, entry.target, by_key.get(entry.target))
        if against:
            dropped.append(_of(entry, columns, f"{entry.target} was refused, for {against}"))
            continue
        found[column.name] = _suggestion(entry, column)
        if entry.target == NEW_TARGET and found[column.name].type != entry.type:
            share = f"only {type_share(column, entry.type):.0%} of the values are of it"
            said = f"type {entry.type} was refused, for {share}; {found[column.name].type} is what was measured"
            dropped.append(_of(entry, columns, said))
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

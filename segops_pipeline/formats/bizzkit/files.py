"""Which entity a file is of, by its columns and its name; and what a mode does not take.

What belongs here: recognising a file. What doesn't: reading the header of a known entity (`columns`).
"""

import re
from collections.abc import Sequence

from segops_pipeline.errors import Issue
from segops_pipeline.formats.bizzkit.columns import read_columns
from segops_pipeline.formats.bizzkit.entities import (
    COLUMNS,
    FILE_ENTITIES,
    OVERWRITABLE,
    SHOWN,
    UNIQUE_NAME,
    FileEntity,
    SpecialName,
    rule_of,
)  # fmt: skip
from segops_pipeline.formats.bizzkit.keywords import Mode
from segops_pipeline.formats.bizzkit.recognised import Recognised, SpecialColumn

__all__ = ["FILE_ENTITIES", "FileEntity", "Recognised", "SpecialColumn", "mode_issues", "recognise", "stray_cells"]

# The likelier meaning first: a file of "product attributes" can be of either, and its columns decide.
_FILE_NAMES: tuple[tuple[str, FileEntity], ...] = (
    (r"hierarch|categor", "product_hierarchy"),
    (r"bundle", "bundle_item"),
    (r"predefined", "predefined_value"),
    (r"global.?list|list.?(?:item|value)", "global_list_item"),
    (r"brand", "brand"),
    (r"attribute", "attribute"),
    (r"product|variant", "product"),
)
# Headers that are ordinary words can as well be attributes' codes in a file of another entity.
_WORDS: frozenset[SpecialName] = frozenset({"Name", "Description", "Type", "Configuration", "Value", "Note", "Amount"})
# An entity fits only where one of these is there: without them no row of such a file could do anything.
_NEEDS: dict[FileEntity, frozenset[SpecialName]] = {
    "global_list_item": frozenset({"Value", "ItemIndex", "ItemOperation"}),
    "predefined_value": frozenset({"Predefined_Value_Field", "ItemIndex", "ItemOperation"}),
}


def recognise(file_name: str | None, headers: Sequence[str], entity: FileEntity | None = None) -> Recognised:
    """Read a file's header; `headers` are as the file has them, the empty ones too.

    A given entity is taken. Else the entity is that which alone fits the columns; of several, the one that the file's
    name tells; else it is open: `entity` is None, and an issue `entity_open` says which ones fit.
    """
    if entity is not None:
        return read_columns(entity, headers, "given")
    readings: dict[FileEntity, Recognised] = {one: read_columns(one, headers, "columns") for one in FILE_ENTITIES}
    hinted = _hinted(file_name)
    strict: list[FileEntity] = [one for one in FILE_ENTITIES if _fits(readings[one], strictly=True)]
    loose: list[FileEntity] = [one for one in FILE_ENTITIES if _fits(readings[one], strictly=False)]
    candidates = strict or loose
    doubted: list[FileEntity] = [one for one in loose if one in hinted and one not in candidates]
    if len(candidates) == 1 and not doubted:
        return readings[candidates[0]]
    for one in hinted:
        if one in candidates:
            return read_columns(one, headers, "file name")
    if not candidates:
        return _nearest(readings, hinted, headers)
    return _open(headers, (*candidates, *doubted))


def mode_issues(recognised: Recognised, mode: Mode) -> list[Issue]:
    """The columns that a mode does not take, and an entity that it does not.

    Source: seed 002, "Overwrite mode support", "Overwrite support", "Advanced overwrite scenarios".
    """
    entity = recognised.entity
    if entity is None:
        return []
    if mode == "merge":
        return [
            _not_in_mode(one, "in merge mode", "Remove it, or import with the mode overwrite.")
            for one in recognised.columns("AttributeAssignmentHandling")
        ]
    if entity not in OVERWRITABLE:
        return [Issue(
            "not_in_mode", f"Overwrite mode does not take {SHOWN[entity]}: it takes products only.",
            suggestion="Import the file with the mode merge.",
        )]  # fmt: skip
    taken = {rule.name for rule in COLUMNS[entity] if rule.in_overwrite}
    return [
        _not_in_mode(one, "in overwrite mode", "Remove it, or import it with the mode merge.")
        for name, columns in recognised.special.items() if name not in taken
        for one in columns
    ]  # fmt: skip


def stray_cells(recognised: Recognised, cells: Sequence[str | None], line: int | None = None) -> list[Issue]:
    """The filled cells of a row in columns without a header."""
    return [
        Issue(
            "stray_cell", f"Column {place + 1} has no header, so this value belongs to nothing.", "error", line,
            recognised.headers[place], cells[place], suggestion="Write the column's header, or empty the cell.",
        )
        for place in recognised.empty if place < len(cells) and (cells[place] or "").strip()
    ]  # fmt: skip


def _not_in_mode(column: SpecialColumn, mode: str, remedy: str) -> Issue:
    return Issue(
        "not_in_mode", f"The column {column.header} cannot be imported {mode}.", "error", None, column.header,
        suggestion=remedy,
    )  # fmt: skip


def _hinted(file_name: str | None) -> list[FileEntity]:
    """The entities that a file's name speaks of."""
    name = re.split(r"[\\/]", file_name or "")[-1].casefold()
    return [entity for pattern, entity in _FILE_NAMES if re.search(pattern, name)]


def _fits(reading: Recognised, *, strictly: bool) -> bool:
    """Whether a file can be of an entity; strictly: none of its attribute columns is another entity's own column."""
    entity = reading.entity
    if entity is None or reading.errors:
        return False
    if entity in _NEEDS and not _NEEDS[entity] & set(reading.special):
        return False
    # A node's placement is set only when it is made, with its name.
    if entity == "product_hierarchy" and reading.has("PrimaryPlacementCategory") and not (
        reading.has("Name") or reading.has("LinkedCategory")
    ):  # fmt: skip
        return False
    foreign = {name for column in reading.attributes for name in _names_elsewhere(column.header)}
    return not (foreign if strictly else foreign - _WORDS)


def _names_elsewhere(header: str) -> set[SpecialName]:
    found = (rule_of(entity, header.strip()) for entity in FILE_ENTITIES)
    return {rule.name for rule, _ in filter(None, found)}


def _nearest(
    readings: dict[FileEntity, Recognised], hinted: Sequence[FileEntity], headers: Sequence[str]
) -> Recognised:
    """Where none fits: the entity that is told by the name or clearly nearest, with what is wrong; else it is open."""
    if not any(reading.has(UNIQUE_NAME) for reading in readings.values()):
        return _without_key(headers)
    wrong: dict[FileEntity, int] = {
        one: _distance(reading) for one, reading in readings.items() if len(reading.special) > 1
    }
    for one in hinted:
        if one in wrong:
            return read_columns(one, headers, "file name")
    nearest: list[FileEntity] = [one for one, distance in wrong.items() if distance == min(wrong.values())]
    if len(nearest) == 1:
        return readings[nearest[0]]
    return _open(headers, tuple(nearest) if nearest else FILE_ENTITIES)


def _distance(reading: Recognised) -> int:
    foreign = sum(bool(_names_elsewhere(column.header)) for column in reading.attributes)
    return len(reading.errors) + foreign


def _without_key(headers: Sequence[str]) -> Recognised:
    issue = Issue(
        "missing_column", f"The file has no column {UNIQUE_NAME}, by which every row is found.", "error", None,
        UNIQUE_NAME, suggestion=f"Add the column {UNIQUE_NAME}, as the first one.",
    )  # fmt: skip
    return Recognised(tuple(headers), issues=(issue,))


def _open(headers: Sequence[str], candidates: tuple[FileEntity, ...]) -> Recognised:
    told = ", ".join(SHOWN[one] for one in candidates)
    issue = Issue(
        "entity_open", f"The columns and the file's name leave open what the file is of: {told}.",
        suggestion=f"Say which: --entity {' or '.join(candidates)}.",
    )  # fmt: skip
    return Recognised(tuple(headers), None, candidates, issues=(issue,))

"""Overwrite mode: what a row's cells of one attribute make of its value.

A cell with a value, or NULL under a header with a field, touches the attribute: its value is then made anew of what the
row gives, and of what cells of IGNORE (or missing ones) keep. Deletions touch nothing else. Of short headers NULL does
nothing in a Standard row (`null_removes` takes the attribute away under its bare name).

Source: seed 002, "Overwrite mode", "Advanced overwrite scenarios" to "Limitations". What belongs here: one attribute of
one row. What doesn't: the row (`assign`), cells alone (`formats.bizzkit.keywords`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from segops_pipeline.catalogue.pim.assign_slots import Group, Slot, read_issue
from segops_pipeline.catalogue.pim.fold import Row
from segops_pipeline.catalogue.pim.model import Json
from segops_pipeline.catalogue.pim.values import is_empty
from segops_pipeline.errors import Issue
from segops_pipeline.formats.bizzkit.headers import AttributeColumn
from segops_pipeline.formats.bizzkit.keywords import (
    DELETE,
    DELETE_SLIP,
    IGNORE,
    NULL,
    Delete,
    Empty,
    Handling,
    Keep,
    Set,
    action_of,
)  # fmt: skip
from segops_pipeline.formats.bizzkit.segments import Segment
from segops_pipeline.formats.bizzkit.values import Refused

_KEYWORDS = frozenset({NULL, IGNORE, DELETE, DELETE_SLIP})
UNASSIGNED: Json = object()  # in place of a value: the attribute is not assigned


@dataclass(slots=True)
class Asked:
    """What the cells of an attribute ask for. `removes`: NULL under the bare name, where it is to remove."""

    sets: list[tuple[Slot, str]] = field(default_factory=list[tuple[Slot, str]])
    empties: list[Slot] = field(default_factory=list[Slot])
    keeps: list[Slot] = field(default_factory=list[Slot])
    deletes: list[Slot] = field(default_factory=list[Slot])
    removes: bool = False
    issues: list[Issue] = field(default_factory=list[Issue])  # errors
    notices: list[Issue] = field(default_factory=list[Issue])  # to be told once

    @property
    def is_touched(self) -> bool:
        """Whether the value is made anew."""
        return bool(self.sets or self.empties)


def asked(group: Group, row: Row, handling: Handling, *, null_removes: bool) -> Asked:
    """What a row's cells ask of an attribute, and what is wrong with that whatever the value is."""
    found = Asked()
    for slot in group.slots:
        cell = row.cells[slot.place]
        if cell is not None and cell not in _KEYWORDS:  # the usual case, told apart early for speed
            _ask_set(found, slot, row.line, cell)
            continue
        match action_of(cell, "overwrite", handling):
            case Set(text):
                _ask_set(found, slot, row.line, text)
            case Empty():
                _ask_empty(found, slot, row.line, null_removes=null_removes)
            case Delete() as deletion:
                _ask_delete(found, slot, row.line, deletion, null_removes=null_removes)
            case Keep():
                found.keeps.append(slot)
    if found.deletes and found.sets:
        found.issues += _contradictions(found, row.line)
    return found


def value_issues(found: Asked, line: int) -> Iterator[Issue]:
    """The cells with a value that can never be one of their columns."""
    return filter(None, (read_issue(slot, line, text) for slot, text in found.sets))


def overwritten(group: Group, found: Asked, old: Json, row: Row) -> Json:
    """The value that an attribute then has, `UNASSIGNED` for none; `old` likewise. Issues are added to `found`."""
    is_touched = found.is_touched
    if (found.removes and not is_touched) or any(slot.deletes == "attribute" for slot in found.deletes):
        return UNASSIGNED
    if not is_touched and (old is UNASSIGNED or not found.deletes):
        return old
    items = _kept(group, found, _items(group, old)) if is_touched else dict(enumerate(_items(group, old)))
    _put(group, found, items, row)
    for slot in found.deletes:
        if slot.deletes == "item":
            items.pop(slot.index, None)
        elif slot.index in items:
            items[slot.index] = slot.put_in_item(items[slot.index], None)
    if found.issues:
        return old
    if not group.definition.is_multi:
        return items.get(0, group.empty)
    return _in_a_row(group, found, items, old, row)


def _put(group: Group, found: Asked, items: dict[int, Json], row: Row) -> None:
    """Put empty parts and values; NULL under a whole field comes before the segments that the row gives of it."""
    empty = group.empty
    for slot in found.empties:
        items[slot.index] = slot.put_in_item(items.get(slot.index, empty), None)
    for slot, text in found.sets:
        try:
            items[slot.index] = slot.put_in_item(items.get(slot.index, empty), slot.value(text))
        except Refused as refused:
            found.issues.append(slot.issue(row.line, text, refused.code, refused.message, refused.remedy))


def _items(group: Group, old: Json) -> list[Json]:
    if old is UNASSIGNED:
        return []
    if group.definition.is_multi:
        return old if isinstance(old, list) else []
    return [old]


def _kept(group: Group, found: Asked, before: list[Json]) -> dict[int, Json]:
    """What of the items stays although the attribute is made anew."""
    items: dict[int, Json] = {}
    for slot in found.keeps:
        if slot.deletes == "attribute":
            return dict(enumerate(before))
        if slot.index >= len(before):
            continue
        if slot.deletes == "item":
            items[slot.index] = before[slot.index]
            continue
        part = slot.get_in_item(before[slot.index])
        item = items.get(slot.index, group.empty)
        items[slot.index] = item if is_empty(part) else slot.put_in_item(item, part)
    return items


def _in_a_row(group: Group, found: Asked, items: dict[int, Json], old: Json, row: Row) -> Json:
    """The items as a list; not one may lack before another."""
    missing = next((index for index in range(len(items)) if index not in items), None)
    if missing is None:
        return [items[index] for index in range(len(items))]
    deleting = next((one for one in found.deletes if one.deletes == "item" and one.index == missing), None)
    if deleting is not None:
        found.issues.append(deleting.issue(
            row.line, row.cells[deleting.place], "not_from_the_end",
            f"Value [{missing}] of {group.code} has others behind it: values are removed from the end only.",
            "Move the others forward and remove the last ones, or remove all behind it too.",
        ))  # fmt: skip
        return old
    behind = [*(slot for slot, _ in found.sets), *found.empties, *found.keeps]
    setting = next((slot for slot in behind if slot.index > missing), group.slots[-1])
    found.issues.append(hole_issue(setting, group, row, missing))
    return old


def hole_issue(slot: Slot, group: Group, row: Row, missing: int) -> Issue:
    """The error of a value whose predecessor neither is there nor is given."""
    return slot.issue(
        row.line, row.cells[slot.place], "hole_in_values",
        f"{group.code} would have a hole: value [{missing}] neither is there nor is given in the row.",
        f"Give [{missing}] a value too, or move the values forward.",
    )  # fmt: skip


def _ask_set(found: Asked, slot: Slot, line: int, text: str) -> None:
    if slot.target.is_full:
        found.sets.append((slot, text))
        return
    found.issues.append(slot.issue(
        line, text, "needs_full_header", f"In overwrite mode a value needs the full header; {slot.header} is short.",
        f"Call the column {full_header(slot)}.",
    ))  # fmt: skip


def _ask_empty(found: Asked, slot: Slot, line: int, *, null_removes: bool) -> None:
    if slot.touches:
        found.empties.append(slot)
    elif slot.deletes == "attribute":
        found.removes = found.removes or null_removes
    elif slot.deletes == "item":
        found.notices.append(Issue(
            "null_item_not_supported", f"NULL under {slot.header} changes nothing: that is not supported yet.", "info",
            line, slot.header, "NULL", suggestion="Remove the value with DELETE in a row whose handling is Advanced.",
        ))  # fmt: skip


def _ask_delete(found: Asked, slot: Slot, line: int, deletion: Delete, *, null_removes: bool) -> None:
    if deletion.is_slip:
        found.notices.append(Issue(
            "delete_misspelt", "DELETÈ is read as DELETE.", "info", line, slot.header, suggestion="Write DELETE.",
        ))  # fmt: skip
    if slot.deletes is not None:
        found.deletes.append(slot)
    elif not deletion.asked:
        _ask_empty(found, slot, line, null_removes=null_removes)
    else:
        what = "the default value" if slot.target.column.segment is not None else "a field"
        found.issues.append(slot.issue(
            line, "DELETE", "nothing_to_delete", f"DELETE cannot remove {what}: {slot.header} always has it.",
            "Write NULL to empty it, IGNORE to leave it, or DELETE under the attribute's bare name.",
        ))  # fmt: skip


def _contradictions(found: Asked, line: int) -> Iterator[Issue]:
    """A value that is given and deleted by one row: "the expected result is ambiguous" (seed 002, "Limitations")."""
    for deleting in found.deletes:
        for slot, _ in found.sets:
            if _covers(deleting, slot):
                yield deleting.issue(
                    line, None, "assigned_and_deleted",
                    f"The row deletes {deleting.header} and gives it a value under {slot.header}.",
                    "Write IGNORE under one of them.",
                )  # fmt: skip
                break


def _covers(deleting: Slot, slot: Slot) -> bool:
    if deleting.deletes == "segment":
        return deleting.target.part == slot.target.part
    return deleting.deletes == "attribute" or deleting.index == slot.index


def full_header(slot: Slot) -> str:
    """The header under which overwrite takes a value of a column's first field."""
    column, definition = slot.target.column, slot.target.definition
    part = slot.target.field or definition.fields[0]
    segment = (column.segment or Segment()) if part.is_segmented else None
    index = (column.index or 0) if definition.is_multi else None
    return AttributeColumn(
        "", 0, column.code, column.is_external, column.by_reference, index, part.system_name, segment
    ).render()  # fmt: skip

"""Columns of attribute values: what the cells of a row do to the values of a record, in both modes.

In merge mode every cell but NULL sets its part of a value and nothing else changes; overwrite mode is in
`assign_overwrite`. Source: seed 002, "Attribute assignment columns". What belongs here: the entry for all folds. What
doesn't: what is wrong with a header (`assign_check`), how a value is changed (`values`), references (`list_items`).
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from segops_pipeline.catalogue.pim.assign_check import Target, grouped, resolve
from segops_pipeline.catalogue.pim.assign_group_check import issues_of_group
from segops_pipeline.catalogue.pim.assign_overwrite import UNASSIGNED, asked, hole_issue, overwritten, value_issues
from segops_pipeline.catalogue.pim.assign_slots import Group, groups_of, read_issue
from segops_pipeline.catalogue.pim.fold import FoldOptions, Row
from segops_pipeline.catalogue.pim.list_items import ListItems
from segops_pipeline.catalogue.pim.model import Json, Record
from segops_pipeline.catalogue.pim.records import Records
from segops_pipeline.catalogue.pim.values import ItemMissing
from segops_pipeline.errors import Issue
from segops_pipeline.formats.bizzkit.headers import AttributeColumn
from segops_pipeline.formats.bizzkit.keywords import NULL, Handling
from segops_pipeline.formats.bizzkit.values import Refused


class Assignments:
    """The columns of attribute values of one file. Call `check` first, then the others for each row."""

    def __init__(self, columns: Sequence[AttributeColumn], options: FoldOptions) -> None:
        self.columns = tuple(columns)
        self.options = options
        self._items = ListItems()
        self._groups: list[Group] = []
        self._places = 0  # how many cells a row must have
        self._told: set[str] = set()

    @property
    def added(self) -> Counter[tuple[str, str]]:
        """What the row that was applied last added by value.

        `("global_list", key)` counts items of a list, `("attribute", code)` predefined values.
        """
        return self._items.added

    def check(self, records: Records) -> list[Issue]:
        """What is wrong with the columns, against the attributes as they are; an error stops the file."""
        mode = self.options.mode
        targets, issues = resolve(self.columns, records, mode)
        for members in grouped(targets).values():
            issues += issues_of_group(members, records, mode)
        self._groups = groups_of(targets, records, self._items)
        self._places = 1 + max((one.column.place for one in targets), default=-1)
        return issues

    def check_row(self, row: Row, handling: Handling = "Standard") -> list[Issue]:
        """The cells of a row that can never be right, whatever the records are."""
        issues: list[Issue] = []
        row = self._whole(row)
        for group in self._groups:
            if self.options.mode == "merge":
                cells = ((slot, row.cells[slot.place]) for slot in group.slots if slot.read is not None)
                found = (read_issue(slot, row.line, cell) for slot, cell in cells if cell is not None and cell != NULL)
                issues += filter(None, found)
                continue
            wanted = asked(group, row, handling, null_removes=self.options.null_removes)
            issues += (*wanted.issues, *value_issues(wanted, row.line))
        return issues

    def fetch(self, records: Records, rows: Iterable[Row]) -> None:
        """Load what some rows will refer to."""
        targets = [slot.target for group in self._groups for slot in group.slots]
        lists = {one.field.global_list for one in targets if one.field and one.field.global_list}
        if lists:
            records.fetch("global_list", lists)
        places = [one.column.place for one in targets if _is_of_brands(one)]
        if places:
            whole = (self._whole(row).cells for row in rows)
            records.fetch("brand", {cell for cells in whole for place in places if (cell := cells[place])})

    def apply(self, records: Records, record: Record, row: Row, handling: Handling = "Standard") -> list[Issue]:
        """Do a row's cells to a record, of which `data` and `pim` are the caller's own (`values.changeable`).

        Values are replaced, never changed in place. With an error among the issues the record and the records are as
        before; else what the row adds to lists and predefined values is put into `records`.
        """
        items, issues = self._items, list[Issue]()
        row = self._whole(row)
        items.begin(records)
        changes: list[tuple[Group, Json]] = []
        owned, external = record.assigned(), record.assigned(external=True)
        is_merge = self.options.mode == "merge"
        for group in self._groups:
            old = (external if group.is_external else owned).get(group.code, UNASSIGNED)
            new = _merged(group, old, row, issues) if is_merge else self._overwrite(group, old, row, handling, issues)
            if new is not old and (old is UNASSIGNED or new is UNASSIGNED or new != old):
                changes.append((group, new))
        if any(one.level == "error" for one in issues):
            items.drop()
            return issues
        _keep(record, changes)
        items.keep()
        return issues

    def _whole(self, row: Row) -> Row:
        """The row with a cell for every column: a short one has none at its end."""
        lacks = self._places - len(row.cells)
        return row if lacks <= 0 else Row(row.line, [*row.cells, *[None] * lacks])

    def _overwrite(self, group: Group, old: Json, row: Row, handling: Handling, issues: list[Issue]) -> Json:
        wanted = asked(group, row, handling, null_removes=self.options.null_removes)
        for notice in wanted.notices:
            place = f"{notice.code} {notice.column}"
            if place not in self._told:
                self._told.add(place)
                issues.append(notice)
        new = old if wanted.issues else overwritten(group, wanted, old, row)
        issues += wanted.issues
        return new


def _merged(group: Group, old: Json, row: Row, issues: list[Issue]) -> Json:
    """The value that an attribute has after a row of merge mode."""
    new, failed = old, False
    cells = row.cells
    for slot in group.slots:
        cell = cells[slot.place]
        if cell is None or cell == NULL:
            continue
        try:
            value = cell if slot.read is None else slot.read(cell)
            if slot.refer is not None:
                value = slot.refer(value)
            new = slot.put(None if new is UNASSIGNED else new, value)
        except Refused as refused:
            failed = True
            issues.append(slot.issue(row.line, cell, refused.code, refused.message, refused.remedy))
        except ItemMissing as missing:
            if not failed:
                issues.append(hole_issue(slot, group, row, missing.length))
            failed = True
    return new


def _keep(record: Record, changes: Iterable[tuple[Group, Json]]) -> None:
    for group, value in changes:
        if value is UNASSIGNED:
            record.unassign(group.code, external=group.is_external)
        else:
            record.assign(group.code, value, external=group.is_external)


def _is_of_brands(target: Target) -> bool:
    return target.field is not None and target.field.global_list is None and target.field.pim_type == "PBrand"

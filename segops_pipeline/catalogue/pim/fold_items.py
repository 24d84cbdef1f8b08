"""What rows of list items and of predefined values have in common: each adds, updates or removes one item in an order.

What belongs here: the row from its cells to the record that holds the item. What doesn't: what an item's value is
(`fold_list_items`, `fold_predefined`), the place that is meant (`items`).
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import ClassVar, Literal

from segops_pipeline.catalogue.pim.assign import Assignments
from segops_pipeline.catalogue.pim.assign_check import Registry, WrongColumn
from segops_pipeline.catalogue.pim.cells import has_errors, key_issue, without_blanks
from segops_pipeline.catalogue.pim.draft import Draft
from segops_pipeline.catalogue.pim.fold import FoldOptions, Row, RowResult
from segops_pipeline.catalogue.pim.items import Command, Item, command_of, out_of_range, put_at, take_out
from segops_pipeline.catalogue.pim.model import FieldDefinition, Json, Record
from segops_pipeline.catalogue.pim.records import Records
from segops_pipeline.errors import Issue
from segops_pipeline.formats.bizzkit.entities import SpecialName
from segops_pipeline.formats.bizzkit.files import Recognised, SpecialColumn, mode_issues, stray_cells
from segops_pipeline.formats.bizzkit.segments import DEFAULT


class ItemFold(ABC):
    """The rows of one file of items."""

    holder: ClassVar[Literal["global_list", "attribute"]]  # the entity whose record has the items
    inner: ClassVar[str]  # the list in its data
    values: ClassVar[SpecialName]  # the columns of an item's value

    def __init__(self, recognised: Recognised, options: FoldOptions) -> None:
        self.recognised = recognised
        self.options = options
        self.assignments = Assignments(recognised.attributes, options)
        self.segments = {column.place: column.segment_key for column in recognised.columns(self.values)}

    def check(self, records: Records) -> list[Issue]:
        """What is wrong with columns of attribute values, and segments of the value that are not registered."""
        issues = [*mode_issues(self.recognised, self.options.mode), *self.assignments.check(records)]
        registry = Registry(records)
        for column in self.recognised.columns(self.values):
            if column.segment is None:
                continue
            try:
                self.segments[column.place] = registry.registered(column.segment, column.header).key
            except WrongColumn as wrong:
                issues.append(wrong.issue)
        return issues

    def check_row(self, row: Row) -> list[Issue]:
        """A row that names nothing, an index or operation that is none, values that are none of their attribute."""
        wrong = self._key_issue(row)
        issues = stray_cells(self.recognised, row.cells, row.line) if wrong is None else [wrong]
        command = self._command(row)
        if isinstance(command, Issue):
            issues.append(command)
        elif command.operation != "Remove":  # what it says of the item does not matter
            issues += self.assignments.check_row(row)
        return issues

    def fetch(self, records: Records, rows: Iterable[Row]) -> None:
        """Load the records that hold the items, and what values refer to."""
        rows = list(rows)
        records.fetch(self.holder, {self._key(row) for row in rows})
        self.assignments.fetch(records, rows)

    def row(self, records: Records, row: Row) -> RowResult:
        """Add, update or remove one item."""
        key = self._key(row)
        nothing = f"{key}/+{row.line}"  # a row about an item that there is not
        wrong = self._key_issue(row)
        command = self._command(row)
        if wrong is not None or isinstance(command, Issue):
            return RowResult(nothing, "rejected", [one for one in (wrong, command) if isinstance(one, Issue)])
        owner = self.find(records, key, row)
        if isinstance(owner, Issue):
            return RowResult(nothing, "rejected", [owner])
        items: list[Item] = owner.data.get(self.inner) or []
        wrong = out_of_range(command, items, key, row.line)
        if wrong is not None:
            return RowResult(nothing, "rejected", [wrong])
        if command.operation == "Add":
            return self._add(records, owner, row, command)
        assert command.index is not None
        item = items[command.index]
        if command.operation == "Update":
            return self._update(records, owner, row, command.index)
        wrong = self.removal_issue(records, key, item, row)
        if wrong is not None:
            return RowResult(f"{key}/{item['id']}", "rejected", [wrong])
        data = take_out(owner.data, self.inner, command.index)
        records.put(_with_data(owner, data))
        self.noted(key, data, item, None)
        return RowResult(f"{key}/{item['id']}", "removed")

    def references(self, row: Row) -> tuple[str, tuple[str, ...]]:
        """Items need no other list or attribute of the file; those of one stay in the file's order."""
        return self._key(row), ()

    @abstractmethod
    def find(self, records: Records, key: str, row: Row) -> Record | Issue:
        """The record that holds the items; an issue where there is none that can."""

    @abstractmethod
    def valued(self, records: Records, owner: Record, item: Item, row: Row) -> tuple[Item, list[Issue]]:
        """An item with the values that the row gives."""

    @abstractmethod
    def put_in(self, owner: Record, item: Item, index: int | None) -> dict[str, Json]:
        """The owner's data with one more item."""

    def removal_issue(self, records: Records, key: str, item: Item, row: Row) -> Issue | None:
        """Why an item cannot be removed."""
        del records, key, item, row
        return None

    def noted(self, key: str, data: Mapping[str, Json], before: Item | None, after: Item | None) -> None:
        """An item of a record has been added (`before` None), changed, or removed (`after` None)."""
        del key, data, before, after

    def _key_issue(self, row: Row) -> Issue | None:
        column = self.recognised.column("UniqueName")
        return key_issue(row, "UniqueName", column.place if column else None)

    def _key(self, row: Row) -> str:
        return without_blanks(self.recognised.cell(row.cells, "UniqueName")) or ""

    def _command(self, row: Row) -> Command | Issue:
        operation = self.recognised.cell(row.cells, "ItemOperation")
        return command_of(operation, self.recognised.cell(row.cells, "ItemIndex"), row.line)

    def _add(self, records: Records, owner: Record, row: Row, command: Command) -> RowResult:
        draft = Draft(records)
        item, issues = self._made(draft, owner, {"attributes": {}, "external": {}}, row)
        if has_errors(issues):
            return RowResult(f"{owner.key}/+{row.line}", "rejected", issues)
        owner = draft.get(self.holder, owner.key) or owner  # a value of the row may have added to this list too
        data = self.put_in(owner, item, command.index)
        draft.put(_with_data(owner, data))
        draft.keep()
        made: Item = data[self.inner][-1 if command.index is None else command.index]
        self.noted(owner.key, data, None, made)
        return RowResult(f"{owner.key}/{made['id']}", "created", issues)

    def _update(self, records: Records, owner: Record, row: Row, index: int) -> RowResult:
        draft = Draft(records)
        known: Item = owner.data[self.inner][index]
        item, issues = self._made(draft, owner, known, row)
        identity = f"{owner.key}/{known['id']}"
        if has_errors(issues):
            return RowResult(identity, "rejected", issues)
        if item == known and not draft.changed:
            return RowResult(identity, "unchanged", issues)
        owner = draft.get(self.holder, owner.key) or owner
        data = put_at(owner.data, self.inner, item, index)
        draft.put(_with_data(owner, data))
        draft.keep()
        self.noted(owner.key, data, known, item)
        return RowResult(identity, "updated", issues)

    def _made(self, draft: Draft, owner: Record, item: Item, row: Row) -> tuple[Item, list[Issue]]:
        """An item with all that a row gives it: its value, and values of attributes."""
        item, issues = self.valued(draft, owner, item, row)
        if has_errors(issues):
            return item, issues
        owned = {name: dict(item.get(name) or {}) for name in ("attributes", "external")}
        assigned = Record(self.holder, owner.key, owned)
        issues += self.assignments.apply(draft, assigned, row)
        return {**item, **assigned.data}, issues


def segment_issue(part: FieldDefinition, column: SpecialColumn, owner: str, row: Row) -> Issue | None:
    """Why a value of a field cannot stand under a header: the type has no such segment."""
    if not part.is_segmented:
        if column.segment is None:
            return None
        code, message = "segment_on_plain_field", f"Values of {owner} ({part.pim_type}) do not differ by segment."
        remedy = "Write the header without a segment."
    elif column.segment_key != DEFAULT or part.has_default:
        return None
    else:
        code, message = "no_default_segment", f"Values of {owner} ({part.pim_type}) have no default one."
        remedy = "Write a culture, channel, device or market behind the header, as in :Tda-DK."
    return Issue(code, message, "error", row.line, column.header, key=owner, suggestion=remedy)


def laid(part: FieldDefinition, known: Json, segment: str, value: Json) -> Json:
    """A field's value with one more segment, or another value where it has no segments."""
    return {**(known or {}), segment: value} if part.is_segmented else value


def _with_data(record: Record, data: dict[str, Json]) -> Record:
    return Record(record.entity, record.key, data, record.pim, record.name, record.version)

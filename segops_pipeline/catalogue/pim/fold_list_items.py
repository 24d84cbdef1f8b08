"""Rows of a file of global list items.

Source: seed 002, "Global list items". What belongs here: an item's value, and which lists and removals are allowed.
What doesn't: places and operations (`fold_items`), lists themselves, which people make (`act_lists`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from segops_pipeline.catalogue.pim.cells import issue, told
from segops_pipeline.catalogue.pim.fold import FoldOptions, Row
from segops_pipeline.catalogue.pim.fold_items import ItemFold, laid, segment_issue
from segops_pipeline.catalogue.pim.items import Item, put_in_list
from segops_pipeline.catalogue.pim.model import FieldDefinition, Json, Record
from segops_pipeline.catalogue.pim.records import Records
from segops_pipeline.catalogue.pim.references import KnowsReferences
from segops_pipeline.errors import Issue
from segops_pipeline.formats.bizzkit.files import Recognised
from segops_pipeline.formats.bizzkit.values import Refused, read_value


@dataclass(slots=True)
class _Seen:
    """The values of a list's items, each with the id of the first that has it, and their system names.

    True as long as the list's items are these; kept, for looking through all of them for each row would take long.
    """

    items: list[Item]
    values: dict[str, str]
    names: set[str]


class ListItemFold(ItemFold):
    """The rows of one file of global list items."""

    holder, inner, values = "global_list", "items", "Value"

    def __init__(self, recognised: Recognised, options: FoldOptions) -> None:
        super().__init__(recognised, options)
        self._seen: dict[str, _Seen] = {}
        self._references: dict[str, Mapping[str, str]] = {}

    def find(self, records: Records, key: str, row: Row) -> Record | Issue:
        """The list: "importing global list items requires that the global list has already been created"."""
        found = records.get("global_list", key)
        if found is not None:
            return found
        remedy = f"Create it first: segops pim lists add {key}"
        return issue(row, "unknown_list", f"There is no global list {key}.", remedy, column="UniqueName", value=key)

    def valued(self, records: Records, owner: Record, item: Item, row: Row) -> tuple[Item, list[Issue]]:
        """The item with its value; what the row does not give stays."""
        del records
        part = FieldDefinition("Value", owner.data.get("pim_type"))
        value: Json = item.get("value", {} if part.is_segmented else None)
        issues: list[Issue] = []
        for column in self.recognised.columns("Value"):
            said = told(row, column.place)
            if said is None:
                continue
            wrong = segment_issue(part, column, owner.key, row)
            if wrong is None:
                try:
                    value = laid(part, value, self.segments[column.place], read_value(said, part.pim_type or ""))
                    continue
                except Refused as refused:
                    wrong = refused.as_issue(row.line, column.header, said)
            issues.append(wrong)
        if not issues and (wrong := self._repeated(owner, item, value, row)) is not None:
            issues.append(wrong)
        return {**item, "value": value}, issues

    def put_in(self, owner: Record, item: Item, index: int | None) -> dict[str, Json]:
        """The list with one more item, under a system name made for it."""
        return put_in_list(owner.key, owner.data, item, index, self._known(owner).names)

    def removal_issue(self, records: Records, key: str, item: Item, row: Row) -> Issue | None:
        """An item that something refers to stays: the seed is silent, and nothing may be lost that nobody saw."""
        if key not in self._references:
            knows = isinstance(records, KnowsReferences)
            self._references[key] = records.referenced_items(key) if knows else {}
        user = self._references[key].get(item["id"])
        if user is None:
            return None
        message = f"The item {item['system_name']} of {key} is referred to, among others by {user}."
        remedy = "Give those that refer to it another value first, or update the item instead."
        return issue(row, "item_in_use", message, remedy, column="ItemOperation", value="Remove", key=key)

    def _repeated(self, owner: Record, item: Item, value: Json, row: Row) -> Issue | None:
        """A list with Unique Values has each value once; an item without a value is none that repeats another."""
        if not owner.data.get("is_unique") or value in (None, {}):
            return None
        known = self._known(owner).values.get(canonical(value))
        if known is None or known == item.get("id"):
            return None
        message = f"The global list {owner.key} has the value already, and its values are unique."
        remedy = "Update that item, or leave the row out."
        column = self.recognised.column("Value")
        header = column.header if column else None
        said = told(row, column.place) if column else None
        return issue(row, "list_value_repeated", message, remedy, column=header, value=said, key=owner.key)

    def noted(self, key: str, data: Mapping[str, Json], before: Item | None, after: Item | None) -> None:
        """Keep what is known of the list true."""
        seen = self._seen.get(key)
        if seen is None:
            return
        if before is not None:
            seen.names.discard(before["system_name"])
            if seen.values.get(canonical(before["value"])) == before["id"]:
                del seen.values[canonical(before["value"])]
        if after is not None:
            seen.names.add(after["system_name"])
            seen.values.setdefault(canonical(after["value"]), after["id"])
        seen.items = data["items"]

    def _known(self, owner: Record) -> _Seen:
        items: list[Item] = owner.data.get("items") or []
        seen = self._seen.get(owner.key)
        if seen is None or seen.items is not items:
            values: dict[str, str] = {}
            for one in items:
                values.setdefault(canonical(one["value"]), one["id"])
            seen = self._seen[owner.key] = _Seen(items, values, {one["system_name"] for one in items})
        return seen


def canonical(value: Json) -> str:
    """A value as a text that equal ones share; true is not 1."""
    import json

    return json.dumps(value, sort_keys=True)

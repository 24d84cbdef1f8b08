"""Rows of bundle items: which products a bundle has, with a note, an amount and attribute values (seed 002).

A bundle is a product; its items are in its `pim.bundle`, in the order in which they were added: `item`, `amount`, and
where there are any `note`, `attributes` and `external`.

What belongs here: what a row does to an item of a bundle. What doesn't: values (`assign`).
"""

from collections.abc import Iterator, Sequence
from typing import Literal

from segops_pipeline.catalogue.pim.cells import cell, issue, key_issue, named, told
from segops_pipeline.catalogue.pim.draft import Draft
from segops_pipeline.catalogue.pim.fold import FoldOptions, Row
from segops_pipeline.catalogue.pim.model import Entity, Json, Record
from segops_pipeline.catalogue.pim.row_fold import Does, RowFold
from segops_pipeline.catalogue.pim.values import changeable
from segops_pipeline.errors import Issue
from segops_pipeline.formats.bizzkit.files import Recognised
from segops_pipeline.formats.bizzkit.values import Refused, read_value

ITEM, OPERATION, NOTE, AMOUNT = "ItemUniqueName", "ItemOperation", "Note", "Amount"
Operation = Literal["AddOrUpdate", "Remove"]
OPERATIONS: tuple[Operation, ...] = ("AddOrUpdate", "Remove")
AMOUNT_TYPE = "PDecimal9"  # the widest of the decimal numbers that the format has


class BundleFold(RowFold):
    """The rows of a file of bundle items."""

    entity: Entity = "product"

    def __init__(self, recognised: Recognised, options: FoldOptions) -> None:
        super().__init__(recognised, options)
        self._item, self._operation = self.place(ITEM), self.place(OPERATION)
        self._note, self._amount = self.place(NOTE), self.place(AMOUNT)

    def check_row(self, row: Row) -> list[Issue]:
        """What can never be right about a row: its keys, its operation, a missing note, its amount, its values."""
        issues = super().check_row(row)
        self._cells(row, issues)
        return issues

    def apply(self, draft: Draft, key: str, row: Row, issues: list[Issue]) -> Does:
        """Do a row to an item of its bundle."""
        operation, amount = self._cells(row, issues)
        item = named(row, self._item) or ""
        bundle = draft.get("product", key)
        items: list[dict[str, Json]] = [] if bundle is None else bundle.pim.get("bundle", [])
        at = next((place for place, one in enumerate(items) if one["item"] == item), None)
        if not (operation == "Remove" and at is not None):
            issues += self._unknown(draft, key, item, row)
        if issues or bundle is None:
            return "updated"
        if operation == "Remove":
            if at is None:
                issues.append(_nothing_to_remove(key, item, row))
                return "updated"
            self._put(draft, bundle, [*items[:at], *items[at + 1 :]])
            return "removed"
        attached = {"item": item, "amount": 1} if at is None else items[at]
        changed = self._attached(draft, attached, amount, row, issues)
        self._put(draft, bundle, [*items, changed] if at is None else [*items[:at], changed, *items[at + 1 :]])
        return "created" if at is None else "updated"

    def names(self, row: Row) -> Iterator[tuple[Entity, str]]:
        """The bundle and the item."""
        yield "product", self.key(row)
        if item := named(row, self._item):
            yield "product", item

    def identity(self, row: Row) -> str:
        """The bundle and the item."""
        return f"{self.key(row)}/{named(row, self._item) or ''}"

    def references(self, row: Row) -> tuple[str, tuple[str, ...]]:
        """The item of the bundle; products are of other files."""
        return self.identity(row), ()

    def _attached(
        self, draft: Draft, before: dict[str, Json], amount: Json, row: Row, issues: list[Issue]
    ) -> dict[str, Json]:
        """The item as a row makes it: a NULL, or a missing cell, leaves what there is."""
        changed = dict(before)
        if amount is not None:
            changed["amount"] = amount
        note = told(row, self._note)
        if note:
            changed["note"] = note
        elif note == "":
            changed.pop("note", None)
        values = {name: dict(changed.get(name, {})) for name in ("attributes", "external")}
        record = Record("global_list", before["item"], values)  # any that keeps its values in its data
        issues += self.assignments.apply(draft, record, row)
        for name in ("attributes", "external"):
            changed.pop(name, None)
            if record.data.get(name):
                changed[name] = record.data[name]
        return changed

    def _put(self, draft: Draft, bundle: Record, items: Sequence[dict[str, Json]]) -> None:
        # the draft may have it anew: a bundle is also a product whose lists and values the row has changed
        record = changeable(draft.get("product", bundle.key) or bundle)
        if items:
            record.pim["bundle"] = list(items)
        else:
            record.pim.pop("bundle", None)
        draft.put(record)

    def _cells(self, row: Row, issues: list[Issue]) -> tuple[Operation, Json]:
        """The operation and the amount; None: the row gives no amount."""
        wrong_item = key_issue(row, ITEM, self._item)
        if wrong_item is not None:
            issues.append(wrong_item)
        operation = self._operation_of(row, issues)
        if operation == "AddOrUpdate" and cell(row, self._note) is None:
            issues.append(issue(
                row, "note_missing", "The row ends before its note, and an item of a bundle must have one.",
                "Write a note, or an empty cell for none; NULL leaves the note that there is.", column=NOTE,
            ))  # fmt: skip
        return operation, self._amount_of(row, issues)

    def _operation_of(self, row: Row, issues: list[Issue]) -> Operation:
        text = told(row, self._operation)
        if text is None:
            return "AddOrUpdate"
        for one in OPERATIONS:
            if one.casefold() == text.strip().casefold():
                return one
        issues.append(issue(
            row, "unknown_operation", f"'{text}' is no operation on an item of a bundle.",
            f"Write {' or '.join(OPERATIONS)}; without the column, or with NULL, a row adds or updates.",
            column=OPERATION, value=text,
        ))  # fmt: skip
        return "AddOrUpdate"

    def _amount_of(self, row: Row, issues: list[Issue]) -> Json:
        text = told(row, self._amount)
        if text is None:
            return None
        try:
            return read_value(text, AMOUNT_TYPE)
        except Refused as refused:
            remedy = "Write a number like 1.4, or NULL: it leaves the amount, and is 1 for a new item."
            issues.append(issue(row, refused.code, refused.message, remedy, column=AMOUNT, value=text))
            return None

    def _unknown(self, draft: Draft, key: str, item: str, row: Row) -> Iterator[Issue]:
        """Seed 002: "If either bundle or item products don't already exist, the import operation will fail"."""
        remedy = "Import the product first, or correct its unique name."
        if draft.get("product", key) is None:
            message = f"There is no product '{key}' to be the bundle."
            yield issue(row, "unknown_bundle", message, remedy, column="UniqueName", value=key, key=key)
        if item and draft.get("product", item) is None:
            message = f"There is no product '{item}' to be in the bundle '{key}'."
            yield issue(row, "unknown_item", message, remedy, column=ITEM, value=item, key=key)
        elif item == key:
            message = f"The bundle '{key}' cannot have itself as an item."
            yield issue(row, "bundle_of_itself", message, "Name another product.", column=ITEM, value=item, key=key)


def _nothing_to_remove(key: str, item: str, row: Row) -> Issue:
    return issue(
        row, "nothing_to_remove", f"'{item}' is not in the bundle '{key}'.", "Nothing needs to be done.",
        column=ITEM, value=item, key=key, level="info",
    )  # fmt: skip

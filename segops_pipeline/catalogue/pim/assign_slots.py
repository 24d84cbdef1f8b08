"""Columns of attribute values made ready for many rows: how each one's cells are read and put.

What belongs here: what is the same for all rows. What doesn't: what a row does (`assign_merge`, `assign_overwrite`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from segops_pipeline.catalogue.pim.assign_check import Target, grouped
from segops_pipeline.catalogue.pim.assign_group_check import takes_predefined
from segops_pipeline.catalogue.pim.list_items import ListItems, Refer
from segops_pipeline.catalogue.pim.model import AttributeDefinition, FieldDefinition, Json
from segops_pipeline.catalogue.pim.records import Records
from segops_pipeline.catalogue.pim.values import Get, Put, empty_item, getter, item_putter, putter
from segops_pipeline.errors import Issue
from segops_pipeline.formats.bizzkit.headers import AttributeColumn
from segops_pipeline.formats.bizzkit.keywords import DeletionCase, deletion_case
from segops_pipeline.formats.bizzkit.values import TEXT_TYPES, Refused, read_value

LONGEST_TOLD = 100  # characters of a value in an issue
Read = Callable[[str], Json]


@dataclass(frozen=True, slots=True)
class Slot:
    """A column. `read` makes a cell's text the value that it says (None: the text itself), `refer` that which is kept.

    `put` works on the attribute's value, `put_in_item` and `get_in_item` on the item at `index`, which is 0 in a
    single-valued attribute.
    """

    place: int
    header: str
    target: Target
    index: int
    read: Read | None
    refer: Refer | None
    put: Put
    put_in_item: Put
    get_in_item: Get
    deletes: DeletionCase | None

    @property
    def touches(self) -> bool:
        """Whether NULL empties something in a Standard row: `CODE/FIELD`, `CODE[0]/FIELD:Tda`."""
        return self.target.column.field is not None

    def value(self, text: str) -> Json:
        """The value that a cell's text sets.

        Raises:
            Refused: the text is none, or refers to nothing.
        """
        value = text if self.read is None else self.read(text)
        return value if self.refer is None else self.refer(value)

    def issue(self, line: int, cell: str | None, code: str, message: str, remedy: str) -> Issue:
        """An error at a cell of this column."""
        return Issue(code, message, "error", line, self.header, cell and cell[:LONGEST_TOLD], suggestion=remedy)


@dataclass(frozen=True, slots=True)
class Group:
    """The columns of one attribute, of its PIM-owned or its externally owned value, by index."""

    code: str
    is_external: bool
    definition: AttributeDefinition
    empty: Json  # an item without a value
    slots: tuple[Slot, ...]


def groups_of(targets: Iterable[Target], records: Records, items: ListItems) -> list[Group]:
    """The columns by attribute and ownership."""
    return [
        Group(
            code, is_external, members[0].definition, empty_item(members[0].definition),
            tuple(sorted((_slot(one, records, items) for one in members), key=lambda slot: slot.index)),
        )
        for (code, is_external), members in grouped(targets).items()
    ]  # fmt: skip


def _slot(target: Target, records: Records, items: ListItems) -> Slot:
    column, definition = target.column, target.definition
    index, field, segment = target.part
    type_ = _type(target.field, records)
    is_text = column.by_reference or type_ in TEXT_TYPES
    return Slot(
        column.place, column.header, target, column.index or 0, None if is_text else _reader(type_),
        _refer(target.field, column, definition, type_, items), putter(definition, index, field, segment),
        item_putter(definition, field, segment), getter(definition, None, field, segment), deletion_case(column),
    )  # fmt: skip


def _type(field: FieldDefinition | None, records: Records) -> str:
    if field is None:
        return "PString"
    if field.global_list is None:
        return field.pim_type or "PString"
    found = records.get("global_list", field.global_list)
    return (found.data.get("pim_type") if found else None) or "PString"


def _reader(type_: str) -> Read:
    return lambda text: read_value(text, type_)


def _refer(
    field: FieldDefinition | None, column: AttributeColumn, definition: AttributeDefinition, type_: str,
    items: ListItems,
) -> Refer | None:  # fmt: skip
    if field is None:
        return None
    refer = items.brand if type_ == "PBrand" else None
    if field.global_list is not None:
        refer = items.by_name(field.global_list) if column.by_reference else items.by_value(field.global_list)
    if takes_predefined(definition):
        return items.predefined(definition.code, field.system_name, refer)
    return refer


def read_issue(slot: Slot, line: int, cell: str) -> Issue | None:
    """Why a cell's text can never be a value of its column; what it refers to is not looked up."""
    if slot.read is None:
        return None
    try:
        slot.read(cell)
    except Refused as refused:
        return slot.issue(line, cell, refused.code, refused.message, refused.remedy)
    return None

"""Items in an order, as a list's record and an attribute's predefined values have them: which one a row means.

What belongs here: the cells ItemIndex and ItemOperation (seed 002, "Global list items" and "Predefined values"), ids
and system names of items, and putting one in or out. What doesn't: what an item holds (`fold_list_items`,
`fold_predefined`).
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from segops_pipeline.catalogue.pim.model import Json
from segops_pipeline.errors import Issue

Operation = Literal["Add", "Update", "Remove"]
OPERATIONS: tuple[Operation, ...] = ("Add", "Update", "Remove")
NULL = "NULL"
INDEX_COLUMN, OPERATION_COLUMN = "ItemIndex", "ItemOperation"
Item = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Command:
    """What a row does: the operation, and at which place, counted from 0; None: an added item goes to the end."""

    operation: Operation
    index: int | None


def command_of(operation: str | None, index: str | None, line: int) -> Command | Issue:
    """Read the cells of a row; None and NULL are as if the column was not there, which makes the row an Add.

    "If the ItemOperation column is not included in the import file, each row will be interpreted as an Add command";
    "the value must be a positive integer, and is 0-indexed" (seed 002, "Global list items").
    """
    wanted = "Add" if operation is None or operation == NULL else operation.strip()
    if wanted not in OPERATIONS:
        message = f"'{wanted}' is no operation on an item."
        remedy = f"Write one of {', '.join(OPERATIONS)}; without the column, or with NULL, a row adds."
        return Issue("unknown_operation", message, "error", line, OPERATION_COLUMN, operation, suggestion=remedy)
    place: int | None = None
    if index is not None and index != NULL:
        digits = index.strip()
        if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
            remedy = "Write a whole number: 0 is the first item."
            return Issue(
                "wrong_index", "The index is no whole number of 0 or more.", "error", line, INDEX_COLUMN, index,
                suggestion=remedy,
            )  # fmt: skip
        place = int(digits)
    if place is None and wanted != "Add":
        message = f"{wanted} does not say which item."
        remedy = "Give its ItemIndex: 0 is the first item."
        return Issue("index_missing", message, "error", line, INDEX_COLUMN, index, suggestion=remedy)
    return Command(wanted, place)


def out_of_range(command: Command, items: Sequence[Item], owner: str, line: int) -> Issue | None:
    """Why a command has no place among the items; an added one may also be the last."""
    if command.index is None:
        return None
    last = len(items) if command.operation == "Add" else len(items) - 1
    if command.index <= last:
        return None
    there = "has no items" if not items else f"has {len(items):,} items, 0 to {len(items) - 1}"
    adds = f"; Add takes up to {len(items)}" if command.operation == "Add" else ""
    return Issue(
        "index_out_of_range", f"{owner} {there}{adds}.", "error", line, INDEX_COLUMN, str(command.index),
        suggestion="Correct the index; rows are done one after the other, and each sees the items as left by those"
        " before.",
    )  # fmt: skip


def put_in(data: Mapping[str, Json], name: str, item: Item, index: int | None) -> dict[str, Json]:
    """The data of a record with one more item in the list `name`; its id is `next_item`, which is counted on."""
    items: list[Item] = list(data.get(name) or ())
    number = int(data.get("next_item", 1))
    items.insert(len(items) if index is None else index, {**item, "id": str(number)})
    return {**data, name: items, "next_item": number + 1}


def put_at(data: Mapping[str, Json], name: str, item: Item, index: int) -> dict[str, Json]:
    """The data of a record with another item in a place."""
    items = list(data[name])
    items[index] = item
    return {**data, name: items}


def take_out(data: Mapping[str, Json], name: str, index: int) -> dict[str, Json]:
    """The data of a record without the item in a place."""
    items = list(data[name])
    del items[index]
    return {**data, name: items}


def put_in_list(
    key: str, data: Mapping[str, Json], item: Item, index: int | None = None, taken: Container[str] | None = None
) -> dict[str, Json]:
    """The data of a global list with one more item, whose system name is made of the list's and its number.

    "WEIGHTS_5" is the system name of an item in the seed's example (seed 002, "Import by system name reference").
    `taken` are the system names of the list, where the caller knows them: going through all items takes a while.
    """
    if taken is None:
        taken = {one["system_name"] for one in data.get("items") or ()}
    name = base = f"{key}_{data.get('next_item', 1)}"
    number = 2
    while name in taken:
        name, number = f"{base}_{number}", number + 1
    whole = {"system_name": name, "value": None, "attributes": {}, "external": {}, **item}
    return put_in(data, "items", whole, index)

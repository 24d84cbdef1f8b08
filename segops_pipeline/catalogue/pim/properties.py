"""A record as properties that each have a name and a value: what a diff, a history and a plan's counts tell of.

A product's PIM-owned values have their attribute's code, externally owned ones `Ext_CODE` as in a file's header; the
rest of a product is `placement.primary`, `placement.additional`, `external.int`, `external.string`, `master`,
`variants` and `bundle[ITEM]`. Of other records each part of their data is a property, items of lists one each.

What belongs here: these names. What doesn't: comparing (`record_diff`), the names of a file's columns (`formats`).
"""

from collections.abc import Mapping
from typing import Any

EXTERNAL = "Ext_"
PIM = "pim."  # before a property that is named as one of the product's own attributes
NAMES = {
    "primary": "placement.primary", "additional": "placement.additional", "external_int": "external.int",
    "external_string": "external.string",
}  # fmt: skip
LISTED = {"items": "id", "predefined": "id", "bundle": "item", "fields": "system_name"}  # each of them has such a name
BOOKKEEPING = ("next_item",)  # nothing that a person has said

Values = Mapping[str, Any]


def properties(data: Values | None, pim: Values | None, *, is_product: bool) -> dict[str, Any]:
    """All properties of a record that have a value; of one that there is not, none."""
    if is_product:
        values = data or {}
        parts = _parts(pim or {})
        return {**values, **{(name if name not in values else f"{PIM}{name}"): one for name, one in parts.items()}}
    return _parts(data or {})


def path_in_pim(name: str) -> list[str]:
    """Where a property of a product is in its PIM part, if it is there."""
    if name.startswith(EXTERNAL):
        return ["external", name.removeprefix(EXTERNAL)]
    plain = name.removeprefix(PIM)
    return [next((one for one, told in NAMES.items() if told == plain), plain)]


def in_general(name: str) -> str:
    """The property that an item is one of: `bundle[A-1]` is of `bundle`."""
    part, bracket, _ = name.partition("[")
    return part if bracket and part in LISTED else name


def _parts(values: Values) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in values.items():
        if value is None or name in BOOKKEEPING:
            continue
        if name in LISTED:
            found.update(_listed(name, value))
        elif name == "external":
            found.update({f"{EXTERNAL}{code}": one for code, one in value.items()})
        elif name == "attributes":
            found.update(value)
        elif value not in ({}, []):
            found[NAMES.get(name, name)] = value
    return found


def _listed(name: str, values: list[dict[str, Any]]) -> dict[str, Any]:
    """Each item by its name; the order is a property where there are several, for items can move."""
    keyed: dict[str, Any] = {f"{name}[{one[LISTED[name]]}]": one for one in values}
    if len(values) > 1:
        keyed[f"{name}.order"] = [one[LISTED[name]] for one in values]
    return keyed

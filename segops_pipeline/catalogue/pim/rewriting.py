"""Values of an attribute wherever they are: in products, categories, brands, items of lists and of bundles …

What belongs here: going through all that a record is assigned, to change or to look at it. What doesn't: which records
there are (`store`), writing them (`edit_records`), what an act changes (`acts`).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from segops_pipeline.catalogue.pim.model import Json, Record

Values = Mapping[str, Json]
Change = Callable[[str, Json], tuple[str, Json] | None]  # code and value → what they become; None: they go
OWNED = ("attributes", "external")
INNER = {"global_list": "items", "attribute": "predefined"}  # records of which each inner one is assigned something


def changed_record(record: Record, change: Change) -> Record | None:
    """A record in which every value of an attribute is as `change` says; None: nothing is another."""
    data, pim = record.data, record.pim
    if record.entity == "product":
        data = _values(data, change)
        pim = _product(pim, change)
    elif (inner := INNER.get(record.entity)) is not None:
        data = {**data, inner: [_owned(one, change) for one in data[inner]]} if data.get(inner) else data
    else:
        data = _owned(data, change)
    if (data, pim) == (record.data, record.pim):
        return None
    return Record(record.entity, record.key, data, pim, record.name, record.version)


def values_of(record: Record) -> Iterator[Values]:
    """Everything that a record is assigned, as dictionaries by attribute code."""
    if record.entity == "product":
        yield record.data
        yield record.pim.get("external") or {}
        for item in record.pim.get("bundle") or ():
            yield from (item.get(name) or {} for name in OWNED)
        return
    inner = INNER.get(record.entity)
    for holder in [record.data] if inner is None else record.data.get(inner) or ():
        yield from (holder.get(name) or {} for name in OWNED)


def has_value(record: Record, code: str) -> bool:
    """Whether a record is assigned an attribute."""
    return any(code in values for values in values_of(record))


def item_references(value: Json, global_list: str) -> Iterator[str]:
    """The ids of a list's items that a value refers to, wherever in it they are."""
    if isinstance(value, dict):
        if set(value) == {"list", "item"}:
            if value["list"] == global_list:
                yield value["item"]
        else:
            for one in value.values():
                yield from item_references(one, global_list)
    elif isinstance(value, list):
        for one in value:
            yield from item_references(one, global_list)


def _values(values: Values, change: Change) -> dict[str, Json]:
    return dict(one for code, value in values.items() if (one := change(code, value)) is not None)


def _owned(holder: Mapping[str, Any], change: Change) -> dict[str, Any]:
    return {name: _values(part, change) if name in OWNED else part for name, part in holder.items()}


def _product(pim: Mapping[str, Json], change: Change) -> dict[str, Json]:
    made = dict(pim)
    if "external" in pim:
        made["external"] = _values(pim["external"], change)
        if not made["external"]:
            del made["external"]
    if "bundle" in pim:
        made["bundle"] = [_owned(item, change) for item in pim["bundle"]]
    return made

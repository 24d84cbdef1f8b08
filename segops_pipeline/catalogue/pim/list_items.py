"""Values that refer to something: items of global lists by value or system name, predefined values, brands.

By value, what is missing is added; by system name it must be there ("no attempt will be made to create an item"). What
a row adds is held back until the row is known to be right. Source: seed 002, "Global list reference values" and "Known
limitations". What belongs here: finding and adding. What doesn't: cells (`assign`), editing lists (`fold_list_items`).
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from segops_pipeline.catalogue.pim.items import put_in, put_in_list
from segops_pipeline.catalogue.pim.model import Json, Record
from segops_pipeline.catalogue.pim.records import Records
from segops_pipeline.formats.bizzkit.values import Refused
from segops_pipeline.inference.context import shown

Holder = Literal["global_list", "attribute"]
Refer = Callable[[Json], Json]  # the value that a cell says, to the one that is kept


@dataclass(slots=True)
class _Index:
    """The members of one collection by value and system name; true as long as its record is `record`."""

    record: Record
    by_value: dict[Json, Json]
    by_name: dict[str, Json]


class ListItems:
    """Finds and adds members of collections for one row after the other: `begin`, then `keep` or `drop`.

    `added` counts what the row adds, by `("global_list", key)` and `("attribute", code)`.
    """

    def __init__(self) -> None:
        self.added: Counter[tuple[str, str]] = Counter()
        self._records: Records | None = None
        self._indexes: dict[tuple[Holder, str], _Index] = {}
        self._current: dict[tuple[Holder, str], _Index] = {}  # known to be true for this row
        self._brands: dict[str, bool] = {}

    def begin(self, records: Records) -> None:
        """A row begins."""
        self._records = records
        self._current.clear()
        self._brands.clear()
        if self.added:
            self.added = Counter()

    def keep(self) -> None:
        """The row is right: put what it has added."""
        assert self._records is not None
        for holder in self.added:
            self._records.put(self._current[holder].record)  # pyright: ignore[reportArgumentType]

    def drop(self) -> None:
        """The row fails: nothing was added; an index of what it would have made is of a record that nobody has."""
        self.added = Counter()

    def by_value(self, global_list: str) -> Refer:
        """An item of a list by its value, which is added where the list has none; of several the first."""

        def refer(value: Json) -> Json:
            index = self._index("global_list", global_list)
            found = index.by_value.get(_hashable(value))
            if found is None:
                if value == "":
                    raise Refused(
                        "empty_list_item", f"The global list {global_list} has no item with an empty value.",
                        "Write the value of an item, or NULL; an empty value is not added to a list.",
                    )  # fmt: skip
                found = self._add_item(index, global_list, value)
            return {"list": global_list, "item": found}

        return refer

    def by_name(self, global_list: str) -> Refer:
        """An item of a list by its system name, which must be there."""

        def refer(name: Json) -> Json:
            found = self._index("global_list", global_list).by_name.get(name)
            if found is None:
                raise Refused(
                    "unknown_list_item", f"The global list {global_list} has no item “{shown(name)}”.",
                    f"Write the system name of an item (segops pim lists show {global_list}), or add the item first.",
                )  # fmt: skip
            return {"list": global_list, "item": found}

        return refer

    def predefined(self, code: str, field: str, refer: Refer | None) -> Refer:
        """A value of an attribute with predefined ones, to which it is added where they lack it."""

        def member(value: Json) -> Json:
            kept = value if refer is None else refer(value)
            index = self._index("attribute", code)
            if _hashable(kept) not in index.by_value:
                self._add_predefined(index, field, kept)
            return kept

        return member

    def brand(self, key: Json) -> Json:
        """A brand, which must be there."""
        assert self._records is not None
        if key not in self._brands:
            self._brands[key] = self._records.get("brand", key) is not None
        if not self._brands[key]:
            raise Refused(
                "unknown_brand", f"There is no brand “{shown(key)}”.",
                "Write the unique name of a brand, or import the brand first.",
            )  # fmt: skip
        return key

    def _index(self, entity: Holder, key: str) -> _Index:
        found = self._current.get((entity, key))
        if found is None:
            assert self._records is not None
            record = self._records.get(entity, key)
            found = self._indexes.get((entity, key))
            if found is None or found.record is not record:
                found = self._indexes[entity, key] = _indexed(record or Record(entity, key))
            self._current[entity, key] = found
        return found

    def _add_item(self, index: _Index, key: str, value: Json) -> Json:
        data = _with_item(key, index, value)
        item = data["items"][-1]
        index.by_name[item["system_name"]] = item["id"]
        return self._added(index, data, "global_list", value, item["id"])

    def _add_predefined(self, index: _Index, field: str, value: Json) -> None:
        item = {"values": {field: value}, "attributes": {}, "external": {}}
        data = put_in(index.record.data, "predefined", item, None)
        self._added(index, data, "attribute", value, data["predefined"][-1]["id"])

    def _added(self, index: _Index, data: dict[str, Json], entity: Holder, value: Json, id_: Json) -> Json:
        old = index.record
        index.record = Record(old.entity, old.key, data, old.pim, old.name, old.version)
        index.by_value[_hashable(value)] = id_
        self.added[entity, old.key] += 1
        return id_


def _with_item(key: str, index: _Index, value: Json) -> dict[str, Json]:
    """As `put_in_list`, which goes through all system names, without that where the usual one is free."""
    data = index.record.data
    name = f"{key}_{data.get('next_item', 1)}"
    if name in index.by_name:
        return put_in_list(key, data, {"value": value})
    return put_in(data, "items", {"system_name": name, "value": value, "attributes": {}, "external": {}}, None)


def _indexed(record: Record) -> _Index:
    by_value: dict[Json, Json] = {}
    by_name: dict[str, Json] = {}
    for item in record.data.get("items") or () if record.entity == "global_list" else ():
        by_value.setdefault(_hashable(item["value"]), item["id"])
        if item.get("system_name"):
            by_name.setdefault(item["system_name"], item["id"])
    for item in record.data.get("predefined") or () if record.entity == "attribute" else ():
        for value in _only_value(item):
            by_value.setdefault(_hashable(value), item["id"])
    return _Index(record, by_value, by_name)


def _only_value(item: Mapping[str, Json]) -> tuple[Json, ...]:
    return tuple((item.get("values") or {}).values())[:1]


def _hashable(value: Json) -> Json:
    """A value as a key; all values of one collection have one type."""
    if isinstance(value, (dict, list)):
        import json

        return json.dumps(value, sort_keys=True)
    return value

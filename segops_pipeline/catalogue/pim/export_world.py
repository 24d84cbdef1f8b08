"""What an export looks things up in: attributes, lists, segments, categories, brands, all but the products.

What belongs here: these records and questions to them. What doesn't: cells (`export_values`), rows (`export_records`,
`export_products`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from segops_pipeline.catalogue.pim.configuring import system_name_problem
from segops_pipeline.catalogue.pim.model import AttributeDefinition, Json, Record
from segops_pipeline.catalogue.pim.records import Records
from segops_pipeline.formats.bizzkit.segments import DEFAULT
from segops_pipeline.formats.bizzkit.values import is_type


@dataclass(slots=True)
class ListNames:
    """A global list's items by id: their system names; `first_of` has the id of the first item of each value."""

    pim_type: str | None
    names: dict[str, str]
    values: dict[str, Json]
    first_of: dict[str, str]


@dataclass(frozen=True)
class ExportWorld:
    """The records of a workspace without its products; `definitions` has fields of the product schema too."""

    definitions: Mapping[str, AttributeDefinition]
    lists: Mapping[str, Record]
    segments: Mapping[str, Record]
    categories: Mapping[str, Record]
    brands: Mapping[str, Record]
    _names: dict[str, ListNames] = field(default_factory=dict[str, ListNames])

    @classmethod
    def of(cls, records: Records, fields: Mapping[str, AttributeDefinition]) -> "ExportWorld":
        """All records there are; `fields` are those of the product schema, seen as attributes."""
        own = {one.key: AttributeDefinition.from_dict(one.key, one.data) for one in records.all_of("attribute")}
        return cls(
            {**fields, **own},
            {one.key: one for one in records.all_of("global_list")},
            {one.key: one for one in records.all_of("segment")},
            {one.key: one for one in records.all_of("category")},
            {one.key: one for one in records.all_of("brand")},
        )

    def problem(self, code: str) -> str | None:
        """Why no column of a file can be of an attribute; None: one can."""
        definition = self.definitions.get(code)
        if definition is None:
            return "there is no such attribute"
        if not definition.fields:
            return "it has no configuration"
        if (problem := system_name_problem(code)) is not None:
            return f"no header can name it: {problem[0]}"
        for one in definition.fields:
            if one.global_list is None and not is_type(one.pim_type or ""):
                return f"its type {one.pim_type} is none of the format"
            if one.global_list is not None and one.global_list not in self.lists:
                return f"there is no global list {one.global_list}"
        return None

    def names_of(self, global_list: str) -> ListNames:
        """The items of a list."""
        if global_list not in self._names:
            record = self.lists[global_list]
            items: list[dict[str, Json]] = record.data.get("items") or []
            first_of: dict[str, str] = {}
            for one in items:
                first_of.setdefault(_text(one.get("value")), one["id"])
            self._names[global_list] = ListNames(
                record.data.get("pim_type"),
                {one["id"]: one["system_name"] for one in items},
                {one["id"]: one.get("value") for one in items},
                first_of,
            )
        return self._names[global_list]

    def first_with(self, global_list: str, value: Json) -> str | None:
        """The first item of a list that has a value."""
        return self.names_of(global_list).first_of.get(_text(value))

    def is_registered(self, key: str) -> bool:
        """Whether every culture, channel, device and market of a segment's key is registered."""
        return key == DEFAULT or all(part in self._registered for part in key.split("|"))

    @cached_property
    def _registered(self) -> frozenset[str]:
        letters = {"culture": "T", "channel": "C", "device": "D", "market": "M"}
        return frozenset(f"{letters[one.data['dimension']]}:{one.data['code']}" for one in self.segments.values())


def _text(value: Json) -> str:
    import json

    return json.dumps(value, sort_keys=True)

"""Attributes and their fields: what shape a value has, and where a record keeps it.

A value's shape follows from its attribute: of one field its value, of several an object by the fields' system names;
of a multi-valued attribute a list of such; a field whose type is segmented is an object by segment (`default`,
`T:da|M:DENMARK`), else a scalar. Scalars: text, number (a decimal string where JSON would lose digits), boolean,
datetime (ISO 8601); a list item is `{"list": L, "item": id}`, a brand its key, media `{"media": guid, "crop": guid}`,
an article `{"article": guid, "segment": key}`. Assigned without a value: null, `{}` or `[]`.

What belongs here: definitions and records. What doesn't: changing values (`values`), storing records (`store`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Json = Any
Entity = Literal["product", "attribute", "global_list", "category", "brand", "segment"]
ENTITIES: tuple[Entity, ...] = ("product", "attribute", "global_list", "category", "brand", "segment")

SINGLE, MULTI = "SingleValued", "MultiValued"
SEGMENTED_TYPES = ("PTranslatedString", "PTranslatedStringD")
WITH_DEFAULT = ("PTranslatedStringD",)
# Seed 002, "Standard field names" and "Default configuration"
FIELDS_OF_CONFIGURATION: Mapping[str, tuple[tuple[str, str], ...]] = {
    "Plain": (("Value", "PTranslatedStringD"),),
    "RectangularArea": (("Width", "PDecimal2"), ("Height", "PDecimal2")),
    "CuboidVolume": (("Width", "PDecimal2"), ("Height", "PDecimal2"), ("Length", "PDecimal2")),
    "Range": (("From", "PDecimal2"), ("To", "PDecimal2")),
    "Quantified": (("Item", "PTranslatedStringD"), ("Quantity", "PDecimal2")),
    "Calculated": (("Formula", "PString"),),
    "Unconstrained": tuple((f"Field{number}", "PTranslatedStringD") for number in range(1, 5)),
}


@dataclass(frozen=True, slots=True)
class FieldDefinition:
    """A field of an attribute: a PIM type, or the items of a global list (whose type is then the list's)."""

    system_name: str
    pim_type: str | None
    global_list: str | None = None
    names: Mapping[str, str] = field(default_factory=dict[str, str])  # by segment key, cultures only

    @property
    def is_segmented(self) -> bool:
        """Whether its value is an object by segment."""
        return self.global_list is None and self.pim_type in SEGMENTED_TYPES

    @property
    def has_default(self) -> bool:
        """Whether a segmented value has a default segment."""
        return self.pim_type in WITH_DEFAULT

    def as_dict(self) -> dict[str, Json]:
        """Ready for JSON."""
        return {
            "system_name": self.system_name, "pim_type": self.pim_type, "global_list": self.global_list,
            "names": dict(self.names),
        }  # fmt: skip

    @classmethod
    def from_dict(cls, data: Mapping[str, Json]) -> "FieldDefinition":
        """Read what `as_dict` wrote."""
        return cls(data["system_name"], data.get("pim_type"), data.get("global_list"), data.get("names") or {})


@dataclass(frozen=True, slots=True)
class AttributeDefinition:
    """An attribute; without a configuration it has no fields yet and takes no values."""

    code: str
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    descriptions: Mapping[str, str] = field(default_factory=dict[str, str])
    value_type: str | None = None  # SingleValued or MultiValued
    configuration: str | None = None
    fields: tuple[FieldDefinition, ...] = ()
    is_confidential: bool = False
    group: str | None = None
    predefined: tuple[Mapping[str, Json], ...] = ()  # {id, values: {field: value}, attributes, external}, in order
    next_item: int = 1  # the id of the predefined value that is added next

    @property
    def is_multi(self) -> bool:
        """Whether its value is a list."""
        return self.value_type == MULTI

    def field_named(self, system_name: str) -> FieldDefinition | None:
        """The field of this system name, whatever its case."""
        wanted = system_name.casefold()
        return next((one for one in self.fields if one.system_name.casefold() == wanted), None)

    def as_dict(self) -> dict[str, Json]:
        """The data of its record."""
        return {
            "names": dict(self.names), "descriptions": dict(self.descriptions), "value_type": self.value_type,
            "configuration": self.configuration, "fields": [one.as_dict() for one in self.fields],
            "is_confidential": self.is_confidential, "group": self.group,
            "predefined": [dict(one) for one in self.predefined], "next_item": self.next_item,
        }  # fmt: skip

    @classmethod
    def from_dict(cls, code: str, data: Mapping[str, Json]) -> "AttributeDefinition":
        """Read what `as_dict` wrote."""
        return cls(
            code, data.get("names") or {}, data.get("descriptions") or {}, data.get("value_type"),
            data.get("configuration"), tuple(FieldDefinition.from_dict(one) for one in data.get("fields") or ()),
            data.get("is_confidential", False), data.get("group"), tuple(data.get("predefined") or ()),
            data.get("next_item", 1),
        )  # fmt: skip


@dataclass(slots=True)
class Record:
    """One record as it is, or as a plan makes it. Whoever changes one changes a copy (`copied`) and puts that.

    `data` of a product are its PIM-owned values by attribute code, and `pim` is what else the PIM says of it:
    `primary`, `additional` (placements), `external_int`, `external_string`, `master`, `variants` (the order of its
    variants: those whose `master` it is), `bundle` ([{item, note, amount, attributes, external}]), `external`
    (externally owned values by code). Of all others `pim` is empty, and `data`:

    - attribute: see `AttributeDefinition.as_dict`;
    - global_list: `is_unique`, `pim_type`, `next_item`, `items`: [{id, system_name, value, attributes, external}];
    - category: `names`, `parent` (primary placement), `links` (in order), `attributes`, `external`;
    - brand: `names`, `parent` (the brand whose sub-brand it is), `attributes`, `external`;
    - segment (key `culture:da-DK`): `dimension`, `code`, `label`.
    """

    entity: Entity
    key: str
    data: dict[str, Json] = field(default_factory=dict[str, Json])
    pim: dict[str, Json] = field(default_factory=dict[str, Json])
    name: str = ""  # of a product; empty for all others
    version: int | None = None  # of the store; None: it is new

    def assigned(self, *, external: bool = False) -> dict[str, Json]:
        """Its values by attribute code, PIM-owned or externally owned, to read."""
        if self.entity == "product":
            return self.pim.get("external", {}) if external else self.data
        return self.data.get("external" if external else "attributes", {})

    def assign(self, code: str, value: Json, *, external: bool = False) -> None:
        """Set the whole value of an attribute."""
        self._owned(external)[code] = value

    def unassign(self, code: str, *, external: bool = False) -> None:
        """Take an attribute's values away."""
        self._owned(external).pop(code, None)
        if external and self.entity == "product" and not self.pim.get("external", True):
            del self.pim["external"]

    def _owned(self, external: bool) -> dict[str, Json]:
        if self.entity == "product" and not external:
            return self.data
        holder, name = (self.pim, "external") if self.entity == "product" else (
            self.data, "external" if external else "attributes")  # fmt: skip
        return holder.setdefault(name, {})


def copied(record: Record) -> Record:
    """A copy that shares nothing with it."""
    from copy import deepcopy

    return Record(record.entity, record.key, deepcopy(record.data), deepcopy(record.pim), record.name, record.version)

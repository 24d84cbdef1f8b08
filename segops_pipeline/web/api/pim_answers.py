"""What the API of the PIM answers: attributes, lists, categories, brands, segments.

What belongs here: the shapes, and filling them. What doesn't: the routes, bodies of requests.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from segops_pipeline.catalogue.pim.browse import Found, Item, definition_of, name_in
from segops_pipeline.catalogue.pim.plain import Lookup, plain_values
from segops_pipeline.web.api.wire import WireType, wire_type

Dimension = Literal["culture", "channel", "device", "market"]
ValueType = Literal["SingleValued", "MultiValued"]
Configuration = Literal[
    "Plain", "RectangularArea", "CuboidVolume", "Range", "Quantified", "Calculated", "Unconstrained"
]
NAMES = Field(description="By segment: `default`, `T:da`.", examples=[{"default": "Weight", "T:da": "Vægt"}])


class AttributeFieldAnswer(BaseModel):
    """A field of an attribute: of a PIM type, or of the items of a global list."""

    system_name: str
    pim_type: str | None
    global_list: str | None
    names: dict[str, str] = NAMES


class AttributeAnswer(BaseModel):
    """An attribute; without a configuration it has no fields yet, and takes no values."""

    code: str
    name: str = Field(description="The default name, else another, else the code.")
    names: dict[str, str] = NAMES
    descriptions: dict[str, str]
    value_type: ValueType | None
    configuration: Configuration | None
    fields: list[AttributeFieldAnswer]
    types: list[str] = Field(description="What each field is of: a PIM type, or `list <key>`.")
    is_confidential: bool
    group: str | None
    offers: int = Field(description="How many predefined values it has.")
    schema_type: WireType | None = Field(description="Of a field of the product schema that is no attribute yet.")
    version: int
    updated_at: datetime


class PredefinedAnswer(BaseModel):
    """A value that an attribute offers, at its place from 0; `values` are by field."""

    id: str
    place: int
    shown: str = Field(description="The values as text, in their default segments.")
    values: dict[str, Any]
    attributes: dict[str, Any]
    external: dict[str, Any]


class OneAttributeAnswer(AttributeAnswer):
    """An attribute with its predefined values, and how many products have it."""

    predefined: list[PredefinedAnswer]
    products: int


class ListAnswer(BaseModel):
    """A global list; `is_unique`: no two of its items have the same value."""

    key: str
    is_unique: bool
    pim_type: str | None
    items: int
    version: int
    updated_at: datetime


class OneListAnswer(ListAnswer):
    """A list with the attributes that are of it."""

    attributes: list[str]


class ListItemAnswer(BaseModel):
    """An item of a list at its place, from 0; `attributes` and `external` are values of its own."""

    id: str
    place: int
    system_name: str | None
    value: Any = Field(description="Of the list's type; by segment where that is segmented.")
    shown: str = Field(description="The value as text, in the default segment.")
    attributes: dict[str, Any]
    external: dict[str, Any]


class SegmentAnswer(BaseModel):
    """A culture, channel, device or market that values can be in."""

    key: str = Field(examples=["culture:da-DK"])
    dimension: Dimension
    code: str
    label: str | None
    version: int
    updated_at: datetime


class CategoryAnswer(BaseModel):
    """A node of the product hierarchies: `parent` is where it stands, `links` where it is shown too."""

    key: str
    name: str
    names: dict[str, str] = NAMES
    parent: str | None
    links: list[str]
    categories: int = Field(description="How many stand directly below it, linked ones too.")
    products: int = Field(description="How many products are placed directly in it.")
    version: int
    updated_at: datetime


class StepAnswer(BaseModel):
    """A node on the way to another."""

    key: str
    name: str


class OneCategoryAnswer(CategoryAnswer):
    """A category with the way to it, and its values."""

    path: list[StepAnswer]
    linked: list[StepAnswer]
    attributes: dict[str, Any]
    external: dict[str, Any]
    plain: dict[str, Any] = Field(description="The values, plainly: a key for each field and segment.")


class PlacedAnswer(BaseModel):
    """A product in a category; `is_primary`: it belongs there."""

    id: int
    sku: str
    name: str
    is_primary: bool


class BrandAnswer(BaseModel):
    """A brand; `parent` is the brand whose sub-brand it is, `brands` how many sub-brands it has."""

    key: str
    name: str
    names: dict[str, str] = NAMES
    parent: str | None
    brands: int
    version: int
    updated_at: datetime


class OneBrandAnswer(BrandAnswer):
    """A brand with the brands above it, and its values."""

    path: list[StepAnswer]
    attributes: dict[str, Any]
    external: dict[str, Any]
    plain: dict[str, Any] = Field(description="The values, plainly: a key for each field and segment.")


def attribute_answer(found: Found) -> AttributeAnswer:
    """An attribute as it is listed."""
    return AttributeAnswer.model_validate(_attribute(found))


def one_attribute_answer(found: Found, products: int) -> OneAttributeAnswer:
    """An attribute with all of it."""
    told = {**_attribute(found), "predefined": predefined_answers(found), "products": products}
    return OneAttributeAnswer.model_validate(told)


def predefined_answers(found: Found) -> list[PredefinedAnswer]:
    """The predefined values of an attribute."""
    several = definition_of(found).predefined
    told = [{**_owned(one), "id": one["id"], "values": one.get("values") or {}} for one in several]
    return [
        PredefinedAnswer.model_validate({**one, "place": place, "shown": _shown(one["values"])})
        for place, one in enumerate(told)
    ]


def list_answer(found: Found) -> ListAnswer:
    """A list as it is listed."""
    return ListAnswer.model_validate(_list(found))


def one_list_answer(found: Found, attributes: Sequence[str]) -> OneListAnswer:
    """A list with what is of it."""
    return OneListAnswer.model_validate({**_list(found), "attributes": attributes})


def item_answer(item: Item) -> ListItemAnswer:
    """An item of a list."""
    value = item.data.get("value")
    told = {"id": item.data["id"], "system_name": item.data.get("system_name"), "place": item.place, "value": value}
    return ListItemAnswer.model_validate({**told, **_owned(item.data), "shown": _shown({"": value})})


def segment_answer(found: Found) -> SegmentAnswer:
    """A registered segment."""
    parts = {name: found.data.get(name) for name in ("dimension", "code", "label")}
    return SegmentAnswer.model_validate({**parts, **_stamps(found)})


def category_answer(found: Found, categories: int, products: int) -> CategoryAnswer:
    """A category as it is listed."""
    return CategoryAnswer.model_validate(_category(found, categories, products))


def one_category_answer(
    found: Found, numbers: tuple[int, int], path: Sequence[tuple[str, Mapping[str, str]]],
    linked: Mapping[str, Mapping[str, str]], lookup: Lookup,
) -> OneCategoryAnswer:  # fmt: skip
    """A category with all of it; `numbers` are of categories and products in it."""
    links = [(key, linked.get(key, {})) for key in found.data.get("links") or []]
    told = {**_category(found, *numbers), "path": steps(path), "linked": steps(links)}
    return OneCategoryAnswer.model_validate({**told, **_owned(found.data), "plain": plain_of(found.data, lookup)})


def brand_answer(found: Found, brands: int) -> BrandAnswer:
    """A brand as it is listed."""
    return BrandAnswer.model_validate(_brand(found, brands))


def one_brand_answer(
    found: Found, brands: int, path: Sequence[tuple[str, Mapping[str, str]]], lookup: Lookup
) -> OneBrandAnswer:
    """A brand with all of it."""
    told = {**_brand(found, brands), **_owned(found.data), "path": steps(path), "plain": plain_of(found.data, lookup)}
    return OneBrandAnswer.model_validate(told)


def steps(path: Sequence[tuple[str, Mapping[str, str]]]) -> list[StepAnswer]:
    """Nodes with the names that they have by default."""
    return [StepAnswer(key=key, name=name_in(names, key)) for key, names in path]


def plain_of(data: Mapping[str, Any], lookup: Lookup) -> dict[str, Any]:
    """The values of a record or an item, plainly."""
    return plain_values(data.get("attributes") or {}, {"external": data.get("external") or {}}, lookup)


def _attribute(found: Found) -> dict[str, Any]:
    definition = definition_of(found)
    fields = [one.as_dict() for one in definition.fields]
    types = [f"list {one.global_list}" if one.global_list else one.pim_type or "?" for one in definition.fields]
    names = ("value_type", "configuration", "is_confidential", "group")
    if found.field_type in ("price", "multi_price"):  # no PIM type
        types = [wire_type(found.field_type)]
    return {
        "code": found.key, "name": found.name, "names": definition.names, "descriptions": definition.descriptions,
        "fields": fields, "types": types,
        "offers": found.data.get("count", len(definition.predefined)),
        "schema_type": wire_type(found.field_type) or None,
        "version": found.version, "updated_at": found.updated_at,
        **{name: getattr(definition, name) for name in names},
    }  # fmt: skip


def _list(found: Found) -> dict[str, Any]:
    parts = {"is_unique": found.data.get("is_unique", False), "pim_type": found.data.get("pim_type")}
    return {**parts, "items": found.data.get("count", len(found.data.get("items") or [])), **_stamps(found)}


def _category(found: Found, categories: int, products: int) -> dict[str, Any]:
    parts = {"parent": found.data.get("parent"), "links": found.data.get("links") or []}
    return {**_named(found), **parts, "categories": categories, "products": products}


def _brand(found: Found, brands: int) -> dict[str, Any]:
    return {**_named(found), "parent": found.data.get("parent"), "brands": brands}


def _named(found: Found) -> dict[str, Any]:
    return {"name": found.name, "names": found.data.get("names") or {}, **_stamps(found)}


def _stamps(found: Found) -> dict[str, Any]:
    return {"key": found.key, "version": found.version, "updated_at": found.updated_at}


def _owned(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: data.get(name) or {} for name in ("attributes", "external")}


def _shown(values: Mapping[str, Any]) -> str:
    """The values of fields as text, each in its default segment."""
    texts = [name_in(one, "") if isinstance(one, dict) else one for one in values.values()]
    return ", ".join(str(one) for one in texts if one is not None)

"""Structured values as plain ones: what ClickHouse, search, lists and facets see of a product.

A plain value has a key as a column of a file has it, without its index: `SIZE/Width`, `NAME` (the default), `NAME:Tda`,
`Ext_WEIGHT`; items of lists and brands are told by their values and names. What belongs here: resolving and flattening.
What doesn't: the same as SQL (`plain_fields`), values of a wizard's fields, which are plain as they are.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.pim.model import AttributeDefinition, FieldDefinition, Json
from segops_pipeline.formats.bizzkit.segments import DEFAULT, LETTERS, Segment

EXTERNAL = "Ext_"
BRAND, MEDIA, ARTICLE = "PBrand", "PMedia", "PArticle"
TEXT_TYPES = ("PString", "PTranslatedString", "PTranslatedStringD")
PLAIN_TYPES = ("PString", "PBoolean", "PDateTime")  # and the numbers
NUMBERS = ("PInt", "PDecimal")

ATTRIBUTES = """
SELECT key, data - 'predefined' AS data FROM records
WHERE workspace_id = :workspace_id AND entity = 'attribute' ORDER BY key COLLATE "C"
"""
LISTS = """
SELECT r.key, r.data ->> 'pim_type' AS pim_type, i.item ->> 'id' AS id, i.item -> 'value' AS value
FROM records r CROSS JOIN LATERAL jsonb_array_elements(r.data -> 'items') WITH ORDINALITY i (item, place)
WHERE r.workspace_id = :workspace_id AND r.entity = 'global_list' AND r.key = ANY(:keys) ORDER BY r.key, i.place
"""
TYPES_OF_LISTS = """
SELECT key, data ->> 'pim_type' AS pim_type FROM records
WHERE workspace_id = :workspace_id AND entity = 'global_list' AND key = ANY(:keys)
"""
BRANDS = """
SELECT key, data -> 'names' AS names FROM records WHERE workspace_id = :workspace_id AND entity = 'brand' ORDER BY key
"""


@dataclass(frozen=True, slots=True)
class Lookup:
    """What values refer to, of one workspace.

    `attributes` are those whose values are not plain as they are stored; `lists` the values of the items by id, for
    each list that one of them is of; `types` the PIM types of these lists; `brands` their names by segment.
    `confidential` are the attributes that no other store is told of.
    """

    attributes: Mapping[str, AttributeDefinition] = field(default_factory=dict[str, AttributeDefinition])
    lists: Mapping[str, Mapping[str, Json]] = field(default_factory=dict[str, dict[str, Json]])
    types: Mapping[str, str | None] = field(default_factory=dict[str, str | None])
    brands: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, dict[str, str]])
    confidential: frozenset[str] = frozenset()


NOTHING = Lookup()


def load_lookup(connection: Connection, workspace_id: int) -> Lookup:
    """Load what the structured values of a workspace refer to; where it has none, that is one short query."""
    bound = {"workspace_id": workspace_id}
    rows = connection.execute(text(ATTRIBUTES), bound)
    known = [AttributeDefinition.from_dict(row.key, row.data) for row in rows]
    confidential = frozenset(one.code for one in known if one.is_confidential)
    attributes = {one.code: one for one in known if one.fields and not is_plain(one)}
    if not attributes:
        return Lookup(confidential=confidential) if confidential else NOTHING
    parts = [part for one in attributes.values() for part in one.fields]
    named = {"keys": sorted({part.global_list for part in parts if part.global_list}), **bound}
    lists: dict[str, dict[str, Json]] = {}
    types: dict[str, str | None] = {}
    if named["keys"]:
        types = {row.key: row.pim_type for row in connection.execute(text(TYPES_OF_LISTS), named)}
        for row in connection.execute(text(LISTS), named):
            lists.setdefault(row.key, {})[row.id] = row.value
    brands: dict[str, Mapping[str, str]] = {}
    if BRAND in {type_of(part, types) for part in parts}:
        brands = {row.key: row.names or {} for row in connection.execute(text(BRANDS), bound)}
    return Lookup(attributes, lists, types, brands, confidential)


def is_plain(definition: AttributeDefinition) -> bool:
    """Whether values of an attribute are stored as those of a wizard's field are: one field of a simple type."""
    if len(definition.fields) != 1 or definition.fields[0].global_list is not None:
        return False
    type_ = definition.fields[0].pim_type or ""
    return type_ == "PString" if definition.is_multi else type_ in PLAIN_TYPES or type_.startswith(NUMBERS)


def type_of(part: FieldDefinition, types: Mapping[str, str | None]) -> str | None:
    """The PIM type of a field's values; of items of a list it is the list's."""
    return part.pim_type if part.global_list is None else types.get(part.global_list)


def plain_values(data: Mapping[str, Json], pim: Mapping[str, Json], lookup: Lookup) -> dict[str, Any]:
    """All of a product as plain values by key: scalars, or lists of them where an attribute has several values.

    Values of attributes that are plain as they are stay exactly so. What the PIM says besides has the names of its
    columns: placements, master, external ids.
    """
    told: dict[str, Any] = {}
    for start, values in (("", data), (EXTERNAL, pim.get("external") or {})):
        for code, value in values.items():
            definition = lookup.attributes.get(code)
            if definition is None:
                told[start + code] = value
            else:
                told.update((start + key, one) for key, one in flattened(definition, value, lookup).items())
    return {**told, **_besides(pim)}


def without_confidential(values: Mapping[str, Json], lookup: Lookup) -> Mapping[str, Json]:
    """Values by attribute code without those of confidential attributes.

    They "should never be exposed to the public via the frontend views" (seed 002, "Confidential attributes"): what is
    in ClickHouse and in vectors is there for others to show.
    """
    if lookup.confidential.isdisjoint(values):
        return values
    return {code: value for code, value in values.items() if code not in lookup.confidential}


def structured_values(data: Mapping[str, Json], pim: Mapping[str, Json], lookup: Lookup) -> dict[str, Any]:
    """Of the plain values those that are not in a product's data under their key, as they are shown beside it."""
    structured = {code: value for code, value in data.items() if code in lookup.attributes}
    return plain_values(structured, pim, lookup) if structured or pim else {}


def flattened(definition: AttributeDefinition, value: Json, lookup: Lookup) -> dict[str, Any]:
    """The plain values of an attribute's value by key; a segment or field without a value has none."""
    several: dict[str, list[Any]] = {}
    for part, one in parts_of(definition, value):
        for segment, scalar in resolved(part, one, lookup).items():
            key = plain_key(definition, part, segment)
            several.setdefault(key, []).append(scalar)
    return {**several} if definition.is_multi else {key: scalars[0] for key, scalars in several.items()}


def plain_key(definition: AttributeDefinition, part: FieldDefinition, segment: str = DEFAULT) -> str:
    """How a plain value is called: the attribute, its field where it has several, the segment unless it is default."""
    named = definition.code if len(definition.fields) == 1 else f"{definition.code}/{part.system_name}"
    return named + suffix(segment)


@lru_cache(maxsize=4_096)
def suffix(segment: str) -> str:
    """A segment's key as a header has it: `:Tda:MDENMARK`; nothing for the default one."""
    if segment == DEFAULT:
        return ""
    one = Segment.of_key(segment)
    return "".join(f":{letter}{said}" for letter, name in LETTERS.items() if (said := getattr(one, name)) is not None)


def parts_of(definition: AttributeDefinition, value: Json) -> Iterator[tuple[FieldDefinition, Json]]:
    """The fields of a value, of each one of a list, with what each has; what has no value is left out."""
    for one in value if isinstance(value, list) else [value]:
        for part in definition.fields:
            inner = one if len(definition.fields) == 1 else one.get(part.system_name) if isinstance(one, dict) else None
            if inner is not None:
                yield part, inner


def resolved(part: FieldDefinition, value: Json, lookup: Lookup) -> dict[str, Any]:
    """A field's value by segment, as people read it: items of lists by value, brands by name."""
    type_ = part.pim_type
    if part.global_list is not None:
        type_ = lookup.types.get(part.global_list)
        item = str(value.get("item")) if isinstance(value, dict) else ""
        value = lookup.lists.get(part.global_list, {}).get(item)
    if value is None:
        return {}
    if type_ in TEXT_TYPES and isinstance(value, dict):
        return {segment: said for segment, said in value.items() if said is not None}
    if type_ == BRAND:
        return {DEFAULT: str(value), **lookup.brands.get(str(value), {})}
    return {DEFAULT: _scalar(value)}


def words_of(definition: AttributeDefinition, value: Json, lookup: Lookup) -> list[str]:
    """The words of a value in every language, each once; of fields that have words."""
    told: dict[str, None] = {}
    for part, one in parts_of(definition, value):
        if has_words(part, lookup):
            told |= {said: None for said in resolved(part, one, lookup).values() if isinstance(said, str)}
    return list(told)


def has_words(part: FieldDefinition, lookup: Lookup) -> bool:
    """Whether a field's values are words that somebody may look for."""
    return type_of(part, lookup.types) in (*TEXT_TYPES, BRAND)


def worded_attributes(lookup: Lookup) -> list[str]:
    """The attributes that have words."""
    return [code for code, one in lookup.attributes.items() if any(has_words(part, lookup) for part in one.fields)]


def searched_values(
    data: Mapping[str, Json], pim: Mapping[str, Json], lookup: Lookup, fields: Sequence[str]
) -> dict[str, Json]:
    """What is searched of a product by field: as it is stored where that is plain, else the words in all languages.

    What only somebody else owns is searched too.
    """
    external: Mapping[str, Json] = pim.get("external") or {}
    told: dict[str, Json] = {}
    for code in fields:
        value = data.get(code, external.get(code))
        if value is not None:
            definition = lookup.attributes.get(code)
            told[code] = value if definition is None else words_of(definition, value, lookup)
    return told


def with_items_named(value: Json, lookup: Lookup) -> Json:
    """A value in which each reference to an item of a list is the item's text, by default; unknown ones stay."""
    if isinstance(value, list):
        return [with_items_named(one, lookup) for one in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"list", "item"}:
        found = lookup.lists.get(str(value["list"]), {}).get(str(value["item"]))
        if isinstance(found, dict):
            found = found.get(DEFAULT) or next(iter(found.values()), None)
        return value if found is None else found
    return {key: with_items_named(one, lookup) for key, one in value.items()}


def _scalar(value: Json) -> Any:  # noqa: ANN401 - any scalar
    """A reference to a medium or an article as a file has it; whatever else as it is."""
    if not isinstance(value, dict):
        return value
    names = ("media", "crop") if "media" in value else ("article", "segment")
    return "|".join(str(value[name]) for name in names if value.get(name) is not None)


def _besides(pim: Mapping[str, Json]) -> dict[str, Any]:
    named = {
        "PrimaryPlacementCategory": "primary", "AdditionalCategoryPlacement": "additional", "VariantOfMaster": "master",
        "ExternalIntId": "external_int", "ExternalStringId": "external_string",
    }  # fmt: skip
    return {key: pim[name] for key, name in named.items() if pim.get(name) not in (None, "", [])}

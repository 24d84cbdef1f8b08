"""Generated catalogues of a PIM, of every kind of record and value, for property tests on records in memory."""

from typing import Any

from hypothesis import strategies as st

from segops_pipeline.catalogue.pim.model import FIELDS_OF_CONFIGURATION, AttributeDefinition, FieldDefinition, Record
from segops_pipeline_tests.bizzkit.memory import MemoryRecords

Json = Any
SEGMENTS = ("culture:da", "culture:en-US", "market:DENMARK", "channel:WEB")
KEYS = ("default", "T:da", "T:en-US", "T:da|M:DENMARK", "C:WEB")
CULTURES = ("default", "T:da", "T:en-US")
LISTS = {"COLOURS": "PString", "SIZES": "PDecimal2", "WORDS": "PTranslatedStringD"}
SKUS = ("P-1", "P-2", "P-3", "=P-4", 'P "5";', "nødder 6")
GUID = "0f8fad5b-d9cb-469f-a165-70867728950e"
KEYWORDS = {"NULL", "IGNORE", "DELETE"}  # which no cell can say
texts = (
    st.text(st.one_of(st.characters(exclude_categories=["Cs", "Cc"]), st.sampled_from(' ;"\n\r=+-@')), max_size=6)
    | st.sampled_from(["007", "1.50", "null", "true", " x ", '"', "a\r\nb"])
).filter(lambda text: text not in KEYWORDS)
SCALARS: dict[str, st.SearchStrategy[Json]] = {
    "PString": texts,
    "PTranslatedString": texts,
    "PTranslatedStringD": texts,
    "PInt16": st.integers(-(2**15), 2**15 - 1),
    "PInt64": st.integers(-(2**53), 2**53) | st.sampled_from([str(2**63 - 1), str(-(2**63))]),
    "PDecimal2": st.integers(-(10**9), 10**9).map(lambda number: _number(number, 2)),
    "PDecimal9": st.integers(-(10**12), 10**12).map(lambda number: _number(number, 9)),
    "PBoolean": st.booleans(),
    "PDateTime": st.sampled_from(["2024-06-04", "2024-06-04T13:55:00+00:00", "2024-06-04T13:55:00.123456"]),
    "PBrand": st.sampled_from(["B1", "B2"]),
    "PMedia": st.just({"media": GUID}) | st.just({"media": GUID, "crop": GUID}),
    "PArticle": st.just({"article": GUID, "segment": "main"}),
}


def _number(scaled: int, places: int) -> int | float:
    value = scaled / 10**places
    return int(value) if value.is_integer() else value


@st.composite
def catalogues(draw: st.DrawFn) -> MemoryRecords:
    """Records that an import could have made: values in their one form, no masters in circles."""
    records = MemoryRecords(_segment(key) for key in SEGMENTS)
    lists = {key: draw(_list(key, type_)) for key, type_ in LISTS.items()}
    definitions = {one.code: one for one in draw(st.lists(_definition(), max_size=5, unique_by=lambda one: one.code))}
    values = _Values(definitions, lists)
    for key, record in lists.items():
        for item in record.data["items"]:
            item.update(draw(values.owned()))
        records.put(record)
        assert record.key == key
    for definition in definitions.values():
        records.put(Record("attribute", definition.code, draw(_with_predefined(definition, values)).as_dict()))
    for number in range(1, 3):
        parent = {"parent": "B1"} if number > 1 and draw(st.booleans()) else {}
        names = draw(_names(at_least=1))
        records.put(Record("brand", f"B{number}", {"names": names, **parent, **_filled(draw(values.owned()))}))
    categories = [f"C{number}" for number in range(1, 4)]
    for place, key in enumerate(categories):
        parent = {"parent": draw(st.sampled_from(categories[:place]))} if place and draw(st.booleans()) else {}
        links = draw(st.lists(st.sampled_from([one for one in categories if one != key]), unique=True, max_size=2))
        data = {"names": draw(_names()), **parent, **({"links": links} if links else {})}
        records.put(Record("category", key, {**data, **_filled(draw(values.owned()))}))
    draw(_products(records, values, categories))
    return records


class _Values:
    def __init__(self, definitions: dict[str, AttributeDefinition], lists: dict[str, Record]) -> None:
        self.definitions, self.lists = definitions, lists

    def owned(self) -> st.SearchStrategy[Json]:
        """PIM-owned and externally owned values of some attributes."""
        given = {code: self.value(one) for code, one in self.definitions.items() if one.fields}
        some = st.fixed_dictionaries({}, optional=given)
        return st.fixed_dictionaries({"attributes": some, "external": some})

    def value(self, definition: AttributeDefinition) -> st.SearchStrategy[Json]:
        item = self.item(definition)
        return st.lists(item, min_size=1, max_size=3) if definition.is_multi else item

    def item(self, definition: AttributeDefinition) -> st.SearchStrategy[Json]:
        if len(definition.fields) == 1:
            return self.field(definition.fields[0])
        parts = {one.system_name: self.field(one) for one in definition.fields}
        return st.fixed_dictionaries({}, optional=parts).filter(bool)

    def field(self, field: FieldDefinition) -> st.SearchStrategy[Json]:
        if field.global_list is not None:
            ids = [item["id"] for item in self.lists[field.global_list].data["items"]]
            return st.sampled_from([{"list": field.global_list, "item": one} for one in ids])
        return _of_type(field.pim_type or "")


def _of_type(pim_type: str) -> st.SearchStrategy[Json]:
    if pim_type not in ("PTranslatedString", "PTranslatedStringD"):
        return SCALARS[pim_type]
    keys = KEYS if pim_type == "PTranslatedStringD" else KEYS[1:]
    return st.dictionaries(st.sampled_from(keys), texts, min_size=1, max_size=3)


def _segment(key: str) -> Record:
    dimension, _, code = key.partition(":")
    return Record("segment", key, {"dimension": dimension, "code": code, "label": code})


@st.composite
def _list(draw: st.DrawFn, key: str, pim_type: str) -> Record:
    values = draw(st.lists(_of_type(pim_type), min_size=1, max_size=3, unique_by=repr))
    ids = sorted(draw(st.lists(st.integers(1, 9), min_size=len(values), max_size=len(values), unique=True)))
    items = [
        {"id": str(id_), "system_name": f"{key}_{id_}", "value": value} for id_, value in zip(ids, values, strict=True)
    ]
    data = {"is_unique": draw(st.booleans()), "pim_type": pim_type, "next_item": max(ids) + 1, "items": items}
    return Record("global_list", key, data)


@st.composite
def _definition(draw: st.DrawFn) -> AttributeDefinition:
    code = draw(st.sampled_from(["SIZE", "TEXT", "colour", "A.B", "Højde", "MIX", "WEIGHT"]))
    configuration = draw(st.none() | st.sampled_from(list(FIELDS_OF_CONFIGURATION)))
    names = draw(_names(at_least=1))
    if configuration is None:
        return AttributeDefinition(code, names)
    fields = tuple(
        FieldDefinition(f"{name}X" if draw(st.booleans()) else name, *draw(_kind()), draw(_names()))
        for name, _ in FIELDS_OF_CONFIGURATION[configuration]
    )
    value_type = draw(st.sampled_from(["SingleValued", "MultiValued"]))
    group = draw(st.none() | st.just("Measures"))
    return AttributeDefinition(
        code, names, draw(_names()), value_type, configuration, fields, draw(st.booleans()), group
    )


def _kind() -> st.SearchStrategy[tuple[str | None, str | None]]:
    return st.sampled_from(list(SCALARS)).map(lambda one: (one, None)) | st.sampled_from(list(LISTS)).map(
        lambda one: (None, one)
    )


def _names(at_least: int = 0) -> st.SearchStrategy[dict[str, str]]:
    words = texts.filter(lambda text: bool(text.strip()))
    return st.dictionaries(st.sampled_from(CULTURES), words, min_size=at_least, max_size=3)


@st.composite
def _with_predefined(draw: st.DrawFn, definition: AttributeDefinition, values: _Values) -> AttributeDefinition:
    """Some attributes of several fields offer values: those of one field would have to have those of all products."""
    is_of_lists = any(one.global_list for one in definition.fields)
    if len(definition.fields) < 2 or is_of_lists or not draw(st.booleans()):
        return definition
    parts = {one.system_name: values.field(one) for one in definition.fields}
    given = draw(st.lists(st.fixed_dictionaries({}, optional=parts), max_size=2))
    items = tuple(
        {"id": str(2 * number), "values": one, **draw(values.owned())} for number, one in enumerate(given, start=1)
    )
    from dataclasses import replace

    return replace(definition, predefined=items, next_item=2 * len(items) + 3)


@st.composite
def _products(draw: st.DrawFn, records: MemoryRecords, values: _Values, categories: list[str]) -> None:
    skus = SKUS[: draw(st.integers(0, len(SKUS)))]
    members: dict[str, list[str]] = {}
    for place, sku in enumerate(skus):
        owned = draw(values.owned())
        pim: dict[str, Json] = {"external": owned["external"]} if owned["external"] else {}
        placed = draw(st.lists(st.sampled_from(categories), unique=True, max_size=3))
        if placed and draw(st.booleans()):
            pim["primary"] = placed.pop()
        if placed:
            pim["additional"] = placed
        pim.update(draw(st.fixed_dictionaries({}, optional={
            "external_int": st.integers(-(2**31), 2**31 - 1), "external_string": texts,
        })))  # fmt: skip
        if place and draw(st.booleans()):
            pim["master"] = draw(st.sampled_from(skus[:place]))
            members.setdefault(pim["master"], []).append(sku)
        name = draw(st.sampled_from([sku, "Chair"]))
        records.put(Record("product", sku, owned["attributes"], pim, name))
    for master, variants in members.items():
        record = records.get("product", master)
        assert record is not None
        record.pim["variants"] = draw(st.permutations(variants))
    for sku in skus[:2]:
        others = [one for one in skus if one != sku]
        items = draw(st.lists(st.sampled_from(others), unique=True, max_size=2)) if others else []
        bundle = [{"item": one, "amount": draw(SCALARS["PDecimal2"]), **draw(_attached(values))} for one in items]
        if bundle:
            record = records.get("product", sku)
            assert record is not None
            record.pim["bundle"] = bundle


@st.composite
def _attached(draw: st.DrawFn, values: _Values) -> dict[str, Json]:
    note = draw(texts)
    return {**({"note": note} if note else {}), **_filled(draw(values.owned()))}


def _filled(owned: dict[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in owned.items() if value}

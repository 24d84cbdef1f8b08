"""Changing the value of an attribute: a new value of the shape that its definition gives, never the old one in place.

A part of a value is named by an index (of a multi-valued attribute), a field and a segment; a part without a value is
left out, so that a value has one form: `{"Width": 2}` where Height has none, `{}` where both have none, null where a
single field has none. An empty text is a value; an item of a list stays though it is empty. Null takes a part away.

What belongs here: pure functions over values and definitions. What doesn't: cells and keywords (`assign`).
"""

from collections.abc import Callable

from segops_pipeline.catalogue.pim.model import AttributeDefinition, FieldDefinition, Json, Record
from segops_pipeline.formats.bizzkit.segments import DEFAULT

Put = Callable[[Json, Json], Json]  # the old value and the part's new one, to the new value
Get = Callable[[Json], Json]


class ItemMissing(LookupError):
    """An item cannot be put at `index`, for the value has only `length` items: that would leave a hole."""

    def __init__(self, index: int, length: int) -> None:
        super().__init__(f"no item {index} after {length} items")
        self.index, self.length = index, length


def changeable(record: Record) -> Record:
    """A copy of a record whose values may be replaced, none of them changed in place: cheaper than `copied`."""
    data, pim = dict(record.data), dict(record.pim)
    if record.entity != "product":
        for name in ("attributes", "external"):
            if name in data:
                data[name] = dict(data[name])
    if "external" in pim:
        pim["external"] = dict(pim["external"])
    return Record(record.entity, record.key, data, pim, record.name, record.version)


def empty_value(definition: AttributeDefinition) -> Json:
    """What an attribute has that is assigned without a value: null, `{}` or `[]`."""
    return [] if definition.is_multi else empty_item(definition)


def empty_item(definition: AttributeDefinition) -> Json:
    """What one item of a multi-valued attribute is without a value, or the value of a single-valued one."""
    return {} if len(definition.fields) != 1 or definition.fields[0].is_segmented else None


def is_empty(value: Json) -> bool:
    """Whether a value or part of one is none: null, `{}` or `[]`; an empty text, 0 and false are values."""
    return value is None or value == {} or value == []


def get(
    value: Json, definition: AttributeDefinition, index: int | None = None, field: str | None = None,
    segment: str | None = None,
) -> Json:  # fmt: skip
    """A part of a value; null where it has none. Without `index`, `field` and `segment` each means all of them."""
    return getter(definition, index, field, segment)(value)


def put(
    value: Json, part: Json, definition: AttributeDefinition, index: int | None = None, field: str | None = None,
    segment: str | None = None,
) -> Json:  # fmt: skip
    """The value with a part replaced, or taken away where `part` is null; `segment` is a segment's key.

    Raises:
        ItemMissing: the items before `index` are not all there.
    """
    return putter(definition, index, field, segment)(value, part)


def remove_segment(
    value: Json, definition: AttributeDefinition, segment: str, index: int | None = None, field: str | None = None
) -> Json:
    """The value without a segment of a field; as it is where it has no such item."""
    if definition.is_multi and (index is None or not isinstance(value, list) or index >= len(value)):
        return value
    return put(value, None, definition, index, field, segment)


def getter(definition: AttributeDefinition, index: int | None, field: str | None, segment: str | None) -> Get:
    """`get`, prepared for one part of many values."""
    name = _named(definition, field)
    one_field = len(definition.fields) == 1

    def read(value: Json) -> Json:
        if definition.is_multi and index is not None:
            value = value[index] if isinstance(value, list) and index < len(value) else None
        if name is not None and not one_field:
            value = _as_dict(value).get(name)
        return value if segment is None else _segments(value).get(segment)

    return read


def putter(definition: AttributeDefinition, index: int | None, field: str | None, segment: str | None) -> Put:
    """`put`, prepared for one part of many values."""
    put_one = item_putter(definition, field, segment)
    if not definition.is_multi:
        return put_one
    if index is None:
        return _put_whole(definition)
    empty = empty_item(definition)

    def put_item(old: Json, part: Json) -> Json:
        items: list[Json] = list(old) if isinstance(old, list) else []
        if index > len(items):
            raise ItemMissing(index, len(items))
        if index == len(items):
            items.append(put_one(empty, part))
        else:
            items[index] = put_one(items[index], part)
        return items

    return put_item


def item_putter(definition: AttributeDefinition, field: str | None, segment: str | None) -> Put:
    """`put` into one item of a multi-valued attribute, or into the value of a single-valued one."""
    name = _named(definition, field)
    if name is None:
        return _put_item_whole(definition)
    chosen = definition.field_named(name)
    put_field = _field_putter(chosen is not None and chosen.is_segmented, segment)
    if len(definition.fields) == 1:
        return put_field

    def put_named(old: Json, part: Json) -> Json:
        fields = _as_dict(old)
        new = put_field(fields.get(name), part)
        if is_empty(new):
            return {key: value for key, value in fields.items() if key != name}
        return {**fields, name: new}

    return put_named


def canonical(value: Json, definition: AttributeDefinition) -> Json:
    """A value in its one form, whoever made it: parts without a value left out, the rest as it is.

    A scalar under a segmented field counts as its default value.
    """
    if definition.is_multi:
        if value is None:
            return []
        items: list[Json] = value if isinstance(value, list) else [value]
        return [_canonical_item(item, definition) for item in items]
    return _canonical_item(value, definition)


def _canonical_item(value: Json, definition: AttributeDefinition) -> Json:
    if len(definition.fields) == 1:
        return _canonical_field(value, definition.fields[0])
    given = _as_dict(value)
    parts = ((one.system_name, _canonical_field(given.get(one.system_name), one)) for one in definition.fields)
    return {name: part for name, part in parts if not is_empty(part)}


def _canonical_field(value: Json, field: FieldDefinition) -> Json:
    if not field.is_segmented:
        return value
    return {key: text for key, text in _segments(value).items() if text is not None}


def _field_putter(is_segmented: bool, segment: str | None) -> Put:
    if segment is None:
        return (lambda _, part: {} if part is None else part) if is_segmented else (lambda _, part: part)

    def put_segment(old: Json, part: Json) -> Json:
        segments = _segments(old)
        if part is None:
            return {key: value for key, value in segments.items() if key != segment}
        return {**segments, segment: part}

    return put_segment


def _put_whole(definition: AttributeDefinition) -> Put:
    return lambda _, part: empty_value(definition) if part is None else part


def _put_item_whole(definition: AttributeDefinition) -> Put:
    return lambda _, part: empty_item(definition) if part is None else part


def _named(definition: AttributeDefinition, field: str | None) -> str | None:
    """The field's name as the definition spells it; the only one of an attribute need not be named."""
    if field is None:
        return definition.fields[0].system_name if len(definition.fields) == 1 else None
    chosen = definition.field_named(field)
    return field if chosen is None else chosen.system_name


def _segments(value: Json) -> dict[str, Json]:
    if value is None or isinstance(value, dict):
        return value or {}
    return {DEFAULT: value}


def _as_dict(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}

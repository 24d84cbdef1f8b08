"""Structured values in lists of products: found by words, filtered, counted and put in order, as SQL.

Each attribute's field and segment is a field of its own, called as `plain` calls its values. What belongs here: what
such a field is, and its SQL over the product `p`. What doesn't: fields of the schema (`catalogue.filters`). Keys and
values are bound, never written into a statement.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.pim.model import AttributeDefinition, FieldDefinition
from segops_pipeline.catalogue.pim.plain import (
    BRAND,
    NUMBERS,
    TEXT_TYPES,
    Lookup,
    has_words,
    plain_key,
    type_of,
    worded_attributes,
)
from segops_pipeline.formats.bizzkit.segments import DEFAULT, LETTERS, Segment

Bind = Callable[[object], str]
Kind = Literal["text", "number", "boolean", "datetime"]
KINDS: Mapping[str, Kind] = {"PBoolean": "boolean", "PDateTime": "datetime"}
LOOKED_AT = 1_000  # products, to see which segments are in use

STRINGS = "jsonb_path_query_array({0}, '$.** ? (@.type() == \"string\")')::text"
SEGMENTS = """
SELECT DISTINCT v.key AS code, s.segment
FROM (SELECT p.data FROM products p WHERE p.workspace_id = :workspace_id AND jsonb_exists_any(p.data, :codes)
    LIMIT :looked_at) p
CROSS JOIN LATERAL jsonb_each(p.data) v
CROSS JOIN LATERAL jsonb_object_keys(CASE WHEN jsonb_typeof(v.value) = 'object' THEN v.value ELSE '{}' END) s (segment)
WHERE v.key = ANY(:codes)
"""


@dataclass(frozen=True, slots=True)
class PlainField:
    """A field of an attribute in a segment.

    `path` leads to its value in the data of a product (from each value of a multi-valued attribute); `options` are the
    texts of its values where they are keys of something: items of a list, brands.
    """

    key: str
    label: str
    kind: Kind
    is_multi: bool
    path: tuple[str, ...]
    options: Mapping[str, str] | None = None

    @property
    def type(self) -> str:
        """The type of a wizard's field that is most like it."""
        return "list" if self.is_multi else self.kind

    def json(self, bind: Bind) -> str:
        """Its value as jsonb, which is null without one; of a multi-valued one an array."""
        if not self.is_multi:
            return f"(p.data #> CAST({bind(list(self.path))} AS text[]))"
        code, *inner = (json.dumps(name, ensure_ascii=False) for name in self.path)
        path = "".join([f"$.{code}[*]", *(f".{name}" for name in inner)])
        return f"nullif(jsonb_path_query_array(p.data, CAST({bind(path)} AS jsonpath)), '[]')"

    def text(self, bind: Bind) -> str:
        """Its value as text, where it has one."""
        return f"({self.json(bind)} #>> '{{}}')"

    def equals(self, said: str, bind: Bind) -> str:
        """Whether it has this value; blank: whether it has none."""
        said = said.strip()
        if not said:
            return f"{self.json(bind)} IS NULL"
        values = [said] if self.options is None else [key for key, shown in self.options.items() if shown == said]
        if self.is_multi:
            return f"jsonb_exists_any({self._texts(bind)}, {bind(values)})"
        if self.kind == "number" and (number := _number(said)) is not None:
            same = f"{self.json(bind)} = to_jsonb(CAST({bind(number)} AS numeric))"
            return f"({self.text(bind)} = {bind(said)} OR {same})"
        if self.kind == "boolean":
            values = [{"yes": "true", "ja": "true", "no": "false", "nein": "false"}.get(said.lower(), said.lower())]
        return f"{self.text(bind)} = ANY({bind(values)})"

    def place(self, bind: Bind) -> str:
        """What products are ordered by: the value, of keys the text that they stand for."""
        if self.options is None or self.is_multi:
            return self.json(bind) if self.kind == "number" and not self.is_multi else self.text(bind)
        ordered = sorted(self.options, key=lambda key: (self.options or {})[key].casefold())
        return f"array_position({bind(ordered)}, {self.text(bind)})"

    def shown(self, value: str) -> str | None:
        """A value as people read it; None: its item is not there, or not in this segment."""
        return value if self.options is None else self.options.get(value)

    def _texts(self, bind: Bind) -> str:
        """The values of a multi-valued one as an array of texts."""
        if self.kind == "text":
            return self.json(bind)
        return f"(SELECT jsonb_agg(e) FROM jsonb_array_elements_text({self.json(bind)}) e)"


def plain_field(key: str, lookup: Lookup) -> PlainField | None:
    """The field that a key such as `NAME:Tda` or `SIZE/Width` names; None: there is none."""
    named, *segments = key.split(":")
    code, _, system_name = named.partition("/")
    definition = lookup.attributes.get(code)
    segment = _segment(segments)
    if definition is None or segment is None:
        return None
    part = definition.field_named(system_name) if system_name else None
    if not system_name and len(definition.fields) == 1:
        part = definition.fields[0]
    return None if part is None else _field(definition, part, segment.key, lookup)


def plain_fields(connection: Connection, workspace_id: int, lookup: Lookup) -> list[PlainField]:
    """The fields of all structured attributes, in the default segment and in those that products have values in."""
    segmented = [code for code, one in lookup.attributes.items() if len(one.fields) == 1 and one.fields[0].is_segmented]
    used: dict[str, set[str]] = {}
    if segmented:
        bound = {"workspace_id": workspace_id, "codes": segmented, "looked_at": LOOKED_AT}
        for row in connection.execute(text(SEGMENTS), bound):
            used.setdefault(row.code, set()).add(row.segment)
    return [
        one
        for definition in lookup.attributes.values()
        for part in definition.fields
        for segment in _segments_of(definition, part, used.get(definition.code, set()), lookup)
        if (one := _field(definition, part, segment, lookup)) is not None
    ]


def worded(lookup: Lookup, bind: Bind) -> list[str]:
    """SQL of the texts that are searched besides those of the schema: in all languages, and of other owners."""
    codes = [
        code for code in worded_attributes(lookup) if any(_is_text(part) for part in lookup.attributes[code].fields)
    ]
    found = [STRINGS.format(f"(p.data -> CAST({bind(code)} AS text))") for code in codes]
    return [*found, STRINGS.format("(p.pim -> 'external')")] if lookup.attributes else []


def naming(lookup: Lookup, word: str, bind: Bind) -> list[str]:
    """SQL conditions, one of which holds where a product has an item of a list, or a brand, with a word in its text."""
    found: list[str] = []
    for definition in lookup.attributes.values():
        for part in definition.fields:
            keys = _keys_with(part, word, lookup)
            if keys:
                options = _field(definition, part, DEFAULT, lookup)
                assert options is not None
                has = "jsonb_exists_any({0}, {1})" if options.is_multi else "({0} #>> '{{}}') = ANY({1})"
                found.append(has.format(options.json(bind), bind(keys)))
    return found


def _segment(parts: Sequence[str]) -> Segment | None:
    given: dict[str, str] = {}
    for part in parts:
        name = LETTERS.get(part[:1])
        if name is None or name in given or not part[1:]:
            return None
        given[name] = part[1:]
    return Segment(**given)


def _field(definition: AttributeDefinition, part: FieldDefinition, segment: str, lookup: Lookup) -> PlainField | None:
    """The field of an attribute in a segment; None where it cannot have one."""
    type_ = type_of(part, lookup.types) or ""
    options = _options(part, type_, segment, lookup)
    if segment != DEFAULT and not part.is_segmented and not options:
        return None
    path = [definition.code]
    if len(definition.fields) > 1:
        path.append(part.system_name)
    if part.is_segmented:
        path.append(segment)
    if part.global_list is not None:
        path.append("item")
    kind: Kind = "number" if type_.startswith(NUMBERS) else KINDS.get(type_, "text")
    label = definition.names.get(DEFAULT) or definition.code
    if len(definition.fields) > 1:
        label = f"{label}, {part.names.get(DEFAULT) or part.system_name}"
    if segment != DEFAULT:
        label = f"{label} ({', '.join(one.partition(':')[2] for one in segment.split('|'))})"
    kind = "text" if options is not None else kind
    return PlainField(plain_key(definition, part, segment), label, kind, definition.is_multi, tuple(path), options)


def _options(part: FieldDefinition, type_: str, segment: str, lookup: Lookup) -> dict[str, str] | None:
    if part.global_list is not None:
        values: Mapping[str, Any] = lookup.lists.get(part.global_list, {})
    elif type_ == BRAND:
        values = {key: {DEFAULT: key, **names} for key, names in lookup.brands.items()}
    else:
        return None
    if segment != DEFAULT:
        return {key: str(said[segment]) for key, said in values.items() if isinstance(said, dict) and segment in said}
    return {key: said for key, value in values.items() if (said := _in_default(value)) is not None}


def _in_default(value: Any) -> str | None:  # noqa: ANN401 - any value of an item
    """The text of a value without a segment: its default one, else its first."""
    if isinstance(value, dict):
        value = value.get(DEFAULT) or next(iter(value.values()), None)
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _segments_of(
    definition: AttributeDefinition, part: FieldDefinition, used: set[str], lookup: Lookup
) -> Iterator[str]:
    if part.is_segmented:
        yield from [DEFAULT] if part.has_default or len(definition.fields) > 1 else []
        yield from sorted(used - {DEFAULT})
        return
    yield DEFAULT
    if part.global_list is not None:
        values = lookup.lists.get(part.global_list, {}).values()
        yield from sorted({name for one in values if isinstance(one, dict) for name in one} - {DEFAULT})


def _keys_with(part: FieldDefinition, word: str, lookup: Lookup) -> list[str]:
    """The items or brands that have a word in their text, in any language."""
    if not has_words(part, lookup):
        return []
    if part.global_list is not None:
        values: Mapping[str, Any] = lookup.lists.get(part.global_list, {})
    elif part.pim_type == BRAND:
        values = lookup.brands
    else:
        return []
    return [key for key, value in values.items() if any(word in said.lower() for said in _texts(key, value, part))]


def _texts(key: str, value: Any, part: FieldDefinition) -> Iterator[str]:  # noqa: ANN401 - any value of an item
    if part.global_list is None:
        yield key
    for said in value.values() if isinstance(value, dict) else [value]:
        if isinstance(said, str):
            yield said


def _is_text(part: FieldDefinition) -> bool:
    return part.global_list is None and (part.pim_type or "") in TEXT_TYPES


def _number(said: str) -> Decimal | None:
    try:
        return Decimal(said)
    except InvalidOperation:
        return None

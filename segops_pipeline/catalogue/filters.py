"""Which products somebody wants to see: words, values of fields, ranges, and in which order, as SQL.

What belongs here: a filter checked against the schema and written as a condition, which listing, facets and export
share. What doesn't: running it. Keys of fields and all values are bound, never written into a statement.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from segops_pipeline.catalogue.pim.plain import NOTHING, Lookup
from segops_pipeline.catalogue.pim.plain_fields import PlainField, naming, plain_field, worded
from segops_pipeline.errors import WrongUsage
from segops_pipeline.inference.context import Value
from segops_pipeline.inference.fields import SchemaField
from segops_pipeline.inference.values import Refusal, cast, decide_context

SOURCES = ("csv", "api", "manual")
COLUMNS = ("sku", "name", "id", "created_at", "updated_at")
TIMES = ("created_at", "updated_at")
MOST_WORDS = 20
SEARCHED_TYPES = ("text", "list", "url")
SPECIAL, ESCAPED = re.compile(r"([%_\\])"), r"\\\1"  # of LIKE
UNESCAPED = re.compile(r"\\(.)")
QUOTED = re.compile(r'["\\\x00-\x1f]')  # what JSON writes otherwise, or LIKE
ANYWHERE = "lower(concat_ws(chr(10), p.sku, p.name, p.data::text, p.pim ->> 'external'))"
ARGUMENTS = 90  # of one call; PostgreSQL takes 100

# a type can have been changed since a value was written: what is no number is passed over, not an error
NUMBER = """CASE WHEN length({0}) < 300 AND {0} ~ '^-?[0-9]+([.][0-9]+)?([eE][-+]?[0-9]{{1,3}})?$'
    THEN ({0})::numeric END"""
# a multi_price has several
ANY_AMOUNT = """EXISTS (SELECT FROM jsonb_path_query(p.data -> {key}, '$ ? (@.amount != null)') e
    WHERE {amount} {compared} AND (CAST({currency} AS text) IS NULL OR e ->> 'currency' = {currency}))"""
AMOUNT = """({amount} {compared}
    AND (CAST({currency} AS text) IS NULL OR p.data -> {key} ->> 'currency' = {currency}))"""


@dataclass(frozen=True, slots=True)
class ListingFilter:
    """What is looked for; without anything it is every active product, by sku.

    `q`: words that each stand in the sku, the name or a text of the product. `fields`: for a field (or sku, name)
    the values of which it has one; of a list one item is enough, and '' is a field without a value. `at_least` and
    `at_most` bound fields of numbers, prices and dates, and created_at and updated_at. `sources` are csv, api, manual;
    `is_active` None: both. `order`: a field, or sku, name, id, created_at, updated_at; '-' before it: descending.
    """

    q: str = ""
    fields: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    at_least: Mapping[str, str] = field(default_factory=dict[str, str])
    at_most: Mapping[str, str] = field(default_factory=dict[str, str])
    sources: Sequence[str] = ()
    is_active: bool | None = True
    order: str = "sku"

    def without(self, key: str) -> "ListingFilter":
        """The same without what is wanted of one field."""
        return replace(self, fields={name: values for name, values in self.fields.items() if name != key})


@dataclass(frozen=True, slots=True)
class Conditions:
    """A filter as SQL over the product `p`, with what is bound to it; products of one `place` are in order of sku."""

    where: str
    place: str
    direction: str
    bound: dict[str, Any]

    @property
    def words(self) -> dict[str, str]:
        """The parts of a statement by their names."""
        return {"where": self.where, "place": self.place, "direction": self.direction}


def conditions(
    workspace_id: int, wanted: ListingFilter, fields: Sequence[SchemaField], lookup: Lookup = NOTHING
) -> Conditions:
    """Write a filter as SQL.

    Args:
        workspace_id: whose products.
        wanted: the filter.
        fields: the schema of the workspace.
        lookup: what its structured values refer to.

    Raises:
        WrongUsage: a field that there is not, or a value that none of its field can be.
    """
    made = _Making({one.key: one for one in fields}, lookup)
    made.bound["workspace_id"] = workspace_id
    parts = ["p.workspace_id = :workspace_id"]
    if wanted.is_active is not None:
        parts.append("p.is_active" if wanted.is_active else "NOT p.is_active")
    if wanted.sources:
        for source in wanted.sources:
            if source not in SOURCES:
                raise WrongUsage(f"There is no source '{_shown(source)}'.", f"Choose one of: {', '.join(SOURCES)}.")
        parts.append(f"p.source = ANY({made.bind(list(wanted.sources))})")
    parts += made.words(wanted.q)
    parts += [made.one_of(key, values) for key, values in wanted.fields.items()]
    parts += [made.bounded(key, ">=", value) for key, value in wanted.at_least.items()]
    parts += [made.bounded(key, "<=", value) for key, value in wanted.at_most.items()]
    is_falling = wanted.order.startswith("-")
    place = made.place(wanted.order.removeprefix("-"))
    return Conditions(" AND ".join(parts), place, "DESC" if is_falling else "ASC", made.bound)


def like_patterns(said: str) -> list[str]:
    """Each word as a pattern of LIKE that finds it within a text in lower case.

    Raises:
        WrongUsage: the words have a NUL character.
    """
    words = _clean("q", said).lower().split()[:MOST_WORDS]
    return [f"%{SPECIAL.sub(ESCAPED, word)}%" for word in words]


class _Making:
    """The parts of one condition, and what is bound to them."""

    def __init__(self, fields: Mapping[str, SchemaField], lookup: Lookup) -> None:
        self._fields = fields
        self._lookup = lookup
        self.bound: dict[str, Any] = {}

    def bind(self, value: object) -> str:
        name = f"b{len(self.bound)}"
        self.bound[name] = value
        return f":{name}"

    def words(self, said: str) -> list[str]:
        """Each word stands somewhere in the product, in whatever case."""
        patterns = like_patterns(said)
        if not patterns:
            return []
        searched = [one.key for one in self._fields.values() if one.type in SEARCHED_TYPES]
        texts = ["p.sku", "p.name", *(f"p.data ->> {self._key(key)}" for key in searched)]
        texts += worded(self._lookup, self.bind)
        calls = [", ".join(texts[start : start + ARGUMENTS]) for start in range(0, len(texts), ARGUMENTS)]
        text = " || chr(10) || ".join(f"concat_ws(chr(10), {call})" for call in calls)
        named = {word: found for word in patterns if (found := naming(self._lookup, _word(word), self.bind))}
        elsewhere = [word for word in patterns if word not in named]
        parts = [f"lower({text}) LIKE ALL({self.bind(elsewhere)})"] if elsewhere else []
        if self._lookup.attributes:  # a cheap look first: what is not in the whole of the data is in no part of it
            near = [word for word in elsewhere if not QUOTED.search(word)]
            parts = [*([f"{ANYWHERE} LIKE ALL({self.bind(near)})"] if near else []), *parts]
        return [*parts, *(f"({' OR '.join(named[word])} OR lower({text}) LIKE {self.bind(word)})" for word in named)]

    def one_of(self, key: str, values: Sequence[str]) -> str:
        """The field has one of the values."""
        if key in ("sku", "name"):
            return f"p.{key} = ANY({self.bind([_clean(key, value) for value in values])})"
        structured = self._structured(key)
        if structured is not None:
            return f"({' OR '.join(structured.equals(_clean(key, value), self.bind) for value in values)})"
        one = self._field(key)
        return f"({' OR '.join(self._equals(one, _clean(key, value)) for value in values)})"

    def bounded(self, key: str, compared: str, said: str) -> str:
        """The field is at least, or at most, a value."""
        said = _clean(key, said)
        if key in TIMES:
            return f"p.{key} {compared} CAST({self.bind(_moment(key, said))} AS timestamptz)"
        structured = self._structured(key)
        one = self._field(key) if structured is None else SchemaField(key, structured.label, structured.type)
        there = f"(p.data ->> {self._key(key)})" if structured is None else structured.text(self.bind)
        value = _value(one, said)
        if one.type == "number":
            return f"{NUMBER.format(there)} {compared} CAST({self.bind(str(value))} AS numeric)"
        if one.type in ("price", "multi_price"):
            return self._amount(one, compared, value)
        if one.type == "datetime":  # a day is all of it
            bound = self.bind(value)
            return f'left({there}, length({bound})) COLLATE "C" {compared} {bound}'
        raise WrongUsage(
            f"'{key}' is of the type {one.type}, which has no order.",
            "Ranges are of fields of numbers, prices and dates, and of created_at and updated_at.",
            column=key,
        )

    def place(self, key: str) -> str:
        """What products are ordered by."""
        if key in COLUMNS:
            return f"p.{key}"
        structured = self._structured(key)
        if structured is not None:
            return structured.place(self.bind)
        one = self._field(key, COLUMNS)
        name = self._key(key)
        if one.type == "number":
            return NUMBER.format(f"(p.data ->> {name})")
        if one.type == "price":
            return NUMBER.format(f"(p.data -> {name} ->> 'amount')")
        if one.type == "multi_price":
            return NUMBER.format(f"(jsonb_path_query_first(p.data -> {name}, '$.amount') #>> '{{}}')")
        return f"p.data ->> {name}"

    def _equals(self, one: SchemaField, said: str) -> str:
        name = self._key(one.key)
        if not said.strip():
            return f"NOT jsonb_exists(p.data, {name})"
        if one.type == "list":
            # an item is a text of its own, whatever a separator in it would make of it
            return f"jsonb_exists(p.data -> {name}, {self.bind(said.strip())})"
        value = _value(one, said)
        if one.type in ("price", "multi_price"):
            return self._amount(one, "=", value)
        return f"p.data -> {name} = CAST({self.bind(json.dumps(value))} AS jsonb)"

    def _amount(self, one: SchemaField, compared: str, value: Value) -> str:
        """Some price of the field compares to one; of whatever currency where that names none."""
        price = value[0] if isinstance(value, list) else value
        assert isinstance(price, dict)
        key, currency = self._key(one.key), self.bind(price.get("currency"))
        compared = f"{compared} CAST({self.bind(price['amount'])} AS numeric)"
        if one.type == "price":
            amount = NUMBER.format(f"(p.data -> {key} ->> 'amount')")
            return AMOUNT.format(key=key, amount=amount, compared=compared, currency=currency)
        amount = NUMBER.format("(e ->> 'amount')")
        return ANY_AMOUNT.format(key=key, amount=amount, compared=compared, currency=currency)

    def _key(self, key: str) -> str:
        return f"CAST({self.bind(key)} AS text)"

    def _structured(self, key: str) -> PlainField | None:
        return None if key in self._fields else plain_field(key, self._lookup)

    def _field(self, key: str, besides: Sequence[str] = ("sku", "name")) -> SchemaField:
        if key not in self._fields:
            known = ", ".join([*besides, *self._fields, *self._lookup.attributes])
            raise WrongUsage(f"The workspace has no field '{_shown(key)}'.", f"Its fields are: {known}.")
        return self._fields[key]


def _value(one: SchemaField, said: str) -> Value:
    """The value that a text is, of the field's type."""
    value = cast(said, one.type, decide_context([said], one.type, None))
    if isinstance(value, Refusal):
        raise WrongUsage(value.message, value.suggestion, column=one.key, value=_shown(said))
    return value


def _moment(key: str, said: str) -> str:
    try:
        return datetime.fromisoformat(said.strip()).isoformat()
    except ValueError:
        raise WrongUsage(
            f"'{_shown(said)}' is no moment.", "Write it as 2024-05-31 or 2024-05-31T12:30:00+02:00.", column=key
        ) from None


def _clean(key: str, said: str) -> str:
    if "\x00" in said:
        raise WrongUsage("A text has a NUL character.", "Remove the character.", column=key)
    return said


def _word(pattern: str) -> str:
    """The word that a pattern of LIKE was made of."""
    return UNESCAPED.sub(r"\1", pattern[1:-1])


def _shown(said: str) -> str:
    return said[:60]

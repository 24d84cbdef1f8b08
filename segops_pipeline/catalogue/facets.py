"""The values that products have in fields of text and lists, with how many have each: what a person filters by.

Fields of structured attributes are among them, each in its segments; items of lists are counted by their values.

What belongs here: counting them. What doesn't: which products are looked at (`filters`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.filters import Conditions, ListingFilter, conditions
from segops_pipeline.catalogue.pim.plain import Lookup, load_lookup
from segops_pipeline.catalogue.pim.plain_fields import PlainField, plain_field, plain_fields
from segops_pipeline.catalogue.schema import load_fields
from segops_pipeline.errors import WrongUsage
from segops_pipeline.inference.fields import SchemaField

TYPES = ("text", "list")
MOST_VALUES = 200
LONGEST_VALUE = 200  # characters: a description is nothing to choose
LOOKED_AT = 1_000  # products, to see which fields have values that come again
LEAST_USES = 2  # of a value, on average, for a field to be a facet where nobody asked for it

SAMPLE = """
SELECT {counts} FROM (SELECT p.data FROM products p WHERE {where} LIMIT :looked_at) p
"""
USES = "count({value}), count(DISTINCT {value})"
FOUND = """
WITH found AS MATERIALIZED (SELECT {values} FROM products p WHERE {where})
{counts}
"""
COUNTED = {
    "text": """(SELECT {place} AS place, f{place} AS value, count(*) AS number, count(*) OVER () AS distinct
    FROM found WHERE length(f{place}) <= :longest GROUP BY 2 ORDER BY 3 DESC, 2 LIMIT :values)""",
    "list": """(SELECT {place} AS place, v AS value, count(*) AS number, count(*) OVER () AS distinct
    FROM found CROSS JOIN LATERAL jsonb_array_elements_text(
        CASE WHEN jsonb_typeof(f{place}) = 'array' THEN f{place} END) v
    WHERE length(v) <= :longest GROUP BY 2 ORDER BY 3 DESC, 2 LIMIT :values)""",
}


Counted = SchemaField | PlainField


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value, and how many of the products have it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Facet:
    """A field with its most frequent values; `distinct` is how many it has in all."""

    field: str
    label: str
    type: str
    distinct: int
    values: tuple[FacetValue, ...]


def facets(
    connection: Connection,
    workspace_id: int,
    wanted: ListingFilter,
    keys: Sequence[str] = (),
    limit: int = 20,
) -> list[Facet]:
    """The most frequent values of fields among the products that are wanted, the most frequent first.

    Of a field that is itself filtered the other values are counted too, as if it were not, so that a person can
    choose another. Values of more than 200 characters are left out.

    Args:
        connection: a session of the workspace.
        workspace_id: the workspace.
        wanted: which products are looked at.
        keys: the fields; none: every field of text or lists whose values come again.
        limit: how many values of each, at most 200.

    Raises:
        WrongUsage: a field that there is not, or that is neither of text nor a list.
    """
    fields, lookup = load_fields(connection), load_lookup(connection, workspace_id)
    chosen = _chosen(fields, lookup, keys)
    if not keys:
        chosen += [one for one in plain_fields(connection, workspace_id, lookup) if _can_be_chosen(one)]
        chosen = _with_options(connection, conditions(workspace_id, wanted, fields, lookup), chosen, wanted)
    own = [one for one in chosen if one.key in wanted.fields]
    others = [one for one in chosen if one.key not in wanted.fields]
    limit = min(limit, MOST_VALUES)
    found = _counted(connection, conditions(workspace_id, wanted, fields, lookup), others, limit)
    for one in own:
        narrowed = conditions(workspace_id, wanted.without(one.key), fields, lookup)
        found |= _counted(connection, narrowed, [one], limit)
    return [found[one.key] for one in chosen]


def _can_be_chosen(one: PlainField) -> bool:
    return one.kind in ("text", "boolean")


def _chosen(fields: Sequence[SchemaField], lookup: Lookup, keys: Sequence[str]) -> list[Counted]:
    known: dict[str, Counted] = {one.key: one for one in fields if one.type in TYPES}
    for key in keys:
        structured = None if key in known else plain_field(key, lookup)
        if structured is not None and _can_be_chosen(structured):
            known[key] = structured
        if key not in known:
            listed = ", ".join([*known, *lookup.attributes]) or "none yet"
            raise WrongUsage(f"'{key[:60]}' is no field of text or lists.", f"Those are: {listed}.", column=key[:60])
    return [known[key] for key in dict.fromkeys(keys)] if keys else list(known.values())


def _with_options(
    connection: Connection, found: Conditions, chosen: Sequence[Counted], wanted: ListingFilter
) -> list[Counted]:
    """Those of the fields whose values come again: nobody filters by a description or an article number."""
    kept: list[Counted] = []
    for start in range(0, len(chosen), 400):  # a row has at most 1,664 columns
        part = chosen[start : start + 400]
        reading = _Reading({**found.bound, "looked_at": LOOKED_AT})
        counts = ", ".join(USES.format(value=reading.json(one)) for one in part)
        row = connection.execute(text(SAMPLE.format(counts=counts, where=found.where)), reading.bound).one()
        for place, one in enumerate(part):
            uses, options = row[2 * place], row[2 * place + 1]
            is_small = 0 < uses < 20
            if (uses and (_is_open(one) or is_small or uses >= options * LEAST_USES)) or one.key in wanted.fields:
                kept.append(one)
    return kept


def _is_open(one: Counted) -> bool:
    """Whether a field is chosen from by its nature: a list, or items of one."""
    return one.type == "list" or (isinstance(one, PlainField) and one.options is not None)


class _Reading:
    """Reading values of fields in SQL, and what is bound for it."""

    def __init__(self, bound: Mapping[str, Any]) -> None:
        self.bound = dict(bound)

    def json(self, one: Counted) -> str:
        """The value as jsonb."""
        if isinstance(one, PlainField):
            return one.json(self._bind)
        return f"p.data -> CAST({self._bind(one.key)} AS text)"

    def value(self, one: Counted) -> str:
        """The value as it is counted: a list as jsonb, all others as text."""
        return self.json(one) if one.type == "list" else f"({self.json(one)} #>> '{{}}')"

    def _bind(self, value: object) -> str:
        name = f"k{len(self.bound)}"
        self.bound[name] = value
        return f":{name}"


def _counted(connection: Connection, found: Conditions, fields: Sequence[Counted], limit: int) -> dict[str, Facet]:
    """The facets of fields, by key; the products are looked at once."""
    if not fields:
        return {}
    reading = _Reading({**found.bound, "longest": LONGEST_VALUE, "values": limit})
    reads = [f"{reading.value(one)} AS f{place}" for place, one in enumerate(fields)]
    counts = "\nUNION ALL\n".join(
        COUNTED["list" if one.type == "list" else "text"].format(place=place) for place, one in enumerate(fields)
    )
    statement = FOUND.format(values=", ".join(reads), where=found.where, counts=counts)
    rows = connection.execute(text(statement), reading.bound).all()
    told: dict[str, Facet] = {}
    for place, one in enumerate(fields):
        own = [row for row in rows if row.place == place]
        numbers: dict[str, int] = {}
        for row in own:  # two items of a list may have the same value
            shown = one.shown(row.value) if isinstance(one, PlainField) else row.value
            if shown is not None:
                numbers[shown] = numbers.get(shown, 0) + row.number
        values = tuple(FacetValue(value, number) for value, number in numbers.items())
        type_ = "list" if one.type == "list" else "text"
        told[one.key] = Facet(one.key, one.label, type_, own[0].distinct if own else 0, values)
    return told

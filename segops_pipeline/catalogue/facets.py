"""The values that products have in fields of text and lists, with how many have each: what a person filters by.

What belongs here: counting them. What doesn't: which products are looked at (`filters`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.filters import Conditions, ListingFilter, conditions
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
USES = "count(p.data -> {key}), count(DISTINCT p.data -> {key})"
FOUND = """
WITH found AS MATERIALIZED (SELECT {values} FROM products p WHERE {where})
{counts}
"""
READ = {"text": "->>", "list": "->"}
COUNTED = {
    "text": """(SELECT {place} AS place, f{place} AS value, count(*) AS number, count(*) OVER () AS distinct
    FROM found WHERE length(f{place}) <= :longest GROUP BY 2 ORDER BY 3 DESC, 2 LIMIT :values)""",
    "list": """(SELECT {place} AS place, v AS value, count(*) AS number, count(*) OVER () AS distinct
    FROM found CROSS JOIN LATERAL jsonb_array_elements_text(
        CASE WHEN jsonb_typeof(f{place}) = 'array' THEN f{place} END) v
    WHERE length(v) <= :longest GROUP BY 2 ORDER BY 3 DESC, 2 LIMIT :values)""",
}


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
    fields = load_fields(connection)
    chosen = _chosen(fields, keys)
    if not keys:
        chosen = _with_options(connection, conditions(workspace_id, wanted, fields), chosen, wanted)
    own = [one for one in chosen if one.key in wanted.fields]
    others = [one for one in chosen if one.key not in wanted.fields]
    limit = min(limit, MOST_VALUES)
    found = _counted(connection, conditions(workspace_id, wanted, fields), others, limit)
    for one in own:
        narrowed = conditions(workspace_id, wanted.without(one.key), fields)
        found |= _counted(connection, narrowed, [one], limit)
    return [found[one.key] for one in chosen]


def _chosen(fields: Sequence[SchemaField], keys: Sequence[str]) -> list[SchemaField]:
    known = {one.key: one for one in fields if one.type in TYPES}
    for key in keys:
        if key not in known:
            listed = ", ".join(known) or "none yet"
            raise WrongUsage(f"'{key[:60]}' is no field of text or lists.", f"Those are: {listed}.", column=key[:60])
    return [known[key] for key in dict.fromkeys(keys)] if keys else list(known.values())


def _with_options(
    connection: Connection, found: Conditions, chosen: Sequence[SchemaField], wanted: ListingFilter
) -> list[SchemaField]:
    """Those of the fields whose values come again: nobody filters by a description or an article number."""
    kept: list[SchemaField] = []
    for start in range(0, len(chosen), 400):  # a row has at most 1,664 columns
        part = chosen[start : start + 400]
        bound = {**found.bound, "looked_at": LOOKED_AT}
        bound |= {f"k{place}": one.key for place, one in enumerate(part)}
        counts = ", ".join(USES.format(key=f"CAST(:k{place} AS text)") for place in range(len(part)))
        row = connection.execute(text(SAMPLE.format(counts=counts, where=found.where)), bound).one()
        for place, one in enumerate(part):
            uses, options = row[2 * place], row[2 * place + 1]
            is_small = 0 < uses < 20
            if (uses and (one.type == "list" or is_small or uses >= options * LEAST_USES)) or one.key in wanted.fields:
                kept.append(one)
    return kept


def _counted(connection: Connection, found: Conditions, fields: Sequence[SchemaField], limit: int) -> dict[str, Facet]:
    """The facets of fields, by key; the products are looked at once."""
    if not fields:
        return {}
    bound = {**found.bound, "longest": LONGEST_VALUE, "values": limit}
    bound |= {f"k{place}": one.key for place, one in enumerate(fields)}
    reads = [f"p.data {READ[one.type]} CAST(:k{place} AS text) AS f{place}" for place, one in enumerate(fields)]
    counts = "\nUNION ALL\n".join(COUNTED[one.type].format(place=place) for place, one in enumerate(fields))
    statement = FOUND.format(values=", ".join(reads), where=found.where, counts=counts)
    rows = connection.execute(text(statement), bound).all()
    told: dict[str, Facet] = {}
    for place, one in enumerate(fields):
        own = [row for row in rows if row.place == place]
        told[one.key] = Facet(
            one.key,
            one.label,
            one.type,
            own[0].distinct if own else 0,
            tuple(FacetValue(row.value, row.number) for row in own),
        )
    return told

"""Which products a request asks for: the words, values and ranges in its query.

    ?q=axe&color=red&color=blue&weight__gte=5&price__lte=20 EUR&active=all&order=-price&data.page=7

What belongs here: from the query to a filter. What doesn't: whether the fields are there (`catalogue.filters`).
"""

from typing import Annotated, Literal

from fastapi import Depends, Query, Request

from segops_pipeline.catalogue.filters import ListingFilter
from segops_pipeline.web.api.words import NO_NUL

Active = Literal["true", "false", "all"]
Source = Literal["csv", "api", "manual"]

# words of the queries that are no fields; a field of such a name is data.<name>
RESERVED = {
    "q", "order", "source", "active", "page", "page_size", "field", "limit", "format", "safe", "entity", "mode",
    "columns_of_source", "columns_of_template", "every",
}  # fmt: skip
FIELD_PREFIX = "data."
AT_LEAST, AT_MOST = "__gte", "__lte"
ACTIVE: dict[Active, bool | None] = {"true": True, "false": False, "all": None}
DESCRIPTION = """
Any other parameter is a field of the schema, `sku` or `name`, and a product must have its value: `color=red`. Given
again, one of the values is enough. A value is read as the field's type: `weight=1.5`, `active=yes`,
`price=12.50 EUR`; of a list one item is enough; a blank value finds products without one. `weight__gte=5` and
`weight__lte=10` are ranges of numbers, prices and dates, and of `created_at` and `updated_at`. A field whose name is
one of the other parameters is written `data.<name>`.
"""


def wanted_products(
    request: Request,
    q: Annotated[
        str, Query(max_length=500, pattern=NO_NUL, description="Words that all stand in sku, name or texts.")
    ] = "",
    order: Annotated[
        str,
        Query(
            min_length=1,
            max_length=80,
            pattern=NO_NUL,
            description="A field, sku, name, id, created_at or updated_at; '-' before it: the other way round.",
        ),
    ] = "sku",
    source: Annotated[list[Source] | None, Query(description="What wrote them last.")] = None,
    active: Annotated[Active, Query(description="Inactive products are kept, but not found.")] = "true",
) -> ListingFilter:
    """The filter that a query says."""
    fields: dict[str, list[str]] = {}
    at_least: dict[str, str] = {}
    at_most: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in RESERVED:
            continue
        if name.startswith(FIELD_PREFIX):
            fields.setdefault(name.removeprefix(FIELD_PREFIX), []).append(value)
        elif name.endswith(AT_LEAST):
            at_least[name.removesuffix(AT_LEAST)] = value
        elif name.endswith(AT_MOST):
            at_most[name.removesuffix(AT_MOST)] = value
        else:
            fields.setdefault(name, []).append(value)
    return ListingFilter(q, fields, at_least, at_most, source or (), ACTIVE[active], order)


Wanted = Annotated[ListingFilter, Depends(wanted_products)]

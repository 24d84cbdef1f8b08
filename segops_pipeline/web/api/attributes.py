"""Attributes over the API: see them, fields of the product schema among them.

What belongs here: these routes. What doesn't: finding (`browse`), what a change does (`catalogue.pim.acts`).
"""

from typing import Annotated

from fastapi import Query, Response

from segops_pipeline.catalogue.pim.browse import count_products_with, find_attributes, get_record
from segops_pipeline.web.api.categories import KeyInPath, Sought, window_of
from segops_pipeline.web.api.depends import Reader, TheWeb
from segops_pipeline.web.api.paging import Page, Paged
from segops_pipeline.web.api.pim_answers import (
    AttributeAnswer,
    OneAttributeAnswer,
    attribute_answer,
    one_attribute_answer,
)
from segops_pipeline.web.api.routing import ApiRouter
from segops_pipeline.web.api.wire import etag
from segops_pipeline.web.api.words import MOST_NAME, NO_NUL
from segops_pipeline.web.state import Web

router = ApiRouter("attributes")

Group = Annotated[
    str | None, Query(max_length=MOST_NAME, pattern=NO_NUL, description="Only of this group; empty: of none.")
]


@router.get("/attributes/", summary="Attributes")
def see_attributes(
    web: TheWeb, actor: Reader, paging: Paged, q: Sought = "", group: Group = None
) -> Page[AttributeAnswer]:
    """Attributes by code; fields of the product schema that are no attributes yet have a `schema_type`."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        count, found = find_attributes(connection, actor.workspace_id, window_of(paging, q), group)
    return paging.of(count, [attribute_answer(one) for one in found])


@router.get("/attributes/{key:path}/", summary="One attribute")
def see_attribute(web: TheWeb, actor: Reader, key: KeyInPath, response: Response) -> OneAttributeAnswer:
    """An attribute with its predefined values, and how many products have it; its ETag is its version."""
    return _with_etag(web, actor.workspace_id, key, response)


def _with_etag(web: Web, workspace_id: int, key: str, response: Response) -> OneAttributeAnswer:
    with web.database.workspace_session(workspace_id) as connection:
        found = get_record(connection, workspace_id, "attribute", key)
        products = count_products_with(connection, workspace_id, key)
    response.headers["ETag"] = etag(found.version)
    return one_attribute_answer(found, products)

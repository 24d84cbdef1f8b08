"""Attributes over the API: see them, fields of the product schema among them, make, change, rename and delete one.

What belongs here: these routes. What doesn't: finding (`browse`), what a change does (`catalogue.pim.acts`).
"""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query, Response

from segops_pipeline.access.audit import record
from segops_pipeline.catalogue.pim.acts import delete_attribute, rename_attribute, rename_field, save_attribute
from segops_pipeline.catalogue.pim.browse import count_products_with, find_attributes, get_record
from segops_pipeline.catalogue.pim.seen import record_as_seen
from segops_pipeline.web.api.categories import KeyInPath, Sought, window_of
from segops_pipeline.web.api.depends import Reader, TheWeb, Writer
from segops_pipeline.web.api.paging import Page, Paged
from segops_pipeline.web.api.pim_answers import (
    AttributeAnswer,
    OneAttributeAnswer,
    PredefinedAnswer,
    attribute_answer,
    one_attribute_answer,
    predefined_answers,
)
from segops_pipeline.web.api.pim_bodies import AttributeBody, NewAttributeBody, RenameBody
from segops_pipeline.web.api.routing import ApiRouter
from segops_pipeline.web.api.wire import IfMatch, etag, expected_version
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


@router.get("/attributes/{key:path}/predefined/", summary="Predefined values of an attribute")
def see_predefined(web: TheWeb, actor: Reader, key: KeyInPath, paging: Paged) -> Page[PredefinedAnswer]:
    """The values that an attribute offers, in their order."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        found = predefined_answers(get_record(connection, actor.workspace_id, "attribute", key))
    return paging.of(len(found), found[paging.offset : paging.offset + paging.page_size])


@router.get("/attributes/{key:path}/", summary="One attribute")
def see_attribute(web: TheWeb, actor: Reader, key: KeyInPath, response: Response) -> OneAttributeAnswer:
    """An attribute with its predefined values, and how many products have it; its ETag is its version."""
    return _with_etag(web, actor.workspace_id, key, response)


@router.post("/attributes/", status_code=HTTPStatus.CREATED, summary="Make an attribute")
def make_attribute(web: TheWeb, actor: Writer, new: NewAttributeBody, response: Response) -> OneAttributeAnswer:
    """Make an attribute; without a configuration, or a type of its first field, it takes no values yet."""
    workspace_id = actor.workspace_id
    with web.database.workspace_session(workspace_id) as connection:
        save_attribute(connection, workspace_id, new.code, new.wish(), actor.name, is_new=True)
        record(connection, actor, "attribute.create", new.code)
    return _with_etag(web, workspace_id, new.code, response)


@router.post("/attributes/{key:path}/rename/", summary="Rename an attribute")
def rename(
    web: TheWeb, actor: Writer, key: KeyInPath, body: RenameBody, response: Response, if_match: IfMatch = None
) -> OneAttributeAnswer:
    """Give an attribute, or one of its fields, another system name; all values follow, each with its history."""
    workspace_id = actor.workspace_id
    with web.database.workspace_session(workspace_id) as connection:
        record_as_seen(connection, workspace_id, "attribute", key, expected_version(if_match))
        if body.field is None:
            rename_attribute(connection, workspace_id, key, body.code, actor.name)
        else:
            rename_field(connection, workspace_id, key, body.field, body.code, actor.name)
        record(connection, actor, "attribute.rename", key, {"to": body.code, "field": body.field})
    return _with_etag(web, workspace_id, key if body.field else body.code, response)


@router.patch("/attributes/{key:path}/", summary="Change an attribute")
def change_attribute(
    web: TheWeb, actor: Writer, key: KeyInPath, body: AttributeBody, response: Response, if_match: IfMatch = None
) -> OneAttributeAnswer:
    """Change names, group and so on; type, configuration and the types of fields are set once (400 after that)."""
    workspace_id = actor.workspace_id
    with web.database.workspace_session(workspace_id) as connection:
        record_as_seen(connection, workspace_id, "attribute", key, expected_version(if_match))
        save_attribute(connection, workspace_id, key, body.wish(), actor.name, is_new=False)
        record(connection, actor, "attribute.change", key, {"changed": sorted(body.model_fields_set)})
    return _with_etag(web, workspace_id, key, response)


@router.delete("/attributes/{key:path}/", status_code=HTTPStatus.NO_CONTENT, summary="Delete an attribute")
def remove_attribute(
    web: TheWeb,
    actor: Writer,
    key: KeyInPath,
    force: Annotated[bool, Query(description="Also where something has values of it, which loses them.")] = False,
    if_match: IfMatch = None,
) -> None:
    """Delete an attribute; one that something has values of only if that is forced. Histories keep the values."""
    workspace_id = actor.workspace_id
    with web.database.workspace_session(workspace_id) as connection:
        record_as_seen(connection, workspace_id, "attribute", key, expected_version(if_match))
        delete_attribute(connection, workspace_id, key, actor.name, force=force)
        record(connection, actor, "attribute.delete", key, {"force": force})


def _with_etag(web: Web, workspace_id: int, key: str, response: Response) -> OneAttributeAnswer:
    with web.database.workspace_session(workspace_id) as connection:
        found = get_record(connection, workspace_id, "attribute", key)
        products = count_products_with(connection, workspace_id, key)
    response.headers["ETag"] = etag(found.version)
    return one_attribute_answer(found, products)

"""Global lists and their items over the API; and the registry of cultures, channels, devices and markets.

What belongs here: these routes. What doesn't: finding (`browse`), what a change does (`catalogue.pim.acts`).
"""

from typing import Annotated

from fastapi import Query, Response

from segops_pipeline.catalogue.pim.browse import (
    attributes_of_list,
    find_items,
    find_records,
    find_segments,
    get_record,
)
from segops_pipeline.web.api.categories import KeyInPath, Sought, window_of
from segops_pipeline.web.api.depends import Reader, TheWeb
from segops_pipeline.web.api.paging import Page, Paged
from segops_pipeline.web.api.pim_answers import (
    Dimension,
    ListAnswer,
    ListItemAnswer,
    OneListAnswer,
    SegmentAnswer,
    item_answer,
    list_answer,
    one_list_answer,
    segment_answer,
)
from segops_pipeline.web.api.routing import ApiRouter
from segops_pipeline.web.api.wire import etag
from segops_pipeline.web.state import Web

router = ApiRouter("lists and segments")


@router.get("/lists/", summary="Global lists")
def see_lists(web: TheWeb, actor: Reader, paging: Paged, q: Sought = "") -> Page[ListAnswer]:
    """Global lists by key, with how many items each has."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        count, found = find_records(connection, actor.workspace_id, "global_list", window_of(paging, q))
    return paging.of(count, [list_answer(one) for one in found])


@router.get("/lists/{key:path}/items/", summary="Items of a list")
def see_items(web: TheWeb, actor: Reader, key: KeyInPath, paging: Paged, q: Sought = "") -> Page[ListItemAnswer]:
    """The items of a list in their order."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        get_record(connection, actor.workspace_id, "global_list", key)
        count, found = find_items(connection, actor.workspace_id, key, window_of(paging, q))
    return paging.of(count, [item_answer(one) for one in found])


@router.get("/lists/{key:path}/", summary="One list")
def see_list(web: TheWeb, actor: Reader, key: KeyInPath, response: Response) -> OneListAnswer:
    """A list with the attributes that are of it; its ETag is its version."""
    return _list_with_etag(web, actor.workspace_id, key, response)


@router.get("/segments/", summary="Segments")
def see_segments(
    web: TheWeb,
    actor: Reader,
    paging: Paged,
    q: Sought = "",
    dimension: Annotated[Dimension | None, Query(description="Only of this dimension.")] = None,
) -> Page[SegmentAnswer]:
    """The registered cultures, channels, devices and markets."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        count, found = find_segments(connection, actor.workspace_id, window_of(paging, q), dimension)
    return paging.of(count, [segment_answer(one) for one in found])


def _list_with_etag(web: Web, workspace_id: int, key: str, response: Response) -> OneListAnswer:
    with web.database.workspace_session(workspace_id) as connection:
        found = get_record(connection, workspace_id, "global_list", key)
        used = attributes_of_list(connection, workspace_id, key)
    response.headers["ETag"] = etag(found.version)
    return one_list_answer(found, used)

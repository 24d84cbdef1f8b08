"""The registry of cultures, channels, devices and markets over the API.

What belongs here: these routes. What doesn't: finding (`browse`), what a change does (`catalogue.pim.act_segments`).
"""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query, Response

from segops_pipeline.access.audit import record
from segops_pipeline.catalogue.pim.act_segments import add_segment, remove_segment
from segops_pipeline.catalogue.pim.browse import find_segments, get_record
from segops_pipeline.catalogue.pim.seen import record_as_seen
from segops_pipeline.web.api.categories import KeyInPath, Sought, window_of
from segops_pipeline.web.api.depends import Reader, TheWeb, Writer
from segops_pipeline.web.api.paging import Page, Paged
from segops_pipeline.web.api.pim_answers import Dimension, SegmentAnswer, segment_answer
from segops_pipeline.web.api.pim_bodies import NewSegmentBody, SegmentBody
from segops_pipeline.web.api.routing import ApiRouter
from segops_pipeline.web.api.wire import IfMatch, etag, expected_version
from segops_pipeline.web.state import Web

router = ApiRouter("segments")


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


@router.post("/segments/", status_code=HTTPStatus.CREATED, summary="Register a segment")
def make_segment(web: TheWeb, actor: Writer, new: NewSegmentBody, response: Response) -> SegmentAnswer:
    """Register a culture, channel, device or market; one that is there gets the label."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        add_segment(connection, actor.workspace_id, new.dimension, new.code, actor.name, new.label)
        record(connection, actor, "segment.register", f"{new.dimension}:{new.code}")
    return _with_etag(web, actor.workspace_id, f"{new.dimension}:{new.code}", response)


@router.get("/segments/{key}/", summary="One segment")
def see_segment(web: TheWeb, actor: Reader, key: KeyInPath, response: Response) -> SegmentAnswer:
    """A segment by its key, such as `culture:da-DK`; its ETag is its version."""
    return _with_etag(web, actor.workspace_id, key, response)


@router.patch("/segments/{key}/", summary="Change a segment")
def change_segment(
    web: TheWeb, actor: Writer, key: KeyInPath, body: SegmentBody, response: Response, if_match: IfMatch = None
) -> SegmentAnswer:
    """Change what people read."""
    workspace_id = actor.workspace_id
    with web.database.workspace_session(workspace_id) as connection:
        found = record_as_seen(connection, workspace_id, "segment", key, expected_version(if_match))
        add_segment(connection, workspace_id, found.data["dimension"], found.data["code"], actor.name, body.label)
        record(connection, actor, "segment.change", key, {"label": body.label})
    return _with_etag(web, workspace_id, key, response)


@router.delete("/segments/{key}/", status_code=HTTPStatus.NO_CONTENT, summary="Remove a segment")
def delete_segment(web: TheWeb, actor: Writer, key: KeyInPath, if_match: IfMatch = None) -> None:
    """Remove a segment that no value and no name is of."""
    workspace_id = actor.workspace_id
    with web.database.workspace_session(workspace_id) as connection:
        found = record_as_seen(connection, workspace_id, "segment", key, expected_version(if_match))
        remove_segment(connection, workspace_id, found.data["dimension"], found.data["code"], actor.name)
        record(connection, actor, "segment.remove", key)


def _with_etag(web: Web, workspace_id: int, key: str, response: Response) -> SegmentAnswer:
    with web.database.workspace_session(workspace_id) as connection:
        found = get_record(connection, workspace_id, "segment", key)
    response.headers["ETag"] = etag(found.version)
    return segment_answer(found)

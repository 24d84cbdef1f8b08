"""Learned mappings over the API: see them, correct them, have them forgotten.

What belongs here: these routes. What doesn't: how memory is kept and recalled (`imports.memory`).
"""

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field

from segops_pipeline.access.audit import record
from segops_pipeline.imports.memory import correct_memory, forget_memory, list_memory
from segops_pipeline.inference.memory import LearnedMapping
from segops_pipeline.web.api.depends import Reader, TheWeb, Writer
from segops_pipeline.web.api.paging import Page, Paged
from segops_pipeline.web.api.routing import ApiRouter
from segops_pipeline.web.api.words import Header, Name, filter_of

router = ApiRouter("learned mappings")
SourceFilter = Annotated[str | None, filter_of("Only what this source knows.")]


class LearnedAnswer(BaseModel):
    """What is known about a header; `source` null: in the whole workspace, `target` null: it is skipped."""

    header: str
    target: str | None
    source: str | None
    used_count: int
    last_used_at: datetime


class LearnedBody(BaseModel):
    """What a source, or the whole workspace, shall know about a header."""

    header: Header = Field(examples=["Farbe"])
    target: Name | None = Field(examples=["color"], description="A field, sku, name; null: skip (of a source only).")
    source: Name | None = None


class ForgottenAnswer(BaseModel):
    """How many entries are gone."""

    forgotten: int


@router.get("/learned-mappings/", summary="What has been learned")
def all_learned(
    web: TheWeb,
    actor: Reader,
    paging: Paged,
    source: SourceFilter = None,
    q: Annotated[str | None, filter_of("A part of the header or target.")] = None,
) -> Page[LearnedAnswer]:
    """What people have confirmed in earlier imports, by header."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        found = list_memory(connection, actor.workspace_id, source)
    if q:
        part = q.casefold()
        found = [one for one in found if part in one.header.casefold() or part in (one.target or "").casefold()]
    some = found[paging.offset : paging.offset + paging.page_size]
    return paging.of(len(found), [_told(one) for one in some])


@router.put("/learned-mappings/", summary="Correct what has been learned")
def correct_learned(body: LearnedBody, web: TheWeb, actor: Writer) -> list[LearnedAnswer]:
    """Set what is known about a header; what is known about it now, also to other sources, is answered."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        found = correct_memory(connection, actor.workspace_id, body.header, body.target, body.source)
        details = {"target": body.target, "source": body.source}
        record(connection, actor, "memory.correct", body.header, details)
    return [_told(one) for one in found]


@router.delete("/learned-mappings/", summary="Forget")
def forget_learned(
    web: TheWeb,
    actor: Writer,
    header: Annotated[
        str | None, Query(max_length=20_000, pattern=r"^[^\x00]*$", description="This header; unset: all (`all=true`).")
    ] = None,
    source: SourceFilter = None,
    *,
    everything: Annotated[bool, Query(alias="all", description="Forget every header.")] = False,
) -> ForgottenAnswer:
    """Forget a header, in the workspace and all its sources or in one source; or all of them."""
    from segops_pipeline.errors import WrongUsage

    if (header is None) != everything:
        raise WrongUsage("Which header is to be forgotten?", "Give header, or all=true, and not both.")
    with web.database.workspace_session(actor.workspace_id) as connection:
        gone = forget_memory(connection, actor.workspace_id, header, source)
        record(connection, actor, "memory.forget", header, {"source": source, "entries": gone})
    return ForgottenAnswer(forgotten=gone)


def _told(one: LearnedMapping) -> LearnedAnswer:
    return LearnedAnswer(
        header=one.header,
        target=one.target,
        source=one.source,
        used_count=one.used_count,
        last_used_at=one.last_used_at,
    )

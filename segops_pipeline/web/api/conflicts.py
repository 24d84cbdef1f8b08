"""Conflicts over the API: rows that wait for a person, and the answers to them; and the locks on fields.

What belongs here: these routes. What doesn't: finding and answering conflicts (`imports.conflicts`).
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, Field

from segops_pipeline.access.actor import Actor
from segops_pipeline.access.audit import record
from segops_pipeline.catalogue.conflicts import count_open, open_conflicts
from segops_pipeline.catalogue.locks import list_locks, lock, unlock
from segops_pipeline.errors import NotFound, WrongUsage
from segops_pipeline.imports.conflicts import resolve_job, resolve_some
from segops_pipeline.web.api.depends import Reader, TheWeb, Writer
from segops_pipeline.web.api.import_views import job_of
from segops_pipeline.web.api.paging import Page, Paged
from segops_pipeline.web.api.routing import ApiRouter
from segops_pipeline.web.api.words import LARGEST, Name, NumberInPath, Words, filter_of
from segops_pipeline.web.state import Web

router = ApiRouter("conflicts")


class ContestedAnswer(BaseModel):
    """A field that file and somebody else have both changed."""

    file_last: Any = Field(description="What the file gave before.")
    product_now: Any
    file_now: Any


class ConflictAnswer(BaseModel):
    """A row that waits for a person."""

    id: int
    job_id: str
    file: str
    source: str
    line: int
    sku: str
    fields: dict[str, ContestedAnswer]


class ResolveBody(BaseModel):
    """An answer to some conflicts (`ids`), or to all of a job (`job_id`)."""

    answer: Literal["accept", "reject", "edit"] = Field(
        description="accept: write what the file gives; reject: keep the product; edit: write `values`."
    )
    ids: list[Annotated[int, Field(ge=1, le=LARGEST)]] = Field(default_factory=list[int], max_length=1_000)
    job_id: Words | None = None
    values: dict[Name, Words] = Field(default_factory=dict[str, str], description="Of an edit; '' clears a field.")


class ResolvedAnswer(BaseModel):
    """How many conflicts were answered, and how many of their products have changed by that."""

    answered: int
    changed: int


class LockAnswer(BaseModel):
    """A field that no import writes; `sku` '' means of all products."""

    sku: str
    field: str
    locked_by: str
    created_at: datetime


class LockBody(BaseModel):
    """A field to lock, of one product or of all."""

    field: Name
    sku: Words = Field(default="", description="Empty: of all products.")


@router.get("/conflicts/", summary="Open conflicts")
def all_conflicts(
    web: TheWeb,
    actor: Reader,
    paging: Paged,
    job_id: Annotated[str | None, filter_of("Only of this import.")] = None,
) -> Page[ConflictAnswer]:
    """The conflicts that wait for an answer, the oldest first."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        count = count_open(connection, actor.workspace_id, job_id=job_id)
        found = open_conflicts(
            connection, actor.workspace_id, job_id=job_id, limit=paging.page_size, offset=paging.offset
        )
    return paging.of(count, [ConflictAnswer.model_validate(one.as_dict()) for one in found])


@router.get("/conflicts/{conflict_id}/", summary="One conflict")
def one_conflict(conflict_id: NumberInPath, web: TheWeb, actor: Reader) -> ConflictAnswer:
    """The open conflict of this id."""
    _check_own(web, actor, [conflict_id])
    with web.database.workspace_session(actor.workspace_id) as connection:
        (found,) = open_conflicts(connection, actor.workspace_id, ids=[conflict_id])
    return ConflictAnswer.model_validate(found.as_dict())


@router.post("/conflicts/resolve/", summary="Answer conflicts")
def resolve_conflicts(body: ResolveBody, web: TheWeb, actor: Writer) -> ResolvedAnswer:
    """Accept what the file gives, keep the product, or write values of your own. Of `ids` all are answered or none."""
    ids = list(dict.fromkeys(body.ids))
    if bool(ids) == bool(body.job_id):
        raise WrongUsage("Which conflicts are meant?", "Give ids or a job_id, and not both.")
    if (body.answer == "edit") != bool(body.values) or (body.answer == "edit" and len(ids) != 1):
        raise WrongUsage("Values belong to an edit, of one conflict.", "Give one id and its values.")
    if body.job_id:
        job_of(web, actor.workspace_id, body.job_id)
        done = resolve_job(web.stores, body.job_id, body.answer, actor.name)
    else:
        _check_own(web, actor, ids)
        done = resolve_some(web.stores, ids, body.answer, actor.name, body.values)
    with web.database.workspace_session(actor.workspace_id) as connection:
        details = {"answer": body.answer, "ids": ids[:50], "answered": done.answered}
        record(connection, actor, "conflict.resolve", body.job_id, details)
    return ResolvedAnswer(answered=done.answered, changed=done.changed)


@router.get("/locks/", summary="Locked fields")
def all_locks(web: TheWeb, actor: Reader, paging: Paged) -> Page[LockAnswer]:
    """The fields that no import writes."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        found = list_locks(connection, actor.workspace_id)
    some = found[paging.offset : paging.offset + paging.page_size]
    told = [
        LockAnswer(sku=one.sku, field=one.field, locked_by=one.locked_by, created_at=one.created_at) for one in some
    ]
    return paging.of(len(found), told)


@router.post("/locks/", status_code=204, summary="Lock a field")
def lock_field(body: LockBody, web: TheWeb, actor: Writer) -> None:
    """Have no import write a field, of one product or of all; edits by hand are not bound by it."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        lock(connection, actor.workspace_id, body.field, actor.name, body.sku)
        record(connection, actor, "field.lock", body.field, {"sku": body.sku})


@router.delete("/locks/", status_code=204, summary="Unlock a field")
def unlock_field(
    web: TheWeb,
    actor: Writer,
    field: Annotated[str, Query(min_length=1, max_length=500, pattern=r"^[^\x00]*$")],
    sku: Annotated[str, Query(max_length=500, pattern=r"^[^\x00]*$", description="Empty: of all products.")] = "",
) -> None:
    """Let imports write a field again."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        unlock(connection, actor.workspace_id, field, sku)
        record(connection, actor, "field.unlock", field, {"sku": sku})


def _check_own(web: Web, actor: Actor, ids: list[int]) -> None:
    """Check that conflicts are open ones of the actor's workspace.

    Raises:
        NotFound: one is not.
    """
    with web.database.workspace_session(actor.workspace_id) as connection:
        found = {one.id for one in open_conflicts(connection, actor.workspace_id, ids=ids, limit=len(ids))}
    for one in ids:
        if one not in found:
            raise NotFound(f"There is no open conflict {one}.", "See all conflicts.")

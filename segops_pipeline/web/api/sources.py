"""Sources over the API: where files come from, how they are imported, when they are fetched, and their guards.

What belongs here: these routes. What doesn't: fetching and schedules (`imports`).
"""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import Body
from pydantic import BaseModel, Field

from segops_pipeline.access.actor import Actor
from segops_pipeline.access.audit import record
from segops_pipeline.access.fetching import check_source_location
from segops_pipeline.access.rates import check_import_rate
from segops_pipeline.catalogue.guards import GUARDS, WHOLE_WORKSPACE, forget_limit, list_limits, set_limit
from segops_pipeline.catalogue.rules import ImportRules
from segops_pipeline.errors import NotFound, WrongUsage
from segops_pipeline.imports.scheduled import open_source_job
from segops_pipeline.imports.sources import (
    Source,
    SourceChanges,
    get_source,
    list_sources,
    remove_source,
    save_source,
)
from segops_pipeline.web.api.depends import Manager, Reader, TheWeb, Writer
from segops_pipeline.web.api.import_answers import OutcomeAnswer
from segops_pipeline.web.api.import_bodies import FormatName, OptionsOnWire
from segops_pipeline.web.api.import_views import job_of, outcome_answer
from segops_pipeline.web.api.paging import Page, Paged
from segops_pipeline.web.api.routing import ApiRouter
from segops_pipeline.web.api.words import Name, NameInPath, Words, filter_of
from segops_pipeline.web.state import Web

router = ApiRouter("sources")


class SourceAnswer(BaseModel):
    """A source; its location is shown without user, password and query."""

    name: str
    automatic: bool = Field(description="Import without asking where every column is known.")
    format: str = Field(description="table or bizzkit; in a source of tables a Bizzkit file is recognised.")
    format_options: dict[str, Any] = Field(description="Of Bizzkit files: entity, mode, order, null_removes.")
    policy: str
    rules: dict[str, Any]
    location: str | None
    cron: str | None
    timezone: str
    next_due_at: datetime | None
    last_fetched_at: datetime | None
    last_note: str | None


class SourceBody(OptionsOnWire):
    """What can be set of a source; what is left out stays as it is. Options of Bizzkit files make it one of these."""

    format: FormatName | None = None
    automatic: bool | None = None
    policy: Words | None = None
    rules: dict[str, Any] | None = None
    location: Words | None = Field(default=None, examples=["https://example.com/list.csv"])
    cron: Words | None = Field(default=None, examples=["0 6 * * *"], description="When to fetch it; null stops it.")
    timezone: Words | None = Field(default=None, examples=["Europe/Berlin"])


class NewSourceBody(SourceBody):
    """A new source."""

    name: Name = Field(examples=["nordic"])


class GuardAnswer(BaseModel):
    """A limit beyond which an import waits for a person; `most` null: it is off."""

    guard: str
    source: str | None = Field(description="Null: of the whole workspace.")
    most: float | None
    what: str
    is_set: bool = Field(description="False: the default.")


class GuardBody(BaseModel):
    """A limit: a share from 0 to 1 or a number; null switches the guard off."""

    most: Decimal | None = Field(ge=0, le=1_000_000_000, max_digits=20)
    source: Name | None = Field(default=None, description="Only for this source.")


@router.get("/sources/", summary="All sources")
def all_sources(web: TheWeb, actor: Reader, paging: Paged) -> Page[SourceAnswer]:
    """The sources of the workspace, by name."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        found = list_sources(connection, actor.workspace_id)
    some = found[paging.offset : paging.offset + paging.page_size]
    return paging.of(len(found), [_told(source) for source in some])


@router.post("/sources/", status_code=201, summary="Make a source")
def make_source(body: NewSourceBody, web: TheWeb, actor: Writer) -> SourceAnswer:
    """Make a source, or change the one of this name."""
    return _save(web, actor, body.name, body, "source.make")


@router.get("/sources/{name}/", summary="One source")
def one_source(name: NameInPath, web: TheWeb, actor: Reader) -> SourceAnswer:
    """The source of this name."""
    return _told(_source(web, actor, name))


@router.patch("/sources/{name}/", summary="Change a source")
def change_source(name: NameInPath, body: SourceBody, web: TheWeb, actor: Writer) -> SourceAnswer:
    """Set what the body has; a new schedule begins with its next tick."""
    _source(web, actor, name)
    return _save(web, actor, name, body, "source.change")


@router.delete("/sources/{name}/", status_code=204, summary="Remove a source")
def delete_source(name: NameInPath, web: TheWeb, actor: Writer) -> None:
    """Remove a source that nothing has been imported from."""
    _source(web, actor, name)
    with web.database.workspace_session(actor.workspace_id) as connection:
        remove_source(connection, actor.workspace_id, name)
        record(connection, actor, "source.remove", name)


@router.post("/sources/{name}/fetch/", status_code=202, summary="Fetch it now")
def fetch_source(name: NameInPath, web: TheWeb, actor: Writer) -> OutcomeAnswer:
    """Fetch a source now instead of when it is due: the running system reads the job that is answered."""
    source = _source(web, actor, name)
    if source.location is None:
        raise WrongUsage(f"The source {name} has no location.", "Give it one first.")
    with web.database.workspace_session(actor.workspace_id) as connection:
        check_import_rate(connection, actor, web.settings)
    job = open_source_job(web.stores, source)
    with web.database.workspace_session(actor.workspace_id) as connection:
        record(connection, actor, "source.fetch", name, {"job": job.id})
    return outcome_answer(job_of(web, actor.workspace_id, job.id))


@router.get("/guards/", summary="Guards")
def all_guards(web: TheWeb, actor: Reader) -> list[GuardAnswer]:
    """The limits beyond which an import waits for a person: of the workspace, and what its sources have of theirs."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        own = list_limits(connection, actor.workspace_id)
    limits: dict[tuple[str | None, str], Decimal | None] = {(None, one.name): one.most for one in GUARDS.values()}
    limits.update({(source, guard): most for source, guard, most in own})
    is_set = {(source, guard) for source, guard, _ in own}
    return [
        GuardAnswer(
            guard=guard,
            source=source,
            most=None if most is None else float(most),
            what=GUARDS[guard].description.format(percent="price_change_percent"),
            is_set=(source, guard) in is_set,
        )
        for (source, guard), most in limits.items()
    ]


@router.put("/guards/{guard}/", status_code=204, summary="Set a guard")
def set_guard(guard: NameInPath, body: Annotated[GuardBody, Body()], web: TheWeb, actor: Manager) -> None:
    """Set how much of something an import may do without a person."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        source_id = WHOLE_WORKSPACE
        if body.source is not None:
            source_id = get_source(connection, actor.workspace_id, body.source).id
        set_limit(connection, actor.workspace_id, source_id, guard, body.most)
        details = {"most": None if body.most is None else str(body.most), "source": body.source}
        record(connection, actor, "guard.set", guard, details)


@router.delete("/guards/{guard}/", status_code=204, summary="Put a guard back")
def forget_guard(
    guard: NameInPath,
    web: TheWeb,
    actor: Manager,
    source: Annotated[str | None, filter_of("Of this source: it has the workspace's again.")] = None,
) -> None:
    """Have the limit of a source be the workspace's again; without a source, the workspace's be the default."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        source_id = WHOLE_WORKSPACE if source is None else get_source(connection, actor.workspace_id, source).id
        forget_limit(connection, actor.workspace_id, source_id, guard)
        record(connection, actor, "guard.forget", guard, {"source": source})


def _source(web: Web, actor: Actor, name: str) -> Source:
    """The workspace's source of this name.

    Raises:
        NotFound: it has none.
    """
    with web.database.workspace_session(actor.workspace_id) as connection:
        found = next((one for one in list_sources(connection, actor.workspace_id) if one.name == name), None)
    if found is None:
        raise NotFound(f"There is no source '{name}'.", "See all sources.")
    return found


def _save(web: Web, actor: Actor, name: str, body: SourceBody, act: str) -> SourceAnswer:
    given = body.model_dump(exclude_unset=True, exclude={"name"})
    changes: SourceChanges = {}
    if given.get("automatic") is not None:
        changes["automatic"] = given["automatic"]
    if given.get("policy") is not None:
        changes["policy"] = given["policy"]
    if given.get("timezone") is not None:
        changes["timezone"] = given["timezone"]
    if body.format is not None:
        changes["format"] = body.format
    if body.options:
        changes["format_options"] = body.options
    if "location" in given:
        changes["location"] = given["location"] or None
        if changes["location"] is not None:
            check_source_location(actor, changes["location"])
    if "cron" in given:
        changes["cron"] = given["cron"] or None
    if given.get("rules") is not None:
        changes["rules"] = ImportRules.from_dict(given["rules"])
    with web.database.workspace_session(actor.workspace_id) as connection:
        saved = save_source(connection, actor.workspace_id, name, **changes)
        record(connection, actor, act, name, {"changed": sorted(changes), "location": saved.shown_location})
    return _told(saved)


def _told(source: Source) -> SourceAnswer:
    same = ("name", "automatic", "format", "policy", "cron", "timezone", "next_due_at", "last_fetched_at", "last_note")
    values = {name: getattr(source, name) for name in same}
    return SourceAnswer(
        **values, rules=source.rules or {}, format_options=source.format_options or {}, location=source.shown_location
    )

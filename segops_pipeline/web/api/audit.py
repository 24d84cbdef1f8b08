"""The audit log of the workspace: who has done what."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel

from segops_pipeline.access.audit import list_audit
from segops_pipeline.web.api.depends import Manager, TheWeb
from segops_pipeline.web.api.paging import Page, Paged
from segops_pipeline.web.api.routing import ApiRouter

LINE = r"^[^\x00-\x1f]*$"
router = ApiRouter("audit")


class ToldAct(BaseModel):
    """One act."""

    id: int
    at: datetime
    actor: str
    via: Literal["page", "api", "key", "cli", "system"]
    act: str
    target: str | None
    details: dict[str, Any]
    address: str | None


@router.get("/audit/")
def see_acts(
    web: TheWeb,
    actor: Manager,
    paging: Paged,
    act: Annotated[str | None, Query(max_length=100, pattern=LINE, description="`import.` for all of imports.")] = None,
    who: Annotated[str | None, Query(max_length=320, pattern=LINE, description="Only those of this actor.")] = None,
) -> Page[ToldAct]:
    """List what was done in the workspace, the newest first."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        found = list_audit(connection, page=paging.page, page_size=paging.page_size, act=act, who=who)
    return paging.of(found.count, [ToldAct(**asdict(entry)) for entry in found.entries])

"""API keys of the workspace: make, see, revoke."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import AwareDatetime, BaseModel, Field

from segops_pipeline.access.actor import Permission
from segops_pipeline.access.api_keys import ApiKey, create_key, get_key, list_keys, revoke_key
from segops_pipeline.web.api.depends import Manager, TheWeb
from segops_pipeline.web.api.paging import Page, Paged
from segops_pipeline.web.api.routing import ApiRouter

router = ApiRouter("keys")
KeyId = Annotated[int, Path(ge=1, le=2**63 - 1, description="The key's id.")]


class ToldKey(BaseModel):
    """An API key without its secret; `prefix` is what it begins with."""

    id: int
    name: str
    prefix: str
    scopes: list[Permission]
    state: Literal["active", "expired", "revoked"]
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class MadeKey(ToldKey):
    """A new API key with what programs send: it is shown this once."""

    key: str


class NewKey(BaseModel):
    """A key to be made; without a time it never expires."""

    name: str = Field(max_length=100)
    scopes: list[Permission] = Field(min_length=1, max_length=3)
    expires_at: AwareDatetime | None = None
    expires_in_days: int | None = Field(None, ge=1, le=3650, description="Instead of expires_at.")


@router.get("/keys/")
def see_keys(web: TheWeb, actor: Manager, paging: Paged) -> Page[ToldKey]:
    """List the keys, the newest first."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        found = list_keys(connection)
    shown = found[paging.offset : paging.offset + paging.page_size]
    return paging.of(len(found), [ToldKey(**_told(key)) for key in shown])


@router.post("/keys/", status_code=HTTPStatus.CREATED)
def make_key(web: TheWeb, actor: Manager, new: NewKey) -> MadeKey:
    """Make a key; the answer is the only one that has it in full."""
    expires_at = new.expires_at
    if new.expires_in_days is not None:
        expires_at = datetime.now(UTC) + timedelta(days=new.expires_in_days)
    with web.database.workspace_session(actor.workspace_id) as connection:
        made, plain = create_key(connection, actor, new.name, new.scopes, expires_at)
    return MadeKey(**_told(made), key=plain)


@router.get("/keys/{key_id}/")
def see_key(web: TheWeb, actor: Manager, key_id: KeyId) -> ToldKey:
    """Show one key."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        return ToldKey(**_told(get_key(connection, key_id)))


@router.delete("/keys/{key_id}/")
def end_key(web: TheWeb, actor: Manager, key_id: KeyId) -> ToldKey:
    """Revoke a key, at once and for ever."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        return ToldKey(**_told(revoke_key(connection, actor, key_id)))


def _told(key: ApiKey) -> dict[str, Any]:
    return {**asdict(key), "state": key.state}

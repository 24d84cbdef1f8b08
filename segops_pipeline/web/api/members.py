"""Members of the workspace: see, add, give another role, remove, and invite who has never been in."""

from dataclasses import asdict
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import Path, Request
from pydantic import BaseModel, Field

from segops_pipeline.access.actor import Role
from segops_pipeline.access.links import INVITATION_MINUTES, make_invitation_token
from segops_pipeline.access.members import (
    Member,
    add_member,
    get_member,
    list_members,
    remove_member,
    set_notify,
    set_role,
)
from segops_pipeline.web.api.depends import Manager, TheWeb
from segops_pipeline.web.api.paging import Page, Paged
from segops_pipeline.web.api.routing import ApiRouter
from segops_pipeline.web.sign_in import here

router = ApiRouter("members")
UserId = Annotated[int, Path(ge=1, le=2**63 - 1, description="The user's id.")]


class ToldMember(BaseModel):
    """A person in the workspace; `notify` are the events that they are told of by e-mail."""

    user_id: int
    email: str
    name: str
    role: Role
    notify: list[str]
    is_active: bool
    joined_at: datetime
    last_seen_at: datetime | None


class NewMember(BaseModel):
    """Who is to become a member; an address that nobody has yet makes a user."""

    email: str = Field(max_length=320)
    role: Role = "viewer"
    name: str = Field("", max_length=200)


class MemberChanges(BaseModel):
    """What is to change; what is left out stays as it is."""

    role: Role | None = None
    notify: list[str] | None = Field(None, max_length=20)


class Invitation(BaseModel):
    """A link that signs a new member in, once."""

    link: str
    valid_minutes: int


@router.get("/members/")
def see_members(web: TheWeb, actor: Manager, paging: Paged) -> Page[ToldMember]:
    """List the members of the workspace, by address."""
    found = list_members(web.database, actor.workspace_id)
    shown = found[paging.offset : paging.offset + paging.page_size]
    return paging.of(len(found), [_told(member) for member in shown])


@router.post("/members/", status_code=HTTPStatus.CREATED)
def take_in(web: TheWeb, actor: Manager, new: NewMember) -> ToldMember:
    """Add somebody, or give a member another role."""
    return _told(add_member(web.database, actor, new.email, new.role, name=new.name))


@router.get("/members/{user_id}/")
def see_member(web: TheWeb, actor: Manager, user_id: UserId) -> ToldMember:
    """Show one member."""
    return _told(get_member(web.database, actor.workspace_id, user_id))


@router.patch("/members/{user_id}/")
def change_member(web: TheWeb, actor: Manager, user_id: UserId, changes: MemberChanges) -> ToldMember:
    """Change a member's role, or of what they are told by e-mail."""
    member = get_member(web.database, actor.workspace_id, user_id)
    if changes.role is not None:
        member = set_role(web.database, actor.workspace_id, user_id, changes.role, actor)
    if changes.notify is not None:
        member = set_notify(web.database, actor, user_id, changes.notify)
    return _told(member)


@router.delete("/members/{user_id}/", status_code=HTTPStatus.NO_CONTENT)
def let_go(web: TheWeb, actor: Manager, user_id: UserId) -> None:
    """Remove a member; the last admin stays."""
    remove_member(web.database, actor, user_id)


@router.post("/members/{user_id}/invitation/", status_code=HTTPStatus.CREATED)
def invite(request: Request, web: TheWeb, actor: Manager, user_id: UserId) -> Invitation:
    """Make a link that lets in a member who has never been in, to be handed to them."""
    token = make_invitation_token(web.database, actor, user_id)
    return Invitation(link=f"{here(request, web)}/login/link?token={token}", valid_minutes=int(INVITATION_MINUTES))


def _told(member: Member) -> ToldMember:
    return ToldMember(**asdict(member))

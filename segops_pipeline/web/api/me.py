"""Who asks: the person or the key, their workspaces, and what people set for themselves."""

from typing import Annotated, Any, Literal

from fastapi import Depends, Request
from pydantic import BaseModel, Field

from segops_pipeline.access.actor import Actor, Permission, Role
from segops_pipeline.access.audit import record_of_installation
from segops_pipeline.access.credentials import change_password
from segops_pipeline.access.members import notified_of, own_workspaces, set_notify
from segops_pipeline.access.sessions import choose_workspace, end_other_sessions
from segops_pipeline.access.users import get_user_by_id, set_profile
from segops_pipeline.errors import Forbidden, WrongUsage
from segops_pipeline.web.api.depends import TheWeb, signed_in
from segops_pipeline.web.api.routing import ApiRouter
from segops_pipeline.web.security.csrf import csrf_token
from segops_pipeline.web.sign_in import Rates
from segops_pipeline.web.state import Web

router = ApiRouter("me")


class MyWorkspace(BaseModel):
    """A workspace that I may enter, and the role that I have there."""

    name: str
    role: Role


class Me(BaseModel):
    """Who I am. A key has no user, no other workspace and no token against forgery."""

    name: str = Field(description="My e-mail address, or `key <name>`.")
    user_id: int | None
    full_name: str
    is_owner: bool
    has_password: bool
    language: Literal["en", "de"] | None
    via: Literal["page", "api", "key", "cli", "system"]
    workspace: str
    permissions: list[Permission]
    workspaces: list[MyWorkspace]
    notify: list[str] = Field(description="Of which events of this workspace I am told by e-mail.")
    csrf_token: str | None = Field(description="What my session sends as X-CSRF-Token.")


class MyChanges(BaseModel):
    """What I set for myself; what is left out stays as it is."""

    full_name: str | None = Field(None, max_length=200)
    language: Literal["en", "de", ""] | None = Field(None, description='"" for the language of the browser.')
    notify: list[str] | None = Field(None, max_length=20)


class Choice(BaseModel):
    """A workspace to go to."""

    workspace: str = Field(max_length=63, pattern=r"^[a-z0-9][a-z0-9_-]*$")


class NewPassword(BaseModel):
    """My password until now, if I have one, and the new one."""

    current: str = Field("", max_length=1000)
    password: str = Field(max_length=1000)


class Ended(BaseModel):
    """How many sessions were ended."""

    ended: int


def person(request: Request, actor: Annotated[Actor, Depends(signed_in)]) -> tuple[Actor, int, str]:
    """A person with a session: who, the user's id, and the session's token.

    Raises:
        Forbidden: an API key asks.
    """
    session: str | None = getattr(request.state, "session", None)
    if actor.user_id is None or session is None:
        raise Forbidden("This is for people, not for API keys.", "Sign in at /login.")
    return actor, actor.user_id, session


SignedIn = Annotated[Actor, Depends(signed_in)]
Person = Annotated[tuple[Actor, int, str], Depends(person)]


@router.get("/me/")
def get_me(request: Request, web: TheWeb, actor: SignedIn) -> Me:
    """Who I am, in which workspace, and what I may do there."""
    return _told(request, web, actor)


@router.patch("/me/")
def change_me(request: Request, web: TheWeb, who: Person, changes: MyChanges) -> Me:
    """Change my name, my language, and of what I am told by e-mail."""
    actor, user_id, _ = who
    user = get_user_by_id(web.database, user_id)
    if changes.notify is not None:
        set_notify(web.database, actor, user_id, changes.notify)
    name = user.name if changes.full_name is None else changes.full_name
    language = user.language if changes.language is None else changes.language or None
    set_profile(web.database, user_id, name=name, language=language)
    return _told(request, web, actor)


@router.post("/me/workspace/")
def go_to_workspace(request: Request, web: TheWeb, who: Person, choice: Choice) -> Me:
    """Make a workspace the current one of my session."""
    return _told(request, web, choose_workspace(web.database, who[2], choice.workspace))


@router.post("/me/password/")
def set_my_password(request: Request, web: TheWeb, who: Person, rates: Rates, given: NewPassword) -> Me:
    """Change my password; every other session of mine ends."""
    actor, user_id, session = who
    rates.attempt(actor.name, None)
    try:
        change_password(web.database, user_id, given.current, given.password, but=session)
    except WrongUsage:
        _note(web, actor, "password.refused")
        raise
    rates.right(actor.name, None)
    _note(web, actor, "password.change")
    return _told(request, web, actor)


@router.post("/me/sign-out-elsewhere/")
def sign_out_elsewhere(web: TheWeb, who: Person) -> Ended:
    """End every other session of mine."""
    actor, user_id, session = who
    ended = end_other_sessions(web.database, user_id, session)
    _note(web, actor, "sign_out.elsewhere", {"ended": ended})
    return Ended(ended=ended)


def _told(request: Request, web: Web, actor: Actor) -> Me:
    session: str | None = getattr(request.state, "session", None)
    user = None if actor.user_id is None else get_user_by_id(web.database, actor.user_id)
    own = [] if user is None else own_workspaces(web.database, user.id)
    given: dict[str, Any] = {
        "name": actor.name,
        "user_id": actor.user_id,
        "full_name": "" if user is None else user.name,
        "is_owner": actor.is_owner,
        "has_password": user is not None and user.has_password,
        "language": None if user is None else user.language,
        "via": actor.via,
        "workspace": actor.workspace,
        "permissions": [one for one in ("read", "write", "manage") if one in actor.permissions],
        "workspaces": [MyWorkspace(name=one.name, role=one.role) for one in own],
        "notify": [] if user is None else notified_of(web.database, actor.workspace_id, user.id),
        "csrf_token": None if session is None else csrf_token(web.secret, session),
    }
    return Me(**given)


def _note(web: Web, actor: Actor, act: str, details: dict[str, Any] | None = None) -> None:
    record_of_installation(web.database, actor.name, actor.via, act, details=details, address=actor.address)

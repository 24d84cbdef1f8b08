"""Who asks: the signed cookie of a session, or an API key, once for each request.

`request.state.actor` is whoever asks, or None; `request.state.session` the token of their session, None for a key.
What belongs here: cookie and headers. What doesn't: sessions and keys themselves (`segops_pipeline.access`).
"""

import asyncio
import hashlib
import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass

from anyio import to_thread
from itsdangerous import BadSignature, Signer
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from segops_pipeline.access.actor import Actor, Via
from segops_pipeline.access.api_keys import actor_of_key
from segops_pipeline.access.sessions import actor_of_session
from segops_pipeline.config import Settings
from segops_pipeline.errors import Forbidden, SegopsError
from segops_pipeline.web.security.hosts import is_https
from segops_pipeline.web.security.requests import address_of, header, is_api, is_static, is_unsafe, refuse, state_of
from segops_pipeline.web.state import Web

COOKIE = "segops_session"
WORKSPACE_HEADER = b"x-segops-workspace"
_BEARER = "bearer "
# Pages ask for several things at once, every few seconds. Who was found is known for a while; after a part of it they
# are looked up again while their request goes on. A session that another program ends counts for that long.
KNOWN_SECONDS, SURE_SECONDS, MOST_KNOWN = 10.0, 5.0, 10_000


class Who:
    """Finds out who asks; a key that does not count is refused at once, a session that does not is nobody."""

    def __init__(self, app: ASGIApp, web: Web) -> None:
        self._app = app
        self._web = web
        self._known = _Known(web)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note who asks, and pass the request on."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        state = state_of(scope)
        state["actor"] = state["session"] = None
        if not is_static(scope):
            try:
                state["actor"], state["session"] = await self._look(scope)
            except SegopsError as error:
                await refuse(error, scope, receive, send)
                return
        try:
            await self._app(scope, receive, send)
        finally:
            if is_unsafe(scope):
                self._web.changes.count += 1

    async def _look(self, scope: Scope) -> tuple[Actor | None, str | None]:
        workspace, address = header(scope, WORKSPACE_HEADER), address_of(scope)
        key = _key(scope) if is_api(scope) else None
        if key is not None:
            actor = await to_thread.run_sync(lambda: actor_of_key(self._web.database, key, address=address))
            if workspace not in (None, actor.workspace):
                raise Forbidden(
                    f"The API key is one of the workspace {actor.workspace}, not of '{workspace}'.",
                    "Use a key of that workspace.",
                )
            return actor, None
        token = session_of(self._web.secret, _cookie(scope, COOKIE))
        if token is None:
            return None, None
        via = "api" if is_api(scope) else "page"
        may_be_known = scope["type"] == "http" and not is_unsafe(scope)
        asked = _Asked(token, workspace, via, address)
        found = self._known.get(asked) if may_be_known else None
        if found is None:
            found = await self._known.look(asked)
        return found, token if found is not None else None


@dataclass(frozen=True, slots=True)
class _Asked:
    token: str
    workspace: str | None
    via: Via
    address: str | None


@dataclass(slots=True)
class _Found:
    actor: Actor
    changes: int
    at: float
    is_looked_up: bool = False


class _Known:
    """Who was found a while ago, until anything may have changed: whoever signs out is nobody at once."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._found: OrderedDict[_Asked, _Found] = OrderedDict()
        self._looking: set[asyncio.Task[Actor | None]] = set()

    def get(self, asked: _Asked) -> Actor | None:
        """The actor, if they are still known."""
        found = self._found.get(asked)
        age = float("inf") if found is None else time.monotonic() - found.at
        if found is None or age > KNOWN_SECONDS or found.changes != self._web.changes.count:
            return None
        if age > SURE_SECONDS and not found.is_looked_up:
            found.is_looked_up = True
            task = asyncio.create_task(self._look_quietly(asked))
            self._looking.add(task)
            task.add_done_callback(self._looking.discard)
        return found.actor

    async def look(self, asked: _Asked) -> Actor | None:
        """Look an actor up, and know them for a while; nobody is not kept."""
        changes, at = self._web.changes.count, time.monotonic()
        actor = await to_thread.run_sync(
            lambda: actor_of_session(
                self._web.database, asked.token, asked.workspace, via=asked.via, address=asked.address
            )
        )
        self._found.pop(asked, None)
        if actor is not None:
            self._found[asked] = _Found(actor, changes, at)
        while len(self._found) > MOST_KNOWN:
            self._found.popitem(last=False)
        return actor

    async def _look_quietly(self, asked: _Asked) -> Actor | None:
        with suppress(SegopsError):  # the next request looks for itself, and is told
            return await self.look(asked)


def session_cookie(secret: bytes, session: str) -> tuple[str, str]:
    """The name and the value of the cookie that carries a session's token."""
    return COOKIE, _signer(secret).sign(session).decode()


def session_of(secret: bytes, cookie: str | None) -> str | None:
    """The token in a cookie's value; None: there is none, or we have not signed it."""
    if not cookie:
        return None
    try:
        return _signer(secret).unsign(cookie.encode("latin-1", "replace")).decode()
    except (BadSignature, UnicodeDecodeError):
        return None


def set_session(response: Response, secret: bytes, settings: Settings, session: str) -> None:
    """Have a browser keep a session for as long as it counts."""
    name, value = session_cookie(secret, session)
    response.set_cookie(
        name, value, max_age=int(settings.session_hours * 3600), path="/", secure=is_https(settings), httponly=True,
        samesite="lax",
    )  # fmt: skip


def clear_session(response: Response, settings: Settings) -> None:
    """Have a browser forget its session."""
    response.delete_cookie(COOKIE, path="/", secure=is_https(settings), httponly=True, samesite="lax")


def _signer(secret: bytes) -> Signer:
    return Signer(secret, salt="segops.session", digest_method=hashlib.sha256)


def _key(scope: Scope) -> str | None:
    given = header(scope, b"x-api-key")
    if given is not None:
        return given.strip()
    authorization = header(scope, b"authorization") or ""
    return authorization[len(_BEARER) :].strip() if authorization.lower().startswith(_BEARER) else None


def _cookie(scope: Scope, name: str) -> str | None:
    for key, value in scope["headers"]:
        if key == b"cookie":
            for part in value.decode("latin-1").split(";"):
                found, _, content = part.strip().partition("=")
                if found == name:
                    return content.strip('"')
    return None

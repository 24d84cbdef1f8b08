"""The API behind all that stands before it, without pages and without a server: requests go straight to it.

What belongs here: clients and raw requests for tests of access. What doesn't: the running server (`conftest`).
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from segops_pipeline.access.actor import Role
from segops_pipeline.access.members import set_role
from segops_pipeline.access.sessions import open_session
from segops_pipeline.access.users import User, create_user
from segops_pipeline.config import Settings
from segops_pipeline.imports.workspaces import ensure_workspace
from segops_pipeline.stores.opening import Stores
from segops_pipeline.web.app import build_app
from segops_pipeline.web.security.csrf import csrf_token
from segops_pipeline.web.security.who import session_cookie
from segops_pipeline.web.state import Web

HOST = "127.0.0.1:3080"
ORIGIN = f"http://{HOST}"
SECRET = b"a secret of tests, long enough for it"


@dataclass(frozen=True, slots=True)
class Guarded:
    """The application over the stores of a test."""

    app: ASGIApp
    web: Web

    def client(self, session: str | None = None, *, token: bool = True, **headers: str) -> TestClient:
        """A browser: with a session's cookie, and the token against forgery that our pages send."""
        client = TestClient(self.app, ORIGIN, follow_redirects=False, client=("192.0.2.1", 50_000))
        client.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
        if session is not None:
            name, value = session_cookie(SECRET, session)
            client.cookies.set(name, value)
            if token:
                client.headers["X-CSRF-Token"] = csrf_token(SECRET, session)
        return client

    def member(self, role: Role, workspace: str = "acme") -> "Member":
        """A new person of a workspace, who is signed in."""
        place = ensure_workspace(self.web.database, workspace)
        user = create_user(self.web.database, f"{role}-{secrets.token_hex(4)}@example.com")
        set_role(self.web.database, place.id, user.id, role)
        return Member(user, place.id, open_session(self.web.database, user.id, self.web.settings))


@dataclass(frozen=True, slots=True)
class Member:
    """A person of a workspace, and the token of their session."""

    user: User
    workspace_id: int
    session: str


def guarded(stores: Stores, **changes: Any) -> Guarded:
    """The application with some settings changed."""
    settings: Settings = stores.settings.model_copy(update=changes)
    web = Web(replace(stores, settings=settings), SECRET)
    return Guarded(build_app(web, pages=False), web)


async def call(app: ASGIApp, scope: Scope, messages: Iterable[Message], pause: Any = None) -> list[Message]:
    """What an application answers to one request whose body comes as `messages`, then stalls in `pause`."""
    left, sent = iter(messages), list[Message]()

    async def receive() -> Message:
        for message in left:
            return message
        if pause is not None:
            await pause()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent


def post(path: str, **headers: str) -> Scope:
    """A POST request as a server hands it on."""
    sent = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"", "headers": sent,
        "scheme": "http", "server": ("127.0.0.1", 3080), "client": ("192.0.2.1", 50_000), "http_version": "1.1",
        "root_path": "", "state": {"actor": None, "session": None},
    }  # fmt: skip


async def taking_all(_scope: Scope, receive: Receive, send: Send) -> None:
    """An application that takes a whole body and is content with it."""
    more = True
    while more:
        more = (await receive()).get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"all of it"})

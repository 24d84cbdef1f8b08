"""Sockets that stay open end with the session, and with the rights that the page was built with."""

import asyncio
from collections.abc import Callable

import pytest
from starlette.types import Message, Receive, Scope, Send

from segops_pipeline.access.actor import Actor
from segops_pipeline.access.members import set_role
from segops_pipeline.access.sessions import actor_of_session, end_session, open_session
from segops_pipeline.access.users import create_user
from segops_pipeline.config import Settings
from segops_pipeline.stores.database import Database
from segops_pipeline.web.security import sockets
from segops_pipeline.web.security.sockets import LiveSockets


async def open_until_closed(database: Database, actor: Actor, session: str, act: Callable[[], None]) -> list[Message]:
    """What a browser is sent on a socket that stays open, while something happens elsewhere."""
    sent, closed = list[Message](), asyncio.Event()

    async def receive() -> Message:
        await closed.wait()
        return {"type": "websocket.disconnect", "code": 1008}

    async def send(message: Message) -> None:
        sent.append(message)
        if message["type"] == "websocket.close":
            closed.set()

    async def page(_scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})
        await asyncio.to_thread(act)
        await receive()
        await send({"type": "websocket.send", "text": "news that nobody may see"})

    scope: Scope = {"type": "websocket", "state": {"actor": actor, "session": session}}
    await asyncio.wait_for(LiveSockets(page, database)(scope, receive, send), 20)
    return sent


@pytest.mark.parametrize("loss", ["signed out", "demoted"])
def test_who_signs_out_or_may_do_less_loses_the_socket(
    database: Database, workspace_id: int, settings: Settings, monkeypatch: pytest.MonkeyPatch, loss: str
) -> None:
    monkeypatch.setattr(sockets, "LOOK_SECONDS", 0.05)
    user = create_user(database, "kim@example.com")
    set_role(database, workspace_id, user.id, "editor")
    session = open_session(database, user.id, settings)
    actor = actor_of_session(database, session)
    assert actor is not None

    def lose() -> None:
        if loss == "demoted":
            set_role(database, workspace_id, user.id, "viewer")
        else:
            end_session(database, session)

    sent = asyncio.run(open_until_closed(database, actor, session, lose))
    assert [message["type"] for message in sent] == ["websocket.accept", "websocket.close"]

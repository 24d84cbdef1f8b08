"""Sockets of pages that stay open: whoever has signed out, or may do less than before, loses them within seconds.

A page is built with the rights of that moment, and goes on showing what is new. What belongs here: looking again at who
it is while a socket is open. What doesn't: whether one may be opened (`csrf`).
"""

import asyncio
from contextlib import suppress

from anyio import to_thread
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from segops_pipeline.access.actor import Actor
from segops_pipeline.access.sessions import actor_of_session
from segops_pipeline.errors import SegopsError
from segops_pipeline.stores.database import Database
from segops_pipeline.web.security.requests import POLICY_VIOLATED, actor_of, state_of

LOOK_SECONDS = 20.0


class LiveSockets:
    """Ends a socket once its session has ended, or its rights in the workspace have shrunk."""

    def __init__(self, app: ASGIApp, database: Database) -> None:
        self._app = app
        self._database = database

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; a socket under watch."""
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        actor, session = actor_of(scope), state_of(scope).get("session")
        if actor is None or session is None:
            await self._app(scope, receive, send)
            return
        is_over = False

        async def send_while_open(message: Message) -> None:
            if not is_over:
                await send(message)

        async def watch() -> None:
            nonlocal is_over
            await asyncio.sleep(LOOK_SECONDS)
            while await self._still(actor, session):
                await asyncio.sleep(LOOK_SECONDS)
            is_over = True
            with suppress(RuntimeError):  # it has closed by itself meanwhile
                await send({"type": "websocket.close", "code": POLICY_VIOLATED})

        watching = asyncio.create_task(watch())
        try:
            await self._app(scope, receive, send_while_open)
        finally:
            watching.cancel()

    async def _still(self, actor: Actor, session: str) -> bool:
        try:
            found = await to_thread.run_sync(actor_of_session, self._database, session, actor.workspace)
        except SegopsError:
            return True  # nobody knows while the store is away; nothing can be read then either
        return found is not None and found.permissions >= actor.permissions

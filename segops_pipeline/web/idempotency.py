"""`Idempotency-Key`: the same request under the same key is done once, however often a client sends it.

The first request is done, and its answer kept; the same one again gets that answer (`Idempotent-Replayed: true`),
another one under the key is refused, and so is one while the first is still being answered. What a request is, is told
by method, path, query and the bytes of its body, hashed as they stream by: an upload is never held in memory. Kept are
answers of at most 1 MiB that say that something was done or cannot be; not those that say "not now", nor failures of
ours, nor those that are shown once: nobody shall find a key or a link in the database. What belongs here: that. What
doesn't: what routes do.
"""

import hashlib
import re
from collections.abc import Callable
from typing import Any

from anyio import to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from segops_pipeline.access.actor import Actor
from segops_pipeline.access.sessions import NO_WORKSPACE
from segops_pipeline.errors import KeyReused, SegopsError, StoreUnreachable, WrongUsage
from segops_pipeline.stores.database import Database
from segops_pipeline.stores.idempotency import Kept, begin, forget, keep
from segops_pipeline.web.errors import answer

HEADER = "idempotency-key"
REPLAYED = "Idempotent-Replayed"
API = "/api/pim/"
KEY = re.compile(r"[\x21-\x7e]{1,200}")
MOST_BYTES = 1024 * 1024
SHOWN_ONCE = re.compile(r"/api/pim/(keys|members/[^/]+/invitation)/?")
NOT_NOW = {401, 403, 408, 409, 412, 413, 429}
NOT_KEPT_HEADERS = {"content-length", "date", "server", "connection", "set-cookie"}
_BOUNDARY = re.compile(r'boundary="?([^";]+)"?', re.IGNORECASE)


class Idempotency:
    """Keeps the answers to requests that carry a key; it stands within what finds out who asks."""

    def __init__(self, app: ASGIApp, database: Database) -> None:
        self._app = app
        self._database = database

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or again as before."""
        key = _key(scope)
        actor: Actor | None = scope.get("state", {}).get("actor")
        if key is None or actor is None or actor.workspace_id == NO_WORKSPACE:
            await self._app(scope, receive, send)
            return
        try:
            kept = await self._begin(actor, key)
        except SegopsError as error:
            await answer(error)(scope, receive, send)
            return
        request = _Fingerprint(scope, receive)
        if kept is not None:
            await self._again(scope, request, send, kept)
        else:
            await self._first(scope, request, send, actor, key)

    async def _begin(self, actor: Actor, key: str) -> Kept | None:
        if KEY.fullmatch(key) is None:
            raise WrongUsage("This is no idempotency key.", "Use 1 to 200 printable ASCII characters, as a UUID has.")
        return await to_thread.run_sync(begin, self._database, actor.workspace_id, actor.name, key)

    async def _first(self, scope: Scope, request: "_Fingerprint", send: Send, actor: Actor, key: str) -> None:
        """Do the request, and keep its answer."""
        copy = _Copy(send)
        is_kept = False
        try:
            await self._app(scope, request.receive, copy.send)
            is_worth_it = copy.is_whole and copy.status < 500 and copy.status not in NOT_NOW
            if is_worth_it and not SHOWN_ONCE.fullmatch(scope["path"]) and await request.rest():
                kept = Kept(request.fingerprint, copy.status, b"".join(copy.parts), copy.headers)
                await to_thread.run_sync(keep, self._database, actor.workspace_id, actor.name, key, kept)
                is_kept = True
        finally:
            if not is_kept:
                await _in_thread(lambda: forget(self._database, actor.workspace_id, actor.name, key))

    async def _again(self, scope: Scope, request: "_Fingerprint", send: Send, kept: Kept) -> None:
        """Give the answer that was kept, if it is the same request."""
        if kept.status is None:
            error = KeyReused("A request with this idempotency key is still being answered.", "Wait, and try again.")
            await answer(error)(scope, request.receive, send)
            return
        if not await request.rest() or request.fingerprint != kept.fingerprint:
            error = KeyReused("The idempotency key belongs to another request.", "Use a new key for each request.")
            await answer(error)(scope, request.receive, send)
            return
        headers = MutableHeaders(raw=[(n.encode("latin-1"), v.encode("latin-1")) for n, v in kept.headers])
        headers[REPLAYED] = "true"
        headers["Content-Length"] = str(len(kept.body))
        await send({"type": "http.response.start", "status": kept.status, "headers": headers.raw})
        await send({"type": "http.response.body", "body": kept.body})


class _Fingerprint:
    """A request's method, path, query and body as one hash; it grows while the body is read.

    A form's boundary is another one each time it is sent, and left out.
    """

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._receive = receive
        self._digest = hashlib.sha256()
        found = _BOUNDARY.search(Headers(scope=scope).get("content-type", ""))
        self._boundary = b"\r\n--" + found[1].encode("latin-1") if found else b""
        self._tail = b"\r\n" if found else b""  # the first boundary has no line before it
        self._is_complete = False
        for part in (scope["method"].encode(), scope["path"].rstrip("/").encode(), scope["query_string"]):
            self._digest.update(part + b"\0")

    async def receive(self) -> Message:
        """The next piece, for the application."""
        message = await self._receive()
        if message["type"] == "http.request" and not self._is_complete:
            self._add(message.get("body", b""))
            self._is_complete = not message.get("more_body", False)
        return message

    async def rest(self) -> bool:
        """Read what the application has not; whether the body has come whole."""
        while not self._is_complete:
            message = await self.receive()
            if message["type"] != "http.request":
                return False
        return True

    @property
    def fingerprint(self) -> str:
        """The hash of what has come."""
        digest = self._digest.copy()
        digest.update(self._tail)
        return digest.hexdigest()

    def _add(self, piece: bytes) -> None:
        if not self._boundary:
            self._digest.update(piece)
            return
        *parts, last = (self._tail + piece).split(self._boundary)
        for part in parts:
            self._digest.update(part)
        cut = max(0, len(last) - len(self._boundary) + 1)  # the boundary may go on in the next piece
        self._digest.update(last[:cut])
        self._tail = last[cut:]


class _Copy:
    """Sends an answer on, and keeps a copy of it as long as it is not too large."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._size = 0
        self._has_ended = False
        self.status = 500
        self.headers: list[tuple[str, str]] = []
        self.parts: list[bytes] = []

    @property
    def is_whole(self) -> bool:
        """Whether the copy is all of the answer."""
        return self._has_ended and self._size <= MOST_BYTES

    async def send(self, message: Message) -> None:
        """Pass a part of the answer on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            told = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in message.get("headers", [])]
            self.headers = [(name, value) for name, value in told if name.lower() not in NOT_KEPT_HEADERS]
        elif message["type"] == "http.response.body":
            part = message.get("body", b"")
            self._size += len(part)
            if self._size <= MOST_BYTES:
                self.parts.append(part)
            self._has_ended = not message.get("more_body", False)
        await self._send(message)


def _key(scope: Scope) -> str | None:
    if scope["type"] != "http" or scope["method"] != "POST" or not scope["path"].startswith(API):
        return None
    return Headers(scope=scope).get(HEADER)


async def _in_thread(act: Callable[[], Any]) -> None:
    """Do something whatever has happened; a store that is away now has its rows tidied up by their age."""
    try:
        await to_thread.run_sync(act)
    except StoreUnreachable:
        return

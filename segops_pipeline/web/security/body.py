"""Bodies of requests: how large they may be and how slowly they may come, watched while they come.

What belongs here: bytes and time. What doesn't: what is in them.
"""

import asyncio
import re
import time

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from segops_pipeline.access.actor import Actor
from segops_pipeline.config import MEBIBYTE, Settings
from segops_pipeline.errors import FileTooLarge, Forbidden, SegopsError, UploadStalled
from segops_pipeline.web.errors import status_of, told
from segops_pipeline.web.security.requests import UPLOAD_OF_PAGE, actor_of, header, is_unsafe, refuse

MOST_BYTES = 32 * MEBIBYTE
SLACK_BYTES = 1 * MEBIBYTE  # of a form around a file
# An upload that crawls is one that has stalled: within the time that one may stall, so much must have come.
LEAST_BYTES = 8 * 1024
DRAIN_SECONDS = 2.0
DRAIN_BYTES = 64 * MEBIBYTE
_UPLOADS = re.compile(r"/api/pim/import/(csv|[^/]+/correct)/?")


class BodyLimits:
    """Ends a request whose body is too large or does not come; the answer says so, whatever the route made of it."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its body under watch."""
        if not is_unsafe(scope):
            await self._app(scope, receive, send)
            return
        most, slack, remedy = MOST_BYTES, 0, "Send it in several requests."
        if _is_upload(scope):
            try:
                _check_writer(actor_of(scope))  # before a gigabyte has come
            except Forbidden as error:
                await refuse(error, scope, receive, send)
                return
            most, slack = self._settings.max_upload_bytes, SLACK_BYTES
            remedy = "Send a smaller file, pack it, or raise SEGOPS_MAX_UPLOAD_BYTES."
        error = FileTooLarge(
            f"What was sent is larger than {most / MEBIBYTE:,.6g} MiB, the most that is taken.", remedy
        )
        body = _Body(receive, most + slack, error, self._settings.upload_stall_seconds)
        body.check_announced(header(scope, b"content-length"))
        guarded = _Answer(send, body)
        if body.wrong is None:
            try:
                await self._app(scope, body.receive, guarded.send)
            except Exception:
                if body.wrong is None or guarded.is_started:
                    raise
        if body.wrong is not None and not guarded.is_started:
            await _tell(body.wrong, body, send, is_awaited=header(scope, b"expect") is not None)


class BodyEndedError(Exception):
    """The rest of a body is not taken; the answer has been decided."""


class _Body:
    """A body that is counted and timed; `wrong` is what was wrong with it."""

    def __init__(self, receive: Receive, most: int, too_large: SegopsError, stall_seconds: float) -> None:
        self._receive = receive
        self._most = most
        self._error = too_large
        self._stall_seconds = stall_seconds
        self._taken = 0
        self._is_complete = False
        self._window_seconds = 0.0
        self._window_bytes = 0
        self.wrong: SegopsError | None = None

    def check_announced(self, length: str | None) -> None:
        """Look at the Content-Length, so that nothing needs to come first."""
        if length is not None and length.isdecimal() and int(length) > self._most:
            self._too_large()

    async def receive(self) -> Message:
        """The next piece, for the application."""
        if self._is_complete:
            return await self._receive()  # waits for the end of the connection, which takes as long as it takes
        if self.wrong is not None:
            raise BodyEndedError
        started = time.monotonic()
        try:
            async with asyncio.timeout(self._stall_seconds - self._window_seconds):
                message = await self._receive()
        except TimeoutError:
            self._stalled()
            raise BodyEndedError from None
        if message["type"] == "http.request":
            self._count(message, time.monotonic() - started)
        return message

    async def drain(self) -> None:
        """Take what still comes for a moment, so that the answer is read rather than lost with the connection."""
        taken = 0
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                while not self._is_complete and taken < DRAIN_BYTES:
                    message = await self._receive()
                    taken += len(message.get("body", b""))
                    self._is_complete = message["type"] != "http.request" or not message.get("more_body", False)
        except TimeoutError:
            pass

    def _count(self, message: Message, seconds: float) -> None:
        size = len(message.get("body", b""))
        self._is_complete = not message.get("more_body", False)
        self._taken += size
        self._window_bytes += size
        self._window_seconds += seconds
        if self._taken > self._most:
            self._too_large()
            raise BodyEndedError
        if self._window_bytes >= LEAST_BYTES:
            self._window_seconds, self._window_bytes = 0.0, 0
        elif self._window_seconds >= self._stall_seconds and not self._is_complete:
            self._stalled()
            raise BodyEndedError

    def _too_large(self) -> None:
        self.wrong = self._error

    def _stalled(self) -> None:
        self.wrong = UploadStalled(
            f"Nothing, or next to nothing, has come for {self._stall_seconds:g} seconds, so the upload was ended.",
            "Try again; nothing was kept.",
        )


class _Answer:
    """The application's answer, which is dropped once the body has turned out wrong."""

    def __init__(self, send: Send, body: _Body) -> None:
        self._send = send
        self._body = body
        self.is_started = False

    async def send(self, message: Message) -> None:
        """Pass a part of the answer on, or drop it."""
        if self._body.wrong is not None and not self.is_started:
            return
        self.is_started = True
        await self._send(message)


def _is_upload(scope: Scope) -> bool:
    path: str = scope["path"]
    return path.startswith(UPLOAD_OF_PAGE) or _UPLOADS.fullmatch(path) is not None


def _check_writer(actor: Actor | None) -> None:
    if actor is not None:  # nobody is refused before
        actor.require("write")


async def _tell(error: SegopsError, body: _Body, send: Send, *, is_awaited: bool) -> None:
    """Answer with an error and end the connection, whose rest is no request; `is_awaited`: nothing is sent yet."""
    response = JSONResponse(told(error), status_of(error), {"Connection": "close"})
    await send({"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers})
    await send({"type": "http.response.body", "body": response.body, "more_body": True})
    if not is_awaited:
        await body.drain()
    await send({"type": "http.response.body", "body": b"", "more_body": False})

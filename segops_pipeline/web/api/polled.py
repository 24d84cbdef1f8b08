"""Answers that many clients ask for again and again: made once for all who ask within a moment.

An answer is made anew as soon as a request through this process may have changed something, and where the client says
`Cache-Control: no-cache`. What belongs here: keeping such answers for a
moment. What doesn't: what is in them.
"""

import asyncio
import gzip
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property

from anyio import to_thread
from fastapi import Request, Response

from segops_pipeline.web.state import Web

MOST_ANSWERS = 500
SMALL_BYTES, GZIP_LEVEL = 500, 5


@dataclass(frozen=True)
class Told:
    """An answer: its JSON, and its ETag; None: the hash of the JSON."""

    body: bytes
    etag: str | None = None

    @cached_property
    def smaller(self) -> bytes:
        """The JSON, compressed once for all who get it."""
        return gzip.compress(self.body, GZIP_LEVEL)


@dataclass(slots=True)
class _Kept:
    told: Told | None = None
    made_at: float = float("-inf")
    changes: int = -1
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Polled:
    """Answers by what was asked; used from one event loop. Whoever asks while one is made waits for that one."""

    def __init__(self, kept_seconds: float) -> None:
        self._kept_seconds = kept_seconds
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()

    async def answer(self, request: Request, web: Web, asked: Hashable, load: Callable[[], Told]) -> Response:
        """The answer, at most a moment old; 304 where the client has the JSON of this hash.

        Args:
            request: of the client.
            web: the web process.
            asked: what tells one answer from another: the workspace and all filters among it.
            load: makes the answer, in a thread.
        """
        told = await self._told(request, web, (id(web), asked), load)
        etag = told.etag or f'"{hashlib.sha256(told.body).hexdigest()[:24]}"'
        headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
        if told.etag is None and etag in request.headers.get("if-none-match", ""):
            return Response(None, 304, headers)
        if len(told.body) < SMALL_BYTES or "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(told.body, 200, headers, "application/json")
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return Response(told.smaller, 200, headers, "application/json")

    async def _told(self, request: Request, web: Web, asked: Hashable, load: Callable[[], Told]) -> Told:
        kept = self._kept.setdefault(asked, _Kept())
        self._kept.move_to_end(asked)
        while len(self._kept) > MOST_ANSWERS:
            self._kept.popitem(last=False)
        wants_new = "no-cache" in request.headers.get("cache-control", "")
        asked_at = time.monotonic()
        if not wants_new and kept.told is not None and self._is_fresh(kept, web):
            return kept.told
        async with kept.lock:
            if kept.told is not None and self._is_fresh(kept, web) and not (wants_new and kept.made_at < asked_at):
                return kept.told
            changes, made_at = web.changes.count, time.monotonic()
            kept.told = told = await to_thread.run_sync(load)
            kept.changes, kept.made_at = changes, made_at
            return told

    def _is_fresh(self, kept: _Kept, web: Web) -> bool:
        return kept.changes == web.changes.count and time.monotonic() - kept.made_at <= self._kept_seconds

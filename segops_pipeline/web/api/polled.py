"""Answers that many clients ask for again and again: made once a second, and not sent again while they are the same.

What belongs here: keeping such answers for a moment, and their ETags. What doesn't: what is in them.
"""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from anyio import to_thread
from fastapi import Response

KEPT_SECONDS = 1.0
MOST_ANSWERS = 500


@dataclass(slots=True)
class _Kept:
    made_at: float = float("-inf")
    body: bytes = b""
    etag: str = ""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Polled:
    """Answers by what was asked; used from one event loop. Whoever asks while one is made waits for that one."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()

    async def answer(self, asked: Hashable, if_none_match: str | None, load: Callable[[], bytes]) -> Response:
        """The answer, at most a second old; 304 where the client has it.

        Args:
            asked: what tells one answer from another: the workspace and all filters among it.
            if_none_match: the header, with the ETag of what the client has.
            load: makes the JSON, in a thread.
        """
        kept = self._kept.setdefault(asked, _Kept())
        self._kept.move_to_end(asked)
        while len(self._kept) > MOST_ANSWERS:
            self._kept.popitem(last=False)
        if time.monotonic() - kept.made_at > KEPT_SECONDS:
            async with kept.lock:
                if time.monotonic() - kept.made_at > KEPT_SECONDS:
                    asked_at = time.monotonic()
                    body = await to_thread.run_sync(load)
                    kept.body, kept.etag = body, f'"{hashlib.sha256(body).hexdigest()[:24]}"'
                    kept.made_at = asked_at
        headers = {"ETag": kept.etag, "Cache-Control": "private, no-cache"}
        if if_none_match is not None and kept.etag in if_none_match:
            return Response(None, 304, headers)
        return Response(kept.body, 200, headers, "application/json")

"""One file on its way here, and the time that it may take in all.

What belongs here: what the fetchers of every scheme share. What doesn't: the schemes (fetch_http.py,
fetch_sftp.py, fetch_bucket.py, fetch_local.py) and where the bytes go (fetch.py).
"""

import asyncio
import time
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from fsspec.asyn import get_loop

from segops_pipeline.config import Settings
from segops_pipeline.errors import FetchError
from segops_pipeline.imports.addresses import AddressGuard

_Result = TypeVar("_Result")
_CLOSING_SECONDS = 5.0
CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Download:
    """A file that has been opened.

    `file_name` is what the server or the path calls it, not yet made safe. `final_location` is where it was
    found after redirects, without secrets. `size_bytes` is what was announced, None when nothing was.
    """

    file_name: str
    final_location: str
    size_bytes: int | None
    chunks: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class Conditions:
    """What one fetch is bound by."""

    settings: Settings
    guard: AddressGuard
    deadline: "Deadline"


class TimeIsUp(Exception):
    """The fetch has taken as long as it may."""


class Deadline:
    """The end of the time that a fetch may take, however slowly and steadily the bytes come."""

    def __init__(self, seconds: float) -> None:
        self._ends_at = time.monotonic() + seconds

    def remaining_seconds(self) -> float:
        """The time left.

        Raises:
            TimeIsUp: there is none.
        """
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise TimeIsUp
        return left

    def run(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        """Await something on fsspec's own event loop, from a thread that has none, as long as time is left.

        Raises:
            TimeIsUp: it did not finish; it has been cancelled.
        """
        try:
            left = self.remaining_seconds()
        except TimeIsUp:
            work.close()
            raise
        future = asyncio.run_coroutine_threadsafe(work, get_loop())
        try:
            return future.result(left)
        except BaseException as error:
            if isinstance(error, TimeoutError) and not future.done():
                future.cancel()
                raise TimeIsUp from None
            future.cancel()
            raise

    @staticmethod
    def close(work: Coroutine[Any, Any, Any]) -> None:
        """Await something that tidies up, which must be done even when the time is over."""
        asyncio.run_coroutine_threadsafe(work, get_loop()).result(_CLOSING_SECONDS)


def cannot_fetch(shown: str, reason: str, remedy: str = "") -> FetchError:
    """The error of a fetch, in words.

    Args:
        shown: the location, without secrets.
        reason: what went wrong, as the end of a sentence without its full stop.
        remedy: what to do.
    """
    return FetchError(f"{shown} cannot be fetched: {reason}.", remedy)

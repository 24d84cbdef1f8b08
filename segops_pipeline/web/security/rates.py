"""How often: requests of a user, key or address in an hour, and wrong sign-ins of an account and an address.

Counted in memory, for there is one web process; a restart forgets. What belongs here: counting and the middleware.
What doesn't: how many imports somebody starts (`segops_pipeline.access.rates`, from the jobs themselves).
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from segops_pipeline.config import Settings
from segops_pipeline.errors import TooManyRequests
from segops_pipeline.web.security.requests import actor_of, address_of, is_static, network_of, refuse

HOUR_SECONDS = 3600.0
MOST_COUNTED = 100_000


@dataclass(slots=True)
class _Count:
    window: int
    before: int = 0
    now: int = 0


class HourlyRate:
    """At most so many of something in any hour, for each of many names; safe for threads.

    The hour that slides is taken from two that do not: what the one before had counts by the part of it that is
    still within the hour. It is exact for even traffic, and needs two numbers for each name.
    """

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.most = most
        self._clock = clock
        self._counts: OrderedDict[str, _Count] = OrderedDict()
        self._lock = threading.Lock()

    def count(self, name: str) -> None:
        """Count one more; those that have been quiet for longest are forgotten first when there are too many names."""
        with self._lock:
            found = self._current(name)
            found.now += 1
            self._counts[name] = found
            self._counts.move_to_end(name)
            if len(self._counts) > MOST_COUNTED:
                self._counts.popitem(last=False)

    def wait_seconds(self, name: str) -> int:
        """How long until one more may come; 0: now."""
        with self._lock:
            found = self._current(name)
        spent = self._clock() % HOUR_SECONDS
        if found.before * (1 - spent / HOUR_SECONDS) + found.now < self.most:
            return 0
        # what counts shrinks evenly: by now it is that of this hour, once that is the past one
        left = HOUR_SECONDS - spent
        if found.now < self.most:
            return max(1, int((1 - (self.most - found.now) / found.before) * HOUR_SECONDS - spent) + 1)
        return max(1, int(left + (1 - self.most / found.now) * HOUR_SECONDS) + 1)

    def check(self, name: str, what: str) -> None:
        """Check that one more may come.

        Raises:
            TooManyRequests: as many as may be have come; it says when the next one may.
        """
        seconds = self.wait_seconds(name)
        if seconds:
            error = TooManyRequests(
                f"{what} have come more than {self.most:,} times in an hour.",
                f"Try again in {seconds} seconds." if seconds < 120 else f"Try again in {-(-seconds // 60)} minutes.",
            )
            error.retry_after_seconds = seconds
            raise error

    def uncount(self, name: str) -> None:
        """Take one back."""
        with self._lock:
            found = self._current(name)
            found.now = max(0, found.now - 1)

    def forget(self, name: str) -> None:
        """Begin anew with a name."""
        with self._lock:
            self._counts.pop(name, None)

    def _current(self, name: str) -> _Count:
        window = int(self._clock() // HOUR_SECONDS)
        found = self._counts.get(name)
        if found is None or found.window < window - 1:
            return _Count(window)
        if found.window == window - 1:
            return _Count(window, before=found.now)
        return found


class RequestRates:
    """Refuses requests of who has sent too many; files that are the same for everybody do not count."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._rate = HourlyRate(settings.requests_per_hour)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count a request and pass it on, or refuse it."""
        if scope["type"] in ("http", "websocket") and not is_static(scope):
            name = _name(scope)
            try:
                self._rate.check(name, "Your requests")
            except TooManyRequests as error:
                await refuse(error, scope, receive, send)
                return
            self._rate.count(name)
        await self._app(scope, receive, send)


class SignInRates:
    """Wrong sign-ins: too many of an account or from an address let nobody try there for a while."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = HourlyRate(settings.sign_ins_per_hour, clock)

    def attempt(self, account: str | None, address: str | None) -> None:
        """Count a sign-in as a wrong one before it is looked at, so that many at once count too.

        Raises:
            TooManyRequests: too many wrong ones have come.
        """
        for name in self._names(account, address):
            self._rate.check(name, "Wrong sign-ins")
        for name in self._names(account, address):
            self._rate.count(name)

    def right(self, account: str | None, address: str | None) -> None:
        """It was not a wrong one: forget it, and what the account's owner has mistyped before."""
        for name in self._names(account, None):
            self._rate.forget(name)
        for name in self._names(None, address):
            self._rate.uncount(name)

    def _names(self, account: str | None, address: str | None) -> list[str]:
        names = [] if account is None else [f"account {account.strip().lower()[:320]}"]
        return names if address is None else [*names, f"address {network_of(address)}"]


def _name(scope: Scope) -> str:
    actor = actor_of(scope)
    if actor is None:
        return f"address {network_of(address_of(scope))}"
    return f"user {actor.user_id}" if actor.user_id is not None else f"{actor.name} of {actor.workspace}"

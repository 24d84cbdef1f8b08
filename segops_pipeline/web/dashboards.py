"""A workspace's dashboard for pages and API, read at most once in a few seconds however many people look.

chDB would make the web process large, and its folder is open to one process at a time: it is opened in a child. A
server is asked from here. What belongs here: that, and remembering for a moment. What doesn't: the figures
(`analytics`).
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from segops_pipeline.analytics.dashboard import Dashboard, Problem, read_dashboard, what_postgres_knows
from segops_pipeline.config import Settings
from segops_pipeline.errors import RunInterrupted
from segops_pipeline.stores.opening import Stores, open_stores
from segops_pipeline.web.working import run_apart

FRESH_SECONDS = 15.0
AGAIN_SECONDS = 2.0  # for whoever asks to see it anew, and where ClickHouse was away
CHILD_SECONDS = 60.0
MOST_REMEMBERED = 200


class Remembered:
    """What was read a moment ago, by workspace and days; whoever asks meanwhile waits for the same reading."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, int, int], tuple[float, Dashboard]] = {}
        self._reading: dict[tuple[str, int, int], threading.Lock] = {}
        self._guard = threading.Lock()

    def get(self, key: tuple[str, int, int], read: Callable[[], Dashboard], most_seconds: float) -> Dashboard:
        """What is remembered, unless it is older; then it is read."""
        with self._guard:
            if len(self._reading) > MOST_REMEMBERED:
                self._reading.clear()
                self._found.clear()
            reading = self._reading.setdefault(key, threading.Lock())
        with reading:
            then, found = self._found.get(key, (0.0, None))
            if found is not None and found.problem is not None:
                most_seconds = min(most_seconds, AGAIN_SECONDS)
            if found is None or time.monotonic() - then > most_seconds:
                found = read()
                self._found[key] = (time.monotonic(), found)
            return found


_remembered = Remembered()


def dashboard_of(stores: Stores, workspace_id: int, days: int, *, anew: bool = False) -> Dashboard:
    """A workspace's dashboard over the days that end today, at most FRESH_SECONDS old; `anew`, AGAIN_SECONDS.

    Raises:
        StoreUnreachable: PostgreSQL does not answer.
    """
    key = (str(stores.settings.home), workspace_id, days)
    most_seconds = AGAIN_SECONDS if anew else FRESH_SECONDS
    return _remembered.get(key, lambda: _read(stores, workspace_id, days), most_seconds)


def read_in_child(settings: Settings, workspace_id: int, days: int) -> Dashboard:
    """Read a dashboard with stores of one's own."""
    with open_stores(settings, start=False) as stores:
        return read_dashboard(stores, workspace_id, days)


def _read(stores: Stores, workspace_id: int, days: int) -> Dashboard:
    if stores.settings.clickhouse_url is not None:
        return read_dashboard(stores, workspace_id, days)
    try:
        return run_apart(stores.settings, read_in_child, workspace_id, days, timeout_seconds=CHILD_SECONDS)
    except RunInterrupted as error:
        problem = Problem(error.message, "Try again in a moment.")
        return what_postgres_knows(stores, workspace_id, days, datetime.now(UTC).date(), problem)

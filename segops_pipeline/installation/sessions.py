"""Sessions of processes: a child that leads one, and everything that descends from it.

A session's number stays with its members when their parents die, so the descendants of a killed child are
still found, and no other process can be taken for one of them while any is alive.
What belongs here: finding and ending them. What doesn't: which children there are and why.
"""

import os
import signal
import time
from collections.abc import Callable, Iterable

import psutil

POLL_SECONDS = 0.05
KILL_SECONDS = 10.0


def members(session_id: int) -> list[int]:
    """Numbers of the living processes of a session; one that ended but was not collected is not living."""
    found: list[int] = []
    for process_id in psutil.pids():
        try:
            if os.getsid(process_id) == session_id and _lives(process_id):
                found.append(process_id)
        except (ProcessLookupError, PermissionError):
            continue
    return found


def start_time(process_id: int) -> float | None:
    """When a process started, which tells it from others that have its number later; None without one."""
    try:
        return psutil.Process(process_id).create_time()
    except psutil.NoSuchProcess:
        return None


def is_same(process_id: int, started: float) -> bool:
    """Whether the process of that number is the one that started then."""
    found = start_time(process_id)
    return found is not None and abs(found - started) < 1.0 and _lives(process_id)


def end_sessions(
    session_ids: Iterable[int], grace_seconds: float, impatient: Callable[[], bool] = lambda: False
) -> None:
    """Ask all members of sessions to end, wait, and kill those that have not.

    Args:
        session_ids: the sessions.
        grace_seconds: how long to wait for all of them together.
        impatient: when it says true, nobody waits any longer.
    """
    sessions = list(session_ids)
    _signal_all(sessions, signal.SIGTERM)
    deadline = time.monotonic() + grace_seconds
    while any(members(session) for session in sessions):
        if impatient() or time.monotonic() > deadline:
            _signal_all(sessions, signal.SIGKILL)
        if time.monotonic() > deadline + KILL_SECONDS:  # the kernel does not let go of them
            return
        time.sleep(POLL_SECONDS)


def _signal_all(sessions: list[int], number: signal.Signals) -> None:
    for session in sessions:
        for process_id in members(session):
            try:
                os.kill(process_id, number)
            except (ProcessLookupError, PermissionError):
                continue


def _lives(process_id: int) -> bool:
    try:
        return psutil.Process(process_id).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False

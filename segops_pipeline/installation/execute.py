"""`segops exec`: any command with the stores up and the environment set.

What belongs here: running it and passing signals and its exit code on. What doesn't: what it does.
"""

import os
import signal
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

from segops_pipeline.config import Settings
from segops_pipeline.errors import WrongUsage
from segops_pipeline.installation.dagster_home import write_dagster_home
from segops_pipeline.installation.environment import environment
from segops_pipeline.stores.opening import open_stores

FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


def execute(settings: Settings, command: list[str]) -> int:
    """Run a command to its end, with the stores up, in this terminal.

    Args:
        settings: which installation.
        command: the program, found as a shell would, and its arguments.

    Returns:
        its exit code; 128 and the number of the signal that ended it, as shells do.

    Raises:
        WrongUsage: there is no such program.
        StoreUnreachable: a store does not answer or cannot be started.
    """
    if not command:
        raise WrongUsage("There is no command to run.", "Give one: segops exec -- psql")
    with open_stores(settings):
        write_dagster_home(settings)
        variables = {**os.environ, **environment(settings)}
        with _forwarding() as forward:
            process = _start(command, variables)
            forward.to(process)
            status = process.wait()
    return status if status >= 0 else 128 - status


def _start(command: list[str], variables: dict[str, str]) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(command, env=variables)
    except FileNotFoundError:
        raise WrongUsage(f"There is no program {command[0]}.", "Look at its name, or give its path.") from None
    except PermissionError:
        raise WrongUsage(f"{command[0]} cannot be run.", "Look at its permissions.") from None


class _Forward:
    """Passes signals on to the command, also those that came before it was there."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._waiting: list[int] = []

    def to(self, process: "subprocess.Popen[bytes]") -> None:
        """Pass signals on to this process from now on."""
        self._process = process
        for number in self._waiting:
            process.send_signal(number)

    def take(self, number: int, _frame: FrameType | None) -> None:
        """Pass a signal on, unless the terminal has sent it to the command as well."""
        if number in (signal.SIGINT, signal.SIGQUIT) and _has_terminal():
            return
        if self._process is None:
            self._waiting.append(number)
        else:
            self._process.send_signal(number)


@contextmanager
def _forwarding() -> Generator[_Forward]:
    forward = _Forward()
    before = [signal.signal(number, forward.take) for number in FORWARDED]
    try:
        yield forward
    finally:
        for number, handler in zip(FORWARDED, before, strict=True):
            signal.signal(number, handler)


def _has_terminal() -> bool:
    """Whether this process is in the foreground of a terminal, whose keys reach the command too."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)

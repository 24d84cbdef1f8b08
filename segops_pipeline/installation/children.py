"""Children of `segops up`: started in a session of their own, and started again when they end.

What belongs here: one child's life. What doesn't: which children there are, and stopping all of them.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from segops_pipeline.stores.logs import log_size, open_log, read_log

LONGEST_PAUSE_SECONDS = 30.0
SOUND_AFTER_SECONDS = 60.0  # who has lived that long has not failed at its start
PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of Linux' prctl


@dataclass
class Child:
    """A program that is to run as long as `segops up` does; its output goes to a log."""

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str]
    process: "subprocess.Popen[bytes] | None" = None
    failures: int = 0
    _started_at: float = 0.0
    _start_again_at: float = 0.0
    _log_start: int = field(default=0)

    def start(self) -> None:
        """Start the program now."""
        with open_log(self.log) as log:
            self._log_start = log_size(self.log)
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.environment,
                start_new_session=True,
                preexec_fn=_end_with_parent(os.getpid()),  # noqa: PLW1509 - this process has no other threads
            )
        self._started_at = time.monotonic()

    def ended(self) -> int | None:
        """Tell the exit status of a program that has ended since the last look; it is due again later."""
        if self.process is None or (status := self.process.poll()) is None:
            return None
        self.process = None
        if time.monotonic() - self._started_at > SOUND_AFTER_SECONDS:
            self.failures = 0
        self.failures += 1
        self._start_again_at = time.monotonic() + self.pause_seconds
        return status

    @property
    def pause_seconds(self) -> float:
        """How long the next start waits: twice as long after each failure."""
        return min(LONGEST_PAUSE_SECONDS, 2.0 ** (self.failures - 1))

    def start_if_due(self) -> bool:
        """Start the program again when its pause is over; return whether it was started."""
        if self.process is not None or time.monotonic() < self._start_again_at:
            return False
        self.start()
        return True

    def last_words(self) -> str:
        """The last lines that the program wrote since its start."""
        lines = [line.strip() for line in read_log(self.log, self._log_start).splitlines() if line.strip()]
        return " ".join(lines[-3:])


def _end_with_parent(parent: int) -> Callable[[], None] | None:
    """Have the kernel end the child when its parent is killed, if it can; else the next start does."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl

    def ask() -> None:
        prctl(PARENT_DEATH_SIGNAL, int(signal.SIGTERM))
        if os.getppid() != parent:  # it was killed before the kernel was asked
            os._exit(1)

    return ask

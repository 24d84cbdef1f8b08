"""One lock between processes: a file that the operating system frees however its holder ends.

What belongs here: the lock. What doesn't: what it protects, and locks inside PostgreSQL.
"""

import fcntl
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from segops_pipeline.errors import StoreUnreachable, WrongUsage

POLL_SECONDS = 0.02


@contextmanager
def file_lock(path: Path, timeout_seconds: float, purpose: str) -> Generator[None]:
    """Hold the lock of a file, which is made if it is not there and stays.

    Args:
        path: the lock's file; its folder must exist.
        timeout_seconds: how long to wait for another holder, thread or process.
        purpose: what the lock is for, as in "to start PostgreSQL".

    Raises:
        StoreUnreachable: somebody else held it all that time.
        WrongUsage: the file cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise WrongUsage(f"{path} cannot be used: {error}.", "Use a SEGOPS_HOME that you can write.") from error
    try:
        _wait(descriptor, path, timeout_seconds, purpose)
        yield
    finally:
        os.close(descriptor)


def _wait(descriptor: int, path: Path, timeout_seconds: float, purpose: str) -> None:
    deadline = time.monotonic() + timeout_seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise StoreUnreachable(
                    f"Waited {timeout_seconds:g} seconds {purpose}: another process holds {path}.",
                    "Try again when it has finished.",
                ) from None
            time.sleep(POLL_SECONDS)
        else:
            return

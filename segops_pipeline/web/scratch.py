"""Folders of the web process for what comes and goes with a request: uploads and downloads.

They lie in one folder of the process, whose lock it holds for as long as it lives: what a killed process has left, the
next one finds and removes. What belongs here: those folders. What doesn't: what is put into them.
"""

import atexit
import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

PREFIX = "segops-web-"
LOCK = "lock"


def new_folder() -> Path:
    """A new folder that only this user can read; whoever asks for it removes it.

    Raises:
        OSError: there is no room for it.
    """
    return Path(tempfile.mkdtemp(dir=_own(os.getpid())))


def remove_abandoned() -> list[Path]:
    """Remove the folders of this user's web processes that live no more, and tell which."""
    return [folder for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*") if _is_abandoned(folder)]


@cache
def _own(_process: int) -> Path:
    """The folder of this process; a forked one has its own."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    lock = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)  # held until the process ends
    fcntl.flock(lock, fcntl.LOCK_EX)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _is_abandoned(folder: Path) -> bool:
    """Remove a folder if nobody holds its lock; another user's cannot be opened."""
    with suppress(OSError):
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
            return True
        finally:
            os.close(lock)
    return False

"""Open a file of this machine.

Sources are made by the operator, so any path may be given; only a regular file is read, and nothing of the
installation's own folder, which holds its passwords, but what is in the inbox.
"""

import os
import stat
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from segops_pipeline.imports.download import CHUNK_BYTES, Conditions, Deadline, Download, cannot_fetch
from segops_pipeline.imports.locations import Location


@contextmanager
def open_local(location: Location, conditions: Conditions) -> Generator[Download]:
    """Read a regular file, and notice when it changes meanwhile.

    Raises:
        FetchError: it is missing, cannot be read, is no regular file, is one of the installation's own, or is
            still being written.
    """
    path = Path(location.path)
    real = path.resolve()
    if real.is_relative_to(conditions.settings.home.resolve()) and not real.is_relative_to(
        conditions.settings.inbox.resolve()
    ):
        raise cannot_fetch(
            location.shown,
            "it is in the folder of the installation",
            "Put files to be imported into the inbox.",
        )
    try:
        # without O_NONBLOCK, opening a FIFO waits until somebody writes to it
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        raise cannot_fetch(location.shown, "there is no such file", "Check its path.") from None
    except OSError as error:
        raise cannot_fetch(location.shown, f"it cannot be opened ({error.strerror})") from error
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        os.close(descriptor)
        raise cannot_fetch(location.shown, "it is no regular file", "Give the path of a file.")
    with os.fdopen(descriptor, "rb") as file:
        yield Download(path.name, location.shown, found.st_size, _chunks(file, found, location, conditions.deadline))


def _chunks(file: BinaryIO, found: os.stat_result, location: Location, deadline: Deadline) -> Iterator[bytes]:
    while chunk := file.read(CHUNK_BYTES):
        deadline.remaining_seconds()
        yield chunk
    now = os.fstat(file.fileno())
    if (now.st_size, now.st_mtime_ns) != (found.st_size, found.st_mtime_ns):
        raise cannot_fetch(location.shown, "it changed while it was read", "Try again when it is complete.")

"""Log files of the processes that belong to an installation, which must not grow for ever.

What belongs here: opening them and looking at their end. What doesn't: what is written to them.
"""

import os
import shutil
from pathlib import Path
from typing import BinaryIO

from segops_pipeline.config import MEBIBYTE

LARGEST_LOG_BYTES = 16 * MEBIBYTE


def open_log(path: Path) -> BinaryIO:
    """Open a log to append to."""
    path.parent.mkdir(parents=True, exist_ok=True)
    trim_log(path)
    return path.open("ab")


def trim_log(path: Path, largest_bytes: int = LARGEST_LOG_BYTES) -> None:
    """Put a large log's content aside, in place of what was put aside before; who writes to it goes on."""
    if log_size(path) > largest_bytes:
        shutil.copyfile(path, path.with_name(f"{path.name}.old"))
        os.truncate(path, 0)


def log_size(path: Path) -> int:
    """How many bytes a log has; 0 if there is none."""
    return path.stat().st_size if path.exists() else 0


def read_log(path: Path, start: int = 0) -> str:
    """Read a log from a byte on; from its beginning if it has been put aside since."""
    if not path.exists():
        return ""
    with path.open("rb") as log:
        log.seek(start if start <= log_size(path) else 0)
        return log.read().decode(errors="replace")

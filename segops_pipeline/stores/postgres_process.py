"""Which process is the server of a data folder, and which port it can have.

What belongs here: looking at processes and ports. What doesn't: starting and stopping.
"""

import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from segops_pipeline.stores.postgres_data import HOST


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A living server: its process, and whether it takes connections yet."""

    process_id: int
    ready: bool


def living_server(data: Path) -> Postmaster | None:
    """The server on a data folder, None if none lives."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    if not lines or not _is_server(int(lines[0]), data):
        return None
    return Postmaster(int(lines[0]), len(lines) >= 8 and lines[7].strip() == "ready")


def forget_stranger(data: Path) -> None:
    """Remove the file of a server that was killed when its number belongs to another program now.

    PostgreSQL takes any process of that number for its own and refuses to start.
    """
    file = data / "postmaster.pid"
    with suppress(FileNotFoundError):
        lines = file.read_text().splitlines()
        if not lines or (psutil.pid_exists(int(lines[0])) and not _is_server(int(lines[0]), data)):
            file.unlink()


def is_free(port: int) -> bool:
    """Whether nobody listens at a port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Find a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def _is_server(process_id: int, data: Path) -> bool:
    """Whether a process is a PostgreSQL server on the folder, and not one that got its number later."""
    try:
        process = psutil.Process(process_id)
        if process.status() == psutil.STATUS_ZOMBIE or not process.name().startswith("postgres"):
            return False
        return Path(process.cwd()).samefile(data)
    except (psutil.NoSuchProcess, FileNotFoundError):
        return False
    except psutil.AccessDenied:  # another user's: PostgreSQL itself will say what is wrong
        return True

"""Open a file on an SFTP server, over a socket that the guard made.

The server's key is remembered in `$SEGOPS_HOME/known_hosts` when it is first met, and must be the same ever
after; keys that the user's own `~/.ssh/known_hosts` has count too.
"""

import asyncio
import socket
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segops_pipeline.imports.addresses import AddressGuard
from segops_pipeline.imports.download import CHUNK_BYTES, Conditions, Deadline, Download, cannot_fetch
from segops_pipeline.imports.locations import Location

if TYPE_CHECKING:
    import paramiko
    from fsspec.implementations.sftp import SFTPFileSystem

PORT = 22
_REQUESTS_AT_ONCE = 64


class _KeyChanged(Exception):
    """The server shows another key than it did."""


@contextmanager
def open_sftp(location: Location, conditions: Conditions) -> Generator[Download]:
    """Log in and read the file.

    Raises:
        AddressRefused: the host has no public address.
        FetchError: no answer, no log-in, another host key than before, no such file, or it changed meanwhile.
        TimeIsUp: the deadline has passed.
    """
    guard, deadline = conditions.guard, conditions.deadline
    known_hosts = conditions.settings.home / "known_hosts"
    guard.check_host(location.host, location.shown)
    connection: socket.socket | None = None
    try:
        with _in_words(location, guard):
            connection = deadline.run(
                asyncio.to_thread(guard.connect, location.host, location.port or PORT, deadline.remaining_seconds())
            )
            filesystem = deadline.run(asyncio.to_thread(_log_in, location, known_hosts, connection, deadline))
            found: dict[str, Any] = deadline.run(asyncio.to_thread(filesystem.info, location.path))
        if found["type"] == "directory":
            raise cannot_fetch(location.shown, "it is a folder", "Give the path of a file.")
        chunks = _chunks(filesystem, found, location, guard, deadline)
        yield Download(location.path, location.shown, found["size"], chunks)
    finally:
        if connection is not None:
            # also ends the thread that may still be waiting for the server
            _hang_up(connection)


def _log_in(location: Location, known_hosts: Path, connection: socket.socket, deadline: Deadline) -> "SFTPFileSystem":
    from fsspec.implementations.sftp import SFTPFileSystem

    left = deadline.remaining_seconds()
    return SFTPFileSystem(
        location.host,
        port=location.port or PORT,
        username=location.user,
        password=location.password,
        # the machine's own keys are not for a server that was given a password
        allow_agent=location.password is None,
        look_for_keys=location.password is None,
        sock=connection,
        timeout=left,
        banner_timeout=left,
        auth_timeout=left,
        channel_timeout=left,
        host_key_policy=_host_key_policy(known_hosts),
        skip_instance_cache=True,
    )


def _host_key_policy(own_file: Path) -> "paramiko.MissingHostKeyPolicy":
    import paramiko

    class TrustOnFirstUse(paramiko.MissingHostKeyPolicy):
        def missing_host_key(self, client: "paramiko.SSHClient", hostname: str, key: "paramiko.PKey") -> None:  # noqa: ARG002
            for file in (own_file, Path("~/.ssh/known_hosts").expanduser()):
                known = paramiko.HostKeys(str(file)).lookup(hostname) if file.exists() else None
                if known is not None:
                    if known.get(key.get_name()) != key:
                        raise _KeyChanged(hostname)
                    return
            own_file.parent.mkdir(parents=True, exist_ok=True)
            with own_file.open("a") as lines:
                lines.write(f"{hostname} {key.get_name()} {key.get_base64()}\n")

    return TrustOnFirstUse()


def _chunks(
    filesystem: "SFTPFileSystem",
    found: dict[str, Any],
    location: Location,
    guard: AddressGuard,
    deadline: Deadline,
) -> Iterator[bytes]:
    with _in_words(location, guard):
        file = deadline.run(asyncio.to_thread(filesystem.ftp.open, location.path, "rb"))
        file.prefetch(found["size"], _REQUESTS_AT_ONCE)
        while chunk := deadline.run(asyncio.to_thread(file.read, CHUNK_BYTES)):
            yield chunk
        now: dict[str, Any] = deadline.run(asyncio.to_thread(filesystem.info, location.path))
    if (now["size"], now["mtime"]) != (found["size"], found["mtime"]):
        raise cannot_fetch(location.shown, "it changed while it was read", "Try again when it is complete.")


@contextmanager
def _in_words(location: Location, guard: AddressGuard) -> Generator[None]:
    """Tell what failed in a sentence."""
    import paramiko

    try:
        yield
    except _KeyChanged:
        raise cannot_fetch(
            location.shown,
            "the server shows another key than it did before",
            "If that is right, remove its line from known_hosts in the folder of the installation.",
        ) from None
    except socket.gaierror:
        raise cannot_fetch(location.shown, "the name of its server is not known") from None
    except paramiko.AuthenticationException:
        raise cannot_fetch(
            location.shown, "the server does not accept the log-in", "Correct the user and password."
        ) from None
    except FileNotFoundError:
        raise cannot_fetch(location.shown, "there is no such file") from None
    except PermissionError:
        raise cannot_fetch(location.shown, "the server does not permit it") from None
    except (paramiko.SSHException, EOFError, OSError) as error:
        if guard.refused:
            raise guard.error(location.shown) from None
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise cannot_fetch(location.shown, f"the connection failed ({reason})") from None


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # the server was quicker
    finally:
        connection.close()

"""Open an object of a bucket, on S3 or Google Cloud Storage.

The location says bucket and key only. Endpoint and credentials are the operator's, from the environment or
the cloud's own configuration files; an endpoint at a private address needs SEGOPS_FETCH_ALLOW_PRIVATE all the
same.
"""

import asyncio
import socket
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from segops_pipeline.imports.addresses import AddressGuard, AddressNotPublicError
from segops_pipeline.imports.download import Conditions, Deadline, Download, cannot_fetch
from segops_pipeline.imports.locations import Location

if TYPE_CHECKING:
    from fsspec.asyn import AsyncFileSystem

_PART_BYTES = 8 * 1024 * 1024  # one request each


@contextmanager
def open_bucket(location: Location, conditions: Conditions) -> Generator[Download]:
    """Look the object up and read it part by part.

    Raises:
        AddressRefused: the endpoint is at an address that is not public.
        FetchError: no such object, no permission, no credentials, no answer, or it was replaced meanwhile.
        TimeIsUp: the deadline has passed.
    """
    guard, deadline = conditions.guard, conditions.deadline
    with _in_words(location, guard):
        filesystem = deadline.run(_s3(guard) if location.scheme == "s3" else _gs(guard, location))
        found = deadline.run(_look_up(filesystem, location.path))
    if found.get("type") == "directory":
        raise cannot_fetch(location.shown, "it is a folder", "Give the path of a file.")
    yield Download(location.path, location.shown, found["size"], _chunks(filesystem, found, location, guard, deadline))


async def _s3(guard: AddressGuard) -> "AsyncFileSystem":
    import s3fs

    return s3fs.S3FileSystem(
        config_kwargs={
            "connector_args": {"socket_factory": guard.open_socket},
            "retries": {"max_attempts": 2},
        },
        skip_instance_cache=True,
    )


async def _gs(guard: AddressGuard, location: Location) -> "AsyncFileSystem":
    import aiohttp
    from gcsfs.core import GCSFileSystem

    def open_socket(address_info: tuple[Any, ...]) -> socket.socket:
        try:
            return guard.open_socket(address_info)
        except AddressNotPublicError:
            # gcsfs tries again for half a minute after an OSError
            raise guard.error(location.shown) from None

    connector = aiohttp.TCPConnector(socket_factory=open_socket, happy_eyeballs_delay=None)
    # the core class: the one that gcsfs shows asks over gRPC for the kind of the bucket, past every guard
    return await asyncio.to_thread(
        lambda: GCSFileSystem(session_kwargs={"connector": connector}, skip_instance_cache=True)
    )


# The underscored methods are fsspec's asynchronous ones, documented as such, which a deadline can cancel.
async def _look_up(filesystem: "AsyncFileSystem", path: str) -> dict[str, Any]:
    return await filesystem._info(path)  # pyright: ignore[reportPrivateUsage]


async def _part(filesystem: "AsyncFileSystem", path: str, start: int, end: int) -> bytes:
    return await filesystem._cat_file(path, start=start, end=end)  # pyright: ignore[reportPrivateUsage]


def _chunks(
    filesystem: "AsyncFileSystem",
    found: dict[str, Any],
    location: Location,
    guard: AddressGuard,
    deadline: Deadline,
) -> Iterator[bytes]:
    size: int = found["size"]
    with _in_words(location, guard):
        for start in range(0, size, _PART_BYTES):
            end = min(start + _PART_BYTES, size)
            part = deadline.run(_part(filesystem, location.path, start, end))
            if len(part) != end - start:
                raise cannot_fetch(location.shown, "the answer ended too early", "Try again.")
            yield part
        now = deadline.run(_look_up(filesystem, location.path))
    if any(now.get(mark) != found.get(mark) for mark in ("size", "ETag", "etag", "generation")):
        raise cannot_fetch(location.shown, "it was replaced while it was read", "Try again.")


@contextmanager
def _in_words(location: Location, guard: AddressGuard) -> Generator[None]:
    """Tell what failed in a sentence; `from None`, for the libraries' words can hold signed URLs."""
    import aiohttp
    from botocore.exceptions import BotoCoreError, NoCredentialsError
    from google.auth.exceptions import GoogleAuthError

    try:
        yield
    except FileNotFoundError:
        raise cannot_fetch(location.shown, "there is no such file") from None
    except (PermissionError, NoCredentialsError, GoogleAuthError):
        raise cannot_fetch(
            location.shown,
            "the cloud does not permit it",
            "Give credentials that may read it in the environment, as the cloud's own tools take them.",
        ) from None
    except (OSError, BotoCoreError, aiohttp.ClientError) as error:
        if guard.refused:
            raise guard.error(location.shown) from None
        raise cannot_fetch(location.shown, f"the connection failed ({type(error).__name__})") from None

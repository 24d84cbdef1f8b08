"""Fetch a file from where a source has it: a path, or a file, http, https, s3, gs or sftp URL.

What belongs here: the way that all schemes share: the limits of size and time, the checksum, the file's name.
What doesn't: how each scheme is opened (fetch_*.py), which addresses are allowed (addresses.py), and what
becomes of the file.
"""

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from segops_pipeline.config import Settings
from segops_pipeline.errors import FileTooLarge
from segops_pipeline.imports.addresses import AddressGuard, is_public
from segops_pipeline.imports.download import Conditions, Deadline, Download, TimeIsUp, cannot_fetch
from segops_pipeline.imports.fetch_bucket import open_bucket
from segops_pipeline.imports.fetch_http import open_http
from segops_pipeline.imports.fetch_local import open_local
from segops_pipeline.imports.fetch_sftp import open_sftp
from segops_pipeline.imports.locations import Location, file_name_of, parse_location

_OPENERS: dict[str, Callable[[Location, Conditions], AbstractContextManager[Download]]] = {
    "file": open_local,
    "http": open_http,
    "https": open_http,
    "s3": open_bucket,
    "gs": open_bucket,
    "sftp": open_sftp,
}


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that has arrived.

    `file_name` is safe to use as one, `checksum` is the SHA-256 in hexadecimal digits, and `final_location`
    is where the file was found after redirects, without secrets.
    """

    file_name: str
    size_bytes: int
    checksum: str
    final_location: str


def fetch(location: str, target: Path, settings: Settings) -> Fetched:
    """Fetch one file into `target`; after any error nothing is left there.

    Args:
        location: a path of this machine or a URL.
        target: the file to write.
        settings: largest size in bytes, longest time in seconds, and whether private addresses are allowed.

    Raises:
        WrongUsage: the location cannot be understood.
        AddressRefused: it leads to an address that is not public.
        FetchError: it cannot be read; the reason is in words.
        FileTooLarge: it has more bytes than the setting allows.
    """
    place = parse_location(location)
    guard = AddressGuard((lambda _address: True) if settings.fetch_allow_private else is_public)
    conditions = Conditions(settings, guard, Deadline(settings.fetch_timeout_seconds))
    try:
        with _OPENERS[place.scheme](place, conditions) as download:
            return _save(download, target, settings.max_upload_bytes)
    except TimeIsUp:
        target.unlink(missing_ok=True)
        raise cannot_fetch(
            place.shown,
            f"it takes longer than {settings.fetch_timeout_seconds:g} seconds",
            "Allow more time with SEGOPS_FETCH_TIMEOUT_SECONDS.",
        ) from None
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _save(download: Download, target: Path, max_bytes: int) -> Fetched:
    _check_size(download, download.size_bytes or 0, max_bytes)
    digest, size_bytes = hashlib.sha256(), 0
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        for chunk in download.chunks:
            size_bytes += len(chunk)
            _check_size(download, size_bytes, max_bytes)
            digest.update(chunk)
            file.write(chunk)
    return Fetched(file_name_of(download.file_name), size_bytes, digest.hexdigest(), download.final_location)


def _check_size(download: Download, size_bytes: int, max_bytes: int) -> None:
    if size_bytes > max_bytes:
        raise FileTooLarge(
            f"{download.final_location} has more than {max_bytes} bytes, the most that is taken.",
            "Allow more with SEGOPS_MAX_UPLOAD_BYTES, or split the file.",
        )

"""Where a source's file is: a path or a URL, understood, shown without its secrets, and its file's name.

What belongs here: text in, text out. What doesn't: opening anything (fetch.py).
"""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from segops_pipeline.errors import WrongUsage

SCHEMES = ("file", "http", "https", "s3", "gs", "sftp")
_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]+)://")
_MAX_NAME_BYTES = 150  # leaves room for what is put before and after it, most file systems take 255


@dataclass(frozen=True, slots=True)
class Location:
    """A path or URL in its parts.

    `path` is decoded for file and sftp, `bucket/key` as written for s3 and gs. `shown` is for people and
    logs: it has no user, password, query or fragment, for any of these may hold a secret.
    """

    text: str
    scheme: str
    path: str
    shown: str
    host: str = ""
    port: int | None = None
    user: str | None = None
    password: str | None = None


def parse_location(text: str) -> Location:
    """Understand a path, or a URL of a scheme that is fetched from.

    Args:
        text: a path of this machine, or a file, http, https, s3, gs or sftp URL.

    Raises:
        WrongUsage: another scheme, no host, bucket or path, or characters that no address has.
    """
    if not text.strip() or not text.isprintable():
        raise WrongUsage("The location is empty or has characters that cannot be printed.", _ALLOWED)
    url = _URL.match(text)
    scheme = url["scheme"].lower() if url else "file"
    if scheme not in SCHEMES:
        raise WrongUsage(f"Nothing is fetched from {scheme}:// locations.", _ALLOWED)
    if url is None:
        path = str(Path(text).expanduser().absolute())
        return Location(path, scheme, path, path)
    if scheme in ("s3", "gs"):
        return _bucket(text, scheme, text[url.end() :])
    return _address(text, scheme)


def file_name_of(suggested: str) -> str:
    """A name that is safe on any file system, from whatever a server or URL suggested.

    Only the last part of a path counts; control characters and leading dots go; at worst it is `download`.
    """
    name = unicodedata.normalize("NFC", suggested).replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    name = "".join("_" if char in '<>:"|?*' else char for char in name if char.isprintable())
    name = name.strip().lstrip(".").rstrip(". ") or "download"
    stem, dot, suffix = name.rpartition(".")
    while len(name.encode()) > _MAX_NAME_BYTES:
        if dot and stem and len(suffix.encode()) < _MAX_NAME_BYTES // 2:
            stem = stem[:-1]
            name = f"{stem}.{suffix}"
        else:
            name = name[:-1]
    return name


_ALLOWED = f"Give a path of this machine, or a URL that starts with one of {', '.join(SCHEMES)}."


def _bucket(text: str, scheme: str, path: str) -> Location:
    bucket, _, key = path.partition("/")
    if not bucket or not key or key.endswith("/"):
        raise WrongUsage(f"{scheme}://{path} names no file.", f"Give {scheme}://<bucket>/<path of the file>.")
    if "@" in bucket:
        raise WrongUsage(
            f"A {scheme}:// location has no user in it.",
            "Give the credentials in the environment, as the cloud's tools do.",
        )
    return Location(text, scheme, path, f"{scheme}://{path}")


def _address(text: str, scheme: str) -> Location:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        # the reason that urlsplit gives quotes the host with its password
        raise WrongUsage(f"The {scheme}:// location is no valid URL.", _ALLOWED) from None
    path = unquote(parts.path)
    if scheme == "file":
        if host not in ("", "localhost"):
            raise WrongUsage("A file:// location has no host.", "Write file:///<path>, with three slashes.")
        return Location(text, scheme, path, path)
    if not host:
        raise WrongUsage(f"The {scheme}:// location names no host.", _ALLOWED)
    if scheme == "sftp" and not path.strip("/"):
        raise WrongUsage("The sftp:// location names no file.", "Write sftp://<user>@<host>/<path>.")
    place = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
    shown = f"{scheme}://{place}{parts.path}{'?…' if parts.query else ''}"
    return Location(
        text,
        scheme,
        path,
        shown,
        host,
        port,
        unquote(parts.username) if parts.username else None,
        unquote(parts.password) if parts.password else None,
    )

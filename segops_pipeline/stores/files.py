"""Uploads and staged rows as files under one root: a folder, or any fsspec URL.

What belongs here: where content lies and how it gets there whole. What doesn't: what is in it.
An upload is kept under its checksum, so the same bytes are stored once in a workspace.
"""

import errno
import hashlib
import tempfile
import uuid
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from segops_pipeline.config import MEBIBYTE
from segops_pipeline.errors import StoreUnreachable

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def scratch_folder() -> Generator[Path]:
    """A folder for the time being.

    Raises:
        StoreUnreachable: there is no room in it for what is written.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="segops-") as folder:
            yield Path(folder)
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        message = f"There is no room in {tempfile.gettempdir()}: {error.strerror or error}"
        raise StoreUnreachable(message, "Make room there, or name another folder with TMPDIR.") from error


@dataclass(frozen=True, slots=True)
class StoredUpload:
    """Where an upload's bytes are, their SHA-256 in hexadecimal, and how many they are."""

    uri: str
    checksum: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the store: `place` is its path below the root; `modified_at` is aware, None if nobody knows."""

    uri: str
    place: str
    modified_at: datetime | None
    size_bytes: int


class FileStore:
    """Content below one root URL; credentials are those that fsspec finds in the environment."""

    def __init__(self, root_url: str) -> None:
        self._filesystem, root = _filesystem(root_url)
        self._root = root.rstrip("/")

    def store_upload(self, path: Path, workspace_id: int) -> StoredUpload:
        """Keep a copy of a file's bytes; the checksum is of the bytes that were copied.

        Raises:
            FileNotFoundError: there is no such file.
            StoreUnreachable: the store does not take it.
        """
        folder = f"{self._root}/uploads/{workspace_id}"
        scratch = f"{folder}/.{uuid.uuid4().hex}"
        with path.open("rb") as source, self._told(folder):
            self._filesystem.makedirs(folder, exist_ok=True)
            try:
                with self._filesystem.open(scratch, "wb") as target:
                    checksum, size_bytes = _copy(source, target)
                final = f"{folder}/{checksum}"
                if not self._filesystem.exists(final):
                    self._filesystem.mv(scratch, final)
            finally:
                self._remove(scratch)
        return StoredUpload(self._uri(final), checksum, size_bytes)

    def rows_uri(self, workspace_id: int, job_id: str) -> str:
        """Where a job's rows are staged as Parquet."""
        return self._uri(f"{self._root}/rows/{workspace_id}/{job_id}.parquet")

    def results_uri(self, workspace_id: int, job_id: str) -> str:
        """Where it is kept what became of each row of a job, as Parquet."""
        return self._uri(f"{self._root}/results/{workspace_id}/{job_id}.parquet")

    def listed(self) -> Iterator[StoredFile]:
        """Every file below the root, also those that somebody was killed over.

        Raises:
            StoreUnreachable: the store does not answer.
        """
        with self._told(self._root):
            found = self._filesystem.find(self._root, detail=True) if self._filesystem.exists(self._root) else {}
        for path, about in found.items():
            place = path.removeprefix(self._root).lstrip("/")
            yield StoredFile(self._uri(path), place, _modified_at(about), int(about.get("size") or 0))

    def save(self, path: Path, uri: str) -> None:
        """Put a local file's content at a URI, in place of what is there.

        Raises:
            StoreUnreachable: the store does not take it.
        """
        final = self._path(uri)
        scratch = f"{final}.{uuid.uuid4().hex}"
        with path.open("rb") as source, self._told(uri):
            self._filesystem.makedirs(self._filesystem._parent(final), exist_ok=True)
            try:
                with self._filesystem.open(scratch, "wb") as target:
                    _copy(source, target)
                self._filesystem.mv(scratch, final)
            finally:
                self._remove(scratch)

    @contextmanager
    def local(self, uri: str) -> Generator[Path]:
        """The content as a local file: the file itself where it is one, else a copy for the time being.

        Raises:
            StoreUnreachable: the store does not answer, or the content is no longer there.
        """
        path = self._path(uri)
        if not self.exists(uri):
            raise StoreUnreachable(f"{uri} is no longer in the file store.", "Upload the file again.")
        if isinstance(self._filesystem, LocalFileSystem):
            yield Path(path)
            return
        with scratch_folder() as folder:
            copy = folder / path.rpartition("/")[2]
            with self._told(uri):
                self._filesystem.get_file(path, str(copy))
            yield copy

    def exists(self, uri: str) -> bool:
        """Whether there is content at a URI.

        Raises:
            StoreUnreachable: the store does not answer.
        """
        with self._told(uri):
            return bool(self._filesystem.exists(self._path(uri)))

    def delete(self, uri: str) -> None:
        """Remove the content at a URI; nothing happens if there is none.

        Raises:
            StoreUnreachable: the store does not answer.
        """
        with self._told(uri):
            self._remove(self._path(uri))

    def _remove(self, path: str) -> None:
        if self._filesystem.exists(path):
            self._filesystem.rm_file(path)

    def _uri(self, path: str) -> str:
        return str(self._filesystem.unstrip_protocol(path))

    def _path(self, uri: str) -> str:
        return str(self._filesystem._strip_protocol(uri))

    @contextmanager
    def _told(self, place: str) -> Generator[None]:
        try:
            yield
        except OSError as error:
            raise StoreUnreachable(
                f"The file store does not answer for {place}: {error}",
                "See that it is reachable, has room, and may be written.",
            ) from error


def _filesystem(root_url: str) -> tuple[Any, str]:
    try:
        return url_to_fs(root_url)
    except (ImportError, ValueError) as error:
        raise StoreUnreachable(
            f"There is no file store for {root_url}: {error}", "Correct SEGOPS_STORAGE_URL."
        ) from error


def _modified_at(about: Mapping[str, Any]) -> datetime | None:
    """When a file was written, as the kinds of store tell it."""
    told = about.get("mtime") or about.get("LastModified") or about.get("updated") or about.get("last_modified")
    match told:
        case int() | float():
            return datetime.fromtimestamp(told, UTC)
        case str():
            told = datetime.fromisoformat(told)
        case _:
            pass
    if not isinstance(told, datetime):
        return None
    return told if told.tzinfo else told.replace(tzinfo=UTC)


def _copy(source: IO[bytes], target: IO[bytes]) -> tuple[str, int]:
    """Copy everything; return the SHA-256 and the number of bytes."""
    digest, size_bytes = hashlib.sha256(), 0
    while chunk := source.read(MEBIBYTE):
        digest.update(chunk)
        size_bytes += len(chunk)
        target.write(chunk)
    return digest.hexdigest(), size_bytes

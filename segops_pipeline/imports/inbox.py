"""The inbox: files that people and other systems drop into `$SEGOPS_HOME/inbox/<workspace>/[<source>/]`.

What belongs here: the folders, and which of their files are complete. What doesn't: moving a file
(inbox_claims.py), its report (inbox_report.py), jobs, and when to look (the sensor).
"""

import heapq
import json
import os
import signal
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from segops_pipeline.config import Settings
from segops_pipeline.imports.sources import FINISHED_FOLDERS, MANUAL
from segops_pipeline.imports.workspaces import NAME

README = "README.txt"
_README_TEXT = """\
Files that are put here are imported.

    inbox/<workspace>/<file>             an upload by hand
    inbox/<workspace>/<source>/<file>    a file of that source, with its settings and what was learned for it

Names of workspaces and sources are lower-case letters, digits, hyphens and underscores; a new name makes a
new workspace or source. A file is taken when it has stopped growing. When its import has ended it is in
`processed` or `failed` beside the place where it was, with a report that says what became of it.

Not taken: hidden files, links, folders inside a source, and names that programs give to files that are not
complete yet, such as *.part, *.tmp and *~. To copy a file in under such a name and to rename it at the end is
the safest way.
"""
_UNFINISHED = (
    ".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", ".download", ".upload", ".swp", "~",
)  # fmt: skip
_LEFT_BY_DESKTOPS = frozenset({"desktop.ini", "thumbs.db"})
# Some network file systems grant no lease on any file, so a refusal is not believed for ever.
_LONGEST_WAIT_SECONDS = 60.0
# Files of one scan; the others wait until these are gone, so that the cursor stays small.
_MOST_REMEMBERED = 500


@dataclass(frozen=True, slots=True)
class InboxFile:
    """A complete file that can be claimed; `identity` is its size, time and inode when it was looked at."""

    workspace: str
    source: str
    path: Path
    identity: tuple[int, int, int]

    @property
    def size_bytes(self) -> int:
        """The file's size."""
        return self.identity[0]


@dataclass(frozen=True, slots=True)
class Scan:
    """What a look into the inbox found.

    `files` are complete, oldest first. `problems` are sentences on what is never going to be taken as it is,
    each told once. `cursor` is JSON to be handed to the next scan.
    """

    files: list[InboxFile]
    problems: list[str]
    cursor: str


class _Look(NamedTuple):
    """A file as it was; `changed_ns` is the kernel's own time, which no copying tool can set back."""

    size_bytes: int
    modified_ns: int
    changed_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class _Found:
    workspace: str
    source: str
    path: Path
    look: _Look


def prepare_inbox(settings: Settings, workspaces: Iterable[str] = ()) -> Path:
    """Make the inbox with its README, and a folder for each workspace.

    Returns:
        The inbox.
    """
    settings.inbox.mkdir(parents=True, exist_ok=True)
    readme = settings.inbox / README
    if not readme.exists():
        readme.write_text(_README_TEXT)
    for workspace in workspaces:
        (settings.inbox / workspace).mkdir(exist_ok=True)
    return settings.inbox


def scan(settings: Settings, cursor: str | None = None, now: float | None = None, limit: int = 50) -> Scan:
    """Find the files that have stopped growing.

    Complete is what was the same (size, both times, inode) at two looks by our own clock that are at least
    `inbox_settle_seconds` apart, and which nobody on this machine has open for writing. A file's own time is
    not trusted: copying tools preserve old ones, and other machines' clocks differ. Waits at most once for
    `inbox_settle_seconds`, and only when a file is new or has changed since the last scan.

    Args:
        settings: the inbox and how long a file must have kept its size.
        cursor: what the last scan returned.
        now: seconds since 1970; by default the present time.
        limit: the most files to return.
    """
    problems: list[str] = []
    found = heapq.nsmallest(
        _MOST_REMEMBERED, _walk(settings.inbox, problems), lambda file: (file.look.modified_ns, file.path)
    )
    seen, told = _read_cursor(cursor)
    now = time.time() if now is None else now
    settle_seconds = settings.inbox_settle_seconds
    since = {_key(settings, file): _same_since(file, seen.get(_key(settings, file)), now) for file in found}
    waited_seconds = settle_seconds if any(now - start < settle_seconds for start in since.values()) else 0.0
    time.sleep(waited_seconds)
    complete: list[InboxFile] = []
    remembered: dict[str, tuple[float, _Look]] = {}
    for file in found:
        key, look = _key(settings, file), _look_at(file.path)
        if look is None:
            continue  # gone or renamed: it is found under its new name
        start = since[key] if look == file.look else now + waited_seconds
        remembered[key] = (start, look)
        quiet_seconds = now - start + waited_seconds
        if look != file.look or quiet_seconds < settle_seconds or len(complete) == limit:
            continue
        if quiet_seconds >= _LONGEST_WAIT_SECONDS or not _is_being_written(file.path):
            complete.append(InboxFile(file.workspace, file.source, file.path, identity_of(look)))
    new_problems = [problem for problem in problems if problem not in told]
    return Scan(complete, new_problems, _write_cursor(remembered, problems))


def identity_of(status: "_Look | os.stat_result") -> tuple[int, int, int]:
    """What stays the same when a file is renamed and not written to: size, modification time, inode."""
    if isinstance(status, _Look):
        return status.size_bytes, status.modified_ns, status.inode
    return status.st_size, status.st_mtime_ns, status.st_ino


def _walk(inbox: Path, problems: list[str]) -> Iterator[_Found]:
    for workspace in _entries(inbox, problems):
        if workspace.name == README:
            continue
        if not _is_folder(workspace, problems, "a workspace"):
            continue
        for entry in _entries(Path(workspace), problems):
            if entry.name in FINISHED_FOLDERS:
                continue
            if not entry.is_dir(follow_symlinks=False):
                yield from _file(workspace.name, MANUAL, entry, problems)
            elif _is_folder(entry, problems, "a source"):
                for file in _entries(Path(entry), problems):
                    if file.name not in FINISHED_FOLDERS:
                        yield from _file(workspace.name, entry.name, file, problems)


def _entries(folder: Path, problems: list[str]) -> list[os.DirEntry[str]]:
    """Everything in a folder that is not hidden, and nothing when files could not be moved within it."""
    try:
        with os.scandir(folder) as entries:
            visible = [entry for entry in entries if not entry.name.startswith(".")]
    except FileNotFoundError:
        return []  # removed while we looked, or no inbox yet
    except PermissionError:
        visible = []
        problems.append(f"The folder {folder} cannot be read.")
    if visible and not os.access(folder, os.W_OK | os.X_OK):
        problems.append(f"Files cannot be taken from {folder}: it cannot be written to.")
        return []
    return visible


def _is_folder(entry: os.DirEntry[str], problems: list[str], of_what: str) -> bool:
    if _is_unfinished(entry.name):
        return False
    if not entry.is_dir(follow_symlinks=False):
        problems.append(f"{_shown(entry)} is not taken: put files into the folder of {of_what}.")
        return False
    if not NAME.fullmatch(entry.name) or entry.name in FINISHED_FOLDERS:
        problems.append(
            f"{_shown(entry)} is not looked into: its name cannot be that of {of_what}. "
            "Rename it with lower-case letters, digits, hyphens and underscores."
        )
        return False
    return True


def _file(workspace: str, source: str, entry: os.DirEntry[str], problems: list[str]) -> Iterator[_Found]:
    if _is_unfinished(entry.name):
        return
    look = _look_at(Path(entry))
    if look is not None and os.access(entry, os.R_OK) and entry.name.isprintable():
        yield _Found(workspace, source, Path(entry), look)
    elif look is not None:
        problems.append(f"{_shown(entry)} is not taken: it cannot be read, or its name has strange characters.")
    elif entry.is_dir(follow_symlinks=False):
        problems.append(f"{_shown(entry)} is not looked into: a source has no folders inside.")
    elif os.path.lexists(entry):
        problems.append(f"{_shown(entry)} is not taken: it is a link or no regular file.")


def _is_unfinished(name: str) -> bool:
    lower = name.lower()
    return lower.endswith(_UNFINISHED) or lower.startswith("~$") or lower in _LEFT_BY_DESKTOPS


def _look_at(path: Path) -> _Look | None:
    try:
        found = path.lstat()
    except OSError:
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    return _Look(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


def _is_being_written(path: Path) -> bool:
    """Whether a process of this machine has the file open for writing, as far as the system can say.

    Linux grants a read lease only on a file that nobody has open for writing. Where leases are not to be had
    (other systems, network folders, files of other users), having kept its size must do.
    """
    try:
        import fcntl

        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except (ImportError, OSError):
        return False
    try:
        # a writer who comes now makes the kernel signal: SIGIO would end this process, SIGURG does nothing
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except (AttributeError, OSError):
        return False
    finally:
        os.close(descriptor)
    return False


def _same_since(file: _Found, before: tuple[float, _Look] | None, now: float) -> float:
    if before is None or before[1] != file.look or before[0] > now:  # the clock may have been set back
        return now
    return before[0]


def _key(settings: Settings, file: _Found) -> str:
    return str(file.path.relative_to(settings.inbox))


def _shown(entry: os.DirEntry[str]) -> str:
    return entry.path if entry.path.isprintable() else ascii(entry.path)


def _write_cursor(files: Mapping[str, tuple[float, _Look]], told: list[str]) -> str:
    return json.dumps({"files": {key: [start, *look] for key, (start, look) in files.items()}, "told": told})


def _read_cursor(cursor: str | None) -> tuple[dict[str, tuple[float, _Look]], list[str]]:
    """Understand a cursor; one that is not ours counts as none, which only costs a wait."""
    try:
        said = json.loads(cursor or "{}")
        files = said.get("files", {}).items()
        return {key: (float(start), _Look(*map(int, look))) for key, (start, *look) in files}, list(
            said.get("told", [])
        )
    except (ValueError, TypeError, AttributeError):
        return {}, []

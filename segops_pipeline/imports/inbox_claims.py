"""Move a file of the inbox: claim it, put it back, or lay it down as processed or failed beside its report.

A claimed file is in the hidden folder `.taken/<claim>/` beside where it was; each step is one rename within
that folder's file system, so that a file is in exactly one place and is never taken twice, whatever crashes
when.

What belongs here: these moves. What doesn't: which files are complete (inbox.py), and jobs.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from segops_pipeline.config import Settings
from segops_pipeline.imports.inbox import InboxFile, identity_of

TAKEN = ".taken"
MAX_STEM_BYTES = 190  # leaves room for a time, a number, the suffix and `.report.txt` in 255
Outcome = Literal["processed", "failed"]


def take(file: InboxFile, claim: str) -> Path | None:
    """Claim a file by renaming it; of several who try, one gets it.

    Args:
        file: what a scan returned.
        claim: a name for the claim, such as the id of the job that is going to be made for it.

    Returns:
        Where the file is now; None when it is gone, or not the one that was looked at any more.
    """
    folder = file.path.parent / TAKEN / claim
    folder.mkdir(parents=True, exist_ok=True)
    taken = folder / file.path.name
    try:
        file.path.rename(taken)
    except FileNotFoundError:
        _remove_if_empty(folder)
        return None
    if identity_of(taken.lstat()) != file.identity:
        put_back(taken)
        return None
    return taken


def claims(settings: Settings) -> list[str]:
    """Give the names of all claims, so that one query can tell which of them have their job."""
    return [taken.parent.name for taken in _taken(settings)]


def find_taken(settings: Settings, claim: str) -> Path | None:
    """Give the file of a claim, None when there is none."""
    return next((taken for taken in _taken(settings) if taken.parent.name == claim), None)


def finish(taken: Path, outcome: Outcome, report: str) -> Path:
    """Move a claimed file to `processed/` or `failed/` beside where it was dropped, with its report.

    An earlier file of the same name stays: the new one gets the time into its name.

    Args:
        taken: what `take` returned.
        outcome: the folder.
        report: what became of the file, in words.

    Returns:
        Where the file is now; its report is there too, as `<name>.report.txt`.
    """
    folder = _dropped_in(taken) / outcome
    folder.mkdir(exist_ok=True)
    target = _reserve(folder, taken.name, with_report=True)
    _report_of(target).write_text(report, encoding="utf-8")
    try:
        taken.replace(target)
    except FileNotFoundError:
        target.unlink()  # somebody took the file away; the report stays
    _remove_if_empty(taken.parent)
    return target


def put_back(taken: Path) -> Path:
    """Undo a claim: the file is where it was, or beside it when another of its name has come since.

    Returns:
        Where the file is now.
    """
    target = _reserve(_dropped_in(taken), taken.name)
    taken.replace(target)
    _remove_if_empty(taken.parent)
    return target


def recover(settings: Settings, is_known: Callable[[str], bool], older_than_seconds: float = 60.0) -> list[Path]:
    """Put back what was claimed by somebody who then crashed, so that the next scan finds it.

    Args:
        settings: the inbox.
        is_known: whether a claim has its job, and so is not lost.
        older_than_seconds: younger claims are left, for their job may be about to be made.

    Returns:
        The files that are back.
    """
    old_before = time.time() - older_than_seconds
    return [
        put_back(taken)
        for taken in list(_taken(settings))
        if taken.parent.stat().st_mtime <= old_before and not is_known(taken.parent.name)
    ]


def _taken(settings: Settings) -> Iterator[Path]:
    """Every claimed file."""
    for pattern in (f"*/{TAKEN}/*/*", f"*/*/{TAKEN}/*/*"):
        yield from settings.inbox.glob(pattern)


def _dropped_in(taken: Path) -> Path:
    return taken.parent.parent.parent


def _reserve(folder: Path, name: str, *, with_report: bool = False) -> Path:
    """Make an empty file of a name that is free, to be replaced: a rename alone would overwrite a file.

    The name of its report must be free too, and both must be short enough for any file system.
    """
    suffix = Path(name).suffix[:20]
    stem = Path(name).stem.encode()[:MAX_STEM_BYTES].decode(errors="ignore") if with_report else Path(name).stem
    moment = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    number = 0
    candidate = folder / f"{stem}{suffix}"
    while True:
        try:
            candidate.touch(exist_ok=False)
            if with_report:
                _report_of(candidate).touch(exist_ok=False)
        except FileExistsError as taken:
            if taken.filename == str(_report_of(candidate)):
                candidate.unlink()
            number += 1
            candidate = folder / f"{stem}.{moment}{f'-{number}' if number > 1 else ''}{suffix}"
        else:
            return candidate


def _report_of(file: Path) -> Path:
    return file.with_name(f"{file.name}.report.txt")


def _remove_if_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()

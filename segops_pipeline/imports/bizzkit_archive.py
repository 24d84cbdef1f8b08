"""Several Bizzkit files in one archive: a job for each, one after the other in the order in which they depend.

    format_options["archive"] = {"file": …, "jobs": [id, …], "place": …, "left_out": [name, …]}

All jobs are read at once and stand in the history; each is planned and confirmed when those before it are done, or have
ended without. What belongs here: which files an archive has, the further jobs, and whose turn it is. What doesn't:
reading one of them (`parse`).
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.pim.fold import FILE_ENTITIES, FileEntity
from segops_pipeline.errors import Issue, JobNotFound, WrongState
from segops_pipeline.formats.bizzkit.files import Recognised, recognise
from segops_pipeline.imports.bizzkit import BIZZKIT, name_in, options_of
from segops_pipeline.imports.jobs import Job, NewJob, create_job, load_job, new_job_id, update_job
from segops_pipeline.reading.archive import heads_of
from segops_pipeline.reading.choice import DialectChoice
from segops_pipeline.reading.limits import Limits
from segops_pipeline.stores.opening import Stores

LIVING = ("mapping", "pending", "importing")


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive, and what its name and columns say."""

    path: str
    recognised: Recognised

    @property
    def rank(self) -> int:
        """Its place among files that depend on each other."""
        entity = self.recognised.entity or next(iter(self.recognised.candidates), FILE_ENTITIES[-1])
        return FILE_ENTITIES.index(entity)

    @property
    def is_one(self) -> bool:
        """Whether it is a Bizzkit file at all: one whose rows say what they are about."""
        return self.recognised.has("UniqueName") or (
            self.recognised.entity is None and bool(self.recognised.candidates)
        )


@dataclass(frozen=True, slots=True)
class Members:
    """The files of an archive that are imported, in their order, and the names of those that are not."""

    files: Sequence[Member]
    left_out: Sequence[str] = ()


def members_of(stores: Stores, job: Job, path: Path) -> Members:
    """The Bizzkit files of a job's archive in the order in which they are imported; none where it is not of several.

    Args:
        stores: the open stores.
        job: whose file nobody has chosen a part of; without the format `bizzkit` each file must leave no doubt.
        path: its file.

    Raises:
        BadFile: the archive cannot be opened.
    """
    is_chosen = DialectChoice.from_dict(job.dialect_choice).sheet is not None
    if is_chosen or (job.format_options or {}).keys() & {"format", "archive"}:
        return Members([])
    heads = heads_of(path, job.file_name, Limits.of(stores.settings))
    entity = options_of(job).entity
    found = [Member(name, _recognised(name, head, entity)) for name, head in heads.items()]
    files = [member for member in found if member.is_one]
    if len(files) < 2 or (job.format != BIZZKIT and not all(one.recognised.leaves_no_doubt for one in found)):
        return Members([])
    ordered = sorted(files, key=lambda member: (member.rank, member.path))
    return Members(ordered, [member.path for member in found if not member.is_one])


def split(connection: Connection, job: Job, members: Members) -> Job:
    """Let a job be of the first file of its archive, and open a job for each of the others.

    Args:
        connection: a session of the job's workspace.
        job: whose upload is stored.
        members: at least two.

    Returns:
        The job as it is now.
    """
    ids = [job.id, *(new_job_id() for _ in members.files[1:])]
    for place, (job_id, member) in enumerate(zip(ids, members.files, strict=True)):
        file_name = f"{job.file_name}/{member.path}"
        if place:
            create_job(connection, _further(job, job_id, file_name))
            # what it reads is there; it is not fetched, nor is there a second file in the inbox
            update_job(
                connection, job_id, location=None, rules=job.rules,
                upload_uri=job.upload_uri, checksum=job.checksum, size_bytes=job.size_bytes,
            )  # fmt: skip
        archive = {"file": job.file_name, "jobs": ids, "place": place, "left_out": members.left_out}
        choice = replace(DialectChoice.from_dict(job.dialect_choice), sheet=member.path)
        update_job(
            connection, job_id, format=BIZZKIT, file_name=file_name, dialect_choice=choice.as_dict(),
            format_options={**(job.format_options or {}), "archive": archive},
        )  # fmt: skip
    return load_job(connection, job.id)


def jobs_after(connection: Connection, job: Job) -> list[Job]:
    """The jobs of the files that come after this one in its archive."""
    return _others(connection, job, slice((_archive(job).get("place", 0)) + 1, None))


def jobs_before(connection: Connection, job: Job) -> list[Job]:
    """The jobs of the files that come before this one in its archive."""
    return _others(connection, job, slice(0, _archive(job).get("place", 0)))


def check_turn(connection: Connection, job: Job) -> None:
    """Check that no file that comes before this one in its archive waits to be imported.

    Raises:
        WrongState: one does.
    """
    for other in jobs_before(connection, job):
        if other.status in LIVING:
            raise WrongState(
                f"{_name(other)} comes before {_name(job)}, which may refer to it, and its job {other.id} is"
                f" {other.state}.",
                f"Import that first, or cancel it: segops cancel {other.id}",
            )


def turn_problems(connection: Connection, job: Job) -> list[Issue]:
    """That another file comes first, as an issue, and which of those before it have ended without being imported."""
    try:
        check_turn(connection, job)
    except WrongState as error:
        return [error.as_issue()]
    return [
        Issue(
            "not_imported_before",
            f"{_name(other)} comes before {_name(job)}, which may refer to it, and was not imported.",
            "warning",
            suggestion=f"Import it first, if it is needed: segops retry {other.id}",
        )
        for other in jobs_before(connection, job) if other.status == "failed"
    ]  # fmt: skip


def left_out(job: Job) -> list[Issue]:
    """The files of a job's archive that are none of Bizzkit's, told once."""
    archive = _archive(job)
    names = ", ".join(archive.get("left_out", ()))
    if not names or archive["place"]:
        return []
    message = f"These files of the archive are no Bizzkit files, and were left out: {names}."
    return [Issue("left_out_of_archive", message, "info")]


def is_its_turn(connection: Connection, job: Job) -> bool:
    """Whether all files before this one in its archive are imported."""
    return all(other.status == "done" for other in jobs_before(connection, job))


def _archive(job: Job) -> dict[str, Any]:
    return (job.format_options or {}).get("archive") or {}


def _others(connection: Connection, job: Job, part: slice) -> list[Job]:
    found: list[Job] = []
    for job_id in _archive(job).get("jobs", [])[part]:
        try:
            found.append(load_job(connection, job_id))
        except JobNotFound:  # retention has removed it
            continue
    return found


def _further(job: Job, job_id: str, file_name: str) -> NewJob:
    return NewJob(
        job.workspace_id, job.source_id, file_name, job.location or "", job.origin, BIZZKIT, job.policy,
        job.validation, job.created_by, job_id,
    )  # fmt: skip


def _name(job: Job) -> str:
    return name_in((job.dialect_choice or {}).get("sheet"), job.file_name)


def _recognised(name: str, head: bytes, entity: FileEntity | None) -> Recognised:
    text = head.decode("utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "replace")
    first = next((line for line in io.StringIO(text) if line.strip()), "")
    headers = next(csv.reader([first], delimiter=";"), [])
    return recognise(name_in(name, name), headers, entity)

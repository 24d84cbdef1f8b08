"""A Bizzkit file as a job: what a person says of it, what its name and columns say, and whether that is enough.

    format_options = {"entity": …, "mode": …, "order": …, "null_removes": …, "archive": {…}}

What belongs here: these options, and what the file was recognised as (`formats.bizzkit.files`). What doesn't: reading
the file (`bizzkit_intake`), its rows (`bizzkit_import`), the several files of an archive (`bizzkit_archive`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, get_args

from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.pim.fold import FILE_ENTITIES, FileEntity, FoldOptions, Mode
from segops_pipeline.errors import BadMapping, Issue, WrongUsage
from segops_pipeline.formats.bizzkit.files import Recognised, mode_issues, recognise
from segops_pipeline.imports.jobs import Job

BIZZKIT = "bizzkit"
MODES: tuple[str, ...] = get_args(Mode)
ORDERS = ("file", "any")
OPTIONS = ("entity", "mode", "order", "null_removes")


class EntityNotCertain(BadMapping):
    """The file's name and columns fit several kinds of records, or none."""

    code = "entity_not_certain"


class WrongColumns(BadMapping):
    """The header of a Bizzkit file has columns that its entity, or its mode, does not take."""

    code = "wrong_columns"


@dataclass(frozen=True, slots=True)
class BizzkitOptions:
    """How a file is imported; without an entity its name and columns say which one it is of."""

    entity: FileEntity | None = None
    fold: FoldOptions = field(default_factory=FoldOptions)

    @classmethod
    def of(cls, said: Mapping[str, Any] | None) -> "BizzkitOptions":
        """What options say; what they leave out has its default."""
        given = {name: value for name, value in (said or {}).items() if name in OPTIONS and value is not None}
        entity = given.pop("entity", None)
        return cls(entity, FoldOptions(**given))

    def as_dict(self) -> dict[str, Any]:
        """All of them, ready for JSON."""
        fold = self.fold
        return {"entity": self.entity, "mode": fold.mode, "order": fold.order, "null_removes": fold.null_removes}


def checked_options(said: Mapping[str, Any] | None) -> dict[str, Any]:
    """The options that a person gives, without those that are left open.

    Raises:
        WrongUsage: there is no such option, or no such value of one.
    """
    given = {name: value for name, value in (said or {}).items() if value is not None}
    for name, known in (("entity", FILE_ENTITIES), ("mode", MODES), ("order", ORDERS)):
        if name in given and given[name] not in known:
            raise WrongUsage(f"There is no {name} '{given[name]}'.", f"Choose one of: {', '.join(known)}.")
    if not isinstance(given.get("null_removes", False), bool):
        raise WrongUsage("'null_removes' is yes or no.", "Give true or false.")
    if unknown := [name for name in given if name not in OPTIONS]:
        raise WrongUsage(f"A Bizzkit file has no option '{unknown[0]}'.", f"The options are: {', '.join(OPTIONS)}.")
    return given


def options_of(job: Job, said: Mapping[str, Any] | None = None) -> BizzkitOptions:
    """The job's options, with those that are said now laid over."""
    return BizzkitOptions.of({**(job.format_options or {}), **_without_open(said)})


def name_of_file(job: Job) -> str:
    """What the file is called that the rows are in: within an archive, the one that was taken."""
    return name_in((job.dialect or {}).get("member"), job.file_name)


def name_in(member: str | None, file_name: str) -> str:
    """The name of the file in an archive, else of the file itself."""
    return PurePosixPath(member).name if member else file_name


def header_of(job: Job) -> list[str]:
    """The header as it is in the file, where names may be blank or come twice."""
    return (job.dialect or {}).get("header") or job.headers or []


def recognised_as(job: Job, options: BizzkitOptions) -> Recognised:
    """What the job's file is, by its name and its columns, or as the options say."""
    return recognise(name_of_file(job), header_of(job), options.entity)


def bizzkit_parts(
    connection: Connection, job: Job, said: Mapping[str, Any] | None, validation: str | None
) -> dict[str, Any]:
    """What a confirmation makes of a job with a Bizzkit file: the columns of its row that decide what is imported.

    Raises:
        EntityNotCertain: nobody has said of what the file is, where its name and columns leave that open.
        WrongColumns: columns are missing, unknown or ambiguous; `issues` has each.
    """
    options = options_of(job, said)
    recognised = ready_columns(job, options)
    _refuse(job, column_issues(connection, job, recognised, options))
    return {
        "mapping": {},
        "schema_fields": [],
        "transformations": None,
        "validation": validation or job.validation,
        "format_options": {**(job.format_options or {}), **options.as_dict(), "entity": recognised.entity},
    }


def ready_columns(job: Job, options: BizzkitOptions) -> Recognised:
    """What the job's file is, where that is certain and its header can be read.

    Raises:
        EntityNotCertain, WrongColumns: as `bizzkit_parts`.
    """
    recognised = recognised_as(job, options)
    if recognised.entity is None:
        raise _not_certain(job, recognised)
    _refuse(job, recognised.issues)
    return recognised


def column_issues(connection: Connection, job: Job, recognised: Recognised, options: BizzkitOptions) -> list[Issue]:
    """All that is said of the header: by itself, by the mode, and by what the workspace has: attributes, cultures …"""
    from segops_pipeline.catalogue.pim.folds import make_fold
    from segops_pipeline.catalogue.pim.store import StoredRecords

    if recognised.entity is None or recognised.errors:
        return list(recognised.issues)
    fold = make_fold(recognised.entity, recognised, options.fold)
    return [*recognised.issues, *fold.check(StoredRecords(connection, job.workspace_id))]


def problems(connection: Connection, job: Job, said: Mapping[str, Any] | None) -> list[Issue]:
    """What stands in the way of importing the job's file now, as issues at their columns, and what is said of it."""
    options = options_of(job, said)
    recognised = recognised_as(job, options)
    if recognised.entity is None:
        return [_not_certain(job, recognised).as_issue()]
    return column_issues(connection, job, recognised, options)


def header_issues(job: Job) -> list[Issue]:
    """What the header says of itself, whatever the workspace has."""
    recognised = recognised_as(job, options_of(job))
    return list(recognised.issues) if recognised.entity else [_not_certain(job, recognised).as_issue()]


def shown_as(job: Job, said: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the job's file was recognised as, with the options, for people: see `Recognised.as_dict`."""
    options = options_of(job, said)
    recognised = recognised_as(job, options)
    told = {**recognised.as_dict(), **options.as_dict(), "entity": recognised.entity}
    told["issues"] = [issue.as_dict() for issue in [*recognised.issues, *mode_issues(recognised, options.fold.mode)]]
    archive = (job.format_options or {}).get("archive")
    return {**told, "file": name_of_file(job), **({} if archive is None else {"archive": archive})}


def _not_certain(job: Job, recognised: Recognised) -> EntityNotCertain:
    told = next((issue for issue in recognised.issues if issue.level == "error"), None)
    if told is None or not told.suggestion:
        return EntityNotCertain(
            "The columns of the file fit no kind of record of a Bizzkit file.",
            f"Say of what it is: --entity, one of {', '.join(FILE_ENTITIES)}; or import it with --format table.",
            file=job.file_name,
        )
    return EntityNotCertain(told.message, told.suggestion, file=job.file_name, column=told.column)


def _refuse(job: Job, issues: Sequence[Issue]) -> None:
    errors = [issue for issue in issues if issue.level == "error"]
    if not errors:
        return
    first = errors[0]
    raise WrongColumns(
        first.message if len(errors) == 1 else f"{len(errors)} columns are wrong. The first: {first.message}",
        first.suggestion or "Correct the header of the file.",
        file=job.file_name, line=first.line, column=first.column, value=first.value, issues=errors,
    )  # fmt: skip


def _without_open(said: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (said or {}).items() if value is not None}

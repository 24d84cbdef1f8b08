"""Begin an import: a job for one file, which waits to be read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from segops_pipeline.catalogue.policies import POLICIES
from segops_pipeline.errors import WrongUsage
from segops_pipeline.imports.bizzkit import checked_options
from segops_pipeline.imports.formats import checked_format, choose, kept_options
from segops_pipeline.imports.jobs import Job, NewJob, Origin, create_job, load_job, new_job_id, update_job
from segops_pipeline.imports.locations import file_name_of, parse_location
from segops_pipeline.imports.sources import ensure_source
from segops_pipeline.imports.workspaces import ensure_workspace
from segops_pipeline.reading.choice import NO_CHOICE, DialectChoice
from segops_pipeline.stores.opening import Stores

VALIDATIONS = ("lenient", "strict", "none")
MANUAL = "manual"
JOB_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")  # names files, and comes from whoever adds a partition


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to import: `location` is a path or a URL; without a policy the source's own is taken.

    `choice` is what a person says of the file's layout; the rest is detected. Without a format it is the source's,
    else a Bizzkit file is recognised by its name and columns, and all others are tables. `format_options` are a
    format's own, over those of the source; they imply it.
    """

    workspace: str
    location: str
    source: str = MANUAL
    file_name: str | None = None
    origin: Origin = "upload"
    format: str | None = None
    policy: str | None = None
    validation: str = "lenient"
    created_by: str = "system"
    job_id: str | None = None
    choice: DialectChoice = NO_CHOICE
    format_options: Mapping[str, Any] = field(default_factory=dict[str, Any])


def open_job(stores: Stores, upload: Upload) -> Job:
    """Make a job for a file; workspace and source are made if they are new. The file is not read yet.

    Raises:
        WrongUsage: the location cannot be understood, or workspace, source, format, policy, validation or id is
            not one that can be.
    """
    said = checked_format(upload.format, upload.format_options)
    check_rules(upload.policy, upload.validation)
    location = parse_location(upload.location)
    job_id = upload.job_id or new_job_id()
    if not JOB_ID.fullmatch(job_id):
        raise WrongUsage(
            f"'{job_id}' is no id for a job.", "Use letters, digits, '.', '-' and '_', at most 100, in one word."
        )
    workspace = ensure_workspace(stores.database, upload.workspace)
    with stores.database.workspace_session(workspace.id) as connection:
        source = ensure_source(connection, workspace.id, upload.source)
        new = NewJob(
            workspace.id,
            source.id,
            file_name=upload.file_name or file_name_of(location.path),
            location=location.text,
            origin=upload.origin,
            format=said or source.format,
            policy=upload.policy or source.policy,
            validation=upload.validation,
            created_by=upload.created_by,
            id=job_id,
        )
        create_job(connection, new)
        if source.rules:
            update_job(connection, new.id, rules=source.rules)
        if upload.choice != NO_CHOICE:
            update_job(connection, new.id, dialect_choice=upload.choice.as_dict())
        options = kept_options(said, {**(source.format_options or {}), **checked_options(upload.format_options)})
        if options:
            update_job(connection, new.id, format_options=options)
        return load_job(connection, new.id)


def check_rules(policy: str | None, validation: str | None) -> None:
    """Check the names of a policy and a validation; None is left to the job.

    Raises:
        WrongUsage: there is no such one.
    """
    if policy is not None:
        choose("policy", policy, tuple(POLICIES))
    if validation is not None:
        choose("validation", validation, VALIDATIONS)

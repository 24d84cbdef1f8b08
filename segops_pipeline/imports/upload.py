"""Begin an import: a job for one file, which waits to be read."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from segops_pipeline.catalogue.policies import POLICIES
from segops_pipeline.errors import WrongUsage
from segops_pipeline.imports.jobs import Job, NewJob, Origin, create_job, load_job, new_job_id
from segops_pipeline.imports.sources import ensure_source
from segops_pipeline.imports.workspaces import ensure_workspace
from segops_pipeline.stores.opening import Stores

FORMATS = ("table",)
VALIDATIONS = ("lenient", "strict", "none")
MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to import: `location` is a path or a URL; without a policy the source's own is taken."""

    workspace: str
    location: str
    source: str = MANUAL
    file_name: str | None = None
    origin: Origin = "upload"
    format: str = "table"
    policy: str | None = None
    validation: str = "lenient"
    created_by: str = "system"
    job_id: str | None = None


def open_job(stores: Stores, upload: Upload) -> Job:
    """Make a job for a file; workspace and source are made if they are new. The file is not read yet.

    Raises:
        WrongUsage: workspace, source, format, policy or validation is not one that exists.
    """
    _choose("format", upload.format, FORMATS)
    _choose("validation", upload.validation, VALIDATIONS)
    if upload.policy is not None:
        _choose("policy", upload.policy, tuple(POLICIES))
    workspace = ensure_workspace(stores.database, upload.workspace)
    with stores.database.workspace_session(workspace.id) as connection:
        source = ensure_source(connection, workspace.id, upload.source)
        new = NewJob(
            workspace.id,
            source.id,
            file_name=upload.file_name
            or PurePosixPath(urlsplit(upload.location).path).name
            or upload.location,
            location=upload.location,
            origin=upload.origin,
            format=upload.format,
            policy=upload.policy or source.policy,
            validation=upload.validation,
            created_by=upload.created_by,
            id=upload.job_id or new_job_id(),
        )
        create_job(connection, new)
        return load_job(connection, new.id)


def _choose(what: str, given: str, known: tuple[str, ...]) -> None:
    if given not in known:
        raise WrongUsage(f"There is no {what} '{given}'.", f"Choose one of: {', '.join(known)}.")

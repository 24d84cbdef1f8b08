"""Read a job's file again, as a person says that it is laid out: no new upload is needed."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from sqlalchemy import text

from segops_pipeline.errors import WrongState
from segops_pipeline.imports.bizzkit import checked_options
from segops_pipeline.imports.formats import checked_format, kept_options
from segops_pipeline.imports.intake import PARSED
from segops_pipeline.imports.jobs import WAITING_TO_BE_READ, Job, get_job, load_job, replace_issues, update_job
from segops_pipeline.imports.lock import hold_job
from segops_pipeline.imports.suggest import INFERRED
from segops_pipeline.reading.choice import DialectChoice
from segops_pipeline.stores.opening import Stores


def reread(
    stores: Stores,
    job_id: str,
    choice: DialectChoice | None,
    format_: str | None = None,
    options: Mapping[str, Any] = MappingProxyType({}),
) -> Job:
    """Note the choice in the place of an earlier one, and let the job wait to be read again from its stored bytes.

    What is not chosen is detected. Its intake then suggests the mapping anew.

    Args:
        stores: the open stores.
        job_id: the job.
        choice: how the file is laid out; None: as was said before.
        format_: what kind of import it is (table, bizzkit); None: as before.
        options: of that format.

    Raises:
        WrongUsage: there is no such format or option.
        JobBusy: a run of the job is alive.
        WrongState: the job's mapping is confirmed, or the job has ended.
    """
    said = checked_format(format_, options)
    workspace_id = get_job(stores.database, job_id).workspace_id
    with hold_job(stores.database, job_id), stores.database.workspace_session(workspace_id) as connection:
        connection.execute(text("SELECT 1 FROM import_jobs WHERE id = :id FOR UPDATE"), {"id": job_id})
        job = load_job(connection, job_id)
        if job.mapping is not None or job.status not in ("mapping", "failed"):
            raise WrongState(
                f"Job {job_id} cannot be read again: it is {job.state}, and its mapping is confirmed."
                if job.mapping is not None
                else f"Job {job_id} cannot be read again: it is {job.state}.",
                "Import the file as a new job.",
            )
        for stage in (PARSED, INFERRED):
            replace_issues(connection, job, stage, [])  # they are of the other layout
        connection.execute(text("DELETE FROM plans WHERE job_id = :id"), {"id": job_id})  # of the rows read before
        if said is not None:
            kept = {**(job.format_options or {}), **checked_options(options)}
            kept.pop("format", None)
            update_job(connection, job_id, format=said, format_options=kept_options(said, kept))
        if choice is not None:
            if choice.sheet is None and "archive" in (job.format_options or {}):  # it stays of this file of the archive
                choice = replace(choice, sheet=DialectChoice.from_dict(job.dialect_choice).sheet)
            update_job(connection, job_id, dialect_choice=choice.as_dict() or None)
        update_job(
            connection,
            job_id,
            status="mapping",
            reason=WAITING_TO_BE_READ,
            suggestion=None,
            draft=None,  # of the columns read before
            draft_version=job.draft_version + 1,
            error=None,
            finished_at=None,
            cancel_requested=False,
            attempt=job.attempt + 1,
        )
        return load_job(connection, job_id)

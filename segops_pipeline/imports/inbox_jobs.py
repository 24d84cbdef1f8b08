"""From the inbox to jobs, and back: complete files become jobs, ended jobs lay their file down with a report."""

import logging
import time
from pathlib import Path

from sqlalchemy import text

from segops_pipeline.config import Settings
from segops_pipeline.errors import SegopsError
from segops_pipeline.imports.bizzkit import BIZZKIT
from segops_pipeline.imports.inbox import InboxFile, Scan, prepare_inbox, scan
from segops_pipeline.imports.inbox_claims import TAKEN, claims, finish, put_back, recover, take
from segops_pipeline.imports.inbox_report import report_text
from segops_pipeline.imports.jobs import Job, load_issues, new_job_id, update_job
from segops_pipeline.imports.mapping_file import mapping_path
from segops_pipeline.imports.upload import Upload, open_job
from segops_pipeline.stores.opening import Stores

logger = logging.getLogger(__name__)

CREATED_BY = "inbox"
LOOK_SECONDS = 0.25


def take_files(stores: Stores, cursor: str | None, watch_seconds: float = 0.0) -> str:
    """Open a job for every complete file of the inbox.

    The file is claimed under the id of the job that is made for it; what was claimed by somebody who crashed
    before the job was there is put back.

    Args:
        stores: the open stores.
        cursor: what the last look returned.
        watch_seconds: for how long to look again while there is nothing to take.

    Returns:
        The cursor for the next look.
    """
    prepare_inbox(stores.settings)
    recover(stores.settings, _known_claims(stores).__contains__)
    found = _watched(stores.settings, cursor, watch_seconds)
    for problem in found.problems:
        logger.warning("%s", problem)
    for file in found.files:
        _open(stores, file)
    return found.cursor


def finish_inbox_file(stores: Stores, job: Job) -> None:
    """Move the inbox file of a job to `processed/` or `failed/`, once, with a report that people can read."""
    if job.origin != "inbox" or job.location is None:
        return
    taken = Path(job.location)
    if taken.parent.parent.name != TAKEN or not taken.exists():
        return
    with stores.database.workspace_session(job.workspace_id) as connection:
        issues = load_issues(connection, job.id)
    error = job.error or {}
    report = report_text(
        file_name=job.file_name,
        job_id=job.id,
        status=job.status,
        reason=error.get("message") or job.reason,
        counts=None if job.rows is None else job.counts,
        issues=issues,
        next_step=error.get("remedy") or _next_step(stores.settings, job),
    )
    target = finish(taken, "failed" if job.status == "failed" else "processed", report)
    with stores.database.workspace_session(job.workspace_id) as connection:
        update_job(connection, job.id, location=str(target))


def _watched(settings: Settings, cursor: str | None, seconds: float) -> Scan:
    deadline = time.monotonic() + seconds
    found = scan(settings, cursor)
    while not found.files and not found.problems and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
        found = scan(settings, found.cursor)
    return found


def _open(stores: Stores, file: InboxFile) -> None:
    job_id = new_job_id()
    taken = take(file, job_id)
    if taken is None:
        return
    upload = Upload(
        file.workspace,
        str(taken),
        file.source,
        file_name=taken.name,
        origin="inbox",
        created_by=CREATED_BY,
        job_id=job_id,
    )
    try:
        job = open_job(stores, upload)
    except SegopsError as error:
        logger.warning("%s", error)
        put_back(taken)
        raise
    logger.info("job %s for %s of %s/%s", job.id, taken.name, job.workspace, job.source)


def _known_claims(stores: Stores) -> set[str]:
    """The claims whose job exists."""
    claimed = claims(stores.settings)
    if not claimed:
        return set()
    with stores.database.system_session() as connection:
        known = connection.execute(text("SELECT id FROM import_jobs WHERE id = ANY (:ids)"), {"ids": claimed})
        return {row.id for row in known}


def _next_step(settings: Settings, job: Job) -> str:
    if job.status == "mapping" and job.format == BIZZKIT:
        return f"run `segops confirm {job.id}`, with --entity, --mode and --order where they are open."
    if job.status == "mapping":
        file = mapping_path(settings, job.id)
        return f"edit the suggested mapping in {file}, then run `segops confirm {job.id} --mapping {file}`."
    return ""

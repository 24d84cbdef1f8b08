"""Intake: read the file of a job and suggest what its columns mean. Afterwards the job needs its mapping."""

import time
from datetime import UTC, datetime

from sqlalchemy import text

from segops_pipeline.errors import WrongState
from segops_pipeline.imports.bizzkit import BIZZKIT
from segops_pipeline.imports.bizzkit_archive import members_of, split
from segops_pipeline.imports.bizzkit_intake import recognised
from segops_pipeline.imports.fetch import fetch
from segops_pipeline.imports.jobs import (
    COUNTS,
    NEEDS_MAPPING,
    READING,
    UNCHANGED_FILE,
    Job,
    add_seconds,
    get_job,
    load_job,
    lock_uncancelled,
    replace_issues,
    update_job,
)
from segops_pipeline.imports.parse import parse_job
from segops_pipeline.imports.progress import Progress
from segops_pipeline.imports.sources import get_source, mark_fetched
from segops_pipeline.imports.suggest import INFERRED, Suggested, store_suggestion, suggest
from segops_pipeline.imports.upload_bytes import lock_upload
from segops_pipeline.inference.column_types import ColumnEvidence, infer_columns
from segops_pipeline.inference.suggestion import MappingSuggestion
from segops_pipeline.reading import read_batches
from segops_pipeline.stores.files import scratch_folder
from segops_pipeline.stores.opening import Stores

PARSED = "parsed_upload"


def read_upload(stores: Stores, job_id: str, progress: Progress) -> Job:
    """Store the file's bytes by checksum and its rows as Parquet; the job knows its header, sample and row count.

    A job that is done already stays as it is. A scheduled file with the checksum of the last one ends the job.

    Raises:
        BadFile, FetchError: the file cannot be read or fetched.
        WrongState: the job's mapping is confirmed already.
    """
    job = get_job(stores.database, job_id)
    if job.status == "done":
        return job
    if job.mapping is not None:
        raise WrongState(
            f"Job {job_id} has a confirmed mapping: reading the file again would not change it.",
            "Import the file as a new job.",
        )
    started = time.monotonic()
    with stores.database.workspace_session(job.workspace_id) as connection:
        update_job(connection, job_id, status="mapping", reason=READING, error=None, finished_at=None)
    progress.begin(PARSED)
    job = _store_upload(stores, job)
    if job.status != "done":
        _parse(stores, job, progress)
    with stores.database.workspace_session(job.workspace_id) as connection:
        add_seconds(connection, job_id, PARSED, time.monotonic() - started)
        return load_job(connection, job_id)


def infer_schema(stores: Stores, job_id: str, progress: Progress) -> tuple[Job, MappingSuggestion]:
    """Suggest a target for every column from all rows, memory, the file's template, the matcher and, if set, Claude.

    The columns of a Bizzkit file say themselves what they are: it has no suggestion of targets.

    Raises:
        WrongState: the file has not been read.
        JobCancelled: a person cancelled the job.
    """
    job = get_job(stores.database, job_id)
    if job.status == "done" and job.suggestion is not None:
        return job, suggestion_of(job)
    if job.rows_uri is None or job.headers is None:
        raise WrongState(f"The file of job {job_id} has not been read.", "Run `parsed_upload` first.")
    started = time.monotonic()
    progress.begin(INFERRED, job.total_rows or 0)
    suggested = _suggested(stores, job, job.rows_uri)
    progress.advance(job.total_rows or 0, job.total_rows or 0)
    with stores.database.workspace_session(job.workspace_id) as connection:
        lock_uncancelled(connection, job_id)
        store_suggestion(connection, job, suggested)
        if job.mapping is None:
            update_job(connection, job_id, status="mapping", reason=NEEDS_MAPPING)
        add_seconds(connection, job_id, INFERRED, time.monotonic() - started)
        return load_job(connection, job_id), suggested.mapping


def _suggested(stores: Stores, job: Job, rows_uri: str) -> Suggested:
    if job.format == BIZZKIT:
        with stores.database.workspace_session(job.workspace_id) as connection:
            return recognised(connection, job)
    with stores.files.local(rows_uri) as rows_path:
        evidence = infer_columns(job.headers or [], read_batches(rows_path), job.default_currency)
    return suggest(stores, job, evidence)


def suggestion_of(job: Job) -> MappingSuggestion:
    """The suggestion as the intake stored it.

    Raises:
        WrongState: there is none yet.
    """
    if job.suggestion is None:
        raise WrongState(f"Job {job.id} has no suggestion yet.", "Run `inferred_schema` first.")
    return MappingSuggestion.from_dict(job.suggestion["mapping"])


def evidence_of(job: Job) -> list[ColumnEvidence]:
    """What the intake found out about each column."""
    return [ColumnEvidence.from_dict(column) for column in (job.suggestion or {}).get("evidence", [])]


def _store_upload(stores: Stores, job: Job) -> Job:
    if job.upload_uri is not None and stores.files.exists(job.upload_uri):
        return job
    assert job.location is not None
    with scratch_folder() as folder:
        arrived = folder / "upload"
        fetched = fetch(job.location, arrived, stores.settings)
        if job.origin == "schedule" and (note := _same_as_before(stores, job, fetched.checksum)):
            return _end_unchanged(stores, job, fetched.checksum, note)
        stored = stores.files.store_upload(arrived, job.workspace_id)
        with stores.database.workspace_session(job.workspace_id) as connection:
            lock_upload(connection, stored.uri)
            if not stores.files.exists(stored.uri):  # a job of the same bytes has just ended
                stores.files.store_upload(arrived, job.workspace_id)
            update_job(
                connection, job.id, upload_uri=stored.uri, checksum=stored.checksum, size_bytes=stored.size_bytes
            )
            if "://" in job.location:  # a server may know a better name than its URL
                update_job(connection, job.id, file_name=fetched.file_name)
            return load_job(connection, job.id)


def _parse(stores: Stores, job: Job, progress: Progress) -> None:
    assert job.upload_uri is not None
    rows_uri = stores.files.rows_uri(job.workspace_id, job.id)
    with scratch_folder() as folder, stores.files.local(job.upload_uri) as path:
        rows_path = folder / "rows.parquet"
        members = members_of(stores, job, path)
        if members.files:
            with stores.database.workspace_session(job.workspace_id) as connection:
                job = split(connection, job, members)
        format_, told = parse_job(stores, job, path, rows_path, progress.advance)
        stores.files.save(rows_path, rows_uri)
    issues = told.pop("issues")
    with stores.database.workspace_session(job.workspace_id) as connection:
        update_job(connection, job.id, rows_uri=rows_uri, format=format_, **told)
        replace_issues(connection, job, PARSED, issues)


def _same_as_before(stores: Stores, job: Job, checksum: str) -> str | None:
    """Why a scheduled file need not be imported: the source's last job that did not fail was for the same bytes."""
    with stores.database.workspace_session(job.workspace_id) as connection:
        last = connection.execute(
            text(
                """
                SELECT id, status, checksum FROM import_jobs
                WHERE source_id = :source_id AND id <> :id AND kind = 'import' AND status <> 'failed'
                ORDER BY created_at DESC LIMIT 1
                """
            ),
            {"source_id": job.source_id, "id": job.id},
        ).one_or_none()
        note = None
        if last is not None and last.checksum == checksum:
            note = UNCHANGED_FILE if last.status == "done" else f"the same file waits already, as job {last.id}"
        source = get_source(connection, job.workspace_id, job.source)
        mark_fetched(connection, source, checksum, note or f"fetched as job {job.id}")
    return note


def _end_unchanged(stores: Stores, job: Job, checksum: str, note: str) -> Job:
    with stores.database.workspace_session(job.workspace_id) as connection:
        lock_uncancelled(connection, job.id)
        update_job(
            connection,
            job.id,
            status="done",
            reason=note,
            checksum=checksum,
            finished_at=datetime.now(UTC),
            **dict.fromkeys(COUNTS, 0),
        )
        return load_job(connection, job.id)

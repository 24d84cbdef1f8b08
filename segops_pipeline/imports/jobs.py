"""Import jobs: what is stored of one file's journey, and the SQL of its table.

The five states are the seed's (000, "Tracking the job"); `reason` says more. What belongs here: reading and
writing the job's row. What doesn't: the acts that move a job on (`upload`, `confirm`, `run`, `cancel` …).
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.errors import Issue, JobCancelled, JobNotFound, WrongState
from segops_pipeline.stores.database import Database

Status = Literal["mapping", "pending", "importing", "done", "failed"]
Origin = Literal["upload", "inbox", "schedule", "undo", "api"]
Kind = Literal["import", "undo", "redo"]

WAITING_TO_BE_READ = "waiting to be read"
READING = "reading"
NEEDS_MAPPING = "needs mapping"
QUEUED = "queued"
CANCELLED = "cancelled"
PLANNED = "planned"
HELD = "held by guard"
UNCHANGED_FILE = "the file is the same as at the last import"

COUNTS = ("rows", "created", "updated", "unchanged", "conflicts", "rejected", "skipped")

COLUMNS = """
    j.workspace_id, w.name AS workspace, w.default_currency, j.id, j.source_id, s.name AS source, s.automatic,
    j.file_name, j.format, j.origin, j.location, j.upload_uri, j.checksum, j.size_bytes, j.rows_uri, j.dialect,
    j.dialect_choice, j.headers, j.sample_rows, j.total_rows, j.suggestion, j.mapping, j.schema_fields,
    j.transformations, j.template, j.policy, j.validation, j.status, j.reason, j.error, j.attempt,
    j.cancel_requested, j.stage, j.stage_done, j.stage_total, j.rows, j.created, j.updated, j.unchanged,
    j.conflicts, j.rejected, j.skipped, j.seconds, j.created_by, j.created_at, j.updated_at, j.finished_at,
    j.kind, j.undoes, j.undone_by, j.rules, j.accept_guards, j.held, j.memory_before, j.plan, j.results_uri,
    j.original_uri, j.correction - 'lines' AS correction, j.deleted, j.deactivated, j.purged_at,
    j.draft, j.draft_version, j.drafted_by, j.drafted_at, j.format_options
"""
TABLES = """
    import_jobs j JOIN workspaces w ON w.id = j.workspace_id
    JOIN sources s ON s.workspace_id = j.workspace_id AND s.id = j.source_id
"""


@dataclass(frozen=True, slots=True)
class Job:
    """One import job as it stands in the database; the counts are of rows, the times aware, `seconds` per stage."""

    workspace_id: int
    workspace: str
    default_currency: str | None
    id: str
    source_id: int
    source: str
    automatic: bool
    file_name: str
    format: str
    origin: Origin
    location: str | None
    upload_uri: str | None
    checksum: str | None
    size_bytes: int | None
    rows_uri: str | None
    dialect: dict[str, Any] | None
    dialect_choice: dict[str, Any] | None
    headers: list[str] | None
    sample_rows: list[list[str]] | None
    total_rows: int | None
    suggestion: dict[str, Any] | None
    mapping: dict[str, str | None] | None
    schema_fields: list[dict[str, Any]] | None
    transformations: dict[str, list[str]] | None
    template: str | None
    policy: str
    validation: str
    status: Status
    reason: str | None
    error: dict[str, Any] | None
    attempt: int
    cancel_requested: bool
    stage: str | None
    stage_done: int | None
    stage_total: int | None
    rows: int | None
    created: int | None
    updated: int | None
    unchanged: int | None
    conflicts: int | None
    rejected: int | None
    skipped: int | None
    seconds: dict[str, float]
    created_by: str
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None
    kind: Kind
    undoes: str | None
    undone_by: str | None
    rules: dict[str, Any] | None
    accept_guards: bool
    held: list[dict[str, Any]] | None
    memory_before: list[dict[str, Any]] | None
    plan: dict[str, Any] | None
    results_uri: str | None
    original_uri: str | None
    correction: dict[str, Any] | None
    deleted: int
    deactivated: int
    purged_at: datetime | None
    draft: dict[str, Any] | None
    draft_version: int
    drafted_by: str | None
    drafted_at: datetime | None
    format_options: dict[str, Any] | None

    @property
    def counts(self) -> dict[str, int]:
        """The counts of rows by outcome, 0 where nothing has been counted yet."""
        return {name: getattr(self, name) or 0 for name in COUNTS}

    @property
    def state(self) -> str:
        """The status with its reason, in words."""
        return f"{self.status} ({self.reason})" if self.reason else self.status

    @property
    def imported_count(self) -> int:
        """Rows that are in the catalogue now: created, updated and unchanged."""
        return (self.created or 0) + (self.updated or 0) + (self.unchanged or 0)


def new_job_id() -> str:
    """An id that sorts by time and cannot be guessed, such as `20260102-030405-9f86d081`."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"


@dataclass(frozen=True, slots=True)
class NewJob:
    """What is known of a job before its file has been read; `location` is a path or a URL."""

    workspace_id: int
    source_id: int
    file_name: str
    location: str
    origin: Origin = "upload"
    format: str = "table"
    policy: str = "overwrite"
    validation: str = "lenient"
    created_by: str = "system"
    id: str = field(default_factory=new_job_id)


def create_job(connection: Connection, new: NewJob) -> None:
    """Store a job that waits to be read."""
    connection.execute(
        text(
            """
            INSERT INTO import_jobs (workspace_id, id, source_id, file_name, location, origin, format, policy,
                validation, created_by, status, reason)
            VALUES (:workspace_id, :id, :source_id, :file_name, :location, :origin, :format, :policy,
                :validation, :created_by, 'mapping', :reason)
            """
        ),
        {
            "workspace_id": new.workspace_id,
            "id": new.id,
            "source_id": new.source_id,
            "file_name": new.file_name,
            "location": new.location,
            "origin": new.origin,
            "format": new.format,
            "policy": new.policy,
            "validation": new.validation,
            "created_by": new.created_by,
            "reason": WAITING_TO_BE_READ,
        },
    )


def load_job(connection: Connection, job_id: str) -> Job:
    """The job of this id, as far as the session may see it.

    Raises:
        JobNotFound: there is none.
    """
    rows = connection.execute(text(f"SELECT {COLUMNS} FROM {TABLES} WHERE j.id = :id"), {"id": job_id})
    row = rows.mappings().one_or_none()
    if row is None:
        raise JobNotFound(f"There is no job {job_id}.", "List the jobs with `segops jobs`.")
    return Job(**row)


def get_job(database: Database, job_id: str) -> Job:
    """The job of this id, in whatever workspace.

    Raises:
        JobNotFound: there is none.
    """
    with database.system_session() as connection:
        return load_job(connection, job_id)


def list_jobs(
    connection: Connection, *, statuses: Sequence[str] = (), limit: int = 20, before: datetime | None = None
) -> list[Job]:
    """The session's jobs, newest first; `before` pages on from the `created_at` of the last one seen."""
    rows = connection.execute(
        text(
            f"""
            SELECT {COLUMNS} FROM {TABLES}
            WHERE (CAST(:statuses AS text[]) = '{{}}' OR j.status = ANY (CAST(:statuses AS text[])))
                AND (CAST(:before AS timestamptz) IS NULL OR j.created_at < :before)
            ORDER BY j.created_at DESC, j.id DESC LIMIT :limit
            """
        ),
        {"statuses": list(statuses), "limit": limit, "before": before},
    )
    return [Job(**row) for row in rows.mappings()]


def ended_before(connection: Connection, job_ids: Sequence[str], before: datetime) -> list[str]:
    """Those of some jobs that have ended before a moment."""
    rows = connection.execute(
        text(
            "SELECT id FROM import_jobs WHERE id = ANY (:ids) AND status IN ('done', 'failed')"
            " AND finished_at < :before ORDER BY id"
        ),
        {"ids": list(job_ids), "before": before},
    )
    return list(rows.scalars())


JSON_COLUMNS = {
    "dialect",
    "dialect_choice",
    "headers",
    "sample_rows",
    "suggestion",
    "mapping",
    "schema_fields",
    "transformations",
    "error",
    "seconds",
    "rules",
    "held",
    "memory_before",
    "plan",
    "correction",
    "draft",
    "format_options",
}


def update_job(connection: Connection, job_id: str, **values: Any) -> None:  # noqa: ANN401 - columns of many types
    """Set columns of the job's row; dicts and lists go into the JSON columns."""
    assignments = ", ".join(
        f"{name} = CAST(:{name} AS jsonb)" if name in JSON_COLUMNS else f"{name} = :{name}" for name in values
    )
    bound = {
        name: json.dumps(value) if name in JSON_COLUMNS and value is not None else value
        for name, value in values.items()
    }
    connection.execute(
        text(f"UPDATE import_jobs SET {assignments}, updated_at = now() WHERE id = :id"),
        {**bound, "id": job_id},
    )


def note_backend(database: Database, connection: Connection, job_id: str) -> None:
    """Note which backend of PostgreSQL is about to write for a job, so that a cancel can end its statement.

    It is told at once, in a session of its own: call it before the job's row is locked.
    """
    pid = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    with database.system_session() as other:
        update_job(other, job_id, backend_pid=pid)


def lock_uncancelled(connection: Connection, job_id: str) -> None:
    """Lock the job's row until the transaction ends: from here on a cancel comes too late.

    Raises:
        JobCancelled: a person has cancelled the job.
    """
    statement = text("SELECT cancel_requested FROM import_jobs WHERE id = :id FOR UPDATE")
    if connection.execute(statement, {"id": job_id}).scalar_one():
        raise JobCancelled(f"Job {job_id} was cancelled.", "Start it again with `segops retry`.")


def check_not_undone(connection: Connection, job: Job) -> None:
    """Check that nobody has taken a job back, or is about to; call it with the job's row locked.

    Raises:
        WrongState: somebody has, or an undo of it waits or runs.
    """
    if job.undone_by is not None:
        remedy = f"Redo that first: segops undo {job.undone_by}"
        raise WrongState(f"Job {job.id} was taken back by job {job.undone_by}.", remedy)
    found = connection.execute(
        text("SELECT id FROM import_jobs WHERE undoes = :id AND status IN ('pending', 'importing') LIMIT 1"),
        {"id": job.id},
    ).scalar()
    if found is not None:
        raise WrongState(f"Job {found}, which takes back job {job.id}, is not done yet.", "Wait for it, or cancel it.")


def add_seconds(connection: Connection, job_id: str, stage: str, seconds: float) -> None:
    """Note how long a stage took."""
    connection.execute(
        text(
            "UPDATE import_jobs SET seconds = seconds || jsonb_build_object(CAST(:stage AS text), "
            "CAST(:seconds AS numeric)) WHERE id = :id"
        ),
        {"id": job_id, "stage": stage, "seconds": round(seconds, 3)},
    )


def replace_issues(connection: Connection, job: Job, stage: str, issues: Sequence[Issue]) -> None:
    """Make these the job's issues of one stage."""
    connection.execute(
        text("DELETE FROM issues WHERE job_id = :job_id AND stage = :stage"),
        {"job_id": job.id, "stage": stage},
    )
    if issues:
        connection.execute(
            text(
                """
                INSERT INTO issues (workspace_id, job_id, stage, line, column_name, value, code, level, message,
                    key, suggestion)
                VALUES (:workspace_id, :job_id, :stage, :line, :column, :value, :code, :level, :message, :key,
                    :suggestion)
                """
            ),
            [
                {
                    "workspace_id": job.workspace_id,
                    "job_id": job.id,
                    "stage": stage,
                    "line": issue.line,
                    "column": issue.column,
                    "value": issue.value,
                    "code": issue.code,
                    "level": issue.level,
                    "message": issue.message,
                    "key": issue.key,
                    "suggestion": issue.suggestion,
                }
                for issue in issues
            ],
        )


def load_issues(connection: Connection, job_id: str, limit: int = 20) -> list[Issue]:
    """The first issues of a job: errors first, then by line."""
    rows = connection.execute(
        text(
            """
            SELECT code, message, level, line, column_name, value, key, suggestion FROM issues
            WHERE job_id = :job_id
            ORDER BY array_position(ARRAY['error', 'warning', 'info'], level), line NULLS FIRST, id LIMIT :limit
            """
        ),
        {"job_id": job_id, "limit": limit},
    )
    return [
        Issue(
            row.code,
            row.message,
            row.level,
            line=row.line,
            column=row.column_name,
            value=row.value,
            key=row.key,
            suggestion=row.suggestion,
        )
        for row in rows
    ]

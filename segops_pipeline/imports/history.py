"""The history of imports: all of them, chosen by filters and paged; what each was, did and said.

A page is read by its place (created_at, id), so that the last of 100,000 is as quick as the first. What belongs here:
the questions. What doesn't: the single acts (`jobs`), what is kept for how long (`retention`).
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.errors import WrongState, WrongUsage
from segops_pipeline.imports.jobs import COUNTS, Job, get_job
from segops_pipeline.stores.opening import Stores

ENTRIES = """
SELECT j.workspace_id, w.name AS workspace, j.id, s.name AS source, j.file_name, j.format, j.origin, j.size_bytes,
    j.checksum, j.kind, j.undoes, j.undone_by, j.status, j.reason, j.error, j.attempt, j.created_by, j.mapping,
    j.transformations, j.template, j.policy, j.validation, j.rules, j.accept_guards, j.held, j.plan, j.rows, j.created,
    j.updated, j.unchanged, j.conflicts, j.rejected, j.skipped, j.deleted, j.deactivated, j.seconds, j.created_at,
    j.confirmed_at, j.finished_at, j.purged_at, j.results_uri IS NOT NULL AS has_results,
    j.original_uri IS NOT NULL AS has_original
FROM import_jobs j JOIN workspaces w ON w.id = j.workspace_id
    JOIN sources s ON s.workspace_id = j.workspace_id AND s.id = j.source_id
"""

# Each filter that is given becomes a condition of its own: an OR for those that are not would hide the indexes.
CONDITIONS = {
    "workspace_id": "j.workspace_id = :workspace_id",
    "source": "s.name = :source",
    "statuses": "j.status = ANY (:statuses)",
    "kinds": "j.kind = ANY (:kinds)",
    "user": "j.created_by = :user",
    "file": "j.file_name ILIKE '%' || :file || '%'",
    "since": "j.created_at >= :since",
    "until": "j.created_at < :until",
    "sku": "j.id IN (SELECT r.job_id FROM revisions r WHERE r.workspace_id = :workspace_id"
    " AND r.entity = 'product' AND r.key = :sku)",
}
# By page numbers, for people: counted and passed over in an index, then read.
LISTED = """
SELECT j.id, j.workspace_id, s.name AS source, j.file_name, j.kind, j.origin, j.undoes, j.undone_by, j.status, j.reason,
    j.attempt, j.created_by, j.stage, j.stage_done, j.stage_total, j.total_rows, j.rows, j.created, j.updated,
    j.unchanged, j.conflicts, j.rejected, j.skipped, j.deleted, j.deactivated, j.held IS NOT NULL AS is_held,
    j.error, j.size_bytes, j.draft_version, j.created_at, j.confirmed_at, j.finished_at, j.updated_at,
    j.results_uri IS NOT NULL AS has_results, j.original_uri IS NOT NULL OR j.upload_uri IS NOT NULL AS has_original
FROM import_jobs j JOIN sources s ON s.workspace_id = j.workspace_id AND s.id = j.source_id
"""
CHOSEN = "import_jobs j JOIN sources s ON s.workspace_id = j.workspace_id AND s.id = j.source_id"
ISSUES_BY_LEVEL = """
SELECT job_id, level, count(*) AS number FROM issues
WHERE workspace_id = ANY (:workspaces) AND job_id = ANY (:ids) GROUP BY job_id, level
"""


@dataclass(frozen=True, slots=True)
class HistoryFilter:
    """Which imports: all conditions together; `file` is a part of the name, `sku` one that the import changed.

    `since` is included, `until` is not; both are aware. `sku` needs a workspace.
    """

    workspace_id: int | None = None
    source: str | None = None
    statuses: Sequence[str] = ()
    kinds: Sequence[str] = ()
    user: str | None = None
    file: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    sku: str | None = None


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Some imports, newest first; `next` is the cursor of the page after it, None at the end."""

    entries: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    next: str | None = None


def read_history(
    connection: Connection, chosen: HistoryFilter, *, limit: int = 20, after: str | None = None
) -> HistoryPage:
    """One page of the history that the session sees, newest first.

    Args:
        connection: a session of a workspace, or one that spans them.
        chosen: which imports.
        limit: how many at most.
        after: the cursor that the page before gave.

    Raises:
        WrongUsage: the cursor is none, or a sku is given without its workspace.
    """
    conditions, bound = _conditions(chosen)
    if after is not None:
        bound["created_at"], bound["id"] = _place(after)
        conditions.append("(j.created_at, j.id) < (:created_at, :id)")
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    statement = f"{ENTRIES} {where} ORDER BY j.created_at DESC, j.id DESC LIMIT :limit"
    rows = [dict(row) for row in connection.execute(text(statement), {**bound, "limit": limit + 1}).mappings()]
    page = rows[:limit]
    return HistoryPage(_told(connection, page), _cursor(page[-1]) if len(rows) > limit else None)


def list_history(
    connection: Connection, chosen: HistoryFilter, *, offset: int = 0, limit: int = 20
) -> tuple[int, list[dict[str, Any]]]:
    """How many imports there are, and some of them as a list shows them, newest first, each with its progress.

    Args:
        connection: a session of a workspace.
        chosen: which imports; `workspace_id` must be that workspace.
        offset: how many to pass over.
        limit: how many at most.
    """
    conditions, bound = _conditions(chosen)
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    among = CHOSEN if chosen.source else "import_jobs j"
    count = connection.execute(text(f"SELECT count(*) FROM {among} {where}"), bound).scalar_one()
    page = f"SELECT j.id FROM {among} {where} ORDER BY j.created_at DESC, j.id DESC LIMIT :limit OFFSET :offset"
    statement = f"{LISTED} WHERE j.id IN ({page}) ORDER BY j.created_at DESC, j.id DESC"
    found = connection.execute(text(statement), {**bound, "limit": limit, "offset": offset})
    rows = [dict(row) for row in found.mappings()]
    issues = _issues_of(connection, rows)
    return count, [{**row, "issues": issues[row["id"]]} for row in rows]


def read_entry(connection: Connection, job: Job) -> dict[str, Any]:
    """One import as the history tells it."""
    row = connection.execute(text(f"{ENTRIES} WHERE j.id = :id"), {"id": job.id}).mappings().one()
    return _told(connection, [dict(row)])[0]


def write_original(stores: Stores, job_id: str, target: Path) -> Job:
    """Write the file of an import as it was uploaded.

    Args:
        stores: the open stores.
        job_id: the import.
        target: the file to write; it is there whole or not at all.

    Raises:
        WrongState: the bytes are not kept any more, or not there yet.
        WrongUsage: the target cannot be written.
    """
    job = get_job(stores.database, job_id)
    uri = job.original_uri or job.upload_uri
    if uri is None or not stores.files.exists(uri):
        raise WrongState(
            f"The file of job {job_id} is not kept.",
            "How long files are kept is set by SEGOPS_KEEP_ORIGINALS_DAYS.",
        )
    unfinished = target.with_name(f".{target.name}.unfinished")
    try:
        with stores.files.local(uri) as path, path.open("rb") as source, unfinished.open("wb") as copy:
            while chunk := source.read(1 << 20):
                copy.write(chunk)
        unfinished.replace(target)
    except OSError as error:
        raise WrongUsage(f"The file cannot be written: {error.strerror}.", file=str(target)) from error
    finally:
        unfinished.unlink(missing_ok=True)
    return job


def _conditions(chosen: HistoryFilter) -> tuple[list[str], dict[str, Any]]:
    """The filters that are given as conditions, with their values.

    Raises:
        WrongUsage: a sku is given without its workspace.
    """
    if chosen.sku is not None and chosen.workspace_id is None:
        raise WrongUsage("A sku is of one workspace.", "Name the workspace too.", value=chosen.sku)
    given = {name: getattr(chosen, name) for name in CONDITIONS}
    bound: dict[str, Any] = {
        name: list(value) if isinstance(value, tuple | list) else value for name, value in given.items() if value
    }
    if chosen.file is not None:
        bound["file"] = chosen.file.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return [CONDITIONS[name] for name in bound], bound


def _told(connection: Connection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Entries as JSON objects, each with the number of its issues by level."""
    issues = _issues_of(connection, rows)
    return [_entry(row, issues[row["id"]]) for row in rows]


def _issues_of(connection: Connection, rows: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """How many issues of each level some jobs have."""
    issues: dict[str, dict[str, int]] = {row["id"]: {} for row in rows}
    if rows:
        bound = {"workspaces": sorted({row["workspace_id"] for row in rows}), "ids": list(issues)}
        for found in connection.execute(text(ISSUES_BY_LEVEL), bound):
            issues[found.job_id][found.level] = found.number
    return issues


def _entry(row: dict[str, Any], issues: dict[str, int]) -> dict[str, Any]:
    same = ("workspace", "source", "format", "origin", "size_bytes", "checksum", "kind", "undoes", "undone_by")
    then = ("status", "reason", "error", "attempt", "mapping", "transformations", "template", "policy", "validation")
    last = ("rules", "accept_guards", "held", "plan", "deleted", "deactivated", "has_results", "has_original")
    times = ("created_at", "confirmed_at", "finished_at", "purged_at")
    return {
        "job_id": row["id"],
        "file": row["file_name"],
        "user": row["created_by"],
        **{name: row[name] for name in (*same, *then, *last)},
        "counts": {name: row[name] or 0 for name in COUNTS},
        "seconds": {stage: float(seconds) for stage, seconds in row["seconds"].items()},
        "issues": issues,
        **{name: row[name].isoformat() if row[name] else None for name in times},
    }


def _cursor(row: dict[str, Any]) -> str:
    place = json.dumps([row["created_at"].isoformat(), row["id"]])
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _place(cursor: str) -> tuple[datetime, str]:
    try:
        created_at, job_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return datetime.fromisoformat(created_at), str(job_id)
    except (ValueError, TypeError) as error:
        raise WrongUsage(
            "This is no place in the history.", "Take the cursor that the page before gave.", value=cursor
        ) from error

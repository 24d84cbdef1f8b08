"""A job's outcome as it is told: as JSON."""

from typing import Any

from sqlalchemy.engine import Connection

from segops_pipeline.imports.jobs import Job, load_issues

ISSUES_TOLD = 20


def outcome(connection: Connection, job: Job) -> dict[str, Any]:
    """The job as a JSON object: id, status, reason, counts, imported_count, first issues, seconds per stage.

    Where there is something to say: `kind` and `undoes` of what takes an import back, `undone_by`, `held` (the guards
    that hold it), `deleted` and `deactivated` products that a full feed lacked.
    """
    issues = [issue.as_dict() for issue in load_issues(connection, job.id, ISSUES_TOLD)]
    if job.error is not None:
        told = {name: value for name, value in job.error.items() if name != "remedy" and value}
        issues = [{**told, "level": "error", "suggestion": job.error.get("remedy")}, *issues][:ISSUES_TOLD]
    return {
        "job_id": job.id,
        "status": job.status,
        "reason": job.reason,
        "counts": job.counts,
        "imported_count": job.imported_count,
        "issues": issues,
        "seconds": {stage: float(seconds) for stage, seconds in job.seconds.items()},
        **_more(job),
    }


def summary(job: Job) -> dict[str, Any]:
    """The job in a list: what it is, where it stands, how far it is."""
    return {
        "job_id": job.id,
        "workspace": job.workspace,
        "source": job.source,
        "file": job.file_name,
        "status": job.status,
        "reason": job.reason,
        "attempt": job.attempt,
        "progress": {"stage": job.stage, "done": job.stage_done, "total": job.stage_total},
        "counts": job.counts,
        "imported_count": job.imported_count,
        **_more(job),
        "created_at": job.created_at.isoformat(),
        "finished_at": job.finished_at.isoformat() if job.finished_at else None,
    }


def _more(job: Job) -> dict[str, Any]:
    told = {
        "kind": job.kind if job.kind != "import" else None,
        "undoes": job.undoes,
        "undone_by": job.undone_by,
        "held": job.held,
        "deleted": job.deleted,
        "deactivated": job.deactivated,
    }
    return {name: value for name, value in told.items() if value}

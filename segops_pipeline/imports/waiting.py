"""What waits for a run: jobs to be read, confirmed jobs, finished jobs with changes to publish.

Each question is one indexed, limited query; jobs that a living run holds are left out.
"""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.imports.jobs import WAITING_TO_BE_READ
from segops_pipeline.imports.lock import free_jobs

LIMIT = 50


@dataclass(frozen=True, slots=True)
class Waiting:
    """A job that waits for a run, and whether its source is automatic."""

    job_id: str
    workspace: str
    source: str
    attempt: int
    automatic: bool


NAMED = """
    SELECT j.id AS job_id, w.name AS workspace, s.name AS source, j.attempt, s.automatic
    FROM import_jobs j JOIN workspaces w ON w.id = j.workspace_id
    JOIN sources s ON s.workspace_id = j.workspace_id AND s.id = j.source_id
"""

TO_READ = f"{NAMED} WHERE j.status = 'mapping' AND j.reason = :reason ORDER BY j.created_at LIMIT :limit"
CONFIRMED = f"{NAMED} WHERE j.status = 'pending' ORDER BY j.created_at LIMIT :limit"

# one job per workspace stands for all that waits there: a publish drains the whole outbox of its workspace
TO_PUBLISH = f"""
{NAMED} WHERE j.status = 'done' AND j.id IN (
    SELECT (SELECT o.job_id FROM outbox o WHERE o.workspace_id = w.id AND o.job_id IS NOT NULL
            AND (o.to_clickhouse OR o.to_embeddings) AND o.created_at <= now() - make_interval(secs => :older)
            ORDER BY o.id DESC LIMIT 1)
    FROM workspaces w)
ORDER BY j.created_at LIMIT :limit
"""

# an import that changed nothing leaves nothing in the outbox: its end is told with a publish all the same
TO_TELL = f"""
{NAMED} WHERE j.status = 'done' AND NOT j.seconds ? 'clickhouse_products' AND j.id IN (
    SELECT (SELECT e.id FROM import_jobs e WHERE e.workspace_id = w.id AND e.status = 'done' AND e.rows > 0
            AND e.finished_at > now() - interval '1 day' AND e.finished_at <= now() - make_interval(secs => :older)
            ORDER BY e.finished_at DESC LIMIT 1)
    FROM workspaces w)
ORDER BY j.created_at LIMIT :limit
"""


def jobs_to_read(connection: Connection) -> list[Waiting]:
    """Jobs whose file has not been read."""
    return _free(connection, TO_READ, {"reason": WAITING_TO_BE_READ})


def confirmed_jobs(connection: Connection) -> list[Waiting]:
    """Jobs whose mapping is confirmed and whose import has not begun."""
    return _free(connection, CONFIRMED, {})


def jobs_to_publish(connection: Connection, older_than_seconds: float = 0) -> list[Waiting]:
    """Per workspace the newest job whose changes have waited in the outbox for so many seconds."""
    return _free(connection, TO_PUBLISH, {"older": older_than_seconds})


def jobs_to_tell(connection: Connection, older_than_seconds: float = 0) -> list[Waiting]:
    """Per workspace the newest job, if it is done for so many seconds and was never published."""
    return _free(connection, TO_TELL, {"older": older_than_seconds})


def _free(connection: Connection, query: str, bound: dict[str, object]) -> list[Waiting]:
    rows = connection.execute(text(query), {**bound, "limit": LIMIT}).mappings().all()
    found = {row["job_id"]: Waiting(**row) for row in rows}
    free = set(free_jobs(connection, list(found)))
    return [waiting for job_id, waiting in found.items() if job_id in free]

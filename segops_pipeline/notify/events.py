"""What is told of a job, and which of the states in its timeline that is.

`import.started` once for each attempt, `import.needs_mapping` where a person is needed, `import.completed` and
`import.failed` at the end; undos and redos are told by the same names, with their kind. What belongs here: that
choice, and what a message says. What doesn't: to whom it goes (`deliveries`).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.config import Settings
from segops_pipeline.errors import WrongUsage
from segops_pipeline.imports.jobs import HELD, NEEDS_MAPPING, Job
from segops_pipeline.imports.outcome import summary
from segops_pipeline.imports.run import STALE

STARTED, NEEDS_PERSON, COMPLETED, FAILED = (
    "import.started", "import.needs_mapping", "import.completed", "import.failed",
)  # fmt: skip
EVENTS = (STARTED, NEEDS_PERSON, COMPLETED, FAILED)
TEST = "test"
# A job whose mapping is known is confirmed a moment after it has been read: nobody is needed then.
SETTLE_SECONDS = 5.0
EVENTS_AT_ONCE = 200

# `again`: the attempt has been in this status before; `began`: it has imported. A state of `mapping` is looked at once
# it has settled; `stands`: the job is still in it.
UNTOLD = """
SELECT e.id, e.workspace_id, e.job_id, e.status, e.reason, e.attempt, e.at,
    (j.status, j.reason) IS NOT DISTINCT FROM (e.status, e.reason) AS stands,
    EXISTS (SELECT FROM job_events o WHERE o.workspace_id = e.workspace_id AND o.job_id = e.job_id AND o.id < e.id
        AND (o.attempt, o.status) = (e.attempt, e.status)) AS again,
    EXISTS (SELECT FROM job_events o WHERE o.workspace_id = e.workspace_id AND o.job_id = e.job_id AND o.id < e.id
        AND (o.attempt, o.status) = (e.attempt, 'importing')) AS began
FROM job_events e JOIN import_jobs j ON j.workspace_id = e.workspace_id AND j.id = e.job_id
WHERE NOT e.told AND (e.status <> 'mapping' OR e.at <= now() - make_interval(secs => :settle_seconds)
    OR (j.status, j.reason) IS DISTINCT FROM (e.status, e.reason))
ORDER BY e.id LIMIT :limit FOR UPDATE OF e SKIP LOCKED
"""


@dataclass(frozen=True, slots=True)
class JobEvent:
    """One state in the timeline of a job that nobody has been told of yet."""

    id: int
    workspace_id: int
    job_id: str
    status: str
    reason: str | None
    attempt: int
    at: datetime
    stands: bool
    again: bool
    began: bool

    @property
    def name(self) -> str | None:
        """What it is told as; None: it is not told."""
        if self.status == "mapping":
            return NEEDS_PERSON if self.stands and self.reason in (NEEDS_MAPPING, HELD, STALE) else None
        if self.status == "failed":
            return FAILED
        if self.status == "done" and (self.reason or "").startswith("correction "):  # its corrected rows have failed
            return FAILED
        if self.again:  # as when it is marked as undone
            return None
        if self.status == "importing":
            return STARTED
        return COMPLETED if self.status == "done" and self.began else None


def untold(connection: Connection, settle_seconds: float) -> list[JobEvent]:
    """Some states that nobody has been told of, the oldest first; each stays locked until the transaction ends."""
    rows = connection.execute(text(UNTOLD), {"settle_seconds": settle_seconds, "limit": EVENTS_AT_ONCE})
    return [JobEvent(*row) for row in rows]


def check_events(events: list[str]) -> list[str]:
    """The events that somebody wants to be told of, each once.

    Raises:
        WrongUsage: there is none, or no such event.
    """
    chosen = list(dict.fromkeys(events))
    unknown = [event for event in chosen if event not in EVENTS]
    if unknown or not chosen:
        message = f"There is no event '{unknown[0][:100]}'." if unknown else "No event is chosen."
        raise WrongUsage(message, f"Choose some of: {', '.join(EVENTS)}.")
    return chosen


def payload_of(settings: Settings, event: JobEvent, job: Job) -> dict[str, Any]:
    """What is told of a state: its type and time, and the job as it is now.

    The shape is that which Standard Webhooks recommends: `type`, `timestamp`, `data`.
    """
    name = event.name or ""
    error = job.error or {}
    return {
        "type": name,
        "timestamp": event.at.isoformat(),
        "data": {
            **summary(job),
            "status": event.status,
            "reason": event.reason,
            "attempt": event.attempt,
            "kind": job.kind,
            "user": job.created_by,
            "error": {word: error.get(word) for word in ("code", "message", "remedy")} if error else None,
            "url": job_url(settings, job.id, to_map=name == NEEDS_PERSON and job.mapping is None),
        },
    }


def job_url(settings: Settings, job_id: str, *, to_map: bool = False) -> str:
    """Where a person sees a job, or goes on with its mapping."""
    host = f"[{settings.pages_host}]" if ":" in settings.pages_host else settings.pages_host
    base = (settings.pages_url or f"http://{host}:{settings.pages_port}").rstrip("/")
    path = f"/pim/import?job={quote(job_id, safe='')}" if to_map else f"/pim/imports/{quote(job_id, safe='')}"
    return base + path

"""What a job has been through: every state with its reason, when it began and how long it lasted.

What belongs here: reading that. What doesn't: writing it, which a trigger of the database does, so that no change is
missed; telling others of it (`notify`).
"""

from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

ENDED = ("done", "failed")
MOST_EVENTS = 1_000
EVENTS = """
SELECT status, reason, attempt, at, lead(at) OVER (ORDER BY id) IS NULL AS is_last,
    (extract(epoch FROM coalesce(lead(at) OVER (ORDER BY id), now()) - at))::float8 AS seconds
FROM job_events WHERE job_id = :job_id ORDER BY id LIMIT :limit
"""


def timeline(connection: Connection, job_id: str) -> list[dict[str, Any]]:
    """The states of a job as far as the session may see it, oldest first, as JSON objects.

    Each has `status`, `reason`, `attempt`, `at` (ISO 8601) and `seconds`, how long it lasted: until now where it lasts
    on, null where the job has ended with it.
    """
    rows = connection.execute(text(EVENTS), {"job_id": job_id, "limit": MOST_EVENTS})
    return [
        {
            "status": row.status,
            "reason": row.reason,
            "attempt": row.attempt,
            "at": row.at.isoformat(),
            "seconds": None if row.is_last and row.status in ENDED else round(max(row.seconds, 0.0), 3),
        }
        for row in rows
    ]

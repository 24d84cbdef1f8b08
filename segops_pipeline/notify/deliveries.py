"""Deliveries: what is to be told to whom, claimed, tried again, and what came of it.

Each state in the timeline of a job that is told (`events`) becomes a delivery for every webhook and every member who
wants it. A delivery is claimed before it is sent: whoever is killed with it leaves it to be sent again after
`CLAIM_SECONDS`, so that a receiver hears of everything at least once. What belongs here: making, claiming and noting.
What doesn't: looking at them (`delivered`), sending (`send`, `emails`), and when that is done (`dispatch`).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.config import Settings
from segops_pipeline.imports.jobs import load_job
from segops_pipeline.notify.events import TEST, JobEvent, payload_of, untold
from segops_pipeline.stores.opening import Stores

# Seconds until a delivery is tried again, attempt by attempt; it is given up after a day and a half.
RETRY_SECONDS = (5, 30, 2 * 60, 10 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 20 * 3600)
MOST_ATTEMPTS = len(RETRY_SECONDS) + 1
CLAIM_SECONDS = 120
DUE_AT_ONCE, PER_WEBHOOK, EMAILS_AT_ONCE = 60, 5, 10
MOST_ANSWER_CHARACTERS = 4_096

ANYTHING = """
SELECT EXISTS (SELECT FROM job_events WHERE NOT told)
    OR EXISTS (SELECT FROM deliveries WHERE next_attempt_at <= now()) AS something
"""
# Of workspaces that tell nobody, and states that are never told.
NOBODY_LISTENS = """
UPDATE job_events SET told = true WHERE id = ANY (ARRAY(
    SELECT e.id FROM job_events e WHERE NOT e.told AND (
        e.status = 'pending' OR NOT (
            EXISTS (SELECT FROM webhooks w WHERE w.workspace_id = e.workspace_id AND w.is_active)
            OR EXISTS (SELECT FROM memberships m WHERE m.workspace_id = e.workspace_id AND m.notify <> '{}')))
    LIMIT 5000 FOR UPDATE SKIP LOCKED))
"""
LISTENING = """
SELECT w.id AS webhook_id, NULL AS recipient, NULL AS language FROM webhooks w
WHERE w.workspace_id = :workspace_id AND w.is_active AND :event = ANY (w.events)
UNION ALL
SELECT NULL, u.email, u.language FROM memberships m JOIN users u ON u.id = m.user_id
WHERE :with_emails AND m.workspace_id = :workspace_id AND u.is_active AND :event = ANY (m.notify)
ORDER BY 1, 2
"""
INSERT = """
INSERT INTO deliveries (workspace_id, webhook_id, recipient, event, job_id, payload)
VALUES (:workspace_id, :webhook_id, :recipient, :event, :job_id, CAST(:payload AS jsonb)) RETURNING id
"""
CLAIM = """
UPDATE deliveries d SET attempts = d.attempts + 1, next_attempt_at = now() + make_interval(secs => :claim_seconds)
WHERE d.id = ANY (ARRAY(
    SELECT c.id FROM deliveries c WHERE c.next_attempt_at <= now() AND c.id = ANY (:ids)
    ORDER BY c.id FOR UPDATE SKIP LOCKED))
RETURNING d.id, d.workspace_id, d.webhook_id, d.recipient, d.event, d.payload, d.attempts,
    (SELECT w.url FROM webhooks w WHERE w.id = d.webhook_id) AS url,
    (SELECT w.secret FROM webhooks w WHERE w.id = d.webhook_id) AS secret
"""
DUE = """
SELECT id FROM (
    SELECT id, webhook_id, row_number() OVER (PARTITION BY webhook_id ORDER BY id) AS place
    FROM deliveries WHERE next_attempt_at <= now()
) due
WHERE place <= CASE WHEN webhook_id IS NULL THEN :emails ELSE :per_webhook END ORDER BY id LIMIT :limit
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is being sent; `url` and `secret` are its webhook's, else `recipient` has an address."""

    id: int
    workspace_id: int
    webhook_id: int | None
    recipient: str | None
    event: str
    payload: dict[str, Any]
    attempts: int
    url: str | None
    secret: str | None

    @property
    def message_id(self) -> str:
        """What names it to its receiver: the same in every attempt."""
        return f"msg_{self.id}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an attempt: `status` is of HTTP; `error` says why it has failed, None where it has not."""

    status: int | None = None
    error: str | None = None
    retry_after_seconds: int = 0


def is_anything_to_do(stores: Stores) -> bool:
    """Whether anything is to be told or delivered now."""
    with stores.database.system_session() as connection:
        return bool(connection.execute(text(ANYTHING)).scalar_one())


def make_deliveries(stores: Stores, settle_seconds: float) -> int:
    """Make the deliveries of what nobody has been told of yet.

    Args:
        stores: the open stores.
        settle_seconds: how long a job must have waited before somebody is told that it does.

    Returns:
        How many were made.
    """
    number = 0
    with stores.database.system_session() as connection:
        connection.execute(text(NOBODY_LISTENS))
        events = untold(connection, settle_seconds)
        for event in events:
            number += _tell(connection, stores.settings, event)
        told = text("UPDATE job_events SET told = true WHERE id = ANY (:ids)")
        connection.execute(told, {"ids": [event.id for event in events]})
    return number


def claim_test(connection: Connection, workspace_id: int, webhook_id: int, workspace: str) -> Claimed:
    """Make a delivery that tells nothing but that the webhook works, claimed already."""
    moment = connection.execute(text("SELECT now()")).scalar_one()
    data = {"workspace": workspace, "message": "This is a test: the webhook works."}
    payload = {"type": TEST, "timestamp": moment.isoformat(), "data": data}
    made = _insert(connection, workspace_id, TEST, None, payload, webhook_id=webhook_id)
    return _claim(connection, [made])[0]


def claim_due(stores: Stores) -> list[Claimed]:
    """Take what is due, some of each receiver; nobody else has it for `CLAIM_SECONDS`."""
    bound = {"limit": DUE_AT_ONCE, "per_webhook": PER_WEBHOOK, "emails": EMAILS_AT_ONCE}
    with stores.database.system_session() as connection:
        ids = list(connection.execute(text(DUE), bound).scalars())
        return _claim(connection, ids) if ids else []


def note_answer(stores: Stores, claimed: Claimed, answer: Answer) -> None:
    """Note what came of an attempt: delivered, to be tried again, or given up, as a test is at once."""
    again: int | None = None
    if answer.error is not None and claimed.attempts < MOST_ATTEMPTS and claimed.event != TEST:
        again = max(RETRY_SECONDS[claimed.attempts - 1], answer.retry_after_seconds)
    with stores.database.system_session() as connection:
        connection.execute(
            text(
                """
                UPDATE deliveries SET answer_status = :status, error = :error,
                    delivered_at = CASE WHEN CAST(:error AS text) IS NULL THEN now() END,
                    next_attempt_at = now() + make_interval(secs => CAST(:again AS integer))
                WHERE id = :id AND next_attempt_at IS NOT NULL AND attempts = :attempts
                """
            ),
            {
                "id": claimed.id,
                "attempts": claimed.attempts,
                "status": answer.status,
                "error": answer.error.replace("\0", "")[:MOST_ANSWER_CHARACTERS] if answer.error else None,
                "again": again,
            },
        )


def put_back(stores: Stores, claimed: Sequence[Claimed]) -> None:
    """Let what was claimed and not tried wait a little: its receiver does not answer now."""
    with stores.database.system_session() as connection:
        connection.execute(
            text(
                "UPDATE deliveries SET attempts = attempts - 1,"
                " next_attempt_at = now() + make_interval(secs => :seconds)"
                " WHERE id = ANY (:ids) AND next_attempt_at IS NOT NULL"
            ),
            {"ids": [one.id for one in claimed], "seconds": RETRY_SECONDS[0]},
        )


def _tell(connection: Connection, settings: Settings, event: JobEvent) -> int:
    if event.name is None:
        return 0
    bound = {"workspace_id": event.workspace_id, "event": event.name, "with_emails": settings.smtp_url is not None}
    listening = connection.execute(text(LISTENING), bound).all()
    if not listening:
        return 0
    payload = payload_of(settings, event, load_job(connection, event.job_id))
    for one in listening:
        of_person = {**payload, "language": one.language} if one.recipient else payload
        _insert(
            connection,
            event.workspace_id,
            event.name,
            event.job_id,
            of_person,
            webhook_id=one.webhook_id,
            recipient=one.recipient,
        )
    return len(listening)


def _insert(
    connection: Connection,
    workspace_id: int,
    event: str,
    job_id: str | None,
    payload: dict[str, Any],
    *,
    webhook_id: int | None = None,
    recipient: str | None = None,
) -> int:
    bound = {
        "workspace_id": workspace_id,
        "webhook_id": webhook_id,
        "recipient": recipient,
        "event": event,
        "job_id": job_id,
        "payload": json.dumps(payload),
    }
    return connection.execute(text(INSERT), bound).scalar_one()


def _claim(connection: Connection, ids: Sequence[int]) -> list[Claimed]:
    rows = connection.execute(text(CLAIM), {"ids": list(ids), "claim_seconds": CLAIM_SECONDS})
    return sorted((Claimed(**row) for row in rows.mappings()), key=lambda claimed: claimed.id)

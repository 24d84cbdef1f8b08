"""The table of idempotency keys: who has sent which request, and what it was answered.

What belongs here: its SQL. What doesn't: what counts as the same request (`web.idempotency`).
"""

import json
from dataclasses import dataclass, field

from sqlalchemy import text

from segops_pipeline.stores.database import Database

KEPT_HOURS = 24
ANSWERED_WITHIN_HOURS = 1  # whoever has not answered by then never will: its process is gone

_TIDY = text(
    "DELETE FROM idempotency_keys WHERE created_at < now() - make_interval(hours => :kept)"
    " OR (answer_status IS NULL AND created_at < now() - make_interval(hours => :pending))"
)
_BEGIN = text(
    "INSERT INTO idempotency_keys (workspace_id, actor, key, fingerprint) VALUES (:workspace_id, :actor, :key, '')"
    " ON CONFLICT DO NOTHING"
)
_WHERE = "WHERE workspace_id = :workspace_id AND actor = :actor AND key = :key"
_FIND = text(f"SELECT fingerprint, answer_status, answer, answer_headers FROM idempotency_keys {_WHERE}")
_KEEP = text(
    "UPDATE idempotency_keys SET fingerprint = :fingerprint, answer_status = :status, answer = :body,"
    f" answer_headers = CAST(:headers AS jsonb) {_WHERE}"
)
_FORGET = text(f"DELETE FROM idempotency_keys {_WHERE} AND answer_status IS NULL")


@dataclass(frozen=True, slots=True)
class Kept:
    """A request and its answer; `status` is None while it is still being answered."""

    fingerprint: str
    status: int | None
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])


def begin(database: Database, workspace_id: int, actor: str, key: str) -> Kept | None:
    """Note that a request with this key is being answered; what there is of an earlier one, or None: it is the first.

    Raises:
        StoreUnreachable: PostgreSQL does not answer.
    """
    bound = {"workspace_id": workspace_id, "actor": actor, "key": key}
    with database.workspace_session(workspace_id) as connection:
        connection.execute(_TIDY, {"kept": KEPT_HOURS, "pending": ANSWERED_WITHIN_HOURS})
        if connection.execute(_BEGIN, bound).rowcount:
            return None
        row = connection.execute(_FIND, bound).one_or_none()
    if row is None:  # it has just been forgotten
        return Kept("", None)
    headers = [(name, value) for name, value in row.answer_headers or []]
    return Kept(row.fingerprint, row.answer_status, bytes(row.answer or b""), headers)


def keep(database: Database, workspace_id: int, actor: str, key: str, kept: Kept) -> None:
    """Keep the answer to a request."""
    bound = {"workspace_id": workspace_id, "actor": actor, "key": key, "fingerprint": kept.fingerprint}
    answer = {"status": kept.status, "body": kept.body, "headers": json.dumps(kept.headers)}
    with database.workspace_session(workspace_id) as connection:
        connection.execute(_KEEP, {**bound, **answer})


def forget(database: Database, workspace_id: int, actor: str, key: str) -> None:
    """Forget a request that has no answer to keep: under its key another try is the first again."""
    with database.workspace_session(workspace_id) as connection:
        connection.execute(_FORGET, {"workspace_id": workspace_id, "actor": actor, "key": key})

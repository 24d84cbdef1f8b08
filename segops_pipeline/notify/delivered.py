"""What was told, or waits to be, seen by those who administer the workspace, and sent again where they say so."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.access.actor import Actor
from segops_pipeline.access.audit import record
from segops_pipeline.errors import NotFound, WrongState

COLUMNS = "id, event, job_id, recipient, attempts, next_attempt_at, delivered_at, answer_status, error, created_at"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What was told, or is to be told, to one receiver; the times are aware."""

    id: int
    event: str
    job_id: str | None
    recipient: str | None
    attempts: int
    next_attempt_at: datetime | None
    delivered_at: datetime | None
    answer_status: int | None
    error: str | None
    created_at: datetime

    @property
    def state(self) -> str:
        """`delivered`, `waiting` (for its first or next attempt) or `given up`."""
        if self.delivered_at is not None:
            return "delivered"
        return "waiting" if self.next_attempt_at is not None else "given up"

    def as_dict(self) -> dict[str, Any]:
        """The delivery, ready for JSON."""
        times = ("next_attempt_at", "delivered_at", "created_at")
        given: dict[str, datetime | None] = {name: getattr(self, name) for name in times}
        return {
            **{name: getattr(self, name) for name in ("id", "event", "job_id", "state", "attempts")},
            **{name: getattr(self, name) for name in ("answer_status", "error")},
            **{name: moment.isoformat() if moment else None for name, moment in given.items()},
        }


def list_deliveries(
    connection: Connection, webhook_id: int, *, limit: int = 50, offset: int = 0
) -> tuple[int, list[Delivery]]:
    """How many deliveries a webhook of the session's workspace has, and some of them, the newest first."""
    bound = {"id": webhook_id, "limit": limit, "offset": offset}
    number = connection.execute(text("SELECT count(*) FROM deliveries WHERE webhook_id = :id"), bound).scalar_one()
    rows = connection.execute(
        text(f"SELECT {COLUMNS} FROM deliveries WHERE webhook_id = :id ORDER BY id DESC LIMIT :limit OFFSET :offset"),
        bound,
    )
    return number, [Delivery(**row) for row in rows.mappings()]


def get_delivery(connection: Connection, delivery_id: int, webhook_id: int) -> Delivery:
    """One delivery of a webhook of the session's workspace.

    Raises:
        NotFound: there is none of this number.
    """
    statement = text(f"SELECT {COLUMNS} FROM deliveries WHERE id = :id AND webhook_id = :webhook_id")
    rows = connection.execute(statement, {"id": delivery_id, "webhook_id": webhook_id})
    row = rows.mappings().one_or_none()
    if row is None:
        raise NotFound(
            f"There is no delivery {delivery_id}.", "Deliveries are kept for a while, and as long as their webhook."
        )
    return Delivery(**row)


def send_again(connection: Connection, actor: Actor, webhook_id: int, delivery_id: int) -> Delivery:
    """Have a delivery of a webhook sent again within a second or two, with all its attempts before it.

    Raises:
        Forbidden: the actor is no admin.
        NotFound: the webhook has no such delivery.
        WrongState: it waits already.
    """
    actor.require("manage")
    delivery = get_delivery(connection, delivery_id, webhook_id)
    if delivery.state == "waiting":
        raise WrongState(f"Delivery {delivery_id} waits already.", "It is sent again by itself.")
    connection.execute(
        text(
            "UPDATE deliveries SET attempts = 0, next_attempt_at = now(), delivered_at = NULL, error = NULL,"
            " answer_status = NULL WHERE id = :id"
        ),
        {"id": delivery_id},
    )
    record(connection, actor, "webhook.send_again", str(webhook_id), {"delivery": delivery_id})
    return get_delivery(connection, delivery_id, webhook_id)

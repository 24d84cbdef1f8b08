"""Webhooks: the addresses of other systems that a workspace's events are told to, and their secrets.

A secret is shown when it is made and never again. Every act is for admins and is noted, without the path of the URL,
which can be a secret too. What belongs here: keeping webhooks. What doesn't: what is told to
them (`events`), and the telling (`deliveries`, `send`).
"""

import socket
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.access.actor import Actor
from segops_pipeline.access.audit import record
from segops_pipeline.config import Settings
from segops_pipeline.errors import NotFound, WrongUsage
from segops_pipeline.imports.addresses import AddressGuard, is_public
from segops_pipeline.imports.locations import Location, parse_location
from segops_pipeline.notify.events import check_events
from segops_pipeline.notify.signing import new_secret

MOST_WEBHOOKS = 20  # of one workspace
MOST_URL_CHARACTERS = 2_000
COLUMNS = "id, url, events, is_active, created_by, created_at"
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that events are told to; its secret is not in here."""

    id: int
    url: str
    events: list[str]
    is_active: bool
    created_by: str
    created_at: datetime

    def as_dict(self) -> dict[str, Any]:
        """The webhook, ready for JSON."""
        return {**asdict(self), "created_at": self.created_at.isoformat()}


def list_webhooks(connection: Connection) -> list[Webhook]:
    """The webhooks of the session's workspace, the oldest first."""
    rows = connection.execute(text(f"SELECT {COLUMNS} FROM webhooks ORDER BY id"))
    return [Webhook(**row) for row in rows.mappings()]


def get_webhook(connection: Connection, webhook_id: int) -> Webhook:
    """One webhook of the session's workspace.

    Raises:
        NotFound: there is none of this number.
    """
    rows = connection.execute(text(f"SELECT {COLUMNS} FROM webhooks WHERE id = :id"), {"id": webhook_id})
    row = rows.mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no webhook {webhook_id}.", "List them with `segops webhooks list`.")
    return Webhook(**row)


def create_webhook(
    connection: Connection, settings: Settings, actor: Actor, url: str, events: Sequence[str]
) -> tuple[Webhook, str]:
    """Add a webhook to the actor's workspace.

    Returns:
        The webhook and its secret, which nobody is shown again.

    Raises:
        Forbidden: the actor is no admin.
        WrongUsage: no http or https URL, an event that there is not, or too many webhooks.
        AddressRefused: the URL leads to an address that is not public.
    """
    actor.require("manage")
    chosen = check_events(list(events))
    place = check_url(settings, url)
    if connection.execute(text("SELECT count(*) FROM webhooks")).scalar_one() >= MOST_WEBHOOKS:
        raise WrongUsage(f"A workspace has at most {MOST_WEBHOOKS} webhooks.", "Remove one that nobody needs.")
    secret = new_secret()
    webhook_id = connection.execute(
        text(
            "INSERT INTO webhooks (workspace_id, url, secret, events, created_by)"
            " VALUES (:workspace_id, :url, :secret, :events, :created_by) RETURNING id"
        ),
        {
            "workspace_id": actor.workspace_id,
            "url": url,
            "secret": secret,
            "events": chosen,
            "created_by": actor.name,
        },
    ).scalar_one()
    record(connection, actor, "webhook.create", str(webhook_id), {"host": place.host, "events": chosen})
    return get_webhook(connection, webhook_id), secret


def change_webhook(
    connection: Connection,
    settings: Settings,
    actor: Actor,
    webhook_id: int,
    *,
    url: str | None = None,
    events: Sequence[str] | None = None,
    is_active: bool | None = None,
) -> Webhook:
    """Change a webhook; what is None stays. One that is switched off is told nothing, of what waits for it neither.

    Raises:
        NotFound: there is none of this number.
        Forbidden, WrongUsage, AddressRefused: as `create_webhook`.
    """
    actor.require("manage")
    get_webhook(connection, webhook_id)
    chosen = None if events is None else check_events(list(events))
    host = None if url is None else check_url(settings, url).host
    connection.execute(
        text(
            "UPDATE webhooks SET url = coalesce(:url, url), is_active = coalesce(:is_active, is_active),"
            " events = coalesce(CAST(:events AS text[]), events) WHERE id = :id"
        ),
        {"id": webhook_id, "url": url, "is_active": is_active, "events": chosen},
    )
    if is_active is False:
        _give_up_waiting(connection, webhook_id, "The webhook was switched off.")
    changes = {"host": host, "events": chosen, "is_active": is_active}
    told = {name: value for name, value in changes.items() if value is not None}
    record(connection, actor, "webhook.change", str(webhook_id), told)
    return get_webhook(connection, webhook_id)


def switch_off(connection: Connection, webhook_id: int, why: str) -> None:
    """Tell a webhook nothing any more, of what waits for it neither."""
    connection.execute(text("UPDATE webhooks SET is_active = false WHERE id = :id"), {"id": webhook_id})
    _give_up_waiting(connection, webhook_id, why)


def rotate_secret(connection: Connection, actor: Actor, webhook_id: int) -> str:
    """Give a webhook a new secret, which counts from the next delivery on; it is shown this once.

    Raises:
        Forbidden: the actor is no admin.
        NotFound: there is none of this number.
    """
    actor.require("manage")
    get_webhook(connection, webhook_id)
    secret = new_secret()
    statement = text("UPDATE webhooks SET secret = :secret WHERE id = :id")
    connection.execute(statement, {"id": webhook_id, "secret": secret})
    record(connection, actor, "webhook.rotate", str(webhook_id))
    return secret


def remove_webhook(connection: Connection, actor: Actor, webhook_id: int) -> None:
    """Remove a webhook with all that was, or waits to be, delivered to it.

    Raises:
        Forbidden: the actor is no admin.
        NotFound: there is none of this number.
    """
    actor.require("manage")
    get_webhook(connection, webhook_id)
    connection.execute(text("DELETE FROM webhooks WHERE id = :id"), {"id": webhook_id})
    record(connection, actor, "webhook.remove", str(webhook_id))


def guard_of(settings: Settings) -> AddressGuard:
    """What lets connections to public addresses through, to all where the settings allow it."""
    return AddressGuard((lambda _address: True) if settings.fetch_allow_private else is_public)


def check_url(settings: Settings, url: str) -> Location:
    """Check that a URL can be told to. Its name is looked up; it is checked again whenever something is delivered.

    Raises:
        WrongUsage: it is no http or https URL, is too long, or has a user in it.
        AddressRefused: it leads to addresses that are not public.
    """
    import yarl

    example = "Give a URL such as https://example.com/segops."
    if len(url) > MOST_URL_CHARACTERS or not url.isprintable() or not url.lower().startswith(("http://", "https://")):
        raise WrongUsage(
            f"A webhook is an http or https URL of at most {MOST_URL_CHARACTERS} characters.", example, value=url[:100]
        )
    place = parse_location(url)
    if place.user is not None or place.password is not None:
        raise WrongUsage("The URL of a webhook has no user and no password in it.", "The signature says who sends.")
    try:
        yarl.URL(url)
    except ValueError:
        raise WrongUsage("The location is no valid URL.", example) from None
    guard = guard_of(settings)
    guard.check_host(place.host, place.shown)
    addresses = _addresses(place)
    if addresses and not any(guard.lets_through(address) for address in addresses):
        raise guard.error(place.shown)
    return place


def _addresses(place: Location) -> list[str]:
    """What the name stands for now; nothing where it is not known, as without a network."""
    try:
        found = socket.getaddrinfo(place.host, place.port or PORTS[place.scheme], type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [str(address[0]) for *_, address in found]


def _give_up_waiting(connection: Connection, webhook_id: int, why: str) -> None:
    connection.execute(
        text(
            "UPDATE deliveries SET next_attempt_at = NULL, error = :why"
            " WHERE webhook_id = :id AND next_attempt_at IS NOT NULL"
        ),
        {"id": webhook_id, "why": why},
    )

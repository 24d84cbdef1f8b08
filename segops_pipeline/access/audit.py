"""The audit log: who has done what, when and from where. What is written stays: the application may only add.

What belongs here: noting an act and listing them. What doesn't: the acts. `details` hold no password, key or token.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.access.actor import Actor, Via
from segops_pipeline.stores.database import Database

PAGE_SIZE = 50
_MOST_CHARACTERS = 500

_INSERT = text(
    "INSERT INTO audit_log (workspace_id, actor, via, act, target, details, address)"
    " VALUES (:workspace_id, :actor, :via, :act, :target, CAST(:details AS jsonb), :address)"
)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act: `actor` is an e-mail address, `key <name>` or a user of the machine; the time is aware."""

    id: int
    at: datetime
    actor: str
    via: Via
    act: str
    target: str | None
    details: dict[str, Any]
    address: str | None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Some of the acts, the newest first, and how many there are in all."""

    count: int
    entries: Sequence[AuditEntry]


def record(
    connection: Connection,
    actor: Actor,
    act: str,
    target: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Note an act in its workspace, best in the transaction that does it: then there is never one without the other.

    Args:
        connection: a session of the actor's workspace, or of the system role.
        actor: who does it.
        act: what, as `<thing>.<verb>`, such as `import.confirm`.
        target: the id or name of the thing.
        details: what else matters, ready for JSON; never a secret.
    """
    values = _values(actor.name, actor.via, act, target, details, actor.address)
    connection.execute(_INSERT, {"workspace_id": actor.workspace_id, **values})


def record_of_installation(
    database: Database,
    who: str,
    via: Via,
    act: str,
    target: str | None = None,
    details: Mapping[str, Any] | None = None,
    address: str | None = None,
) -> None:
    """Note an act that belongs to no workspace, such as a sign-in; no workspace's list shows it."""
    with database.system_session() as connection:
        values = _values(who, via, act, target, details, address)
        connection.execute(_INSERT, {"workspace_id": None, **values})


def list_audit(
    connection: Connection, *, page: int = 1, page_size: int = PAGE_SIZE, act: str | None = None, who: str | None = None
) -> AuditPage:
    """A page of the acts in the session's workspace, the newest first.

    Args:
        connection: a session of the workspace.
        page: from 1 on.
        page_size: how many at most.
        act: only these; `import.` gives every act whose name starts so.
        who: only those of this actor.
    """
    where = "(CAST(:act AS text) IS NULL OR act = :act OR (right(:act, 1) = '.' AND starts_with(act, :act)))"
    where += " AND (CAST(:who AS text) IS NULL OR actor = :who)"
    bound = {"act": act, "who": who}
    count = connection.execute(text(f"SELECT count(*) FROM audit_log WHERE {where}"), bound).scalar_one()
    rows = connection.execute(
        text(
            f"SELECT id, at, actor, via, act, target, details, address FROM audit_log WHERE {where}"
            " ORDER BY id DESC LIMIT :size OFFSET :offset"
        ),
        {**bound, "size": page_size, "offset": (page - 1) * page_size},
    )
    return AuditPage(count, [AuditEntry(*row) for row in rows])


def _values(
    who: str, via: Via, act: str, target: str | None, details: Mapping[str, Any] | None, address: str | None
) -> dict[str, Any]:
    said = json.dumps(_clean(dict(details or {})), default=str)
    return {
        "actor": _storable(who) or "unknown",
        "via": via,
        "act": act,
        "target": None if target is None else _storable(target),
        "details": said,
        "address": address,
    }


def _clean(content: Any) -> Any:  # noqa: ANN401 - JSON
    """JSON without what PostgreSQL's text does not hold."""
    if isinstance(content, str):
        return _storable(content)
    if isinstance(content, Mapping):
        items = cast("Mapping[str, Any]", content).items()
        return {name: _clean(value) for name, value in items}
    if isinstance(content, list | tuple):
        return [_clean(value) for value in cast("Sequence[Any]", content)]
    return content


def _storable(words: str) -> str:
    """What comes from outside may be long, and hold what PostgreSQL's text does not."""
    return words.replace("\0", "").encode("utf-8", "replace").decode()[:_MOST_CHARACTERS]

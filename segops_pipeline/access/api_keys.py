"""API keys: how programs show who they are. A key is of one workspace, shown once, and kept as its hash.

What belongs here: making, listing, revoking and recognising keys. What doesn't: the headers that carry them.
"""

import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.access.actor import PERMISSIONS, Actor, Permission
from segops_pipeline.access.audit import record
from segops_pipeline.access.tokens import hash_of, new_token
from segops_pipeline.errors import AlreadyThere, NotFound, NotSignedIn, WrongUsage
from segops_pipeline.stores.database import Database

MOST_CHARACTERS_OF_NAME = 100
_PREFIX_BYTES = 4
_PLAIN = re.compile(r"sgp_[0-9a-f]{8}_[A-Za-z0-9_-]{43}")
_COLUMNS = "id, name, prefix, scopes, created_by, created_at, expires_at, last_used_at, revoked_at"

# The time of the last use is worth a minute's exactness, not a write for each request.
_FIND = text(
    """
    WITH used AS (
        UPDATE api_keys SET last_used_at = now() WHERE key_hash = :hash AND revoked_at IS NULL
            AND (expires_at IS NULL OR expires_at > now())
            AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
    )
    SELECT k.name, k.scopes, k.workspace_id, w.name AS workspace, k.revoked_at,
        k.expires_at IS NOT NULL AND k.expires_at <= now() AS is_expired, k.expires_at
    FROM api_keys k JOIN workspaces w ON w.id = k.workspace_id WHERE k.key_hash = :hash
    """
)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key without its secret: `prefix` is what it begins with, for people to know it by; times are aware."""

    id: int
    name: str
    prefix: str
    scopes: list[Permission]
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None

    @property
    def state(self) -> str:
        """`active`, `expired` or `revoked`."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= datetime.now(UTC) else "active"


def create_key(
    connection: Connection,
    actor: Actor,
    name: str,
    scopes: Collection[str],
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Make a key of the actor's workspace.

    Args:
        connection: a session of the workspace.
        actor: an admin of it.
        name: for people.
        scopes: some of read, write and manage.
        expires_at: aware; None: never.

    Returns:
        the key, and what the program sends: nobody can see that again.

    Raises:
        WrongUsage: the name cannot be one, a scope is none, or the time is past.
        AlreadyThere: another key has the name.
        Forbidden: the actor is no admin.
    """
    actor.require("manage")
    given = _check(name, scopes, expires_at)
    _check_free(connection, name.strip())
    prefix = f"sgp_{secrets.token_hex(_PREFIX_BYTES)}"
    plain = f"{prefix}_{new_token()}"
    row = connection.execute(
        text(
            "INSERT INTO api_keys (workspace_id, name, prefix, key_hash, scopes, created_by, expires_at)"
            " VALUES (:workspace_id, :name, :prefix, :hash, :scopes, :created_by, :expires_at)"
            f" RETURNING {_COLUMNS}"
        ),
        {
            "workspace_id": actor.workspace_id,
            "name": name.strip(),
            "prefix": prefix,
            "hash": hash_of(plain),
            "scopes": given,
            "created_by": actor.name,
            "expires_at": expires_at,
        },
    ).one()
    made = ApiKey(*row)
    details = {"name": made.name, "scopes": given, "expires_at": expires_at and expires_at.isoformat()}
    record(connection, actor, "key.create", target=prefix, details=details)
    return made, plain


def list_keys(connection: Connection) -> Sequence[ApiKey]:
    """Every key of the session's workspace, the newest first; those revoked and expired too."""
    rows = connection.execute(text(f"SELECT {_COLUMNS} FROM api_keys ORDER BY id DESC"))
    return [ApiKey(*row) for row in rows]


def get_key(connection: Connection, key_id: int) -> ApiKey:
    """One key of the session's workspace.

    Raises:
        NotFound: there is none.
    """
    row = connection.execute(text(f"SELECT {_COLUMNS} FROM api_keys WHERE id = :id"), {"id": key_id}).one_or_none()
    if row is None:
        raise NotFound(f"There is no API key with the id {key_id} in this workspace.", "List the keys to see them.")
    return ApiKey(*row)


def revoke_key(connection: Connection, actor: Actor, key_id: int) -> ApiKey:
    """Let a key count no more, at once and for ever; one that is revoked already stays so.

    Raises:
        NotFound: there is none in the session's workspace.
        Forbidden: the actor is no admin.
    """
    actor.require("manage")
    statement = text("UPDATE api_keys SET revoked_at = now() WHERE id = :id AND revoked_at IS NULL")
    changed = connection.execute(statement, {"id": key_id}).rowcount
    found = get_key(connection, key_id)
    if changed:
        record(connection, actor, "key.revoke", target=found.prefix, details={"name": found.name})
    return found


def actor_of_key(database: Database, key: str, *, address: str | None = None) -> Actor:
    """The program that sends a key, in one query.

    Raises:
        NotSignedIn: the key is none, has expired or was revoked.
    """
    if not _PLAIN.fullmatch(key):
        raise NotSignedIn(
            "This is no API key.", "An admin makes one under Members and tokens, or `segops keys create`."
        )
    with database.system_session() as connection:
        row = connection.execute(_FIND, {"hash": hash_of(key)}).one_or_none()
    if row is None:
        raise NotSignedIn("The API key is not known.", "An admin of the workspace can make a new one.")
    if row.revoked_at is not None:
        raise NotSignedIn(f"The API key {row.name} was revoked.", "An admin of the workspace can make a new one.")
    if row.is_expired:
        raise NotSignedIn(
            f"The API key {row.name} expired at {row.expires_at:%Y-%m-%d %H:%M} UTC.",
            "An admin of the workspace can make a new one.",
        )
    scopes = cast("list[Permission]", row.scopes)
    return Actor(f"key {row.name}", row.workspace_id, row.workspace, frozenset(scopes), via="key", address=address)


def _check_free(connection: Connection, name: str) -> None:
    """Two keys of one name would be one in the audit log, and share their limits."""
    taken = connection.execute(
        text("SELECT EXISTS (SELECT FROM api_keys WHERE name = :name AND revoked_at IS NULL)"), {"name": name}
    )
    if taken.scalar_one():
        raise AlreadyThere(f"There is an API key {name} already.", "Choose another name, or revoke that one.")


def _check(name: str, scopes: Collection[str], expires_at: datetime | None) -> list[Permission]:
    if not name.strip() or len(name) > MOST_CHARACTERS_OF_NAME or not name.isprintable():
        raise WrongUsage(
            "The name of the key cannot be one.", f"Use 1 to {MOST_CHARACTERS_OF_NAME} characters, on one line."
        )
    unknown = sorted(set(scopes) - set(PERMISSIONS))
    if unknown or not scopes:
        said = f"'{unknown[0]}' is no scope of a key." if unknown else "A key without a scope can do nothing."
        raise WrongUsage(said, f"The scopes are {', '.join(PERMISSIONS)}.")
    if expires_at is not None and expires_at <= datetime.now(UTC):
        raise WrongUsage("The key would have expired already.", "Give a time that is to come.")
    return [scope for scope in PERMISSIONS if scope in scopes]

"""Sessions: who is signed in, by a random token whose hash alone is kept.

What belongs here: opening, finding and ending sessions. What doesn't: the cookie that carries the token
(`segops_pipeline.web.security`), and how somebody proves who they are (`users`, `links`).
"""

from sqlalchemy import text

from segops_pipeline.access.actor import PERMISSIONS_OF_ROLE, Actor, Via
from segops_pipeline.access.tokens import hash_of, new_token
from segops_pipeline.config import Settings
from segops_pipeline.errors import Forbidden
from segops_pipeline.stores.database import Database

NO_WORKSPACE = 0  # nobody's: a session of it sees nothing

# The one wanted, else the one chosen last, else the default one, else the first; a member's own, an owner's any.
_FIND = text(
    """
    WITH seen AS (
        UPDATE users u SET last_seen_at = now() FROM web_sessions s
        WHERE s.token_hash = :hash AND s.expires_at > now() AND u.id = s.user_id AND u.is_active
            AND (u.last_seen_at IS NULL OR u.last_seen_at < now() - interval '5 minutes')
    )
    SELECT u.id, u.email, u.is_owner, u.language, w.id AS workspace_id, w.name AS workspace, w.role
    FROM web_sessions s JOIN users u ON u.id = s.user_id AND u.is_active
    LEFT JOIN LATERAL (
        SELECT w.id, w.name, CASE WHEN u.is_owner THEN 'admin' ELSE m.role END AS role
        FROM workspaces w LEFT JOIN memberships m ON m.workspace_id = w.id AND m.user_id = u.id
        WHERE (u.is_owner OR m.role IS NOT NULL) AND (CAST(:wanted AS text) IS NULL OR w.name = :wanted)
        ORDER BY (w.name = s.current_workspace) IS TRUE DESC, w.name = 'default' DESC, w.name LIMIT 1
    ) w ON true
    WHERE s.token_hash = :hash AND s.expires_at > now()
    """
)


def open_session(database: Database, user_id: int, settings: Settings) -> str:
    """Sign a user in for `session_hours` and give the session's token; sessions that have expired are forgotten."""
    token = new_token()
    with database.system_session() as connection:
        connection.execute(text("DELETE FROM web_sessions WHERE expires_at < now()"))
        connection.execute(
            text(
                "INSERT INTO web_sessions (token_hash, user_id, expires_at)"
                " VALUES (:hash, :user_id, now() + make_interval(secs => :seconds))"
            ),
            {"hash": hash_of(token), "user_id": user_id, "seconds": settings.session_hours * 3600},
        )
        connection.execute(text("UPDATE users SET last_seen_at = now() WHERE id = :id"), {"id": user_id})
    return token


def actor_of_session(
    database: Database, token: str, workspace: str | None = None, *, via: Via = "page", address: str | None = None
) -> Actor | None:
    """Who is signed in with a token, in one query.

    Args:
        database: where the sessions are.
        token: as `open_session` gave it.
        workspace: the name of the one that they ask for; None: the one chosen last, or the first of theirs.
        via: how they ask.
        address: where they ask from.

    Returns:
        None: nobody. Somebody who may not enter the workspace, or any, is an actor without permissions there.
    """
    with database.system_look() as connection:
        row = connection.execute(_FIND, {"hash": hash_of(token), "wanted": workspace}).one_or_none()
    if row is None:
        return None
    return Actor(
        name=row.email,
        workspace_id=NO_WORKSPACE if row.workspace_id is None else row.workspace_id,
        workspace=row.workspace or workspace or "",
        permissions=PERMISSIONS_OF_ROLE[row.role] if row.role is not None else frozenset(),
        via=via,
        user_id=row.id,
        is_owner=row.is_owner,
        language=row.language,
        address=address,
    )


def workspaces_of_session(database: Database, token: str) -> list[str]:
    """The names of the workspaces that whoever is signed in with a token may enter."""
    with database.system_session() as connection:
        rows = connection.execute(
            text(
                """
                SELECT w.name FROM web_sessions s JOIN users u ON u.id = s.user_id AND u.is_active
                CROSS JOIN workspaces w LEFT JOIN memberships m ON m.workspace_id = w.id AND m.user_id = u.id
                WHERE s.token_hash = :hash AND s.expires_at > now() AND (u.is_owner OR m.role IS NOT NULL)
                ORDER BY w.name
                """
            ),
            {"hash": hash_of(token)},
        )
        return list(rows.scalars())


def choose_workspace(database: Database, token: str, workspace: str) -> Actor:
    """Make a workspace the current one of a session.

    Raises:
        Forbidden: nobody is signed in with the token, or they may not enter the workspace.
    """
    actor = actor_of_session(database, token, workspace)
    if actor is None or actor.workspace_id == NO_WORKSPACE:
        raise Forbidden(f"You are no member of a workspace '{workspace}'.", "Ask an admin of it to add you.")
    with database.system_session() as connection:
        connection.execute(
            text("UPDATE web_sessions SET current_workspace = :name WHERE token_hash = :hash"),
            {"name": workspace, "hash": hash_of(token)},
        )
    return actor


def end_session(database: Database, token: str) -> None:
    """Sign out; a token that is none already is as good as signed out."""
    with database.system_session() as connection:
        connection.execute(text("DELETE FROM web_sessions WHERE token_hash = :hash"), {"hash": hash_of(token)})


def end_other_sessions(database: Database, user_id: int, token: str | None) -> int:
    """Sign a user out everywhere but where `token` is the session's; give how many sessions were ended."""
    kept = None if token is None else hash_of(token)
    with database.system_session() as connection:
        statement = text("DELETE FROM web_sessions WHERE user_id = :id AND token_hash IS DISTINCT FROM :kept")
        return connection.execute(statement, {"id": user_id, "kept": kept}).rowcount

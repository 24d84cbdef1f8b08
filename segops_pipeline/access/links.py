"""Sign-in links: each signs one person in once, for as long as it is fresh.

What belongs here: making and using up their tokens. What doesn't: the address that they stand in, and the session
that is opened with them (`sessions`).
"""

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.access.actor import Actor
from segops_pipeline.access.audit import record
from segops_pipeline.access.members import get_member
from segops_pipeline.access.tokens import hash_of, new_token
from segops_pipeline.errors import Forbidden
from segops_pipeline.stores.database import Database

LINK_MINUTES = 15.0
INVITATION_MINUTES = 24.0 * 60


def make_link_token(connection: Connection, user_id: int, minutes: float = LINK_MINUTES) -> str:
    """Make the token of a link that signs a user in once, and forget those that are no good any more.

    Args:
        connection: a session of the system role.
        user_id: of an active user.
        minutes: how long it is good.
    """
    connection.execute(text("DELETE FROM sign_in_links WHERE expires_at < now()"))
    token = new_token()
    connection.execute(
        text(
            "INSERT INTO sign_in_links (token_hash, user_id, expires_at)"
            " VALUES (:hash, :user_id, now() + make_interval(secs => :seconds))"
        ),
        {"hash": hash_of(token), "user_id": user_id, "seconds": minutes * 60},
    )
    return token


def use_link_token(database: Database, token: str) -> int | None:
    """Use a token up and give whom it signs in; None: there is none such, it is used or stale, or they are shut out.

    Of two that use it at the same time one is let in: the row is claimed and read in one statement.
    """
    with database.system_session() as connection:
        return connection.execute(
            text(
                """
                UPDATE sign_in_links l SET used_at = now() FROM users u
                WHERE l.token_hash = :hash AND l.used_at IS NULL AND l.expires_at > now()
                    AND u.id = l.user_id AND u.is_active
                RETURNING u.id
                """
            ),
            {"hash": hash_of(token)},
        ).scalar()


def make_invitation_token(database: Database, actor: Actor, user_id: int) -> str:
    """Make the token of a link for a member who has never been in: an admin hands it to them, where no e-mail is sent.

    It is for new people of this workspace alone: with a link for anybody else an admin could be them elsewhere.

    Raises:
        NotFound: the user is no member of the actor's workspace.
        Forbidden: the actor is no admin, or the user has another way in.
    """
    actor.require("manage")
    member = get_member(database, actor.workspace_id, user_id)
    with database.system_session() as connection:
        is_new = connection.execute(
            text(
                """
                SELECT is_active AND NOT is_owner AND last_seen_at IS NULL AND password_hash IS NULL
                    AND oidc_subject IS NULL AND NOT EXISTS (
                        SELECT FROM memberships m WHERE m.user_id = u.id AND m.workspace_id <> :workspace_id)
                FROM users u WHERE u.id = :id
                """
            ),
            {"id": user_id, "workspace_id": actor.workspace_id},
        ).scalar_one()
        if not is_new:
            raise Forbidden(
                f"{member.email} has been in before, or belongs to other workspaces too.",
                "They can sign in by themselves; whoever runs the installation can make a link with `segops login`.",
            )
        record(connection, actor, "member.invite", target=member.email)
        return make_link_token(connection, user_id, INVITATION_MINUTES)

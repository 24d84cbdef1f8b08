"""Sign-in links: each signs one person in once, for as long as it is fresh.

What belongs here: making and using up their tokens. What doesn't: the address that they stand in, and the session
that is opened with them (`sessions`).
"""

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.access.tokens import hash_of, new_token
from segops_pipeline.stores.database import Database

LINK_MINUTES = 15.0


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

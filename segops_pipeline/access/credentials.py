"""How somebody proves who they are: a password, or an OpenID Connect provider that vouches for them.

What belongs here: from a proof to a user. What doesn't: one-time links (`links`), what a password is (`passwords`), and
talking to the provider (`segops_pipeline.web.security.oidc`).
"""

from sqlalchemy import text

from segops_pipeline.access.passwords import password_fits, renewed_hash
from segops_pipeline.access.users import User, get_user_by_id, set_password
from segops_pipeline.errors import WrongUsage
from segops_pipeline.stores.database import Database


def check_password(database: Database, email: str, password: str) -> User | None:
    """The active user whose address and password these are; None takes as long, whoever there is.

    A hash of older parameters is made anew. No connection is held while a password is hashed.

    Raises:
        TooManyRequests: too many are being checked at this moment.
    """
    with database.system_session() as connection:
        row = connection.execute(
            text("SELECT id, password_hash, is_active FROM users WHERE lower(email) = lower(:email)"),
            {"email": email.strip().replace("\0", "")},
        ).one_or_none()
    fits = password_fits(row.password_hash if row is not None else None, password)
    if row is None or not fits or not row.is_active:
        return None
    renewed = renewed_hash(row.password_hash, password)
    if renewed is not None:
        with database.system_session() as connection:
            # only if it is still the one that was checked: it may have been changed meanwhile
            connection.execute(
                text("UPDATE users SET password_hash = :new WHERE id = :id AND password_hash = :old"),
                {"id": row.id, "new": renewed, "old": row.password_hash},
            )
    return get_user_by_id(database, row.id)


def change_password(database: Database, user_id: int, current: str, password: str, *, but: str | None = None) -> None:
    """Change one's own password; who has none yet needs none.

    Args:
        database: where the users are.
        user_id: whose.
        current: the password until now.
        password: the new one.
        but: the token of the session that stays; every other is ended.

    Raises:
        WrongUsage: the current one is wrong, or the new one cannot be one.
        NotFound: there is no such user.
    """
    user = get_user_by_id(database, user_id)
    if user.has_password and check_password(database, user.email, current) is None:
        raise WrongUsage("The current password is wrong.", "Type the one that you sign in with now.")
    set_password(database, user_id, password, but=but)


def match_oidc(database: Database, subject: str, verified_email: str | None) -> User | None:
    """The active user whom an OpenID Connect provider vouches for; None: it is nobody whom an admin has added.

    A subject that is known is the user, whatever the address says. One that is not known belongs to the user of its
    verified address, unless that user has a subject already.

    Args:
        database: where the users are.
        subject: `<issuer> <subject>`.
        verified_email: the address, only where the provider says that it is verified.
    """
    with database.system_session() as connection:
        known = text("SELECT id FROM users WHERE oidc_subject = :subject")
        user_id = connection.execute(known, {"subject": subject}).scalar()
        if user_id is None and verified_email is not None:
            claimed = text(
                "UPDATE users SET oidc_subject = :subject WHERE lower(email) = lower(:email)"
                " AND oidc_subject IS NULL AND is_active RETURNING id"
            )
            user_id = connection.execute(claimed, {"subject": subject, "email": verified_email.strip()}).scalar()
    user = None if user_id is None else get_user_by_id(database, user_id)
    return user if user is not None and user.is_active else None

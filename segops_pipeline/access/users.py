"""Users: the people of the installation, and the SQL of their table.

One person is one user in however many workspaces (`members` has the roles). What belongs here: the row of a user.
What doesn't: how somebody proves who they are (`credentials`), and how they stay signed in (`sessions`).

The rows are reached through the system role: the application's has no right to the table.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.access.passwords import hash_password
from segops_pipeline.access.tokens import hash_of
from segops_pipeline.errors import AlreadyThere, NotFound, WrongUsage
from segops_pipeline.stores.database import Database

LANGUAGES = ("en", "de")
MOST_CHARACTERS_OF_NAME = 200

# Names that mean something inside a company or a machine only, which are no addresses to the rest of the world.
_INSIDE = re.compile(
    r"[A-Za-z0-9_+-]{1,64}(\.[A-Za-z0-9_+-]{1,64})*@([A-Za-z0-9-]{1,63}\.)*(localhost|local|internal|lan|test)",
    re.IGNORECASE,
)
_COLUMNS = """
    id, email, name, is_owner, is_active, language, oidc_subject, password_hash IS NOT NULL AS has_password,
    created_at, last_seen_at
"""


@dataclass(frozen=True, slots=True)
class User:
    """A person; `oidc_subject` is `<issuer> <subject>`, an owner administers every workspace, times are aware."""

    id: int
    email: str
    name: str
    is_owner: bool
    is_active: bool
    language: str | None
    oidc_subject: str | None
    has_password: bool
    created_at: datetime
    last_seen_at: datetime | None


def create_user(
    database: Database, email: str, *, name: str = "", password: str | None = None, is_owner: bool = False
) -> User:
    """Make a user; without a password they sign in by a link or through OIDC.

    Raises:
        WrongUsage: the address is none, or the password cannot be one.
        AlreadyThere: the address belongs to a user.
    """
    address = check_email(email)
    _check_name(name)
    hashed = None if password is None else hash_password(password)
    with database.system_session() as connection:
        made = connection.execute(
            text(
                "INSERT INTO users (email, name, password_hash, is_owner) VALUES (:email, :name, :hash, :is_owner)"
                f" ON CONFLICT (lower(email)) DO NOTHING RETURNING {_COLUMNS}"
            ),
            {"email": address, "name": name.strip(), "hash": hashed, "is_owner": is_owner},
        ).one_or_none()
    if made is None:
        raise AlreadyThere(f"There is a user {address} already.", "`segops users list` shows them all.")
    return User(*made)


def find_user(database: Database, email: str) -> User | None:
    """The user of an e-mail address, in whatever case it is written."""
    with database.system_session() as connection:
        return _one(connection, "lower(email) = lower(:email)", {"email": email.strip().replace("\0", "")})


def get_user(database: Database, email: str) -> User:
    """The user of an e-mail address, in whatever case it is written.

    Raises:
        NotFound: there is none.
    """
    found = find_user(database, email)
    if found is None:
        raise NotFound(f"There is no user {email}.", "`segops users list` shows them all.")
    return found


def get_user_by_id(database: Database, user_id: int) -> User:
    """The user of an id.

    Raises:
        NotFound: there is none.
    """
    with database.system_session() as connection:
        found = _one(connection, "id = :id", {"id": user_id})
    if found is None:
        raise NotFound(f"There is no user with the id {user_id}.")
    return found


def list_users(database: Database) -> list[User]:
    """Every user, by address."""
    with database.system_session() as connection:
        return [User(*row) for row in connection.execute(text(f"SELECT {_COLUMNS} FROM users ORDER BY lower(email)"))]


def set_password(database: Database, user_id: int, password: str | None, *, but: str | None = None) -> None:
    """Give a user a password, or take it away; whoever is signed in as the user is signed out.

    Args:
        database: where the users are.
        user_id: whose.
        password: the new one; None: they sign in by a link or through OIDC only.
        but: the token of the session that stays.

    Raises:
        WrongUsage: it cannot be one.
        NotFound: there is no such user.
    """
    hashed = None if password is None else hash_password(password)
    with database.system_session() as connection:
        _update(connection, user_id, "password_hash = :hash", {"hash": hashed})
        forget_sign_ins(connection, user_id, but)


def set_active(database: Database, user_id: int, *, is_active: bool) -> None:
    """Let a user in again, or shut them out at once.

    Raises:
        WrongUsage: it is the last owner, or the last admin of a workspace.
        NotFound: there is no such user.
    """
    with database.system_session() as connection:
        if not is_active:
            _check_dispensable(connection, user_id)
        _update(connection, user_id, "is_active = :is_active", {"is_active": is_active})
        forget_sign_ins(connection, user_id)


def delete_user(database: Database, user_id: int) -> None:
    """Delete a user with their memberships; what they did keeps their address.

    Raises:
        WrongUsage: it is the last owner, or the last admin of a workspace.
        NotFound: there is no such user.
    """
    with database.system_session() as connection:
        _check_dispensable(connection, user_id)
        if connection.execute(text("DELETE FROM users WHERE id = :id"), {"id": user_id}).rowcount == 0:
            raise NotFound(f"There is no user with the id {user_id}.")


def set_profile(database: Database, user_id: int, *, name: str, language: str | None) -> None:
    """Set how a user is called and in which language the pages speak to them; None: as the browser says.

    Raises:
        WrongUsage: the name is too long, or there are no texts in the language.
        NotFound: there is no such user.
    """
    _check_name(name)
    if language is not None and language not in LANGUAGES:
        raise WrongUsage(f"There are no texts in '{language}'.", f"The languages are {', '.join(LANGUAGES)}.")
    with database.system_session() as connection:
        _update(connection, user_id, "name = :name, language = :language", {"name": name.strip(), "language": language})


def forget_sign_ins(connection: Connection, user_id: int, but: str | None = None) -> None:
    """End every session of a user, except the one of the token `but`, and every link that would open one.

    Takes a session of the system role.
    """
    kept = None if but is None else hash_of(but)
    connection.execute(
        text("DELETE FROM web_sessions WHERE user_id = :id AND token_hash IS DISTINCT FROM :kept"),
        {"id": user_id, "kept": kept},
    )
    connection.execute(text("DELETE FROM sign_in_links WHERE user_id = :id"), {"id": user_id})


def check_email(email: str) -> str:
    """The address as it is kept: its domain in lower case.

    Raises:
        WrongUsage: it is none.
    """
    from email_validator import EmailNotValidError, validate_email

    if _INSIDE.fullmatch(email.strip()):
        name, _, domain = email.strip().partition("@")
        return f"{name}@{domain.lower()}"
    try:
        checked = validate_email(email.strip(), check_deliverability=False)
    except EmailNotValidError as error:
        raise WrongUsage(f"'{email[:100]}' is no e-mail address: {error}", "Write it as name@example.com.") from error
    return checked.normalized


def _check_dispensable(connection: Connection, user_id: int) -> None:
    # the locks keep two that go at the same time from each seeing the other
    owners = connection.execute(text("SELECT id FROM users WHERE is_owner AND is_active ORDER BY id FOR UPDATE"))
    if list(owners.scalars()) == [user_id]:
        raise WrongUsage("The last owner of the installation cannot be removed.", "Make another owner first.")
    connection.execute(
        text(
            "SELECT FROM memberships WHERE role = 'admin' AND workspace_id IN"
            " (SELECT workspace_id FROM memberships WHERE user_id = :id AND role = 'admin')"
            " ORDER BY workspace_id, user_id FOR UPDATE"
        ),
        {"id": user_id},
    )
    alone = connection.execute(
        text(
            """
            SELECT w.name FROM memberships m JOIN workspaces w ON w.id = m.workspace_id
            WHERE m.user_id = :id AND m.role = 'admin' AND NOT EXISTS (
                SELECT FROM memberships o JOIN users u ON u.id = o.user_id AND u.is_active
                WHERE o.workspace_id = m.workspace_id AND o.user_id <> m.user_id AND o.role = 'admin')
            ORDER BY w.name
            """
        ),
        {"id": user_id},
    )
    if names := list(alone.scalars()):
        raise WrongUsage(
            f"The user is the last admin of {', '.join(names)}.", "Make somebody else an admin there first."
        )


def _check_name(name: str) -> None:
    if len(name) > MOST_CHARACTERS_OF_NAME or not name.isprintable():
        raise WrongUsage("The name cannot be one.", f"Use at most {MOST_CHARACTERS_OF_NAME} characters, on one line.")


def _update(connection: Connection, user_id: int, changes: str, bound: dict[str, object]) -> None:
    statement = text(f"UPDATE users SET {changes} WHERE id = :id")
    if connection.execute(statement, {"id": user_id, **bound}).rowcount == 0:
        raise NotFound(f"There is no user with the id {user_id}.")


def _one(connection: Connection, where: str, bound: dict[str, object]) -> User | None:
    row = connection.execute(text(f"SELECT {_COLUMNS} FROM users WHERE {where}"), bound).one_or_none()
    return None if row is None else User(*row)

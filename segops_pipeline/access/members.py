"""Members: who may do what in a workspace, and of what they are told by e-mail.

The memberships are the workspace's own rows (a workspace session); the people's names are the installation's (a
system session), which is why these acts take the database. What belongs here: roles. What doesn't: the people
(`users`), and that an owner is an admin everywhere without being a member (`sessions`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.access.actor import Actor, Role
from segops_pipeline.access.audit import record
from segops_pipeline.access.users import check_email, create_user, find_user, get_user_by_id
from segops_pipeline.errors import NotFound, WrongUsage
from segops_pipeline.notify.events import check_events
from segops_pipeline.stores.database import Database

ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class Member:
    """A user in a workspace; `notify` are the events that they are told of by e-mail."""

    user_id: int
    email: str
    name: str
    role: Role
    notify: list[str]
    is_active: bool
    joined_at: datetime
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class OwnWorkspace:
    """A workspace that somebody may enter, and the role that they have there."""

    id: int
    name: str
    role: Role


def list_members(database: Database, workspace_id: int) -> list[Member]:
    """Every member of a workspace, by address; owners only where they are members too."""
    with database.workspace_session(workspace_id) as connection:
        rows = connection.execute(text("SELECT user_id, role, notify, created_at FROM memberships")).all()
    with database.system_session() as connection:
        people = connection.execute(
            text("SELECT id, email, name, is_active, last_seen_at FROM users WHERE id = ANY(:ids)"),
            {"ids": [row.user_id for row in rows]},
        )
        of_id = {person.id: person for person in people}
    found = [
        Member(
            row.user_id, person.email, person.name, row.role, list(row.notify), person.is_active, row.created_at,
            person.last_seen_at,
        )
        for row in rows
        if (person := of_id.get(row.user_id)) is not None
    ]  # fmt: skip
    return sorted(found, key=lambda member: member.email.lower())


def get_member(database: Database, workspace_id: int, user_id: int) -> Member:
    """One member of a workspace.

    Raises:
        NotFound: the user is none.
    """
    for member in list_members(database, workspace_id):
        if member.user_id == user_id:
            return member
    raise _no_member(user_id)


def notified_of(database: Database, workspace_id: int, user_id: int) -> list[str]:
    """The events that a user is told of by e-mail; none for who is no member, as an owner may be."""
    with database.workspace_session(workspace_id) as connection:
        statement = text("SELECT notify FROM memberships WHERE user_id = :user_id")
        return list(connection.execute(statement, {"user_id": user_id}).scalar() or [])


def add_member(database: Database, actor: Actor, email: str, role: str, *, name: str = "") -> Member:
    """Take somebody into the actor's workspace, or give them another role there; who is no user yet is made one.

    A new user has no password: they sign in by a link, through OIDC, or once they are given one.

    Raises:
        WrongUsage: the address or the role is none, or it would take the last admin's role.
        Forbidden: the actor is no admin.
    """
    actor.require("manage")
    check_role(role)
    address = check_email(email)
    user = find_user(database, address) or create_user(database, address, name=name)
    return set_role(database, actor.workspace_id, user.id, role, actor)


def set_role(database: Database, workspace_id: int, user_id: int, role: str, by: Actor | None = None) -> Member:
    """Give a user a role in a workspace, whether they are a member or not.

    Args:
        database: where both are.
        workspace_id: the workspace.
        user_id: the user.
        role: viewer, editor or admin.
        by: who decides so, an admin; None: the installation itself, which notes nothing.

    Raises:
        WrongUsage: the role is none, or it would take the last admin's role.
        NotFound: there is no such user.
        Forbidden: whoever decides is no admin.
    """
    if by is not None:
        by.require("manage")
    wanted, user = check_role(role), get_user_by_id(database, user_id)
    with database.workspace_session(workspace_id) as connection:
        before = _lock(connection).get(user_id)
        if before == "admin" and wanted != "admin":
            _check_other_admin(database, connection, user_id)
        connection.execute(
            text(
                "INSERT INTO memberships (workspace_id, user_id, role) VALUES (:workspace_id, :user_id, :role)"
                " ON CONFLICT (workspace_id, user_id) DO UPDATE SET role = excluded.role"
            ),
            {"workspace_id": workspace_id, "user_id": user_id, "role": wanted},
        )
        if by is not None:
            act = "member.add" if before is None else "member.change"
            record(connection, by, act, target=user.email, details={"role": wanted, "before": before})
    if before is None:
        _end_invitations(database, user_id)
    return get_member(database, workspace_id, user_id)


def remove_member(database: Database, actor: Actor, user_id: int) -> None:
    """Let a member of the actor's workspace in no more; the user stays, and their other workspaces.

    Raises:
        WrongUsage: it is the last admin.
        NotFound: the user is no member.
        Forbidden: the actor is no admin.
    """
    actor.require("manage")
    email = get_member(database, actor.workspace_id, user_id).email
    with database.workspace_session(actor.workspace_id) as connection:
        before = _lock(connection).get(user_id)
        if before is None:
            raise _no_member(user_id)
        if before == "admin":
            _check_other_admin(database, connection, user_id)
        connection.execute(text("DELETE FROM memberships WHERE user_id = :user_id"), {"user_id": user_id})
        record(connection, actor, "member.remove", target=email, details={"before": before})


def set_notify(database: Database, actor: Actor, user_id: int, events: Sequence[str]) -> Member:
    """Choose of which events a member is told by e-mail; members choose for themselves, admins for everybody.

    Raises:
        WrongUsage: there is no such event.
        NotFound: the user is no member.
        Forbidden: it is somebody else, and the actor is no admin.
    """
    if actor.user_id != user_id:
        actor.require("manage")
    chosen = check_events(list(events)) if events else []
    with database.workspace_session(actor.workspace_id) as connection:
        statement = text("UPDATE memberships SET notify = :events WHERE user_id = :user_id")
        if connection.execute(statement, {"events": chosen, "user_id": user_id}).rowcount == 0:
            raise _no_member(user_id)
        record(connection, actor, "member.notify", target=str(user_id), details={"events": chosen})
    return get_member(database, actor.workspace_id, user_id)


def own_workspaces(database: Database, user_id: int) -> list[OwnWorkspace]:
    """The workspaces that a user may enter, by name: for an owner every one, as admin."""
    with database.system_session() as connection:
        rows = connection.execute(
            text(
                """
                SELECT w.id, w.name, CASE WHEN u.is_owner THEN 'admin' ELSE m.role END
                FROM users u CROSS JOIN workspaces w
                LEFT JOIN memberships m ON m.workspace_id = w.id AND m.user_id = u.id
                WHERE u.id = :id AND (u.is_owner OR m.role IS NOT NULL) ORDER BY w.name
                """
            ),
            {"id": user_id},
        )
        return [OwnWorkspace(*row) for row in rows]


def check_role(role: str) -> Role:
    """The role of this name.

    Raises:
        WrongUsage: there is none.
    """
    for known in ROLES:
        if role == known:
            return known
    raise WrongUsage(f"'{role}' is no role.", f"The roles are {', '.join(ROLES)}.")


def _lock(connection: Connection) -> dict[int, Role]:
    """The roles of the session's workspace, locked: two that take one away at the same time wait for each other."""
    rows = connection.execute(text("SELECT user_id, role FROM memberships ORDER BY workspace_id, user_id FOR UPDATE"))
    return {row.user_id: row.role for row in rows}


def _check_other_admin(database: Database, connection: Connection, user_id: int) -> None:
    others = connection.execute(
        text("SELECT user_id FROM memberships WHERE role = 'admin' AND user_id <> :id"), {"id": user_id}
    )
    with database.system_session() as system:
        active = system.execute(
            text("SELECT count(*) FROM users WHERE id = ANY(:ids) AND is_active"), {"ids": list(others.scalars())}
        ).scalar_one()
    if not active:
        raise WrongUsage("This is the last admin of the workspace.", "Make another member an admin first.")


def _end_invitations(database: Database, user_id: int) -> None:
    """End the invitations that admins of other workspaces have for somebody: with one they would be them in here."""
    with database.system_session() as connection:
        connection.execute(
            text(
                "DELETE FROM sign_in_links l USING users u WHERE u.id = l.user_id AND u.id = :user_id"
                " AND u.last_seen_at IS NULL AND NOT u.is_owner AND l.used_at IS NULL"
            ),
            {"user_id": user_id},
        )


def _no_member(user_id: int) -> NotFound:
    return NotFound(f"The user {user_id} is no member of this workspace.", "List the members to see who is.")

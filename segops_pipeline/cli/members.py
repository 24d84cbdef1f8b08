"""Commands on members: list, add, remove."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from segops_pipeline.cli.app import DEFAULT_WORKSPACE, Json, WorkspaceName, app
from segops_pipeline.cli.session import opened, user_name
from segops_pipeline.cli.show import answer, say, table

if TYPE_CHECKING:
    from segops_pipeline.access.actor import Actor
    from segops_pipeline.access.members import Member
    from segops_pipeline.stores.database import Database

members = typer.Typer(help="Who may do what in a workspace: list, add, remove.", no_args_is_help=True)
app.add_typer(members, name="members")

Email = Annotated[str, typer.Argument(help="The person's e-mail address.", show_default=False)]


@members.command("list")
def list_members_(workspace: WorkspaceName = DEFAULT_WORKSPACE, json: Json = False) -> None:
    """List who may do what in a workspace; owners may do everything everywhere."""
    from segops_pipeline.access.members import list_members
    from segops_pipeline.imports.workspaces import find_workspace

    with opened() as stores:
        place = find_workspace(stores.database, workspace)
        found = [_told_member(member) for member in list_members(stores.database, place.id)]
    if json:
        answer(found)
    elif not found:
        say(f"Nobody yet. `segops members add kim@example.com -w {workspace}` adds somebody.")
    else:
        table(["e-mail", "role", "last seen"], [[one["email"], one["role"], one["last_seen_at"]] for one in found])


@members.command("add")
def add_member_(
    email: Email,
    role: Annotated[
        str, typer.Option(help="As what: viewer looks, editor imports and edits, admin decides.")
    ] = "editor",
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    json: Json = False,
) -> None:
    """Make somebody a member of a workspace, or give a member another role. Who is no user yet is made one.

    Example: segops members add kim@example.com --role admin -w acme
    """
    from segops_pipeline.access.members import add_member
    from segops_pipeline.imports.workspaces import ensure_workspace

    with opened() as stores:
        ensure_workspace(stores.database, workspace)
        told = _told_member(add_member(stores.database, operator(stores.database, workspace), email, role))
    answer(told) if json else say(f"{told['email']} is {told['role']} in {workspace}.")


@members.command("remove")
def remove_member_(email: Email, workspace: WorkspaceName = DEFAULT_WORKSPACE, json: Json = False) -> None:
    """Let somebody into a workspace no more. The last admin stays."""
    from segops_pipeline.access.members import remove_member
    from segops_pipeline.access.users import get_user

    with opened() as stores:
        user = get_user(stores.database, email)
        remove_member(stores.database, operator(stores.database, workspace), user.id)
    answer({"email": user.email}) if json else say(f"{user.email} is no member of {workspace} any more.")


def operator(database: "Database", workspace: str) -> "Actor":
    """Whoever runs commands here: the files are theirs, so that they may do everything."""
    from segops_pipeline.access.actor import PERMISSIONS, Actor
    from segops_pipeline.imports.workspaces import find_workspace

    place = find_workspace(database, workspace)
    return Actor(user_name(), place.id, place.name, frozenset(PERMISSIONS), via="cli")


def _told_member(member: "Member") -> dict[str, Any]:
    return {
        "email": member.email,
        "name": member.name,
        "role": member.role,
        "is_active": member.is_active,
        "notify": member.notify,
        "last_seen_at": None if member.last_seen_at is None else member.last_seen_at.isoformat(timespec="minutes"),
    }

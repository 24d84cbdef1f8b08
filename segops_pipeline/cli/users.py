"""Commands on people: users list, add, password, remove; login."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from segops_pipeline.cli.app import Json, app
from segops_pipeline.cli.members import operator
from segops_pipeline.cli.session import opened, user_name
from segops_pipeline.cli.show import answer, say, table
from segops_pipeline.config import get_settings
from segops_pipeline.errors import WrongUsage

if TYPE_CHECKING:
    from segops_pipeline.access.users import User
    from segops_pipeline.stores.database import Database

users = typer.Typer(help="People of the installation: list, add, give a password, remove.", no_args_is_help=True)
app.add_typer(users, name="users")

Email = Annotated[str, typer.Argument(help="The person's e-mail address.", show_default=False)]


@users.command("list")
def list_users_(json: Json = False) -> None:
    """List everybody who may sign in, and how."""
    from segops_pipeline.access.users import list_users

    with opened() as stores:
        found = [_told_user(user) for user in list_users(stores.database)]
    if json:
        answer(found)
    elif not found:
        say("Nobody yet. `segops users add you@example.com` adds somebody; `segops up` makes the owner.")
    else:
        rows = [[one["email"], one["name"], _kind(one), _ways(one), one["last_seen_at"]] for one in found]
        table(["e-mail", "name", "is", "signs in by", "last seen"], rows)


@users.command("add")
def add_user(
    email: Email,
    name: Annotated[str, typer.Option(help="How they are called.")] = "",
    owner: Annotated[bool, typer.Option("--owner", help="They administer every workspace.")] = False,
    workspace: Annotated[str | None, typer.Option("--workspace", "-w", help="Make them a member here too.")] = None,
    role: Annotated[str, typer.Option(help="As what: viewer, editor or admin.")] = "editor",
    password: Annotated[
        bool, typer.Option("--password/--no-password", help="Ask for a password; without, they sign in by a link.")
    ] = True,
    json: Json = False,
) -> None:
    """Add somebody, or let somebody in again who was removed. The password is asked for, or read from standard input.

    Examples: segops users add kim@example.com -w acme --role editor · segops users add kim@example.com --no-password
    """
    from segops_pipeline.access.members import check_role, set_role
    from segops_pipeline.access.users import create_user, find_user, set_active, set_password
    from segops_pipeline.imports.workspaces import ensure_workspace

    check_role(role)
    with opened() as stores:
        database = stores.database
        before = find_user(database, email)
        if before is not None and before.is_active:
            raise WrongUsage(f"There is a user {before.email} already.", "`segops members add` makes them a member.")
        typed = _password() if password else None
        if before is None:
            user = create_user(database, email, name=name, password=typed, is_owner=owner)
        else:
            set_password(database, before.id, typed)
            set_active(database, before.id, is_active=True)
            user = before
        _note(database, "user.add", user.email, {"owner": owner, "again": before is not None})
        if workspace is not None:
            place = ensure_workspace(database, workspace)
            set_role(database, place.id, user.id, role, operator(database, workspace))
        told = _told_user(_user(database, user.email))
    answer(told) if json else say(f"Added {told['email']}; they sign in by {_ways(told)}.")


@users.command("password")
def set_password_(
    email: Email,
    remove: Annotated[bool, typer.Option("--remove", help="Take it away: they sign in by a link or OIDC.")] = False,
    json: Json = False,
) -> None:
    """Give somebody a password, asked for or read from standard input. They are signed out everywhere.

    Example: segops users password kim@example.com < new-password.txt
    """
    from segops_pipeline.access.users import set_password

    with opened() as stores:
        user = _user(stores.database, email)
        set_password(stores.database, user.id, None if remove else _password())
        _note(stores.database, "user.password", user.email, {"removed": remove})
        told = _told_user(_user(stores.database, email))
    answer(told) if json else say(f"{told['email']} signs in by {_ways(told)} from now on.")


@users.command("remove")
def remove_user(
    email: Email,
    erase: Annotated[
        bool, typer.Option("--erase", help="Delete the person's data too; they cannot be undone.")
    ] = False,
    json: Json = False,
) -> None:
    """Let somebody in no more, at once and everywhere. What they did keeps their address; `users add` takes it back."""
    from segops_pipeline.access.users import delete_user, set_active

    with opened() as stores:
        user = _user(stores.database, email)
        if erase:
            delete_user(stores.database, user.id)
        else:
            set_active(stores.database, user.id, is_active=False)
        _note(stores.database, "user.remove", user.email, {"erased": erase})
    told = {"email": user.email, "erased": erase}
    answer(told) if json else say(f"{user.email} is let in no more. API keys that they made go on: `segops keys list`.")


@app.command("login")
def login(
    user: Annotated[str | None, typer.Option(help="Whom it signs in, by e-mail address; by default the owner.")] = None,
    minutes: Annotated[int, typer.Option(min=1, max=1440, help="How long the link is good.")] = 15,
    json: Json = False,
) -> None:
    """Print a link to the pages that signs somebody in, once. Whoever has it is that person.

    Example: segops login --user kim@example.com
    """
    from segops_pipeline.access.links import make_link_token
    from segops_pipeline.access.owner import ensure_owner

    with opened() as stores:
        database = stores.database
        person = ensure_owner(database) if user is None else _user(database, user)
        if not person.is_active:
            raise WrongUsage(f"{person.email} is let in no more.", "`segops users add` lets them in again.")
        with database.system_session() as connection:
            token = make_link_token(connection, person.id, minutes)
        _note(database, "link.create", person.email, {"minutes": minutes})
    link = f"{_pages()}/login/link?token={token}"
    answer({"link": link, "email": person.email, "valid_minutes": minutes}) if json else say(link)


def _pages() -> str:
    """Where people reach the pages: as they run now, or as they would."""
    from segops_pipeline.installation.state import UpState

    settings = get_settings()
    host = f"[{settings.pages_host}]" if ":" in settings.pages_host else settings.pages_host
    return (settings.pages_url or UpState.read(settings).pages or f"http://{host}:{settings.pages_port}").rstrip("/")


def _password() -> str:
    """A password that is typed twice without being shown, or the first line of standard input."""
    if not sys.stdin.isatty():
        line = sys.stdin.readline().rstrip("\r\n")
        if not line:
            raise WrongUsage(
                "No password came on standard input.", "Pipe one in, type one at a terminal, or take --no-password."
            )
        return line
    return typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)


def _user(database: "Database", email: str) -> "User":
    from segops_pipeline.access.users import get_user

    return get_user(database, email)


def _note(database: "Database", act: str, target: str, details: dict[str, Any]) -> None:
    from segops_pipeline.access.audit import record_of_installation

    record_of_installation(database, user_name(), "cli", act, target, details)


def _told_user(user: "User") -> dict[str, Any]:
    return {
        "email": user.email,
        "name": user.name,
        "is_owner": user.is_owner,
        "is_active": user.is_active,
        "has_password": user.has_password,
        "has_oidc": user.oidc_subject is not None,
        "created_at": user.created_at.isoformat(),
        "last_seen_at": None if user.last_seen_at is None else user.last_seen_at.isoformat(timespec="minutes"),
    }


def _kind(told: dict[str, Any]) -> str:
    return "removed" if not told["is_active"] else "owner" if told["is_owner"] else "user"


def _ways(told: dict[str, Any]) -> str:
    ways = [word for word, there in (("password", told["has_password"]), ("OIDC", told["has_oidc"])) if there]
    return ", ".join(ways) or "a link (segops login --user …)"

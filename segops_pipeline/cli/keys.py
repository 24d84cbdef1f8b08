"""Commands on API keys: list, create, revoke."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from segops_pipeline.cli.app import DEFAULT_WORKSPACE, Json, WorkspaceName, app
from segops_pipeline.cli.members import operator
from segops_pipeline.cli.session import opened
from segops_pipeline.cli.show import answer, say, table
from segops_pipeline.errors import WrongUsage

if TYPE_CHECKING:
    from segops_pipeline.access.api_keys import ApiKey

keys = typer.Typer(help="API keys, for programs: list, create, revoke.", no_args_is_help=True)
app.add_typer(keys, name="keys")


@keys.command("list")
def list_keys_(workspace: WorkspaceName = DEFAULT_WORKSPACE, json: Json = False) -> None:
    """List the API keys of a workspace, with what each may do and when it was last used."""
    from segops_pipeline.access.api_keys import list_keys
    from segops_pipeline.imports.workspaces import find_workspace

    with opened() as stores:
        place = find_workspace(stores.database, workspace)
        with stores.database.workspace_session(place.id) as connection:
            found = [_told_key(key) for key in list_keys(connection)]
    if json:
        answer(found)
    elif not found:
        say(f"No keys yet. `segops keys create shop -w {workspace} --scope read` makes one.")
    else:
        columns = ("id", "name", "prefix", "scopes", "state", "expires_at", "last_used_at")
        rows = [[", ".join(one[c]) if c == "scopes" else one[c] for c in columns] for one in found]
        table([column.replace("_at", "").replace("_", " ") for column in columns], rows)


@keys.command("create")
def create_key_(
    name: Annotated[str, typer.Argument(help="What it is for, for people.", show_default=False)],
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    scope: Annotated[
        list[str] | None, typer.Option("--scope", help="What it may do: read, write, manage; again for several.")
    ] = None,
    days: Annotated[int | None, typer.Option(min=1, max=3650, help="Days until it expires; never by default.")] = None,
    json: Json = False,
) -> None:
    """Make an API key and show it once: programs send it as X-API-Key, or as Authorization: Bearer.

    Example: segops keys create shop -w acme --scope read --scope write --days 90
    """
    from segops_pipeline.access.api_keys import create_key

    expires_at = None if days is None else datetime.now(UTC) + timedelta(days=days)
    with opened() as stores:
        actor = operator(stores.database, workspace)
        with stores.database.workspace_session(actor.workspace_id) as connection:
            made, plain = create_key(connection, actor, name, scope or ["read"], expires_at)
    if json:
        answer({**_told_key(made), "key": plain})
    else:
        say(plain)
        say(f"It may {' and '.join(made.scopes)} in {workspace}. It is shown this once: keep it now.")


@keys.command("revoke")
def revoke_key_(
    which: Annotated[
        str, typer.Argument(help="Its id or its prefix, as `segops keys list` has it.", show_default=False)
    ],
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    json: Json = False,
) -> None:
    """Let an API key count no more, at once and for ever."""
    from segops_pipeline.access.api_keys import list_keys, revoke_key

    with opened() as stores:
        actor = operator(stores.database, workspace)
        with stores.database.workspace_session(actor.workspace_id) as connection:
            ids = [key.id for key in list_keys(connection) if which in (str(key.id), key.prefix)]
            if not ids:
                raise WrongUsage(f"There is no key {which!r} in {workspace}.", "`segops keys list` lists them.")
            told = _told_key(revoke_key(connection, actor, ids[0]))
    answer(told) if json else say(f"The key {told['name']} ({told['prefix']}…) is revoked.")


def _told_key(key: "ApiKey") -> dict[str, Any]:
    times = {
        name: None if (time := getattr(key, name)) is None else time.isoformat(timespec="minutes")
        for name in ("created_at", "expires_at", "last_used_at", "revoked_at")
    }
    said = {"id": key.id, "name": key.name, "prefix": key.prefix, "scopes": key.scopes, "state": key.state}
    return {**said, "created_by": key.created_by, **times}

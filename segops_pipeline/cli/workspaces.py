"""Commands on workspaces: list, set."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from segops_pipeline.cli.app import Json, app
from segops_pipeline.cli.session import opened
from segops_pipeline.cli.show import answer, say, table

if TYPE_CHECKING:
    from segops_pipeline.imports.workspaces import Workspace

workspaces = typer.Typer(help="Tenants: list them, set the currency of their amounts.", no_args_is_help=True)
app.add_typer(workspaces, name="workspaces")


@workspaces.command("list")
def list_(json: Json = False) -> None:
    """List the workspaces, each with the currency of amounts that name none."""
    from segops_pipeline.imports.workspaces import list_workspaces

    with opened() as stores:
        found = [_told(workspace) for workspace in list_workspaces(stores.database)]
    if json:
        answer(found)
    elif not found:
        say("No workspaces yet. An import with --workspace makes one.")
    else:
        table(["workspace", "currency"], [[told["name"], told["currency"] or "–"] for told in found])


@workspaces.command("set")
def set_(
    name: Annotated[str, typer.Argument(help="The workspace; a new name makes one.", show_default=False)],
    currency: Annotated[
        str, typer.Option(help='ISO 4217 code of amounts that name no currency, and what a bare $ is; "" for none.')
    ],
    json: Json = False,
) -> None:
    """Set the currency of a workspace's amounts that name none. Files that are read from now on are read with it.

    Example: segops workspaces set acme --currency AUD
    """
    from segops_pipeline.imports.workspaces import ensure_workspace, set_default_currency

    with opened() as stores:
        ensure_workspace(stores.database, name)
        told = _told(set_default_currency(stores.database, name, currency or None))
    answer(told) if json else say(f"Amounts without a currency in {name}: {told['currency'] or 'they have none'}.")


def _told(workspace: "Workspace") -> dict[str, Any]:
    return {"name": workspace.name, "currency": workspace.default_currency}

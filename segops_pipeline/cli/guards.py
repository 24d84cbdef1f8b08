"""Commands on guards: what holds a plan until a person has seen it."""

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated, Any

import typer

from segops_pipeline.cli.app import DEFAULT_WORKSPACE, Json, WorkspaceName, app
from segops_pipeline.cli.session import opened
from segops_pipeline.cli.show import answer, say, table
from segops_pipeline.errors import WrongUsage

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

guards = typer.Typer(help="Limits beyond which an import waits for a person: see them, set them.")
app.add_typer(guards, name="guards")

OFF = "off"


@guards.callback(invoke_without_command=True)
def guards_(context: typer.Context, workspace: WorkspaceName = DEFAULT_WORKSPACE, json: Json = False) -> None:
    """Limits beyond which an import waits for a person: see them, set them."""
    if context.invoked_subcommand is None:
        list_(workspace, json)


@guards.command("list")
def list_(workspace: WorkspaceName = DEFAULT_WORKSPACE, json: Json = False) -> None:
    """List the guards of a workspace and what its sources have set of their own."""
    from segops_pipeline.imports.workspaces import find_workspace

    with opened() as stores:
        workspace_id = find_workspace(stores.database, workspace).id
        with stores.database.workspace_session(workspace_id) as connection:
            told = _told(connection, workspace_id)
    if json:
        answer(told)
        return
    rows = [[one["guard"], one["source"], OFF if one["most"] is None else one["most"], one["what"]] for one in told]
    table(["guard", "source", "most", "what is counted"], rows)


@guards.command("set")
def set_(
    name: Annotated[str, typer.Argument(help="The guard, as `segops guards list` has it.", show_default=False)],
    most: Annotated[str, typer.Argument(help="A share from 0 to 1 or in %, a number, or off.", show_default=False)],
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    source: Annotated[str | None, typer.Option(help="Only for this source.")] = None,
    json: Json = False,
) -> None:
    """Set how much of something an import may do without a person.

    Example: segops guards set repriced_share 40% -w acme --source nordic
    """
    from segops_pipeline.catalogue.guards import WHOLE_WORKSPACE, set_limit
    from segops_pipeline.imports.sources import get_source
    from segops_pipeline.imports.workspaces import find_workspace

    limit = _limit(most)
    with opened() as stores:
        workspace_id = find_workspace(stores.database, workspace).id
        with stores.database.workspace_session(workspace_id) as connection:
            source_id = WHOLE_WORKSPACE if source is None else get_source(connection, workspace_id, source).id
            set_limit(connection, workspace_id, source_id, name, limit)
    told = {"guard": name, "source": source, "most": None if limit is None else float(limit)}
    answer(told) if json else say(f"The guard {name} is {OFF if limit is None else f'at {most}'}.")


@guards.command("reset")
def reset(
    name: Annotated[str, typer.Argument(help="The guard, as `segops guards list` has it.", show_default=False)],
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    source: Annotated[str | None, typer.Option(help="Of this source: it has the workspace's again.")] = None,
    json: Json = False,
) -> None:
    """Put a guard back to its default, or that of one source to the workspace's.

    Example: segops guards reset repriced_share -w acme --source nordic
    """
    from segops_pipeline.catalogue.guards import WHOLE_WORKSPACE, forget_limit
    from segops_pipeline.imports.sources import get_source
    from segops_pipeline.imports.workspaces import find_workspace

    with opened() as stores:
        workspace_id = find_workspace(stores.database, workspace).id
        with stores.database.workspace_session(workspace_id) as connection:
            source_id = WHOLE_WORKSPACE if source is None else get_source(connection, workspace_id, source).id
            was_set = forget_limit(connection, workspace_id, source_id, name)
    of = "default" if source is None else "workspace's"
    answer({"guard": name, "source": source, "was_set": was_set}) if json else say(f"The guard {name} is the {of}.")


def _told(connection: "Connection", workspace_id: int) -> list[dict[str, Any]]:
    from segops_pipeline.catalogue.guards import GUARDS, list_limits

    limits: dict[tuple[str | None, str], Decimal | None] = {(None, one.name): one.most for one in GUARDS.values()}
    limits.update({(source, guard): most for source, guard, most in list_limits(connection, workspace_id)})
    return [
        {
            "guard": guard,
            "source": source,
            "most": None if most is None else float(most),
            "what": GUARDS[guard].description.format(percent="price_change_percent"),
        }
        for (source, guard), most in limits.items()
    ]


def _limit(word: str) -> Decimal | None:
    if word == OFF:
        return None
    try:
        number = Decimal(word.strip().removesuffix("%"))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise WrongUsage(f"'{word}' is no limit.", f"Give a share such as 0.2 or 20%, a number, or {OFF}.")
    return number / 100 if word.strip().endswith("%") else number

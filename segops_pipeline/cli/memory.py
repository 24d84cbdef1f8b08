"""Commands on learned memory: list, set, forget."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from segops_pipeline.cli.app import DEFAULT_WORKSPACE, Json, WorkspaceName, app
from segops_pipeline.cli.session import opened
from segops_pipeline.cli.show import answer, say, table
from segops_pipeline.errors import WrongUsage

if TYPE_CHECKING:
    from segops_pipeline.inference.memory import LearnedMapping

memory = typer.Typer(
    help="What earlier imports taught about headers: list it, correct it, let it be forgotten.", no_args_is_help=True
)
app.add_typer(memory, name="memory")

SourceName = Annotated[
    str | None, typer.Option("--source", "-s", help="Only what this source knows; it wins over the workspace's.")
]


@memory.command("list")
def list_(workspace: WorkspaceName = DEFAULT_WORKSPACE, source: SourceName = None, json: Json = False) -> None:
    """List what is known about headers, how often it was confirmed and when last."""
    from segops_pipeline.imports.memory import list_memory
    from segops_pipeline.imports.workspaces import find_workspace

    with opened() as stores:
        workspace_id = find_workspace(stores.database, workspace).id
        with stores.database.workspace_session(workspace_id) as connection:
            found = [_told(row) for row in list_memory(connection, workspace_id, source)]
    if json:
        answer(found)
    elif not found:
        say("Nothing is known yet: what is confirmed of an import is remembered for the next.")
    else:
        _table(found)


@memory.command("set")
def set_(
    header: Annotated[str, typer.Argument(help="The header, as in the file or as listed.", show_default=False)],
    target: Annotated[
        str | None, typer.Argument(help="The field that it goes to, sku or name.", show_default=False)
    ] = None,
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    source: SourceName = None,
    skip: Annotated[bool, typer.Option("--skip", help="The column is to be skipped; needs --source.")] = False,
    json: Json = False,
) -> None:
    """Correct what is known about a header; a new target begins to count anew.

    Example: segops memory set "Farbe" color --workspace acme --source nordic
    """
    from segops_pipeline.imports.memory import correct_memory
    from segops_pipeline.imports.workspaces import find_workspace

    if (target is None) != skip:
        raise WrongUsage("Give a target or --skip, and not both.", 'Such as: segops memory set "Farbe" color')
    with opened() as stores:
        workspace_id = find_workspace(stores.database, workspace).id
        with stores.database.workspace_session(workspace_id) as connection:
            found = [_told(row) for row in correct_memory(connection, workspace_id, header, target, source)]
    if json:
        answer(found)
    else:
        _table(found)


@memory.command("forget")
def forget(
    header: Annotated[
        str | None, typer.Argument(help="The header, as in the file or as listed.", show_default=False)
    ] = None,
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    source: SourceName = None,
    everything: Annotated[bool, typer.Option("--all", help="Forget every header.")] = False,
    json: Json = False,
) -> None:
    """Forget what is known about a header, in the workspace and all its sources or, with --source, in that one.

    Example: segops memory forget "Farbe" --workspace acme
    """
    from segops_pipeline.imports.memory import forget_memory
    from segops_pipeline.imports.workspaces import find_workspace

    if (header is None) != everything:
        raise WrongUsage("Give a header or --all, and not both.", 'Such as: segops memory forget "Farbe"')
    with opened() as stores:
        workspace_id = find_workspace(stores.database, workspace).id
        with stores.database.workspace_session(workspace_id) as connection:
            gone = forget_memory(connection, workspace_id, header, source)
    answer({"forgotten": gone}) if json else say(f"{gone:,} {'entry is' if gone == 1 else 'entries are'} forgotten.")


def _told(row: "LearnedMapping") -> dict[str, Any]:
    return {
        "header": row.header,
        "target": row.target,
        "source": row.source,
        "used_count": row.used_count,
        "last_used_at": row.last_used_at.isoformat(timespec="seconds"),
    }


def _table(found: list[dict[str, Any]]) -> None:
    table(
        ["header", "target", "known to", "confirmed", "last"],
        [
            [
                row["header"],
                row["target"] or "– skip –",
                row["source"] or "the whole workspace",
                row["used_count"],
                row["last_used_at"],
            ]
            for row in found
        ],
    )

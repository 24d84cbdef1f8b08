"""Commands on the product schema: template."""

from pathlib import Path
from typing import Annotated

import typer

from segops_pipeline.cli.app import DEFAULT_WORKSPACE, Json, WorkspaceName, app
from segops_pipeline.cli.session import opened
from segops_pipeline.cli.show import answer, say
from segops_pipeline.errors import WrongUsage

schema = typer.Typer(help="The fields of a workspace: a file to fill in.", no_args_is_help=True)
app.add_typer(schema, name="schema")


@schema.callback()
def _group() -> None:  # pyright: ignore[reportUnusedFunction] - so that its one command keeps its name
    pass


@schema.command("template")
def template(
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write.", show_default=False)],
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    file_format: Annotated[
        str | None, typer.Option("--format", help="csv or xlsx.", show_default="by the file's name, else csv")
    ] = None,
    json: Json = False,
) -> None:
    """Write a file to fill in: sku, name and every field, two example rows, and how each column is written.

    Example: segops schema template -w acme -o products.xlsx
    """
    from segops_pipeline.catalogue.fill_in import FORMATS, write_fill_in
    from segops_pipeline.catalogue.schema import load_fields
    from segops_pipeline.imports.workspaces import ensure_workspace

    named = output.suffix.lower().removeprefix(".")
    chosen = file_format or (named if named in FORMATS else "csv")
    if chosen not in FORMATS:
        raise WrongUsage(f"There is no format '{chosen}'.", f"Choose one of: {', '.join(FORMATS)}.")
    if not output.absolute().parent.is_dir():
        raise WrongUsage("The folder of the output file does not exist.", "Make it first.", file=str(output))
    with opened() as stores:
        found = ensure_workspace(stores.database, workspace)
        with stores.database.workspace_session(found.id) as connection:
            fields = load_fields(connection)
        columns = write_fill_in(fields, output.absolute(), chosen, found.default_currency)
    told = {"file": str(output.absolute()), "format": chosen, "columns": [column.header for column in columns]}
    answer(told) if json else say(
        f"{output} has {len(columns)} columns to fill in: segops import {output} -w {found.name}"
    )

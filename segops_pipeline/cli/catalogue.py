"""Commands on the catalogue: search, export."""

from pathlib import Path
from typing import Annotated

import typer

from segops_pipeline.cli.app import DEFAULT_WORKSPACE, Json, WorkspaceName, app
from segops_pipeline.cli.session import opened
from segops_pipeline.cli.show import answer, say, table
from segops_pipeline.errors import WrongUsage


@app.command("search")
def search(
    query: Annotated[str, typer.Argument(help="What to look for, in your own words.", show_default=False)],
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many products.")] = 10,
    json: Json = False,
) -> None:
    """Find products by meaning.

    Example: segops search "something warm for a night in the mountains" --workspace acme
    """
    from segops_pipeline.imports.workspaces import find_workspace
    from segops_pipeline.search.query import search_products

    with opened() as stores:
        hits = search_products(stores, find_workspace(stores.database, workspace).id, query, limit)
    if json:
        answer([{"sku": hit.sku, "name": hit.name, "score": hit.score} for hit in hits])
    elif not hits:
        say("Nothing found: import products first, with their embeddings.")
    else:
        table(["sku", "name", "score"], [[hit.sku, hit.name, f"{hit.score:.3f}"] for hit in hits])


@app.command("export")
def export(
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write.", show_default=False)],
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    file_format: Annotated[str, typer.Option("--format", help="Format of the file: csv.")] = "csv",
    inactive: Annotated[bool, typer.Option("--inactive", help="Products that are not active too.")] = False,
    json: Json = False,
) -> None:
    """Write the active products to a file: sku, name and every field, in a stable order; `import` reads it again."""
    from segops_pipeline.catalogue.export import export_csv
    from segops_pipeline.imports.workspaces import find_workspace

    if file_format != "csv":
        raise WrongUsage(f"There is no export format '{file_format}'.", "Choose one of: csv.")
    if not output.absolute().parent.is_dir():
        raise WrongUsage("The folder of the output file does not exist.", "Make it first.", file=str(output))
    with opened() as stores:
        workspace_id = find_workspace(stores.database, workspace).id
        with stores.database.workspace_session(workspace_id) as connection:
            products = export_csv(connection, output.absolute(), inactive=inactive)
    told = {"file": str(output.absolute()), "products": products}
    answer(told) if json else say(f"{products:,} products in {output}.")

"""Commands on the catalogue: search."""

from typing import Annotated

import typer

from segops_pipeline.cli.app import DEFAULT_WORKSPACE, Json, WorkspaceName, app
from segops_pipeline.cli.session import opened
from segops_pipeline.cli.show import answer, say, table


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

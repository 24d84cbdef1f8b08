"""`python -m demo`: import the sample catalogues and show what they became.

Everything runs in this one process, as the command line does it: the same assets, the same Dagster instance.
The exit code is 0 when every job is done and the stores agree, 1 when not.
"""

import sys
from collections.abc import Sequence

from rich.console import Console

from demo import catalogue, show
from demo.importing import Imported, import_all
from demo.revising import revise
from demo.suppliers import WORKSPACE
from segops_pipeline.cli.session import importing
from segops_pipeline.cli.show import complain
from segops_pipeline.config import get_settings
from segops_pipeline.errors import SegopsError
from segops_pipeline.imports.workspaces import find_workspace
from segops_pipeline.stores.opening import Stores


def main() -> int:
    """Run the demo; returns the exit code."""
    console = show.make_console()
    settings = get_settings()
    console.print("[bold]Segops Pipeline[/]: four suppliers' price lists become one catalogue")
    console.print(f"[dim]Starting the stores; all they keep is in {settings.home}[/]", soft_wrap=True)
    with importing() as session:
        show.heading(console, f"Importing into the workspace {WORKSPACE}")
        imported = import_all(session, console)
        fine = _show_imports(console, imported)
        if fine:
            show.heading(console, "The next price list: seen, applied, taken back")
            revised = revise(session)
            show.revised(console, revised)
            fine = revised.done
        fine = fine and _show_catalogue(console, session.stores)
    if not fine:
        console.print("\n[bold red]Something above is not as it should be.[/]")
        return 1
    show.heading(console, "What next")
    show.next_steps(console, settings)
    return 0


def _show_imports(console: Console, imported: Sequence[Imported]) -> bool:
    show.counts(console, imported)
    show.heading(console, "First issues: no row is lost in silence")
    show.issues(console, imported)
    show.heading(console, "One schema for all: which column became which field")
    show.mappings(console, imported)
    return all(one.done for one in imported)


def _show_catalogue(console: Console, stores: Stores) -> bool:
    workspace_id = find_workspace(stores.database, WORKSPACE).id
    show.heading(console, "Some products, in PostgreSQL, with typed values")
    show.products(console, catalogue.some_products(stores, workspace_id))
    show.heading(console, "Prices and most frequent colours, asked of ClickHouse")
    show.aggregates(console, *catalogue.aggregates(stores, workspace_id))
    show.heading(console, "Search by meaning, over the embeddings")
    show.searches(console, catalogue.searches(stores, workspace_id))
    found = catalogue.agreement(stores, workspace_id)
    show.agreement(console, found)
    return found.agrees


if __name__ == "__main__":
    try:
        sys.exit(main())
    except SegopsError as error:
        complain(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)

"""`segops pim history`: what has become of an attribute, list, category, brand or segment, and by whom."""

from typing import TYPE_CHECKING, Annotated

import typer

from segops_pipeline.cli.app import DEFAULT_WORKSPACE, Json, WorkspaceName
from segops_pipeline.cli.changes import show_changes
from segops_pipeline.cli.pim import in_workspace, pim
from segops_pipeline.cli.show import answer
from segops_pipeline.errors import NotFound, WrongUsage

if TYPE_CHECKING:
    from segops_pipeline.catalogue.pim.model import Entity

KINDS: "dict[str, Entity]" = {
    "attribute": "attribute", "list": "global_list", "category": "category", "brand": "brand", "segment": "segment",
}  # fmt: skip


@pim.command("history")
def history_(
    kind: Annotated[str, typer.Argument(help=f"One of: {', '.join(KINDS)}.", show_default=False)],
    key: Annotated[
        str, typer.Argument(help="Its unique or system name; of a segment such as culture:da-DK.", show_default=False)
    ],
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    json: Json = False,
) -> None:
    """Show every change of a record, by imports and by hand, the latest first; also of one that is gone.

    Example: segops pim history attribute WEIGHT -w acme
    """
    from segops_pipeline.catalogue.product_history import record_history

    if kind not in KINDS:
        raise WrongUsage(f"There are no records of the kind '{kind[:40]}'.", f"Choose one of: {', '.join(KINDS)}.")
    with in_workspace(workspace) as (connection, workspace_id):
        changes = [change.as_dict() for change in record_history(connection, workspace_id, KINDS[kind], key)]
    if not changes:
        raise NotFound(f"Nothing is known of the {kind} {key}.", "Look at how it is written, and at the workspace.")
    answer({kind: key, "history": changes}) if json else show_changes(changes)

"""`segops pim restore`: what an export's files need in another workspace."""

from pathlib import Path
from typing import Annotated

import typer

from segops_pipeline.cli.app import DEFAULT_WORKSPACE, Json, WorkspaceName
from segops_pipeline.cli.pim import in_workspace, pim
from segops_pipeline.cli.session import user_name
from segops_pipeline.cli.show import answer, say

WORDS = {
    "segment": "segments", "global_list": "lists", "attribute": "attributes", "brand": "brands", "product": "products",
}  # fmt: skip


@pim.command("restore")
def restore_(
    file: Annotated[Path, typer.Argument(help="The zip of `segops export --format bizzkit`.", show_default=False)],
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    json: Json = False,
) -> None:
    """Make the lists, segments and names that an export's files need and cannot say; what is there stays.

    Example: segops pim restore all.zip -w copy, then: segops import all.zip -w copy --format bizzkit --yes
    """
    from segops_pipeline.catalogue.pim.restore import read_made, restore

    content = read_made(file.absolute())
    with in_workspace(workspace, may_be_new=True) as (connection, workspace_id):
        told = restore(connection, workspace_id, content, user_name())
    if json:
        answer({"made": told.made, "there": told.there})
        return
    for done, counts in (("Made", told.made), ("There already", told.there)):
        if counts:
            say(f"{done}: {', '.join(f'{number:,} {WORDS[name]}' for name, number in counts.items())}.")
    say(f"Now import the files: segops import {file} -w {workspace} --format bizzkit")

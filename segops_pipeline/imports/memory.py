"""What people do with learned memory: look at it, correct it, let it be forgotten. Web and command line call these.

What belongs here: names of sources and targets, checked. What doesn't: the table and how memory is recalled
(`inference.memory`).
"""

from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.schema import load_fields
from segops_pipeline.errors import UnknownColumn, WrongUsage
from segops_pipeline.imports.sources import get_source
from segops_pipeline.inference.fields import RESERVED_TARGETS
from segops_pipeline.inference.memory import WHOLE_WORKSPACE, LearnedMapping, correct, forget, list_learned


def list_memory(connection: Connection, workspace_id: int, source: str | None = None) -> list[LearnedMapping]:
    """What the workspace, or one source of it alone, has learned.

    Raises:
        WrongUsage: there is no such source.
    """
    return list_learned(connection, None if source is None else get_source(connection, workspace_id, source).id)


def correct_memory(
    connection: Connection, workspace_id: int, header: str, target: str | None, source: str | None = None
) -> list[LearnedMapping]:
    """Set what a source, or the whole workspace, knows about a header; `target` None is a skip.

    Returns:
        What is known about the header now, the row that was set among it: a source's own memory goes on to win
        over the workspace's.

    Raises:
        UnknownColumn: the target is no field of the schema.
        WrongUsage: there is no such source, the header says nothing, or a skip is for the whole workspace.
    """
    if not header.strip():
        raise WrongUsage("A blank header cannot be remembered.", "Give the header as it stands in the file.")
    if target is None and source is None:
        raise WrongUsage(
            "A skip is remembered for one source only: other sources may need the column.", "Name it with --source."
        )
    known = [*RESERVED_TARGETS, *(field.key for field in load_fields(connection))]
    if target is not None and target not in known:
        raise UnknownColumn(
            f"'{target}' is no field of the workspace.", f"Choose one of: {', '.join(known)}.", column=header
        )
    source_id = WHOLE_WORKSPACE if source is None else get_source(connection, workspace_id, source).id
    key = correct(connection, workspace_id, header, target, source_id)
    return [row for row in list_learned(connection) if row.header == key]


def forget_memory(connection: Connection, workspace_id: int, header: str | None, source: str | None = None) -> int:
    """Forget a header, or with None all of them: of one source, else of the workspace and all of its sources.

    Returns:
        How many rows of memory are gone.

    Raises:
        WrongUsage: there is no such source, or nothing is known about the header.
    """
    source_id = None if source is None else get_source(connection, workspace_id, source).id
    gone = forget(connection, header, source_id)
    if header is not None and not gone:
        where = f"The source {source}" if source else "The workspace"
        raise WrongUsage(f"{where} knows nothing about '{header}'.", "`segops memory list` shows what is known.")
    return gone

"""What a person does to global lists: make one, set its Unique Values, delete it.

"Importing global list items requires that the global list has already been created using the UI" (seed 002): this is
where. Each act is one transaction of the session's workspace, with a revision of cause `edit`. What belongs here: acts
on lists. What doesn't: their items (`act_list_items`), rows of files (`fold_list_items`), attributes (`acts`).
"""

from collections.abc import Callable

from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.apply import lock_workspace
from segops_pipeline.catalogue.pim.configuring import system_name_problem
from segops_pipeline.catalogue.pim.edit_records import RecordEdit, write_records
from segops_pipeline.catalogue.pim.fold_list_items import canonical
from segops_pipeline.catalogue.pim.items import Item
from segops_pipeline.catalogue.pim.model import Json, Record
from segops_pipeline.catalogue.pim.references import attributes_of_list
from segops_pipeline.catalogue.pim.store import load_record
from segops_pipeline.errors import AlreadyThere, NotFound, WrongUsage
from segops_pipeline.formats.bizzkit.values import PIM_TYPES, canonical_type

DEFAULT_TYPE = "PString"


def load_list(connection: Connection, workspace_id: int, key: str) -> Record:
    """A global list.

    Raises:
        NotFound: there is none.
    """
    found = load_record(connection, workspace_id, "global_list", key)
    if found is None:
        raise NotFound(f"There is no global list {key}.", "See them: segops pim lists list")
    return found


def create_list(
    connection: Connection,
    workspace_id: int,
    key: str,
    actor: str,
    *,
    pim_type: str = DEFAULT_TYPE,
    is_unique: bool = True,
) -> None:
    """Make an empty global list.

    Args:
        connection: a session of the workspace.
        workspace_id: the workspace.
        key: its system name.
        actor: who makes it.
        pim_type: of its items' values.
        is_unique: its Unique Values: no two items have the same value.

    Raises:
        AlreadyThere: there is one.
        WrongUsage: the name can be none, or there is no such type.
    """
    lock_workspace(connection, workspace_id)
    problem = system_name_problem(key)
    if problem is not None:
        raise WrongUsage(*problem, value=key)
    if load_record(connection, workspace_id, "global_list", key) is not None:
        raise AlreadyThere(f"There is a global list {key} already.", "Choose another name.")
    type_ = canonical_type(pim_type)
    if type_ is None:
        raise WrongUsage(f"There is no PIM type '{pim_type}'.", f"Choose one of: {', '.join(PIM_TYPES)}.")
    data: dict[str, Json] = {"is_unique": is_unique, "pim_type": type_, "next_item": 1, "items": []}
    write_records(connection, workspace_id, [RecordEdit("global_list", key, data)], actor)


def set_unique(connection: Connection, workspace_id: int, key: str, is_unique: bool, actor: str) -> None:
    """Set a list's Unique Values, "to ensure against duplicate values" (seed 002, "Known limitations").

    Raises:
        NotFound: there is no such list.
        WrongUsage: it has a value twice.
    """

    def changed(data: dict[str, Json]) -> dict[str, Json]:
        first: dict[str, Item] = {}
        for item in data["items"] if is_unique else ():
            other = first.setdefault(canonical(item["value"]), item)
            if other is not item and item["value"] not in (None, {}):
                names = f"{other['system_name']} and {item['system_name']}"
                raise WrongUsage(f"{names} of {key} have the same value.", "Change or remove one of the two first.")
        return {**data, "is_unique": is_unique}

    change_list(connection, workspace_id, key, actor, changed)


def delete_list(connection: Connection, workspace_id: int, key: str, actor: str) -> None:
    """Delete a list that no attribute refers to.

    Raises:
        NotFound: there is no such list.
        WrongUsage: an attribute refers to it.
    """
    lock_workspace(connection, workspace_id)
    load_list(connection, workspace_id, key)
    using = attributes_of_list(connection, workspace_id, key)
    if using:
        message = f"The global list {key} is that of {', '.join(using[:10])}{' …' if len(using) > 10 else ''}."
        raise WrongUsage(message, "Delete the attributes first: a field's list cannot be taken from it.")
    write_records(connection, workspace_id, [RecordEdit("global_list", key, None)], actor)


def change_list(
    connection: Connection,
    workspace_id: int,
    key: str,
    actor: str,
    change: Callable[[dict[str, Json]], dict[str, Json]],
) -> dict[str, Json]:
    """Write what a list's data becomes, where that is something else."""
    lock_workspace(connection, workspace_id)
    known = load_list(connection, workspace_id, key)
    data: dict[str, Json] = {**known.data, "items": known.data.get("items") or []}
    made = change(data)
    if made != data:
        write_records(connection, workspace_id, [RecordEdit("global_list", key, made)], actor)
    return made

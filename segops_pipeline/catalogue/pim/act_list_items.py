"""What a person does to the items of a global list: add, change, move, rename and remove one.

What belongs here: acts on items, each one transaction. What doesn't: lists (`act_lists`), rows of files
(`fold_list_items`).
"""

from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.pim.act_lists import DEFAULT_TYPE, change_list
from segops_pipeline.catalogue.pim.edit_records import tell_products
from segops_pipeline.catalogue.pim.fold_items import laid
from segops_pipeline.catalogue.pim.fold_list_items import canonical
from segops_pipeline.catalogue.pim.items import Item, put_at, put_in_list, take_out
from segops_pipeline.catalogue.pim.model import FieldDefinition, Json
from segops_pipeline.catalogue.pim.references import attributes_of_list, stored_references
from segops_pipeline.catalogue.pim.segment_keys import Texts, registered_texts
from segops_pipeline.errors import AlreadyThere, NotFound, WrongUsage
from segops_pipeline.formats.bizzkit.segments import DEFAULT
from segops_pipeline.formats.bizzkit.values import Refused, read_value

# Products that show an item of the list: those with an attribute that refers to it.
SHOWING = """
SELECT p.sku FROM products p WHERE p.workspace_id = :workspace_id AND (
    jsonb_exists_any(p.data, CAST(:codes AS text[])) OR jsonb_exists_any(p.pim -> 'external', CAST(:codes AS text[])))
    AND EXISTS (SELECT FROM jsonb_path_query(jsonb_build_array(p.data, p.pim -> 'external'),
        '$.** ? (@.list == $list && @.item == $item)',
        jsonb_build_object('list', CAST(:list AS text), 'item', CAST(:item AS text))))
ORDER BY p.sku
"""


def add_item(
    connection: Connection,
    workspace_id: int,
    key: str,
    texts: Texts,
    actor: str,
    *,
    index: int | None = None,
    system_name: str | None = None,
) -> str:
    """Add an item to a list.

    Args:
        connection: a session of the workspace.
        workspace_id: the workspace.
        key: of the list.
        texts: its value, by segment key; `default` where the list's type has no segments.
        actor: who adds it.
        index: its place, from 0; None: the last.
        system_name: by which `$` columns find it; None: one is made.

    Returns:
        Its system name.

    Raises:
        NotFound: there is no such list.
        AlreadyThere: another item has the system name.
        WrongUsage: a value that the type does not take, or that the list has already; no such place.
    """

    def changed(data: dict[str, Json]) -> dict[str, Json]:
        if index is not None and not 0 <= index <= len(data["items"]):
            raise WrongUsage(f"{key} has {len(data['items'])} items, so there is no place {index}.", "Leave it out.")
        value = _valued(connection, workspace_id, data, {}, texts)
        item: dict[str, Json] = {"value": value}
        _check_unique(key, data, item)
        if system_name is not None:
            item["system_name"] = _free_name(key, data, system_name)
        return put_in_list(key, data, item, index)

    made = change_list(connection, workspace_id, key, actor, changed)
    return str(made["items"][len(made["items"]) - 1 if index is None else index]["system_name"])


def edit_item(
    connection: Connection,
    workspace_id: int,
    key: str,
    item: str,
    actor: str,
    *,
    texts: Texts | None = None,
    system_name: str | None = None,
    index: int | None = None,
) -> None:
    """Change an item: its value (segments that are not given stay), its system name, its place.

    What refers to it still does, for references are kept by neither name nor value.

    Raises:
        NotFound: there is no such list or item.
        AlreadyThere: another item has the system name.
        WrongUsage: a value that the type does not take, or that the list has already; no such place.
    """

    def changed(data: dict[str, Json]) -> dict[str, Json]:
        place = _place(key, data, item)
        known: Item = data["items"][place]
        made: dict[str, Json] = dict(known)
        if texts:
            made["value"] = _valued(connection, workspace_id, data, known, texts)
            _check_unique(key, data, made)
        if system_name is not None and system_name != known["system_name"]:
            made["system_name"] = _free_name(key, data, system_name)
        data = put_at(data, "items", made, place)
        if index is None:
            return data
        if not 0 <= index < len(data["items"]):
            raise WrongUsage(f"{key} has no place {index}.", f"Its places are 0 to {len(data['items']) - 1}.")
        rest: list[Item] = [one for one in data["items"] if one is not made]
        return {**data, "items": [*rest[:index], made, *rest[index:]]}

    made = change_list(connection, workspace_id, key, actor, changed)
    if texts:
        _tell(connection, workspace_id, key, made["items"][_place(key, made, system_name or item)]["id"])


def remove_item(connection: Connection, workspace_id: int, key: str, item: str, actor: str) -> None:
    """Remove an item that nothing refers to.

    Raises:
        NotFound: there is no such list or item.
        WrongUsage: something refers to it.
    """

    def changed(data: dict[str, Json]) -> dict[str, Json]:
        place = _place(key, data, item)
        user = stored_references(connection, workspace_id, key).get(data["items"][place]["id"])
        if user is not None:
            message = f"The item {item} of {key} is referred to, among others by {user}."
            raise WrongUsage(message, "Give those that refer to it another value first, or change the item instead.")
        return take_out(data, "items", place)

    change_list(connection, workspace_id, key, actor, changed)


def _place(key: str, data: Mapping[str, Json], item: str) -> int:
    for place, one in enumerate(data["items"]):
        if one["system_name"] == item:
            return place
    raise NotFound(f"The global list {key} has no item {item}.", f"See them: segops pim lists show {key}")


def _valued(connection: Connection, workspace_id: int, data: Mapping[str, Json], known: Item, texts: Texts) -> Json:
    """The value of an item with what a person gives of it."""
    part = FieldDefinition("Value", data.get("pim_type"))
    value: Json = known.get("value")
    for key, said in registered_texts(connection, workspace_id, texts).items():
        if not part.is_segmented and key != DEFAULT:
            raise WrongUsage(f"Values of the list ({part.pim_type}) do not differ by segment.", "Give one value.")
        if part.is_segmented and key == DEFAULT and not part.has_default:
            raise WrongUsage(f"Values of the list ({part.pim_type}) have no default one.", "Name a segment: T:da-DK")
        try:
            value = laid(part, value, key, read_value(said, part.pim_type or DEFAULT_TYPE))
        except Refused as refused:
            raise WrongUsage(refused.message, refused.remedy, value=said) from refused
    return value if value is not None or not part.is_segmented else {}


def _check_unique(key: str, data: Mapping[str, Json], item: Item) -> None:
    if not data.get("is_unique") or item["value"] in (None, {}):
        return
    for one in data["items"]:
        if one["id"] != item.get("id") and canonical(one["value"]) == canonical(item["value"]):
            raise WrongUsage(f"{one['system_name']} of {key} has the value already.", "Its values are unique.")


def _free_name(key: str, data: Mapping[str, Json], name: str) -> str:
    if not name.strip() or not name.isprintable():
        raise WrongUsage(
            "The system name is empty, or has characters that cannot be seen.", "Write letters and digits."
        )
    if any(one["system_name"] == name for one in data["items"]):
        raise AlreadyThere(f"The global list {key} has an item {name} already.", "Choose another system name.")
    return name


def _tell(connection: Connection, workspace_id: int, key: str, item: str) -> None:
    codes = attributes_of_list(connection, workspace_id, key)
    if codes:
        bound = {"workspace_id": workspace_id, "codes": codes, "list": key, "item": item}
        tell_products(connection, workspace_id, list(connection.execute(text(SHOWING), bound).scalars()))

"""Global lists and their items over the API.

What belongs here: these routes. What doesn't: finding (`browse`), what a change does (`catalogue.pim.acts`).
"""

from http import HTTPStatus

from fastapi import Response

from segops_pipeline.access.audit import record
from segops_pipeline.catalogue.pim.act_list_items import add_item, edit_item, remove_item
from segops_pipeline.catalogue.pim.act_lists import create_list, delete_list, set_unique
from segops_pipeline.catalogue.pim.browse import find_items, find_records, get_item, get_record
from segops_pipeline.catalogue.pim.references import attributes_of_list
from segops_pipeline.catalogue.pim.seen import record_as_seen
from segops_pipeline.web.api.categories import KeyInPath, Sought, window_of
from segops_pipeline.web.api.depends import Reader, TheWeb, Writer
from segops_pipeline.web.api.paging import Page, Paged
from segops_pipeline.web.api.pim_answers import (
    ListAnswer,
    ListItemAnswer,
    OneListAnswer,
    item_answer,
    list_answer,
    one_list_answer,
)
from segops_pipeline.web.api.pim_bodies import ItemBody, ListBody, NewListBody
from segops_pipeline.web.api.routing import ApiRouter
from segops_pipeline.web.api.wire import IfMatch, etag, expected_version
from segops_pipeline.web.state import Web

router = ApiRouter("lists")


@router.get("/lists/", summary="Global lists")
def see_lists(web: TheWeb, actor: Reader, paging: Paged, q: Sought = "") -> Page[ListAnswer]:
    """Global lists by key, with how many items each has."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        count, found = find_records(connection, actor.workspace_id, "global_list", window_of(paging, q))
    return paging.of(count, [list_answer(one) for one in found])


@router.get("/lists/{key:path}/items/", summary="Items of a list")
def see_items(web: TheWeb, actor: Reader, key: KeyInPath, paging: Paged, q: Sought = "") -> Page[ListItemAnswer]:
    """The items of a list in their order."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        get_record(connection, actor.workspace_id, "global_list", key)
        count, found = find_items(connection, actor.workspace_id, key, window_of(paging, q))
    return paging.of(count, [item_answer(one) for one in found])


@router.get("/lists/{key:path}/", summary="One list")
def see_list(web: TheWeb, actor: Reader, key: KeyInPath, response: Response) -> OneListAnswer:
    """A list with the attributes that are of it; its ETag is its version."""
    return _list_with_etag(web, actor.workspace_id, key, response)


@router.post("/lists/", status_code=HTTPStatus.CREATED, summary="Make a list")
def make_list(web: TheWeb, actor: Writer, new: NewListBody, response: Response) -> OneListAnswer:
    """Make an empty list, of a type that stays."""
    workspace_id = actor.workspace_id
    with web.database.workspace_session(workspace_id) as connection:
        create_list(connection, workspace_id, new.key, actor.name, pim_type=new.pim_type, is_unique=new.is_unique)
        record(connection, actor, "list.create", new.key)
    return _list_with_etag(web, workspace_id, new.key, response)


@router.post("/lists/{key:path}/items/", status_code=HTTPStatus.CREATED, summary="Add an item")
def make_item(web: TheWeb, actor: Writer, key: KeyInPath, new: ItemBody, if_match: IfMatch = None) -> ListItemAnswer:
    """Add an item to a list, at its end or at a place; without a system name it is given one."""
    workspace_id = actor.workspace_id
    with web.database.workspace_session(workspace_id) as connection:
        record_as_seen(connection, workspace_id, "global_list", key, expected_version(if_match))
        name = new.system_name
        made = add_item(connection, workspace_id, key, new.texts, actor.name, index=new.place, system_name=name)
        record(connection, actor, "list.add_item", key, {"item": made})
        return item_answer(get_item(connection, workspace_id, key, made))


@router.patch("/lists/{key:path}/items/{item:path}/", summary="Change an item")
def change_item(
    web: TheWeb, actor: Writer, key: KeyInPath, item: KeyInPath, body: ItemBody, if_match: IfMatch = None
) -> ListItemAnswer:
    """Change an item by its system name: its value, that name, its place. What refers to it still does."""
    workspace_id = actor.workspace_id
    with web.database.workspace_session(workspace_id) as connection:
        record_as_seen(connection, workspace_id, "global_list", key, expected_version(if_match))
        texts, name = body.texts or None, body.system_name
        edit_item(connection, workspace_id, key, item, actor.name, texts=texts, system_name=name, index=body.place)
        record(connection, actor, "list.change_item", key, {"item": item})
        return item_answer(get_item(connection, workspace_id, key, body.system_name or item))


@router.delete("/lists/{key:path}/items/{item:path}/", status_code=HTTPStatus.NO_CONTENT, summary="Remove an item")
def delete_item(web: TheWeb, actor: Writer, key: KeyInPath, item: KeyInPath, if_match: IfMatch = None) -> None:
    """Remove an item that nothing refers to."""
    workspace_id = actor.workspace_id
    with web.database.workspace_session(workspace_id) as connection:
        record_as_seen(connection, workspace_id, "global_list", key, expected_version(if_match))
        remove_item(connection, workspace_id, key, item, actor.name)
        record(connection, actor, "list.remove_item", key, {"item": item})


@router.patch("/lists/{key:path}/", summary="Change a list")
def change_list(
    web: TheWeb, actor: Writer, key: KeyInPath, body: ListBody, response: Response, if_match: IfMatch = None
) -> OneListAnswer:
    """Set whether its values are unique."""
    workspace_id = actor.workspace_id
    with web.database.workspace_session(workspace_id) as connection:
        record_as_seen(connection, workspace_id, "global_list", key, expected_version(if_match))
        set_unique(connection, workspace_id, key, body.is_unique, actor.name)
        record(connection, actor, "list.change", key, {"is_unique": body.is_unique})
    return _list_with_etag(web, workspace_id, key, response)


@router.delete("/lists/{key:path}/", status_code=HTTPStatus.NO_CONTENT, summary="Delete a list")
def remove_list(web: TheWeb, actor: Writer, key: KeyInPath, if_match: IfMatch = None) -> None:
    """Delete a list that no attribute is of."""
    workspace_id = actor.workspace_id
    with web.database.workspace_session(workspace_id) as connection:
        record_as_seen(connection, workspace_id, "global_list", key, expected_version(if_match))
        delete_list(connection, workspace_id, key, actor.name)
        record(connection, actor, "list.delete", key)


def _list_with_etag(web: Web, workspace_id: int, key: str, response: Response) -> OneListAnswer:
    with web.database.workspace_session(workspace_id) as connection:
        found = get_record(connection, workspace_id, "global_list", key)
        used = attributes_of_list(connection, workspace_id, key)
    response.headers["ETag"] = etag(found.version)
    return one_list_answer(found, used)

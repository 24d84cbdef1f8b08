"""`segops pim lists`: global lists and their items; files add items, but only people make lists."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from segops_pipeline.cli.app import DEFAULT_WORKSPACE, Json, WorkspaceName
from segops_pipeline.cli.pim import Limit, Search, by_segment, in_workspace, pim, tell_more, texts_shown
from segops_pipeline.cli.session import user_name
from segops_pipeline.cli.show import answer, say, table
from segops_pipeline.errors import WrongUsage

lists = typer.Typer(
    help="Global lists, whose items attributes refer to: list, show, add, set, delete, and their items.",
    no_args_is_help=True,
)
pim.add_typer(lists, name="lists")

Key = Annotated[str, typer.Argument(help="System name of the list, such as COLOURS.", show_default=False)]
ItemName = Annotated[str, typer.Argument(help="System name of the item, as `segops pim lists show` has it.")]
Values = Annotated[
    list[str] | None,
    typer.Option("--value", help="Its value; of a segment as T:da-DK=Rød. Repeat it for several segments."),
]
Place = Annotated[int | None, typer.Option(min=0, help="Its place, from 0.")]


@lists.command("list")
def list_(
    workspace: WorkspaceName = DEFAULT_WORKSPACE, search: Search = "", limit: Limit = 200, json: Json = False
) -> None:
    """List the global lists: type of their values, Unique Values, and how many items each has.

    Example: segops pim lists list -w acme
    """
    from segops_pipeline.catalogue.pim.browse import Window, find_records

    with in_workspace(workspace) as (connection, workspace_id):
        number, found = find_records(connection, workspace_id, "global_list", Window(search, limit))
    told = [
        {"key": one.key, "pim_type": one.data.get("pim_type"), "is_unique": bool(one.data.get("is_unique")),
         "items": one.data.get("count", 0)}
        for one in found
    ]  # fmt: skip
    if json:
        answer({"lists": told, "total": number})
    elif not told:
        say("No global lists. `segops pim lists add COLOURS` makes one.")
    else:
        rows = [[one["key"], one["pim_type"], "yes" if one["is_unique"] else "no", one["items"]] for one in told]
        table(["list", "type", "unique values", "items"], rows)
        tell_more(number, len(told))


@lists.command("show")
def show(
    key: Key,
    search: Search = "",
    limit: Limit = 200,
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    json: Json = False,
) -> None:
    """Show a global list: which attributes refer to it, and its items in their order.

    Example: segops pim lists show COLOURS -w acme
    """
    from segops_pipeline.catalogue.pim.act_lists import load_list
    from segops_pipeline.catalogue.pim.browse import Window, find_items
    from segops_pipeline.catalogue.pim.references import attributes_of_list

    with in_workspace(workspace) as (connection, workspace_id):
        data = load_list(connection, workspace_id, key).data
        using = attributes_of_list(connection, workspace_id, key)
        number, found = find_items(connection, workspace_id, key, Window(search, limit))
    told = {
        "key": key, "pim_type": data.get("pim_type"), "is_unique": bool(data.get("is_unique")), "attributes": using,
        "items": [{"index": one.place, **one.data} for one in found], "total": number,
    }  # fmt: skip
    if json:
        answer(told)
        return
    unique = "unique values" if told["is_unique"] else "a value can stand several times"
    say(f"{key}: {told['pim_type']}, {unique}; attributes: {', '.join(using) or 'none yet'}")
    if found:
        rows = [[one.place, one.data["system_name"], _value(one.data["value"]), _owned(one.data)] for one in found]
        table(["index", "system name", "value", "attributes"], rows)
    else:
        say(f"No items{' with these words' if search else ''}. `segops pim lists add-item {key} --value …` adds one.")
    tell_more(number, len(found))


@lists.command("add")
def add(
    key: Key,
    type_: Annotated[str, typer.Option("--type", help="PIM type of its values, such as PString or PDecimal2.")] = (
        "PString"
    ),
    unique: Annotated[
        bool, typer.Option("--unique/--not-unique", help="Unique Values: no two items have the same value.")
    ] = True,
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    json: Json = False,
) -> None:
    """Make an empty global list.

    Example: segops pim lists add COLOURS --type PTranslatedStringD -w acme
    """
    from segops_pipeline.catalogue.pim.act_lists import create_list

    with in_workspace(workspace, may_be_new=True) as (connection, workspace_id):
        create_list(connection, workspace_id, key, user_name(), pim_type=type_, is_unique=unique)
    told = {"key": key, "pim_type": type_, "is_unique": unique}
    answer(told) if json else say(f"{key} is made: attributes can refer to it, and files add items.")


@lists.command("set")
def set_(
    key: Key,
    unique: Annotated[
        bool | None, typer.Option("--unique/--not-unique", help="Unique Values: no two items have the same value.")
    ] = None,
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    json: Json = False,
) -> None:
    """Set whether the values of a global list are unique; a list with a value that stands twice cannot become so.

    Example: segops pim lists set COLOURS --unique -w acme
    """
    from segops_pipeline.catalogue.pim.act_lists import set_unique

    if unique is None:
        raise WrongUsage("Nothing is to be set.", "Say --unique or --not-unique.")
    with in_workspace(workspace) as (connection, workspace_id):
        set_unique(connection, workspace_id, key, unique, user_name())
    told = {"key": key, "is_unique": unique}
    answer(told) if json else say(f"The values of {key} {'are unique' if unique else 'can stand several times'}.")


@lists.command("delete")
def delete(key: Key, workspace: WorkspaceName = DEFAULT_WORKSPACE, json: Json = False) -> None:
    """Delete a global list, with its items, that no attribute refers to.

    Example: segops pim lists delete COLOURS -w acme
    """
    from segops_pipeline.catalogue.pim.act_lists import delete_list

    with in_workspace(workspace) as (connection, workspace_id):
        delete_list(connection, workspace_id, key, user_name())
    answer({"deleted": key}) if json else say(f"{key} is deleted.")


@lists.command("add-item")
def add_item_(
    key: Key,
    value: Values = None,
    name: Annotated[
        str | None, typer.Option(help="Its system name, for columns with $; without it one is made.")
    ] = None,
    index: Place = None,
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    json: Json = False,
) -> None:
    """Add an item to a global list, at its end or at a place.

    Example: segops pim lists add-item COLOURS --value Red --value T:da-DK=Rød --name RED -w acme
    """
    from segops_pipeline.catalogue.pim.act_list_items import add_item

    texts = by_segment(value)
    with in_workspace(workspace) as (connection, workspace_id):
        made = add_item(connection, workspace_id, key, texts, user_name(), index=index, system_name=name)
    answer({"list": key, "item": made}) if json else say(f"{key} has the item {made}.")


@lists.command("set-item")
def set_item(
    key: Key,
    item: ItemName,
    value: Values = None,
    name: Annotated[str | None, typer.Option(help="Another system name.")] = None,
    index: Place = None,
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    json: Json = False,
) -> None:
    """Change an item: its value, its system name, its place. Whatever refers to it still does.

    Example: segops pim lists set-item COLOURS RED --value Crimson --index 0 -w acme
    """
    from segops_pipeline.catalogue.pim.act_list_items import edit_item

    if not value and name is None and index is None:
        raise WrongUsage("Nothing is to be changed.", "Give a --value, --name or --index.")
    texts = by_segment(value)
    with in_workspace(workspace) as (connection, workspace_id):
        edit_item(connection, workspace_id, key, item, user_name(), texts=texts, system_name=name, index=index)
    answer({"list": key, "item": name or item}) if json else say(f"{name or item} of {key} is changed.")


@lists.command("remove-item")
def remove_item_(key: Key, item: ItemName, workspace: WorkspaceName = DEFAULT_WORKSPACE, json: Json = False) -> None:
    """Remove an item that nothing refers to.

    Example: segops pim lists remove-item COLOURS RED -w acme
    """
    from segops_pipeline.catalogue.pim.act_list_items import remove_item

    with in_workspace(workspace) as (connection, workspace_id):
        remove_item(connection, workspace_id, key, item, user_name())
    answer({"list": key, "removed": item}) if json else say(f"{item} of {key} is removed.")


def _value(value: Any) -> str:  # noqa: ANN401 - any value of a list's item
    from segops_pipeline.catalogue.export import cell

    is_segmented = isinstance(value, dict) and all(isinstance(one, str) for one in value.values())  # pyright: ignore[reportUnknownVariableType]
    return texts_shown(value) if is_segmented else cell(value)  # pyright: ignore[reportUnknownArgumentType]


def _owned(item: Mapping[str, Any]) -> str:
    return "; ".join(f"{code}: {_value(value)}" for code, value in (item.get("attributes") or {}).items())

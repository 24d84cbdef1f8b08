"""`segops pim categories` and `segops pim brands`: the trees that imports make, to look at and to put in order."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from segops_pipeline.cli.app import DEFAULT_WORKSPACE, Json, WorkspaceName
from segops_pipeline.cli.pim import Limit, by_segment, in_workspace, pim, texts_shown
from segops_pipeline.cli.session import user_name
from segops_pipeline.cli.show import answer, say, table
from segops_pipeline.errors import WrongUsage

if TYPE_CHECKING:
    from segops_pipeline.catalogue.pim.model import Record

Tree = Literal["category", "brand"]
categories = typer.Typer(
    help="Product hierarchies, in which products are placed: list, show, set, move, delete.", no_args_is_help=True
)
brands = typer.Typer(help="Brands with their sub-brands: list, show, set, move, delete.", no_args_is_help=True)
pim.add_typer(categories, name="categories")
pim.add_typer(brands, name="brands")

Category = Annotated[str, typer.Argument(help="Unique name of the category.", show_default=False)]
Brand = Annotated[str, typer.Argument(help="Unique name of the brand.", show_default=False)]
Names = Annotated[
    list[str],
    typer.Option("--name", help="What people read; in a language as T:da-DK=Vægte. Repeat it.", show_default=False),
]
Below = Annotated[str | None, typer.Option(help="Unique name of the one that it is to be below.")]
Top = Annotated[bool, typer.Option("--top", help="It is to be below none.")]


@categories.command("list")
def list_categories(workspace: WorkspaceName = DEFAULT_WORKSPACE, limit: Limit = 1_000, json: Json = False) -> None:
    """List the categories as a tree, with where else each is linked and how many products are placed in it.

    Example: segops pim categories list -w acme
    """
    from segops_pipeline.catalogue.pim.browse_trees import count_placed
    from segops_pipeline.catalogue.pim.store import load_records

    with in_workspace(workspace) as (connection, workspace_id):
        found = load_records(connection, workspace_id, "category")
        placed = count_placed(connection, workspace_id, [one.key for one in found])
    told: list[dict[str, Any]] = [
        {**_told(one, depth), "products": placed.get(one.key, 0)} for one, depth in in_tree(found)
    ]
    if json:
        answer({"categories": told})
    elif not told:
        say("No categories yet. An import of product hierarchies makes them.")
    else:
        rows = [
            ["  " * one["depth"] + one["key"], one["name"], ", ".join(one["links"]), one["products"]] for one in told
        ]
        table(["category", "name", "linked in", "products"], rows[:limit])
        _tell_cut(len(rows), limit)


@categories.command("show")
def show_category(key: Category, workspace: WorkspaceName = DEFAULT_WORKSPACE, json: Json = False) -> None:
    """Show a category: names, where it is placed and linked, its attributes, what is below it.

    Example: segops pim categories show WEIGHTS -w acme
    """
    _show("category", key, workspace, json)


@brands.command("list")
def list_brands(workspace: WorkspaceName = DEFAULT_WORKSPACE, limit: Limit = 1_000, json: Json = False) -> None:
    """List the brands, sub-brands below their brand.

    Example: segops pim brands list -w acme
    """
    from segops_pipeline.catalogue.pim.store import load_records

    with in_workspace(workspace) as (connection, workspace_id):
        told = [_told(one, depth) for one, depth in in_tree(load_records(connection, workspace_id, "brand"))]
    if json:
        answer({"brands": told})
    elif not told:
        say("No brands yet. An import of brands makes them.")
    else:
        table(["brand", "name"], [["  " * one["depth"] + one["key"], one["name"]] for one in told[:limit]])
        _tell_cut(len(told), limit)


@brands.command("show")
def show_brand(key: Brand, workspace: WorkspaceName = DEFAULT_WORKSPACE, json: Json = False) -> None:
    """Show a brand: names in all languages, the brand whose sub-brand it is, its attributes, its sub-brands.

    Example: segops pim brands show STEELCO -w acme
    """
    _show("brand", key, workspace, json)


@categories.command("set")
def set_category(key: Category, name: Names, workspace: WorkspaceName = DEFAULT_WORKSPACE, json: Json = False) -> None:
    """Name a category; languages that are not given stay, an empty text takes one away.

    Example: segops pim categories set WEIGHTS --name Weights --name T:da-DK=Vægte -w acme
    """
    _name("category", key, name, workspace, json)


@brands.command("set")
def set_brand(key: Brand, name: Names, workspace: WorkspaceName = DEFAULT_WORKSPACE, json: Json = False) -> None:
    """Name a brand; languages that are not given stay, an empty text takes one away.

    Example: segops pim brands set STEELCO --name "Steel & Co" -w acme
    """
    _name("brand", key, name, workspace, json)


@categories.command("move")
def move_category(
    key: Category,
    below: Below = None,
    top: Top = False,
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    json: Json = False,
) -> None:
    """Place a category elsewhere, with all that is below it; no import does that.

    Example: segops pim categories move WEIGHTS --below FITNESS -w acme
    """
    _move("category", key, below, top, workspace, json)


@brands.command("move")
def move_brand(
    key: Brand,
    below: Below = None,
    top: Top = False,
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    json: Json = False,
) -> None:
    """Make a brand a sub-brand of another one, or of none.

    Example: segops pim brands move STEELCO-KIDS --top -w acme
    """
    _move("brand", key, below, top, workspace, json)


@categories.command("delete")
def delete_category(key: Category, workspace: WorkspaceName = DEFAULT_WORKSPACE, json: Json = False) -> None:
    """Delete a category that nothing is placed or linked in.

    Example: segops pim categories delete OFFERS -w acme
    """
    _delete("category", key, workspace, json)


@brands.command("delete")
def delete_brand(key: Brand, workspace: WorkspaceName = DEFAULT_WORKSPACE, json: Json = False) -> None:
    """Delete a brand that no product is of, and that has no sub-brands.

    Example: segops pim brands delete STEELCO-KIDS -w acme
    """
    _delete("brand", key, workspace, json)


def in_tree(records: "list[Record]") -> "Iterator[tuple[Record, int]]":
    """Records after what they are below, with how deep they are; those below nothing that there is begin a tree."""
    keys = {one.key for one in records}
    below: dict[str | None, list[Record]] = {}
    for one in records:
        parent = one.data.get("parent")
        below.setdefault(parent if parent in keys else None, []).append(one)
    waiting = [(one, 0) for one in reversed(below.get(None, []))]
    while waiting:
        record, depth = waiting.pop()
        yield record, depth
        waiting += [(one, depth + 1) for one in reversed(below.get(record.key, []))]


def _show(entity: Tree, key: str, workspace: str, as_json: bool) -> None:
    from segops_pipeline.catalogue.pim.browse import Window, get_record
    from segops_pipeline.catalogue.pim.browse_trees import children, path_to
    from segops_pipeline.catalogue.pim.plain import load_lookup, plain_values

    with in_workspace(workspace) as (connection, workspace_id):
        found = get_record(connection, workspace_id, entity, key)
        above = [one for one, _ in path_to(connection, workspace_id, entity, key)]
        number, below = children(connection, workspace_id, entity, key, Window(limit=50))
        lookup = load_lookup(connection, workspace_id)
    data = found.data
    owned, external = data.get("attributes") or {}, data.get("external") or {}
    if as_json:
        answer({"key": key, **data, "path": above, "below": [one.key for one in below], "below_total": number})
        return
    more = " …" if number > len(below) else ""
    rows: list[tuple[str, Any]] = [
        ("names", texts_shown(data.get("names") or {})), ("below", " → ".join(above)),
        ("linked in", ", ".join(data.get("links") or ())), ("above", ", ".join(one.key for one in below) + more),
        *((code, _shown(value)) for code, value in plain_values(owned, {"external": external}, lookup).items()),
    ]  # fmt: skip
    table([entity, key], [[name, value or None] for name, value in rows])


def _name(entity: Tree, key: str, names: list[str], workspace: str, as_json: bool) -> None:
    from segops_pipeline.catalogue.pim.act_trees import name_node

    texts = by_segment(names)
    with in_workspace(workspace) as (connection, workspace_id):
        name_node(connection, workspace_id, entity, key, texts, user_name())
    answer({"key": key, "names": texts}) if as_json else say(f"{key} is called {texts_shown(texts)}.")


def _move(entity: Tree, key: str, below: str | None, top: bool, workspace: str, as_json: bool) -> None:
    from segops_pipeline.catalogue.pim.act_trees import move_node

    if top == (below is not None):
        raise WrongUsage("Either it is moved below another one or to the top.", "Say --below NAME, or --top.")
    with in_workspace(workspace) as (connection, workspace_id):
        move_node(connection, workspace_id, entity, key, below, user_name())
    answer({"key": key, "parent": below}) if as_json else say(
        f"{key} is {f'below {below}' if below else 'at the top'}."
    )


def _delete(entity: Tree, key: str, workspace: str, as_json: bool) -> None:
    from segops_pipeline.catalogue.pim.act_trees import delete_node

    with in_workspace(workspace) as (connection, workspace_id):
        delete_node(connection, workspace_id, entity, key, user_name())
    answer({"deleted": key}) if as_json else say(f"{key} is deleted.")


def _shown(value: Any) -> str:  # noqa: ANN401 - any plain value
    from segops_pipeline.catalogue.export import cell

    return cell(value)


def _told(record: "Record", depth: int) -> dict[str, Any]:
    from segops_pipeline.catalogue.pim.browse import name_in

    data: Mapping[str, Any] = record.data
    return {
        "key": record.key, "name": name_in(data.get("names"), record.key), "names": data.get("names") or {},
        "parent": data.get("parent"), "links": data.get("links") or [], "depth": depth,
    }  # fmt: skip


def _tell_cut(number: int, limit: int) -> None:
    if number > limit:
        say(f"{limit:,} of {number:,} are shown; --limit shows more.")

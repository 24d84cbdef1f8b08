"""`segops pim attributes`: what files leave to people, and a look at the attributes that there are."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from segops_pipeline.cli.app import DEFAULT_WORKSPACE, Json, WorkspaceName
from segops_pipeline.cli.pim import (
    Limit,
    Search,
    in_workspace,
    pim,
    predefined_shown,
    tell_more,
    texts_shown,
)
from segops_pipeline.cli.pim_wish import wish_of
from segops_pipeline.cli.session import user_name
from segops_pipeline.cli.show import answer, say, table

if TYPE_CHECKING:
    from segops_pipeline.catalogue.pim.browse import Found
    from segops_pipeline.catalogue.pim.configuring import AttributeWish

attributes = typer.Typer(
    help="What products and other records can have: list, show, add, set, rename, delete.", no_args_is_help=True
)
pim.add_typer(attributes, name="attributes")


Code = Annotated[str, typer.Argument(help="System name of the attribute, such as WEIGHT.", show_default=False)]
Names = Annotated[
    list[str] | None,
    typer.Option("--name", help="What people read; in a language as T:da-DK=Vægt. Repeat it for several."),
]
Descriptions = Annotated[
    list[str] | None, typer.Option("--description", help="What it is, in a language as T:da-DK=…; empty takes it away.")
]
Type = Annotated[str | None, typer.Option("--type", help="SingleValued or MultiValued; set once, then locked.")]
Configuration = Annotated[
    str | None,
    typer.Option(
        help="Plain, RectangularArea, CuboidVolume, Range, Quantified, Calculated or Unconstrained; set once, then "
        "locked."
    ),
]
FieldTypes = Annotated[
    list[str] | None,
    typer.Option("--field-type", help="PIM type of a field by its number, such as 1=PDecimal2; set once, then locked."),
]
FieldLists = Annotated[
    list[str] | None,
    typer.Option(
        "--field-list", help="Global list of a field by its number, such as 1=COLOURS; set once, then locked."
    ),
]
FieldNames = Annotated[
    list[str] | None,
    typer.Option("--field-name", help="What people read of a field, such as 1=Width or 1=T:da-DK=Bredde."),
]
Confidential = Annotated[
    bool | None,
    typer.Option("--confidential/--public", help="Never shown to the public, or shown as all others."),
]
Group = Annotated[str | None, typer.Option(help="The group that it is shown in; empty takes it out.")]


@attributes.command("list")
def list_(
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    search: Search = "",
    group: Annotated[str | None, typer.Option(help="Only those of a group; '' for those of none.")] = None,
    limit: Limit = 200,
    json: Json = False,
) -> None:
    """List the attributes, the fields of the product schema among them.

    Example: segops pim attributes list -w acme --search weight
    """
    from segops_pipeline.catalogue.pim.browse import Window, find_attributes

    with in_workspace(workspace) as (connection, workspace_id):
        number, found = find_attributes(connection, workspace_id, Window(search, limit), group)
    if json:
        answer({"attributes": [_told(one) for one in found], "total": number})
        return
    if not found:
        say("No attributes. `segops pim attributes add` makes one, and so does an import of attributes.")
        return
    rows = [
        [one["code"], one["name"], one["value_type"], one["configuration"], _fields(one), one["group"],
         "yes" if one["is_confidential"] else ""]
        for one in map(_told, found)
    ]  # fmt: skip
    table(["attribute", "name", "type", "configuration", "fields", "group", "confidential"], rows)
    tell_more(number, len(found))


@attributes.command("show")
def show(code: Code, workspace: WorkspaceName = DEFAULT_WORKSPACE, json: Json = False) -> None:
    """Show an attribute: names in all languages, fields, predefined values, and how many products have values of it.

    Example: segops pim attributes show WEIGHT -w acme
    """
    from segops_pipeline.catalogue.pim.browse import count_products_with, definition_of, get_record
    from segops_pipeline.catalogue.pim.plain import load_lookup

    with in_workspace(workspace) as (connection, workspace_id):
        found = get_record(connection, workspace_id, "attribute", code)
        told, lookup = _told(found), load_lookup(connection, workspace_id)
        told["products"] = count_products_with(connection, workspace_id, code)
    if json:
        answer(told)
        return
    shown = [
        ("attribute", told["code"]), ("names", texts_shown(told["names"])),
        ("descriptions", texts_shown(told["descriptions"])),
        ("type", told["value_type"] or "not configured yet"), ("configuration", told["configuration"]),
        ("group", told["group"]), ("confidential", "yes" if told["is_confidential"] else "no"),
        ("products", told["products"]), ("predefined values", len(told["predefined"])),
    ]  # fmt: skip
    table(["", "value"], [[name, value if value != "" else None] for name, value in shown])
    if told["fields"]:
        rows = [[number, one["system_name"], one["pim_type"] or f"list {one['global_list']}", texts_shown(one["names"])]
                for number, one in enumerate(told["fields"], start=1)]  # fmt: skip
        table(["field", "system name", "type", "names"], rows)
    if told["predefined"]:
        parts = definition_of(found).fields
        rows = [[place, *predefined_shown(one, parts, lookup)] for place, one in enumerate(told["predefined"])]
        table(["index", "value", "attributes"], rows)


@attributes.command("add")
def add(
    code: Code,
    name: Names = None,
    description: Descriptions = None,
    type_: Type = None,
    configuration: Configuration = None,
    field_type: FieldTypes = None,
    field_list: FieldLists = None,
    field_name: FieldNames = None,
    confidential: Confidential = None,
    group: Group = None,
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    json: Json = False,
) -> None:
    """Make an attribute; with a type or list of field 1 and no configuration it is Plain, with neither not configured.

    Example: segops pim attributes add WEIGHT --name Weight --name T:da-DK=Vægt --field-type 1=PDecimal2 -w acme
    """
    wish = wish_of(
        (name, description), (type_, configuration), (field_type, field_list, field_name), confidential, group
    )
    _save(workspace, code, wish, json, is_new=True)


@attributes.command("set")
def set_(
    code: Code,
    name: Names = None,
    description: Descriptions = None,
    type_: Type = None,
    configuration: Configuration = None,
    field_type: FieldTypes = None,
    field_list: FieldLists = None,
    field_name: FieldNames = None,
    confidential: Confidential = None,
    group: Group = None,
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    json: Json = False,
) -> None:
    """Change an attribute; what is not given stays. Type, configuration and fields' types can be set once only.

    Example: segops pim attributes set WEIGHT --group Measures --confidential -w acme
    """
    wish = wish_of(
        (name, description), (type_, configuration), (field_type, field_list, field_name), confidential, group
    )
    _save(workspace, code, wish, json, is_new=False)


@attributes.command("rename")
def rename(
    code: Code,
    new: Annotated[str, typer.Argument(help="The new system name.", show_default=False)],
    field: Annotated[str | None, typer.Option(help="Rename this field of the attribute, not the attribute.")] = None,
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    json: Json = False,
) -> None:
    """Give an attribute, or one of its fields, another system name; all values follow, each with its history.

    Example: segops pim attributes rename WEIGHT NET_WEIGHT -w acme
    """
    from segops_pipeline.catalogue.pim.acts import rename_attribute, rename_field

    with in_workspace(workspace) as (connection, workspace_id):
        if field is None:
            touched = rename_attribute(connection, workspace_id, code, new, user_name())
        else:
            touched = rename_field(connection, workspace_id, code, field, new, user_name())
    what = code if field is None else f"{code}/{field}"
    told = {"renamed": what, "to": new, "products": touched.products, "records": touched.records}
    answer(told) if json else say(f"{what} is called {new}. Changed: {touched}.")


@attributes.command("delete")
def delete(
    code: Code,
    force: Annotated[bool, typer.Option("--force", help="Also where products or others have values of it.")] = False,
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    json: Json = False,
) -> None:
    """Delete an attribute. Where something has values of it only with --force: they are cleared, and kept in histories.

    Example: segops pim attributes delete WEIGHT -w acme
    """
    from segops_pipeline.catalogue.pim.acts import delete_attribute

    with in_workspace(workspace) as (connection, workspace_id):
        touched = delete_attribute(connection, workspace_id, code, user_name(), force=force)
    told = {"deleted": code, "products": touched.products, "records": touched.records}
    answer(told) if json else say(f"{code} is deleted. Changed: {touched}.")


def _save(workspace: str, code: str, wish: "AttributeWish", as_json: bool, *, is_new: bool) -> None:
    from segops_pipeline.catalogue.pim.acts import save_attribute

    with in_workspace(workspace, may_be_new=is_new) as (connection, workspace_id):
        made = save_attribute(connection, workspace_id, code, wish, user_name(), is_new=is_new)
    if as_json:
        answer({"code": code, **made.as_dict()})
        return
    fields = ", ".join(f"{one.system_name} {one.pim_type or one.global_list}" for one in made.fields)
    kind = f"{made.value_type} {made.configuration} ({fields})" if made.configuration else "not configured yet"
    say(f"{code} is {'made' if is_new else 'as told'}: {kind}.")


def _told(found: "Found") -> dict[str, Any]:
    from segops_pipeline.catalogue.pim.browse import definition_of

    return {
        "code": found.key,
        "name": found.name,
        **definition_of(found).as_dict(),
        "field_type": found.field_type or None,
    }


def _fields(told: Mapping[str, Any]) -> str:
    if told["field_type"]:
        return str(told["field_type"])
    return ", ".join(f"{one['system_name']} {one['pim_type'] or one['global_list']}" for one in told["fields"])

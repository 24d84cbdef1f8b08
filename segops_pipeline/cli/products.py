"""`segops product`: show a product and where its values came from, edit it; `segops locks`: what no import writes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from segops_pipeline.cli.app import DEFAULT_WORKSPACE, Json, WorkspaceName, app
from segops_pipeline.cli.changes import change_words, show_changes, shown_value
from segops_pipeline.cli.session import opened, user_name
from segops_pipeline.cli.show import answer, say, table
from segops_pipeline.errors import WrongUsage

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from segops_pipeline.catalogue.locks import Lock
    from segops_pipeline.catalogue.product_history import Change

PART = re.compile("[/:]")  # what follows an attribute's system name
AGAIN = "  〃"  # from where the value above is
Fields = list[str] | None


@app.command("product")
def product(
    sku: Annotated[str, typer.Argument(help="The product's sku.", show_default=False)],
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    history: Annotated[bool, typer.Option("--history", help="Every change, field by field.")] = False,
    values: Annotated[Fields, typer.Option("--set", help="field=value; may be given again.")] = None,
    clear: Annotated[Fields, typer.Option(help="Clear this field; may be given again.")] = None,
    lock: Annotated[Fields, typer.Option(help="Let no import write this field; may be given again.")] = None,
    unlock: Annotated[Fields, typer.Option(help="Let imports write this field again.")] = None,
    active: Annotated[bool | None, typer.Option("--active/--inactive", help="Inactive is kept, but not found.")] = None,
    create: Annotated[bool, typer.Option("--create", help="Make it, with the values of --set.")] = False,
    delete: Annotated[bool, typer.Option("--delete", help="Delete it.")] = False,
    json: Json = False,
) -> None:
    """Show a product, where its values came from, and edit it by hand; imports respect what a hand has edited.

    Example: segops product A-1 --set color=red --lock color
    """
    from segops_pipeline.catalogue.edit import Changes, create_product, delete_product, edit_product
    from segops_pipeline.catalogue.locks import lock as lock_field
    from segops_pipeline.catalogue.locks import unlock as unlock_field
    from segops_pipeline.imports.workspaces import find_workspace

    changes = Changes(_given(values), tuple(clear or ()), active)
    has_changes = bool(changes.values or changes.cleared or active is not None)
    if delete and (has_changes or create or lock):
        raise WrongUsage("A product is deleted or changed, not both.", "Leave one of them out.")
    with opened() as stores:
        workspace_id = find_workspace(stores.database, workspace).id
        with stores.database.workspace_session(workspace_id) as connection:
            if create:
                create_product(connection, workspace_id, sku, changes, user_name())
            elif delete:
                delete_product(connection, workspace_id, sku, user_name())
            elif has_changes:
                edit_product(connection, workspace_id, sku, changes, user_name())
            for field in lock or ():
                lock_field(connection, workspace_id, field, user_name(), sku)
            for field in unlock or ():
                if not unlock_field(connection, workspace_id, field, sku):
                    raise WrongUsage(f"'{field}' of {sku} is not locked.", "See what is: segops locks")
            told = _told(connection, workspace_id, sku, history=history)
    answer(told) if json else _show(told)


@app.command("locks")
def locks(
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    lock: Annotated[Fields, typer.Option(help="Let no import write this field of any product.")] = None,
    unlock: Annotated[Fields, typer.Option(help="Take back the lock of all products.")] = None,
    json: Json = False,
) -> None:
    """List the fields that no import writes, and lock or unlock fields of all products.

    Example: segops locks --lock description
    """
    from segops_pipeline.catalogue.locks import list_locks
    from segops_pipeline.catalogue.locks import lock as lock_field
    from segops_pipeline.catalogue.locks import unlock as unlock_field
    from segops_pipeline.imports.workspaces import find_workspace

    with opened() as stores:
        workspace_id = find_workspace(stores.database, workspace).id
        with stores.database.workspace_session(workspace_id) as connection:
            for field in lock or ():
                lock_field(connection, workspace_id, field, user_name())
            for field in unlock or ():
                if not unlock_field(connection, workspace_id, field):
                    raise WrongUsage(f"'{field}' is not locked for all products.", "See what is: segops locks")
            found = list_locks(connection, workspace_id)
    if json:
        answer([_lock(one) for one in found])
    elif not found:
        say("No field is locked.")
    else:
        rows = [[one.sku or "all products", one.field, one.locked_by, f"{one.created_at:%Y-%m-%d}"] for one in found]
        table(["product", "field", "locked by", "since"], rows)


def _given(values: Sequence[str] | None) -> dict[str, str]:
    given: dict[str, str] = {}
    for one in values or ():
        name, equals, value = one.partition("=")
        if not equals or not value.strip():
            raise WrongUsage(f"'{one}' sets nothing.", "Write --set field=value, or --clear field.")
        given[name.strip()] = value
    return given


def _told(connection: "Connection", workspace_id: int, sku: str, *, history: bool) -> dict[str, Any]:
    from segops_pipeline.catalogue.locks import list_locks
    from segops_pipeline.catalogue.pim.plain import load_lookup, plain_values
    from segops_pipeline.catalogue.product_history import last_changes, load_product, product_history

    found = load_product(connection, workspace_id, sku)
    changes = product_history(connection, workspace_id, sku)
    if found is None and not changes:
        raise WrongUsage(f"There is no product {sku}.", "Find it with `segops search`, or make it with --create.")
    last = last_changes(changes)
    now = {} if found is None else {"name": found.name, **found.data}
    shown = None if found is None else plain_values(found.data, found.pim, load_lookup(connection, workspace_id))
    told: dict[str, Any] = {
        "sku": sku,
        "exists": found is not None,
        **({} if found is None else asdict(found)),
        "plain": shown or {},
        "locks": [_lock(one) for one in list_locks(connection, workspace_id, sku)],
        "provenance": {name: _origin(last.get(name)) for name in now},
        "last_change": _origin(changes[0] if changes else None),
    }
    return {**told, "history": [change.as_dict() for change in changes]} if history else told


def _origin(change: "Change | None") -> dict[str, Any] | None:
    if change is None:
        return None
    return {name: value for name, value in change.as_dict().items() if name != "fields"}


def _lock(one: "Lock") -> dict[str, Any]:
    return {**asdict(one), "created_at": one.created_at.isoformat()}


def _show(told: Mapping[str, Any]) -> None:
    if not told["exists"]:
        say(f"{told['sku']} is deleted: {change_words(told['last_change'])}")
    else:
        active = "" if told["is_active"] else ", inactive"
        say(f"{told['sku']}: {told['name']} (version {told['version']}{active})")
        locked = {one["field"] for one in told["locks"]}
        rows: list[list[object]] = []
        before = ""
        for name, value in {"name": told["name"], **told["plain"]}.items():
            code = name if name in told["provenance"] else PART.split(name)[0]  # `SIZE/Width`, `NAME:Tda` are parts
            origin = change_words(told["provenance"][code]) if code in told["provenance"] else ""
            lock = "locked" if code in locked else ""
            rows.append([name, shown_value(value), lock, AGAIN if origin == before else origin])
            before = origin
        table(["field", "value", "", "from"], rows)
    show_changes(told.get("history", ()))

"""Commands on webhooks: the addresses of other systems that are told of imports."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from segops_pipeline.cli.app import DEFAULT_WORKSPACE, Json, WorkspaceName, app
from segops_pipeline.cli.session import opened, user_name
from segops_pipeline.cli.show import answer, say, table

if TYPE_CHECKING:
    from segops_pipeline.access.actor import Actor
    from segops_pipeline.stores.opening import Stores

webhooks = typer.Typer(help="Addresses that are told of imports: list, add, test, remove them.", no_args_is_help=True)
app.add_typer(webhooks, name="webhooks")

Number = Annotated[int, typer.Argument(help="The webhook's number, as `segops webhooks list` has it.", min=1)]
SHOWN_ONCE = "It signs what is sent, in the form of Standard Webhooks. Keep it: it is not shown again."


@webhooks.command("list")
def list_(workspace: WorkspaceName = DEFAULT_WORKSPACE, json: Json = False) -> None:
    """List the webhooks of a workspace."""
    from segops_pipeline.notify.webhooks import list_webhooks

    with _acting(workspace) as (stores, actor), stores.database.workspace_session(actor.workspace_id) as connection:
        found = [webhook.as_dict() for webhook in list_webhooks(connection)]
    if json:
        answer(found)
    elif not found:
        say("No webhooks yet. Add one: segops webhooks add https://example.com/segops")
    else:
        rows = [[one["id"], one["url"], ", ".join(one["events"]), "on" if one["is_active"] else "off"] for one in found]
        table(["webhook", "URL", "events", "state"], rows)


@webhooks.command("add")
def add(
    url: Annotated[str, typer.Argument(help="Where events are sent to, https or http.", show_default=False)],
    event: Annotated[
        list[str] | None, typer.Option(help="An event to tell, several times; all of them without it.")
    ] = None,
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    json: Json = False,
) -> None:
    """Tell an address of a workspace's imports; its secret is shown this once.

    Example: segops webhooks add https://example.com/segops -w acme --event import.failed --event import.needs_mapping
    """
    from segops_pipeline.notify.events import EVENTS
    from segops_pipeline.notify.webhooks import create_webhook

    with (
        _acting(workspace, make=True) as (stores, actor),
        stores.database.workspace_session(actor.workspace_id) as connection,
    ):
        webhook, secret = create_webhook(connection, stores.settings, actor, url, event or EVENTS)
    told: dict[str, Any] = {**webhook.as_dict(), "secret": secret}
    if json:
        answer(told)
        return
    say(f"Webhook {webhook.id} is told of {', '.join(webhook.events)}.")
    say(f"Its secret: {secret}")
    say(SHOWN_ONCE)
    say(f"Try it: segops webhooks test {webhook.id} -w {workspace}")


@webhooks.command("rotate")
def rotate(webhook: Number, workspace: WorkspaceName = DEFAULT_WORKSPACE, json: Json = False) -> None:
    """Give a webhook a new secret, which counts at once; it is shown this once."""
    from segops_pipeline.notify.webhooks import rotate_secret

    with _acting(workspace) as (stores, actor), stores.database.workspace_session(actor.workspace_id) as connection:
        secret = rotate_secret(connection, actor, webhook)
    if json:
        answer({"id": webhook, "secret": secret})
        return
    say(f"The new secret of webhook {webhook}: {secret}")
    say(SHOWN_ONCE)


@webhooks.command("remove")
def remove(webhook: Number, workspace: WorkspaceName = DEFAULT_WORKSPACE, json: Json = False) -> None:
    """Remove a webhook, with what still waits to be told to it."""
    from segops_pipeline.notify.webhooks import remove_webhook

    with _acting(workspace) as (stores, actor), stores.database.workspace_session(actor.workspace_id) as connection:
        remove_webhook(connection, actor, webhook)
    answer({"id": webhook, "removed": True}) if json else say(f"Webhook {webhook} is removed.")


@webhooks.command("test")
def try_(webhook: Number, workspace: WorkspaceName = DEFAULT_WORKSPACE, json: Json = False) -> None:
    """Send a test event to a webhook now, and say what its receiver answers."""
    from segops_pipeline.notify.dispatch import send_test

    with _acting(workspace) as (stores, actor):
        delivery = send_test(stores, actor, webhook)
    if json:
        answer(delivery.as_dict())
    elif delivery.error is None:
        say(f"The receiver took it: {delivery.answer_status}.")
    else:
        say(delivery.error)
    if delivery.error is not None:
        raise typer.Exit(1)


@contextmanager
def _acting(workspace: str, *, make: bool = False) -> "Generator[tuple[Stores, Actor]]":
    """The stores, and whoever sits at this machine as an admin of the workspace, which is made if it may be new."""
    from segops_pipeline.access.actor import PERMISSIONS, Actor
    from segops_pipeline.imports.workspaces import ensure_workspace, find_workspace

    with opened() as stores:
        found = (ensure_workspace if make else find_workspace)(stores.database, workspace)
        yield stores, Actor(user_name(), found.id, found.name, frozenset(PERMISSIONS), "cli")

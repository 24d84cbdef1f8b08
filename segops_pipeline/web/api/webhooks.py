"""Webhooks of the workspace: who is told of imports, what was told, and a test."""

from dataclasses import asdict
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import Path, Response
from pydantic import BaseModel, Field

from segops_pipeline.notify.delivered import Delivery, list_deliveries, send_again
from segops_pipeline.notify.dispatch import send_test
from segops_pipeline.notify.webhooks import (
    MOST_URL_CHARACTERS,
    change_webhook,
    create_webhook,
    get_webhook,
    list_webhooks,
    remove_webhook,
    rotate_secret,
)
from segops_pipeline.web.api.depends import Manager, TheWeb
from segops_pipeline.web.api.paging import Page, Paged
from segops_pipeline.web.api.routing import ApiRouter

router = ApiRouter("webhooks")
DeliveryId = Annotated[int, Path(ge=1, le=2**63 - 1, description="The delivery's id.")]
WebhookId = Annotated[int, Path(ge=1, le=2**63 - 1, description="The webhook's id.")]
Event = Literal["import.started", "import.needs_mapping", "import.completed", "import.failed"]
Url = Annotated[str, Field(max_length=MOST_URL_CHARACTERS, description="An http or https URL of a public address.")]


class ToldWebhook(BaseModel):
    """A webhook without its secret."""

    id: int
    url: str
    events: list[Event]
    is_active: bool
    created_by: str
    created_at: datetime


class MadeWebhook(ToldWebhook):
    """A new webhook with the secret that signs what is sent to it: it is shown this once."""

    secret: str


class NewWebhook(BaseModel):
    """A webhook to be made."""

    url: Url
    events: Annotated[list[Event], Field(min_length=1, max_length=20)]


class WebhookChanges(BaseModel):
    """What is to be changed of a webhook; what is not given stays."""

    url: Url | None = None
    events: Annotated[list[Event], Field(min_length=1, max_length=20)] | None = None
    is_active: bool | None = None


class NewSecret(BaseModel):
    """The new secret of a webhook: it is shown this once."""

    secret: str


class ToldDelivery(BaseModel):
    """What was told to a webhook, and what its receiver said; `state` is of its latest attempt."""

    id: int
    event: str
    job_id: str | None
    state: Literal["delivered", "waiting", "given up"]
    attempts: int
    answer_status: int | None
    error: str | None
    next_attempt_at: datetime | None
    delivered_at: datetime | None
    created_at: datetime


@router.get("/webhooks/")
def see_webhooks(web: TheWeb, actor: Manager, paging: Paged) -> Page[ToldWebhook]:
    """List the webhooks, the oldest first."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        found = list_webhooks(connection)
    shown = found[paging.offset : paging.offset + paging.page_size]
    return paging.of(len(found), [ToldWebhook(**asdict(webhook)) for webhook in shown])


@router.post("/webhooks/", status_code=HTTPStatus.CREATED)
def make_webhook(web: TheWeb, actor: Manager, new: NewWebhook) -> MadeWebhook:
    """Make a webhook; the answer is the only one that has its secret."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        made, secret = create_webhook(connection, web.settings, actor, new.url, new.events)
    return MadeWebhook(**asdict(made), secret=secret)


@router.get("/webhooks/{webhook_id}/")
def see_webhook(web: TheWeb, actor: Manager, webhook_id: WebhookId) -> ToldWebhook:
    """Show one webhook."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        return ToldWebhook(**asdict(get_webhook(connection, webhook_id)))


@router.patch("/webhooks/{webhook_id}/")
def edit_webhook(web: TheWeb, actor: Manager, webhook_id: WebhookId, changes: WebhookChanges) -> ToldWebhook:
    """Change where a webhook is, what it is told, or switch it off and on."""
    given = changes.model_dump()
    with web.database.workspace_session(actor.workspace_id) as connection:
        return ToldWebhook(**asdict(change_webhook(connection, web.settings, actor, webhook_id, **given)))


@router.delete("/webhooks/{webhook_id}/", status_code=HTTPStatus.NO_CONTENT, response_class=Response)
def end_webhook(web: TheWeb, actor: Manager, webhook_id: WebhookId) -> None:
    """Remove a webhook, with what still waits to be told to it."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        remove_webhook(connection, actor, webhook_id)


@router.post("/webhooks/{webhook_id}/rotate/")
def rotate(web: TheWeb, actor: Manager, webhook_id: WebhookId) -> NewSecret:
    """Give a webhook a new secret, which counts at once."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        return NewSecret(secret=rotate_secret(connection, actor, webhook_id))


@router.post("/webhooks/{webhook_id}/test/")
def send_test_event(web: TheWeb, actor: Manager, webhook_id: WebhookId) -> ToldDelivery:
    """Send a test event now; the answer says what the receiver made of it."""
    return _told(send_test(web.stores, actor, webhook_id))


@router.get("/webhooks/{webhook_id}/deliveries/")
def see_deliveries(web: TheWeb, actor: Manager, webhook_id: WebhookId, paging: Paged) -> Page[ToldDelivery]:
    """List what a webhook was told, and what waits, the newest first."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        get_webhook(connection, webhook_id)
        count, found = list_deliveries(connection, webhook_id, limit=paging.page_size, offset=paging.offset)
    return paging.of(count, [_told(delivery) for delivery in found])


@router.post("/webhooks/{webhook_id}/deliveries/{delivery_id}/send-again/", status_code=HTTPStatus.ACCEPTED)
def deliver_again(web: TheWeb, actor: Manager, webhook_id: WebhookId, delivery_id: DeliveryId) -> ToldDelivery:
    """Send something again that was delivered or given up, within a second or two."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        return _told(send_again(connection, actor, webhook_id, delivery_id))


def _told(delivery: Delivery) -> ToldDelivery:
    given: dict[str, Any] = {**asdict(delivery), "state": delivery.state}
    return ToldDelivery(**{name: given[name] for name in ToldDelivery.model_fields})

"""Webhooks are kept for admins only, at addresses that the server may send to, and their secrets are shown once."""

from typing import Any

import pytest

from segops_pipeline.access.actor import Actor
from segops_pipeline.access.audit import list_audit
from segops_pipeline.errors import AddressRefused, Forbidden, NotFound, WrongUsage
from segops_pipeline.notify.dispatch import send_test
from segops_pipeline.notify.webhooks import (
    MOST_WEBHOOKS,
    change_webhook,
    create_webhook,
    get_webhook,
    list_webhooks,
    remove_webhook,
    rotate_secret,
)
from segops_pipeline_tests.notify.conftest import Notifying
from segops_pipeline_tests.notify.receivers import Receiver
from segops_pipeline_tests.repository.tree import ROOT

URL = "http://127.0.0.1:1/hook"


def test_a_secret_is_made_for_each_webhook_and_not_shown_again(notifying: Notifying) -> None:
    first, secret = notifying.webhook(URL, "import.failed")
    _, other = notifying.webhook(URL)
    assert secret.startswith("whsec_")
    assert secret != other
    with notifying.stores.database.workspace_session(notifying.workspace_id) as connection:
        listed = list_webhooks(connection)
    told = listed[0]
    assert (told.id, told.url, told.events, told.is_active) == (first.id, URL, ["import.failed"], True)
    assert told.created_by == "ann@example.com"
    assert not any(secret in repr(one) for one in listed)


def test_what_is_not_given_stays_when_a_webhook_is_changed(notifying: Notifying) -> None:
    webhook, _ = notifying.webhook(URL, "import.failed")
    with notifying.stores.database.workspace_session(notifying.workspace_id) as connection:
        changed = change_webhook(
            connection, notifying.stores.settings, notifying.actor, webhook.id, events=["import.started"]
        )
    assert (changed.url, changed.events, changed.is_active) == (URL, ["import.started"], True)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/",
        "file:///etc/passwd",
        "example.com",
        "http://",
        "http://ann:secret@example.com/",
        "http://example.com:99999/",
        "http://exa\nmple.com/",
        "https://example.com/" + "x" * 2_000,
        "",
    ],
)
def test_what_is_no_url_of_the_web_is_refused(notifying: Notifying, url: str) -> None:
    with pytest.raises(WrongUsage):
        notifying.webhook(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://localhost:5432/",
        "http://[::1]/",
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1/",
    ],
)
def test_an_address_that_is_not_public_is_refused_when_it_is_saved(notifying: Notifying, url: str) -> None:
    guarded = notifying.with_settings(fetch_allow_private=False)
    with (
        pytest.raises(AddressRefused),
        guarded.database.workspace_session(notifying.workspace_id) as connection,
    ):
        create_webhook(connection, guarded.settings, notifying.actor, url, ["import.failed"])


def test_a_workspace_has_so_many_webhooks_at_most(notifying: Notifying) -> None:
    for _ in range(MOST_WEBHOOKS):
        notifying.webhook(URL)
    with pytest.raises(WrongUsage, match="at most"):
        notifying.webhook(URL)


def test_another_workspaces_webhook_is_not_there(notifying: Notifying) -> None:
    webhook, _ = notifying.webhook(URL)
    other = notifying.imports.rows("INSERT INTO workspaces (name) VALUES ('there') RETURNING id")[0]["id"]
    actor = Actor("eve@example.com", other, "there", notifying.actor.permissions, "api")
    stores = notifying.stores
    with stores.database.workspace_session(other) as connection:
        assert list_webhooks(connection) == []
        for act in (
            lambda: get_webhook(connection, webhook.id),
            lambda: change_webhook(connection, stores.settings, actor, webhook.id, is_active=False),
            lambda: rotate_secret(connection, actor, webhook.id),
            lambda: remove_webhook(connection, actor, webhook.id),
            lambda: send_test(stores, actor, webhook.id),
        ):
            with pytest.raises(NotFound):
                act()


def test_whoever_is_no_admin_can_do_nothing_to_webhooks(notifying: Notifying) -> None:
    webhook, _ = notifying.webhook(URL)
    editor = Actor("ed@example.com", notifying.workspace_id, "acme", frozenset({"read", "write"}), "page")
    stores = notifying.stores
    with stores.database.workspace_session(notifying.workspace_id) as connection:
        for act in (
            lambda: create_webhook(connection, stores.settings, editor, URL, ["import.failed"]),
            lambda: change_webhook(connection, stores.settings, editor, webhook.id, is_active=False),
            lambda: rotate_secret(connection, editor, webhook.id),
            lambda: remove_webhook(connection, editor, webhook.id),
            lambda: send_test(stores, editor, webhook.id),
        ):
            with pytest.raises(Forbidden):
                act()


def test_every_act_is_noted_without_secrets(notifying: Notifying) -> None:
    webhook, secret = notifying.webhook("http://127.0.0.1:1/services/T0/B0/hidden", "import.failed")
    with notifying.stores.database.workspace_session(notifying.workspace_id) as connection:
        change_webhook(connection, notifying.stores.settings, notifying.actor, webhook.id, is_active=False)
        rotate_secret(connection, notifying.actor, webhook.id)
        remove_webhook(connection, notifying.actor, webhook.id)
        noted = list_audit(connection).entries
    acts = [(entry.act, entry.target) for entry in reversed(noted)]
    words = ("create", "change", "rotate", "remove")
    assert acts == [(f"webhook.{word}", str(webhook.id)) for word in words]
    assert not any("hidden" in repr(entry) or secret in repr(entry) for entry in noted)


def test_what_the_documentation_has_a_receiver_do_accepts_what_is_sent_and_nothing_else(
    notifying: Notifying, receiving: Receiver
) -> None:
    documented = (ROOT / "docs" / "notifications.md").read_text().partition("```python\n")[2].partition("```")[0]
    names: dict[str, Any] = {}
    exec(documented, names)
    webhook, secret = notifying.webhook(receiving.url)
    send_test(notifying.stores, notifying.actor, webhook.id)
    sent = receiving.received[0]
    assert names["is_genuine"](secret, sent.headers, sent.body)
    assert not names["is_genuine"](secret, sent.headers, sent.body + b" ")
    assert not names["is_genuine"](secret, {**sent.headers, "webhook-timestamp": "1700000000"}, sent.body)

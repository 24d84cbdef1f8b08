"""Webhooks over the API: an admin makes, changes, tests and removes them; nobody else sees them."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from segops_pipeline.stores.opening import open_stores
from segops_pipeline.stores.postgres_data import Reach
from segops_pipeline_tests.conftest import installation
from segops_pipeline_tests.notify.receivers import Receiver, receiver
from segops_pipeline_tests.web.guarded import Guarded, guarded

WEBHOOKS = "/api/pim/webhooks/"
EVENTS = ["import.completed", "import.failed"]


@pytest.fixture(scope="module")
def site(cluster: Reach, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """The API of the module's installation, which may send to loopback."""
    home = tmp_path_factory.mktemp("webhooks") / "home"
    with installation(cluster, home) as settings, open_stores(settings) as stores:
        yield guarded(stores, fetch_allow_private=True)


@pytest.fixture(scope="module")
def receiving() -> Iterator[Receiver]:
    """A receiver of webhooks."""
    with receiver() as running:
        yield running


@pytest.fixture
def admin(site: Guarded) -> TestClient:
    """A new admin of acme."""
    return site.client(site.member("admin").session)


def test_a_webhook_is_made_seen_changed_tested_and_removed(admin: TestClient, receiving: Receiver) -> None:
    made = admin.post(WEBHOOKS, json={"url": receiving.url, "events": EVENTS})
    assert made.status_code == 201
    webhook = made.json()
    secret = webhook.pop("secret")
    assert (webhook["url"], webhook["events"], webhook["is_active"]) == (receiving.url, EVENTS, True)
    place = f"{WEBHOOKS}{webhook['id']}/"
    assert admin.get(place).json() == webhook
    assert webhook in admin.get(WEBHOOKS.rstrip("/")).json()["results"]

    changed = admin.patch(place, json={"is_active": False}).json()
    assert changed == {**webhook, "is_active": False}

    tested = admin.post(f"{place}test/").json()
    assert (tested["state"], tested["answer_status"], tested["event"]) == ("delivered", 200, "test")
    assert receiving.received[-1].is_signed_with(secret)
    deliveries = admin.get(f"{place}deliveries/").json()
    assert (deliveries["count"], deliveries["results"]) == (1, [tested])

    again = admin.post(f"{place}deliveries/{tested['id']}/send-again/")
    assert (again.status_code, again.json()["state"]) == (202, "waiting")

    new = admin.post(f"{place}rotate/").json()["secret"]
    admin.post(f"{place}test")
    assert receiving.received[-1].is_signed_with(new)

    assert admin.delete(place).status_code == 204
    assert admin.get(place).json()["error"]["code"] == "not_found"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"url": "ftp://example.com/", "events": EVENTS}, 400),
        ({"url": "https://example.com/", "events": ["import.exploded"]}, 400),
        ({"url": "https://example.com/", "events": []}, 400),
        ({"url": "https://example.com/" + "x" * 3000, "events": EVENTS}, 400),
        ({"events": EVENTS}, 400),
    ],
)
def test_what_is_no_webhook_is_refused_in_the_one_shape(
    admin: TestClient, sent: dict[str, object], status: int
) -> None:
    refused = admin.post(WEBHOOKS, json=sent)
    assert (refused.status_code, refused.json()["error"]["code"]) == (status, "wrong_usage")


def test_an_address_of_the_own_network_is_refused(site: Guarded) -> None:
    closed = guarded(site.web.stores, fetch_allow_private=False)
    admin = closed.client(site.member("admin").session)
    refused = admin.post(WEBHOOKS, json={"url": "http://169.254.169.254/", "events": EVENTS})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "address_refused")


def test_only_admins_of_the_workspace_see_its_webhooks(site: Guarded, admin: TestClient, receiving: Receiver) -> None:
    made = admin.post(WEBHOOKS, json={"url": receiving.url, "events": EVENTS}).json()
    place = f"{WEBHOOKS}{made['id']}/"
    editor = site.client(site.member("editor").session)
    outsider = site.client(site.member("admin", "elsewhere").session)
    acts = [
        ("GET", place, None), ("PATCH", place, {"is_active": False}), ("DELETE", place, None),
        ("POST", f"{place}deliveries/1/send-again/", None),
        ("POST", f"{place}rotate/", None), ("POST", f"{place}test/", None), ("GET", f"{place}deliveries/", None),
    ]  # fmt: skip
    for method, path, sent in acts:
        for client, status in ((site.client(), 401), (editor, 403), (outsider, 404)):
            assert client.request(method, path, json=sent).status_code == status, (method, path)
    assert outsider.get(WEBHOOKS).json()["count"] == 0
    assert admin.get(place).json()["is_active"]

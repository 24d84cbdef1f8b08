"""Signing in by OpenID Connect, against a provider on loopback."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey
from pydantic import SecretStr
from starlette.testclient import TestClient

from segops_pipeline.access.users import User, create_user, set_active
from segops_pipeline.stores.opening import open_stores
from segops_pipeline.stores.postgres_data import Reach
from segops_pipeline.web.security.who import COOKIE
from segops_pipeline_tests.conftest import installation
from segops_pipeline_tests.web.guarded import ORIGIN, Guarded, guarded
from segops_pipeline_tests.web.loopback_oidc import CLIENT_ID, CLIENT_SECRET, LoopbackProvider, serving_provider

BEGIN, BACK = "/login/oidc", "/login/oidc/callback"


@pytest.fixture(scope="module")
def open_site(cluster: Reach, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """The module's installation, without a provider."""
    home = tmp_path_factory.mktemp("oidc") / "home"
    with installation(cluster, home) as settings, open_stores(settings) as stores:
        yield guarded(stores)


@pytest.fixture
def provider() -> Iterator[LoopbackProvider]:
    """A provider of the test's own."""
    with serving_provider() as served:
        yield served


@pytest.fixture
def site(open_site: Guarded, provider: LoopbackProvider) -> Guarded:
    """The application that signs people in at the provider."""
    return guarded(
        open_site.web.stores,
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=SecretStr(CLIENT_SECRET),
    )


@pytest.fixture
def kim(site: Guarded, provider: LoopbackProvider) -> User:
    """Somebody whom the provider knows."""
    port = urlsplit(provider.issuer).port
    provider.email, provider.subject = f"Kim-{port}@example.com", f"kim-{port}"
    return create_user(site.web.database, f"kim-{port}@example.com")


def at_provider(client: TestClient, asked: str = "/pim") -> str:
    """Go to the provider, and give the path that it sends the browser back to."""
    begun = client.get(BEGIN, params={"next": asked})
    assert begun.status_code == 302, begun.text
    back = httpx.get(begun.headers["location"]).headers["location"]
    assert back.startswith(f"{ORIGIN}{BACK}?")
    return back.removeprefix(ORIGIN)


def test_a_user_of_the_verified_address_is_signed_in(site: Guarded, kim: User) -> None:
    client = site.client()
    assert f'href="{BEGIN}?next=/pim"' in client.get("/login").text
    entered = client.get(at_provider(client, "/pim/imports?page=2"))
    assert (entered.status_code, entered.headers["location"]) == (303, "/pim/imports?page=2")
    assert client.get("/api/pim/me/").json()["name"] == kim.email


def test_a_user_stays_the_same_when_the_address_changes(site: Guarded, kim: User, provider: LoopbackProvider) -> None:
    client = site.client()
    client.get(at_provider(client))
    provider.email = "married@example.com"
    again = site.client()
    assert again.get(at_provider(again)).status_code == 303
    assert again.get("/api/pim/me/").json()["name"] == kim.email


def test_an_address_that_the_token_lacks_is_asked_for(site: Guarded, kim: User, provider: LoopbackProvider) -> None:
    provider.told, provider.email = {"email": kim.email, "email_verified": True}, None
    client = site.client()
    assert client.get(at_provider(client)).status_code == 303


@pytest.mark.usefixtures("kim")
@pytest.mark.parametrize("verified", [False, None, "false", 0])
def test_an_address_that_is_not_verified_is_nobodys(
    site: Guarded, provider: LoopbackProvider, verified: object
) -> None:
    provider.email_verified = verified
    client = site.client()
    refused = client.get(at_provider(client))
    assert (refused.status_code, "not verified" in refused.text) == (403, True)
    assert COOKIE not in client.cookies


def test_who_is_no_user_is_told_whom_to_ask_for_what(site: Guarded, provider: LoopbackProvider) -> None:
    provider.email, provider.subject = "<b>stranger</b>@example.com", "stranger"
    client = site.client()
    refused = client.get(at_provider(client))
    assert (refused.status_code, "Ask an administrator" in refused.text) == (403, True)
    assert "<b>stranger" not in refused.text
    assert COOKIE not in client.cookies


def test_who_is_shut_out_stays_out(site: Guarded, kim: User) -> None:
    client = site.client()
    client.get(at_provider(client))
    set_active(site.web.database, kim.id, is_active=False)
    again = site.client()
    assert again.get(at_provider(again)).status_code == 403


@pytest.mark.usefixtures("kim")
def test_an_answer_counts_only_in_the_browser_that_began_and_only_once(
    site: Guarded, provider: LoopbackProvider
) -> None:
    client = site.client()
    back = at_provider(client)
    assert site.client().get(back).status_code == 401, "another browser"
    assert provider.exchanges == 0
    assert client.get(back.replace("state=", "state=x")).status_code == 401, "another state"
    back = at_provider(client)
    assert client.get(back).status_code == 303
    assert client.get(back).status_code == 401, "a second time"


@pytest.mark.usefixtures("kim")
@pytest.mark.parametrize(
    "changes",
    [{"nonce": "another"}, {"aud": "another client"}, {"iss": "https://evil.example"}, {"exp": 1}, {"sub": ""}],
)
def test_a_token_for_somebody_else_or_another_time_is_refused(
    site: Guarded, provider: LoopbackProvider, changes: dict[str, object]
) -> None:
    provider.changes = changes
    client = site.client()
    refused = client.get(at_provider(client))
    assert refused.status_code == 401
    assert COOKIE not in client.cookies


@pytest.mark.usefixtures("kim")
def test_a_token_that_another_key_has_signed_is_refused(site: Guarded, provider: LoopbackProvider) -> None:
    provider.signs_with = RSAKey.generate_key(2048, parameters={"kid": "one"})
    client = site.client()
    assert client.get(at_provider(client)).status_code == 401


def test_a_provider_that_says_no_is_told_as_such(site: Guarded) -> None:
    client = site.client()
    begun = client.get(BEGIN)
    state = parse_qs(urlsplit(begun.headers["location"]).query)["state"][0]
    refused = client.get(BACK, params={"error": "access_denied", "error_description": "<b>no</b>", "state": state})
    assert refused.status_code == 401
    assert "<b>no" not in refused.text


def test_another_issuer_behind_the_address_is_not_the_one_that_is_set(
    site: Guarded, provider: LoopbackProvider
) -> None:
    provider.metadata = {"issuer": "https://evil.example"}
    assert site.client().get(BEGIN).status_code == 502


def test_a_provider_that_does_not_answer_leaves_the_other_ways_open(open_site: Guarded) -> None:
    site = guarded(open_site.web.stores, oidc_issuer="http://127.0.0.1:9", oidc_client_id=CLIENT_ID)
    answer = site.client().get(BEGIN)
    assert answer.status_code == 502
    assert 'name="password"' in answer.text


def test_the_provider_leads_to_our_own_pages_only(site: Guarded, kim: User) -> None:
    client = site.client()
    assert client.get(at_provider(client, "//evil.example")).headers["location"] == "/pim"
    assert kim.is_active

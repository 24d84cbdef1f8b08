"""What stands before every route: who asks, forged requests, other hosts, headers."""

import asyncio
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from segops_pipeline.access.actor import PERMISSIONS, Actor
from segops_pipeline.access.api_keys import create_key, revoke_key
from segops_pipeline.access.sessions import end_session, open_session
from segops_pipeline.access.users import create_user
from segops_pipeline.config import Settings
from segops_pipeline.stores.opening import open_stores
from segops_pipeline.stores.postgres_data import Reach
from segops_pipeline.web.security.csrf import csrf_token
from segops_pipeline.web.security.secret import secret_of
from segops_pipeline.web.security.who import COOKIE, session_cookie, session_of
from segops_pipeline_tests.conftest import installation
from segops_pipeline_tests.web.guarded import HOST, ORIGIN, SECRET, Guarded, Member, call, guarded, post

ME = "/api/pim/me/"
LOGOUT = "/logout"
SOCKET = "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"


@pytest.fixture(scope="module")
def site(cluster: Reach, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """The API of the module's installation."""
    home = tmp_path_factory.mktemp("security") / "home"
    with installation(cluster, home) as settings, open_stores(settings) as stores:
        yield guarded(stores)


@pytest.fixture
def admin(site: Guarded) -> Member:
    """A new admin of acme."""
    return site.member("admin")


def code(answer: object) -> tuple[int, str]:
    """The status and the code of an error."""
    return answer.status_code, answer.json()["error"]["code"]  # type: ignore[attr-defined]


def key_of(site: Guarded, admin: Member, *scopes: str, expires_at: datetime | None = None) -> tuple[int, str]:
    """A new API key: its id, and what a program sends."""
    actor = Actor("operator", admin.workspace_id, "acme", frozenset(PERMISSIONS), via="cli")
    with site.web.database.workspace_session(admin.workspace_id) as connection:
        made, plain = create_key(connection, actor, f"shop {admin.user.id}", scopes, expires_at)
    return made.id, plain


def test_nobody_reaches_any_route_of_the_api(site: Guarded) -> None:
    client = site.client()
    for path in (ME, "/api/pim/members/", "/api/pim/keys", "/api/pim/", "/api/pim/there/is/no/such/route"):
        for method in ("GET", "POST", "PATCH", "DELETE"):
            assert code(client.request(method, path)) == (401, "not_signed_in"), (method, path)


def test_a_signed_cookie_is_who_asks(site: Guarded, admin: Member) -> None:
    told = site.client(admin.session).get(ME).json()
    assert (told["name"], told["workspace"], told["via"]) == (admin.user.email, "acme", "api")
    assert told["permissions"] == ["read", "write", "manage"]
    assert told["csrf_token"] == csrf_token(SECRET, admin.session)


def test_a_cookie_that_we_have_not_signed_is_nobody(site: Guarded, admin: Member) -> None:
    _, value = session_cookie(SECRET, admin.session)
    _, foreign = session_cookie(b"another secret, long enough for it", admin.session)
    for forged in (admin.session, value[:-1] + ("A" if value[-1] != "A" else "B"), foreign, "", ".", "ü" * 9):
        cookie = f"{COOKIE}={forged}".encode("latin-1")
        assert site.client().get(ME, headers={"Cookie": cookie}).status_code == 401, forged


def test_a_stolen_cookie_is_worth_nothing_after_signing_out(site: Guarded, admin: Member) -> None:
    browser, thief = site.client(admin.session), site.client(admin.session)
    assert thief.get(ME).status_code == 200
    left = browser.post(LOGOUT, headers={"Accept": "application/json"})
    assert left.status_code == 204
    assert f"{COOKIE}=" in left.headers["set-cookie"]
    assert "Max-Age=0" in left.headers["set-cookie"]
    assert thief.get(ME).status_code == 401


def test_a_session_that_ended_elsewhere_is_nobody(site: Guarded, admin: Member) -> None:
    end_session(site.web.database, admin.session)
    assert code(site.client(admin.session).get(ME)) == (401, "not_signed_in")


def test_a_request_with_a_cookie_needs_the_token_of_its_own_session(site: Guarded, admin: Member) -> None:
    other = open_session(site.web.database, admin.user.id, site.web.settings)
    for token in (None, "", "0" * 64, csrf_token(SECRET, other), csrf_token(b"another secret", admin.session), "ü"):
        client = site.client(admin.session, token=False)
        headers = {} if token is None else {"X-CSRF-Token": token.encode()}
        for method, path in (
            ("POST", "/api/pim/keys/"),
            ("PATCH", ME),
            ("DELETE", "/api/pim/keys/1/"),
            ("POST", LOGOUT),
        ):
            assert code(client.request(method, path, headers=headers)) == (403, "forbidden"), (method, token)
    assert site.client(admin.session).get(ME).status_code == 200, "nobody was signed out by it"


def test_a_form_with_a_file_needs_the_token_too(site: Guarded, admin: Member) -> None:
    client = site.client(admin.session, token=False)
    sent = client.post("/api/pim/import/csv/", files={"file": ("a.csv", b"sku\n1\n", "text/csv")})
    assert code(sent) == (403, "forbidden")


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:9999", f"https://{HOST}.evil", "null"])
def test_a_page_elsewhere_forges_nothing_even_with_the_token(site: Guarded, admin: Member, origin: str) -> None:
    client = site.client(admin.session)
    for headers in ({"Origin": origin}, {"Referer": f"{origin}/page"}):
        sent = client.post("/api/pim/me/workspace/", json={"workspace": "acme"}, headers=headers)
        assert code(sent) == (403, "forbidden"), headers


@pytest.mark.parametrize("headers", [{}, {"Origin": ORIGIN}, {"Referer": f"{ORIGIN}/pim"}])
def test_our_own_pages_may_send(site: Guarded, admin: Member, headers: dict[str, str]) -> None:
    sent = site.client(admin.session).post("/api/pim/me/workspace/", json={"workspace": "acme"}, headers=headers)
    assert sent.status_code == 200, sent.text


def test_somebody_of_another_workspace_is_nobody_in_this_one(site: Guarded, admin: Member) -> None:
    outsider = site.member("admin", "other")
    foreign = site.client(outsider.session, X_Segops_Workspace="acme")
    assert code(foreign.get("/api/pim/members/")) == (403, "forbidden")
    assert code(foreign.post("/api/pim/me/workspace/", json={"workspace": "acme"})) == (403, "forbidden")
    own = site.client(admin.session, X_Segops_Workspace="acme")
    assert own.get("/api/pim/members/").status_code == 200


def test_nobody_opens_the_socket_of_the_pages(site: Guarded) -> None:
    assert refused(site.client(), Origin=ORIGIN)
    assert site.client().get(SOCKET.replace("websocket", "polling")).status_code == 401


def test_a_foreign_page_opens_no_socket_with_somebodys_cookie(site: Guarded, admin: Member) -> None:
    client = site.client(admin.session)
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "http://127.0.0.1:9999"}, {}):
        assert refused(client, **headers), headers
    polling = client.get(SOCKET.replace("websocket", "polling"), headers={"Origin": "http://127.0.0.1:9999"})
    assert code(polling) == (403, "forbidden")
    assert code(client.post("/_nicegui/client/1/upload/2")) == (403, "forbidden")


def refused(client: TestClient, **headers: str) -> bool:
    """Whether a socket is closed before it opens."""
    try:
        with client.websocket_connect(SOCKET, headers=headers):
            return False
    except WebSocketDisconnect as error:
        return error.code == 1008


def test_a_key_is_who_asks_in_either_header_and_needs_no_token(site: Guarded, admin: Member) -> None:
    _, plain = key_of(site, admin, "read", "manage")
    for headers in ({"X-API-Key": plain}, {"Authorization": f"Bearer {plain}"}, {"Authorization": f"bearer {plain}"}):
        told = site.client().get(ME, headers=headers).json()
        assert (told["name"], told["via"]) == (f"key shop {admin.user.id}", "key")
        assert told["csrf_token"] is None
    added = site.client(X_API_Key=plain).post("/api/pim/members/", json={"email": f"new-{admin.user.id}@example.com"})
    assert added.status_code == 201


def test_a_key_does_no_more_than_its_scopes(site: Guarded, admin: Member) -> None:
    _, plain = key_of(site, admin, "read", "write")
    client = site.client(X_API_Key=plain)
    assert client.get(ME).json()["permissions"] == ["read", "write"]
    assert code(client.get("/api/pim/members/")) == (403, "forbidden")
    assert code(client.post("/api/pim/keys/", json={"name": "more", "scopes": ["manage"]})) == (403, "forbidden")
    assert code(client.post("/api/pim/me/workspace/", json={"workspace": "acme"})) == (403, "forbidden")


def test_an_expired_a_revoked_and_an_unknown_key_are_refused_with_the_reason(site: Guarded, admin: Member) -> None:
    key_id, plain = key_of(site, admin, "read", expires_at=datetime.now(UTC) + timedelta(days=1))
    client = site.client(X_API_Key=plain)
    assert client.get(ME).status_code == 200
    with site.web.database.workspace_session(admin.workspace_id) as connection:
        connection.execute(text("UPDATE api_keys SET expires_at = now() WHERE id = :id"), {"id": key_id})
    expired = client.get(ME)
    assert (*code(expired), "expired" in expired.text) == (401, "not_signed_in", True)
    actor = Actor("operator", admin.workspace_id, "acme", frozenset(PERMISSIONS), via="cli")
    with site.web.database.workspace_session(admin.workspace_id) as connection:
        revoke_key(connection, actor, key_id)
    assert "revoked" in client.get(ME).text
    assert code(site.client(X_API_Key="sgp_nonsense").get(ME)) == (401, "not_signed_in")


def test_a_key_that_does_not_count_is_not_made_up_for_by_a_cookie(site: Guarded, admin: Member) -> None:
    assert site.client(admin.session, X_API_Key="sgp_nonsense").get(ME).status_code == 401


def test_a_key_acts_in_its_own_workspace_only(site: Guarded, admin: Member) -> None:
    _, plain = key_of(site, admin, "read")
    site.member("viewer", "other")
    assert code(site.client(X_API_Key=plain, X_Segops_Workspace="other").get(ME)) == (403, "forbidden")
    assert site.client(X_API_Key=plain, X_Segops_Workspace="acme").get(ME).status_code == 200


def test_a_name_elsewhere_that_leads_here_reaches_nothing(site: Guarded, admin: Member) -> None:
    client = site.client(admin.session)
    for host in ("evil.example", "127.0.0.1.evil.example:3080", "localhost.evil", ""):
        assert code(client.get(ME, headers={"Host": host})) == (403, "forbidden"), host
    for host in ("localhost:3080", "127.0.0.1", "[::1]:3080"):
        assert client.get(ME, headers={"Host": host}).status_code == 200, host


def test_a_person_is_told_in_a_page_and_a_program_in_json(site: Guarded) -> None:
    host = {"Host": "<b>evil.example"}
    page = site.client().get("/pim", headers={**host, "Accept": "text/html,*/*"})
    assert (page.status_code, page.headers["content-type"].startswith("text/html")) == (403, True)
    assert "<b>evil" not in page.text
    assert "SEGOPS_PAGES_URL" in page.text
    assert code(site.client().get("/api/pim/me/", headers={**host, "Accept": "text/html"})) == (403, "forbidden")


def test_where_people_reach_the_pages_is_the_host_and_the_origin(site: Guarded, admin: Member) -> None:
    public = guarded(site.web.stores, pages_url="https://pim.example.com/")
    client = public.client(admin.session)
    choice = {"json": {"workspace": "acme"}}
    there = {"Host": "pim.example.com", "Origin": "https://pim.example.com"}
    assert client.post("/api/pim/me/workspace/", headers=there, **choice).status_code == 200
    behind_proxy = {"Host": "127.0.0.1:3080", "Origin": "https://pim.example.com"}
    assert client.post("/api/pim/me/workspace/", headers=behind_proxy, **choice).status_code == 200
    elsewhere = {"Host": "pim.example.com", "Origin": "https://example.com"}
    assert code(client.post("/api/pim/me/workspace/", headers=elsewhere, **choice)) == (403, "forbidden")
    assert code(client.get(ME, headers={"Host": "example.com"})) == (403, "forbidden")
    signed_in = public.client().get("/login", headers={"Host": "pim.example.com"})
    assert "Secure" in signed_in.headers["set-cookie"]
    assert signed_in.headers["strict-transport-security"]


def test_every_answer_tells_browsers_what_it_may_do(site: Guarded, admin: Member) -> None:
    client = site.client(admin.session)
    for path in (ME, "/login", "/static/segops.css", "/api/openapi.json", "/healthz", "/nowhere"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "same-origin", path
        assert "frame-ancestors 'none'" in headers["content-security-policy"], path
        assert "camera=()" in headers["permissions-policy"], path
    assert client.get(ME).headers["content-security-policy"].startswith("default-src 'none'")
    assert client.get(ME).headers["cache-control"] == "no-store"


def test_the_secret_is_made_once_for_its_owner_alone(settings: Settings) -> None:
    secret = secret_of(settings)
    assert len(secret) >= 64
    assert secret_of(settings) == secret
    assert (settings.home / "secret").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in settings.home.glob(".secret*")] == []


def test_a_cookie_is_good_for_its_own_secret_only() -> None:
    _, value = session_cookie(SECRET, "token")
    assert session_of(SECRET, value) == "token"
    assert session_of(b"another secret", value) is None


def test_an_upload_that_is_cancelled_leaves_nothing(
    site: Guarded, admin: Member, caplog: pytest.LogCaptureFixture
) -> None:
    name, value = session_cookie(SECRET, admin.session)
    scope = post(
        "/api/pim/import/csv/",
        host=HOST,
        cookie=f"{name}={value}",
        x_csrf_token=csrf_token(SECRET, admin.session),
        content_type="multipart/form-data; boundary=x",
    )
    begun = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nsku,na'
    with caplog.at_level(logging.WARNING):
        asyncio.run(call(site.app, scope, [{"type": "http.request", "body": begun, "more_body": True}]))
    assert caplog.records == []
    with site.web.database.workspace_session(admin.workspace_id) as connection:
        assert connection.execute(text("SELECT count(*) FROM import_jobs")).scalar_one() == 0


def test_a_form_that_is_none_is_wrong_usage(site: Guarded, admin: Member) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = site.client(admin.session).post("/api/pim/import/csv/", content=b"--y\r\n", headers=headers)
    assert code(answer) == (400, "wrong_usage")


def test_somebody_without_a_workspace_is_told_so_under_an_idempotency_key_too(site: Guarded) -> None:
    user = create_user(site.web.database, "stray@example.com")
    client = site.client(open_session(site.web.database, user.id, site.web.settings))
    answer = client.post("/api/pim/sources/", json={"name": "nordic"}, headers={"Idempotency-Key": "one"})
    assert code(answer) == (403, "forbidden")

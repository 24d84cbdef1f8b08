"""Signing in and out, as browsers do it."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text
from starlette.testclient import TestClient

from segops_pipeline.access.links import make_link_token
from segops_pipeline.access.members import set_role
from segops_pipeline.access.users import User, create_user, set_active
from segops_pipeline.imports.workspaces import ensure_workspace
from segops_pipeline.stores.opening import open_stores
from segops_pipeline.stores.postgres_data import Reach
from segops_pipeline.web.security.next_page import next_page
from segops_pipeline.web.security.who import COOKIE
from segops_pipeline_tests.conftest import installation
from segops_pipeline_tests.web.guarded import ORIGIN, Guarded, guarded

PASSWORD = "correct horse battery"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@pytest.fixture(scope="module")
def site(cluster: Reach, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """The API of the module's installation."""
    home = tmp_path_factory.mktemp("sign-in") / "home"
    with installation(cluster, home) as settings, open_stores(settings) as stores:
        yield guarded(stores)


@pytest.fixture
def kim(site: Guarded, request: pytest.FixtureRequest) -> User:
    """Somebody with a password, in acme."""
    number = abs(hash(request.node.nodeid)) % 10**9
    user = create_user(site.web.database, f"kim-{number}@example.com")
    set_role(site.web.database, ensure_workspace(site.web.database, "acme").id, user.id, "editor")
    cheapen(site, user)
    return user


def cheapen(site: Guarded, user: User) -> None:
    """The password's hash as it costs least."""
    with site.web.database.system_session() as connection:
        statement = text("UPDATE users SET password_hash = :hash WHERE id = :id")
        connection.execute(statement, {"hash": CHEAP, "id": user.id})


def hidden(page: str) -> dict[str, str]:
    """What the form of a page sends besides what is typed."""
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)}


def submit(client: TestClient, email: str, password: str, **changes: Any) -> Any:
    """Open the form and send it."""
    page = client.get("/login", params={"next": changes.pop("next")} if "next" in changes else None)
    return client.post("/login", data={**hidden(page.text), "email": email, "password": password, **changes})


def test_the_right_password_opens_a_session(site: Guarded, kim: User) -> None:
    client = site.client()
    entered = submit(client, kim.email, PASSWORD)
    assert (entered.status_code, entered.headers["location"]) == (303, "/pim")
    cookie = entered.headers["set-cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=lax", "Path=/"))
    assert client.get("/api/pim/me/").json()["name"] == kim.email
    assert client.get("/login").headers["location"] == "/pim"


def test_the_page_is_a_labelled_form_without_a_script_in_the_browsers_language(site: Guarded) -> None:
    page = site.client().get("/login", headers={"Accept-Language": "de-AT,de;q=0.9"})
    assert '<html lang="de">' in page.text
    assert '<label for="email">E-Mail-Adresse</label>' in page.text
    assert '<label for="password">Passwort</label>' in page.text
    assert "<script" not in page.text
    assert "style=" not in page.text
    assert "unsafe" not in page.headers["content-security-policy"]
    assert "form-action 'self'" in page.headers["content-security-policy"]


def test_nobody_learns_from_the_answer_who_is_a_user(site: Guarded, kim: User) -> None:
    gone = create_user(site.web.database, f"gone-{kim.id}@example.com")
    cheapen(site, gone)
    set_active(site.web.database, gone.id, is_active=False)
    passwordless = create_user(site.web.database, f"link-{kim.id}@example.com")
    answers = [
        submit(site.client(), email, password)
        for email, password in (
            (kim.email, "a wrong password"),
            (gone.email, PASSWORD),
            (passwordless.email, ""),
            ("nobody@example.com", PASSWORD),
            ("", ""),
            ("x" * 5000, PASSWORD),
            ("\0", "\0"),
        )
    ]
    assert {answer.status_code for answer in answers} == {401}
    said = {re.search(r'role="alert">([^<]*)', answer.text).group(1) for answer in answers}  # type: ignore[union-attr]
    assert said == {"The address or the password is wrong."}
    assert all(COOKIE not in answer.headers.get("set-cookie", "") for answer in answers)


def test_what_was_typed_comes_back_as_text_and_never_the_password(site: Guarded) -> None:
    answer = submit(site.client(), '"><script>alert(1)</script>', "my secret password")
    assert "<script" not in answer.text
    assert "&lt;script&gt;" in answer.text
    assert "my secret password" not in answer.text


def test_a_form_that_was_sent_from_elsewhere_signs_nobody_in(site: Guarded, kim: User) -> None:
    fields = {"email": kim.email, "password": PASSWORD}
    bare = site.client().post("/login", data=fields)
    other_browsers = re.search(r'name="token" value="(\w+)"', site.client().get("/login").text)
    assert other_browsers is not None
    client = site.client()
    client.get("/login")
    swapped = client.post("/login", data={**fields, "token": other_browsers.group(1)})
    for answer in (bare, swapped):
        assert (answer.status_code, "expired" in answer.text) == (403, True)
    foreign = submit(site.client(Origin="https://evil.example"), kim.email, PASSWORD)
    assert foreign.status_code == 403


@pytest.mark.parametrize(
    ("asked", "gone_to"),
    [
        ("/pim/imports?page=2", "/pim/imports?page=2"),
        ("/pim/import?job=a&x=%2F", "/pim/import?job=a&x=%2F"),
        ("https://evil.example/", "/pim"),
        ("//evil.example/", "/pim"),
        ("///evil.example/", "/pim"),
        ("/\\evil.example/", "/pim"),
        ("\\\\evil.example", "/pim"),
        ("/\t/evil.example", "/pim"),
        ("/\n//evil.example", "/pim"),
        ("javascript:alert(1)", "/pim"),
        (" /pim", "/pim"),
        ("/login?next=/login", "/pim"),
        ("/logout", "/pim"),
        ("/api/pim/me/", "/pim"),
        ("", "/pim"),
        ("/" + "a" * 5000, "/pim"),
    ],
)
def test_signing_in_leads_to_our_own_pages_only(asked: str, gone_to: str) -> None:
    assert next_page(asked) == gone_to


def test_the_page_that_was_asked_for_comes_after_signing_in(site: Guarded, kim: User) -> None:
    for asked, gone_to in (("/pim/imports?page=2&x=<b>", "/pim/imports?page=2&x=<b>"), ("//evil.example", "/pim")):
        entered = submit(site.client(), kim.email, PASSWORD, next=asked)
        assert entered.status_code == 303
        assert entered.headers["location"].replace("%3C", "<").replace("%3E", ">") == gone_to


def test_every_sign_in_is_a_new_session_and_ends_the_one_before(site: Guarded, kim: User) -> None:
    client = site.client()
    submit(client, kim.email, PASSWORD)
    before = client.cookies[COOKIE]
    with site.web.database.system_session() as connection:
        token = make_link_token(connection, kim.id)
    assert client.get("/login/link", params={"token": token}).status_code == 303
    after = client.cookies[COOKIE]
    assert after != before
    planted = site.client()
    planted.cookies.set(COOKIE, before)
    assert planted.get("/api/pim/me/").status_code == 401


def test_a_session_that_was_planted_before_is_not_the_one_that_is_opened(site: Guarded, kim: User) -> None:
    client = site.client()
    planted = {"Cookie": f"{COOKIE}=planted-by-somebody"}
    page = client.get("/login", headers=planted)
    entered = client.post("/login", data={**hidden(page.text), "email": kim.email, "password": PASSWORD})
    assert "planted-by-somebody" not in entered.headers["set-cookie"]


def test_a_link_signs_in_once_and_then_says_how_to_get_another(site: Guarded, kim: User) -> None:
    with site.web.database.system_session() as connection:
        token = make_link_token(connection, kim.id)
    first = site.client().get("/login/link", params={"token": token, "next": "/pim/imports"})
    assert (first.status_code, first.headers["location"]) == (303, "/pim/imports")
    again = site.client().get("/login/link", params={"token": token})
    assert (again.status_code, "segops login" in again.text) == (401, True)
    assert site.client().get("/login/link").status_code == 401
    assert site.client().head("/login/link", params={"token": token}).status_code == 405


def test_guessing_passwords_comes_to_an_end_for_the_account_and_for_the_address(site: Guarded, kim: User) -> None:
    few = guarded(site.web.stores, sign_ins_per_hour=3)
    for _ in range(3):
        assert submit(few.client(), kim.email, "a wrong password").status_code == 401
    refused = submit(few.client(), kim.email, PASSWORD)
    assert (refused.status_code, int(refused.headers["retry-after"]) > 0) == (429, True)
    assert "Too many wrong sign-ins" in refused.text
    same_address = submit(few.client(), "lee@example.com", "a wrong password")
    assert same_address.status_code == 429
    elsewhere = TestClient(few.app, ORIGIN, follow_redirects=False, client=("192.0.2.99", 1))
    assert submit(elsewhere, kim.email, PASSWORD).status_code == 429, "the account is shut, wherever one asks from"
    assert few.client().get("/login/link", params={"token": "guess"}).status_code == 429


def test_signing_out_by_a_form_leads_to_the_sign_in_page(site: Guarded) -> None:
    member = site.member("viewer")
    client = site.client(member.session)
    left = client.post("/logout")
    assert (left.status_code, left.headers["location"]) == (303, "/login")
    assert client.get("/api/pim/me/").status_code == 401
    assert site.client().post("/logout").status_code == 303


def test_sign_ins_are_noted_right_and_wrong(site: Guarded, kim: User) -> None:
    client = site.client()
    submit(client, kim.email, "a wrong password")
    submit(client, kim.email, PASSWORD)
    with site.web.database.system_session() as connection:
        statement = text("SELECT act, address, workspace_id FROM audit_log WHERE actor = :name ORDER BY id")
        noted = [tuple(row) for row in connection.execute(statement, {"name": kim.email})]
    assert noted == [("sign_in.refused", "192.0.2.1", None), ("sign_in", "192.0.2.1", None)]


def test_without_a_provider_there_is_no_way_to_one(site: Guarded) -> None:
    assert "/login/oidc" not in site.client().get("/login").text
    assert site.client().get("/login/oidc").status_code == 404
    assert site.client().get("/login/oidc/callback").status_code == 404

"""Members, keys, the audit log and oneself over the API."""

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from segops_pipeline.access.sessions import open_session
from segops_pipeline.stores.opening import open_stores
from segops_pipeline.stores.postgres_data import Reach
from segops_pipeline_tests.conftest import installation
from segops_pipeline_tests.web.guarded import Guarded, Member, guarded

API = "/api/pim"
PASSWORD = "correct horse battery"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@pytest.fixture(scope="module")
def site(cluster: Reach, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """The API of the module's installation."""
    home = tmp_path_factory.mktemp("members") / "home"
    with installation(cluster, home) as settings, open_stores(settings) as stores:
        yield guarded(stores)


@pytest.fixture
def admin(site: Guarded, request: pytest.FixtureRequest) -> Member:
    """The admin of a new workspace."""
    return site.member("admin", f"w{abs(hash(request.node.nodeid))}")


def test_members_are_listed_added_changed_and_removed(site: Guarded, admin: Member) -> None:
    client = site.client(admin.session)
    added = client.post(f"{API}/members/", json={"email": f"new-{admin.user.id}@Example.com", "role": "editor"})
    assert added.status_code == 201, added.text
    new = added.json()
    assert (new["email"], new["role"]) == (f"new-{admin.user.id}@example.com", "editor")
    listed = client.get(f"{API}/members", params={"page_size": 1}).json()
    assert (listed["count"], len(listed["results"])) == (2, 1)
    assert listed["next"] is not None
    where = f"{API}/members/{new['user_id']}/"
    assert client.patch(where, json={"role": "viewer", "notify": []}).json()["role"] == "viewer"
    assert client.get(where).json()["role"] == "viewer"
    assert client.delete(where).status_code == 204
    assert client.get(where).status_code == 404


def test_the_last_admin_cannot_leave(site: Guarded, admin: Member) -> None:
    client = site.client(admin.session)
    refused = client.delete(f"{API}/members/{admin.user.id}/")
    assert (refused.status_code, "last admin" in refused.text) == (400, True)


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_who_is_no_admin_sees_neither_members_keys_nor_acts(site: Guarded, admin: Member, role: str) -> None:
    workspace = site.client(admin.session).get(f"{API}/me/").json()["workspace"]
    client = site.client(site.member(role, workspace).session)  # type: ignore[arg-type]
    for path in ("members", "keys", "audit", f"members/{admin.user.id}", "keys/1"):
        assert client.get(f"{API}/{path}/").status_code == 403, path
    for method, path in (("POST", "members"), ("POST", "keys"), ("DELETE", f"members/{admin.user.id}")):
        assert client.request(method, f"{API}/{path}/", json={}).status_code in (403, 422), path


def test_a_new_member_is_invited_by_a_link_once_they_are_known_no_more(site: Guarded, admin: Member) -> None:
    client = site.client(admin.session)
    new = client.post(f"{API}/members/", json={"email": f"invited-{admin.user.id}@example.com"}).json()
    invited = client.post(f"{API}/members/{new['user_id']}/invitation/")
    assert invited.status_code == 201
    browser = site.client()
    assert browser.get(invited.json()["link"]).status_code == 303
    assert browser.get(f"{API}/me/").json()["user_id"] == new["user_id"]
    assert client.post(f"{API}/members/{new['user_id']}/invitation/").status_code == 403
    assert client.post(f"{API}/members/{admin.user.id}/invitation/").status_code == 403


def test_a_key_is_shown_in_full_once_and_works_until_revoked(site: Guarded, admin: Member) -> None:
    client = site.client(admin.session)
    made = client.post(f"{API}/keys/", json={"name": "shop", "scopes": ["read"], "expires_in_days": 30})
    assert made.status_code == 201, made.text
    key = made.json()
    assert key["expires_at"] is not None
    program = site.client(X_API_Key=key["key"])
    assert program.get(f"{API}/me/").json()["permissions"] == ["read"]
    listed = client.get(f"{API}/keys/").json()
    assert listed["count"] == 1
    assert "key" not in listed["results"][0]
    assert listed["results"][0]["last_used_at"] is not None
    assert client.delete(f"{API}/keys/{key['id']}/").json()["state"] == "revoked"
    assert program.get(f"{API}/me/").status_code == 401


def test_a_key_is_not_kept_with_the_answers_of_idempotent_requests(site: Guarded, admin: Member) -> None:
    client = site.client(admin.session, Idempotency_Key="once")
    body = {"name": "shop", "scopes": ["read"]}
    made = client.post(f"{API}/keys/", json=body)
    assert made.status_code == 201
    again = client.post(f"{API}/keys/", json=body)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "already_there")
    with site.web.database.system_session() as connection:
        assert connection.execute(text("SELECT count(*) FROM idempotency_keys")).scalar_one() == 0


def test_keys_of_another_workspace_are_not_there(site: Guarded, admin: Member) -> None:
    made = site.client(admin.session).post(f"{API}/keys/", json={"name": "shop", "scopes": ["read"]}).json()
    foreign = site.client(site.member("admin", "elsewhere").session)
    assert foreign.get(f"{API}/keys/{made['id']}/").status_code == 404
    assert foreign.delete(f"{API}/keys/{made['id']}/").status_code == 404
    assert foreign.get(f"{API}/members/{admin.user.id}/").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "", "scopes": ["read"]},
        {"name": "a\0b", "scopes": ["read"]},
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["fly"]},
        {"name": "x", "scopes": ["read"], "expires_at": "2020-01-01T00:00:00Z"},
        {"name": "x", "scopes": ["read"], "expires_at": "2020-01-01T00:00:00"},
    ],
)
def test_a_key_that_makes_no_sense_is_a_named_error(site: Guarded, admin: Member, body: dict[str, object]) -> None:
    refused = site.client(admin.session).post(f"{API}/keys/", json=body)
    assert refused.status_code in (400, 422)
    assert refused.json()["error"]["code"] == "wrong_usage"


@pytest.mark.parametrize("email", ["nonsense", "a\0@example.com", "x" * 400, "Kim <kim@example.com>"])
def test_a_member_without_an_address_is_a_named_error(site: Guarded, admin: Member, email: str) -> None:
    refused = site.client(admin.session).post(f"{API}/members/", json={"email": email})
    assert refused.json()["error"]["code"] == "wrong_usage"


def test_acts_are_listed_and_chosen(site: Guarded, admin: Member) -> None:
    client = site.client(admin.session)
    client.post(f"{API}/members/", json={"email": f"noted-{admin.user.id}@example.com"})
    client.post(f"{API}/keys/", json={"name": "shop", "scopes": ["read"]})
    told = client.get(f"{API}/audit/").json()
    assert [one["act"] for one in told["results"]] == ["key.create", "member.add"]
    assert (told["results"][0]["actor"], told["results"][0]["via"]) == (admin.user.email, "api")
    assert told["results"][0]["address"] == "192.0.2.1"
    chosen = client.get(f"{API}/audit", params={"act": "member."}).json()
    assert [one["act"] for one in chosen["results"]] == ["member.add"]
    assert client.get(f"{API}/audit/", params={"who": "\0"}).json()["error"]["code"] == "wrong_usage"


def test_somebody_goes_from_one_of_their_workspaces_to_another(site: Guarded, admin: Member) -> None:
    client = site.client(admin.session)
    name = client.get(f"{API}/me/").json()["workspace"]
    other = site.client(site.member("admin", "beyond").session)
    other.post(f"{API}/members/", json={"email": admin.user.email, "role": "viewer"})
    gone = client.post(f"{API}/me/workspace/", json={"workspace": "beyond"}).json()
    assert (gone["workspace"], gone["permissions"]) == ("beyond", ["read"])
    assert {one["name"]: one["role"] for one in gone["workspaces"]} == {name: "admin", "beyond": "viewer"}
    assert client.get(f"{API}/me/").json()["workspace"] == "beyond"
    assert client.get(f"{API}/me/", headers={"X-Segops-Workspace": name}).json()["workspace"] == name


def test_somebody_sets_their_name_language_and_what_they_are_told(site: Guarded, admin: Member) -> None:
    client = site.client(admin.session)
    told = client.patch(f"{API}/me/", json={"full_name": "Kim", "language": "de", "notify": []}).json()
    assert (told["full_name"], told["language"], told["notify"]) == ("Kim", "de", [])
    assert client.patch(f"{API}/me/", json={"language": ""}).json()["language"] is None
    refused = client.patch(f"{API}/me/", json={"notify": ["import.dreamt"]})
    assert refused.json()["error"]["code"] == "wrong_usage"


def test_somebody_changes_their_password_and_their_other_sessions_end(site: Guarded, admin: Member) -> None:
    with site.web.database.system_session() as connection:
        statement = text("UPDATE users SET password_hash = :hash WHERE id = :id")
        connection.execute(statement, {"hash": CHEAP, "id": admin.user.id})
    elsewhere = open_session(site.web.database, admin.user.id, site.web.settings)
    client = site.client(admin.session)
    body = {"current": "not the one", "password": "another good password"}
    assert client.post(f"{API}/me/password/", json=body).json()["error"]["code"] == "wrong_usage"
    assert client.post(f"{API}/me/password/", json={**body, "current": PASSWORD}).status_code == 200
    assert client.get(f"{API}/me/").status_code == 200
    assert site.client(elsewhere).get(f"{API}/me/").status_code == 401


def test_somebody_signs_out_everywhere_else(site: Guarded, admin: Member) -> None:
    elsewhere = open_session(site.web.database, admin.user.id, site.web.settings)
    assert site.client(admin.session).post(f"{API}/me/sign-out-elsewhere/").json() == {"ended": 1}
    assert site.client(elsewhere).get(f"{API}/me/").status_code == 401

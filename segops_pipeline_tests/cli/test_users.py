"""`segops users`, `members`, `keys`, `login`: who may do what, from the command line."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from segops_pipeline.access.api_keys import actor_of_key
from segops_pipeline.access.credentials import check_password
from segops_pipeline.access.links import use_link_token
from segops_pipeline.access.members import list_members
from segops_pipeline.access.users import find_user
from segops_pipeline.cli import app
from segops_pipeline.cli.app import load_commands
from segops_pipeline.config import Settings
from segops_pipeline.errors import NotFound, NotSignedIn, SegopsError, WrongUsage
from segops_pipeline.imports.workspaces import find_workspace
from segops_pipeline.installation.state import UpState
from segops_pipeline.stores.database import Database
from segops_pipeline.stores.opening import open_stores
from segops_pipeline.stores.postgres_data import Reach
from segops_pipeline_tests.conftest import installation

load_commands()
PASSWORD = "correct horse battery"
Segops = Callable[..., Any]


@pytest.fixture(scope="module")
def settings(cluster: Reach, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:  # type: ignore[override]
    """The module's installation."""
    with installation(cluster, tmp_path_factory.mktemp("users") / "home") as made:
        yield made


@pytest.fixture(scope="module")
def database(settings: Settings) -> Iterator[Database]:  # type: ignore[override]
    with open_stores(settings) as stores:
        yield stores.database


@pytest.fixture
def segops(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Segops:
    """Commands in this process, with what is typed on standard input; the answer is that of --json."""
    for module in ("session", "users"):
        monkeypatch.setattr(f"segops_pipeline.cli.{module}.get_settings", lambda: settings)

    def run(*words: str, typed: str = "") -> Any:
        ended = CliRunner().invoke(app, [*words, "--json"], input=typed)
        if isinstance(ended.exception, SegopsError):
            raise ended.exception
        assert ended.exit_code == 0, ended.output
        return json.loads(ended.stdout.splitlines()[-1])

    return run


def test_somebody_is_added_with_a_password_that_no_argument_has(segops: Segops, database: Database) -> None:
    told = segops("users", "add", "kim@example.com", "--name", "Kim", "-w", "acme", "--role", "admin", typed=PASSWORD)
    assert (told["email"], told["has_password"], told["is_owner"]) == ("kim@example.com", True, False)
    assert check_password(database, "kim@example.com", PASSWORD) is not None
    assert [one["role"] for one in segops("members", "list", "-w", "acme")] == ["admin"]
    with pytest.raises(WrongUsage, match="already"):
        segops("users", "add", "kim@example.com", typed=PASSWORD)


def test_a_password_is_changed_and_taken_away(segops: Segops, database: Database) -> None:
    segops("users", "add", "lee@example.com", "--no-password")
    assert segops("users", "password", "lee@example.com", typed=f"{PASSWORD}\r\n")["has_password"] is True
    assert check_password(database, "lee@example.com", PASSWORD) is not None
    assert segops("users", "password", "lee@example.com", "--remove")["has_password"] is False
    with pytest.raises(WrongUsage, match="standard input"):
        segops("users", "password", "lee@example.com")
    with pytest.raises(WrongUsage, match="characters"):
        segops("users", "password", "lee@example.com", typed="short")
    with pytest.raises(NotFound):
        segops("users", "password", "nobody@example.com", typed=PASSWORD)


def test_who_is_removed_is_let_in_no_more_until_added_again(segops: Segops, database: Database) -> None:
    segops("users", "add", "ada@example.com", "--no-password", "-w", "acme")
    segops("users", "remove", "ada@example.com")
    assert {one["email"]: one["is_active"] for one in segops("users", "list")}["ada@example.com"] is False
    with pytest.raises(WrongUsage, match="let in no more"):
        segops("login", "--user", "ada@example.com")
    assert segops("users", "add", "ada@example.com", typed=PASSWORD)["is_active"] is True
    segops("users", "remove", "ada@example.com", "--erase")
    assert find_user(database, "ada@example.com") is None


def test_members_are_added_changed_and_removed(segops: Segops, database: Database) -> None:
    assert segops("members", "add", "bo@example.com", "-w", "newly")["role"] == "editor"
    assert segops("members", "add", "bo@example.com", "-w", "newly", "--role", "admin")["role"] == "admin"
    with pytest.raises(WrongUsage, match="last admin"):
        segops("members", "remove", "bo@example.com", "-w", "newly")
    segops("members", "add", "cy@example.com", "-w", "newly", "--role", "admin")
    segops("members", "remove", "bo@example.com", "-w", "newly")
    place = find_workspace(database, "newly")
    assert [member.email for member in list_members(database, place.id)] == ["cy@example.com"]
    with pytest.raises(WrongUsage, match="no role"):
        segops("members", "add", "bo@example.com", "-w", "newly", "--role", "king")


def test_a_key_is_shown_once_used_and_revoked(segops: Segops, database: Database) -> None:
    segops("members", "add", "dee@example.com", "-w", "acme")
    made = segops("keys", "create", "shop", "-w", "acme", "--scope", "read", "--scope", "write", "--days", "30")
    assert actor_of_key(database, made["key"]).permissions == {"read", "write"}
    listed = segops("keys", "list", "-w", "acme")
    assert [(one["name"], one["state"]) for one in listed] == [("shop", "active")]
    assert made["key"] not in json.dumps(listed)
    assert segops("keys", "revoke", made["prefix"], "-w", "acme")["state"] == "revoked"
    with pytest.raises(NotSignedIn):
        actor_of_key(database, made["key"])
    with pytest.raises(WrongUsage, match="no key"):
        segops("keys", "revoke", "999", "-w", "acme")
    assert segops("keys", "create", "looks", "-w", "acme")["scopes"] == ["read"]


def test_login_prints_a_link_to_the_running_pages_for_the_owner_or_somebody_else(
    segops: Segops, settings: Settings, database: Database
) -> None:
    told = segops("login")
    assert told["email"] == "owner@localhost"
    assert told["link"].startswith("http://127.0.0.1:3080/login/link?token=")
    UpState(pages="http://127.0.0.1:4711").write(settings)
    segops("users", "add", "eve@example.com", "--no-password")
    for_eve = segops("login", "--user", "EVE@example.com", "--minutes", "5")
    assert for_eve["link"].startswith("http://127.0.0.1:4711/login/link?token=")
    eve = find_user(database, "eve@example.com")
    assert eve is not None
    assert use_link_token(database, for_eve["link"].partition("token=")[2]) == eve.id

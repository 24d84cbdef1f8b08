"""Sessions, links and keys: random, kept as hashes, ended at once; and what each lets somebody do."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, text

from segops_pipeline.access.actor import Actor
from segops_pipeline.access.api_keys import actor_of_key, create_key, get_key, list_keys, revoke_key
from segops_pipeline.access.audit import list_audit
from segops_pipeline.access.links import make_invitation_token, make_link_token, use_link_token
from segops_pipeline.access.members import add_member, remove_member, set_role
from segops_pipeline.access.sessions import (
    actor_of_session,
    choose_workspace,
    end_other_sessions,
    end_session,
    open_session,
    workspaces_of_session,
)
from segops_pipeline.access.users import User, create_user, set_active
from segops_pipeline.config import Settings
from segops_pipeline.errors import Forbidden, NotFound, NotSignedIn, WrongUsage
from segops_pipeline.stores.database import Database
from segops_pipeline_tests.access.conftest import actor


def age(database: Database, table: str, column: str = "expires_at") -> None:
    """Let time pass: what expires has expired a moment ago."""
    with database.system_session() as connection:
        connection.execute(text(f"UPDATE {table} SET {column} = now() - interval '1 second'"))


def test_a_session_gives_its_member_the_permissions_of_the_role(
    database: Database, workspace_id: int, kim: User, settings: Settings
) -> None:
    set_role(database, workspace_id, kim.id, "editor")
    token = open_session(database, kim.id, settings)
    found = actor_of_session(database, token, via="api", address="192.0.2.1")
    assert found == Actor(
        "kim@example.com", workspace_id, "acme", frozenset({"read", "write"}), "api", kim.id, address="192.0.2.1"
    )


def test_only_the_hash_of_a_token_is_kept(database: Database, kim: User, settings: Settings) -> None:
    token = open_session(database, kim.id, settings)
    assert len(token) >= 43
    with database.system_session() as connection:
        kept = connection.execute(text("SELECT to_jsonb(s) :: text FROM web_sessions s")).scalar_one()
    assert token not in kept


def test_who_asks_is_found_in_one_query(database: Database, kim: User, settings: Settings) -> None:
    token = open_session(database, kim.id, settings)
    statements: list[str] = []
    engine = database._system  # pyright: ignore[reportPrivateUsage] the statements that reach the server are counted
    event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    actor_of_session(database, token)
    assert len(statements) == 1


@pytest.mark.parametrize("token", ["", "nonsense", "\0", "ü" * 50, "\ud800"])
def test_a_token_that_is_none_is_nobody(database: Database, token: str) -> None:
    assert actor_of_session(database, token) is None


def test_a_session_ends_by_itself_by_signing_out_and_everywhere(
    database: Database, kim: User, settings: Settings
) -> None:
    one, other, third = (open_session(database, kim.id, settings) for _ in range(3))
    end_session(database, one)
    assert actor_of_session(database, one) is None
    assert end_other_sessions(database, kim.id, other) == 1
    assert actor_of_session(database, third) is None
    assert actor_of_session(database, other) is not None
    age(database, "web_sessions")
    assert actor_of_session(database, other) is None
    open_session(database, kim.id, settings)
    with database.system_session() as connection:
        assert connection.execute(text("SELECT count(*) FROM web_sessions")).scalar_one() == 1


def test_a_role_that_is_taken_away_is_gone_at_once(
    database: Database, admin: Actor, kim: User, settings: Settings
) -> None:
    set_role(database, admin.workspace_id, kim.id, "editor")
    token = open_session(database, kim.id, settings)
    remove_member(database, admin, kim.id)
    left = actor_of_session(database, token)
    assert left is not None
    assert (left.workspace_id, left.permissions) == (0, frozenset())
    with pytest.raises(Forbidden):
        left.require("read")


def test_a_session_goes_to_another_workspace_of_its_own_only(
    database: Database, workspace_id: int, other_workspace_id: int, kim: User, settings: Settings
) -> None:
    set_role(database, workspace_id, kim.id, "viewer")
    token = open_session(database, kim.id, settings)
    with pytest.raises(Forbidden, match="no member of a workspace 'other'"):
        choose_workspace(database, token, "other")
    foreign = actor_of_session(database, token, "other")
    assert foreign is not None
    assert (foreign.workspace_id, foreign.workspace, foreign.permissions) == (0, "other", frozenset())
    set_role(database, other_workspace_id, kim.id, "admin")
    assert workspaces_of_session(database, token) == ["acme", "other"]
    assert choose_workspace(database, token, "other").workspace_id == other_workspace_id
    now = actor_of_session(database, token)
    assert now is not None
    assert now.workspace == "other"
    once = actor_of_session(database, token, "acme")
    assert once is not None
    assert (once.workspace, once.permissions) == ("acme", frozenset({"read"}))


@pytest.mark.usefixtures("workspace_id", "other_workspace_id")
def test_an_owner_is_an_admin_everywhere(database: Database, settings: Settings) -> None:
    owner = create_user(database, "owner@example.com", is_owner=True)
    token = open_session(database, owner.id, settings)
    assert workspaces_of_session(database, token) == ["acme", "other"]
    for name in ("acme", "other"):
        found = actor_of_session(database, token, name)
        assert found is not None
        assert found.may("manage")
    nowhere = actor_of_session(database, token, "nowhere")
    assert nowhere is not None
    assert not nowhere.permissions


def test_a_link_signs_in_once(database: Database, kim: User) -> None:
    with database.system_session() as connection:
        token = make_link_token(connection, kim.id)
    assert use_link_token(database, token) == kim.id
    assert use_link_token(database, token) is None
    assert use_link_token(database, "nonsense") is None


def test_of_many_who_use_a_link_at_once_one_is_let_in(database: Database, kim: User) -> None:
    with database.system_session() as connection:
        token = make_link_token(connection, kim.id)
    together, found = threading.Barrier(4), list[int | None]()

    def use() -> None:
        together.wait()
        found.append(use_link_token(database, token))

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found, key=str) == sorted([kim.id, None, None, None], key=str)


def test_a_stale_link_and_one_of_somebody_who_is_shut_out_let_nobody_in(database: Database, kim: User) -> None:
    with database.system_session() as connection:
        stale = make_link_token(connection, kim.id)
    age(database, "sign_in_links")
    assert use_link_token(database, stale) is None
    with database.system_session() as connection:
        fresh = make_link_token(connection, kim.id)
        assert connection.execute(text("SELECT count(*) FROM sign_in_links")).scalar_one() == 1
        connection.execute(text("UPDATE users SET is_active = false"))
    assert use_link_token(database, fresh) is None


def test_an_admin_invites_who_has_never_been_in_and_nobody_else(
    database: Database, admin: Actor, other_workspace_id: int, settings: Settings
) -> None:
    lee = add_member(database, admin, "lee@example.com", "viewer")
    assert use_link_token(database, make_invitation_token(database, admin, lee.user_id)) == lee.user_id
    open_session(database, lee.user_id, settings)
    elsewhere = add_member(database, admin, "ada@example.com", "viewer")
    set_role(database, other_workspace_id, elsewhere.user_id, "admin")
    owner = create_user(database, "owner@example.com", is_owner=True)
    set_role(database, admin.workspace_id, owner.id, "viewer")
    for user_id in (lee.user_id, elsewhere.user_id, owner.id):
        with pytest.raises(Forbidden):
            make_invitation_token(database, admin, user_id)
    with pytest.raises(Forbidden):
        make_invitation_token(database, actor(admin.workspace_id, "editor"), lee.user_id)


def test_an_invitation_ends_when_another_workspace_takes_the_same_person_in(
    database: Database, admin: Actor, other_workspace_id: int
) -> None:
    lee = add_member(database, admin, "lee@example.com", "viewer")
    invitation = make_invitation_token(database, admin, lee.user_id)
    set_role(database, admin.workspace_id, lee.user_id, "editor")
    set_role(database, other_workspace_id, lee.user_id, "admin")
    assert use_link_token(database, invitation) is None
    other = make_invitation_token(database, admin, add_member(database, admin, "ada@example.com", "viewer").user_id)
    assert use_link_token(database, other) is not None


def test_a_key_does_what_its_scopes_say_in_its_workspace(database: Database, admin: Actor) -> None:
    with database.workspace_session(admin.workspace_id) as connection:
        made, plain = create_key(connection, admin, "shop", ["write", "read"])
    assert plain.startswith(f"{made.prefix}_")
    assert actor_of_key(database, plain, address="192.0.2.1") == Actor(
        "key shop", admin.workspace_id, "acme", frozenset({"read", "write"}), "key", address="192.0.2.1"
    )


def test_a_key_is_kept_as_its_hash(database: Database, admin: Actor) -> None:
    with database.workspace_session(admin.workspace_id) as connection:
        _, plain = create_key(connection, admin, "shop", ["read"])
        kept = connection.execute(text("SELECT to_jsonb(k) :: text FROM api_keys k")).scalar_one()
        noted = connection.execute(text("SELECT to_jsonb(a) :: text FROM audit_log a")).scalar_one()
    secret = plain.split("_", 2)[2]
    assert secret not in kept + noted


def test_a_key_that_is_revoked_or_expired_counts_no_more_and_says_so(database: Database, admin: Actor) -> None:
    with database.workspace_session(admin.workspace_id) as connection:
        one, revoked = create_key(connection, admin, "revoked", ["read"])
        _, expired = create_key(connection, admin, "expired", ["read"], datetime.now(UTC) + timedelta(days=1))
        assert revoke_key(connection, admin, one.id).state == "revoked"
        revoke_key(connection, admin, one.id)
        connection.execute(text("UPDATE api_keys SET expires_at = now() WHERE expires_at IS NOT NULL"))
        assert [key.state for key in list_keys(connection)] == ["expired", "revoked"]
    for plain, said in ((revoked, "was revoked"), (expired, "expired at"), (f"sgp_00000000_{'x' * 43}", "not known")):
        with pytest.raises(NotSignedIn, match=said):
            actor_of_key(database, plain)


@pytest.mark.parametrize("key", ["", "nonsense", "sgp_12345678_short", "sgp_\0", "sgp_00000000_" + "ü" * 43])
def test_what_is_no_key_is_refused_without_a_look(database: Database, key: str) -> None:
    with pytest.raises(NotSignedIn, match="no API key"):
        actor_of_key(database, key)


def test_the_last_use_of_a_key_is_written_once_a_minute(database: Database, admin: Actor) -> None:
    with database.workspace_session(admin.workspace_id) as connection:
        made, plain = create_key(connection, admin, "shop", ["read"])
    used = []
    for _ in range(2):
        actor_of_key(database, plain)
        with database.workspace_session(admin.workspace_id) as connection:
            used.append(get_key(connection, made.id).last_used_at)
    assert used[0] is not None
    assert used[0] == used[1]


def test_keys_are_of_one_workspace(database: Database, admin: Actor, other_workspace_id: int) -> None:
    with database.workspace_session(admin.workspace_id) as connection:
        made, _ = create_key(connection, admin, "shop", ["read"])
    foreign = actor(other_workspace_id, "admin")
    with database.workspace_session(other_workspace_id) as connection:
        assert list_keys(connection) == []
        with pytest.raises(NotFound):
            revoke_key(connection, foreign, made.id)


@pytest.mark.parametrize(
    ("name", "scopes", "expires_at"),
    [
        (" ", ["read"], None),
        ("a\nb", ["read"], None),
        ("shop", [], None),
        ("shop", ["read", "fly"], None),
        ("shop", ["read"], datetime(2020, 1, 1, tzinfo=UTC)),
        ("taken", ["read"], None),
    ],
)
def test_a_key_that_makes_no_sense_is_refused(
    database: Database, admin: Actor, name: str, scopes: list[str], expires_at: datetime | None
) -> None:
    with database.workspace_session(admin.workspace_id) as connection:
        create_key(connection, admin, "taken", ["read"])
        with pytest.raises(WrongUsage):
            create_key(connection, admin, name, scopes, expires_at)


def test_only_an_admin_makes_and_revokes_keys(database: Database, workspace_id: int) -> None:
    editor = actor(workspace_id, "editor")
    with database.workspace_session(workspace_id) as connection:
        with pytest.raises(Forbidden):
            create_key(connection, editor, "shop", ["read"])
        with pytest.raises(Forbidden):
            revoke_key(connection, editor, 1)


def test_who_is_shut_out_keeps_no_session(database: Database, kim: User, settings: Settings) -> None:
    token = open_session(database, kim.id, settings)
    set_active(database, kim.id, is_active=False)
    assert actor_of_session(database, token) is None


def test_making_and_revoking_a_key_is_noted(database: Database, admin: Actor) -> None:
    with database.workspace_session(admin.workspace_id) as connection:
        made, _ = create_key(connection, admin, "shop", ["read"])
        revoke_key(connection, admin, made.id)
        noted = [(entry.act, entry.target) for entry in list_audit(connection).entries]
    assert noted == [("key.revoke", made.prefix), ("key.create", made.prefix)]

"""Users: one for each address, shut out at once, and never without an owner or a workspace's last admin."""

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from segops_pipeline.access.credentials import change_password, check_password, match_oidc
from segops_pipeline.access.links import make_link_token, use_link_token
from segops_pipeline.access.members import set_role
from segops_pipeline.access.owner import OWNER_EMAIL, ensure_first_workspace, ensure_owner
from segops_pipeline.access.sessions import actor_of_session, open_session
from segops_pipeline.access.users import (
    User,
    create_user,
    delete_user,
    find_user,
    get_user,
    list_users,
    set_active,
    set_password,
    set_profile,
)
from segops_pipeline.config import Settings
from segops_pipeline.errors import AlreadyThere, NotFound, WrongUsage
from segops_pipeline.imports.workspaces import ensure_workspace, list_workspaces
from segops_pipeline.stores.database import Database

PASSWORD = "correct horse battery"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def with_cheap_password(database: Database, user: User, password: str = PASSWORD) -> None:
    """A password that takes no time to check."""
    with database.system_session() as connection:
        statement = text("UPDATE users SET password_hash = :hash WHERE id = :id")
        connection.execute(statement, {"hash": CHEAP.hash(password), "id": user.id})


def test_a_user_is_found_by_the_address_in_any_case(database: Database, kim: User) -> None:
    assert find_user(database, " KIM@example.com ") == kim
    assert get_user(database, "kim@EXAMPLE.com") == kim
    assert find_user(database, "kim\0@example.com") is not None
    assert find_user(database, "lee@example.com") is None
    assert list_users(database) == [kim]


@pytest.mark.parametrize("email", ["", "kim", "kim@", "kim@exam ple.com", "Kim <kim@example.com>", "a\0@example.com"])
def test_what_is_no_address_makes_no_user(database: Database, email: str) -> None:
    with pytest.raises(WrongUsage, match="no e-mail address"):
        create_user(database, email)


def test_an_address_inside_a_company_is_one(database: Database) -> None:
    assert create_user(database, "kim@buero.local").email == "kim@buero.local"


@pytest.mark.usefixtures("kim")
def test_one_address_is_one_user(database: Database) -> None:
    with pytest.raises(AlreadyThere):
        create_user(database, "Kim@Example.com")


def test_the_right_password_of_an_active_user_lets_in_and_is_hashed_anew(database: Database, kim: User) -> None:
    with_cheap_password(database, kim)
    assert check_password(database, "KIM@example.com", PASSWORD) is not None
    with database.system_session() as connection:
        kept = connection.execute(text("SELECT password_hash FROM users")).scalar_one()
    assert "m=65536" in kept
    assert check_password(database, "kim@example.com", PASSWORD) is not None
    assert check_password(database, "kim@example.com", PASSWORD + "!") is None
    assert check_password(database, "lee@example.com", PASSWORD) is None


def test_without_a_password_no_password_is_right(database: Database, kim: User) -> None:
    assert check_password(database, kim.email, "") is None


def test_a_new_password_signs_out_everywhere_but_here(database: Database, kim: User, settings: Settings) -> None:
    here, elsewhere = (open_session(database, kim.id, settings) for _ in range(2))
    with database.system_session() as connection:
        link = make_link_token(connection, kim.id)
    change_password(database, kim.id, "", PASSWORD, but=here)
    assert actor_of_session(database, here) is not None
    assert actor_of_session(database, elsewhere) is None
    assert use_link_token(database, link) is None


def test_changing_a_password_needs_the_one_before(database: Database, kim: User) -> None:
    with_cheap_password(database, kim)
    with pytest.raises(WrongUsage, match="current password"):
        change_password(database, kim.id, "not the one", "another good password")
    with pytest.raises(NotFound):
        set_password(database, kim.id + 1, PASSWORD)


def test_who_is_shut_out_is_out_at_once_and_can_be_let_in_again(
    database: Database, kim: User, settings: Settings
) -> None:
    with_cheap_password(database, kim)
    session = open_session(database, kim.id, settings)
    set_active(database, kim.id, is_active=False)
    assert actor_of_session(database, session) is None
    assert check_password(database, kim.email, PASSWORD) is None
    set_active(database, kim.id, is_active=True)
    assert actor_of_session(database, session) is None
    assert check_password(database, kim.email, PASSWORD) is not None


def test_the_last_owner_stays(database: Database) -> None:
    owner = ensure_owner(database)
    for going in (lambda: set_active(database, owner.id, is_active=False), lambda: delete_user(database, owner.id)):
        with pytest.raises(WrongUsage, match="last owner"):
            going()
    create_user(database, "kim@example.com", is_owner=True)
    delete_user(database, owner.id)
    assert find_user(database, owner.email) is None


def test_the_last_admin_of_a_workspace_stays_a_user(database: Database, workspace_id: int, kim: User) -> None:
    lee = create_user(database, "lee@example.com")
    set_role(database, workspace_id, kim.id, "admin")
    set_role(database, workspace_id, lee.id, "editor")
    with pytest.raises(WrongUsage, match="last admin of acme"):
        delete_user(database, kim.id)
    set_role(database, workspace_id, lee.id, "admin")
    set_active(database, lee.id, is_active=False)
    with pytest.raises(WrongUsage, match="last admin of acme"):
        set_active(database, kim.id, is_active=False)


def test_the_owner_is_made_once_with_a_first_workspace(database: Database) -> None:
    owner = ensure_owner(database)
    assert (owner.email, owner.is_owner) == (OWNER_EMAIL, True)
    assert [workspace.name for workspace in list_workspaces(database)] == ["default"]
    assert ensure_owner(database) == owner


def test_a_first_workspace_is_made_where_there_is_none_only(database: Database) -> None:
    ensure_first_workspace(database)
    assert [workspace.name for workspace in list_workspaces(database)] == ["default"]
    ensure_workspace(database, "acme")
    ensure_first_workspace(database)
    assert sorted(workspace.name for workspace in list_workspaces(database)) == ["acme", "default"]


def test_a_provider_is_believed_for_a_verified_address_once_and_then_for_its_subject(
    database: Database, kim: User
) -> None:
    assert match_oidc(database, "https://id kim-1", None) is None
    found = match_oidc(database, "https://id kim-1", "Kim@example.com")
    assert found is not None
    assert found.id == kim.id
    renamed = match_oidc(database, "https://id kim-1", "kim.new@example.com")
    assert renamed is not None
    assert renamed.id == kim.id


def test_another_subject_with_the_same_address_is_nobody(database: Database, kim: User) -> None:
    match_oidc(database, "https://id kim-1", kim.email)
    assert match_oidc(database, "https://id impostor", kim.email) is None


def test_a_provider_lets_nobody_in_who_is_shut_out_or_unknown(database: Database, kim: User) -> None:
    match_oidc(database, "https://id kim-1", kim.email)
    set_active(database, kim.id, is_active=False)
    assert match_oidc(database, "https://id kim-1", kim.email) is None
    assert match_oidc(database, "https://id lee", "lee@example.com") is None


@pytest.mark.parametrize(("name", "language"), [("a\nb", None), ("x" * 201, None), ("Kim", "fr")])
def test_a_profile_that_cannot_be_shown_is_refused(
    database: Database, kim: User, name: str, language: str | None
) -> None:
    with pytest.raises(WrongUsage):
        set_profile(database, kim.id, name=name, language=language)

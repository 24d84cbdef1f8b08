"""Members: roles of one workspace each, and always an admin."""

import threading

import pytest

from segops_pipeline.access.actor import Actor
from segops_pipeline.access.audit import list_audit
from segops_pipeline.access.members import (
    add_member,
    get_member,
    list_members,
    own_workspaces,
    remove_member,
    set_notify,
    set_role,
)
from segops_pipeline.access.users import User, create_user, set_active
from segops_pipeline.errors import Forbidden, NotFound, WrongUsage
from segops_pipeline.notify.events import EVENTS
from segops_pipeline.stores.database import Database
from segops_pipeline_tests.access.conftest import actor


def test_who_is_added_is_made_a_user_and_has_the_role(database: Database, admin: Actor) -> None:
    added = add_member(database, admin, "Lee@Example.com", "viewer", name="Lee")
    assert (added.email, added.role, added.name) == ("Lee@example.com", "viewer", "Lee")
    assert list_members(database, admin.workspace_id) == [added]
    changed = add_member(database, admin, "lee@example.com", "editor")
    assert (changed.user_id, changed.role) == (added.user_id, "editor")


def test_members_are_of_one_workspace(
    database: Database, workspace_id: int, other_workspace_id: int, kim: User
) -> None:
    set_role(database, workspace_id, kim.id, "admin")
    set_role(database, other_workspace_id, kim.id, "viewer")
    assert [(one.name, one.role) for one in own_workspaces(database, kim.id)] == [
        ("acme", "admin"),
        ("other", "viewer"),
    ]
    remove_member(database, actor(other_workspace_id, "admin"), kim.id)
    assert list_members(database, other_workspace_id) == []
    assert get_member(database, workspace_id, kim.id).role == "admin"


def test_an_owner_may_enter_every_workspace_without_being_a_member(
    database: Database, workspace_id: int, other_workspace_id: int
) -> None:
    owner = create_user(database, "owner@example.com", is_owner=True)
    assert [(one.id, one.role) for one in own_workspaces(database, owner.id)] == [
        (workspace_id, "admin"),
        (other_workspace_id, "admin"),
    ]
    assert list_members(database, workspace_id) == []


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_only_an_admin_changes_who_is_a_member(database: Database, workspace_id: int, kim: User, role: str) -> None:
    nobody_much = actor(workspace_id, role)  # type: ignore[arg-type]
    set_role(database, workspace_id, kim.id, "viewer")
    for forbidden in (
        lambda: add_member(database, nobody_much, "lee@example.com", "viewer"),
        lambda: set_role(database, workspace_id, kim.id, "admin", nobody_much),
        lambda: remove_member(database, nobody_much, kim.id),
        lambda: set_notify(database, nobody_much, kim.id, []),
    ):
        with pytest.raises(Forbidden):
            forbidden()


def test_the_last_admin_can_be_neither_removed_nor_demoted(database: Database, admin: Actor, kim: User) -> None:
    set_role(database, admin.workspace_id, kim.id, "admin")
    lee = add_member(database, admin, "lee@example.com", "admin")
    set_active(database, lee.user_id, is_active=False)  # an admin who is shut out is none
    for refused in (
        lambda: remove_member(database, admin, kim.id),
        lambda: set_role(database, admin.workspace_id, kim.id, "editor", admin),
    ):
        with pytest.raises(WrongUsage, match="last admin"):
            refused()
    set_active(database, lee.user_id, is_active=True)
    remove_member(database, admin, kim.id)
    assert [member.email for member in list_members(database, admin.workspace_id)] == ["lee@example.com"]


def test_of_two_admins_who_remove_each_other_at_once_one_stays(database: Database, admin: Actor, kim: User) -> None:
    lee = add_member(database, admin, "lee@example.com", "admin")
    set_role(database, admin.workspace_id, kim.id, "admin")
    together, refused = threading.Barrier(2), list[str]()

    def remove(user_id: int) -> None:
        together.wait()
        try:
            remove_member(database, admin, user_id)
        except WrongUsage as error:
            refused.append(error.message)

    threads = [threading.Thread(target=remove, args=(user_id,)) for user_id in (kim.id, lee.user_id)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert len(list_members(database, admin.workspace_id)) == 1


def test_a_member_chooses_their_own_events_and_no_others(database: Database, workspace_id: int, kim: User) -> None:
    set_role(database, workspace_id, kim.id, "viewer")
    themselves = Actor(kim.email, workspace_id, "acme", frozenset({"read"}), via="page", user_id=kim.id)
    assert set_notify(database, themselves, kim.id, [EVENTS[1], EVENTS[0], EVENTS[1]]).notify == [EVENTS[1], EVENTS[0]]
    assert set_notify(database, themselves, kim.id, []).notify == []
    with pytest.raises(WrongUsage, match="no event"):
        set_notify(database, themselves, kim.id, ["import.dreamt"])


def test_what_is_no_role_or_no_member_is_said(database: Database, admin: Actor, kim: User) -> None:
    with pytest.raises(WrongUsage, match="no role"):
        add_member(database, admin, "lee@example.com", "king")
    with pytest.raises(NotFound):
        remove_member(database, admin, kim.id)
    with pytest.raises(NotFound):
        set_role(database, admin.workspace_id, 99, "viewer", admin)


def test_every_change_of_members_is_noted(database: Database, admin: Actor) -> None:
    member = add_member(database, admin, "lee@example.com", "viewer")
    set_role(database, admin.workspace_id, member.user_id, "editor", admin)
    remove_member(database, admin, member.user_id)
    with database.workspace_session(admin.workspace_id) as connection:
        noted = [(entry.act, entry.target, entry.details) for entry in list_audit(connection).entries]
    assert noted == [
        ("member.remove", "lee@example.com", {"before": "editor"}),
        ("member.change", "lee@example.com", {"role": "editor", "before": "viewer"}),
        ("member.add", "lee@example.com", {"role": "viewer", "before": None}),
    ]

"""The audit log: what was done, by whom, newest first, one workspace each."""

from segops_pipeline.access.actor import Actor
from segops_pipeline.access.audit import list_audit, record, record_of_installation
from segops_pipeline.stores.database import Database
from segops_pipeline_tests.access.conftest import actor


def test_acts_are_listed_by_page_newest_first(database: Database, admin: Actor) -> None:
    with database.workspace_session(admin.workspace_id) as connection:
        for number in range(5):
            record(connection, admin, "import.confirm", f"job-{number}", {"rows": number})
        found = list_audit(connection, page=2, page_size=2)
    assert found.count == 5
    assert [(entry.target, entry.details) for entry in found.entries] == [
        ("job-2", {"rows": 2}),
        ("job-1", {"rows": 1}),
    ]
    assert (found.entries[0].actor, found.entries[0].via) == ("operator", "cli")


def test_acts_are_chosen_by_kind_and_by_who_did_them(database: Database, admin: Actor) -> None:
    other = actor(admin.workspace_id, "editor", "kim@example.com")
    with database.workspace_session(admin.workspace_id) as connection:
        record(connection, admin, "import.confirm")
        record(connection, other, "import.undo")
        record(connection, other, "imported_not")
        kinds = [list_audit(connection, act=act).count for act in ("import.", "import.undo", "import", "%")]
        assert kinds == [2, 1, 0, 0]
        assert list_audit(connection, who="kim@example.com").count == 2


def test_a_workspace_sees_neither_anothers_acts_nor_the_installations(
    database: Database, admin: Actor, other_workspace_id: int
) -> None:
    with database.workspace_session(other_workspace_id) as connection:
        record(connection, actor(other_workspace_id, "admin"), "import.confirm")
    record_of_installation(database, "kim@example.com", "page", "sign_in")
    with database.workspace_session(admin.workspace_id) as connection:
        assert list_audit(connection).count == 0


def test_an_act_that_does_not_happen_is_not_noted(database: Database, admin: Actor) -> None:
    try:
        with database.workspace_session(admin.workspace_id) as connection:
            record(connection, admin, "import.confirm")
            raise RuntimeError
    except RuntimeError:
        pass
    with database.workspace_session(admin.workspace_id) as connection:
        assert list_audit(connection).count == 0


def test_whatever_comes_from_outside_can_be_noted(database: Database, admin: Actor) -> None:
    record_of_installation(database, "a\0b\ud800" * 1000, "page", "sign_in.refused", details={"said": "\0\ud800"})
    with database.workspace_session(admin.workspace_id) as connection:
        record(connection, admin, "import.confirm", "\0")
        assert list_audit(connection).entries[0].target == ""

"""Sources: made, changed, scheduled and removed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.errors import WrongUsage
from segops_pipeline.imports.sources import (
    MANUAL,
    claim_tick,
    due_sources,
    ensure_source,
    get_source,
    get_source_by_id,
    list_sources,
    mark_fetched,
    remove_source,
    save_source,
)
from segops_pipeline.stores.database import Database

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
URL = "https://example.com/feed.csv"


def daily(connection: Connection, workspace_id: int, name: str, now: datetime = NOW) -> None:
    save_source(connection, workspace_id, name, now=now, location=URL, cron="0 6 * * *")


def test_a_source_is_made_once_with_the_defaults(database: Database, workspace_id: int) -> None:
    with database.workspace_session(workspace_id) as connection:
        first, again = ensure_source(connection, workspace_id), ensure_source(connection, workspace_id)
    assert first == again
    assert (first.name, first.workspace, first.policy, first.automatic) == (
        MANUAL,
        "acme",
        "overwrite",
        False,
    )
    assert (first.location, first.cron, first.next_due_at, first.timezone) == (None, None, None, "UTC")


@pytest.mark.parametrize("name", ["", "Acme", "a b", "-a", "a" * 64, "a\n", "processed", "failed", "æble"])
def test_what_cannot_be_a_name_is_wrong_usage(name: str, database: Database, workspace_id: int) -> None:
    with (
        pytest.raises(WrongUsage, match="no name for a source"),
        database.workspace_session(workspace_id) as session,
    ):
        ensure_source(session, workspace_id, name)


def test_a_change_leaves_what_it_does_not_name(database: Database, workspace_id: int) -> None:
    with database.workspace_session(workspace_id) as connection:
        save_source(connection, workspace_id, "acme", policy="merge", automatic=True, location=URL)
        changed = save_source(connection, workspace_id, "acme", policy="fill")
    assert (changed.policy, changed.automatic, changed.location) == ("fill", True, URL)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"policy": "ignore"}, "no policy"),
        ({"location": "memory://x"}, "memory"),
        ({"location": URL, "cron": "often"}, "no cron expression"),
        ({"location": URL, "cron": "@daily", "timezone": "Mars/Olympus"}, "no time zone"),
        ({"timezone": "Mars/Olympus"}, "no time zone"),
        ({"cron": "@daily"}, "nothing to fetch"),
    ],
)
def test_a_wrong_setting_is_wrong_usage_and_changes_nothing(
    changes: Any, words: str, database: Database, workspace_id: int
) -> None:
    with pytest.raises(WrongUsage, match=words), database.workspace_session(workspace_id) as connection:
        save_source(connection, workspace_id, "acme", **changes)
    with database.workspace_session(workspace_id) as connection:
        assert list_sources(connection, workspace_id) == []


def test_a_location_cannot_be_taken_from_under_a_schedule(database: Database, workspace_id: int) -> None:
    with database.workspace_session(workspace_id) as connection:
        daily(connection, workspace_id, "acme")
        with pytest.raises(WrongUsage, match="nothing to fetch"):
            save_source(connection, workspace_id, "acme", location=None)
        save_source(connection, workspace_id, "acme", location=None, cron=None)


def test_a_relative_path_is_stored_absolute(database: Database, workspace_id: int) -> None:
    with database.workspace_session(workspace_id) as connection:
        saved = save_source(connection, workspace_id, "acme", location="feeds/a.csv")
    assert saved.location == str(Path("feeds/a.csv").absolute())


def test_a_location_is_shown_without_its_password(database: Database, workspace_id: int) -> None:
    with database.workspace_session(workspace_id) as connection:
        saved = save_source(connection, workspace_id, "acme", location="sftp://anna:secret@example.com/f.csv")
    assert saved.shown_location == "sftp://example.com/f.csv"


def test_a_schedule_starts_with_its_next_tick(database: Database, workspace_id: int) -> None:
    with database.workspace_session(workspace_id) as connection:
        daily(connection, workspace_id, "acme")
        assert get_source(connection, workspace_id, "acme").next_due_at == datetime(2026, 3, 2, 6, tzinfo=UTC)


def test_a_change_of_something_else_does_not_move_the_schedule(database: Database, workspace_id: int) -> None:
    with database.workspace_session(workspace_id) as connection:
        daily(connection, workspace_id, "acme")
        later = save_source(connection, workspace_id, "acme", now=NOW + timedelta(days=9), policy="merge")
        assert later.next_due_at == datetime(2026, 3, 2, 6, tzinfo=UTC)


def test_a_source_without_its_cron_expression_is_never_due(database: Database, workspace_id: int) -> None:
    with database.workspace_session(workspace_id) as connection:
        daily(connection, workspace_id, "acme")
        save_source(connection, workspace_id, "acme", cron=None)
    with database.system_session() as connection:
        assert due_sources(connection, NOW + timedelta(days=99)) == []


def test_due_sources_span_workspaces_the_longest_overdue_first(
    database: Database, workspace_id: int, other_workspace_id: int
) -> None:
    with database.system_session() as connection:
        daily(connection, other_workspace_id, "second", NOW + timedelta(days=1))
        daily(connection, workspace_id, "first")
        daily(connection, workspace_id, "not-yet", NOW + timedelta(days=9))
        due = due_sources(connection, NOW + timedelta(days=3))
        assert [(source.workspace, source.name) for source in due] == [("acme", "first"), ("other", "second")]
        assert [source.name for source in due_sources(connection, NOW + timedelta(days=3), limit=1)] == ["first"]


def test_due_sources_are_found_through_their_index(database: Database, workspace_id: int) -> None:
    with database.system_session() as connection:
        connection.execute(
            text(
                "INSERT INTO sources (workspace_id, name, location, cron, next_due_at)"
                " SELECT :workspace_id, 's' || n, 'x', CASE WHEN n % 2 = 0 THEN '@daily' END,"
                " now() + n * interval '1 minute' FROM generate_series(1, 5000) n"
            ),
            {"workspace_id": workspace_id},
        )
    with database.owner_session() as connection:
        connection.execute(text("ANALYZE sources"))
        plan = connection.execute(
            text("EXPLAIN SELECT * FROM sources WHERE cron IS NOT NULL AND next_due_at <= now() LIMIT 20")
        )
        assert "sources_due" in "\n".join(plan.scalars())


def test_ticks_that_were_missed_fire_once(database: Database, workspace_id: int) -> None:
    back = NOW + timedelta(days=30)
    with database.system_session() as connection:
        daily(connection, workspace_id, "acme")
        (source,) = due_sources(connection, back)
        assert claim_tick(connection, source, back)
        assert due_sources(connection, back) == []
        assert get_source_by_id(connection, source.id).next_due_at == datetime(2026, 4, 1, 6, tzinfo=UTC)


def test_a_tick_is_claimed_by_one_of_two(database: Database, workspace_id: int) -> None:
    later = NOW + timedelta(days=1)
    with database.system_session() as connection:
        daily(connection, workspace_id, "acme")
    with database.system_session() as connection:
        (source,) = due_sources(connection, later)
        assert claim_tick(connection, source, later)
    with database.system_session() as connection:
        assert not claim_tick(connection, source, later)


def test_a_fetch_is_noted_and_a_failed_one_keeps_the_checksum(database: Database, workspace_id: int) -> None:
    with database.workspace_session(workspace_id) as connection:
        daily(connection, workspace_id, "acme")
        source = get_source(connection, workspace_id, "acme")
        mark_fetched(connection, source, "abc", "fetched")
        mark_fetched(connection, source, None, "404 Not Found")
        after = get_source(connection, workspace_id, "acme")
    assert (after.last_checksum, after.last_note, after.next_due_at) == (
        "abc",
        "404 Not Found",
        source.next_due_at,
    )
    assert after.last_fetched_at is not None


def test_a_fetch_may_set_when_the_next_is_due(database: Database, workspace_id: int) -> None:
    with database.workspace_session(workspace_id) as connection:
        daily(connection, workspace_id, "acme")
        mark_fetched(connection, get_source(connection, workspace_id, "acme"), None, None, NOW)
        assert get_source(connection, workspace_id, "acme").next_due_at == NOW


def test_a_source_is_removed_with_what_was_kept_for_it_alone(database: Database, workspace_id: int) -> None:
    with database.workspace_session(workspace_id) as connection:
        source = ensure_source(connection, workspace_id, "acme")
        for source_id in (source.id, 0):
            connection.execute(
                text("INSERT INTO learned_mappings (workspace_id, source_id, header) VALUES (:w, :s, 'farve')"),
                {"w": workspace_id, "s": source_id},
            )
        remove_source(connection, workspace_id, "acme")
        assert list_sources(connection, workspace_id) == []
        assert connection.execute(text("SELECT source_id FROM learned_mappings")).scalars().all() == [0]


def test_a_source_with_imports_is_not_removed(database: Database, workspace_id: int) -> None:
    with database.workspace_session(workspace_id) as connection:
        source = ensure_source(connection, workspace_id, "acme")
        connection.execute(
            text(
                "INSERT INTO import_jobs (workspace_id, id, source_id, file_name, status)"
                " VALUES (:w, 'job', :s, 'f.csv', 'mapping')"
            ),
            {"w": workspace_id, "s": source.id},
        )
        with pytest.raises(WrongUsage, match="history is kept"):
            remove_source(connection, workspace_id, "acme")


def test_the_source_of_uploads_by_hand_is_not_removed(database: Database, workspace_id: int) -> None:
    with database.workspace_session(workspace_id) as connection:
        ensure_source(connection, workspace_id)
        with pytest.raises(WrongUsage, match="cannot be removed"):
            remove_source(connection, workspace_id, MANUAL)


def test_a_source_that_is_not_there_is_wrong_usage(database: Database, workspace_id: int) -> None:
    with database.workspace_session(workspace_id) as connection:
        with pytest.raises(WrongUsage, match="no source 'acme'"):
            get_source(connection, workspace_id, "acme")
        with pytest.raises(WrongUsage, match="id 12345"):
            get_source_by_id(connection, 12345)


def test_a_workspace_sees_none_of_anothers_sources(
    database: Database, workspace_id: int, other_workspace_id: int
) -> None:
    with database.workspace_session(workspace_id) as connection:
        source = ensure_source(connection, workspace_id, "acme")
    with database.workspace_session(other_workspace_id) as connection:
        assert list_sources(connection, workspace_id) == []
        with pytest.raises(WrongUsage):
            get_source_by_id(connection, source.id)

"""One process at a time works on a job, and a process that dies lets go of it."""

import socket
from dataclasses import replace

import pytest

from segops_pipeline.errors import JobBusy, StoreUnreachable
from segops_pipeline.imports.lock import free_jobs, hold_job
from segops_pipeline.stores.database import Database
from segops_pipeline.stores.opening import Stores
from segops_pipeline_tests.imports.lock_holder import process_on


def is_free(database: Database, job_id: str) -> bool:
    with database.system_session() as connection:
        return free_jobs(connection, [job_id]) == [job_id]


def test_a_job_is_free_until_it_is_held_and_afterwards(database: Database) -> None:
    assert is_free(database, "a")
    with hold_job(database, "a"):
        assert not is_free(database, "a")
        assert is_free(database, "b")
    assert is_free(database, "a")


def test_within_one_process_the_lock_can_be_taken_again(database: Database) -> None:
    with hold_job(database, "a"):
        with hold_job(database, "a"):
            assert not is_free(database, "a")
        assert not is_free(database, "a")
    assert is_free(database, "a")


def test_an_error_lets_go_of_the_lock(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), hold_job(database, "a"), hold_job(database, "a"):
        raise ZeroDivisionError
    assert is_free(database, "a")


def test_what_another_process_holds_is_busy(stores: Stores) -> None:
    with process_on(stores.settings, "a"):
        assert not is_free(stores.database, "a")
        with pytest.raises(JobBusy, match="Another run of job a is alive") as told, hold_job(stores.database, "a"):
            pass
    assert "segops cancel" in told.value.remedy


def test_a_process_that_is_killed_frees_the_lock(stores: Stores) -> None:
    with process_on(stores.settings, "a") as process:
        process.kill()
        process.join()
        with hold_job(stores.database, "a"):
            assert not is_free(stores.database, "a")


def test_a_look_keeps_others_out_until_it_ends(database: Database) -> None:
    with database.system_session() as connection:
        assert free_jobs(connection, ["b", "a"]) == ["b", "a"]
        assert not is_free(database, "a")
    assert is_free(database, "a")
    with database.system_session() as connection:
        assert free_jobs(connection, []) == []


def test_a_database_that_does_not_answer_is_told(database: Database) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but nobody listens
        nowhere = database.urls.system.set(host="127.0.0.1", port=taken.getsockname()[1])
        away = Database(replace(database.urls, system=nowhere))
        with pytest.raises(StoreUnreachable), hold_job(away, "a"):
            pass
        away.dispose()

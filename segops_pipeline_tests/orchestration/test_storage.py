"""Dagster's storage keeps its connections, and none that is broken or that belongs to another process."""

import os
from collections.abc import Iterator

import pytest
from dagster import DagsterInstance
from sqlalchemy import text

from segops_pipeline.orchestration import storage as storage_module
from segops_pipeline.orchestration.in_process import real_instance
from segops_pipeline.orchestration.storage import PooledPostgresStorage
from segops_pipeline.stores.database import Database
from segops_pipeline.stores.opening import Stores


@pytest.fixture
def storage(database: Database) -> Iterator[PooledPostgresStorage]:
    """The storage of the test's installation."""
    made = PooledPostgresStorage(database.urls.dagster)
    yield made
    made.run_storage.dispose()


def test_the_instance_and_the_processes_that_it_starts_have_it(stores: Stores) -> None:
    with real_instance(stores.settings) as instance:
        ours = type(instance.run_storage)
        assert ours.__module__ == storage_module.__name__
        with DagsterInstance.from_ref(instance.get_ref()) as elsewhere:
            assert type(elsewhere.run_storage) is ours
            elsewhere.add_dynamic_partitions("import_jobs", ["one"])
        assert instance.has_dynamic_partition("import_jobs", "one")


def test_one_connection_serves_runs_events_and_schedules(storage: PooledPostgresStorage) -> None:
    first = backend(storage)
    assert list(storage.run_storage.get_run_ids()) == []
    assert list(storage.schedule_storage.all_instigator_state()) == []
    assert list(storage.event_log_storage.get_dynamic_partitions("import_jobs")) == []
    assert backend(storage) == first


def test_a_connection_that_was_cut_off_is_replaced(storage: PooledPostgresStorage, database: Database) -> None:
    first = backend(storage)
    with database.owner_session() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": first})
    assert backend(storage) != first


def test_a_forked_process_has_connections_of_its_own(storage: PooledPostgresStorage) -> None:
    first = backend(storage)
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        os.write(writing, str(backend(storage)).encode())
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert int(os.read(reading, 20)) != first
    assert backend(storage) == first
    os.close(reading)
    os.close(writing)


def test_tables_that_are_missing_are_made(database: Database) -> None:
    with database.owner_session() as connection:
        connection.execute(text("DROP SCHEMA dagster CASCADE"))
        connection.execute(text("CREATE SCHEMA dagster"))
    made = PooledPostgresStorage(database.urls.dagster)
    assert list(made.run_storage.get_run_ids()) == []
    made.run_storage.dispose()


def backend(storage: PooledPostgresStorage) -> int:
    """The process of the server that answers."""
    with storage.run_storage.connect() as connection:  # type: ignore[attr-defined]
        return int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())

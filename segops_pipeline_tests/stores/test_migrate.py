"""Migrations run once, whoever starts, and say what is wrong with a server."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from segops_pipeline.config import Settings
from segops_pipeline.errors import StoreUnreachable, WrongUsage
from segops_pipeline.stores.database import Database, driver
from segops_pipeline.stores.migrate import MIGRATIONS, migrate, newest_revision
from segops_pipeline.stores.postgres_data import Reach
from segops_pipeline.stores.urls import PostgresUrls, connection_file, postgres_urls
from segops_pipeline_tests.running_system import until

MIGRATE = """
from segops_pipeline.config import Settings
from segops_pipeline.stores.migrate import migrate
from segops_pipeline.stores.urls import postgres_urls
settings = Settings()
migrate(postgres_urls(settings), settings.postgres_role_prefix)
"""


@pytest.fixture
def empty(settings: Settings) -> Iterator[Settings]:
    """The test's installation with a database that no migration has seen."""
    reach = Reach.read(connection_file(settings))
    assert reach is not None
    name = f"{reach.database}_empty"
    _administer(settings, f"CREATE DATABASE {name}")
    replace(reach, database=name).write(connection_file(settings))
    yield settings
    _administer(settings, f"DROP DATABASE {name} WITH (FORCE)")


def test_the_newest_revision_is_alembics_head() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == newest_revision()


def test_several_processes_migrate_an_empty_database_at_once(empty: Settings) -> None:
    starting = [
        subprocess.Popen(
            [sys.executable, "-c", MIGRATE],
            env={"SEGOPS_HOME": str(empty.home)},
            cwd=Path(__file__).parents[2],
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    said = [process.communicate()[1] for process in starting]
    assert [process.returncode for process in starting] == [0, 0, 0, 0], said
    database = Database(postgres_urls(empty))
    with database.owner_session() as connection:
        assert connection.execute(text("TABLE alembic_version")).scalar_one() == newest_revision()
        assert connection.execute(text("SELECT to_regclass('products')")).scalar_one() == "products"
    database.dispose()


def test_another_installation_that_changes_the_same_roles_is_outlasted(empty: Settings) -> None:
    urls = postgres_urls(empty)
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'ALTER ROLE%'"
    owner = create_engine(urls.owner, poolclass=NullPool)
    every_look_anew = owner.execution_options(isolation_level="AUTOCOMMIT")
    with owner.connect() as other, every_look_anew.connect() as looking, ThreadPoolExecutor(1) as pool:
        other.execute(text(f"ALTER ROLE {urls.app.username} CONNECTION LIMIT -1"))
        migrating = pool.submit(migrate, urls, empty.postgres_role_prefix)
        until(lambda: looking.execute(text(waiting)).scalar_one() == 1, "the migration waits for the role")
        other.commit()
        migrating.result()
    with owner.connect() as connection:
        assert connection.execute(text("TABLE alembic_version")).scalar_one() == newest_revision()


def test_a_migrated_database_is_left_alone_even_under_a_migrators_lock(settings: Settings) -> None:
    urls = postgres_urls(settings)
    with create_engine(urls.owner, poolclass=NullPool).connect() as busy:
        busy.execute(text("LOCK TABLE alembic_version IN SHARE ROW EXCLUSIVE MODE"))
        migrate(urls, settings.postgres_role_prefix)


def test_a_changed_password_of_a_role_is_set(settings: Settings) -> None:
    urls = postgres_urls(settings)
    changed = PostgresUrls(urls.owner, urls.app.set(password="it's new"), urls.system)
    try:
        migrate(changed, settings.postgres_role_prefix)
        with pytest.raises(OperationalError, match="password authentication failed"):
            create_engine(urls.app, poolclass=NullPool).connect()
        create_engine(changed.app, poolclass=NullPool).connect().close()
    finally:
        migrate(urls, settings.postgres_role_prefix)


def test_two_installations_in_one_server_have_roles_of_their_own(empty: Settings) -> None:
    urls = postgres_urls(empty)
    second = PostgresUrls(urls.owner, urls.app.set(username="second_app"), urls.system.set(username="second_system"))
    migrate(second, "second")
    database = Database(second)
    with database.workspace_session(1) as connection:
        assert connection.execute(text("SELECT count(*) FROM products")).scalar_one() == 0
    database.dispose()


def test_a_database_of_a_newer_release_is_refused(settings: Settings) -> None:
    urls = postgres_urls(settings)
    with create_engine(urls.owner, poolclass=NullPool).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(WrongUsage, match="migration 9999"):
        migrate(urls, settings.postgres_role_prefix)


def test_a_server_that_does_not_answer_is_unreachable(settings: Settings) -> None:
    urls = postgres_urls(settings)
    nowhere = replace(urls, owner=urls.owner.set(port=1))
    with pytest.raises(StoreUnreachable, match=r"127\.0\.0\.1:1 does not answer"):
        migrate(nowhere, settings.postgres_role_prefix)


def test_dagster_finds_its_schema(settings: Settings) -> None:
    urls = postgres_urls(settings)
    with create_engine(urls.dagster, poolclass=NullPool).connect() as connection:
        assert connection.execute(text("SELECT current_schema()")).scalar_one() == "dagster"


def _administer(settings: Settings, statement: str) -> None:
    engine = create_engine(postgres_urls(settings).owner.set(database="postgres"), poolclass=NullPool)
    with engine.connect() as connection:
        driver(connection).autocommit = True
        driver(connection).execute(statement)

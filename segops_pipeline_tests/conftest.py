"""What every test can ask for: a database of its own in a real server, and a folder of its own.

Each worker runs one embedded server. A migrated database in it is the pattern for each test's own.
"""

import gc
import os
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from segops_pipeline.config import Settings
from segops_pipeline.orchestration.storage import PooledPostgresStorage
from segops_pipeline.stores.database import Database
from segops_pipeline.stores.embedded_postgres import EmbeddedPostgres
from segops_pipeline.stores.files import FileStore
from segops_pipeline.stores.migrate import migrate
from segops_pipeline.stores.opening import Stores
from segops_pipeline.stores.postgres_data import Reach
from segops_pipeline.stores.urls import connection_file, postgres_urls
from segops_pipeline_tests.databases import PATTERN, Databases

# No test looks at what is left when the server's machine loses its power.
QUICK = {"fsync": "off", "full_page_writes": "off"}
DATABASES: dict[Reach, Databases] = {}

# Files are handed to workers in this order: those whose tests take long first, so that none is left alone at the end.
FOLDERS = [
    "cli", "web", "orchestration", "installation", "demo", "crash", "benchmarks", "properties", "stores", "imports",
    "notify", "search",
]  # fmt: skip

# What the developer has set must not reach a test.
for variable in [name for name in os.environ if name.startswith(("SEGOPS_", "ANTHROPIC_", "DAGSTER_", "PG"))]:
    del os.environ[variable]


def pytest_configure(config: pytest.Config) -> None:
    """Have xdist keep the order of the files; by itself it begins with those that have most tests."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


def pytest_collection_finish() -> None:
    """What is loaded by now stays: looking through it for garbage would be a tenth of the tests' time."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put files with a slow test first, then folder by folder."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    ranks = {name: rank for rank, name in enumerate(FOLDERS)}
    items.sort(key=lambda item: (item.path not in slow, ranks.get(item.path.parent.name, len(FOLDERS))))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Reach]:
    """The worker's server with the migrated pattern, in a folder that PostgreSQL's user reaches too."""
    with tempfile.TemporaryDirectory(prefix="segops-tests-") as folder:
        Path(folder).chmod(0o755)
        settings = Settings(home=Path(folder))  # type: ignore[call-arg]
        server = EmbeddedPostgres(settings)
        try:
            with server.held():
                reach = Reach.read(connection_file(settings))
                assert reach is not None
                reach = replace(reach, data=str(server.data))
                databases = DATABASES[reach] = Databases(reach)
                with databases.connected("postgres") as connection:
                    for name, value in QUICK.items():
                        connection.execute(f"ALTER SYSTEM SET {name} = {value}")
                    connection.execute("SELECT pg_reload_conf()")
                databases.make_pattern()
                urls = postgres_urls(settings)
                urls = replace(urls, owner=urls.owner.set(database=PATTERN))
                migrate(urls, settings.postgres_role_prefix)
                PooledPostgresStorage(urls.dagster).run_storage.dispose()  # makes Dagster's tables
                yield reach
                databases.close()
        finally:
            server.delete()


@pytest.fixture
def settings(cluster: Reach, tmp_path: Path) -> Iterator[Settings]:
    """An installation of the test's own: a migrated database and an empty folder."""
    with installation(cluster, tmp_path / "home") as made:
        yield made


@pytest.fixture
def stores(settings: Settings) -> Stores:
    """The open stores of the test's installation."""
    return kept_open(settings)


@pytest.fixture
def database(stores: Stores) -> Database:
    """The database of the test's installation."""
    return stores.database


@pytest.fixture
def workspace_id(database: Database) -> int:
    """A workspace named acme."""
    return _workspace(database, "acme")


@pytest.fixture
def other_workspace_id(database: Database) -> int:
    """Another workspace, named other."""
    return _workspace(database, "other")


@contextmanager
def installation(cluster: Reach, home: Path) -> Generator[Settings]:
    """A migrated database and an empty folder, gone afterwards; for fixtures that several tests share."""
    databases = DATABASES[cluster]
    own = replace(cluster, database=databases.take())
    home.mkdir()
    made = Settings(home=home)  # type: ignore[call-arg]
    own.write(connection_file(made))
    yield made
    databases.give_back(own.database)


def kept_open(settings: Settings) -> Stores:
    """The stores of an installation of tests, as `open_stores` gives them, with sessions that stay open."""
    urls = postgres_urls(settings)
    (databases,) = [one for reach, one in DATABASES.items() if reach.port == urls.owner.port]
    return Stores(settings, databases.opened(urls), FileStore(settings.storage_url or str(settings.home / "files")))


def _workspace(database: Database, name: str) -> int:
    with database.system_session() as connection:
        statement = text("INSERT INTO workspaces (name) VALUES (:name) RETURNING id")
        return connection.execute(statement, {"name": name}).scalar_one()

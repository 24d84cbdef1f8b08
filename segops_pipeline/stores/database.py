"""Sessions on PostgreSQL, one way in for each role; nobody else makes a connection.

`workspace_session` is the application: row-level security binds it to one workspace. `system_session`
spans workspaces. Both are one transaction: committed at the end, rolled back on any error.
"""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import OperationalError

from segops_pipeline.errors import StoreUnreachable
from segops_pipeline.stores.urls import PostgresUrls


class Database:
    """The catalogue's PostgreSQL, seen by its roles."""

    def __init__(self, urls: PostgresUrls) -> None:
        self.urls = urls
        self._app = _engine(urls.app)
        self._system = _engine(urls.system)
        self._owner = _engine(urls.owner)

    @contextmanager
    def workspace_session(self, workspace_id: int) -> Generator[Connection]:
        """One transaction of the application, which sees and writes the rows of one workspace only.

        Raises:
            StoreUnreachable: PostgreSQL does not answer.
        """
        with _transaction(self._app) as connection:
            connection.execute(text("SELECT set_config('segops.workspace_id', :id, true)"), {"id": str(workspace_id)})
            yield connection

    @contextmanager
    def system_session(self) -> Generator[Connection]:
        """One transaction of the system role, which spans workspaces: sensors, sweeps, staging.

        Raises:
            StoreUnreachable: PostgreSQL does not answer.
        """
        with _transaction(self._system) as connection:
            yield connection

    @contextmanager
    def owner_session(self) -> Generator[Connection]:
        """One transaction of the owner: for indexes and other changes of structure only.

        Raises:
            StoreUnreachable: PostgreSQL does not answer.
        """
        with _transaction(self._owner) as connection:
            yield connection

    def dispose(self) -> None:
        """Close every pooled connection."""
        for engine in (self._app, self._system, self._owner):
            engine.dispose()


def driver(connection: Connection) -> psycopg.Connection[Any]:
    """The psycopg connection beneath, for COPY."""
    found = connection.connection.driver_connection
    assert isinstance(found, psycopg.Connection)
    return found


def use_memory(connection: Connection) -> None:
    """Let this transaction sort and hash in memory: set-based statements touch many wide rows once."""
    connection.execute(text("SELECT set_config('work_mem', '256MB', true)"))


def _engine(url: URL) -> Engine:
    return create_engine(url, pool_size=2, max_overflow=8, pool_pre_ping=True, connect_args={"connect_timeout": 10})


@contextmanager
def _transaction(engine: Engine) -> Generator[Connection]:
    try:
        with engine.begin() as connection:
            yield connection
    except OperationalError as error:
        if error.connection_invalidated or not isinstance(error.orig, psycopg.errors.Error) or not error.orig.sqlstate:
            raise unreachable(engine.url, error) from error
        raise


def unreachable(url: URL, error: Exception) -> StoreUnreachable:
    """PostgreSQL did not answer, told with where it should be."""
    reason = str(error).strip().split("\n")[0]
    return StoreUnreachable(
        f"PostgreSQL at {url.host}:{url.port} does not answer: {reason}",
        "Start the stores with `segops up`, or correct SEGOPS_POSTGRES_URL.",
    )

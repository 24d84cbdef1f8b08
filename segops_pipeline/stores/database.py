"""Sessions on PostgreSQL, one way in for each role; nobody else makes a connection.

`workspace_session` is the application: row-level security binds it to one workspace. `system_session`
spans workspaces. Both are one transaction: committed at the end, rolled back on any error.
"""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import DBAPIError, OperationalError

from segops_pipeline.errors import StoreUnreachable
from segops_pipeline.stores.urls import PostgresUrls

LOOPED_ROWS = 1_000
# of one role in one process; opened as they are needed, and kept: opening one costs more than most queries
MOST_CONNECTIONS = 10


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
    def system_look(self) -> Generator[Connection]:
        """A connection of the system role where each statement is a transaction: half the way for a single look.

        Raises:
            StoreUnreachable: PostgreSQL does not answer.
        """
        with _told_errors(self._system), self._system.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")

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


@contextmanager
def without_loops(connection: Connection, rows: int) -> Generator[None]:
    """Have large tables joined by hash in here: of rows that this transaction has written nobody has statistics.

    Args:
        connection: a transaction.
        rows: how many are joined; for few a loop is best, whatever the statistics.
    """
    if rows < LOOPED_ROWS:
        yield
        return
    connection.execute(text("SET LOCAL enable_nestloop = off"))
    yield
    connection.execute(text("SET LOCAL enable_nestloop = on"))


def _engine(url: URL) -> Engine:
    known_as = {"connect_timeout": 10, "application_name": f"segops {_program()}"}
    return create_engine(url, pool_size=MOST_CONNECTIONS, max_overflow=0, pool_pre_ping=True, connect_args=known_as)


def _program() -> str:
    """What runs here, so that a list of connections tells whose they are."""
    program = Path(sys.argv[0])
    return program.parent.name if program.stem == "__main__" else program.stem


@contextmanager
def _transaction(engine: Engine) -> Generator[Connection]:
    with _told_errors(engine), engine.begin() as connection:
        yield connection


@contextmanager
def _told_errors(engine: Engine) -> Generator[None]:
    try:
        yield
    except (DBAPIError, psycopg.Error) as error:  # COPY works beneath SQLAlchemy
        told = _told(engine.url, error)
        if told is None:
            raise
        raise told from error


def _told(url: URL, error: DBAPIError | psycopg.Error) -> StoreUnreachable | None:
    """What to say of an error that is PostgreSQL's own and not of what it was asked."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    state = cause.sqlstate or "" if isinstance(cause, psycopg.Error) else ""
    # out of disk or memory, and what a quota or a limit of its files says
    if state.startswith(("531", "532", "58")) or (state == "XX000" and str(cause).startswith("could not ")):
        reason = str(cause).strip().split("\n")[0]
        return StoreUnreachable(
            f"PostgreSQL at {url.host}:{url.port} cannot go on: {reason}",
            "Give its disk and memory room, then start the job again with `segops retry`.",
        )
    is_lost = isinstance(error, DBAPIError) and error.connection_invalidated
    if is_lost or (
        isinstance(error, OperationalError | psycopg.OperationalError) and (not state or state[:3] == "57P")
    ):
        return unreachable(url, error)
    return None


def unreachable(url: URL, error: Exception) -> StoreUnreachable:
    """PostgreSQL did not answer, told with where it should be."""
    reason = str(error).strip().split("\n")[0]
    return StoreUnreachable(
        f"PostgreSQL at {url.host}:{url.port} does not answer: {reason}",
        "Start the stores with `segops up`, or correct SEGOPS_POSTGRES_URL.",
    )

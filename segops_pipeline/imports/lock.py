"""The lock of a job: whoever runs it, in whatever process, holds a PostgreSQL session advisory lock.

A killed process loses its connection and with it the lock, so a free lock means that no run is alive.
Within one process the lock can be taken again (the command line holds it around the run that it makes).
"""

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress

from sqlalchemy import create_engine, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import NullPool

from segops_pipeline.errors import JobBusy
from segops_pipeline.stores.database import Database, unreachable

LOCK_SPACE = 7306  # seed of the hash, so that the keys are ours
TRIES, PAUSE_SECONDS = 5, 0.2  # a look by `free_jobs` holds the lock for a moment

_held: dict[tuple[str, str], int] = {}
_guard = threading.Lock()


@contextmanager
def hold_job(database: Database, job_id: str) -> Generator[None]:
    """Hold the job's lock on a connection of its own.

    Raises:
        JobBusy: another process holds it.
        StoreUnreachable: PostgreSQL does not answer.
    """
    key = (database.urls.system.render_as_string(), job_id)
    with _guard:
        again = key in _held
        if again:
            _held[key] += 1
    if again:
        try:
            yield
        finally:
            with _guard:
                _held[key] -= 1
        return
    with _connected(database) as connection:
        if not _try(connection, job_id):
            raise JobBusy(
                f"Another run of job {job_id} is alive.",
                "Wait until it ends, or cancel it with `segops cancel`.",
            )
        with _guard:
            _held[key] = 1
        try:
            yield
        finally:
            with _guard:
                del _held[key]
            with suppress(DBAPIError):  # a connection that is lost has lost the lock too
                _release(connection, job_id)


def free_jobs(connection: Connection, job_ids: list[str]) -> list[str]:
    """Those of the jobs that no living run holds; each stays locked until the transaction ends.

    Args:
        connection: a transaction of the system role.
        job_ids: ids to look at.
    """
    rows = connection.execute(
        text(
            """
            SELECT id FROM unnest(CAST(:ids AS text[])) AS id
            WHERE pg_try_advisory_xact_lock(hashtextextended(id, :space))
            """
        ),
        {"ids": job_ids, "space": LOCK_SPACE},
    )
    return [row.id for row in rows]


def _connected(database: Database) -> Connection:
    engine = create_engine(database.urls.system, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        return engine.connect()
    except OperationalError as error:
        raise unreachable(engine.url, error) from error


def _release(connection: Connection, job_id: str) -> None:
    """Unlock now: PostgreSQL ends a closed connection's session, and frees its locks, only a moment later."""
    connection.execute(
        text("SELECT pg_advisory_unlock(hashtextextended(:id, :space))"), {"id": job_id, "space": LOCK_SPACE}
    )


def _try(connection: Connection, job_id: str) -> bool:
    statement = text("SELECT pg_try_advisory_lock(hashtextextended(:id, :space))")
    for attempt in range(TRIES):
        if attempt:
            time.sleep(PAUSE_SECONDS)
        if connection.execute(statement, {"id": job_id, "space": LOCK_SPACE}).scalar_one():
            return True
    return False

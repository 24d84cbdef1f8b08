"""Dagster's storage in PostgreSQL, with a pool of connections; `dagster.yaml` names the class.

dagster-postgres connects anew for every statement, some hundred times in one import, and each time the server
starts a process for it. Here the storages of runs, events and schedules share one pool that an instance closes
when it is disposed of.
What belongs here: how Dagster connects. What doesn't: what it stores, which dagster-postgres knows.
"""

import os
import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from dagster._core.storage.config import PostgresStorageConfig
from dagster._serdes import ConfigurableClassData
from dagster_postgres import (
    DagsterPostgresStorage,
    PostgresEventLogStorage,
    PostgresRunStorage,
    PostgresScheduleStorage,
)
from dagster_postgres.utils import (
    create_pg_connection,
    create_pg_engine,
    get_token_provider_from_config,
    pg_url_from_config,
)
from sqlalchemy import Engine, text

if TYPE_CHECKING:
    from dagster_postgres.auth import PgTokenProvider

# One connection is enough for a run. The daemon's threads take more; those beyond the pool's size close after use.
POOL = {"pool_size": 2, "max_overflow": -1, "pool_use_lifo": True, "pool_pre_ping": True, "pool_recycle": 1800}
HAS_TABLES = """
    SELECT to_regclass('runs') IS NOT NULL AND to_regclass('instance_info') IS NOT NULL
        AND to_regclass('event_logs') IS NOT NULL AND to_regclass('jobs') IS NOT NULL
"""

_engines: "weakref.WeakSet[Engine]" = weakref.WeakSet()


class PooledPostgresStorage(DagsterPostgresStorage):
    """dagster-postgres' storage with one pool of connections for all its parts.

    A connection that a restart of the server has cut off is replaced when it is next taken; a server that is away
    is reported as dagster-postgres does, by `DagsterPostgresException` after some tries.

    Args:
        postgres_url: of the driver psycopg2.
        should_autocreate_tables: make the tables that are not there.
        inst_data: what the instance was configured with.
        token_provider: who gives the password, where it is a token.
    """

    def __init__(
        self,
        postgres_url: str,
        should_autocreate_tables: bool = True,
        inst_data: ConfigurableClassData | None = None,
        token_provider: "PgTokenProvider | None" = None,
    ) -> None:
        engine = create_pg_engine(postgres_url, token_provider, isolation_level="AUTOCOMMIT", **POOL)
        _engines.add(engine)
        # dagster-postgres would list the tables three times, by a connection each.
        missing = should_autocreate_tables and not _has_tables(engine)
        super().__init__(postgres_url, missing, inst_data, token_provider)
        self._run_storage = PooledRunStorage(postgres_url, engine, token_provider)
        self._event_log_storage = PooledEventLogStorage(postgres_url, engine, token_provider)
        self._schedule_storage = PooledScheduleStorage(postgres_url, engine, token_provider)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: PostgresStorageConfig
    ) -> "PooledPostgresStorage":
        """The storage that a `dagster.yaml` asks for; its settings are those of dagster-postgres."""
        settings = cast("Mapping[str, Any]", config_value)
        return cls(
            postgres_url=pg_url_from_config(settings),
            should_autocreate_tables=settings.get("should_autocreate_tables", True),
            inst_data=inst_data,
            token_provider=get_token_provider_from_config(settings),
        )


class _Pooled:
    """A part of the storage, by the pool that all parts share."""

    def __init__(self, postgres_url: str, engine: Engine, token_provider: "PgTokenProvider | None") -> None:
        # the part that follows in the order of classes takes these
        super().__init__(postgres_url, should_autocreate_tables=False, token_provider=token_provider)  # type: ignore[call-arg]
        self._engine = engine

    def dispose(self) -> None:
        """Close the pool, after those who watch for events; an instance that is used again opens it again."""
        super().dispose()  # type: ignore[misc]
        self._engine.dispose()


class PooledRunStorage(_Pooled, PostgresRunStorage):
    """Runs."""


class PooledEventLogStorage(_Pooled, PostgresEventLogStorage):
    """Events."""


class PooledScheduleStorage(_Pooled, PostgresScheduleStorage):
    """Schedules and sensors."""


def _has_tables(engine: Engine) -> bool:
    with create_pg_connection(engine) as connection:
        return bool(connection.execute(text(HAS_TABLES)).scalar())


def _forget_connections() -> None:
    """Leave a forked child without its parent's connections, and the parent's as they are."""
    for engine in list(_engines):
        engine.dispose(close=False)


os.register_at_fork(after_in_child=_forget_connections)

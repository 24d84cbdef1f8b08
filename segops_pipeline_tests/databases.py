"""Databases of tests, used again by later tests: emptying one takes a tenth of the time of making one.

What belongs here: making, emptying and dropping them, and sessions on them that stay open, since PostgreSQL takes
longer to know a database in a new session than to do what a test asks. What doesn't: fixtures.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import psycopg
from psycopg import sql
from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection

from segops_pipeline.stores.database import Database, driver
from segops_pipeline.stores.postgres_data import Reach
from segops_pipeline.stores.urls import PostgresUrls

PATTERN = "pattern"
KEPT_SCHEMAS = "'pg_catalog', 'information_schema', 'pg_toast'"
TABLES = f"""
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ({KEPT_SCHEMAS}) ORDER BY 1, 2
"""
WRITTEN_BY_DDL = (
    "pg_attrdef", "pg_attribute", "pg_constraint", "pg_default_acl", "pg_event_trigger", "pg_extension", "pg_index",
    "pg_inherits", "pg_namespace", "pg_policy", "pg_proc", "pg_rewrite", "pg_sequence", "pg_statistic_ext",
    "pg_trigger", "pg_type",
)  # fmt: skip
LAST_DDL = " UNION ALL ".join(
    f"SELECT '{name} ' || count(*) || coalesce(' ' || max(xmin::text::bigint), '') AS said FROM {name}"
    for name in WRITTEN_BY_DDL
)
# All that a test may have changed but rows, in one word. What only DDL writes is as it was when it has as many rows and
# none from later; pg_class is written for other reasons too.
STRUCTURE = f"""
    SELECT md5(string_agg(said, ',' ORDER BY said)) FROM (
        {LAST_DDL}
        UNION ALL SELECT format('relation %s %s', oid::regclass, relkind) || relrowsecurity || relforcerowsecurity
            || coalesce(relacl::text, '') || coalesce(reloptions::text, '')
            FROM pg_class WHERE oid > 16383 AND relkind <> 't'
        UNION ALL SELECT 'schema ' || nspname || coalesce(nspacl::text, '') FROM pg_namespace WHERE nspname !~ '^pg_'
        UNION ALL SELECT 'setting ' || setconfig::text FROM pg_db_role_setting s
            JOIN pg_database d ON d.oid = s.setdatabase WHERE d.datname = current_database()
    ) AS everything
"""
RESET_SEQUENCES = """
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE last_value IS NOT NULL
"""
# Of the sessions that stay open, those too that are in the middle of something.
END_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity a
    WHERE datname = %s AND pid <> pg_backend_pid() AND (
        pid <> ALL (%s) OR state <> 'idle'
        OR EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND l.locktype = 'advisory')
    )
"""
AS_NEW = "RESET SESSION AUTHORIZATION; RESET ALL; DISCARD TEMP; DISCARD SEQUENCES"
# In large tables deleted rows would lie in the way; one that was analyzed would be planned for as if it had rows.
LARGE = """
    SELECT FROM pg_class WHERE oid = ANY (CAST(%s AS regclass[])) AND (pg_relation_size(oid) > 65536 OR reltuples > 0)
"""

Connection = psycopg.Connection[tuple[object, ...]]


class KeptDatabase(Database):
    """A database whose sessions stay open from test to test."""

    def __init__(self, urls: PostgresUrls) -> None:
        super().__init__(urls)
        self.sessions: set[int] = set()
        for engine in self._engines:
            event.listen(engine, "connect", self._note)

    @property
    def _engines(self) -> tuple[Engine, ...]:
        return self._app, self._system, self._owner

    def make_new(self) -> None:
        """Have every session forget what a test has set in it; one that a test has not given back is ended."""
        for engine in self._engines:
            if engine.pool.checkedout():  # type: ignore[attr-defined]
                engine.dispose()
                continue
            taken = [engine.connect() for _ in range(engine.pool.checkedin())]  # type: ignore[attr-defined]
            for connection in taken:
                driver(connection).execute(AS_NEW)
            for connection in taken:
                connection.close()

    def _note(self, connection: DBAPIConnection, _record: object) -> None:
        self.sessions.add(connection.info.backend_pid)


@dataclass
class Databases:
    """The databases of one server, made from its pattern."""

    reach: Reach
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    free: list[str] = field(default_factory=list[str])
    kept: dict[str, KeptDatabase] = field(default_factory=dict[str, KeptDatabase])
    emptying: dict[str, Connection] = field(default_factory=dict[str, Connection])
    structure: str = ""
    filled: Sequence[tuple[str, str]] = ()
    empty: Sequence[tuple[str, str]] = ()
    said: str = ""

    def make_pattern(self) -> None:
        """Make the pattern, which is to be migrated before the first database is made."""
        with self.connected("postgres") as connection:
            _create(connection, PATTERN, "template1")

    def take(self) -> str:
        """A database that is as new; whoever takes it gives it back."""
        if not self.structure:
            self._look_at_pattern()
        if self.free:
            return self.free.pop()
        name = f"test_{next(self.numbers)}"
        with self.connected("postgres") as connection:
            _create(connection, name, PATTERN)
        return name

    def opened(self, urls: PostgresUrls) -> Database:
        """Sessions on a database that was taken; they are not to be disposed of."""
        name = urls.owner.database
        assert name is not None
        if name not in self.kept:
            self.kept[name] = KeptDatabase(urls)
        return self.kept[name]

    def give_back(self, name: str) -> None:
        """Empty a database for the next test, or drop it when more than rows have changed."""
        if self._emptied(name):
            self.free.append(name)
            return
        self._forget(name)
        with self.connected("postgres") as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def close(self) -> None:
        """End all sessions."""
        for name in {*self.kept, *self.emptying}:
            self._forget(name)

    def connected(self, database: str) -> Connection:
        """A connection of the superuser."""
        reach = replace(self.reach, database=database)
        return psycopg.connect(
            host=reach.host, port=reach.port, user="postgres", password=reach.owner_password, dbname=database,
            autocommit=True,
        )  # fmt: skip

    def _look_at_pattern(self) -> None:
        with self.connected(PATTERN) as connection:
            tables = [(str(schema), str(table)) for schema, table in connection.execute(TABLES)]
            self.filled = _filled(connection, tables)
            self.empty = [table for table in tables if table not in self.filled]
            self.said = _said(connection, self.filled)
            self.structure = _one(connection, STRUCTURE)

    def _emptied(self, name: str) -> bool:
        try:
            if name not in self.emptying:
                self.emptying[name] = self.connected(name)
            connection = self.emptying[name]
            kept = self.kept.get(name)
            connection.execute(END_OTHERS, [name, list(kept.sessions) if kept else []])
            if kept is not None:
                kept.make_new()
            if _one(connection, STRUCTURE) != self.structure or _said(connection, self.filled) != self.said:
                return False
            _empty(connection, _filled(connection, self.empty))
            connection.execute(RESET_SEQUENCES)
        except psycopg.OperationalError:  # the test has dropped it
            return False
        return True

    def _forget(self, name: str) -> None:
        if name in self.kept:
            self.kept.pop(name).dispose()
        if name in self.emptying:
            self.emptying.pop(name).close()


def _create(connection: Connection, name: str, pattern: str) -> None:
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
    connection.execute(statement.format(sql.Identifier(name), sql.Identifier(pattern)))


def _empty(connection: Connection, tables: Sequence[tuple[str, str]]) -> None:
    """Empty tables: small ones row by row, which takes a tenth of the time that truncating takes."""
    if not tables:
        return
    names = [sql.Identifier(*table) for table in tables]
    if connection.execute(LARGE, [[name.as_string() for name in names]]).fetchall():
        connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(names)))
        return
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")  # in any order, and no trigger sees it
        for name in names:
            connection.execute(sql.SQL("DELETE FROM {}").format(name))


def _filled(connection: Connection, tables: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those of the tables that have rows."""
    looks = [
        sql.SQL("SELECT {number}::int WHERE EXISTS (SELECT FROM {table})").format(
            number=sql.Literal(number), table=sql.Identifier(*table)
        )
        for number, table in enumerate(tables)
    ]
    return [tables[int(str(number))] for (number,) in connection.execute(sql.SQL(" UNION ALL ").join(looks))]


def _said(connection: Connection, tables: Sequence[tuple[str, str]]) -> str:
    """The rows of tables, in one word."""
    rows = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT t::text AS said FROM {} t").format(sql.Identifier(*table)) for table in tables
    )
    return _one(connection, sql.SQL("SELECT md5(string_agg(said, ',' ORDER BY said)) FROM ({}) AS r").format(rows))


def _one(connection: Connection, query: str | sql.Composed) -> str:
    row = connection.execute(query).fetchone()  # type: ignore[call-overload]
    assert row is not None
    return str(row[0])

"""Databases of tests, used again by later tests: emptying one takes a tenth of the time of making one.

What belongs here: making, emptying and dropping them. What doesn't: fixtures.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import psycopg
from psycopg import sql

from segops_pipeline.stores.postgres_data import Reach

PATTERN = "pattern"
KEPT_SCHEMAS = "'pg_catalog', 'information_schema', 'pg_toast'"
TABLES = f"""
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ({KEPT_SCHEMAS}) ORDER BY 1, 2
"""
# All that a test may have changed but rows, in one word.
STRUCTURE = f"""
    SELECT md5(string_agg(said, ',' ORDER BY said)) FROM (
        SELECT format('%s.%s %s %s', c.relnamespace::regnamespace, c.relname, a.attname, format_type(a.atttypid, -1))
            || a.attnotnull || a.attisdropped AS said
        FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
        WHERE c.relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname IN ({KEPT_SCHEMAS}))
        UNION ALL SELECT 'constraint ' || pg_get_constraintdef(oid) FROM pg_constraint
        UNION ALL SELECT 'index ' || pg_get_indexdef(indexrelid) || indisvalid FROM pg_index WHERE indexrelid > 16383
        UNION ALL SELECT format('trigger %s %s', tgrelid::regclass, tgname) FROM pg_trigger
        UNION ALL SELECT format('policy %s %s %s', polrelid::regclass, polname, polqual) FROM pg_policy
        UNION ALL SELECT format('function %s %s', oid::regprocedure, md5(prosrc)) FROM pg_proc WHERE oid > 16383
        UNION ALL SELECT 'relation ' || relname || relrowsecurity || coalesce(relacl::text, '')
            || coalesce(reloptions::text, '') FROM pg_class WHERE oid > 16383 AND relkind <> 't'
        UNION ALL SELECT 'extension ' || extname FROM pg_extension
        UNION ALL SELECT 'schema ' || nspname || coalesce(nspacl::text, '') FROM pg_namespace WHERE nspname !~ '^pg_'
        UNION ALL SELECT 'setting ' || setconfig::text FROM pg_db_role_setting s
            JOIN pg_database d ON d.oid = s.setdatabase WHERE d.datname = current_database()
    ) AS everything
"""
RESET_SEQUENCES = """
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE last_value IS NOT NULL
"""
END_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass
class Databases:
    """The databases of one server, made from its pattern."""

    reach: Reach
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    free: list[str] = field(default_factory=list[str])
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

    def give_back(self, name: str) -> None:
        """Empty a database for the next test, or drop it when more than rows have changed."""
        with self.connected("postgres") as connection:
            connection.execute(END_OTHERS, [name])
            if self._emptied(name):
                self.free.append(name)
            else:
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

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
            connection = self.connected(name)
        except psycopg.OperationalError:  # the test has dropped it
            return False
        with connection:
            if _one(connection, STRUCTURE) != self.structure or _said(connection, self.filled) != self.said:
                return False
            if written := _filled(connection, self.empty):
                names = sql.SQL(", ").join(sql.Identifier(*table) for table in written)
                connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(names))
            connection.execute(RESET_SEQUENCES)
        return True


def _create(connection: Connection, name: str, pattern: str) -> None:
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
    connection.execute(statement.format(sql.Identifier(name), sql.Identifier(pattern)))


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

"""Bring the database to the newest migration, safely when several processes start at once.

What belongs here: running migrations and setting the roles' passwords. What doesn't: the migrations, which
are in `migrations/versions`, each file named by its revision: four digits, in order.
"""

import time
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import NullPool

from segops_pipeline.errors import WrongUsage
from segops_pipeline.stores.database import driver, unreachable
from segops_pipeline.stores.urls import PostgresUrls

MIGRATION_LOCK = 7_306_401  # any number that nobody else uses for pg_advisory_lock
MIGRATIONS = Path(__file__).parent / "migrations"
OLDEST_SERVER = 15
# Roles belong to the whole server, the lock to one database: another installation on the server may set the same
# role's password at the same time, and PostgreSQL then refuses one of the two.
COLLISION, TRIES, WAIT_SECONDS = "tuple concurrently updated", 8, 0.05


def migrate(urls: PostgresUrls, role_prefix: str) -> None:
    """Run the missing migrations under one advisory lock and set the roles' passwords; quick if none are.

    Args:
        urls: where the owner, the application and the system role connect.
        role_prefix: the roles are `<prefix>_app` and `<prefix>_system`.

    Raises:
        StoreUnreachable: PostgreSQL does not answer.
        WrongUsage: the server is too old, has no pgvector, or was migrated by a newer release.
    """
    for tries_left in reversed(range(TRIES)):
        try:
            _migrate_once(urls, role_prefix)
            return
        except OperationalError as error:
            raise unreachable(urls.owner, error) from error
        except (DBAPIError, psycopg.Error) as error:
            if not tries_left or COLLISION not in str(error):
                raise
            time.sleep(WAIT_SECONDS * (TRIES - tries_left))


def _migrate_once(urls: PostgresUrls, role_prefix: str) -> None:
    engine = create_engine(urls.owner, poolclass=NullPool, connect_args={"connect_timeout": 10})
    with engine.connect() as connection:
        if _is_newest(connection) and _logs_in(urls.app) and _logs_in(urls.system):
            return
        connection.rollback()
        _bring_up_to_date(connection, urls, role_prefix)


def newest_revision() -> str:
    """The revision that the code needs."""
    # Read from the names, since loading Alembic would take longer than the rest of a command's start.
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def _is_newest(connection: Connection) -> bool:
    """Whether nothing is to be migrated.

    Raises:
        WrongUsage: a newer release has migrated it.
    """
    if connection.execute(text("SELECT to_regclass('alembic_version')")).scalar() is None:
        return False
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if found is not None and found > newest_revision():
        raise WrongUsage(
            f"The database has migration {found}; this release knows {newest_revision()} as its newest.",
            "Install the release that migrated it, or a newer one.",
        )
    return found == newest_revision()


def _logs_in(url: URL) -> bool:
    try:
        create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": 10}).connect().close()
    except OperationalError:
        return False
    return True


def _bring_up_to_date(connection: Connection, urls: PostgresUrls, role_prefix: str) -> None:
    connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": MIGRATION_LOCK})
    connection.commit()
    try:
        if not _is_newest(connection):
            _check_server(connection)
            _upgrade(connection, role_prefix)
        for url in (urls.app, urls.system):
            _set_password(connection, url)
        driver(connection).commit()  # what the driver was given directly, SQLAlchemy does not know of
    finally:
        driver(connection).rollback()
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": MIGRATION_LOCK})
        connection.commit()


def _check_server(connection: Connection) -> None:
    """Refuse a server that cannot hold the tables, before any is made."""
    major = int(connection.execute(text("SHOW server_version_num")).scalar_one()) // 10_000
    if major < OLDEST_SERVER:
        raise WrongUsage(f"The server is PostgreSQL {major}.", f"Use PostgreSQL {OLDEST_SERVER} or newer.")
    if connection.execute(text("SELECT FROM pg_available_extensions WHERE name = 'vector'")).first() is None:
        raise WrongUsage("The PostgreSQL server does not have pgvector.", "Install pgvector on the server.")


def _upgrade(connection: Connection, role_prefix: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["role_prefix"] = role_prefix
    command.upgrade(config, "head")
    # Dagster makes its own tables, in a schema that it does not make.
    connection.execute(text("CREATE SCHEMA IF NOT EXISTS dagster"))
    connection.commit()


def _set_password(connection: Connection, url: URL) -> None:
    """Give a role the password that its URL has, encrypted here so that no log can hold it."""
    assert url.username is not None
    assert url.password is not None
    psycopg_connection = driver(connection)
    verifier = psycopg_connection.pgconn.encrypt_password(
        str(url.password).encode(), url.username.encode(), b"scram-sha-256"
    )
    psycopg_connection.execute(
        sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(url.username), sql.Literal(verifier.decode()))
    )

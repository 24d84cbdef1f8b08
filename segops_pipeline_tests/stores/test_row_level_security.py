"""No workspace reaches another's rows, in any table that has them."""

import secrets
from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import ProgrammingError

from segops_pipeline.stores.database import Database, driver

TENANT_TABLES = text("""
    SELECT table_schema || '.' || table_name FROM information_schema.columns
    JOIN information_schema.tables USING (table_schema, table_name)
    WHERE column_name = 'workspace_id' AND table_type = 'BASE TABLE' ORDER BY 1
""")
COLUMNS = text("""
    SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
    WHERE attrelid = CAST(:name AS regclass) AND attnum > 0 AND NOT attisdropped
    AND attnotnull AND NOT atthasdef AND attidentity = '' ORDER BY attnum
""")
# What the checks of some columns ask for; every other required column gets a value of its type.
BY_COLUMN = {
    "status": "'mapping'", "level": "'error'", "action": "'created'", "operation": "'upsert'",
    "embedding": "'[1, 2, 3]'", "public.product_schema_fields.type": "'text'", "public.audit_log.via": "'page'",
    "public.records.entity": "'brand'",
}  # fmt: skip
BY_TYPE = {
    "bigint": "1", "integer": "1", "text": "'made'", "boolean": "true", "jsonb": "'{}'", "json": "'{}'",
    "bytea": "'made'", "timestamp with time zone": "now()", "text[]": "'{}'",
}  # fmt: skip
# Columns that need a value though they may be empty.
NEEDED_TOO = {"public.audit_log": {"workspace_id": "bigint"}, "public.deliveries": {"recipient": "text"}}
ADD_ONLY = {"public.audit_log"}  # what was done stays written


@pytest.fixture
def tables(database: Database) -> list[str]:
    """Every table that has rows of workspaces; Dagster's own schema has none."""
    with database.system_session() as connection:
        found = list(connection.execute(TENANT_TABLES).scalars())
    assert {"public.products", "public.import_jobs", "staging.rows", "staging.plan_rows"} <= set(found)
    return found


@pytest.fixture
def filled(database: Database, workspace_id: int, other_workspace_id: int, tables: list[str]) -> None:
    """One row of each workspace in every table."""
    with database.system_session() as connection:
        connection.execute(text("INSERT INTO users (id, email) OVERRIDING SYSTEM VALUE VALUES (1, 'kim@example.com')"))
        for workspace in (workspace_id, other_workspace_id):
            source_id, job_id = _anchors(connection, workspace)
            for table in tables:
                connection.execute(text(_insert(connection, table, workspace, source_id, job_id)))


def test_every_tenant_table_has_row_level_security_on(database: Database, tables: list[str]) -> None:
    with database.system_session() as connection:
        for table in tables:
            query = text("SELECT relrowsecurity FROM pg_class WHERE oid = CAST(:name AS regclass)")
            assert connection.execute(query, {"name": table}).scalar_one(), table


def test_the_application_is_no_superuser_owns_nothing_and_bypasses_nothing(database: Database) -> None:
    with database.workspace_session(1) as connection:
        rights = "SELECT rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
        owned = "SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = current_user"
        assert connection.execute(text(rights)).scalar_one() is False
        assert connection.execute(text(owned)).scalar_one() == 0


@pytest.mark.usefixtures("filled")
def test_a_workspace_reads_its_own_rows_and_no_others(database: Database, workspace_id: int, tables: list[str]) -> None:
    with database.workspace_session(workspace_id) as connection:
        for table in tables:
            assert set(connection.execute(text(f"SELECT workspace_id FROM {table}")).scalars()) == {workspace_id}, table
        assert list(connection.execute(text("SELECT id FROM workspaces")).scalars()) == [workspace_id]


@pytest.mark.usefixtures("filled")
def test_a_workspace_cannot_change_or_delete_the_rows_of_another(
    database: Database, workspace_id: int, other_workspace_id: int, tables: list[str]
) -> None:
    for table in tables:
        for statement in (
            f"UPDATE {table} SET workspace_id = workspace_id WHERE workspace_id = :other",
            f"DELETE FROM {table} WHERE workspace_id = :other",
        ):
            if table not in ADD_ONLY:
                with database.workspace_session(workspace_id) as connection:
                    assert connection.execute(text(statement), {"other": other_workspace_id}).rowcount == 0, table
        with database.system_session() as connection:
            left = connection.execute(
                text(f"SELECT count(*) FROM {table} WHERE workspace_id = :other"),
                {"other": other_workspace_id},
            )
            assert left.scalar_one() > 0, table


@pytest.mark.usefixtures("filled")
def test_a_workspace_cannot_give_its_rows_to_another(
    database: Database, workspace_id: int, other_workspace_id: int, tables: list[str]
) -> None:
    for table in tables:
        with (
            pytest.raises(ProgrammingError, match="permission denied" if table in ADD_ONLY else "row-level security"),
            database.workspace_session(workspace_id) as connection,
        ):
            connection.execute(text(f"UPDATE {table} SET workspace_id = :other"), {"other": other_workspace_id})


@pytest.mark.usefixtures("filled")
def test_a_workspace_cannot_insert_rows_of_another(
    database: Database, workspace_id: int, other_workspace_id: int, tables: list[str]
) -> None:
    for table in tables:
        with database.system_session() as connection:
            statement = _insert(connection, table, other_workspace_id, 1, "made")
        with (
            pytest.raises(ProgrammingError, match="row-level security"),
            database.workspace_session(workspace_id) as connection,
        ):
            connection.execute(text(statement))


@pytest.mark.usefixtures("filled")
def test_a_session_of_no_workspace_sees_and_deletes_nothing(application: Connection, tables: list[str]) -> None:
    for table in tables:
        assert application.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0, table
        if table not in ADD_ONLY:
            assert application.execute(text(f"DELETE FROM {table}")).rowcount == 0, table
    assert application.execute(text("SELECT count(*) FROM workspaces")).scalar_one() == 0


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("statement", ["UPDATE audit_log SET actor = 'nobody'", "DELETE FROM audit_log"])
def test_the_application_cannot_change_what_the_audit_log_has(
    database: Database, workspace_id: int, statement: str
) -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        database.workspace_session(workspace_id) as connection,
    ):
        connection.execute(text(statement))


@pytest.mark.parametrize("table", ["users", "web_sessions", "sign_in_links"])
def test_the_application_has_no_right_to_the_people_of_the_installation(
    database: Database, workspace_id: int, table: str
) -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        database.workspace_session(workspace_id) as connection,
    ):
        connection.execute(text(f"SELECT FROM {table}"))


@pytest.mark.usefixtures("filled")
def test_the_workspace_of_a_session_does_not_outlive_its_transaction(database: Database, workspace_id: int) -> None:
    with database.workspace_session(workspace_id) as connection:
        first = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    engine = database._app  # pyright: ignore[reportPrivateUsage] the pool must be the one that was used
    with engine.begin() as connection:
        assert connection.execute(text("SELECT pg_backend_pid()")).scalar_one() == first
        assert connection.execute(text("SELECT count(*) FROM products")).scalar_one() == 0


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO workspaces (name) VALUES ('new')",
        "DELETE FROM workspaces",
        "UPDATE workspaces SET name = 'new'",
    ],
)
def test_the_application_cannot_make_rename_or_delete_a_workspace(
    database: Database, workspace_id: int, statement: str
) -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        database.workspace_session(workspace_id) as connection,
    ):
        connection.execute(text(statement))


def test_the_application_sets_the_defaults_of_its_own_workspace_alone(
    database: Database, workspace_id: int, other_workspace_id: int
) -> None:
    with database.workspace_session(workspace_id) as connection:
        assert connection.execute(text("UPDATE workspaces SET default_currency = 'EUR'")).rowcount == 1
    with database.workspace_session(other_workspace_id) as connection:
        assert connection.execute(text("SELECT default_currency FROM workspaces")).scalar_one() is None


def test_the_application_cannot_become_another_role(database: Database, workspace_id: int) -> None:
    for role in (database.urls.system.username, database.urls.owner.username):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            database.workspace_session(workspace_id) as connection,
        ):
            connection.execute(text(f"SET ROLE {role}"))


@pytest.mark.usefixtures("filled")
def test_the_system_role_sees_every_workspace(
    database: Database, workspace_id: int, other_workspace_id: int, tables: list[str]
) -> None:
    with database.system_session() as connection:
        for table in tables:
            found = set(connection.execute(text(f"SELECT workspace_id FROM {table}")).scalars())
            assert found == {workspace_id, other_workspace_id}, table


def test_the_system_role_copies_into_every_staging_table(
    database: Database, workspace_id: int, tables: list[str]
) -> None:
    for table in [name for name in tables if name.startswith("staging.")]:
        with database.system_session() as connection:
            columns, values = _row(connection, table, workspace_id, 1, "made")
            row = connection.execute(text(f"SELECT {', '.join(values)}")).one()
            statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
            with driver(connection).cursor() as cursor, cursor.copy(statement) as copy:
                copy.write_row(["{}" if isinstance(value, dict) else value for value in row])
        with database.workspace_session(workspace_id) as connection:
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 1, table


@pytest.fixture
def application(database: Database) -> Iterator[Connection]:
    """A transaction of the application's role that has not said its workspace."""
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    with create_engine(make_url(database.urls.app), poolclass=NullPool).begin() as connection:
        yield connection


def _anchors(connection: Connection, workspace: int) -> tuple[int, str]:
    """The source and the job that the rows of a workspace refer to."""
    source = text("INSERT INTO sources (workspace_id, name) VALUES (:id, 'anchor') RETURNING id")
    source_id = connection.execute(source, {"id": workspace}).scalar_one()
    job = text(
        "INSERT INTO import_jobs (workspace_id, id, source_id, file_name, status) "
        "VALUES (:id, :job, :source, 'anchor.csv', 'mapping')"
    )
    job_id = f"anchor-{workspace}"
    connection.execute(job, {"id": workspace, "job": job_id, "source": source_id})
    return source_id, job_id


def _row(
    connection: Connection, table: str, workspace: int, source_id: int, job_id: str
) -> tuple[list[str], list[str]]:
    """The columns of a table that must have a value, each with one as SQL that its checks take."""
    own = {"workspace_id": str(workspace), "source_id": str(source_id), "job_id": f"'{job_id}'"}
    if table == "public.import_jobs":
        own["id"] = f"'made-{workspace}-{source_id}'"
    own["token"] = f"'token-{workspace}-{source_id}'"
    own["key_hash"] = f"'{secrets.token_hex(8)}'"
    columns: list[str] = []
    values: list[str] = []
    required = {row.attname: row.format_type for row in connection.execute(COLUMNS, {"name": table})}
    for column, kind in {**required, **NEEDED_TOO.get(table, {})}.items():
        known = own.get(column) or BY_COLUMN.get(f"{table}.{column}") or BY_COLUMN.get(column)
        columns.append(column)
        values.append(f"CAST({known or BY_TYPE[kind]} AS {kind})")
    return columns, values


def _insert(connection: Connection, table: str, workspace: int, source_id: int, job_id: str) -> str:
    columns, values = _row(connection, table, workspace, source_id, job_id)
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(values)})"

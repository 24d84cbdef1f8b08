"""The owner: whoever runs the installation, and administers every workspace of it.

Made at the first `segops up`, so that it can sign its operator in by a link, without a password, on loopback.
"""

from sqlalchemy import text

from segops_pipeline.access.users import User, create_user, get_user_by_id
from segops_pipeline.imports.workspaces import ensure_workspace, list_workspaces
from segops_pipeline.stores.database import Database

OWNER_EMAIL = "owner@localhost"
FIRST_WORKSPACE = "default"
_LOCK = 7_306_402  # any number that nobody else uses for pg_advisory_xact_lock


def ensure_first_workspace(database: Database) -> None:
    """Make a workspace if there is none: without one, nobody could do anything in the pages."""
    if not list_workspaces(database):
        ensure_workspace(database, FIRST_WORKSPACE)


def ensure_owner(database: Database) -> User:
    """The oldest active owner; made now if there is none, with a first workspace if there is none either."""
    ensure_first_workspace(database)
    statement = text("SELECT id FROM users WHERE is_owner AND is_active ORDER BY created_at, id LIMIT 1")
    with database.system_session() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        found = connection.execute(statement).scalar()
        if found is None:
            return create_user(database, OWNER_EMAIL, name="Owner", is_owner=True)
    return get_user_by_id(database, found)

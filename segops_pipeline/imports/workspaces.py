"""Workspaces: the tenants. A name that nobody has used yet makes one."""

import re
from dataclasses import dataclass, replace

from sqlalchemy import text

from segops_pipeline.errors import WrongUsage
from segops_pipeline.inference.currencies import CODES
from segops_pipeline.stores.database import Database

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


@dataclass(frozen=True, slots=True)
class Workspace:
    """A tenant; `default_currency` is an ISO 4217 code."""

    id: int
    name: str
    default_currency: str | None = None
    default_locale: str | None = None


def find_workspace(database: Database, name: str) -> Workspace:
    """The workspace of this name.

    Raises:
        WrongUsage: there is none.
    """
    for workspace in list_workspaces(database):
        if workspace.name == name:
            return workspace
    raise WrongUsage(f"There is no workspace '{name}'.", "An import with --workspace makes it.")


def ensure_workspace(database: Database, name: str) -> Workspace:
    """The workspace of this name, made now if it is new.

    Raises:
        WrongUsage: the name is no slug of lower-case letters, digits, '-' and '_'.
    """
    if not NAME.fullmatch(name):
        raise WrongUsage(
            f"'{name}' is no name for a workspace.",
            "Use lower-case letters, digits, '-' and '_', at most 63, such as 'acme'.",
        )
    with database.system_session() as connection:
        connection.execute(
            text("INSERT INTO workspaces (name) VALUES (:name) ON CONFLICT (name) DO NOTHING"), {"name": name}
        )
    return find_workspace(database, name)


def set_default_currency(database: Database, name: str, currency: str | None) -> Workspace:
    """Set the currency of a workspace's amounts that name none; None: it has no such currency.

    Files that are read from now on are read with it.

    Raises:
        WrongUsage: it is no ISO 4217 code, or there is no such workspace.
    """
    code = currency.strip().upper() if currency is not None else None
    if code is not None and code not in CODES:
        raise WrongUsage(f"'{currency}' is no currency.", "Give its ISO 4217 code, such as EUR.")
    workspace = find_workspace(database, name)
    with database.system_session() as connection:
        statement = text("UPDATE workspaces SET default_currency = :code WHERE id = :id")
        connection.execute(statement, {"code": code, "id": workspace.id})
    return replace(workspace, default_currency=code)


def list_workspaces(database: Database) -> list[Workspace]:
    """Every workspace, by name."""
    with database.system_session() as connection:
        rows = connection.execute(
            text("SELECT id, name, default_currency, default_locale FROM workspaces ORDER BY name")
        )
        return [Workspace(row.id, row.name, row.default_currency, row.default_locale) for row in rows]

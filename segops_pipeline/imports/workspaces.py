"""Workspaces: the tenants. A name that nobody has used yet makes one."""

import re
from dataclasses import dataclass, replace

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.errors import WrongUsage
from segops_pipeline.inference.currencies import CODES
from segops_pipeline.stores.database import Database

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")  # BCP 47, as far as catalogues need it


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
    code = _code(currency)
    workspace = find_workspace(database, name)
    with database.system_session() as connection:
        statement = text("UPDATE workspaces SET default_currency = :code WHERE id = :id")
        connection.execute(statement, {"code": code, "id": workspace.id})
    return replace(workspace, default_currency=code)


def set_defaults(connection: Connection, workspace_id: int, currency: str | None, locale: str | None) -> None:
    """Set what amounts without a currency and texts without a language are in; None: nothing is known of them.

    Args:
        connection: a session of the workspace.
        workspace_id: the workspace.
        currency: an ISO 4217 code.
        locale: a tag such as de-DE.

    Raises:
        WrongUsage: it is no ISO 4217 code, or no tag of a language such as de-DE.
    """
    code, tag = _code(currency), locale.strip().replace("_", "-") if locale is not None else None
    if tag is not None and not LOCALE.fullmatch(tag):
        raise WrongUsage(f"'{tag[:40]}' is no locale.", "Give one such as en or de-DE.", column="default_locale")
    statement = text("UPDATE workspaces SET default_currency = :code, default_locale = :tag WHERE id = :id")
    connection.execute(statement, {"code": code, "tag": tag, "id": workspace_id})


def _code(currency: str | None) -> str | None:
    code = currency.strip().upper() if currency is not None else None
    if code is not None and code not in CODES:
        raise WrongUsage(
            f"'{code[:40]}' is no currency.", "Give its ISO 4217 code, such as EUR.", column="default_currency"
        )
    return code


def list_workspaces(database: Database) -> list[Workspace]:
    """Every workspace, by name."""
    with database.system_session() as connection:
        rows = connection.execute(
            text("SELECT id, name, default_currency, default_locale FROM workspaces ORDER BY name")
        )
        return [Workspace(row.id, row.name, row.default_currency, row.default_locale) for row in rows]

"""Sources: named origins of files, with their policy, rules, location and schedule, and the SQL of their table.

What belongs here: the row of a source and when it is due. What doesn't: fetching (fetch.py) and what is done
with a file (the acts on jobs).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypedDict, Unpack

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.rules import POLICY_NAMES, ImportRules
from segops_pipeline.errors import WrongUsage
from segops_pipeline.imports.cron import check_timezone, next_due
from segops_pipeline.imports.formats import checked_format
from segops_pipeline.imports.locations import parse_location
from segops_pipeline.imports.workspaces import NAME

MANUAL = "manual"
FINISHED_FOLDERS = frozenset({"processed", "failed"})

_SELECT = """
    SELECT s.workspace_id, w.name AS workspace, s.id, s.name, s.format, s.policy, s.automatic, s.location,
        s.cron, s.timezone, s.next_due_at, s.last_checksum, s.last_fetched_at, s.last_note, s.rules,
        s.format_options
    FROM sources s JOIN workspaces w ON w.id = s.workspace_id
"""


@dataclass(frozen=True, slots=True)
class Source:
    """A named origin of files; `last_checksum` is the SHA-256 of the last file fetched; times are aware.

    `rules` are those of its imports, as `ImportRules` reads them; `format_options` those of its format, where it has
    some.
    """

    workspace_id: int
    workspace: str
    id: int
    name: str
    format: str
    policy: str
    automatic: bool
    location: str | None
    cron: str | None
    timezone: str
    next_due_at: datetime | None
    last_checksum: str | None
    last_fetched_at: datetime | None
    last_note: str | None
    rules: dict[str, Any] | None
    format_options: dict[str, Any] | None

    @property
    def shown_location(self) -> str | None:
        """The location without user, password and query, for people and logs."""
        return parse_location(self.location).shown if self.location else None


class SourceChanges(TypedDict, total=False):
    """What can be set of a source; what is left out stays as it is."""

    format: str
    policy: str
    automatic: bool
    location: str | None
    cron: str | None
    timezone: str
    rules: ImportRules
    format_options: Mapping[str, Any] | None


def ensure_source(connection: Connection, workspace_id: int, name: str = MANUAL) -> Source:
    """Give the source of this name, made with the defaults if it is new.

    Raises:
        WrongUsage: the name cannot be one.
    """
    _check_name(name)
    connection.execute(
        text(
            "INSERT INTO sources (workspace_id, name) VALUES (:workspace_id, :name)"
            " ON CONFLICT (workspace_id, name) DO NOTHING"
        ),
        {"workspace_id": workspace_id, "name": name},
    )
    return get_source(connection, workspace_id, name)


def save_source(
    connection: Connection,
    workspace_id: int,
    name: str,
    now: datetime | None = None,
    **changes: Unpack[SourceChanges],
) -> Source:
    """Make or change a source; a new schedule starts with its next tick after `now`.

    Args:
        connection: a session that may write the workspace.
        workspace_id: the workspace.
        name: of a source that exists or not.
        now: aware; by default the present time.
        changes: what to set. A relative path becomes absolute; options of a format are laid over those before, and
            gone with another format.

    Raises:
        WrongUsage: a name, format, option, policy, location, cron expression or time zone that cannot be one, or a
            schedule without a location.
    """
    before = ensure_source(connection, workspace_id, name)
    connection.execute(text("SELECT FROM sources WHERE id = :id FOR UPDATE"), {"id": before.id})
    before = get_source(connection, workspace_id, name)
    location = changes.get("location", before.location)
    cron, timezone = changes.get("cron", before.cron), changes.get("timezone", before.timezone)
    policy = changes.get("policy", before.policy)
    _check_policy(policy)
    if location is not None:
        location = parse_location(location).text
    if cron is not None and location is None:
        raise WrongUsage(f"The source {name} has a schedule, but nothing to fetch.", "Give it a location too.")
    rules = changes["rules"].as_dict() if "rules" in changes else before.rules
    said = checked_format(changes.get("format"), changes.get("format_options") or {})
    kept = before.format_options if said in (None, before.format) else None
    options = {**(kept or {}), **(changes.get("format_options") or {})}
    due_at = before.next_due_at
    if (cron, timezone) != (before.cron, before.timezone):
        check_timezone(timezone)
        due_at = next_due(cron, timezone, now or datetime.now(UTC)) if cron is not None else None
    connection.execute(
        text(
            """
            UPDATE sources SET format = :format, policy = :policy, automatic = :automatic,
                location = :location, cron = :cron, timezone = :timezone, next_due_at = :due_at,
                rules = CAST(:rules AS jsonb), format_options = CAST(:options AS jsonb)
            WHERE id = :id
            """
        ),
        {
            "id": before.id,
            "format": said or before.format,
            "policy": policy,
            "automatic": changes.get("automatic", before.automatic),
            "location": location,
            "cron": cron,
            "timezone": timezone,
            "due_at": due_at,
            "rules": json.dumps(rules) if rules else None,
            "options": json.dumps(options) if options else None,
        },
    )
    return get_source(connection, workspace_id, name)


def get_source(connection: Connection, workspace_id: int, name: str) -> Source:
    """Give the source of this name.

    Raises:
        WrongUsage: there is none.
    """
    found = _all(
        connection,
        "WHERE s.workspace_id = :workspace_id AND s.name = :name",
        {"workspace_id": workspace_id, "name": name},
    )
    if not found:
        raise WrongUsage(f"There is no source {name!r}.", "`segops sources` lists those that there are.")
    return found[0]


def get_source_by_id(connection: Connection, source_id: int) -> Source:
    """Give the source of this id, as far as the session may see it.

    Raises:
        WrongUsage: there is none.
    """
    found = _all(connection, "WHERE s.id = :source_id", {"source_id": source_id})
    if not found:
        raise WrongUsage(f"There is no source with the id {source_id}.")
    return found[0]


def list_sources(connection: Connection, workspace_id: int) -> list[Source]:
    """Give every source of a workspace, by name."""
    return _all(connection, "WHERE s.workspace_id = :workspace_id ORDER BY s.name", {"workspace_id": workspace_id})


def remove_source(connection: Connection, workspace_id: int, name: str) -> None:
    """Remove a source that no job refers to, with what was learned and kept for it alone.

    Raises:
        WrongUsage: there is none, it is the one of uploads by hand, or jobs refer to it.
    """
    if name == MANUAL:
        raise WrongUsage(f"The source {MANUAL} cannot be removed: uploads by hand belong to it.")
    source = get_source(connection, workspace_id, name)
    bound = {"workspace_id": workspace_id, "source_id": source.id}
    # the lock keeps a job that is made just now from referring to a source that goes
    connection.execute(text("SELECT FROM sources WHERE id = :source_id FOR UPDATE"), bound)
    used = connection.execute(
        text("SELECT EXISTS (SELECT FROM import_jobs WHERE workspace_id = :workspace_id AND source_id = :source_id)"),
        bound,
    ).scalar_one()
    if used:
        raise WrongUsage(
            f"The source {name} cannot be removed: imports came from it, and their history is kept.",
            "To stop its schedule, take its cron expression away.",
        )
    for table, column in (("learned_mappings", "source_id"), ("source_rows", "source_id"), ("sources", "id")):
        connection.execute(
            text(f"DELETE FROM {table} WHERE workspace_id = :workspace_id AND {column} = :source_id"), bound
        )


def due_sources(connection: Connection, now: datetime, limit: int = 20) -> list[Source]:
    """Give the sources whose schedule has come, the longest overdue first; one indexed query.

    Args:
        connection: a session of the system role, which sees every workspace.
        now: aware.
        limit: the most to give.
    """
    return _all(
        connection,
        "WHERE s.cron IS NOT NULL AND s.next_due_at <= :now ORDER BY s.next_due_at LIMIT :limit",
        {"now": now, "limit": limit},
    )


def claim_tick(connection: Connection, source: Source, now: datetime) -> bool:
    """Move a due source to its next tick after `now`, so that this one fires once, whoever else looks.

    However many ticks were missed while the system was down, one is claimed.

    Returns:
        False when somebody else has claimed the tick, or the schedule was changed meanwhile.
    """
    if source.cron is None:
        return False
    claimed = connection.execute(
        text("UPDATE sources SET next_due_at = :next WHERE id = :id AND cron = :cron AND next_due_at = :due"),
        {
            "id": source.id,
            "cron": source.cron,
            "due": source.next_due_at,
            "next": next_due(source.cron, source.timezone, now),
        },
    )
    return claimed.rowcount == 1


def mark_fetched(
    connection: Connection,
    source: Source,
    checksum: str | None,
    note: str | None,
    next_due_at: datetime | None = None,
) -> None:
    """Note how a fetch went.

    Args:
        connection: a session that may write the workspace.
        source: what was fetched.
        checksum: SHA-256 of the file in hexadecimal digits; None when nothing came, which keeps the last one.
        note: words for people, such as "unchanged".
        next_due_at: aware; None leaves the schedule as it is, for `claim_tick` has moved it already.
    """
    connection.execute(
        text(
            """
            UPDATE sources SET last_checksum = coalesce(:checksum, last_checksum), last_note = :note,
                last_fetched_at = now(), next_due_at = coalesce(CAST(:due_at AS timestamptz), next_due_at)
            WHERE id = :id
            """
        ),
        {"id": source.id, "checksum": checksum, "note": note, "due_at": next_due_at},
    )


def _check_name(name: str) -> None:
    if not NAME.fullmatch(name):
        raise WrongUsage(
            f"{name!r} is no name for a source.",
            "Use lower-case letters, digits, '-' and '_', at most 63, such as 'acme'.",
        )
    if name in FINISHED_FOLDERS:
        raise WrongUsage(f"{name!r} is no name for a source: the inbox has folders called so.", "Choose another.")


def _check_policy(policy: str) -> None:
    if policy not in POLICY_NAMES:
        raise WrongUsage(f"{policy!r} is no policy.", f"The policies are {', '.join(POLICY_NAMES)}.")


def _all(connection: Connection, where: str, bound: dict[str, Any]) -> list[Source]:
    return [Source(**row) for row in connection.execute(text(_SELECT + where), bound).mappings()]

"""How many imports somebody may start in an hour, counted from the jobs themselves: no restart forgets them.

What belongs here: that one limit. What doesn't: limits of requests and of wrong passwords (`web.security.rates`).
"""

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.access.actor import Actor
from segops_pipeline.config import Settings
from segops_pipeline.errors import TooManyRequests


def check_import_rate(connection: Connection, actor: Actor, settings: Settings) -> None:
    """Check that the actor may start one more import now.

    Args:
        connection: a session of the actor's workspace.
        actor: who would start it.
        settings: `imports_per_hour`.

    Raises:
        TooManyRequests: they have started as many in the past hour as they may.
    """
    oldest = connection.execute(
        text(
            "SELECT extract(epoch FROM created_at + interval '1 hour' - now()) FROM import_jobs"
            " WHERE created_by = :name AND created_at > now() - interval '1 hour'"
            " ORDER BY created_at DESC OFFSET :most LIMIT 1"
        ),
        {"name": actor.name, "most": settings.imports_per_hour - 1},
    ).scalar()
    if oldest is not None:
        seconds = max(1, int(oldest))
        error = TooManyRequests(
            f"{actor.name} has started {settings.imports_per_hour} imports in an hour, as many as may be.",
            f"Try again in {-(-seconds // 60)} minutes; SEGOPS_IMPORTS_PER_HOUR sets how many may be.",
        )
        error.retry_after_seconds = seconds
        raise error

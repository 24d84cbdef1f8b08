"""Cron expressions: when the next tick is, in a time zone.

What belongs here: text and moments. What doesn't: sources and what happens at a tick.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from croniter import CroniterError, croniter

from segops_pipeline.errors import WrongUsage


def next_due(cron: str, timezone: str, after: datetime) -> datetime:
    """Give the first tick after a moment, in UTC.

    Args:
        cron: five fields, or a shorthand such as @daily.
        timezone: name of the zone that the fields are in, such as Europe/Copenhagen.
        after: aware.

    Raises:
        WrongUsage: the expression or the zone is none, or no day ever matches.
    """
    zone = check_timezone(timezone)
    remedy = "Give five fields, minute hour day month weekday, such as '0 6 * * mon-fri', or @daily."
    # croniter takes seconds and years too, in a sixth and seventh field: nobody means those by cron
    if not cron.startswith("@") and len(cron.split()) != 5:
        raise WrongUsage(f"{cron!r} is no cron expression.", remedy)
    try:
        tick: datetime = croniter(cron, after.astimezone(zone)).get_next(datetime)
    except CroniterError as error:
        raise WrongUsage(f"{cron!r} is no cron expression with a next time: {error}.", remedy) from error
    return tick.astimezone(UTC)


def check_timezone(timezone: str) -> ZoneInfo:
    """Give the time zone of this name.

    Raises:
        WrongUsage: there is none.
    """
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise WrongUsage(
            f"{timezone!r} is no time zone.",
            "Give a name of the IANA database, such as Europe/Copenhagen or UTC.",
        ) from error

"""When a cron expression comes due."""

from datetime import UTC, datetime

import pytest

from segops_pipeline.errors import WrongUsage
from segops_pipeline.imports.cron import next_due


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "timezone", "after", "due"),
    [
        ("0 6 * * *", "UTC", "2026-03-01 05:59", "2026-03-01 06:00"),
        ("0 6 * * *", "UTC", "2026-03-01 06:00", "2026-03-02 06:00"),
        ("0 6 * * *", "Europe/Copenhagen", "2026-01-15 04:00", "2026-01-15 05:00"),
        ("0 6 * * *", "Europe/Copenhagen", "2026-07-15 03:00", "2026-07-15 04:00"),
        ("30 2 * * *", "Europe/Copenhagen", "2026-03-28 12:00", "2026-03-29 01:00"),
        ("*/15 * * * *", "Asia/Kolkata", "2026-01-15 04:01", "2026-01-15 04:15"),
        ("0 6 * * mon-fri", "UTC", "2026-03-06 07:00", "2026-03-09 06:00"),
        ("@daily", "UTC", "2026-03-01 05:59", "2026-03-02 00:00"),
    ],
)
def test_the_next_tick_is_in_the_zone_of_the_source(cron: str, timezone: str, after: str, due: str) -> None:
    assert next_due(cron, timezone, at(after)) == at(due)


@pytest.mark.parametrize("cron", ["", "often", "61 * * * *", "* * * *", "* * * * * *", "*/0 * * * *", "@reboot"])
def test_what_is_no_cron_expression_is_wrong_usage(cron: str) -> None:
    with pytest.raises(WrongUsage, match="no cron expression"):
        next_due(cron, "UTC", at("2026-03-01 00:00"))


def test_a_day_that_never_comes_is_wrong_usage() -> None:
    with pytest.raises(WrongUsage, match="next time"):
        next_due("0 0 30 2 *", "UTC", at("2026-03-01 00:00"))


@pytest.mark.parametrize("timezone", ["Mars/Olympus", "", "../etc/passwd", "/etc/localtime"])
def test_what_is_no_time_zone_is_wrong_usage(timezone: str) -> None:
    with pytest.raises(WrongUsage, match="no time zone"):
        next_due("@daily", timezone, at("2026-03-01 00:00"))

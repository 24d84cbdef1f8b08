"""Amounts as people of a language write them."""

from datetime import UTC, date, datetime

import pytest

from segops_pipeline.web.pages import amounts


@pytest.mark.parametrize(
    ("value", "en", "de"),
    [(None, "–", "–"), (0, "0", "0"), (1234567, "1,234,567", "1.234.567"), (999.6, "1,000", "1.000")],
)
def test_numbers_have_their_thousands_told_apart(value: float | None, en: str, de: str) -> None:
    assert (amounts.number(value, "en"), amounts.number(value, "de")) == (en, de)


@pytest.mark.parametrize(
    ("value", "told"),
    [(None, "–"), (0.0, "0%"), (1.0, "100%"), (0.5, "50%"), (0.99999, "99.9%"), (0.00001, "0.1%"), (0.1234, "12.3%")],
)
def test_a_share_is_never_told_as_all_or_none_unless_it_is(value: float | None, told: str) -> None:
    assert amounts.share(value, "en") == told


def test_shares_are_written_in_german_with_a_comma_and_a_space() -> None:
    assert amounts.share(0.125, "de") == "12,5\xa0%"


@pytest.mark.parametrize(
    ("value", "told"), [(0, "0 B"), (1023, "1,023 B"), (1536, "2 KiB"), (5 * 1024**2, "5.0 MiB"), (2**50, "1,024 TiB")]
)
def test_sizes_are_told_in_their_unit(value: int, told: str) -> None:
    assert amounts.size(value, "en") == told


@pytest.mark.parametrize(
    ("seconds", "told"), [(0, "0 s"), (59.6, "1 min"), (61, "1 min 1 s"), (7200, "2 h"), (90_000, "1 d 1 h")]
)
def test_durations_are_told_in_their_two_largest_units(seconds: float, told: str) -> None:
    assert amounts.duration(seconds, "en") == told


def test_days_and_moments_are_those_of_utc() -> None:
    assert (amounts.day(date(2026, 3, 4), "en"), amounts.day(date(2026, 3, 4), "de")) == ("Mar 4", "4.3.")
    assert amounts.moment(datetime(2026, 3, 4, 5, 6, tzinfo=UTC), "de") == "4.3.2026, 05:06 UTC"

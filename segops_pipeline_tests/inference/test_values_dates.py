"""Dates and times as people write them."""

# ruff: noqa: RUF001 - other scripts' letters are meant

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segops_pipeline.inference.values import NO_VALUE, CastContext, Refusal, cast, decide, decide_context

DAY_FIRST, MONTH_FIRST = CastContext(day_first=True), CastContext(day_first=False)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2024-05-31", "2024-05-31"),
        ("2024/5/1", "2024-05-01"),
        ("2024.05.31", "2024-05-31"),
        ("20240531", "2024-05-31"),
        ("31.05.2024", "2024-05-31"),
        ("31. 5. 2024", "2024-05-31"),
        ("31-05-2024", "2024-05-31"),
        ("31.05.24", "2024-05-31"),
        ("31.05.69", "1969-05-31"),
        ("05/31/24", "2024-05-31"),
        ("May 31, 2024", "2024-05-31"),
        ("July 23 , 2013", "2013-07-23"),
        ("May 31 2024", "2024-05-31"),
        ("31 May 2024", "2024-05-31"),
        ("31st of May, 2024", "2024-05-31"),
        ("31-May-24", "2024-05-31"),
        ("2024-May-31", "2024-05-31"),
        ("31. Mai 2024", "2024-05-31"),
        ("3. März 2024", "2024-03-03"),
        ("1er août 2024", "2024-08-01"),
        ("15 févr. 2024", "2024-02-15"),
        ("1 de mayo de 2024", "2024-05-01"),
        ("5 ottobre 2024", "2024-10-05"),
        ("5 mei 2024", "2024-05-05"),
        ("7 de março de 2024", "2024-03-07"),
        ("3 października 2024", "2024-10-03"),
        ("10 февраля 2020 г.", "2020-02-10"),
        ("2024年5月31日", "2024-05-31"),
        ("2024년 5월 31일", "2024-05-31"),
        ("Friday, May 31, 2024", "2024-05-31"),
        ("Fr., 31. Mai 2024", "2024-05-31"),
        ("2024-05-31T12:30:00", "2024-05-31T12:30:00"),
        ("2024-05-31T12:30:00Z", "2024-05-31T12:30:00+00:00"),
        ("2024-05-31 12:30:00.250+02:00", "2024-05-31T12:30:00.250000+02:00"),
        ("2024-05-31 12:30:00 +0200", "2024-05-31T12:30:00+02:00"),
        ("20240531T123000Z", "2024-05-31T12:30:00+00:00"),
        ("31.05.2024, 12:30 Uhr", "2024-05-31T12:30:00"),
        ("5/31/2024 1:05 PM", "2024-05-31T13:05:00"),
        ("5/31/2024 12:05 am", "2024-05-31T00:05:00"),
        ("Fri, 31 May 2024 12:30:00 GMT", "2024-05-31T12:30:00+00:00"),
        ("2024-05-31T24:00:00", "2024-06-01T00:00:00"),
        ("2024-05-31 12:30:00.1234567", "2024-05-31T12:30:00.123456"),
        ("1717158600", "2024-05-31T12:30:00+00:00"),
        ("1717158600250", "2024-05-31T12:30:00.250000+00:00"),
        ("٣١/٠٥/٢٠٢٤", "2024-05-31"),
    ],
)
def test_a_date_is_read_in_its_form(text: str, iso: str) -> None:
    assert cast(text, "datetime", CastContext()) == iso


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2024-05-31", "2024-05-31"),
        ("31-05-2024", "2024-05-31"),
        ("31.05.24", "2024-05-31"),
        ("05/31/24", "2024-05-31"),
        ("May 31, 2024", "2024-05-31"),
        ("31 May 2024", "2024-05-31"),
        ("31 May, 2024", "2024-05-31"),
    ],
)
def test_the_forms_that_a_pim_archive_names_are_read(text: str, iso: str) -> None:
    assert cast(text, "datetime", decide_context([text], "datetime", None)) == iso


@pytest.mark.parametrize(
    "text",
    [
        "2024-13-01",
        "2023-02-29",
        "31.04.2024",
        "2024-05-31 25:00",
        "2024-05-31T12:30:00+99:00",
        "9999-12-31T24:00:00",
        "2024",
        "2024-05",
        "May 2024",
        "12:30",
        "45123",
        "1/2",
        "1-2-3-4",
        "soon",
        "31 Foo 2024",
        "2024-05-31x",
        "1.2.3",
        "10-12-14 16",
        "13:00 PM",
        "5/31/2024 13:05 PM",
        "3-4 May 2020",
    ],
)
def test_what_is_no_day_is_refused(text: str) -> None:
    assert isinstance(cast(text, "datetime", CastContext()), Refusal)


@pytest.mark.parametrize("text", ["0000-00-00", "0000-00-00 00:00:00", "00/00/0000"])
def test_a_date_of_zeros_is_no_value(text: str) -> None:
    refusal = cast(text, "datetime", CastContext())
    assert isinstance(refusal, Refusal)
    assert refusal.code == NO_VALUE


def test_the_column_decides_which_number_is_the_month() -> None:
    assert cast("01/02/2024", "datetime", DAY_FIRST) == "2024-02-01"
    assert cast("01/02/2024", "datetime", MONTH_FIRST) == "2024-01-02"


def test_a_day_against_the_order_of_its_column_is_refused() -> None:
    assert isinstance(cast("05/31/2024", "datetime", DAY_FIRST), Refusal)


@pytest.mark.parametrize(
    ("values", "day_first"),
    [
        (["01/02/2024", "31/01/2024"], True),
        (["01/02/2024", "01/31/2024"], False),
        (["1.2.2024", "31.1.2024 12:00"], True),
        (["01/02/24", "12/31/23"], False),
    ],
)
def test_one_clear_date_decides_the_order_of_its_column(values: list[str], day_first: bool) -> None:
    decision = decide(values, "datetime")
    assert decision.context.day_first is day_first
    assert not decision.ambiguities


def test_a_column_that_decides_nothing_shows_both_readings() -> None:
    decision = decide(["01/02/2024", "03/04/2024"], "datetime")
    (ambiguity,) = decision.ambiguities
    assert decision.context.day_first is True
    assert ambiguity.readings == ("2024-02-01", "2024-01-02")


def test_a_workspace_that_counts_in_us_dollars_has_the_month_first() -> None:
    assert decide(["01/02/2024"], "datetime", "USD").context.day_first is False


def test_a_date_that_reads_the_same_both_ways_is_not_ambiguous() -> None:
    assert not decide(["01/01/2024", "05.05.2024"], "datetime").ambiguities


def test_short_years_in_front_are_found() -> None:
    context = decide_context(["24-02-01", "25-03-14", "23-12-31"], "datetime", None)
    assert cast("24-02-01", "datetime", context) == "2024-02-01"


def test_clear_forms_decide_nothing() -> None:
    assert decide_context(["2024-05-31", "31 May 2024"], "datetime", "USD") == CastContext()


@given(st.dates(min_value=datetime.date(1970, 1, 1), max_value=datetime.date(2060, 1, 1)), st.booleans())
def test_every_day_is_read_in_the_order_of_its_column(day: datetime.date, day_first: bool) -> None:
    text = day.strftime("%d/%m/%Y" if day_first else "%m/%d/%Y")
    assert cast(text, "datetime", CastContext(day_first=day_first)) == day.isoformat()

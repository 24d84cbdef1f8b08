"""Numbers and dates of workbooks are written as their cells show them, where that can be read in one way only."""

import pytest

from segops_pipeline.reading.number_format import cell_format


@pytest.mark.parametrize(
    ("code", "number", "shown"),
    [
        ("General", "45", "45"),
        ("0.00", "5", "5.00"),
        ("0.00", "19.995", "20.00"),
        ("0.##", "5.25", "5.25"),
        ("00000", "123", "00123"),
        ("0.0%", "0.125", "12.5%"),
        ("#,##0.00", "1234567.5", "1,234,567.50"),
        ('#,##0.00 "€"', "1234.5", "1,234.50 €"),
        ("[$€-407] #,##0.00", "3.5", "€ 3.50"),
        ("[$CHF] 0.00", "3.5", "CHF 3.50"),
        ('_($* #,##0.00_);_($* (#,##0.00);_($* "-"??_);_(@_)', "-1234.5", "$(1,234.50)"),
        ("000-00-0000", "123456789", "123-45-6789"),
        ("(000) 000-0000", "5551234567", "(555) 123-4567"),
        ('0 "kg"', "5", "5 kg"),
        ("0.00;[Red]-0.00", "-5", "-5.00"),
    ],
)
def test_a_number_is_written_as_its_cell_shows_it(code: str, number: str, shown: str) -> None:
    assert cell_format(code).shown(number) == shown


@pytest.mark.parametrize(
    ("code", "number", "shown"),
    [
        ("General", "0.30000000000000004", "0.3"),
        ("General", "1234567890123", "1234567890123"),
        ("General", "1E+20", "100000000000000000000"),
        ("0.00E+00", "1234567890123", "1234567890123"),
        ("#,##0", "1234", "1234"),
        ("# ?/?", "0.5", "0.5"),
        ("0,", "1234567", "1234567"),
        (";;;", "5", "5"),
        ('0.00;-0.00;"-"', "0", "0"),
        ("[>=100]0.0;0.00", "12.345", "12.345"),
        ("yyyy-mm-dd", "-4", "-4"),
        ("0.00", "no number", "no number"),
    ],
)
def test_what_would_be_lost_or_doubtful_as_shown_is_written_plainly(code: str, number: str, shown: str) -> None:
    assert cell_format(code).shown(number) == shown


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("yyyy-mm-dd", "2024-03-04"),
        ("yyyy/mm/dd", "2024/03/04"),
        ("dd.mm.yyyy", "04.03.2024"),
        ("dd mmm yyyy", "04 Mar 2024"),
        ("dd.mm.yyyy hh:mm", "04.03.2024 13:45"),
        ('yyyy"年"m"月"d"日"', "2024年3月4日"),
        ("mmm yyyy", "Mar 2024"),
        ("h:mm AM/PM", "1:45 PM"),
    ],
)
def test_a_date_is_written_as_its_cell_shows_it(code: str, shown: str) -> None:
    assert cell_format(code).shown("45355.573") == shown


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("mm-dd-yy", "2024-03-04"),
        ("dd/mm/yyyy", "2024-03-04"),
        ("d.m.yy", "2024-03-04"),
        ("m/d/yy h:mm", "2024-03-04 13:45"),
        ("[$-F800]dddd, mmmm dd, yyyy", "2024-03-04"),
    ],
)
def test_a_date_that_could_be_read_in_two_ways_is_written_as_iso_8601(code: str, shown: str) -> None:
    assert cell_format(code).shown("45355.573") == shown


def test_a_duration_counts_beyond_a_day() -> None:
    assert cell_format("[h]:mm:ss").shown("1.5") == "36:00:00"


def test_the_calendar_from_1904_is_known() -> None:
    assert cell_format("yyyy-mm-dd").shown("43893", from_1904=True) == "2024-03-04"

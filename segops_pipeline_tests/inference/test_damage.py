"""What a spreadsheet has probably done to a column, told before it is mapped."""

import pytest

from segops_pipeline.errors import Issue
from segops_pipeline_tests.inference.test_column_types import infer

EANS = ["4006381333931", "4003994155486", "5901234123457", "8711253001202", "4012345678901", "0036000291452"]


def issue_of(values: list[str], header: str, code: str) -> Issue | None:
    return next((issue for issue in infer(values, header).issues if issue.code == code), None)


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("Size", ["02-Mar", "04-Jun", "06-Aug"]),
        ("Größe", ["3. Feb", "6. Mai"]),
        ("column", ["2-3", "4-6", "06-Aug", "8-10"]),
        ("Sizes", ["36/38", "40/42", "2024-02-03"]),
        ("SKU", ["MAR-01", "A-17", "B-18"]),
    ],
)
def test_dates_where_sizes_were_are_said(header: str, values: list[str]) -> None:
    issue = issue_of(values, header, "dates_for_sizes")
    assert issue is not None
    assert issue.line is not None
    assert issue.suggestion


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("Birthday", ["02-Mar", "04-Jun"]),
        ("Size", ["S", "M"]),
        ("date", ["2024-02-03"]),
        ("column", ["10 May", "1 Jan"]),
    ],
)
def test_dates_among_dates_are_no_damage(header: str, values: list[str]) -> None:
    assert issue_of(values, header, "dates_for_sizes") is None


def test_a_wrong_check_digit_among_article_numbers_is_said_with_its_line() -> None:
    issue = issue_of([*EANS, "4006381333932"], "EAN", "wrong_check_digit")
    assert issue is not None
    assert (issue.value, issue.line) == ("4006381333932", 8)


def test_zeros_lost_in_front_of_article_numbers_are_said() -> None:
    issue = issue_of([*EANS, "36000291452"], "UPC", "lost_zeros")
    assert issue is not None
    assert issue.value == "36000291452"


def test_numbers_that_are_no_article_numbers_have_no_wrong_check_digit() -> None:
    assert issue_of([str(12_345_678 + 11 * place) for place in range(30)], "Order", "wrong_check_digit") is None


def test_identifiers_rounded_to_fifteen_digits_are_said() -> None:
    values = ["123456789012345000", "223456789012345000", "323456789012345000"]
    assert issue_of(values, "Serial", "rounded_identifier") is not None
    assert issue_of(["123456789012345678", *values[:2]], "Serial", "rounded_identifier") is None


def test_dates_that_became_counts_of_days_are_said() -> None:
    issue = issue_of(["45000", "45123"], "Release date", "serial_dates")
    assert issue is not None
    assert "2023-03-15" in issue.message
    assert issue_of(["45000", "45123"], "Weight", "serial_dates") is None

"""Numbers in every locale's dress."""

# ruff: noqa: RUF001 - other scripts' letters are meant

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segops_pipeline.inference.values import CastContext, Refusal, cast, decide

COMMA, DOT, OPEN = CastContext(decimal=","), CastContext(decimal="."), CastContext()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        ("-12.5", -12.5),
        ("+3", 3),
        ("1.234,56", 1234.56),
        ("1,234.56", 1234.56),
        ("1 234,56", 1234.56),
        ("1\u00a0234,56", 1234.56),
        ("1\u202f234.5", 1234.5),
        ("1'234.56", 1234.56),
        ("1\u2019234", 1234),
        ("1,23,456", 123456),
        ("12,34,567.89", 1234567.89),
        ("1.234.567", 1234567),
        ("(12)", -12),
        ("(1,234.50)", -1234.5),
        ("12-", -12),
        ("\u221212", -12),
        ("0,125", 0.125),
        ("12,5", 12.5),
        (".5", 0.5),
        (",5", 0.5),
        ("7.", 7),
        ("٣٤", 34),
        ("١٬٢٣٤٫٥", 1234.5),
        ("１２３", 123),
        ("१२", 12),
        ("1.5E+3", 1500),
        ("-2e-3", -0.002),
        ("12 %", 12),
        ("3,5%", 3.5),
        ("007", 7),
        ("1.50", 1.5),
        ("-0", 0),
    ],
)
def test_a_number_is_read_in_its_notation(text: str, number: float) -> None:
    assert cast(text, "number", OPEN) == number


@pytest.mark.parametrize(
    "text",
    [
        "NaN",
        "Infinity",
        "-inf",
        "1e999999999",
        "9" * 400,
        "12 34",
        "1,2,3",
        "1.2.3",
        "1,23.4,5",
        "--1",
        "(1",
        "1)",
        "12 kg",
        "twelve",
        "1_000",
        "0x10",
        "½",
        "²",
        "1-2",
        "1/2",
        "12.-",
        ".",
        ",",
        "%",
        "1e",
        "+-1",
        "(-1)",
    ],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    assert isinstance(cast(text, "number", OPEN), Refusal)


def test_the_columns_decimal_mark_settles_what_could_be_thousands() -> None:
    assert [cast("1.234", "number", context) for context in (DOT, COMMA, OPEN)] == [1.234, 1234, 1.234]
    assert [cast("1,234", "number", context) for context in (DOT, COMMA, OPEN)] == [1234, 1.234, 1234]


def test_the_columns_decimal_mark_does_not_change_what_is_clear() -> None:
    assert cast("12.5", "number", COMMA) == 12.5
    assert cast("1,234.56", "number", COMMA) == 1234.56


@pytest.mark.parametrize("text", ["9007199254740993", "0.10000000000000000001", "123456789012345678901234567890.5"])
def test_a_number_that_json_would_round_stays_decimal_text(text: str) -> None:
    assert cast(text, "number", OPEN) == text


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_no_number_loses_a_digit(number: Decimal) -> None:
    value = cast(format(number, "f"), "number", DOT)
    assert isinstance(value, int | float | str)
    assert Decimal(repr(value) if isinstance(value, float) else str(value)) == number


@pytest.mark.parametrize(
    ("values", "decimal"),
    [
        (["1.234", "5,5"], ","),
        (["1.234", "2.5"], "."),
        (["1,234", "0.5"], "."),
        (["1.234.567", "1.234"], ","),
        (["1,234,567", "1,234"], "."),
        (["0,125", "1,250"], ","),
        (["1 234,5"], ","),
        (["12", "13"], None),
    ],
)
def test_one_clear_value_decides_the_decimal_mark_of_its_column(values: list[str], decimal: str | None) -> None:
    decision = decide(values, "number")
    assert decision.context.decimal == decimal
    assert not decision.ambiguities


def test_the_commoner_decimal_mark_wins() -> None:
    assert decide(["1,5", "2,5", "3.5"], "number").context.decimal == ","


def test_a_column_that_decides_nothing_shows_both_readings() -> None:
    (ambiguity,) = decide(["1.234", "2.500", "17"], "number").ambiguities
    assert ambiguity.code == "ambiguous_number"
    assert ambiguity.readings == ("1.234", "1234")
    assert "1.234" in ambiguity.message

"""Prices in running text."""

# ruff: noqa: RUF001 - other scripts' letters are meant
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segops_pipeline.inference import parse_price


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("Our price: $15.95/mo", "15.95", "$"),
        ("3 issues for only 14,85 EUR", "14.85", "EUR"),
        ("From 26 to 50 €", "26", "€"),
        ("Was: $124.95 Now: $99.00", "124.95", "$"),
        ("NZD $100.70", "100.70", "NZD"),
        ("SGD4.90 $", "4.90", "SGD"),
        ("a partire da 7,32 € *", "7.32", "€"),
        ("1.198,- Kr", "1198", "Kr"),
        ("130, 38 zł", "130.38", "zł"),
        ("73,460 €", "73460", "€"),
        ("8.000.000 ₫", "8000000", "₫"),
        ("22000.00元/台", "22000.00", "元"),
        ("34.12 (40.94 inc VAT)", "34.12", None),
        ("- $44.99", "44.99", "$"),
        ("Free!", "0", None),
    ],
)
def test_the_first_price_of_a_text_is_found(text: str, amount: str, currency: str | None) -> None:
    assert parse_price(text) == (Decimal(amount), currency)


@pytest.mark.parametrize("text", [None, "", "No longer available", "15.08.2017", "July, 2004", "16.00 ft", "/"])
def test_a_text_without_a_price_has_none(text: str | None) -> None:
    assert parse_price(text) == (None, None)


@pytest.mark.parametrize(
    ("hint", "currency"),
    [("€", "€"), ("RRP: £ 180.00", "£"), ("Pris NOK 1 999,00", "NOK"), ("руб. (шт)", "руб."), ("SKU:", None)],
)
def test_a_text_near_by_is_asked_for_the_currency(hint: str, currency: str | None) -> None:
    assert parse_price("149.00", hint) == (Decimal(149), currency)


def test_the_texts_own_currency_goes_before_the_hint() -> None:
    assert parse_price("3,20 €", "$") == (Decimal("3.20"), "€")


def test_the_decimal_mark_can_be_told() -> None:
    assert parse_price("423.923 KD", None, ".") == (Decimal("423.923"), "KD")
    assert parse_price("1,234", None, ",") == (Decimal("1.234"), None)


@given(st.one_of(st.text(), st.text("0123456789.,' $€kr-()")), st.none() | st.text())
def test_no_text_makes_it_raise(text: str, hint: str | None) -> None:
    amount, _ = parse_price(text, hint)
    assert amount is None or amount >= 0

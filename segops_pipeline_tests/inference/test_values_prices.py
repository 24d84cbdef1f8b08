"""Prices, one or several in a cell."""

# ruff: noqa: RUF001 - other scripts' letters are meant

import pytest

from segops_pipeline.inference.values import CastContext, Refusal, cast, decide, decide_context

OPEN = CastContext()


def price(amount: str, currency: str | None = None) -> dict[str, str]:
    return {"amount": amount, "currency": currency} if currency else {"amount": amount}


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("12.50 €", "12.50", "EUR"),
        ("€12,50", "12.50", "EUR"),
        ("EUR 10", "10.00", "EUR"),
        ("12€50", "12.50", "EUR"),
        ("46.000.00", "46000.00", None),
        ("$ 1,234,567.50", "1234567.50", "USD"),
        ("10eur", "10.00", "EUR"),
        ("1.234,50 EUR", "1234.50", "EUR"),
        ("CHF 1'234.50", "1234.50", "CHF"),
        ("$1,190.00 AUD", "1190.00", "AUD"),
        ("US $1.23", "1.23", "USD"),
        ("US$1.23", "1.23", "USD"),
        ("R$49,90", "49.90", "BRL"),
        ("£5", "5.00", "GBP"),
        ("9 472 Ft", "9472.00", "HUF"),
        ("8 390 руб.", "8390.00", "RUB"),
        ("3,500円", "3500", "JPY"),
        ("12.345 KWD", "12.345", "KWD"),
        ("99,90 zł", "99.90", "PLN"),
        ("249 Kč", "249.00", "CZK"),
        ("Rs. 500", "500.00", "INR"),
        ("-5.00 €", "-5.00", "EUR"),
        ("($5.00)", "-5.00", "USD"),
        ("12,- €", "12.00", "EUR"),
        ("1.899,–", "1899.00", None),
        ("12,50 EUR inkl. MwSt.", "12.50", "EUR"),
        ("€6.56 + VAT", "6.56", "EUR"),
        ("2,20 € *", "2.20", "EUR"),
        ("from $12", "12.00", "USD"),
        ("ab 3,63 EUR", "3.63", "EUR"),
        ("12 €/kg", "12.00", "EUR"),
        ("12.5", "12.50", None),
        ("12.345678 EUR", "12.345678", "EUR"),
        ("free", "0.00", None),
    ],
)
def test_a_price_is_read_with_its_currency(text: str, amount: str, currency: str | None) -> None:
    assert cast(text, "price", OPEN) == price(amount, currency)


@pytest.mark.parametrize(
    "text",
    ["€", "12 kg", "20 K", "9 ft", "72 per bag", "$100-$200", "12 EUR 13", "on request", "12,3,4 €", "12 %"],
)
def test_what_is_no_price_is_refused(text: str) -> None:
    assert isinstance(cast(text, "price", OPEN), Refusal)


@pytest.mark.parametrize("text", ["$100-$200", "10 – 20 EUR", "ab 5 € bis 9 €"])
def test_a_range_of_prices_is_refused_by_its_name(text: str) -> None:
    refusal = cast(text, "price", OPEN)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "price_range"


@pytest.mark.parametrize(
    "text", ["auf Anfrage", "Price on request", "P.O.A.", "Call for price", "a consultar", "sur devis", "要見積"]
)
def test_a_price_that_is_not_told_is_no_value(text: str) -> None:
    refusal = cast(text, "price", OPEN)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "no_value"


def test_two_currencies_for_one_amount_are_refused() -> None:
    refusal = cast("12.50 EUR USD", "price", OPEN)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "two_currencies"


def test_an_amount_without_a_mark_has_the_columns_currency() -> None:
    assert cast("12.50", "price", CastContext(currency="EUR")) == price("12.50", "EUR")
    assert cast("12.50 $", "price", CastContext(currency="EUR")) == price("12.50", "USD")


def test_a_shared_mark_means_the_columns_currency() -> None:
    assert cast("$12", "price", CastContext(currency="CAD")) == price("12.00", "CAD")
    assert cast("12 kr", "price", CastContext(currency="NOK")) == price("12.00", "NOK")


def test_a_mark_without_a_usual_currency_has_none() -> None:
    assert cast("12 kr", "price", OPEN) == price("12.00")


def test_a_mark_that_is_also_a_unit_counts_only_in_its_currency() -> None:
    assert cast("R8,499", "price", CastContext(currency="ZAR")) == price("8499.00", "ZAR")
    assert isinstance(cast("R8499", "price", OPEN), Refusal)


def test_three_digits_behind_a_mark_are_thousands_in_a_price() -> None:
    assert cast("1.234 €", "price", OPEN) == price("1234.00", "EUR")
    assert cast("1.234 €", "price", CastContext(decimal=".")) == price("1.234", "EUR")


def test_the_same_price_has_one_form() -> None:
    assert cast("12.5 EUR", "price", OPEN) == cast("€ 12,500000", "price", OPEN) == cast("012.50€", "price", OPEN)


def test_a_price_is_read_from_its_own_json() -> None:
    assert cast('{"amount": "12.5", "currency": "EUR"}', "price", OPEN) == price("12.50", "EUR")


def test_a_price_whose_json_says_that_it_has_no_currency_has_none_in_any_column() -> None:
    text = '{"amount": "12.5", "currency": null}'
    assert cast(text, "price", CastContext(currency="EUR")) == price("12.50")
    assert cast(f"[{text}]", "multi_price", CastContext(currency="EUR")) == [price("12.50")]


@pytest.mark.parametrize(
    "text",
    [
        '{"amount": "x"}',
        '{"amount": true}',
        '{"amount": "1", "currency": "XXQ"}',
        '{"price": "1"}',
        "{",
        "[1]",
    ],
)
def test_json_that_is_no_price_is_refused(text: str) -> None:
    assert isinstance(cast(text, "price", OPEN), Refusal)


@pytest.mark.parametrize(
    "text",
    [
        "EUR 10; USD 11",
        "10 € | 11 $",
        "10 €, 11 $",
        "10 EUR,11 USD",
        "EUR 10\nUSD 11",
        "EUR 10 / USD 11",
        "EUR10/USD11",
        "EUR 10 USD 11",
        "EUR:10|USD:11",
        "EUR=10;USD=11",
        '{"EUR": 10, "USD": "11.00"}',
        '[{"amount": "10.00", "currency": "EUR"}, {"amount": "11", "currency": "USD"}]',
    ],
)
def test_several_prices_are_read_from_one_cell(text: str) -> None:
    assert cast(text, "multi_price", OPEN) == [price("10.00", "EUR"), price("11.00", "USD")]


def test_a_price_may_have_its_locale() -> None:
    assert cast("en-US: USD 10; de_DE: EUR 11", "multi_price", OPEN) == [
        {**price("10.00", "USD"), "locale": "en-US"},
        {**price("11.00", "EUR"), "locale": "de-DE"},
    ]


def test_one_price_is_a_list_of_one() -> None:
    assert cast("1,234.50 EUR", "multi_price", OPEN) == [price("1234.50", "EUR")]


def test_one_of_several_prices_must_name_its_currency() -> None:
    refusal = cast("EUR 10; 11", "multi_price", OPEN)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "price_without_currency"


def test_a_currency_that_all_marks_share_is_the_columns() -> None:
    assert decide_context(["12.50 €", "13.00"], "price", "USD").currency == "EUR"


def test_without_marks_the_workspace_names_the_currency() -> None:
    assert decide_context(["12.50", "13.00"], "price", "PLN").currency == "PLN"


def test_a_bare_dollar_is_shown_as_ambiguous() -> None:
    (ambiguity,) = decide(["$12", "$13.50"], "price").ambiguities
    assert ambiguity.code == "ambiguous_currency"
    assert "USD" in ambiguity.message


def test_a_bare_dollar_is_clear_in_a_workspace_of_dollars() -> None:
    decision = decide(["$12", "$13.50"], "price", "CAD")
    assert decision.context.currency == "CAD"
    assert not decision.ambiguities


def test_the_decimal_mark_of_prices_is_decided_by_all_of_them() -> None:
    context = decide_context(["1.234 €", "12,50 €"], "price", None)
    assert cast("1.234 €", "price", context) == price("1234.00", "EUR")

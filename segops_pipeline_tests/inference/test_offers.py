"""Offers: sibling columns of prices that could be one field."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from segops_pipeline.config import Settings
from segops_pipeline.inference.fields import SchemaField
from segops_pipeline.inference.memory import Learned
from segops_pipeline.inference.offers import Offer
from segops_pipeline.inference.suggestion import MappingSuggestion, suggest_mapping
from segops_pipeline_tests.inference.columns import codes, measured

AMOUNTS = ["10.50", "11.90", "99.00", "7.25"]


def suggest(
    *headers: str,
    cells: Sequence[str] = AMOUNTS,
    fields: Sequence[SchemaField] = (),
    learned: dict[str, Learned] | None = None,
) -> MappingSuggestion:
    table = {"SKU": codes(len(cells)), **dict.fromkeys(headers, cells)}
    return suggest_mapping(
        measured(table), fields, learned or {}, Settings(home=Path("unused"), anthropic_api_key=None)
    )


def offered(*headers: str, cells: Sequence[str] = AMOUNTS) -> list[tuple[str, tuple[str, ...]]]:
    return [(offer.field, offer.columns) for offer in suggest(*headers, cells=cells).offers]


@pytest.mark.parametrize(
    ("one", "other", "field"),
    [
        ("price_eur", "price_usd", "price"),
        ("Price (EUR)", "Price (USD)", "price"),
        ("EUR price", "USD price", "price"),
        ("price-ecommerce-EUR", "price-ecommerce-USD", "price_ecommerce"),
        ("listPriceEUR", "listPriceGBP", "list_price"),
        ("EUR", "CHF", "price"),
        ("Preis €", "Preis £", "preis"),
    ],
)
def test_columns_that_differ_in_their_currency_alone_are_offered_as_one_field(one: str, other: str, field: str) -> None:
    assert offered(one, other) == [(field, (one, other))]


def test_amounts_may_name_the_currency_themselves() -> None:
    assert offered("price_eur", "price_usd", cells=["EUR 10.50", "EUR 11.90", "99.00 EUR", "7 EUR"])


@pytest.mark.parametrize(
    ("headers", "cells"),
    [
        (("price_eur",), AMOUNTS),
        (("price_eur", "cost_usd"), AMOUNTS),
        (("price_eur", "Price EUR"), AMOUNTS),
        (("price_eur", "price"), AMOUNTS),
        (("price_eur", "price_usd"), ["in", "out", "in", "out"]),
        (("price_eur", "price_usd"), ["", "", "", ""]),
    ],
)
def test_other_columns_are_not(headers: tuple[str, ...], cells: Sequence[str]) -> None:
    assert offered(*headers, cells=cells) == []


def test_each_family_of_columns_is_an_offer_of_its_own() -> None:
    assert [field for field, _ in offered("price_eur", "cost_eur", "price_usd", "cost_usd")] == ["price", "cost"]


def test_the_suggestion_stays_one_field_for_each_column() -> None:
    assert [column.target for column in suggest("price_eur", "price_usd").columns] == ["sku", "price_eur", "price_usd"]


def test_an_offer_takes_no_other_columns_target_and_no_field_of_another_type() -> None:
    assert offered("price", "price_eur", "price_usd") == [("price_2", ("price_eur", "price_usd"))]
    (offer,) = suggest("price_eur", "price_usd", fields=[SchemaField("price", "Price", "price")]).offers
    assert offer.field == "price_2"
    (offer,) = suggest("price_eur", "price_usd", fields=[SchemaField("price", "Price", "multi_price")]).offers
    assert offer.field == "price"


def test_columns_that_somebody_has_mapped_before_are_offered_nothing() -> None:
    assert suggest("price_eur", "price_usd", learned={"price_eur": Learned("net", 1, "source")}).offers == []


def test_a_person_is_told_how_to_take_it() -> None:
    (issue,) = [one for one in suggest("price_eur", "price_usd").issues if one.code == "columns_can_be_combined"]
    assert issue.level == "info"
    assert issue.message == (
        "“price_eur” and “price_usd” can go to one field, price: "
        "they are prices in EUR and USD, and their headers differ in nothing else."
    )
    assert "--combine price" in (issue.suggestion or "")


def test_offers_survive_json_and_suggestions_of_before_have_none() -> None:
    suggestion = suggest("price_eur", "price_usd")
    stored = json.loads(json.dumps(suggestion.as_dict()))
    assert MappingSuggestion.from_dict(stored) == suggestion
    assert isinstance(MappingSuggestion.from_dict(stored).offers[0], Offer)
    del stored["offers"]
    assert MappingSuggestion.from_dict(stored).offers == []


def test_columns_that_memory_has_in_one_multi_price_stay_there() -> None:
    learned = {name: Learned("price", 1, "source") for name in ("price_eur", "price_usd")}
    learned["SKU"] = Learned("sku", 1, "source")
    price = SchemaField("price", "Price", "multi_price")
    suggestion = suggest("price_eur", "price_usd", fields=[price], learned=learned)
    assert [column.target for column in suggestion.columns] == ["sku", "price", "price"]
    assert (suggestion.fields, suggestion.all_learned) == ([price], True)

"""Locales, currencies, channels and hints at a header's ends are no words of it."""

import pytest

from segops_pipeline.inference.qualifiers import Split, split_qualifiers
from segops_pipeline.inference.similarity import similarity


@pytest.mark.parametrize(
    ("header", "split"),
    [
        ("name-en", Split(("name",), "en")),
        ("name-en_US", Split(("name",), "en_us")),
        ("description_de", Split(("description",), "de")),
        ("description-de_DE-mobile", Split(("description",), "de_de", None, "mobile")),
        ("description-ecommerce", Split(("description",), None, None, "ecommerce")),
        ("price-ecommerce-EUR", Split(("price",), None, "eur", "ecommerce")),
        ("price-EUR", Split(("price",), None, "eur")),
        ("Price (USD)", Split(("price",), None, "usd")),
        ("DE Name", Split(("name",), "de")),
        ("fr:title", Split(("title",), "fr")),
        ("Name (German)", Split(("name",), "de")),
        ("Bezeichnung englisch", Split(("bezeichnung",), "en")),
        ("Tags (x,y,z...)", Split(("tags",))),
        ("Active (0/1)", Split(("active",))),
        ("Birthday (yyyy-mm-dd)", Split(("birthday",))),
        ("Item #", Split(("item", "no"))),
        ("Weight (kg)", Split(("weight", "kg"))),
        ("mobile", Split(("mobile",))),
        ("en stock", Split(("en", "stock"))),
        ("German", Split(("german",))),
        ("de", Split(("de",))),
        ("", Split(())),
    ],
)
def test_qualifiers_are_split_off(header: str, split: Split) -> None:
    assert split_qualifiers(header) == split


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("description-de_DE-mobile", "description_de"),
        ("price-ecommerce-EUR", "price_eur"),
        ("name-en", "Name (English)"),
    ],
)
def test_a_header_is_like_another_that_is_qualified_otherwise(one: str, other: str) -> None:
    assert 0.8 < similarity(one, other) <= 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Image position", "image"),
        ("Weight unit", "weight"),
        ("Availability date", "availability"),
        ("Tax status", "status"),
        ("Purchase note", "purchase"),
    ],
)
def test_a_header_of_an_aspect_is_not_the_thing(one: str, other: str) -> None:
    assert similarity(one, other) < 0.7


@pytest.mark.parametrize(
    ("one", "other"), [("Unit price", "price"), ("Create date", "created_at"), ("Currency code", "currency")]
)
def test_what_is_implied_is_no_aspect(one: str, other: str) -> None:
    assert similarity(one, other) > 0.8

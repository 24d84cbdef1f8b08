"""Fields: how a header becomes a key, and how its words are read."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segops_pipeline.inference.fields import MAX_KEY_LENGTH, SchemaField, field_key, folded, words


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("Variant Price", "variant_price"),
        ("variantPrice", "variant_price"),
        ("VARIANT-PRICE", "variant_price"),
        ("HTMLBody", "html_body"),
        ("productIDs", "product_ids"),
        ("  Größe (cm) ", "grosse_cm"),
        ("Łódź", "lodz"),
        ("Ürün Ad\u0131", "urun_adi"),
        ("Compare At Price / International", "compare_at_price_international"),
        ("EAN13", "ean13"),
        ("商品名", "商品名"),
        ("カテゴリ", "カテゴリ"),
        ("가격", "가격"),
        ("Краткий обзор", "краткий_обзор"),
        ("उत्पाद का नाम", "उत्पाद_का_नाम"),
        ("\uff30rice", "price"),
        ("###", "field"),
        ("", "field"),
    ],
)
def test_a_header_becomes_a_key(header: str, key: str) -> None:
    assert field_key(header) == key


@pytest.mark.parametrize(("header", "key"), [("SKU", "sku_field"), ("Name ", "name_field"), ("s-k-u", "s_k_u")])
def test_a_key_is_never_sku_or_name(header: str, key: str) -> None:
    assert field_key(header) == key


@given(st.text(max_size=200))
def test_any_header_gives_a_key_that_is_a_key_of_itself(header: str) -> None:
    key = field_key(header)
    assert 0 < len(key) <= MAX_KEY_LENGTH + len("_field")
    assert not re.search(r"\s|^_|_$|__", key)
    assert field_key(key) == key


def test_words_are_the_same_however_they_are_joined() -> None:
    assert words("Short description") == words("shortDescription") == words("SHORT_DESCRIPTION")


def test_accents_are_folded_where_they_are_no_letter_of_their_own() -> None:
    assert (folded("Référence"), folded("Май")) == ("reference", "май")


def test_a_field_survives_json() -> None:
    field = SchemaField("color", "Color", "text", True, "as on the label")
    assert SchemaField.from_dict(field.as_dict()) == field
    assert "rules" not in field.as_dict()
    ruled = SchemaField("color", "Color", "text", rules=("length 1..9", "unique"))
    assert SchemaField.from_dict(json.loads(json.dumps(ruled.as_dict()))) == ruled

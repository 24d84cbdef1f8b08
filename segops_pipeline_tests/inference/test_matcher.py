"""The offline matcher: which column is the key, the name and which field, in many languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segops_pipeline.inference.fields import SchemaField
from segops_pipeline.inference.matcher import Match, assign, explain_missing_key, match_columns, match_names
from segops_pipeline.inference.similarity import similarity
from segops_pipeline.inference.synonyms import understand
from segops_pipeline.inference.vocabulary import vocabulary
from segops_pipeline_tests.inference.columns import codes, measured, names

ROWS = 24
PRICES = [f"{number}.90" for number in range(ROWS)]
STOCK = [str(number % 7) for number in range(ROWS)]


def roles(table: dict[str, list[str]]) -> tuple[str | None, str | None]:
    """The columns that are matched to the key and the name."""
    by_target = {match.target: column for column, match in match_columns(measured(table), []).items()}
    return by_target.get("sku"), by_target.get("name")


def field_of(header: str, cells: list[str], *fields: SchemaField) -> Match | None:
    found = match_columns(measured({"SKU": codes(len(cells)), header: cells}), fields).get(header)
    return found if found and found.target not in ("sku", "name") else None


def text_field(key: str) -> SchemaField:
    return SchemaField(key, key.replace("_", " ").capitalize(), "text")


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("SKU", "Name"),  # WooCommerce, Magento
        ("Variant SKU", "Title"),  # Shopify
        ("identifier", "name-en_US"),  # Akeneo
        ("Reference #", "Name *"),  # PrestaShop
        ("id", "title"),  # Google Merchant
        ("item_sku", "item_name"),  # Amazon
        ("Internal Reference", "Name"),  # Odoo
        ("Article No.", "Product Title"),
        ("Artikelnummer", "Bezeichnung"),
        ("Art.-Nr.", "Artikelbezeichnung"),
        ("Référence", "Désignation"),
        ("Code article", "Nom du produit"),
        ("Código de producto", "Nombre"),
        ("Referencia", "Denominación"),
        ("Codice articolo", "Nome prodotto"),
        ("Artikelcode", "Productnaam"),
        ("Código do produto", "Nome do produto"),
        ("Indeks", "Nazwa towaru"),
        ("Kod produktu", "Nazwa"),
        ("商品编码", "商品名称"),
        ("货号", "品名"),
        ("商品コード", "商品名"),
        ("品番", "名称"),
        ("Артикул", "Наименование"),
        ("Varenummer", "Navn"),
        ("ürün kodu", "ürün ad\u0131"),
    ],
)
def test_key_and_name_are_found_by_their_headers(key: str, name: str) -> None:
    assert roles({"Foo": STOCK, name: names(ROWS), "Bar": PRICES, key: codes(ROWS)}) == (key, name)


@pytest.mark.parametrize("meaning", ["sku", "product", "number", "code", "id", "reference", "name", "title"])
def test_the_words_of_key_and_name_are_known_in_ten_languages(meaning: str) -> None:
    languages = vocabulary().languages[meaning]
    assert len(languages) >= 10
    if meaning != "sku":  # a word of the trade that most languages have taken over
        assert all(languages[:10])


def test_a_key_without_a_telling_header_is_found_by_its_values() -> None:
    found = match_columns(measured({"Foo": STOCK, "Bar": codes(ROWS), "Baz": names(ROWS)}), [])
    assert (found["Bar"].target, found["Bar"].source) == ("sku", "values")
    assert (found["Baz"].target, found["Baz"].source) == ("name", "values")


def test_a_sku_column_without_values_gives_way_to_the_handle() -> None:
    table = {
        "Handle": [f"shirt-{n // 3}" for n in range(ROWS)],
        "Title": names(ROWS),
        "Variant SKU": [""] * ROWS,
    }
    assert roles(table)[0] == "Handle"


def test_the_sku_is_preferred_to_the_id_of_the_shop_system() -> None:
    table = {"ID": [str(n) for n in range(ROWS)], "SKU": codes(ROWS), "Name": names(ROWS)}
    assert roles(table)[0] == "SKU"


def test_the_id_is_preferred_to_a_sku_that_most_rows_lack() -> None:
    table = {"ID": [str(n) for n in range(ROWS)], "SKU": [*codes(8), *[""] * (ROWS - 8)], "Name": names(ROWS)}
    assert roles(table)[0] == "ID"


def test_the_id_of_something_else_is_not_the_key() -> None:
    table = {"supplierID": [str(n % 3) for n in range(ROWS)], "productID": [str(n) for n in range(ROWS)]}
    assert roles(table)[0] == "productID"


@pytest.mark.parametrize(
    "header", ["Brand name", "File name", "Meta title", "Category name", "Supplier name", "Vorname"]
)
def test_the_name_of_something_else_is_not_the_name(header: str) -> None:
    assert roles({"SKU": codes(ROWS), header: names(ROWS)})[1] is None


def test_a_column_called_name_that_holds_prices_is_not_the_name() -> None:
    assert roles({"SKU": codes(ROWS), "Name": PRICES, "Label": names(ROWS)})[1] != "Name"


def test_a_column_called_sku_that_holds_yes_and_no_is_not_the_key() -> None:
    assert roles({"SKU": ["yes", "no"] * (ROWS // 2), "Name": names(ROWS)})[0] is None


def test_the_name_that_belongs_to_the_key_is_taken() -> None:
    table = {"Property ID": codes(ROWS), "City name": names(ROWS), "Property name": names(ROWS)}
    assert roles(table)[1] == "Property name"


@pytest.mark.parametrize(
    "header", ["Item #", "Artikel", "Produkt", "Stock Code", "prod_id", "Cod. articolo", "管理番号"]
)
def test_a_column_of_codes_is_the_key_wherever_it_stands(header: str) -> None:
    assert roles({"Image": ["a.jpg"] * ROWS, "Description": names(ROWS), header: codes(ROWS)})[0] == header


def test_a_running_number_is_not_the_key_beside_article_numbers() -> None:
    table = {"Pos": [str(n + 1) for n in range(ROWS)], "Art.-Nr.": codes(ROWS), "Bezeichnung": names(ROWS)}
    assert roles(table)[0] == "Art.-Nr."


def test_a_description_is_the_name_where_no_column_is_called_so() -> None:
    assert roles({"Código": codes(ROWS), "Descripción": names(ROWS), "PVP": PRICES}) == ("Código", "Descripción")


def test_the_name_of_what_the_key_is_of_is_the_name() -> None:
    table = {"Vendor ID": codes(ROWS), "Vendor name": names(ROWS), "City": ["Oslo", "Bergen"] * (ROWS // 2)}
    assert roles(table)[1] == "Vendor name"


@pytest.mark.parametrize(
    "headers", [("Prénom", "Nom"), ("Apellidos", "Nombre"), ("First name", "Last name", "Company")]
)
def test_a_part_of_a_person_s_name_is_not_the_display_name(headers: tuple[str, ...]) -> None:
    mails = [f"{number}@mail.example" for number in range(ROWS)]
    assert roles({**{header: names(ROWS) for header in headers}, "E-mail": mails}) == ("E-mail", None)


def test_a_telephone_in_the_first_column_is_the_key_of_a_contact_list() -> None:
    # 001_c1dc1bdbebbf3ced.txt: "Uses phone number as unique identifier"
    phones = [f"+1617555{number:04}" for number in range(ROWS)]
    table = {"phone": phones, "first_name": names(ROWS), "last_name": names(ROWS), "city": ["Boston", "Salem"] * 12}
    assert roles(table) == ("phone", None)


def test_a_label_in_a_language_is_the_name() -> None:
    assert roles({"code": codes(ROWS), "parent": ["a"] * ROWS, "label-en_US": names(ROWS)}) == ("code", "label-en_US")


def test_a_column_that_is_the_same_in_all_rows_is_not_the_name() -> None:
    assert roles({"SKU": codes(ROWS), "Title": ["Ms"] * ROWS}) == ("SKU", None)


def test_measures_that_happen_to_differ_are_no_key() -> None:
    assert roles({"carat": [f"{number}.3" for number in range(ROWS)], "cut": ["Good", "Ideal"] * 12})[0] is None


def test_a_table_without_a_key_says_what_comes_nearest_and_why_not() -> None:
    columns = measured({"Vintage": ["2014", "2015"] * (ROWS // 2), "Label": [*names(ROWS - 2), "", ""]})
    assert "sku" not in {match.target for match in match_columns(columns, []).values()}
    assert explain_missing_key(columns) == (
        "The column with the most different values is “Label”, but 2 of 24 rows have no value there."
    )


def test_a_table_without_values_has_no_key() -> None:
    assert explain_missing_key(measured({"A": ["", ""]})) == "No column has a value."


# existing fields


@pytest.mark.parametrize("header", ["Main color", "main_color", "MAIN-COLOR", "mainColor"])
def test_a_header_that_is_a_field_matches_it_exactly(header: str) -> None:
    found = field_of(header, ["red", "blue", "green"], text_field("main_color"))
    assert found
    assert (found.target, found.source) == ("main_color", "exact")


@pytest.mark.parametrize(
    "header", ["Farbe", "Couleur", "Color", "Colore", "Kleur", "Cor", "Kolor", "颜色", "カラー", "colour"]
)
def test_a_header_in_another_language_matches_the_field(header: str) -> None:
    found = field_of(
        header,
        ["crimson", "azure", "ochre"],
        SchemaField("shade", "Colour of it", "text"),
        text_field("color"),
    )
    assert found
    assert found.target == "color"


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("mfr", "manufacturer"),
        ("Hersteller", "brand"),
        ("desc", "description"),
        ("Produktbeschreibung", "description"),
        ("qty", "quantity"),
        ("Lagerbestand", "stock"),
        ("prdct type", "product_type"),
        ("wght_kg", "weight"),
        ("product brand", "brand"),
        ("Descripton", "description"),
        ("d'origine pays", "country_of_origin"),
    ],
)
def test_synonyms_abbreviations_compounds_and_typos_are_read(header: str, field: str) -> None:
    others = ["material", "warranty", "gender"]
    assert match_names([header], [*others, field]) == {header: field}


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Sale price", "price"),
        ("Short description", "description"),
        ("Image link", "link"),
        ("Email consent", "email"),
        ("description_de", "description_en"),
        ("price-EUR", "price_usd"),
        ("weight_g", "weight_kg"),
        ("Address 2", "address_1"),
        ("Parent SKU", "sku"),
        ("Category ID", "category"),
    ],
)
def test_a_header_that_says_something_else_does_not_match(header: str, field: str) -> None:
    assert similarity(header, field) < 0.7


def test_one_column_gets_the_field_that_fits_best_and_the_other_none() -> None:
    table = {"SKU": codes(ROWS), "Hersteller": names(ROWS), "Marke": names(ROWS)}
    found = match_columns(measured(table), [text_field("brand")])
    assert {column: match.target for column, match in found.items() if match.target == "brand"} == {"Marke": "brand"}


def test_the_assignment_is_the_best_for_all_columns_together() -> None:
    assert assign([[0.9, 0.8], [0.85, 0.0]]) == [(0, 1), (1, 0)]


def test_nothing_is_assigned_for_a_score_of_nothing() -> None:
    assert (assign([[0.0]]), assign([]), assign([[]])) == ([], [], [])


def test_values_that_the_field_cannot_take_veto_it() -> None:
    weight = SchemaField("weight", "Weight", "number")
    assert field_of("Gewicht", ["10.5", "12.25", "7"], weight)
    assert field_of("Gewicht", ["light", "heavy", "so so"], weight) is None


def test_yes_and_no_are_never_the_email() -> None:
    assert field_of("E-mail", ["yes", "no", "yes"], text_field("email")) is None
    assert field_of("E-mail", ["a@shop.example", "b@shop.example", "c@shop.example"], text_field("email"))


@pytest.mark.parametrize(
    ("header", "cells", "field"),
    [
        ("Phone", ["mornings", "evenings", "never"], "phone"),
        ("Link", ["see below", "none yet", "ask us"], "url"),
        ("EAN", ["white", "brown", "green"], "ean"),
    ],
)
def test_values_of_another_shape_veto_a_text_field(header: str, cells: list[str], field: str) -> None:
    assert field_of(header, cells, text_field(field)) is None


def test_yes_and_no_can_be_a_flag_of_type_text() -> None:
    assert field_of("Aktiv", ["yes", "no", "yes"], text_field("active"))


def test_the_best_key_column_is_not_given_to_a_field() -> None:
    table = {"Reference": codes(ROWS), "Name": names(ROWS), "Note": ["a b", "c d"] * (ROWS // 2)}
    assert match_columns(measured(table), [text_field("reference")])["Reference"].target == "sku"


def test_a_field_keeps_its_column_where_another_can_be_the_key() -> None:
    table = {"SKU": codes(ROWS), "Reference": codes(ROWS, "R-2")}
    found = match_columns(measured(table), [text_field("reference")])
    assert {column: match.target for column, match in found.items()} == {
        "SKU": "sku",
        "Reference": "reference",
    }


def test_every_match_has_a_confidence_and_a_reason() -> None:
    table = {"SKU": codes(ROWS), "Title": names(ROWS), "Farbe": ["red", "blue"] * (ROWS // 2)}
    for match in match_columns(measured(table), [text_field("color")]).values():
        assert 0 < match.confidence <= 1
        assert match.reason


# names alone


def test_names_alone_are_matched_one_to_one() -> None:
    fields = ["title", "price", "weight_g", "model", "model_number"]
    columns = ["Preis", "Titel", "MPN", "Gewicht (g)", "Modell", "Foo"]
    assert match_names(columns, fields) == {
        "Preis": "price",
        "Titel": "title",
        "MPN": "model_number",
        "Gewicht (g)": "weight_g",
        "Modell": "model",
        "Foo": None,
    }


def test_no_fields_match_nothing() -> None:
    assert match_names(["a"], []) == {"a": None}


@given(st.text(max_size=40), st.text(max_size=40))
def test_similarity_is_symmetric_and_within_bounds(left: str, right: str) -> None:
    assert similarity(left, right) == pytest.approx(similarity(right, left))
    assert 0 <= similarity(left, right) <= 1


@given(st.text(max_size=60))
def test_any_header_can_be_read(header: str) -> None:
    assert understand(header) == understand(header)


def test_qualifiers_are_told_apart_from_words() -> None:
    read = understand("description-de_DE")
    assert (read.meanings, read.locale) == ({"description"}, "de_de")
    assert understand("Price (EUR)").currency == "eur"
    assert understand("Width mm").units == {"mm"}
    assert understand("Address 2").numbers == ("2",)

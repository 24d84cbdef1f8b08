"""Structured values as ClickHouse, search, lists and facets see them."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.analytics.clickhouse import PRODUCTS as PRODUCTS_THERE
from segops_pipeline.analytics.clickhouse import open_clickhouse
from segops_pipeline.analytics.sync import sync_workspace
from segops_pipeline.catalogue.facets import facets
from segops_pipeline.catalogue.filters import ListingFilter
from segops_pipeline.catalogue.listing import list_products
from segops_pipeline.catalogue.pim.plain import load_lookup, plain_values, searched_values, worded_attributes
from segops_pipeline.errors import WrongUsage
from segops_pipeline.search.everywhere import search_catalogue
from segops_pipeline.search.text import search_text
from segops_pipeline.stores.database import Database
from segops_pipeline.stores.opening import Stores
from segops_pipeline_tests.pim.catalogue import PRODUCTS, fill

DUMBBELL = {
    "NAME": "Heavy weight", "NAME:Tda": "Tung vægt", "NAME:Tda:MDENMARK": "Tung dansk vægt",
    "COLOUR": "Red", "COLOUR:Tda": "Rød", "SHADES": ["Red", "Blue"], "SHADES:Tda": ["Rød"],
    "BRAND": "Steel & Co", "BRAND:Tda": "Stålhuset", "SIZE/Width": 25.5, "SIZE/Height": 10,
    "EXERCISES/Item:Ten": ["Curls", "Deadlift"], "EXERCISES/Item:Tda": ["Dødløft"], "EXERCISES/Quantity": [3],
    "WEIGHT": 5000, "Ext_WEIGHT": 4990, "Ext_NAME": "ERP dumbbell", "PrimaryPlacementCategory": "WEIGHTS",
    "AdditionalCategoryPlacement": ["OFFERS"], "ExternalIntId": 119, "ExternalStringId": "DMB5000_0119",
}  # fmt: skip


@pytest.fixture
def filled(database: Database, workspace_id: int) -> int:
    fill(database, workspace_id)
    return workspace_id


def skus(connection: Connection, workspace_id: int, **wanted: object) -> list[str]:
    listing = replace(ListingFilter(), **wanted)  # type: ignore[arg-type]
    return [one.sku for one in list_products(connection, workspace_id, listing)[1]]


def test_list_items_and_brands_are_resolved_and_fields_and_segments_have_keys_of_their_own(
    database: Database, filled: int
) -> None:
    with database.workspace_session(filled) as connection:
        lookup = load_lookup(connection, filled)
    _, data, pim = PRODUCTS["DB-5"]
    assert plain_values(data, pim, lookup) == DUMBBELL
    assert plain_values({"COLOUR": {"list": "COLOURS", "item": "9"}}, {}, lookup) == {}
    assert plain_values(*PRODUCTS["DB-5-A"][1:], lookup) == {"COLOUR": "Blue", "VariantOfMaster": "DB-5"}


def test_clickhouse_gets_structured_values_plain_and_plain_products_as_they_are(stores: Stores, filled: int) -> None:
    with stores.database.workspace_session(filled) as connection:
        stored = connection.execute(text("SELECT data::text FROM products WHERE sku = 'PLAIN'")).scalar_one()
    assert sync_workspace(stores, filled).sent == len(PRODUCTS)
    with open_clickhouse(stores.settings) as clickhouse:
        rows = clickhouse.rows(f"SELECT sku, data FROM {PRODUCTS_THERE}", {"tenant_id": filled})
    sent = {row["sku"]: row["data"] for row in rows}
    assert sent["PLAIN"] == stored
    assert json.loads(sent["DB-5"]) == DUMBBELL


def test_confidential_values_are_sent_to_no_other_store(stores: Stores, filled: int) -> None:
    confide = text("UPDATE records SET data = data || '{\"is_confidential\": true}' WHERE key = ANY(:codes)")
    with stores.database.workspace_session(filled) as connection:
        connection.execute(confide, {"codes": ["COLOUR", "WEIGHT"]})
        assert load_lookup(connection, filled).confidential == {"COLOUR", "WEIGHT"}
    sync_workspace(stores, filled)
    with open_clickhouse(stores.settings) as clickhouse:
        rows = clickhouse.rows(f"SELECT sku, data FROM {PRODUCTS_THERE}", {"tenant_id": filled})
    sent = {row["sku"]: json.loads(row["data"]) for row in rows}
    hidden = {"COLOUR", "COLOUR:Tda", "WEIGHT", "Ext_WEIGHT"}
    assert sent["DB-5"] == {key: value for key, value in DUMBBELL.items() if key not in hidden}
    assert len(sent["DB-5"]) < len(DUMBBELL)


def test_the_search_text_has_every_language_and_of_a_plain_product_it_is_what_it_was(
    database: Database, filled: int
) -> None:
    with database.workspace_session(filled) as connection:
        lookup = load_lookup(connection, filled)
    fields = sorted([*worded_attributes(lookup), "tags"])
    name, data, pim = PRODUCTS["DB-5"]
    searched = search_text("DB-5", name, searched_values(data, pim, lookup, fields), fields)
    for word in ("Tung vægt", "Rød", "Stålhuset", "Dødløft", "Heavy weight"):
        assert word in searched
    name, data, pim = PRODUCTS["PLAIN"]
    searched = search_text("PLAIN", name, searched_values(data, pim, lookup, fields), fields)
    assert searched == search_text("PLAIN", name, data, ["tags"])


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("tung dansk", ["DB-5"]), ("rød", ["DB-5", "DB-5-B"]), ("RØD heavy", ["DB-5"]), ("stålhuset", ["DB-5"]),
        ("dødløft", ["DB-5"]), ("erp dumbbell", ["DB-5"]), ("blue variant", ["DB-5-A"]), ("default", []), ("100%", []),
    ],
)  # fmt: skip
def test_words_find_products_in_every_language(database: Database, filled: int, words: str, found: list[str]) -> None:
    with database.workspace_session(filled) as connection:
        assert skus(connection, filled, q=words) == found


def test_the_search_says_in_which_attribute_a_word_was_found(stores: Stores, filled: int) -> None:
    hits = search_catalogue(stores, filled, "rød").results
    assert [(hit.sku, hit.why, hit.field) for hit in hits] == [("DB-5-B", "text", "COLOUR"), ("DB-5", "text", "COLOUR")]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"fields": {"COLOUR": ["Red"]}}, ["DB-5", "DB-5-B"]),
        ({"fields": {"COLOUR:Tda": ["Rød"]}}, ["DB-5", "DB-5-B"]),
        ({"fields": {"SHADES": ["Blue"]}}, ["DB-5"]),
        ({"fields": {"NAME:Tda:MDENMARK": ["Tung dansk vægt"]}}, ["DB-5"]),
        ({"fields": {"COLOUR": [""]}}, ["PLAIN", "SET"]),
        ({"fields": {"SIZE/Width": ["25.50"]}}, ["DB-5"]),
        ({"fields": {"BRAND": ["Steel & Co"]}}, ["DB-5"]),
        ({"at_least": {"SIZE/Width": "20"}}, ["DB-5"]),
        ({"at_most": {"SIZE/Width": "20"}}, []),
        ({"order": "-COLOUR", "fields": {"COLOUR": ["Red", "Blue"]}}, ["DB-5", "DB-5-B", "DB-5-A"]),
    ],
)
def test_products_are_filtered_and_ordered_by_structured_values(
    database: Database, filled: int, wanted: dict[str, object], found: list[str]
) -> None:
    with database.workspace_session(filled) as connection:
        assert skus(connection, filled, **wanted) == found


def test_facets_are_of_list_items_and_of_the_segments_of_texts(database: Database, filled: int) -> None:
    with database.workspace_session(filled) as connection:
        found = facets(connection, filled, ListingFilter())
    told = {facet.field: {one.value: one.count for one in facet.values} for facet in found}
    assert told["COLOUR"] == {"Red": 2, "Blue": 1}
    assert told["COLOUR:Tda"] == {"Rød": 2}
    assert told["SHADES"] == {"Red": 1, "Blue": 1}
    assert told["NAME"] == {"Heavy weight": 1, "Second": 1}
    assert told["NAME:Tda"] == {"Tung vægt": 1}
    assert told["BRAND"] == {"Steel & Co": 1}


def test_a_facet_that_is_filtered_counts_its_other_values_too(database: Database, filled: int) -> None:
    with database.workspace_session(filled) as connection:
        (found,) = facets(connection, filled, ListingFilter(fields={"COLOUR": ["Red"]}), ["COLOUR"])
        with pytest.raises(WrongUsage, match="no field of text or lists"):
            facets(connection, filled, ListingFilter(), ["SIZE/Width"])
    assert (found.label, [(one.value, one.count) for one in found.values]) == ("Colour", [("Red", 2), ("Blue", 1)])

"""The API of the PIM: attributes, lists, segments, the tree of categories, brands, and all of a product."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from segops_pipeline_tests.importing import Importer
from segops_pipeline_tests.pim.catalogue import PRODUCTS, fill
from segops_pipeline_tests.web.conftest import People, write


@pytest.fixture
def filled(people: People) -> People:
    fill(people.serving.web.database, people.workspace.id)
    return people


def get(people: People, path: str) -> Any:
    answer = people.viewer.get(f"/api/pim/{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def keys(people: People, path: str, key: str = "key") -> list[str]:
    return [one[key] for one in get(people, path)["results"]]


def test_attributes_and_fields_of_the_schema_are_one_list(filled: People) -> None:
    assert keys(filled, "attributes/", "code") == [
        "BRAND", "COLOUR", "EXERCISES", "NAME", "SHADES", "SIZE", "tags", "WEIGHT",
    ]  # fmt: skip
    assert keys(filled, "attributes/?q=farve", "code") == ["COLOUR"]
    assert keys(filled, "attributes/?group=Measures", "code") == ["SIZE", "WEIGHT"]
    size = get(filled, "attributes/SIZE/")
    assert (size["types"], size["products"], size["group"]) == (["PDecimal2", "PDecimal2"], 1, "Measures")
    tags = get(filled, "attributes/tags/")
    assert (tags["value_type"], tags["types"], tags["schema_type"]) == ("MultiValued", ["PString"], "array")
    assert filled.viewer.get("/api/pim/attributes/GONE/").status_code == 404


def test_a_list_tells_its_items_in_order_and_what_is_of_it(filled: People) -> None:
    (found,) = get(filled, "lists/")["results"]
    assert (found["key"], found["items"], found["is_unique"]) == ("COLOURS", 2, True)
    assert get(filled, "lists/COLOURS/")["attributes"] == ["COLOUR", "SHADES"]
    items = get(filled, "lists/COLOURS/items/")["results"]
    assert [(one["place"], one["system_name"], one["shown"]) for one in items] == [
        (0, "RED", "Red"),
        (1, "BLUE", "Blue"),
    ]
    assert keys(filled, "lists/COLOURS/items/?q=rød", "id") == ["1"]
    assert keys(filled, "segments/?dimension=culture") == ["culture:da", "culture:en"]


def test_the_tree_of_categories_is_shown_a_level_at_a_time(filled: People) -> None:
    tops = get(filled, "categories/?parent=")["results"]
    assert [(one["key"], one["categories"], one["products"]) for one in tops] == [("OFFERS", 1, 1), ("SPORT", 1, 0)]
    assert keys(filled, "categories/?parent=SPORT") == ["WEIGHTS"]
    assert keys(filled, "categories/?parent=OFFERS") == ["WEIGHTS"]
    assert keys(filled, "categories/?q=vægte") == ["WEIGHTS"]
    weights = get(filled, "categories/WEIGHTS/")
    assert [one["name"] for one in weights["path"]] == ["Sport"]
    assert [one["key"] for one in weights["linked"]] == ["OFFERS"]
    (placed,) = get(filled, "categories/OFFERS/products/")["results"]
    assert (placed["sku"], placed["is_primary"]) == ("DB-5", False)


def test_a_brand_has_sub_brands(filled: People) -> None:
    steel = get(filled, "brands/STEELCO/")
    assert (steel["name"], steel["brands"], steel["names"]["T:da"]) == ("Steel & Co", 1, "Stålhuset")
    assert keys(filled, "brands/?parent=STEELCO") == ["STEELCO-KIDS"]
    assert [one["key"] for one in get(filled, "brands/STEELCO-KIDS/")["path"]] == ["STEELCO"]


def test_a_product_tells_all_that_the_pim_says_of_it(filled: People) -> None:
    products = {one["sku"]: one for one in get(filled, "products/")["results"]}
    dumbbell = products["DB-5"]
    assert dumbbell["data"] == PRODUCTS["DB-5"][1]
    assert dumbbell["pim"]["variants"] == ["DB-5-B", "DB-5-A"]
    assert (dumbbell["pim"]["primary"], dumbbell["pim"]["external_int"]) == ("WEIGHTS", 119)
    assert (dumbbell["plain"]["COLOUR:Tda"], products["PLAIN"]["plain"]) == ("Rød", {})

    told = get(filled, f"products/{dumbbell['id']}/pim/")
    assert [(one["group"], one["code"]) for one in told["attributes"]] == [
        ("Measures", "SIZE"), ("Measures", "WEIGHT"), ("Texts", "NAME"), (None, "BRAND"), (None, "COLOUR"),
        (None, "EXERCISES"), (None, "SHADES"),
    ]  # fmt: skip
    weight = told["attributes"][1]
    assert [one[0][0]["segments"] for one in (weight["own"], weight["external"])] == [
        {"default": 5000},
        {"default": 4990},
    ]
    assert (told["languages"], told["markets"]) == (["da", "en"], ["DENMARK"])
    assert [(one["key"], one["path"], one["is_primary"]) for one in told["placements"]] == [
        ("WEIGHTS", ["Sport"], True), ("OFFERS", [], False),
    ]  # fmt: skip
    assert [(one["sku"], one["id"] is not None) for one in told["variants"]] == [("DB-5-B", True), ("DB-5-A", True)]
    bundle = get(filled, f"products/{products['SET']['id']}/pim/")["bundle"]
    assert [(one["product"]["sku"], one["note"], one["amount"]) for one in bundle] == [("DB-5", "both hands", 2)]
    assert bundle[0]["attributes"][0]["own"][0][0]["segments"] == {"default": "Pair"}


def test_a_product_with_structured_values_can_be_sent_as_it_came(filled: People) -> None:
    product = get(filled, "products/?sku=DB-5")["results"][0]
    path = f"/api/pim/products/{product['id']}/"
    answer = filled.editor.patch(path, json={**product, "name": "Dumbbell"})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["name"], answer.json()["data"]) == ("Dumbbell", product["data"])


def test_the_history_of_a_product_tells_items_of_lists_by_their_text(filled: People, tmp_path: Path) -> None:
    importer = Importer(filled.serving.web.stores, tmp_path, filled.workspace.name)
    job = importer.read(write(tmp_path, "products.csv", "UniqueName;$COLOUR\nDB-5;BLUE\n"))
    assert importer.run(importer.confirm(job)).counts["updated"] == 1
    product = get(filled, "products/?sku=DB-5")["results"][0]
    (change,) = get(filled, f"products/{product['id']}/history/")["results"]
    assert [(one["field"], one["before"], one["after"]) for one in change["fields"]] == [("COLOUR", "Red", "Blue")]


def test_what_is_filtered_by_a_list_item_is_exported(filled: People) -> None:
    exported = filled.viewer.get("/api/pim/export/?format=csv&COLOUR=Red&order=sku")
    assert [line.split(",")[0] for line in exported.text.removeprefix("\ufeff").splitlines()] == [
        "sku",
        "DB-5",
        "DB-5-B",
    ]


def sent(people: People, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return people.editor.request(method, f"/api/pim/{path}", json=body, headers=named)


def test_an_attribute_is_made_changed_renamed_and_deleted_and_nobody_undoes_anothers_change(filled: People) -> None:
    made = sent(filled, "POST", "attributes/", {"code": "DEPTH", "name": "Depth", "pim_type": "PDecimal1"})
    assert (made.status_code, made.json()["configuration"], made.json()["types"]) == (201, "Plain", ["PDecimal1"])
    body = {"names": {"T:da": "Dybde"}, "group": "Measures"}
    changed = sent(filled, "PATCH", "attributes/DEPTH/", body, If_Match=made.headers["ETag"])
    assert (changed.status_code, changed.json()["names"]) == (200, {"default": "Depth", "T:da": "Dybde"})
    assert sent(filled, "PATCH", "attributes/DEPTH/", body, If_Match=made.headers["ETag"]).status_code == 412
    locked = sent(filled, "PATCH", "attributes/DEPTH/", {"configuration": "Range"})
    assert (locked.status_code, "locked" in locked.text) == (400, True)
    renamed = sent(filled, "POST", "attributes/NAME/rename/", {"code": "TITLE"})
    assert (renamed.status_code, renamed.json()["code"]) == (200, "TITLE")
    assert get(filled, "products/?sku=DB-5")["results"][0]["data"]["TITLE"]["default"] == "Heavy weight"
    refused = sent(filled, "DELETE", "attributes/TITLE/")
    assert (refused.status_code, "would lose them" in refused.text) == (400, True)
    assert sent(filled, "DELETE", "attributes/TITLE/?force=true").status_code == 204
    assert "TITLE" not in get(filled, "products/?sku=DB-5")["results"][0]["data"]


def test_a_list_and_its_items_are_made_and_changed_and_what_is_used_stays(filled: People) -> None:
    made = sent(filled, "POST", "lists/", {"key": "SIZES", "pim_type": "PInt32"})
    assert (made.status_code, made.json()["items"]) == (201, 0)
    item = sent(filled, "POST", "lists/SIZES/items/", {"value": "42", "system_name": "L"})
    assert (item.status_code, item.json()["value"], item.json()["place"]) == (201, 42, 0)
    changed = sent(filled, "PATCH", "lists/SIZES/items/L/", {"value": "43"})
    assert (changed.status_code, changed.json()["shown"]) == (200, "43")
    assert sent(filled, "PATCH", "lists/SIZES/items/L/", {"value": "many"}).status_code == 400
    assert sent(filled, "DELETE", "lists/SIZES/items/L/").status_code == 204
    assert sent(filled, "DELETE", "lists/SIZES/").status_code == 204
    assert sent(filled, "DELETE", "lists/COLOURS/").status_code == 400
    assert sent(filled, "DELETE", "lists/COLOURS/items/RED/").status_code == 400
    renamed = sent(filled, "PATCH", "lists/COLOURS/items/RED/", {"values": {"default": "Crimson"}})
    assert renamed.json()["value"] == {"default": "Crimson", "T:da": "Rød"}
    assert filled.viewer.get("/api/pim/products/?COLOUR=Crimson").json()["count"] == 2


def test_a_market_is_registered_and_one_that_is_used_stays(filled: People) -> None:
    made = sent(filled, "POST", "segments/", {"dimension": "market", "code": "SWEDEN", "label": "Sweden"})
    assert (made.status_code, made.json()["key"]) == (201, "market:SWEDEN")
    assert sent(filled, "PATCH", "segments/market:SWEDEN/", {"label": "Sverige"}).json()["label"] == "Sverige"
    assert sent(filled, "DELETE", "segments/market:SWEDEN/").status_code == 204
    used = sent(filled, "DELETE", "segments/market:DENMARK/")
    assert (used.status_code, "is used" in used.text) == (400, True)

"""The API of products: listed, made, changed, deleted, imported many at once, and who may do which."""

import json
from typing import Any

import pytest
from httpx import Response

from segops_pipeline_tests.web.conftest import People

PRODUCTS = "/api/pim/products/"
SCHEMA = "/api/pim/schema/"
FIELDS = [
    {"name": "color", "type": "string"},
    {"name": "tags", "type": "array"},
    {"name": "weight", "type": "number", "required": False, "description": "in kg"},
    {"name": "price", "type": "price"},
    {"name": "page", "type": "string"},
]
AXE = {"color": "red", "tags": ["sharp"], "weight": 1.5, "price": {"amount": "12.50", "currency": "EUR"}}


FOUND = {
    "q=axe": ["A"],
    "color=red&color=blue&order=-sku": ["B", "A"],
    "tags=sharp": ["A"],
    "weight__gte=1&price__lte=13 EUR": ["A"],
    "tags=": ["B"],
    "data.page=7": ["B"],
    "source=manual": [],
    "active=false": [],
    "active=all&page_size=1&page=2": ["B"],
}
NOT_FOUND = [
    "size=1", "weight=heavy", "color__gte=a", "order=size", "page=0", "page_size=201", "source=fax", "q=%00", "a%00=1",
]  # fmt: skip
NO_VALUES: list[dict[str, Any]] = [
    {"weight": "heavy"},
    {"weight": [1]},
    {"weight": {"kg": 1}},
    {"color": ["red"]},
    {"color": "a\x00b"},
    {"tags": [["x"]]},
    {"tags": ["a\x00"]},
    {"price": {"amount": 1, "currency": "EURO"}},
    {"size": 1},
]
BAD_JSON = [
    '{"sku": "X", "data": {"weight": NaN}}',
    '{"sku": "\\ud800"}',
    '{"sku": "X", "data": {"color": "\\ud800"}}',
    '{"sku": "X", "data": {"\\ud800": 1}}',
    '{"sku": "X", "data": {"weight": 1e400}}',
    '{"sku": " "}',
    f'{{"sku": "X", "data": {{"tags": {"[" * 900}{"]" * 900}}}}}',
    "[" * 100_000,
]


def told(answer: Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.fixture
def filled(people: People) -> People:
    """A schema with an axe and a bow."""
    told(people.editor.put(SCHEMA, json={"fields": FIELDS}))
    told(people.editor.post(PRODUCTS, json={"sku": "A", "name": "Axe", "data": AXE}), 201)
    told(people.editor.post(PRODUCTS, json={"sku": "B", "name": "Bow", "data": {"color": "blue", "page": "7"}}), 201)
    return people


def test_a_product_is_made_and_shown_as_it_is(filled: People) -> None:
    listed = told(filled.viewer.get(PRODUCTS))
    assert (listed["count"], listed["next"], listed["previous"]) == (2, None, None)
    axe = listed["results"][0]
    assert {"id", "sku", "name", "data", "raw_data", "source", "created_at", "updated_at"} <= set(axe)
    assert (axe["sku"], axe["name"], axe["data"], axe["source"]) == ("A", "Axe", AXE, "api")
    answer = filled.viewer.get(f"{PRODUCTS}{axe['id']}")
    assert told(answer) == axe
    assert answer.headers["ETag"] == f'"{axe["version"]}"'
    again = told(filled.editor.post(PRODUCTS, json={"sku": "A"}), 409)
    assert (again["error"]["code"], again["error"]["column"]) == ("already_there", "sku")


def test_what_would_be_lost_is_refused_and_a_product_may_be_sent_as_it_came(filled: People) -> None:
    refused = filled.editor.post(PRODUCTS, json={"sku": "F-1", "name": "Flat", "weight": 5})
    assert (refused.status_code, "belong into data, such as weight" in refused.text) == (400, True)
    made = filled.editor.post(PRODUCTS, json={"sku": "F-1", "name": "Flat", "data": {}}).json()
    again = filled.editor.patch(f"{PRODUCTS}{made['id']}/", json={**made, "name": "Round"}, headers={"If-Match": "*"})
    assert (again.status_code, again.json()["name"]) == (200, "Round")


def test_products_are_filtered_by_what_the_query_says(filled: People) -> None:
    for query, skus in FOUND.items():
        found = told(filled.viewer.get(f"{PRODUCTS}?{query}"))
        assert (query, [product["sku"] for product in found["results"]]) == (query, skus)


def test_pages_lead_to_each_other(filled: People) -> None:
    first = told(filled.viewer.get(PRODUCTS, params={"page_size": 1}))
    second = told(filled.viewer.get(first["next"]))
    assert [page["results"][0]["sku"] for page in (first, second)] == ["A", "B"]
    assert told(filled.viewer.get(second["previous"]))["results"] == first["results"]


def test_what_cannot_be_looked_for_is_refused_by_name(filled: People) -> None:
    for query in NOT_FOUND:
        error = told(filled.viewer.get(f"{PRODUCTS}?{query}"), 400)["error"]
        assert error["code"] == "wrong_usage"
        assert query != "size=1" or "color, tags, weight, price" in error["remedy"]


def test_an_edit_needs_the_version_that_was_read(filled: People) -> None:
    product = told(filled.viewer.get(PRODUCTS))["results"][0]
    url, seen = f"{PRODUCTS}{product['id']}/", {"If-Match": f'"{product["version"]}"'}
    changes = {"data": {"weight": "2,5", "tags": None}, "name": "Big axe"}
    answer = filled.editor.patch(url, json=changes, headers=seen)
    changed = told(answer)
    assert (changed["name"], changed["data"]["weight"], "tags" in changed["data"]) == ("Big axe", 2.5, False)
    assert answer.headers["ETag"] != seen["If-Match"]
    assert told(filled.editor.patch(url, json=changes, headers=seen), 412)["error"]["code"] == "changed_meanwhile"
    assert told(filled.editor.delete(url, headers=seen), 412)["error"]["code"] == "changed_meanwhile"
    assert told(filled.editor.patch(url, json={}, headers={"If-Match": "12"}), 400)["error"]["column"] == "If-Match"
    assert told(filled.editor.patch(url, json={}, headers={"If-Match": "*"})) == changed
    history = told(filled.viewer.get(f"{url}history/"))
    assert [change["action"] for change in history["results"]] == ["updated", "created"]
    assert {"field": "weight", "before": 1.5, "after": 2.5} in history["results"][0]["fields"]
    assert filled.editor.delete(url).status_code == 204
    assert told(filled.viewer.get(url), 404)["error"]["code"] == "not_found"


def test_what_is_no_value_of_its_field_is_refused(filled: People) -> None:
    product = told(filled.viewer.get(PRODUCTS))["results"][0]
    for data in NO_VALUES:
        error = told(filled.editor.patch(f"{PRODUCTS}{product['id']}/", json={"data": data}), 400)["error"]
        assert error["code"] == "wrong_usage"
        assert error.get("column", "size") in data


def test_json_that_nobody_can_store_is_refused(filled: People) -> None:
    for body in BAD_JSON:
        answer = filled.editor.post(PRODUCTS, content=body, headers={"Content-Type": "application/json"})
        assert told(answer, 400)["error"]["message"]


def test_facets_say_what_can_be_filtered(filled: People) -> None:
    found = told(filled.viewer.get("/api/pim/facets/"))["facets"]
    color = next(facet for facet in found if facet["field"] == "color")
    assert (color["type"], color["distinct"]) == ("string", 2)
    assert {"value": "red", "count": 1} in color["values"]
    some = told(filled.viewer.get("/api/pim/facets/?field=tags&limit=1"))["facets"]
    assert [facet["field"] for facet in some] == ["tags"]
    told(filled.viewer.get("/api/pim/facets/?field=weight"), 400)


def test_the_schema_is_replaced_whole(filled: People) -> None:
    answer = filled.viewer.get(SCHEMA)
    schema, tag = told(answer), answer.headers["ETag"]
    assert [(field["name"], field["type"]) for field in schema["fields"]] == [
        (field["name"], field["type"]) for field in FIELDS
    ]
    assert {"id", "fields", "default_currency", "default_locale", "created_at", "updated_at"} == set(schema)
    fewer = {"fields": FIELDS[1:], "default_currency": "eur"}
    refused = told(filled.editor.put(SCHEMA, json=fewer, headers={"If-Match": tag}), 400)["error"]
    assert refused["issues"][0]["code"] == "field_has_values"
    forced = told(filled.editor.put(f"{SCHEMA}?force=true", json=fewer, headers={"If-Match": tag}))
    assert (len(forced["fields"]), forced["default_currency"], forced["fields"][1]["description"]) == (
        4,
        "EUR",
        "in kg",
    )
    assert told(filled.viewer.get(PRODUCTS))["results"][1]["data"] == {"page": "7"}
    told(filled.editor.put(SCHEMA, json=fewer, headers={"If-Match": tag}), 412)
    for field in ({"name": "sku", "type": "string"}, {"name": "a\nb", "type": "string"}, FIELDS[1]):
        told(filled.editor.put(SCHEMA, json={"fields": [*FIELDS[1:], field]}), 422)


def test_many_products_are_one_import(filled: People) -> None:
    items = [{"sku": "A", "stock": 7, "color": None}, {"sku": "C", "name": "Cup", "ean": "007"}, {"name": "?"}]
    done = told(filled.editor.post(f"{PRODUCTS}bulk/", json={"products": items}))
    assert [item["outcome"] for item in done["results"]] == ["updated", "created", "rejected"]
    assert done["results"][2]["issues"][0]["code"] == "empty_key"
    assert {field["name"]: field["type"] for field in done["new_fields"]} == {"stock": "number", "ean": "string"}
    found = {product["sku"]: product["data"] for product in told(filled.viewer.get(PRODUCTS))["results"]}
    assert found["A"] == {**{key: value for key, value in AXE.items() if key != "color"}, "stock": 7}
    assert found["C"] == {"ean": "007"}
    job = told(filled.viewer.get(f"/api/pim/import/{done['job_id']}/"))
    assert (job["status"], job["source"]) == ("done", "api")
    for bad in (json.dumps({"products": [{}] * 10_001}), f'{{"products": [{"[" * 900}{"]" * 900}]}}'):
        answer = filled.editor.post(f"{PRODUCTS}bulk/", content=bad, headers={"Content-Type": "application/json"})
        assert told(answer, 400)["error"]["code"] == "wrong_usage"


def test_an_export_is_what_the_filter_finds(filled: People) -> None:
    answer = filled.viewer.get("/api/pim/export/?color=red&format=jsonl")
    assert [json.loads(line)["sku"] for line in answer.text.splitlines()] == ["A"]
    assert "attachment" in answer.headers["Content-Disposition"]
    assert (
        filled.viewer.get("/api/pim/export/?color=red").text.splitlines()[0] == "sku,name,color,tags,weight,price,page"
    )
    told(filled.viewer.get("/api/pim/export/?size=1"), 400)


def test_a_search_finds_by_words_without_waiting_for_a_model(filled: People) -> None:
    found = told(filled.viewer.get("/api/pim/search/?q=axe"))
    assert [(hit["sku"], hit["why"]) for hit in found["results"]] == [("A", "name")]
    assert found["meaning"] == "off"
    told(filled.viewer.get("/api/pim/search/?q=%20"), 400)


def test_a_viewer_writes_nothing_and_another_workspace_sees_nothing(filled: People) -> None:
    product = told(filled.viewer.get(PRODUCTS))["results"][0]
    url = f"{PRODUCTS}{product['id']}/"
    for answer in (
        filled.viewer.post(PRODUCTS, json={"sku": "X"}),
        filled.viewer.patch(url, json={"name": "X"}),
        filled.viewer.delete(url),
        filled.viewer.put(SCHEMA, json={"fields": []}),
        filled.viewer.post(f"{PRODUCTS}bulk/", json={"products": []}),
    ):
        assert told(answer, 403)["error"]["code"] == "forbidden"
    told(filled.outsider.get(url), 404)
    told(filled.outsider.patch(url, json={"name": "X"}), 404)
    assert told(filled.outsider.get(PRODUCTS))["count"] == 0
    told(filled.nobody.get(PRODUCTS), 401)

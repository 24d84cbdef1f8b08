"""Products that a program sends are one job: planned, applied, kept in the history, and taken back."""

from typing import Any

import pytest

from segops_pipeline.errors import HeldByGuard, WrongUsage
from segops_pipeline.imports.bulk import BulkOrder, BulkResult, PlainStages, bulk_upsert
from segops_pipeline.imports.undo import open_undo
from segops_pipeline.imports.workspaces import ensure_workspace, set_defaults
from segops_pipeline_tests.importing import Importer, add_up


def send(imports: Importer, *items: Any, **given: Any) -> BulkResult:
    workspace = ensure_workspace(imports.stores.database, imports.workspace)
    order = BulkOrder(workspace.id, workspace.name, items, "ann", **given)
    return bulk_upsert(imports.stores, order, PlainStages(imports.stores))


def outcomes(result: BulkResult) -> list[str]:
    assert [item.index for item in result.items] == list(range(len(result.items)))
    return [item.outcome for item in result.items]


def types(imports: Importer) -> dict[str, str]:
    return {row["key"]: row["type"] for row in imports.rows("SELECT key, type FROM product_schema_fields")}


def test_values_keep_their_json_types_and_new_keys_become_fields(imports: Importer) -> None:
    product = {
        "sku": "A",
        "name": "Axe",
        "article": "007",
        "weight": 1.234,
        "stock": 7,
        "in_use": False,
        "colors": ["red, dark", "blue;", "1"],
        "price": {"amount": 12.5, "currency": "EUR"},
        "prices": [{"amount": "1.234", "currency": "EUR"}, {"amount": "2", "currency": "USD", "locale": "en-US"}],
        "note": "1.5",
        "nothing": None,
    }
    result = send(imports, product)
    assert outcomes(result) == ["created"]
    assert types(imports) == {
        "article": "text",
        "weight": "number",
        "stock": "number",
        "in_use": "boolean",
        "colors": "list",
        "price": "price",
        "prices": "multi_price",
        "note": "text",
    }
    name, data = imports.products()["A"]
    assert name == "Axe"
    assert data == {
        "article": "007",
        "weight": 1.234,
        "stock": 7,
        "in_use": False,
        "colors": ["red, dark", "blue;", "1"],
        "price": {"amount": "12.50", "currency": "EUR"},
        "prices": [
            {"amount": "1.234", "currency": "EUR"},
            {"amount": "2.00", "currency": "USD", "locale": "en-US"},
        ],
        "note": "1.5",
    }
    assert {field.key for field in result.new_fields} == set(types(imports))


def test_it_is_a_job_of_the_history_that_can_be_taken_back(imports: Importer) -> None:
    first = send(imports, {"sku": "A", "color": "red"})
    second = send(imports, {"sku": "A", "color": "blue"}, {"sku": "B", "color": "green"})
    assert first.job is not None
    assert second.job is not None
    assert (second.job.status, second.job.origin, second.job.source, second.job.created_by) == (
        "done",
        "api",
        "api",
        "ann",
    )
    assert add_up(second.job)
    assert imports.rows("SELECT DISTINCT source FROM products") == [{"source": "api"}]
    imports.run(open_undo(imports.stores, second.job.id, created_by="bob"))
    assert {sku: data for sku, (_, data) in imports.products().items()} == {"A": {"color": "red"}}


def test_a_field_that_is_not_named_stays_and_null_clears_it(imports: Importer) -> None:
    send(imports, *({"sku": sku, "name": sku, "color": "red", "size": 1} for sku in "ABC"))
    result = send(imports, {"sku": "A", "color": None}, {"sku": "B", "size": 2}, {"sku": "C", "name": "Cup"})
    assert outcomes(result) == ["updated"] * 3
    assert imports.products() == {
        "A": ("A", {"size": 1}),
        "B": ("B", {"color": "red", "size": 2}),
        "C": ("Cup", {"color": "red", "size": 1}),
    }


def test_a_bad_product_is_rejected_with_its_reason_and_the_rest_goes_in(imports: Importer) -> None:
    imports.load("sku,name,weight,color\nX,Ox,5,red\n", {"weight": "number"})
    result = send(
        imports,
        {"sku": "A", "weight": 1},
        {"sku": "B", "weight": "heavy"},
        {"sku": "C", "color": ["red"]},
        {"sku": "D", "weight": {"kg": 1}},
        {"sku": ""},
        {"name": "no key"},
        "E",
        {"sku": "F\x00"},
        {"sku": "G", "bad\nkey": 1},
        {"sku": "H", "weight": float("inf")},
        {"sku": 12, "weight": "2"},
    )
    assert outcomes(result) == ["created", *["rejected"] * 9, "created"]
    codes = [issue.code for item in result.items for issue in item.issues]
    assert codes == [
        "not_a_number", "not_a_text", "not_a_number", "empty_key", "empty_key", "not_a_product", "nul_character",
        "bad_mapping", "not_a_number",
    ]  # fmt: skip
    assert result.counts["rows"] == 11
    assert result.counts["rejected"] == 9
    assert list(imports.products()) == ["12", "A", "X"]
    [refused] = [item for item in result.items if item.sku == "B"]
    assert refused.issues[0].column == "weight"


def test_texts_that_look_like_the_layout_of_a_file_are_texts(imports: Importer) -> None:
    skus = ["Total", "#1", "sku", "---", "=1+1", '"x"', "a,b", "line\nbreak", "Summe:", "'", "\ufeffx", "null", "N/A"]
    result = send(imports, *({"sku": sku, "note": sku} for sku in skus), {"sku": "last"})
    assert outcomes(result) == ["created"] * (len(skus) + 1)
    assert {sku: data.get("note") for sku, (_, data) in imports.products().items()} == {
        **{sku: sku for sku in skus},
        "last": None,
    }


def test_nothing_but_bad_products_is_no_job(imports: Importer) -> None:
    result = send(imports, {}, 5)
    assert (result.job, outcomes(result), imports.number_of("import_jobs")) == (None, ["rejected"] * 2, 0)


def test_the_same_again_is_unchanged_and_a_key_twice_is_one_product(imports: Importer) -> None:
    items = [{"sku": "A", "price": {"amount": "7"}, "tags": ["x"]}, {"sku": "B", "price": "8,50"}]
    assert outcomes(send(imports, *items)) == ["created", "created"]
    assert outcomes(send(imports, *items)) == ["unchanged", "unchanged"]
    assert sorted(outcomes(send(imports, {"sku": "A", "tags": ["y"]}, {"sku": "A", "tags": ["z"]}))) == [
        "skipped",
        "updated",
    ]
    assert imports.data("A")["tags"] == ["z"]


def test_amounts_without_a_currency_are_in_that_of_the_workspace(imports: Importer) -> None:
    workspace = ensure_workspace(imports.stores.database, imports.workspace)
    with imports.stores.database.workspace_session(workspace.id) as connection:
        set_defaults(connection, workspace.id, "EUR", None)
    send(imports, {"sku": "A", "price": {"amount": 7}}, {"sku": "B", "price": {"amount": 8, "currency": None}})
    assert [imports.data(sku)["price"] for sku in "AB"] == [{"amount": "7.00", "currency": "EUR"}, {"amount": "8.00"}]


def test_a_required_field_need_not_be_sent_again(imports: Importer) -> None:
    imports.load("sku,weight,color\nA,5,red\n", {"weight": "number"}, required=["weight"])
    result = send(imports, {"sku": "A", "color": "blue"}, {"sku": "B", "weight": 1}, {"sku": "C", "color": "x"})
    assert outcomes(result) == ["updated", "created", "rejected"]
    assert imports.data("A") == {"weight": 5, "color": "blue"}


def test_what_a_guard_holds_waits_for_a_person_unless_that_is_accepted(imports: Importer) -> None:
    send(imports, *({"sku": f"A{n}", "price": {"amount": 10, "currency": "EUR"}} for n in range(20)))
    dearer = [{"sku": f"A{n}", "price": {"amount": 99, "currency": "EUR"}} for n in range(20)]
    with pytest.raises(HeldByGuard):
        send(imports, *dearer)
    assert imports.data("A0")["price"]["amount"] == "10.00"
    assert imports.rows("SELECT status FROM import_jobs ORDER BY created_at DESC LIMIT 1") == [{"status": "mapping"}]
    assert set(outcomes(send(imports, *dearer, accept_guards=True))) == {"updated"}


def test_a_call_takes_ten_thousand_products(imports: Importer) -> None:
    with pytest.raises(WrongUsage, match="10,000"):
        send(imports, *({} for _ in range(10_001)))

"""An import of records is taken back, whatever their entity, and the taking back too."""

from typing import Any

import pytest

from segops_pipeline.imports.results import read_results
from segops_pipeline.imports.run import apply_job
from segops_pipeline.imports.undo import open_undo, preview_undo
from segops_pipeline_tests.pim.folded import Folded, Given, SmallFold, file

FIRST: list[Given] = [("A", {"COLOR": "red", "pim.primary": "X"}), ("B", {"COLOR": "blue"})]
SECOND: list[Given] = [("A", {"COLOR": "green", "pim.primary": "Y", "pim.master": "B"}), ("C", {"pim.primary": "X"})]
BRANDS: list[Given] = [("B1", {"names": {"default": "One"}}), ("B2", {"names": {"default": "Two"}, "parent": "B1"})]


def brands(rows: list[Given]) -> Any:
    return file(rows, SmallFold("brand"), start=50)


def simple(name: str) -> dict[str, Any]:
    return {"fields": [{"system_name": "Value", "pim_type": "PString"}], "configuration": "Plain",
            "value_type": "SingleValued", "names": {"default": name}}  # fmt: skip


def test_products_and_records_return_to_what_they_were(folded: Folded) -> None:
    folded.load(FIRST, brands(BRANDS[:1]))
    before = (folded.products(), folded.records("brand"))
    second = folded.load(SECOND, brands([("B1", {"names": {"default": "Uno"}}), BRANDS[1]]))
    after = (folded.products(), folded.records("brand"))
    assert preview_undo(folded.imports.stores, second.id)["words"] == [
        "1 product is removed: the job had made it.",
        "1 product returns to what it was.",
        "1 brand is removed: the job had made it.",
        "1 brand returns to what it was.",
    ]
    done = folded.undo(second)
    assert (folded.products(), folded.records("brand")) == before
    assert (done.rows, done.updated, done.deleted) == (4, 4, 1)
    assert [(one["key"], one["outcome"], one["reason"]) for one in read_results(folded.imports.stores, done)] == [
        ("A", "updated", None),
        ("B1", "updated", None),
        ("B2", "updated", "removed"),
        ("C", "updated", "removed"),
    ]
    assert folded.undo(done).kind == "redo"
    assert (folded.products(), folded.records("brand")) == after


def test_what_has_changed_since_is_kept_and_listed(folded: Folded) -> None:
    folded.load(FIRST, brands(BRANDS))
    second = folded.load(
        [("A", {"COLOR": "green"}), ("B", {"COLOR": "green"})], brands([("B1", {"names": {"default": "Uno"}})])
    )
    third = folded.load([("A", {"pim.primary": "Z"})], brands([("B1", {"names": {"default": "Eins"}})]))
    done = folded.undo(second)
    assert folded.products()["A"] == ({"COLOR": "green"}, {"primary": "Z"})
    assert folded.products()["B"] == ({"COLOR": "blue"}, {})
    assert folded.records("brand")["B1"] == {"names": {"default": "Eins"}}
    assert (done.updated, done.conflicts) == (1, 2)
    rows = folded.imports.rows("SELECT entity, key, code, suggestion FROM issues WHERE job_id = :id", id=done.id)
    remedy = f"Undo that one first: segops undo {third.id}"
    assert [tuple(one.values()) for one in rows] == [
        ("brand", "B1", "kept_changed_since", remedy),
        ("product", "A", "kept_changed_since", remedy),
    ]


def test_undone_one_after_the_other_nothing_is_left(folded: Folded) -> None:
    first = folded.load(FIRST, brands(BRANDS))
    second = folded.load(SECOND, brands([("B1", {"names": {"default": "Uno"}})]))
    folded.undo(second)
    folded.undo(first)
    assert (folded.products(), folded.records("brand")) == ({}, {})


def test_the_product_schema_follows_an_undo(folded: Folded) -> None:
    job = folded.load([("TITLE", simple("Title"))], fold=SmallFold("attribute"))
    undo = folded.undo(job)
    assert folded.imports.rows("SELECT key FROM product_schema_fields") == []
    folded.undo(undo)
    assert folded.imports.rows("SELECT key, label FROM product_schema_fields") == [{"key": "TITLE", "label": "Title"}]


@pytest.mark.parametrize(
    ("entity", "record", "product"),
    [
        ("attribute", {"names": {}}, {"R": "value"}),
        ("attribute", {"names": {}}, {"pim.external": {"R": "value"}}),
        ("attribute", {"names": {}}, {"pim.bundle": [{"item": "P", "amount": 1, "attributes": {"R": "value"}}]}),
        ("product_hierarchy", {"names": {}}, {"pim.primary": "R"}),
        ("product_hierarchy", {"names": {}}, {"pim.additional": ["R"]}),
        ("product", {}, {"pim.master": "R"}),
        ("product", {}, {"pim.bundle": [{"item": "R", "amount": 1}]}),
    ],
)
def test_what_is_used_by_others_by_now_is_kept(
    folded: Folded, entity: Any, record: dict[str, Any], product: dict[str, Any]
) -> None:
    made = folded.load([("R", record), ("S", record)], fold=SmallFold(entity))
    used = folded.load([("P", product)])
    done = folded.undo(made)
    assert (done.updated, done.conflicts) == (1, 1)
    kept = folded.imports.rows("SELECT key, code FROM issues WHERE job_id = :id", id=done.id)
    assert kept == [{"key": "R", "code": "kept_in_use"}]
    folded.undo(used)
    assert folded.undo(made).updated == 1


@pytest.mark.parametrize(
    ("user", "data"),
    [
        ("product_hierarchy", {"attributes": {"R": "B"}}),
        ("brand", {"external": {"R": "B"}}),
        ("global_list_item", {"items": [{"id": "1", "attributes": {"R": "B"}}]}),
        ("predefined_value", {"predefined": [{"id": "1", "external": {"R": "B"}}]}),
    ],
)
def test_what_values_of_other_records_say_is_kept(folded: Folded, user: Any, data: dict[str, Any]) -> None:
    by_brand = {**simple("Brand"), "fields": [{"system_name": "Value", "pim_type": "PBrand"}]}
    made = folded.load([("R", by_brand)], brands([("B", {}), ("C", {})]), fold=SmallFold("attribute"))
    folded.load([("U", data)], fold=SmallFold(user))
    done = folded.undo(made)
    kept = folded.imports.rows("SELECT key, code FROM issues WHERE job_id = :id ORDER BY key", id=done.id)
    assert kept == [{"key": "R", "code": "kept_in_use"}, {"key": "B", "code": "kept_in_use"}][::-1]
    assert done.updated == 1


def test_what_is_used_since_an_undo_was_planned_is_kept(folded: Folded) -> None:
    made = folded.load([("X", {"names": {}})], fold=SmallFold("product_hierarchy"))
    stores = folded.imports.stores
    undo = folded.imports.planned(open_undo(stores, made.id, created_by="ann"))
    folded.load([("P", {"pim.primary": "X"})])
    done = apply_job(stores, undo.id, folded.imports.progress(undo))
    assert (done.status, done.conflicts) == ("done", 1)
    assert list(folded.records("category")) == ["X"]


def test_brands_and_lists_in_use_are_kept_with_what_they_stand_in(folded: Folded) -> None:
    by_brand = {**simple("Brand"), "fields": [{"system_name": "Value", "pim_type": "PBrand"}]}
    of_list = {**simple("Colour"), "fields": [{"system_name": "Value", "pim_type": None, "global_list": "L"}]}
    folded.load([("BRAND", by_brand)], fold=SmallFold("attribute"))
    made = folded.load(BRANDS, fold=SmallFold("brand"))
    lists = folded.load([("L", {"items": []}), ("M", {"items": []})], fold=SmallFold("global_list_item"))
    folded.load([("COLOUR", of_list)], fold=SmallFold("attribute"))
    folded.load([("P", {"BRAND": "B2"})])
    assert preview_undo(folded.imports.stores, made.id)["words"] == [
        "2 brands are used by others that stay: they are kept."
    ]
    folded.undo(made)
    folded.undo(lists)
    assert list(folded.records("brand")) == ["B1", "B2"]
    assert list(folded.records("global_list")) == ["L"]


def test_a_list_keeps_items_that_others_say_by_now(folded: Folded) -> None:
    of_list = {**simple("Colour"), "fields": [{"system_name": "Value", "pim_type": None, "global_list": "L"}]}
    folded.load([("COLOUR", of_list)], fold=SmallFold("attribute"))
    folded.load([("L", {"items": [], "next_item": 1}), ("M", {"items": []})], fold=SmallFold("global_list_item"))
    job = folded.load([("A", {"+L": "red", "COLOUR": {"list": "L", "item": "1"}}), ("B", {"+L": "blue"})])
    other = folded.load([("C", {"COLOUR": {"list": "L", "item": "1"}})])
    done = folded.undo(job)
    assert (list(folded.products()), done.conflicts) == (["C"], 1)
    assert [item["value"] for item in folded.records("global_list")["L"]["items"]] == ["red", "blue"]
    folded.undo(other)
    folded.undo(job)
    assert folded.records("global_list")["L"]["items"] == []


def test_an_attribute_keeps_the_fields_that_values_have_by_now(folded: Folded) -> None:
    folded.load([("TEXT", {"names": {"default": "Text"}})], fold=SmallFold("attribute"))
    job = folded.load([("TEXT", simple("Text"))], fold=SmallFold("attribute"))
    renamed = folded.load([("TEXT", {"names": {"default": "Words"}})], fold=SmallFold("attribute"))
    used = folded.load([("A", {"TEXT": "value"})])
    assert folded.undo(renamed).updated == 1  # a name can be given back
    assert folded.undo(job).conflicts == 1
    assert folded.records("attribute")["TEXT"] == simple("Text")
    folded.undo(used)
    folded.undo(job)
    assert folded.records("attribute")["TEXT"] == {"names": {"default": "Text"}}


def test_an_import_of_a_table_gives_back_the_pim_of_a_product_it_replaced(folded: Folded) -> None:
    folded.load([("A", {"COLOR": "red", "pim.primary": "X"})])
    job = folded.imports.load("sku,name,COLOR\nA,Axe,blue\n")
    assert folded.products()["A"] == ({"COLOR": "blue"}, {"primary": "X"})
    folded.undo(job)
    assert folded.products()["A"] == ({"COLOR": "red"}, {"primary": "X"})

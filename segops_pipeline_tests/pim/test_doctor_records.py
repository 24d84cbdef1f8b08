"""The doctor finds records that refer into nowhere, and a product schema that lags behind."""

from typing import Any

from segops_pipeline.imports.doctor_records import examine_records
from segops_pipeline.imports.reconcile import unreconciled_jobs
from segops_pipeline_tests.pim.folded import Folded, SmallFold

ATTRIBUTE: dict[str, Any] = {
    "fields": [{"system_name": "Value", "pim_type": "PString"}], "configuration": "Plain",
    "value_type": "SingleValued", "names": {"default": "Title"},
}  # fmt: skip
OF_LIST = {**ATTRIBUTE, "fields": [{"system_name": "Value", "pim_type": None, "global_list": "GONE"}]}


def test_what_is_whole_has_no_findings(folded: Folded) -> None:
    folded.load([("TITLE", ATTRIBUTE)], fold=SmallFold("attribute"))
    folded.load([("C", {"names": {}, "parent": None, "links": []})], fold=SmallFold("product_hierarchy"))
    folded.load([("A", {"pim.primary": "C"}), ("B", {"pim.master": "A", "pim.bundle": [{"item": "A"}]})])
    assert list(examine_records(folded.imports.stores)) == []
    assert unreconciled_jobs(folded.imports.stores) == []


def test_references_into_nowhere_are_found(folded: Folded) -> None:
    folded.load([("COLOUR", OF_LIST)], fold=SmallFold("attribute"))
    folded.load([("B1", {"parent": "GONE"})], fold=SmallFold("brand"))
    folded.load([("C", {"parent": "GONE", "links": ["GONE"]})], fold=SmallFold("product_hierarchy"))
    folded.load([
        ("A", {"pim.primary": "GONE", "pim.additional": ["C", "GONE"]}),
        ("B", {"pim.master": "GONE", "pim.bundle": [{"item": "A"}]}),
    ])  # fmt: skip
    folded.imports.execute("""UPDATE products SET pim = pim || '{"bundle": [{"item": "GONE"}]}' WHERE sku = 'B'""")
    found = [message for message, _, _ in examine_records(folded.imports.stores)]
    assert found == [
        "Products are variants of a product that is not there: 1 in acme, among them B → GONE.",
        "Products have an item in their bundle that is not there: 1 in acme, among them B → GONE.",
        "Products are placed in a category that is not there: 1 in acme, among them A → GONE.",
        "Categories are placed in a category that is not there: 1 in acme, among them C → GONE.",
        "Brands are sub-brands of a brand that is not there: 1 in acme, among them B1 → GONE.",
        "Attributes take their values from a list that is not there: 1 in acme, among them COLOUR → GONE.",
    ]


def test_the_product_schema_is_repaired(folded: Folded) -> None:
    folded.load([("TITLE", ATTRIBUTE), ("COLOUR", OF_LIST)], fold=SmallFold("attribute"))
    folded.imports.execute("UPDATE product_schema_fields SET type = 'number'")
    told = list(examine_records(folded.imports.stores, repair=True))
    assert "among them TITLE" in told[-1][0]
    assert told[-1][2]
    assert folded.imports.rows("SELECT key, type FROM product_schema_fields") == [{"key": "TITLE", "type": "text"}]
    assert len(list(examine_records(folded.imports.stores))) == len(told) - 1


def test_a_job_that_has_written_less_than_its_plan_says_is_found(folded: Folded) -> None:
    job = folded.load([("A", {"SIZE": 1}), ("B", {})])
    assert unreconciled_jobs(folded.imports.stores) == []
    folded.imports.execute("DELETE FROM revisions WHERE key = 'A'")
    assert unreconciled_jobs(folded.imports.stores) == [job.id]

"""Products that a full feed lacks: nothing, deactivated or deleted, and only what its source alone has given."""

import json

import pytest

from segops_pipeline.imports.reconcile import unreconciled_jobs
from segops_pipeline_tests.catalogue.ruled import edit, load_under
from segops_pipeline_tests.importing import Importer, counts

FILE = "sku,name,weight\nA,Chair,2\nB,Table,3\nC,Lamp,4\n"
WITHOUT_B = "sku,name,weight\nA,Chair,2\nC,Lamp,4\n"
TYPES = {"weight": "number"}
DELETE, DEACTIVATE = {"absent": "delete"}, {"absent": "deactivate"}
ACTIVE = "SELECT sku, is_active FROM products ORDER BY sku"


def active(imports: Importer) -> dict[str, bool]:
    return {row["sku"]: row["is_active"] for row in imports.rows(ACTIVE)}


def test_products_that_the_file_lacks_stay_unless_a_rule_says_otherwise(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    job = imports.load(WITHOUT_B, TYPES)
    assert (active(imports), job.deleted, job.deactivated) == ({"A": True, "B": True, "C": True}, 0, 0)


def test_products_that_the_file_lacks_are_deleted_with_what_they_were(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    imports.execute("DELETE FROM outbox")
    job = load_under(imports, DELETE, WITHOUT_B, TYPES)
    assert (set(active(imports)), job.deleted, counts(job)) == ({"A", "C"}, 1, {"rows": 2, "unchanged": 2})
    (revision,) = imports.rows("SELECT * FROM revisions WHERE job_id = :id", id=job.id)
    assert (revision["key"], revision["action"], revision["cause"]) == ("B", "deleted", "absent")
    assert revision["before"]["data"] == {"weight": 3}
    assert revision["source_before"]["key"] == "B"
    assert imports.rows("SELECT key, operation FROM outbox") == [{"key": "B", "operation": "delete"}]
    assert imports.rows("SELECT key FROM source_rows ORDER BY key") == [{"key": "A"}, {"key": "C"}]
    assert unreconciled_jobs(imports.stores) == []


def test_products_that_others_stand_on_are_deactivated_instead(imports: Importer) -> None:
    imports.load("sku,name\nA,Chair\nB,Set\nC,Lamp\nD,Leg\nE,Foot\nF,Cup\n")
    for sku, pim in {"A": {"master": "B"}, "B": {"bundle": [{"item": "C"}]}, "E": {"master": "D"}}.items():
        imports.execute("UPDATE products SET pim = CAST(:pim AS jsonb) WHERE sku = :sku", sku=sku, pim=json.dumps(pim))
    imports.execute("UPDATE products SET is_active = false WHERE sku = 'C'")
    job = load_under(imports, DELETE, "sku,name\nA,Chair\nF,Cup\n")
    assert active(imports) == {"A": True, "B": False, "C": False, "F": True}
    assert (job.deleted, job.deactivated) == (2, 1)
    assert unreconciled_jobs(imports.stores) == []


def test_products_that_the_file_lacks_are_deactivated_once(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    job = load_under(imports, DEACTIVATE, WITHOUT_B, TYPES)
    again = load_under(imports, DEACTIVATE, WITHOUT_B, TYPES)
    assert (active(imports), job.deactivated) == ({"A": True, "B": False, "C": True}, 1)
    assert (again.deactivated, again.deleted) == (0, 0)
    assert unreconciled_jobs(imports.stores) == []


def test_a_product_that_the_feed_has_again_is_active_again(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    load_under(imports, DEACTIVATE, WITHOUT_B, TYPES)
    job = load_under(imports, DEACTIVATE, FILE, TYPES)
    assert (active(imports)["B"], counts(job)) == (True, {"rows": 3, "updated": 1, "unchanged": 2})


def test_a_product_that_somebody_has_changed_while_it_was_absent_is_active_again_too(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    load_under(imports, DEACTIVATE, WITHOUT_B, TYPES)
    edit(imports, "B", note="mine")
    load_under(imports, DEACTIVATE, FILE, TYPES)
    assert (active(imports)["B"], imports.data("B")) == (True, {"weight": 3, "note": "mine"})


def test_a_product_that_a_person_has_deactivated_stays_so(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    edit(imports, "B", note="mine")
    imports.execute("UPDATE products SET is_active = false WHERE sku = 'B'")
    imports.load("sku,name,weight\nB,Table,9\n", TYPES)
    imports.load("sku,name,weight\nB,Table,10\n", TYPES)
    assert (active(imports)["B"], imports.data("B")) == (False, {"weight": 10, "note": "mine"})


def test_products_that_another_source_gives_too_stay(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    imports.load("sku,name\nB,Table\n", source="other")
    job = load_under(imports, DELETE, "sku,name,weight\nA,Chair,2\n", TYPES)
    assert (set(active(imports)), job.deleted) == ({"A", "B"}, 1)


def test_products_that_no_import_of_this_source_has_given_stay(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    job = load_under(imports, DELETE, "sku,name\nZ,Stool\n", source="other")
    assert (set(active(imports)), job.deleted) == ({"A", "B", "C", "Z"}, 0)


def test_a_product_whose_row_is_rejected_is_not_absent(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    job = load_under(imports, DELETE, "sku,name,weight\nA,Chair,2\nB,Table,heavy\n", TYPES)
    assert (set(active(imports)), job.deleted, job.rejected) == ({"A", "B"}, 1, 1)


@pytest.mark.parametrize("content", ["sku,name,weight\nX,Chair,heavy\n", "sku,name,weight\n,a,1\n,b,2\nC,Lamp,4\n"])
def test_a_file_whose_rows_are_mostly_bad_takes_nothing_away(content: str, imports: Importer) -> None:
    imports.load(FILE, TYPES)
    job = load_under(imports, DELETE, content, TYPES)
    assert (set(active(imports)), job.deleted) == ({"A", "B", "C"}, 0)


def test_a_product_that_a_person_has_changed_is_absent_all_the_same_and_can_be_seen_before(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    job = load_under(imports, DELETE, WITHOUT_B, TYPES)
    (plan,) = imports.rows("SELECT summary FROM plans WHERE job_id = :id", id=job.id)
    assert plan["summary"]["products"]["deleted"] == 1
    assert plan["summary"]["words"] == ["1 product of this source is missing in the file and will be deleted."]

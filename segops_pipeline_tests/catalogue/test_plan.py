"""A plan's outcomes under modes, locks and rules of single fields, and what its summary says of them."""

from typing import Any

import pytest

from segops_pipeline.catalogue.plan import load_plan
from segops_pipeline.imports.jobs import Job
from segops_pipeline_tests.catalogue.ruled import load_under, queue_under
from segops_pipeline_tests.importing import Importer, counts

FILE = "sku,name,colour,weight\nA,Chair,red,2\nB,Table,blue,3\n"
TYPES = {"weight": "number"}
LOCK = "INSERT INTO field_locks (workspace_id, key, field, locked_by) SELECT id, :key, :field, 'ada' FROM workspaces"


def summary(imports: Importer, job: Job) -> dict[str, Any]:
    with imports.stores.database.workspace_session(job.workspace_id) as connection:
        plan = load_plan(connection, job.id)
    assert plan is not None
    return plan.summary


def test_create_only_skips_rows_of_products_that_exist(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    job = load_under(imports, {"mode": "create"}, "sku,name\nA,Armchair\nC,Lamp\n")
    assert counts(job) == {"rows": 2, "created": 1, "skipped": 1}
    assert imports.products()["A"][0] == "Chair"
    told = summary(imports, job)
    assert told["skipped"] == {"exists": 1}
    assert told["words"] == ["1 row will be skipped: the product exists, and only new ones are created."]


def test_update_only_skips_rows_of_products_that_do_not_exist(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    job = load_under(imports, {"mode": "update"}, "sku,name\nA,Armchair\nC,Lamp\n")
    assert counts(job) == {"rows": 2, "updated": 1, "skipped": 1}
    assert set(imports.products()) == {"A", "B"}
    assert summary(imports, job)["skipped"] == {"missing": 1}


def test_a_row_that_is_skipped_is_not_remembered(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    load_under(imports, {"mode": "update"}, "sku,name\nC,Lamp\n", source="other")
    assert imports.rows("SELECT key FROM source_rows WHERE key = 'C'") == []


@pytest.mark.parametrize(
    ("policy", "colour", "expected"),
    [
        ("overwrite", "fill", {"colour": "red", "weight": 9}),
        ("fill", "overwrite", {"colour": "pink", "weight": 2}),
        ("replace", "fill", {"colour": "red", "weight": 9}),
        ("merge", "replace", {"colour": "pink", "weight": 9}),
    ],
)
def test_a_field_may_have_a_policy_of_its_own(
    policy: str, colour: str, expected: dict[str, Any], imports: Importer
) -> None:
    imports.load(FILE, TYPES)
    rules = {"fields": {"colour": {"policy": colour}}}
    load_under(imports, rules, "sku,name,colour,weight\nA,Chair,pink,9\n", TYPES, policy=policy)
    assert imports.data("A") == expected


def test_the_name_may_have_a_policy_of_its_own(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    rules = {"fields": {"name": {"policy": "fill"}}}
    load_under(imports, rules, "sku,name,colour,weight\nA,Stool,pink,9\nC,Lamp,,\n", TYPES)
    assert imports.products()["A"] == ("Chair", {"colour": "pink", "weight": 9})
    assert imports.products()["C"][0] == "Lamp"


def test_an_empty_cell_does_what_the_rule_of_its_field_says(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    rules = {"empty": "keep", "fields": {"colour": {"empty": "clear"}}}
    job = load_under(imports, rules, "sku,name,colour,weight\nA,Chair,,\n", TYPES)
    assert imports.data("A") == {"weight": 2}
    assert summary(imports, job)["fields"] == {"colour": {"set": 0, "changed": 0, "cleared": 1}}


def test_a_locked_field_of_all_products_is_left_out_of_every_row(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    imports.execute(LOCK, key="", field="colour")
    imports.load("sku,name,colour,weight\nA,Armchair,pink,2\nC,Lamp,white,1\n", TYPES)
    assert imports.products()["A"] == ("Armchair", {"colour": "red", "weight": 2})
    assert imports.data("C") == {"weight": 1}


def test_a_locked_field_of_one_product_is_left_out_of_its_row_even_under_replace(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    imports.execute(LOCK, key="A", field="colour")
    imports.execute(LOCK, key="A", field="name")
    job = imports.load("sku,name,weight\nA,Armchair,9\nB,Desk,9\n", TYPES, policy="replace")
    assert counts(job) == {"rows": 2, "updated": 2}
    assert imports.products() == {"A": ("Chair", {"colour": "red", "weight": 9}), "B": ("Desk", {"weight": 9})}


def test_rows_of_one_key_fold_field_by_field_as_each_policy_says(imports: Importer) -> None:
    rules = {"fields": {"colour": {"policy": "fill"}}}
    job = load_under(imports, rules, "sku,name,colour,weight\nA,Chair,red,2\nA,Stool,blue,3\n", TYPES)
    assert counts(job) == {"rows": 2, "created": 1, "skipped": 1}
    assert imports.products()["A"] == ("Stool", {"colour": "red", "weight": 3})


def test_the_summary_counts_what_is_set_changed_and_cleared_in_each_field(imports: Importer) -> None:
    imports.load("sku,name,colour,weight\nA,Chair,red,2\nB,Table,,3\n", TYPES)
    job = imports.planned(imports.queue("sku,name,colour,weight\nA,Armchair,,4\nB,Table,blue,5\nC,Lamp,,1\n", TYPES))
    told = summary(imports, job)
    assert told["fields"] == {
        "name": {"set": 1, "changed": 1, "cleared": 0},
        "colour": {"set": 1, "changed": 0, "cleared": 1},
        "weight": {"set": 1, "changed": 2, "cleared": 0},
    }
    assert told["words"] == [
        "1 value of 'colour' will be cleared.",
        "2 values of 'weight' will be changed.",
        "1 value of 'name' will be changed.",
    ]
    assert (told["counts"]["created"], told["counts"]["updated"]) == (1, 2)


def test_the_frozen_hash_is_the_same_when_staging_is_rebuilt(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    file = "sku,name,colour,weight\nC,Lamp,x,1\nA,Chair,,9\nA,Stool,pink,\nD,Bad,x,heavy\n"
    job = queue_under(imports, {"fields": {"colour": {"policy": "fill"}}}, file, TYPES)
    imports.planned(job)
    before = imports.rows("SELECT planned_hash, token FROM plans WHERE job_id = :id", id=job.id)
    imports.execute("TRUNCATE staging.rows, staging.issues, staging.plan_rows, staging.seen")
    imports.planned(job)
    assert imports.rows("SELECT planned_hash, token FROM plans WHERE job_id = :id", id=job.id) == before


def test_revisions_say_which_line_wrote_and_what_the_source_had_before(imports: Importer) -> None:
    first = imports.load(FILE, TYPES)
    job = imports.load("sku,name,colour,weight\nC,Lamp,,1\nA,Armchair,red,2\n", TYPES)
    rows = imports.rows(
        "SELECT key, line, cause, source_before FROM revisions WHERE job_id = :id ORDER BY key", id=job.id
    )
    assert [(row["key"], row["line"], row["cause"]) for row in rows] == [("A", 3, "import"), ("C", 2, "import")]
    assert (rows[0]["source_before"]["job_id"], rows[0]["source_before"]["line"]) == (first.id, 2)
    assert rows[1]["source_before"] is None


def test_a_product_that_was_deleted_is_created_again_and_the_sources_row_replaced(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    imports.execute("DELETE FROM products WHERE sku = 'A'")
    job = imports.load(FILE, TYPES)
    assert counts(job) == {"rows": 2, "created": 1, "unchanged": 1}
    (row,) = imports.rows("SELECT source_before FROM revisions WHERE job_id = :id", id=job.id)
    assert row["source_before"]["key"] == "A"

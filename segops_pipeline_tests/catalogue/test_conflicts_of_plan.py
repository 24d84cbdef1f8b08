"""Conflict rows of a plan: what is kept of them for the person who decides."""

from segops_pipeline.imports.reconcile import unreconciled_jobs
from segops_pipeline_tests.catalogue.ruled import conflicts, edit, load_under
from segops_pipeline_tests.importing import Importer, counts

FILE = "sku,name,colour\nA,Chair,red\nB,Table,blue\n"
CHANGED = "sku,name,colour\nA,Chair,black\nB,Table,blue\n"


def contested(imports: Importer) -> None:
    imports.load(FILE)
    edit(imports, "A", colour="green")


def test_a_conflict_has_the_row_its_line_and_the_product_that_accepting_gives(imports: Importer) -> None:
    contested(imports)
    job = imports.load("sku,name,colour,size\nA,Armchair,black,XL\n")
    (kept,) = imports.rows("SELECT c.*, p.version AS now FROM conflicts c JOIN products p ON p.sku = c.key")
    assert (kept["job_id"], kept["line"], kept["version"]) == (job.id, 2, kept["now"])
    assert (kept["name"], kept["data"]) == ("Armchair", {"colour": "black", "size": "XL"})
    assert kept["raw"] == {"sku": "A", "name": "Armchair", "colour": "black", "size": "XL"}
    assert unreconciled_jobs(imports.stores) == []


def test_a_conflict_is_not_remembered_and_comes_again_in_the_place_of_the_first(imports: Importer) -> None:
    contested(imports)
    imports.load(CHANGED)
    again = imports.load(CHANGED)
    assert counts(again) == {"rows": 2, "conflicts": 1, "unchanged": 1}
    assert list(conflicts(imports)) == ["A"]
    assert list(conflicts(imports, "superseded")) == ["A"]


def test_a_newer_row_that_is_no_conflict_supersedes_an_open_one(imports: Importer) -> None:
    contested(imports)
    imports.load(CHANGED)
    imports.load(FILE)
    assert (conflicts(imports), list(conflicts(imports, "superseded"))) == ({}, ["A"])


def test_an_import_of_another_source_leaves_a_conflict_open(imports: Importer) -> None:
    contested(imports)
    imports.load(CHANGED)
    imports.load("sku,name,colour\nA,Chair,white\n", source="other")
    assert list(conflicts(imports)) == ["A"]


def test_one_contested_field_makes_the_whole_row_wait(imports: Importer) -> None:
    contested(imports)
    job = imports.load("sku,name,colour\nA,Throne,black\nB,Desk,blue\n")
    assert counts(job) == {"rows": 2, "conflicts": 1, "updated": 1}
    assert imports.products() == {"A": ("Chair", {"colour": "green"}), "B": ("Desk", {"colour": "blue"})}


def test_a_field_that_a_rule_decides_does_not_make_a_row_wait(imports: Importer) -> None:
    contested(imports)
    job = load_under(imports, {"fields": {"colour": {"conflict": "keep"}}}, "sku,name,colour\nA,Throne,black\n")
    assert counts(job) == {"rows": 1, "updated": 1}
    assert imports.products()["A"] == ("Throne", {"colour": "green"})


def test_conflicts_are_counted_in_the_summary_of_the_plan(imports: Importer) -> None:
    contested(imports)
    job = imports.load(CHANGED)
    (plan,) = imports.rows("SELECT summary FROM plans WHERE job_id = :id", id=job.id)
    assert plan["summary"]["counts"]["conflicts"] == 1
    assert plan["summary"]["fields"] == {}

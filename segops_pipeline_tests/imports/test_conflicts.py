"""Conflicts are found in whatever workspace, and answered by id or for a whole import."""

import json
from dataclasses import replace

import pytest

from segops_pipeline.errors import StalePlan, WrongState, WrongUsage
from segops_pipeline.imports.conflicts import resolve_job, resolve_some, waiting_conflicts
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.reconcile import unreconciled_jobs
from segops_pipeline_tests.catalogue.ruled import edit
from segops_pipeline_tests.importing import Importer, counts

TYPES = {"weight": "number"}
FILE = "sku,name,weight\nA,Chair,2\nB,Table,3\n"


def conflicted(imports: Importer) -> Job:
    """A job with two rows that conflict: the files give a weight of 7."""
    job = imports.load(FILE, TYPES)
    imports.execute(
        """
        INSERT INTO conflicts (workspace_id, job_id, source_id, key, line, version, fields, name, data,
            mapping_fingerprint)
        SELECT p.workspace_id, :job_id, :source_id, p.sku, 2, p.version, CAST(:fields AS jsonb), p.name,
            CAST(:after AS jsonb), 'the mapping' FROM products p WHERE p.workspace_id = :workspace_id ORDER BY p.sku
        """,
        job_id=job.id,
        source_id=job.source_id,
        workspace_id=job.workspace_id,
        fields=json.dumps({"weight": {"base": 1, "ours": 2, "theirs": 7}}),
        after=json.dumps({"weight": 7}),
    )
    return job


def ids(imports: Importer) -> list[int]:
    return [conflict.id for _, conflict in waiting_conflicts(imports.stores)]


def test_conflicts_are_listed_by_workspace_and_by_job(imports: Importer) -> None:
    first, second = conflicted(imports), conflicted(replace(imports, workspace="other"))
    stores = imports.stores
    assert [(name, one.key) for name, one in waiting_conflicts(stores)] == [
        ("acme", "A"), ("acme", "B"), ("other", "A"), ("other", "B"),
    ]  # fmt: skip
    assert {name for name, _ in waiting_conflicts(stores, workspace="other")} == {"other"}
    assert {one.job_id for _, one in waiting_conflicts(stores, job_id=first.id)} == {first.id}
    assert waiting_conflicts(stores, workspace="acme", job_id=second.id) == []
    assert len(waiting_conflicts(stores, limit=3)) == 3


def test_conflicts_are_answered_by_id_and_for_a_whole_job(imports: Importer) -> None:
    job = conflicted(imports)
    first, second = ids(imports)
    done = resolve_some(imports.stores, [first], "accept", "anna")
    assert (done.answered, done.changed) == (1, 1)
    assert (imports.data("A"), imports.data("B")) == ({"weight": 7}, {"weight": 3})
    done = resolve_job(imports.stores, job.id, "reject", "anna")
    assert (done.answered, done.changed) == (1, 0)
    assert ids(imports) == []
    with pytest.raises(WrongUsage, match=f"no open conflict {second}"):
        resolve_some(imports.stores, [second], "accept", "anna")


def test_one_that_cannot_be_answered_leaves_all_as_they_are(imports: Importer) -> None:
    conflicted(imports)
    imports.execute("DELETE FROM products WHERE sku = 'B'")
    with pytest.raises(StalePlan):
        resolve_some(imports.stores, ids(imports), "accept", "anna")
    assert imports.data("A") == {"weight": 2}
    assert len(ids(imports)) == 2


def test_an_edit_takes_text_as_the_schema_has_the_field(imports: Importer) -> None:
    conflicted(imports)
    first, _ = ids(imports)
    for values, said in (({"size": "1"}, "no field 'size'"), ({"weight": "heavy"}, "not a number")):
        with pytest.raises(WrongUsage, match=said):
            resolve_some(imports.stores, [first], "edit", "anna", values)
    resolve_some(imports.stores, [first], "edit", "anna", {"weight": "4,5", "name": "Armchair"})
    assert imports.products()["A"] == ("Armchair", {"weight": 4.5})


def test_conflicts_of_two_workspaces_or_of_an_undone_import_are_not_accepted(imports: Importer) -> None:
    job = conflicted(imports)
    conflicted(replace(imports, workspace="other"))
    with pytest.raises(WrongUsage, match="several workspaces"):
        resolve_some(imports.stores, ids(imports), "accept", "anna")
    imports.execute("UPDATE import_jobs SET undone_by = 'another' WHERE id = :id", id=job.id)
    with pytest.raises(WrongState, match="taken back by job another"):
        resolve_job(imports.stores, job.id, "accept", "anna")
    assert resolve_job(imports.stores, job.id, "reject", "anna").answered == 2


def changed_on_both_sides(imports: Importer) -> None:
    """A file gives another weight than before, and somebody has changed the product meanwhile."""
    imports.load("sku,name,weight\nA,Chair,2\n", TYPES)
    edit(imports, "A", weight=5)
    assert counts(imports.load(NEW, TYPES)) == {"rows": 1, "conflicts": 1}


NEW = "sku,name,weight\nA,Chair,7\n"


def test_the_row_of_a_rejected_conflict_is_none_again_and_its_other_cells_are_taken(imports: Importer) -> None:
    changed_on_both_sides(imports)
    resolve_some(imports.stores, ids(imports), "reject", "anna")
    for _ in range(2):
        assert counts(imports.load(NEW, TYPES)) == {"rows": 1, "unchanged": 1}
    assert counts(imports.load("sku,name,weight\nA,Armchair,7\n", TYPES)) == {"rows": 1, "updated": 1}
    assert imports.products()["A"] == ("Armchair", {"weight": 5})
    assert counts(imports.load("sku,name,weight\nA,Armchair,8\n", TYPES)) == {"rows": 1, "conflicts": 1}


def test_the_row_of_an_accepted_or_edited_conflict_is_none_again(imports: Importer) -> None:
    changed_on_both_sides(imports)
    resolve_some(imports.stores, ids(imports), "accept", "anna")
    assert counts(imports.load(NEW, TYPES)) == {"rows": 1, "unchanged": 1}
    edit(imports, "A", weight=6)
    assert counts(imports.load("sku,name,weight\nA,Chair,9\n", TYPES)) == {"rows": 1, "conflicts": 1}
    resolve_some(imports.stores, ids(imports), "edit", "anna", {"weight": "8"})
    assert counts(imports.load("sku,name,weight\nA,Chair,9\n", TYPES)) == {"rows": 1, "unchanged": 1}
    assert imports.data("A") == {"weight": 8}
    assert unreconciled_jobs(imports.stores) == []


def test_a_locked_field_is_not_contested(imports: Importer) -> None:
    imports.load("sku,name,colour\nA,Chair,red\n")
    edit(imports, "A", colour="green")
    imports.execute(
        "INSERT INTO field_locks (workspace_id, field, locked_by) SELECT id, 'colour', 'ada' FROM workspaces"
    )
    for colour in ("black", "white"):
        imports.load(f"sku,name,colour\nA,{colour} chair,{colour}\n")
        assert imports.products()["A"] == (f"{colour} chair", {"colour": "green"})

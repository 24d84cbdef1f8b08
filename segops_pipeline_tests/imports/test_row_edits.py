"""Rejected rows corrected or dropped before the import: the plan shows it, the import does it, and it can be undone."""

from dataclasses import replace

import pytest

from segops_pipeline.catalogue.plan import Plan, load_plan
from segops_pipeline.catalogue.rules import ImportRules
from segops_pipeline.errors import JobNotFound, StalePlan, UnknownColumn, WrongState, WrongUsage
from segops_pipeline.imports.confirm import Confirmation
from segops_pipeline.imports.correct import Correction, open_correction
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.planning import confirm_plan, plan_draft
from segops_pipeline.imports.rejected import causes, some_rejected
from segops_pipeline.imports.rejected_file import write_rejected
from segops_pipeline.imports.results import read_results
from segops_pipeline.imports.row_check import check_rows
from segops_pipeline.imports.row_edits import correct_rows, drop_rows, forget_edits, load_edits
from segops_pipeline.imports.workspaces import ensure_workspace
from segops_pipeline_tests.importing import Importer, confirmation

FILE = "sku,name,price\nA,Chair,10\nB,Table,many\n,Lamp,30\nD,Desk,some\n"
USER = "anna@example.com"


def draft(job: Job, **rules: object) -> Confirmation:
    """The mapping of the file, its prices numbers."""
    given = confirmation(job.headers or [], {"price": "number"})
    return Confirmation(given.mapping, given.fields, rules=ImportRules.from_dict(rules))


def plan(imports: Importer, job: Job, **rules: object) -> Plan:
    """The plan of the file as it is now."""
    return plan_draft(imports.stores, job.id, draft(job, **rules), imports.progress(job))


def planned(imports: Importer) -> tuple[Job, Plan]:
    """A job with three rejected rows, in lines 3, 4 and 5."""
    job = imports.read(FILE)
    return job, plan(imports, job)


def correct(imports: Importer, job: Job, line: int, **cells: str) -> None:
    correct_rows(imports.stores, job.workspace_id, job.id, {line: cells}, USER)


def drop(imports: Importer, job: Job, *lines: int) -> int:
    return drop_rows(imports.stores, job.workspace_id, job.id, list(lines) or None, USER)


def test_the_rows_that_a_plan_rejects_are_told_by_cause(imports: Importer) -> None:
    job, _ = planned(imports)
    with imports.stores.database.workspace_session(job.workspace_id) as connection:
        first = causes(connection, job, planned=True)[0]
        rows = some_rejected(connection, job, 0, 50, (first.code, first.column), planned=True)
        second = some_rejected(connection, job, 1, 1, planned=True)
    assert (first.column, first.rows, first.values) == ("price", 2, ["many", "some"])
    assert [(row.line, row.cells["price"]) for row in rows] == [(3, "many"), (5, "some")]
    assert [row.line for row in second] == [4]


def test_corrected_and_dropped_rows_change_what_is_planned_and_imported(imports: Importer) -> None:
    job, _ = planned(imports)
    correct(imports, job, 3, price="20")
    correct(imports, job, 4, sku="C")
    drop(imports, job, 5)
    made = plan(imports, job)
    assert made.counts == {
        "rows": 4, "created": 3, "updated": 0, "unchanged": 0, "conflicts": 0, "rejected": 0, "skipped": 1,
    }  # fmt: skip
    assert made.summary["words"] == ["1 row will be skipped: a person has dropped it."]
    confirm_plan(imports.stores, made.token, imports.progress(job))
    done = imports.perform(job)
    assert imports.products() == {
        "A": ("Chair", {"price": 10}), "B": ("Table", {"price": 20}), "C": ("Lamp", {"price": 30}),
    }  # fmt: skip
    assert done.counts == made.counts
    assert imports.rows("SELECT raw_data ->> 'price' AS price FROM products WHERE sku = 'B'") == [{"price": "20"}]
    assert imports.codes(job) == [("corrected_row", 3), ("corrected_row", 4), ("dropped_row", 5)]
    results = read_results(imports.stores, done)
    assert [(row["line"], row["outcome"]) for row in results] == [
        (2, "created"), (3, "created"), (4, "created"), (5, "skipped"),
    ]  # fmt: skip
    assert results[3]["reason"] == f"dropped_row: The row was dropped by {USER} before the import."


def test_a_plan_that_was_made_before_an_edit_is_stale(imports: Importer) -> None:
    job, made = planned(imports)
    drop(imports, job, 5)
    with pytest.raises(StalePlan, match="corrected or dropped"):
        confirm_plan(imports.stores, made.token, imports.progress(job))


def test_edits_survive_that_staged_rows_are_lost(imports: Importer) -> None:
    job, _ = planned(imports)
    correct(imports, job, 3, price="20")
    drop(imports, job, 4, 5)
    made = plan(imports, job)
    confirm_plan(imports.stores, made.token, imports.progress(job))
    with imports.stores.database.system_session() as connection:
        for table in ("rows", "plan_rows", "issues"):
            connection.exec_driver_sql(f"TRUNCATE staging.{table}")
    assert imports.perform(job).counts == made.counts
    assert imports.data("B") == {"price": 20}


def test_edits_that_are_taken_back_leave_the_file_as_it_was(imports: Importer) -> None:
    job, before = planned(imports)
    correct(imports, job, 3, price="20")
    drop(imports, job, 5)
    plan(imports, job)
    assert forget_edits(imports.stores, job.workspace_id, job.id, [3]) == 1
    assert forget_edits(imports.stores, job.workspace_id, job.id) == 1
    again = plan(imports, job)
    assert (again.counts, again.planned_hash) == (before.counts, before.planned_hash)


def test_a_row_can_be_corrected_again_dropped_and_brought_back(imports: Importer) -> None:
    job, _ = planned(imports)
    correct(imports, job, 3, price="x")
    correct(imports, job, 3, name="Big table")
    drop(imports, job, 3)
    correct(imports, job, 3, price="20")
    with imports.stores.database.workspace_session(job.workspace_id) as connection:
        edits = load_edits(connection, imports.job(job))
    assert [(edit.line, edit.cells, edit.edited_by) for edit in edits] == [(3, {"price": "20"}, USER)]


def test_all_rejected_rows_can_be_dropped_at_once(imports: Importer) -> None:
    job, _ = planned(imports)
    assert drop(imports, job) == 3
    assert plan(imports, job).counts["skipped"] == 3


def test_a_dropped_row_is_not_absent_from_its_feed(imports: Importer) -> None:
    imports.load("sku,name,price\nA,Chair,10\nB,Table,20\n", {"price": "number"})
    job = imports.read("sku,name,price\nA,Chair,11\nB,Table,many\n")
    plan(imports, job, absent="delete")
    drop(imports, job, 3)
    made = plan(imports, job, absent="delete")
    assert made.products == {}
    assert made.counts["skipped"] == 1


def test_a_cell_is_judged_before_it_is_kept(imports: Importer) -> None:
    job, _ = planned(imports)
    found = check_rows(imports.stores, job.workspace_id, job.id, {3: {"price": "12.50"}, 4: {"price": "x"}})
    assert found[3] == []
    assert {issue.column for issue in found[4]} == {"sku", "price"}


def test_only_rejected_rows_and_known_columns_are_edited(imports: Importer) -> None:
    job, _ = planned(imports)
    with pytest.raises(WrongUsage, match="Line 2 is not among the rejected rows"):
        correct(imports, job, 2, price="1")
    with pytest.raises(UnknownColumn):
        correct(imports, job, 3, weight="1")
    with pytest.raises(WrongUsage, match="NUL"):
        correct(imports, job, 3, price="\0")
    other = ensure_workspace(imports.stores.database, "other")
    with pytest.raises(JobNotFound):
        drop_rows(imports.stores, other.id, job.id, None, USER)


def test_a_job_that_is_confirmed_takes_no_edits(imports: Importer) -> None:
    job, made = planned(imports)
    confirm_plan(imports.stores, made.token, imports.progress(job))
    with pytest.raises(WrongState):
        drop(imports, job, 5)
    with imports.stores.database.workspace_session(job.workspace_id) as connection:
        kept = load_plan(connection, job.id)
    assert kept is not None
    assert kept.is_confirmed


def test_a_corrected_file_of_a_strict_import_comes_before_what_was_corrected_row_by_row(imports: Importer) -> None:
    job, _ = planned(imports)
    correct(imports, job, 3, price="x")
    drop(imports, job, 5)
    strict = replace(draft(job), validation="strict")
    made = plan_draft(imports.stores, job.id, strict, imports.progress(job))
    failed = imports.run(confirm_plan(imports.stores, made.token, imports.progress(job)))
    assert (failed.status, failed.counts["rejected"]) == ("failed", 2)
    path = imports.folder / "rejected.csv"
    write_rejected(imports.stores, failed, path)
    content = path.read_text(encoding="utf-8-sig")
    path.write_text(content.replace("B,Table,x", "B,Table,21").replace(",Lamp", "C,Lamp"), encoding="utf-8")
    done = imports.run(open_correction(imports.stores, job.id, Correction(path, path.name)))
    assert (done.status, done.counts["created"], done.counts["skipped"]) == ("done", 3, 1)
    assert imports.data("B") == {"price": 21}

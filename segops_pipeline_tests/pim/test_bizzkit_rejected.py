"""Rows of Bizzkit files that are rejected: told, kept, corrected before the import or after it, and counted."""

import csv
from pathlib import Path

from segops_pipeline.imports.bizzkit_import import MOST_SHORT
from segops_pipeline.imports.confirm import suggested_confirmation
from segops_pipeline.imports.correct import Correction, open_correction
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.planning import confirm_plan, plan_draft
from segops_pipeline.imports.rejected import causes
from segops_pipeline.imports.rejected_file import write_rejected
from segops_pipeline.imports.results import read_results
from segops_pipeline.imports.row_check import check_rows
from segops_pipeline.imports.row_edits import correct_rows, drop_rows
from segops_pipeline_tests.importing import add_up, counts
from segops_pipeline_tests.pim.bizzkit_files import Files, files

__all__ = ["files"]

ROWS = "UniqueName;WEIGHT;VariantOfMaster\nDB-5;1.234;\nDB-5-A;7;NOBODY\nPLAIN;8;NULL\nDB-5-B;2;NULL\n"


def rejected_file(files: Files, job: Job, target: Path) -> list[list[str]]:
    write_rejected(files.imports.stores, job, target)
    with target.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=";"))


def test_rejected_rows_are_written_in_the_files_own_columns_and_come_back_corrected(
    files: Files, tmp_path: Path
) -> None:
    job = files.done("products.csv", ROWS)
    assert counts(job) == {"rows": 4, "updated": 2, "rejected": 2}
    stores = files.imports.stores
    with stores.database.workspace_session(files.workspace_id) as connection:
        assert {(cause.code, cause.column) for cause in causes(connection, job)} == {
            ("too_many_decimals", "WEIGHT"),
            ("unknown_master", "VariantOfMaster"),
        }
    target = tmp_path / "rejected.csv"
    header, first, second = rejected_file(files, job, target)
    assert header == ["UniqueName", "WEIGHT", "VariantOfMaster", "segops line", "segops reasons"]
    assert (first[:4], second[:4]) == (["DB-5", "1.234", "", "2"], ["DB-5-A", "7", "NOBODY", "3"])
    first[1] = "1.23"
    with target.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows([header, first])
    corrected = files.imports.run(open_correction(stores, job.id, Correction(target, target.name)))
    assert counts(corrected) == {"rows": 4, "updated": 3, "rejected": 1}
    assert files.products()["DB-5"][0]["WEIGHT"] == 1.23
    told = {row["line"]: (row["key"], row["outcome"]) for row in read_results(stores, corrected)}
    assert told == {
        2: ("DB-5", "updated"), 3: ("DB-5-A", "rejected"), 4: ("PLAIN", "updated"), 5: ("DB-5-B", "updated"),
    }  # fmt: skip
    undone = files.undo(corrected)
    assert undone.status == "done", undone.error
    assert files.products()["DB-5"][0]["WEIGHT"] == 5000


def test_one_bad_row_stops_all_where_validation_is_strict(files: Files, tmp_path: Path) -> None:
    before = files.products()
    job = files.load("products.csv", ROWS, validation="strict")
    assert (job.status, (job.error or {})["code"]) == ("failed", "rows_rejected")
    assert files.products() == before
    header, first, second = rejected_file(files, job, tmp_path / "rejected.csv")
    first[1], second[2] = "1.23", "DB-5"
    with (tmp_path / "corrected.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows([header, first, second])
    corrected = open_correction(files.imports.stores, job.id, Correction(tmp_path / "corrected.csv", "corrected.csv"))
    done = files.imports.run(corrected)
    assert (done.status, done.counts["rejected"]) == ("done", 0), done.error
    assert add_up(done)


def test_rows_are_corrected_and_dropped_before_the_import(files: Files) -> None:
    stores, workspace_id = files.imports.stores, files.workspace_id
    job = files.read("products.csv", ROWS)
    progress = files.imports.progress(job)
    plan = plan_draft(stores, job.id, suggested_confirmation(job), progress)
    assert plan.counts["rejected"] == 2
    judged = check_rows(stores, workspace_id, job.id, {2: {"WEIGHT": "1.2345"}, 3: {"VariantOfMaster": "DB-5"}})
    assert [issue.code for issue in judged[2]] == ["too_many_decimals"]
    assert judged[3] == []
    correct_rows(stores, workspace_id, job.id, {2: {"WEIGHT": "1.23"}}, "ann")
    drop_rows(stores, workspace_id, job.id, [3], "ann")
    plan = plan_draft(stores, job.id, suggested_confirmation(job), progress)
    assert (plan.counts["rejected"], plan.counts["skipped"]) == (0, 1)
    done = files.imports.run(confirm_plan(stores, plan.token, progress))
    assert (done.status, done.counts["rejected"]) == ("done", 0), done.error
    assert files.products()["DB-5"][0]["WEIGHT"] == 1.23
    told = {row["line"]: row["outcome"] for row in read_results(stores, done)}
    assert told == {2: "updated", 3: "skipped", 4: "updated", 5: told[5]}


def test_a_row_that_frees_a_variant_and_one_that_places_it_again_both_count(files: Files) -> None:
    job = files.done("products.csv", "UniqueName;VariantOfMaster\nDB-5-A;\nDB-5-A;PLAIN\n")
    assert counts(job) == {"rows": 2, "updated": 1, "skipped": 1}
    assert files.products()["DB-5-A"][1]["master"] == "PLAIN"
    results = read_results(files.imports.stores, job)
    assert [(row["line"], row["outcome"]) for row in results] == [(2, "skipped"), (3, "updated")]
    assert results[0]["reason"] == "repeated_key: folded into line 3"
    assert results[1]["version"] is not None


def test_a_cell_that_a_rejected_row_lacks_is_no_empty_one_when_it_comes_back(files: Files, tmp_path: Path) -> None:
    job = files.done("products.csv", "UniqueName;WEIGHT;ExternalStringId\nDB-5;heavy\nDB-5;5;NULL\n")
    header, row = rejected_file(files, job, tmp_path / "rejected.csv")
    assert row[:3] == ["DB-5", "heavy", "NULL"]
    row[1] = "12"
    with (tmp_path / "corrected.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows([header, row])
    correction = Correction(tmp_path / "corrected.csv", "corrected.csv")
    done = files.imports.run(open_correction(files.imports.stores, job.id, correction))
    assert (done.status, done.counts["rejected"]) == ("done", 0), done.error
    data, pim = files.products()["DB-5"]
    assert (data["WEIGHT"], pim["external_string"]) == (12, "DMB5000_0119")


def test_a_short_row_that_is_corrected_before_the_import_keeps_what_it_lacks(files: Files) -> None:
    stores, workspace_id = files.imports.stores, files.workspace_id
    job = files.read("products.csv", "UniqueName;WEIGHT;ExternalStringId\nDB-5;heavy\n")
    progress = files.imports.progress(job)
    plan_draft(stores, job.id, suggested_confirmation(job), progress)
    correct_rows(stores, workspace_id, job.id, {2: {"WEIGHT": "12"}}, "ann")
    plan = plan_draft(stores, job.id, suggested_confirmation(job), progress)
    done = files.imports.run(confirm_plan(stores, plan.token, progress))
    assert done.status == "done", done.error
    data, pim = files.products()["DB-5"]
    assert (data["WEIGHT"], pim["external_string"]) == (12, "DMB5000_0119")


def test_rows_that_cells_lack_are_told_the_first_ones_each(files: Files) -> None:
    rows = "".join(f"N-{number};1\n" for number in range(MOST_SHORT + 5))
    job = files.done("products.csv", f"UniqueName;WEIGHT;ExternalStringId;\nWHOLE;1;NULL\n{rows}")
    told = files.imports.issues(job, "short_row")
    assert [issue.line for issue in told] == list(range(3, 3 + MOST_SHORT))
    assert (told[0].level, "2 cells, the header 3" in told[0].message) == ("warning", True)
    assert "not told" in told[-1].message
    assert counts(job) == {"rows": MOST_SHORT + 6, "created": MOST_SHORT + 6}

"""Bad cells and bad rows: what is rejected, what is said of it, and what goes in all the same."""

import pytest

from segops_pipeline_tests.importing import Importer, add_up, counts

BAD = "sku,name,weight,stock\nA,Chair,2,1\nB,Table,heavy,2\nC,Lamp,3,3\n"
TYPES = {"weight": "number", "stock": "number"}


def test_a_row_without_a_key_is_rejected_with_its_line(imports: Importer) -> None:
    job = imports.load("sku,name\nA,Chair\n,Table\n   ,Lamp\n")
    assert counts(job) == {"rows": 3, "created": 1, "rejected": 2}
    assert imports.codes(job) == [("empty_key", 3), ("empty_key", 4)]
    issue = imports.issues(job, "empty_key")[0]
    assert (issue.level, issue.column, issue.key) == ("error", "sku", None)


def test_a_key_that_is_too_long_is_rejected_and_the_longest_is_taken(imports: Importer) -> None:
    longest, longer = "ä" * 512, "ä" * 513
    job = imports.load(f"sku,name\n{longest},Chair\n{longer},Table\n")
    assert counts(job) == {"rows": 2, "created": 1, "rejected": 1}
    assert set(imports.products()) == {longest}
    assert imports.codes(job) == [("long_key", 3)]


def test_a_refused_cell_rejects_its_row_and_says_where_what_and_why(imports: Importer) -> None:
    job = imports.load(BAD, TYPES)
    assert counts(job) == {"rows": 3, "created": 2, "rejected": 1}
    assert set(imports.products()) == {"A", "C"}
    (issue,) = [issue for issue in imports.issues(job) if issue.level == "error"]
    assert (issue.line, issue.column, issue.value, issue.key) == (3, "weight", "heavy", "B")
    assert issue.code == "not_a_number"
    assert issue.message
    assert issue.suggestion


def test_a_rejected_row_is_kept_as_it_was_in_the_file(imports: Importer) -> None:
    job = imports.load(BAD, TYPES)
    (row,) = imports.rows("SELECT raw FROM issues WHERE job_id = :id AND level = 'error'", id=job.id)
    assert row["raw"] == {"sku": "B", "name": "Table", "weight": "heavy", "stock": "2"}


def test_each_bad_cell_of_a_row_is_told_and_the_row_is_counted_once(imports: Importer) -> None:
    job = imports.load("sku,name,weight,stock\n,Chair,heavy,many\nB,Table,1,1\nC,Lamp,3,3\n", TYPES)
    assert counts(job) == {"rows": 3, "created": 2, "rejected": 1}
    assert sorted(imports.codes(job)) == [("empty_key", 2), ("not_a_number", 2), ("not_a_number", 2)]


def test_strict_applies_nothing_and_keeps_the_issues(imports: Importer) -> None:
    imports.load("sku,name\nZ,Old\n")
    job = imports.queue(BAD, TYPES, validation="strict")
    before = imports.catalogue()
    job = imports.run(job)
    assert imports.catalogue() == before
    assert (job.status, job.reason, job.error and job.error["code"]) == (
        "failed",
        "rows rejected",
        "rows_rejected",
    )
    assert counts(job) == {"rows": 3, "rejected": 1, "skipped": 2}
    assert imports.codes(job) == [("not_a_number", 3)]


def test_strict_with_good_rows_only_applies_them(imports: Importer) -> None:
    job = imports.load("sku,name,weight\nA,Chair,2\n,,\n", TYPES, validation="strict")
    assert (job.status, counts(job)) == ("done", {"rows": 1, "created": 1})


def test_strict_is_stopped_by_a_row_without_a_key_and_by_an_empty_required_cell(imports: Importer) -> None:
    for content in ("sku,name,weight\nA,Chair,2\n,Table,3\n", "sku,name,weight\nA,Chair,\nB,Table,3\n"):
        job = imports.load(content, TYPES, validation="strict", required={"weight"})
        assert (job.status, counts(job)) == ("failed", {"rows": 2, "rejected": 1, "skipped": 1})
    assert imports.products() == {}


def test_a_strict_job_that_failed_can_be_confirmed_again_as_lenient(imports: Importer) -> None:
    job = imports.load(BAD, TYPES, validation="strict")
    job = imports.run(imports.confirm(job, TYPES, validation="lenient"))
    assert (job.status, counts(job)) == ("done", {"rows": 3, "created": 2, "rejected": 1})
    assert imports.codes(job) == [("not_a_number", 3)]


def test_none_leaves_the_bad_cell_out_with_a_warning(imports: Importer) -> None:
    job = imports.load(BAD, TYPES, validation="none")
    assert counts(job) == {"rows": 3, "created": 3}
    assert imports.data("B") == {"stock": 2}
    (issue,) = imports.issues(job, "not_a_number")
    assert (issue.level, issue.line, issue.column, issue.value) == ("warning", 3, "weight", "heavy")
    assert issue.message.endswith("The value was left out.")


def test_none_keeps_the_old_value_of_a_bad_cell(imports: Importer) -> None:
    imports.load("sku,name,weight,stock\nB,Table,9,9\n", TYPES)
    job = imports.load(BAD, TYPES, validation="none")
    assert counts(job) == {"rows": 3, "created": 2, "updated": 1}
    assert imports.data("B") == {"weight": 9, "stock": 2}


def test_none_still_rejects_a_row_without_a_key(imports: Importer) -> None:
    job = imports.load("sku,name,weight\n,Chair,heavy\nB,Table,3\n", TYPES, validation="none")
    assert counts(job) == {"rows": 2, "created": 1, "rejected": 1}


@pytest.mark.parametrize("field_type", ["text", "number", "boolean", "price", "list"])
def test_an_empty_required_cell_rejects_its_row(field_type: str, imports: Importer) -> None:
    filled = {"boolean": "true", "price": "2 EUR"}.get(field_type, "2")
    job = imports.load(f"sku,name,size\nA,Chair,{filled}\nB,Table,\n", {"size": field_type}, required={"size"})
    assert counts(job) == {"rows": 2, "created": 1, "rejected": 1}
    (issue,) = imports.issues(job, "required_value_missing")
    assert (issue.line, issue.column, issue.level, issue.key) == (3, "size", "error", "B")


def test_a_refused_cell_of_a_required_field_is_told_once(imports: Importer) -> None:
    job = imports.load(BAD, TYPES, required={"weight"})
    assert imports.codes(job) == [("not_a_number", 3)]


def test_an_empty_required_cell_is_a_warning_under_none(imports: Importer) -> None:
    job = imports.load("sku,name,size\nA,Chair,\nB,Table,2\n", {"size": "number"}, required={"size"}, validation="none")
    assert counts(job) == {"rows": 2, "created": 2}
    assert [issue.level for issue in imports.issues(job, "required_value_missing")] == ["warning"]


def test_a_file_of_keys_and_names_alone_is_imported(imports: Importer) -> None:
    job = imports.load("sku,name,weight\nA,Chair,2\n,Table,3\n", mapping={"weight": None})
    assert counts(job) == {"rows": 2, "created": 1, "rejected": 1}
    assert imports.products() == {"A": ("Chair", {})}


def test_a_file_of_bad_rows_alone_is_done_with_all_rejected(imports: Importer) -> None:
    job = imports.load("sku,name,weight\nA,Chair,heavy\nB,Table,light\n", TYPES)
    assert (job.status, counts(job)) == ("done", {"rows": 2, "rejected": 2})
    assert imports.products() == {}


def test_a_long_bad_value_is_cut_in_its_issue_and_whole_in_the_kept_row(imports: Importer) -> None:
    long = "heavy " * 200
    job = imports.load(f"sku,name,weight\nA,Chair,{long}x\nB,Table,3\n", TYPES)
    (issue,) = imports.issues(job, "not_a_number")
    assert issue.value == long[:500]
    (row,) = imports.rows(
        "SELECT raw ->> 'weight' AS weight FROM issues WHERE job_id = :id AND raw IS NOT NULL", id=job.id
    )
    assert row["weight"] == f"{long}x"


@pytest.mark.parametrize("number", ["99999999999999999999e300", "-1e-300", "0." + "1" * 250, "9" * 290])
def test_a_number_beyond_every_float_is_kept_exact(number: str, imports: Importer) -> None:
    job = imports.load(f"sku,name,weight\nA,Chair,{number}\nB,Table,1\n", TYPES)
    assert counts(job) == {"rows": 2, "created": 2}
    (row,) = imports.rows(
        "SELECT (data ->> 'weight')::numeric = CAST(:number AS numeric) AS same FROM products WHERE sku = 'A'",
        number=number,
    )
    assert row["same"]


def test_the_counts_reconcile_with_every_outcome_in_one_file(imports: Importer) -> None:
    imports.load("sku,name,weight,stock\nK,Known,1,1\nU,Old,1,1\n", TYPES)
    job = imports.load(
        "sku,name,weight,stock\nK,Known,1,1\nU,New,1,1\nC,Chair,2,2\n,None,1,1\nX,Bad,x,1\nC,Again,3,3\nC,Last,4,4\n",
        TYPES,
    )
    assert counts(job) == {"rows": 7, "created": 1, "updated": 1, "unchanged": 1, "rejected": 2, "skipped": 2}
    assert add_up(job)
    assert job.imported_count == 3

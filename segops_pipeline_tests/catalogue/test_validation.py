"""Bad cells and bad rows: what is rejected, what is said of it, and what goes in all the same."""

import pytest

from segops_pipeline.catalogue.schema import save_fields, set_rules
from segops_pipeline.imports.jobs import Job
from segops_pipeline_tests.importing import Importer, add_up, confirmation, counts

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


def with_rules(imports: Importer, content: str, types: dict[str, str] | None = None, /, **rules: list[str]) -> Job:
    """A job of this file whose fields have rules in the schema, ready to be imported."""
    headers = content.splitlines()[0].split(",")
    fields = confirmation(headers, types).fields
    job = imports.read(content)
    with imports.stores.database.workspace_session(job.workspace_id) as connection:
        save_fields(connection, job.workspace_id, fields)
        for key, texts in rules.items():
            set_rules(connection, key, texts)
    return job


@pytest.mark.parametrize(
    ("type_", "rule", "good", "bad"),
    [
        ("number", "number 0..99", "7.5", "100"),
        ("text", "length 2..3", "abc", "abcd"),
        ("text", "pattern [A-Z]+", "AB", "Ab"),
        ("text", "one of: red | blue", "Red", "green"),
        ("text", "gtin", "4006381333931", "4006381333932"),
        ("text", "email", "a@example.com", "a@"),
        ("list", "one of: red | blue", "red|blue", "red|green"),
        ("price", "number ..10", "9.99 EUR", "10.01 EUR"),
        ("url", "pattern https://example[.]com/.*", "https://example.com/a", "https://example.org/a"),
        ("datetime", "pattern 2024-.*", "2024-05-31", "2023-05-31"),
        ("boolean", "one of: true", "yes", "no"),
    ],
)
def test_a_value_that_breaks_a_rule_of_its_field_rejects_its_row(
    type_: str, rule: str, good: str, bad: str, imports: Importer
) -> None:
    job = with_rules(imports, f"sku,v\nA,{good}\nB,{bad}\nC,\nD,{bad}\n", {"v": type_}, v=[rule])
    job = imports.run(imports.confirm(job, {"v": type_}))
    assert counts(job) == {"rows": 4, "created": 2, "rejected": 2}
    assert imports.codes(job) == [("schema_check_failed", 3), ("schema_check_failed", 5)]
    issue = imports.issues(job, "schema_check_failed")[0]
    assert (issue.column, issue.key, rule in (issue.suggestion or "")) == ("v", "B", True)


def test_what_a_rule_wants_is_said_in_words(imports: Importer) -> None:
    job = with_rules(imports, "sku,v\nA,100\n", {"v": "number"}, v=["number 0..99", "required"])
    job = imports.run(imports.confirm(job, {"v": "number"}))
    (issue,) = imports.issues(job, "schema_check_failed")
    assert issue.message == "'v' is not a number from 0 to 99, as its rule wants it."
    assert issue.value == "100.0"


def test_a_rule_may_require_a_value(imports: Importer) -> None:
    job = with_rules(imports, "sku,v\nA,\nB,x\n", v=["required"])
    assert imports.codes(imports.run(imports.confirm(job))) == [("required_value_missing", 2)]


def test_without_validation_a_value_that_breaks_a_rule_is_told_and_goes_in(imports: Importer) -> None:
    job = with_rules(imports, "sku,v\nA,x\n", v=["length 2.."])
    job = imports.run(imports.confirm(job, validation="none"))
    assert (counts(job), imports.codes(job)) == ({"rows": 1, "created": 1}, [("schema_check_failed", 2)])


def test_a_unique_value_of_two_rows_rejects_both_and_each_names_the_other(imports: Importer) -> None:
    job = with_rules(imports, "sku,v\nA,x\nB,y\nC,x\nD,\nE,\n", v=["unique"])
    job = imports.run(imports.confirm(job))
    assert counts(job) == {"rows": 5, "created": 3, "rejected": 2}
    assert [(issue.key, issue.line, issue.value, issue.message) for issue in imports.issues(job, "not_unique")] == [
        ("A", 2, "x", "'v' must be of one product only, and line 4 has it too."),
        ("C", 4, "x", "'v' must be of one product only, and line 2 has it too."),
    ]
    (raw,) = imports.rows("SELECT raw FROM issues WHERE key = 'A'")
    assert raw["raw"] == {"sku": "A", "v": "x"}


def test_a_unique_value_of_another_product_rejects_its_row(imports: Importer) -> None:
    imports.run(imports.confirm(with_rules(imports, "sku,v\nA,x\nB,y\n", v=["unique"])))
    job = imports.load("sku,v\nC,x\nD,z\n", source="other")
    assert counts(job) == {"rows": 2, "created": 1, "rejected": 1}
    assert [issue.message for issue in imports.issues(job, "not_unique")] == [
        "'v' must be of one product only, and product A has it too."
    ]


def test_products_may_exchange_their_unique_values(imports: Importer) -> None:
    imports.run(imports.confirm(with_rules(imports, "sku,v\nA,x\nB,y\n", v=["unique"])))
    assert counts(imports.load("sku,v\nA,y\nB,x\n")) == {"rows": 2, "updated": 2}


def test_without_validation_a_value_that_is_not_unique_is_left_out(imports: Importer) -> None:
    job = with_rules(imports, "sku,v\nA,x\nB,x\n", v=["unique"])
    job = imports.run(imports.confirm(job, validation="none"))
    assert counts(job) == {"rows": 2, "created": 2}
    assert imports.products() == {"A": ("", {}), "B": ("", {})}
    assert job.plan is not None
    assert "v" not in job.plan["fields"]
    assert {issue.level for issue in imports.issues(job, "not_unique")} == {"warning"}


def test_the_rules_of_a_template_are_rules_of_the_import(imports: Importer) -> None:
    job = imports.read("sku,name,v\nA,Chair,x\nB,Tab,xyz\n")
    imports.execute(
        """UPDATE import_jobs SET suggestion = suggestion || '{"template": {"name": "t", "validation_rules":
            {"v": ["length 2.."], "name": ["length ..3"]}}}' WHERE id = :id""",
        id=job.id,
    )
    job = imports.run(imports.confirm(imports.job(job)))
    assert counts(job) == {"rows": 2, "created": 1, "rejected": 1}
    assert [(issue.column, issue.value) for issue in imports.issues(job, "schema_check_failed")] == [
        ("name", "Chair"),
        ("v", "x"),
    ]

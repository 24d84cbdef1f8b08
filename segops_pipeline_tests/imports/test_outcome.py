"""What is told of a job as JSON."""

import json

from segops_pipeline.imports.outcome import ISSUES_TOLD, outcome, summary
from segops_pipeline_tests.importing import Importer

FILE = "sku,name,weight\nA,Chair,2\nB,Table,heavy\n"
TYPES = {"weight": "number"}


def test_the_outcome_of_an_import_has_its_counts_issues_and_seconds(imports: Importer) -> None:
    job = imports.load(FILE, TYPES)
    with imports.stores.database.workspace_session(job.workspace_id) as connection:
        told = json.loads(json.dumps(outcome(connection, job)))
    assert set(told) == {"job_id", "status", "reason", "counts", "imported_count", "issues", "seconds"}
    assert (told["job_id"], told["status"], told["reason"], told["imported_count"]) == (job.id, "done", None, 1)
    assert told["counts"] == {
        "rows": 2, "created": 1, "updated": 0, "unchanged": 0, "conflicts": 0, "rejected": 1, "skipped": 0,
    }  # fmt: skip
    first = told["issues"][0]
    assert (first["code"], first["level"], first["line"], first["column"]) == ("not_a_number", "error", 3, "weight")
    assert set(told["seconds"]) == {"parsed_upload", "inferred_schema", "staging", "import_plan", "upserted_products"}


def test_the_first_issue_of_a_failed_job_is_why_it_failed(imports: Importer) -> None:
    job = imports.load(FILE, TYPES, validation="strict")
    with imports.stores.database.workspace_session(job.workspace_id) as connection:
        told = outcome(connection, job)
    assert [issue["code"] for issue in told["issues"][:2]] == ["rows_rejected", "not_a_number"]
    assert told["issues"][0]["suggestion"]


def test_so_many_issues_are_told_errors_first(imports: Importer) -> None:
    rows = "".join(f"{number},,x\n" for number in range(30))
    rows += "".join(f"Z{number},,1\n" for number in range(200))  # so many good ones that no guard holds it
    job = imports.load(f"sku,name,weight\n{rows}", TYPES)
    with imports.stores.database.workspace_session(job.workspace_id) as connection:
        told = outcome(connection, job)["issues"]
    assert len(told) == ISSUES_TOLD
    assert {issue["level"] for issue in told} == {"error"}
    assert [issue["line"] for issue in told] == list(range(2, 2 + ISSUES_TOLD))


def test_a_job_in_a_list_says_where_it_stands(imports: Importer) -> None:
    told = json.loads(json.dumps(summary(imports.open(FILE))))
    assert (told["workspace"], told["source"], told["status"], told["reason"]) == (
        "acme",
        "manual",
        "mapping",
        "waiting to be read",
    )
    assert (told["imported_count"], told["finished_at"], told["attempt"]) == (0, None, 0)
    assert summary(imports.load(FILE, TYPES))["finished_at"] is not None


def test_what_is_out_of_the_ordinary_is_told_too(imports: Importer) -> None:
    job = imports.open(FILE)
    imports.execute(
        "UPDATE import_jobs SET kind = 'undo', undoes = 'x', held = '[{\"guard\": \"deleted\"}]', deleted = 2"
    )
    with imports.stores.database.workspace_session(job.workspace_id) as connection:
        told = outcome(connection, imports.job(job))
    assert (told["kind"], told["undoes"], told["held"], told["deleted"]) == ("undo", "x", [{"guard": "deleted"}], 2)
    assert not {"undone_by", "deactivated"} & set(told)

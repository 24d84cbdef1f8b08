"""A job's file is read again as a person says that it is laid out, from the bytes that are stored."""

import gzip
from typing import Any

import pytest

from segops_pipeline.errors import JobBusy, SeveralTables, UnknownRow, WrongState
from segops_pipeline.imports.failure import record_failure
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.reread import reread
from segops_pipeline.reading.choice import DialectChoice
from segops_pipeline_tests.importing import Importer
from segops_pipeline_tests.imports.lock_holder import process_on
from segops_pipeline_tests.reading.workbooks import archive, xlsx

POLISH = "sku,nazwa\nA,Łódź\nB,Kraków\n"


def again(imports: Importer, job: Job, **choice: Any) -> Job:
    return imports.intake(reread(imports.stores, job.id, DialectChoice(**choice)))


def test_a_wrong_encoding_is_corrected_without_a_new_upload(imports: Importer) -> None:
    path = imports.file(POLISH.encode("cp1250"))
    job = imports.read(path, choice=DialectChoice(encoding="cp1252"))
    path.unlink()
    assert job.sample_rows != [["A", "Łódź"], ["B", "Kraków"]]
    corrected = again(imports, job, encoding="cp1250")
    assert corrected.sample_rows == [["A", "Łódź"], ["B", "Kraków"]]
    assert corrected.dialect_choice == {"encoding": "cp1250"}
    assert (corrected.status, corrected.reason) == ("mapping", "needs mapping")


def test_the_suggestion_is_made_anew(imports: Importer) -> None:
    job = imports.read("Id;Title\nsku;name\nA;Lamp\nB;Desk\n")
    corrected = again(imports, job, header_row=1)
    assert corrected.headers == ["sku", "name"]
    assert corrected.suggestion is not None
    assert [column["column"] for column in corrected.suggestion["mapping"]["columns"]] == ["sku", "name"]


def test_what_is_not_said_again_is_detected(imports: Importer) -> None:
    job = imports.read("sku;name\nA;Lamp\nB;Desk\n", choice=DialectChoice(delimiter=","))
    assert job.headers == ["sku;name"]
    corrected = again(imports, job)
    assert (corrected.headers, corrected.dialect_choice) == (["sku", "name"], None)


def test_a_job_that_failed_for_want_of_a_choice_is_read_with_it(imports: Importer) -> None:
    content = archive({"prices.csv": "sku;price\nA;1\nB;2\n", "stock.csv": "sku;stock\nA;1\nB;2\n"})
    job = imports.open(content)
    with pytest.raises(SeveralTables) as caught:
        imports.intake(job)
    record_failure(imports.stores, job.id, caught.value)
    corrected = again(imports, job, sheet="stock.csv")
    assert (corrected.status, corrected.error, corrected.headers) == ("mapping", None, ["sku", "stock"])
    assert (corrected.dialect or {})["member"] == "stock.csv"


def test_what_was_wrong_with_the_other_layout_is_forgotten(imports: Importer) -> None:
    job = imports.read("Prices 2024\nsku;name\nA;Lamp\nB;Desk\n")
    assert [issue.code for issue in imports.issues(job)] == ["preamble"]
    with pytest.raises(UnknownRow):
        again(imports, job, header_row=98)
    assert imports.issues(job) == []


def test_another_sheet_of_a_workbook_is_chosen(imports: Importer) -> None:
    rows = [["sku", "name"], ["A", "Lamp"], ["B", "Desk"]]
    job = imports.read(xlsx({"One": rows, "Two": [["x", "y"], [1, 2], [3, 4]]}))
    assert again(imports, job, sheet="Two").headers == ["x", "y"]


def test_a_packed_file_is_imported_like_any_other(imports: Importer) -> None:
    job = imports.load(gzip.compress(b"sku;name;stock\nA;Lamp;5\nB;Desk;7\n"), {"stock": "number"})
    assert (job.status, job.counts["created"]) == ("done", 2)
    assert imports.data("A") == {"stock": 5}


def test_a_confirmed_job_is_not_read_again(imports: Importer) -> None:
    job = imports.queue("sku,name\nA,Lamp\n")
    with pytest.raises(WrongState, match="confirmed"):
        reread(imports.stores, job.id, DialectChoice(delimiter=";"))


def test_a_job_that_is_done_is_not_read_again(imports: Importer) -> None:
    job = imports.load("sku,name\nA,Lamp\n")
    with pytest.raises(WrongState):
        reread(imports.stores, job.id, DialectChoice(delimiter=";"))


def test_a_job_whose_run_is_alive_is_left_alone(imports: Importer) -> None:
    job = imports.read("sku,name\nA,Lamp\n")
    with process_on(imports.stores.settings, job.id), pytest.raises(JobBusy):
        reread(imports.stores, job.id, DialectChoice(delimiter=";"))

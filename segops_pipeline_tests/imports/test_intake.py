"""Reading a job's file and suggesting its mapping; nothing of it reaches the catalogue."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from segops_pipeline.errors import StoreUnreachable, WrongState
from segops_pipeline.imports.intake import evidence_of, infer_schema, read_upload, suggestion_of
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.leftovers import clear_upload
from segops_pipeline.imports.upload_bytes import UPLOAD_LOCK_SPACE
from segops_pipeline.stores.opening import Stores
from segops_pipeline_tests.importing import Importer, counts

FILE = "Artikelnr;Bezeichnung;Preis\n001;Stuhl;12,50 €\n002;Tisch;99,00 €\n"


def stored_files(stores: Stores) -> list[str]:
    root = stores.settings.home / "files"
    files = (str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())
    return sorted(file for file in files if not file.startswith("results/"))


def test_a_job_knows_the_header_the_sample_and_the_rows_of_its_file(imports: Importer) -> None:
    job = imports.read(FILE)
    assert job.headers == ["Artikelnr", "Bezeichnung", "Preis"]
    assert job.sample_rows == [["001", "Stuhl", "12,50 €"], ["002", "Tisch", "99,00 €"]]
    assert job.total_rows == 2
    assert job.dialect is not None
    assert (job.dialect["delimiter"], job.dialect["header_row"]) == (";", 0)
    assert (job.status, job.reason) == ("mapping", "needs mapping")


def test_the_sample_is_the_first_five_rows(imports: Importer) -> None:
    job = imports.read("sku,name\n" + "".join(f"{number},P{number}\n" for number in range(20)))
    assert job.sample_rows == [[str(number), f"P{number}"] for number in range(5)]
    assert job.total_rows == 20


def test_the_bytes_are_stored_by_their_checksum(imports: Importer) -> None:
    job = imports.read(FILE)
    checksum = hashlib.sha256(FILE.encode()).hexdigest()
    assert (job.checksum, job.size_bytes) == (checksum, len(FILE.encode()))
    assert f"uploads/{job.workspace_id}/{checksum}" in stored_files(imports.stores)


def test_the_same_bytes_are_stored_once(imports: Importer) -> None:
    first, second = imports.read(FILE), imports.read(FILE)
    assert first.upload_uri == second.upload_uri
    assert first.rows_uri != second.rows_uri
    assert len([name for name in stored_files(imports.stores) if name.startswith("uploads")]) == 1


def test_the_intake_writes_nothing_to_the_catalogue(imports: Importer) -> None:
    imports.read(FILE)
    assert not any(imports.catalogue().values())


def test_every_column_has_a_suggestion_with_its_reason(imports: Importer) -> None:
    job = imports.read(FILE)
    suggestion = suggestion_of(job)
    assert [(column.column, column.target, column.type) for column in suggestion.columns] == [
        ("Artikelnr", "sku", "text"),
        ("Bezeichnung", "name", "text"),
        ("Preis", suggestion.columns[2].target, "price"),
    ]
    assert all(column.reason for column in suggestion.columns)
    assert [column.name for column in evidence_of(job)] == job.headers


def test_the_currency_of_the_workspace_is_that_of_bare_amounts(imports: Importer, workspace_id: int) -> None:
    imports.execute("UPDATE workspaces SET default_currency = 'SEK' WHERE id = :id", id=workspace_id)
    job = imports.load("sku,name,price\nA,Chair,12.50\nB,Table,9.90\n", {"price": "price"})
    assert counts(job) == {"rows": 2, "created": 2}
    assert imports.data("A") == {"price": {"amount": "12.50", "currency": "SEK"}}


def test_the_currency_of_a_header_counts_for_a_type_that_a_person_chose(imports: Importer) -> None:
    imports.load("sku,name,weight_eur\nA,Chair,12.50\n", {"weight_eur": "price"})
    assert imports.data("A") == {"weight_eur": {"amount": "12.50", "currency": "EUR"}}


def test_reading_again_comes_to_the_same(imports: Importer) -> None:
    first = imports.read(FILE)
    again = imports.intake(first)
    told = ("headers", "sample_rows", "total_rows", "upload_uri", "rows_uri", "checksum", "suggestion", "status")
    assert [getattr(first, name) for name in told] == [getattr(again, name) for name in told]
    assert len(imports.issues(first)) == len(imports.issues(again))


def test_a_file_with_a_confirmed_mapping_is_not_read_again(imports: Importer) -> None:
    job = imports.queue("sku,name\nA,Chair\n")
    with pytest.raises(WrongState, match="confirmed mapping"):
        read_upload(imports.stores, job.id, imports.progress(job))
    assert imports.job(job) == job


def test_a_job_that_is_done_is_left_alone(imports: Importer) -> None:
    job = imports.load("sku,name\nA,Chair\n")
    assert read_upload(imports.stores, job.id, imports.progress(job)) == job
    assert infer_schema(imports.stores, job.id, imports.progress(job))[0] == job


def test_a_schema_cannot_be_inferred_of_a_file_that_was_not_read(imports: Importer) -> None:
    job = imports.open(FILE)
    with pytest.raises(WrongState, match="has not been read"):
        infer_schema(imports.stores, job.id, imports.progress(job))
    with pytest.raises(WrongState, match="no suggestion yet"):
        suggestion_of(job)


def test_inferring_again_leaves_a_confirmed_job_pending(imports: Importer) -> None:
    job = imports.queue("sku,name\nA,Chair\n")
    job, _ = infer_schema(imports.stores, job.id, imports.progress(job))
    assert (job.status, job.reason) == ("pending", "queued")


def test_how_long_each_stage_took_is_noted(imports: Importer) -> None:
    job = imports.load("sku,name\nA,Chair\n")
    assert set(job.seconds) == {"parsed_upload", "inferred_schema", "staging", "import_plan", "upserted_products"}
    assert all(float(seconds) >= 0 for seconds in job.seconds.values())


def test_after_success_the_upload_is_cleared_from_the_job_and_its_bytes_are_kept_as_the_original(
    imports: Importer,
) -> None:
    job = imports.load(FILE, mapping={"Artikelnr": "sku", "Bezeichnung": "name"})
    assert (job.status, job.upload_uri, job.rows_uri) == ("done", None, None)
    assert stored_files(imports.stores) == [f"uploads/{job.workspace_id}/{job.checksum}"]
    assert job.original_uri is not None
    assert imports.stores.files.exists(job.original_uri)
    assert [imports.number_of(f"staging.{table}") for table in ("rows", "issues", "plan_rows")] == [0, 0, 0]


def test_bytes_stay_while_another_job_refers_to_them(imports: Importer) -> None:
    waiting = imports.read("sku,name\nA,Chair\n")
    imports.load("sku,name\nA,Chair\n")
    assert stored_files(imports.stores) == sorted(
        [f"rows/{waiting.workspace_id}/{waiting.id}.parquet", f"uploads/{waiting.workspace_id}/{waiting.checksum}"]
    )
    assert imports.run(imports.confirm(waiting)).status == "done"
    assert stored_files(imports.stores) == [f"uploads/{waiting.workspace_id}/{waiting.checksum}"]


def test_the_same_bytes_in_another_workspace_are_its_own(imports: Importer, other_workspace_id: int) -> None:
    imports.read("sku,name\nA,Chair\n", workspace="other")
    job = imports.load("sku,name\nA,Chair\n")
    folders = [name.split("/")[:2] for name in stored_files(imports.stores)]
    assert folders == sorted(
        [["rows", str(other_workspace_id)], ["uploads", str(other_workspace_id)], ["uploads", str(job.workspace_id)]]
    )


def test_a_failed_job_keeps_its_upload_for_a_retry(imports: Importer) -> None:
    job = imports.load("sku,name,weight\nA,Chair,x\n", {"weight": "number"}, validation="strict")
    assert job.upload_uri is not None
    assert len(stored_files(imports.stores)) == 2


def test_bytes_that_an_ending_job_removes_meanwhile_are_stored_again(imports: Importer) -> None:
    done = imports.read("sku,name\nA,Chair\n")
    job = imports.open("sku,name\nA,Chair\n")
    assert done.upload_uri is not None
    with ThreadPoolExecutor(1) as pool, imports.stores.database.system_session() as connection:
        connection.exec_driver_sql(
            "SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (UPLOAD_LOCK_SPACE, done.upload_uri)
        )
        reading = pool.submit(read_upload, imports.stores, job.id, imports.progress(job))
        while not reading.done() and not imports.rows("SELECT FROM pg_locks WHERE NOT granted"):
            pass
        Path(done.upload_uri.removeprefix("file://")).unlink()
        connection.commit()
        read = reading.result()
    assert read.total_rows == 1
    assert imports.run(imports.confirm(imports.intake(read))).status == "done"


def test_clearing_twice_is_clearing_once(imports: Importer) -> None:
    job: Job = imports.queue("sku,name\nA,Chair\n")
    imports.run(job)
    before = imports.job(job)
    clear_upload(imports.stores, before)
    assert imports.job(job).original_uri == before.original_uri
    assert stored_files(imports.stores) == [f"uploads/{job.workspace_id}/{job.checksum}"]


def test_an_upload_that_has_gone_from_the_store_is_fetched_again(imports: Importer) -> None:
    job = imports.read(FILE)
    assert job.upload_uri is not None
    imports.stores.files.delete(job.upload_uri)
    assert imports.intake(job).total_rows == 2
    assert imports.stores.files.exists(job.upload_uri)


def test_rows_that_have_gone_from_the_store_are_told(imports: Importer) -> None:
    job = imports.queue("sku,name\nA,Chair\n")
    assert job.rows_uri is not None
    imports.stores.files.delete(job.rows_uri)
    with pytest.raises(StoreUnreachable, match="no longer in the file store"):
        imports.perform(job)

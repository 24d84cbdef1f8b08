"""Sources with a schedule: fetched when due, skipped when unchanged, failed with their reason."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from segops_pipeline.errors import AddressRefused, FetchError
from segops_pipeline.imports.failure import record_failure
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.scheduled import open_due_jobs
from segops_pipeline.imports.sources import Source, get_source, save_source
from segops_pipeline.imports.undo import open_undo
from segops_pipeline_tests.importing import Importer, counts
from segops_pipeline_tests.imports.loopback import body, http_server

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
FILE = "sku,name\nA,Chair\n"


def schedule(imports: Importer, workspace_id: int, location: str | Path, name: str = "nordic") -> None:
    with imports.stores.database.workspace_session(workspace_id) as connection:
        save_source(connection, workspace_id, name, now=NOW, location=str(location), cron="0 6 * * *", policy="merge")


def source(imports: Importer, workspace_id: int) -> Source:
    with imports.stores.database.workspace_session(workspace_id) as connection:
        return get_source(connection, workspace_id, "nordic")


def due(imports: Importer, now: datetime) -> Job:
    (job,) = open_due_jobs(imports.stores, now)
    return job


def test_a_source_is_due_once_per_tick(imports: Importer, workspace_id: int) -> None:
    schedule(imports, workspace_id, imports.file(FILE))
    assert open_due_jobs(imports.stores, NOW) == []
    assert len(open_due_jobs(imports.stores, NOW + DAY)) == 1
    assert open_due_jobs(imports.stores, NOW + DAY) == []
    assert len(open_due_jobs(imports.stores, NOW + 2 * DAY)) == 1


def test_ticks_that_were_missed_count_once(imports: Importer, workspace_id: int) -> None:
    schedule(imports, workspace_id, imports.file(FILE))
    assert len(open_due_jobs(imports.stores, NOW + 30 * DAY)) == 1
    assert open_due_jobs(imports.stores, NOW + 30 * DAY) == []


def test_a_due_job_is_of_its_source_with_its_policy(imports: Importer, workspace_id: int) -> None:
    schedule(imports, workspace_id, imports.file(FILE))
    job = due(imports, NOW + DAY)
    assert (job.workspace, job.source, job.policy, job.origin, job.created_by) == (
        "acme",
        "nordic",
        "merge",
        "schedule",
        "schedule",
    )
    assert (job.status, job.reason) == ("mapping", "waiting to be read")


def test_a_scheduled_file_is_imported_like_any_other(imports: Importer, workspace_id: int) -> None:
    schedule(imports, workspace_id, imports.file(FILE))
    job = imports.run(imports.confirm(imports.intake(due(imports, NOW + DAY))))
    assert (job.status, counts(job)) == ("done", {"rows": 1, "created": 1})
    noted = source(imports, workspace_id)
    assert noted.last_checksum == job.checksum
    assert noted.last_note == f"fetched as job {job.id}"


def test_a_file_whose_import_was_taken_back_is_not_imported_again_by_itself(
    imports: Importer, workspace_id: int
) -> None:
    schedule(imports, workspace_id, imports.file(FILE))
    done = imports.run(imports.confirm(imports.intake(due(imports, NOW + DAY))))
    imports.run(open_undo(imports.stores, done.id, created_by="ann"))
    again = imports.intake(due(imports, NOW + 2 * DAY))
    assert (again.status, again.reason) == ("done", "the file is the same as at the last import")
    assert imports.products() == {}


def test_an_unchanged_file_ends_its_job_with_a_note_and_zero_counts(imports: Importer, workspace_id: int) -> None:
    schedule(imports, workspace_id, imports.file(FILE))
    imports.run(imports.confirm(imports.intake(due(imports, NOW + DAY))))
    before = imports.catalogue()
    for day in (2, 3):
        job = imports.intake(due(imports, NOW + day * DAY))
        assert (job.status, job.reason) == ("done", "the file is the same as at the last import")
        assert (counts(job), job.imported_count) == ({}, 0)
        assert job.finished_at is not None
        assert job.upload_uri is None
    assert imports.catalogue() == before
    assert source(imports, workspace_id).last_note == "the file is the same as at the last import"


def test_a_changed_file_is_read(imports: Importer, workspace_id: int) -> None:
    path = imports.file(FILE)
    schedule(imports, workspace_id, path)
    imports.run(imports.confirm(imports.intake(due(imports, NOW + DAY))))
    path.write_text("sku,name\nA,Armchair\n")
    job = imports.run(imports.confirm(imports.intake(due(imports, NOW + 2 * DAY))))
    assert counts(job) == {"rows": 1, "updated": 1}


def test_a_file_whose_last_import_failed_is_read_again(imports: Importer, workspace_id: int) -> None:
    schedule(imports, workspace_id, imports.file("sku,name\nA,Chair\n,None\n"))
    job = imports.confirm(imports.intake(due(imports, NOW + DAY)), validation="strict")
    assert imports.run(job).status == "failed"
    job = imports.intake(due(imports, NOW + 2 * DAY))
    assert (job.status, job.reason) == ("mapping", "needs mapping")


def test_a_file_that_went_back_to_what_it_was_is_read_again(imports: Importer, workspace_id: int) -> None:
    path = imports.file(FILE)
    schedule(imports, workspace_id, path)
    for day, content in enumerate((FILE, "sku,name\nA,Stool\n", FILE), start=1):
        path.write_text(content)
        job = imports.run(imports.confirm(imports.intake(due(imports, NOW + day * DAY))))
        assert counts(job)["rows"] == 1
    assert imports.products() == {"A": ("Chair", {})}


def test_an_upload_by_hand_of_the_same_file_is_not_skipped(imports: Importer, workspace_id: int) -> None:
    schedule(imports, workspace_id, imports.file(FILE))
    imports.run(imports.confirm(imports.intake(due(imports, NOW + DAY))))
    assert counts(imports.load(FILE, source="nordic")) == {"rows": 1, "unchanged": 1}


def test_a_fetch_that_fails_is_a_failed_job_with_its_reason(imports: Importer, workspace_id: int) -> None:
    schedule(imports, workspace_id, imports.folder / "missing.csv")
    job = due(imports, NOW + DAY)
    with pytest.raises(FetchError) as told:
        imports.intake(job)
    job = record_failure(imports.stores, job.id, told.value)
    assert (job.status, job.reason) == ("failed", "fetch failed")
    assert job.error is not None
    assert "no such file" in job.error["message"]


def test_an_address_that_is_not_public_is_a_failed_job(imports: Importer, workspace_id: int) -> None:
    with http_server({"/feed.csv": body(FILE.encode())}) as port:
        schedule(imports, workspace_id, f"http://127.0.0.1:{port}/feed.csv")
        job = due(imports, NOW + DAY)
        with pytest.raises(AddressRefused) as told:
            imports.intake(job)
    job = record_failure(imports.stores, job.id, told.value)
    assert (job.status, job.reason) == ("failed", "address refused")


def test_a_feed_is_fetched_over_http_where_that_is_allowed(imports: Importer, workspace_id: int) -> None:
    allowed = imports.stores.settings.model_copy(update={"fetch_allow_private": True})
    imports = replace(imports, stores=replace(imports.stores, settings=allowed))
    headers = {"Content-Disposition": 'attachment; filename="prices.csv"'}
    with http_server({"/feed": body(FILE.encode(), headers=headers)}) as port:
        schedule(imports, workspace_id, f"http://127.0.0.1:{port}/feed")
        job = imports.run(imports.confirm(imports.intake(due(imports, NOW + DAY))))
        again = imports.intake(due(imports, NOW + 2 * DAY))
    assert (job.file_name, counts(job)) == ("prices.csv", {"rows": 1, "created": 1})
    assert again.status == "done"


def test_sources_of_all_workspaces_are_looked_at(imports: Importer, workspace_id: int, other_workspace_id: int) -> None:
    path = imports.file(FILE)
    schedule(imports, workspace_id, path)
    schedule(imports, other_workspace_id, path)
    assert {job.workspace for job in open_due_jobs(imports.stores, NOW + DAY)} == {"acme", "other"}

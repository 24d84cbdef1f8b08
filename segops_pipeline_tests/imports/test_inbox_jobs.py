"""Files of the inbox become jobs, and lie in `processed` or `failed` beside a report when these have ended."""

import os
import threading
from pathlib import Path

import pytest

from segops_pipeline.config import Settings
from segops_pipeline.errors import HeaderOnly
from segops_pipeline.imports.failure import cancel, record_failure, retry
from segops_pipeline.imports.inbox_jobs import finish_inbox_file, take_files
from segops_pipeline.imports.jobs import Job, get_job
from segops_pipeline.stores.opening import Stores
from segops_pipeline_tests.conftest import kept_open
from segops_pipeline_tests.importing import Importer, counts

FILE = "sku,name,weight\nA,Chair,2\n,Nothing,1\n"


@pytest.fixture
def stores(settings: Settings) -> Stores:
    """Stores whose inbox takes a file at the first look."""
    return kept_open(settings.model_copy(update={"inbox_settle_seconds": 0.0}))


def drop(imports: Importer, place: str, content: str = FILE) -> Path:
    path = imports.stores.settings.inbox / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def taken(imports: Importer) -> list[Job]:
    take_files(imports.stores, None)
    rows = imports.rows("SELECT id FROM import_jobs ORDER BY created_at, id")
    return [get_job(imports.stores.database, row["id"]) for row in rows]


def files(imports: Importer, folder: str) -> dict[str, str]:
    found = (imports.stores.settings.inbox / folder).glob("*")
    return {path.name: path.read_text(encoding="utf-8") for path in found if path.is_file()}


def test_a_file_that_comes_while_the_inbox_is_watched_is_taken_at_once(imports: Importer) -> None:
    threading.Timer(0.3, drop, (imports, "acme/late.csv")).start()
    take_files(imports.stores, None, watch_seconds=3600)
    assert [row["file_name"] for row in imports.rows("SELECT file_name FROM import_jobs")] == ["late.csv"]


def test_a_file_becomes_a_job_of_its_workspace_and_source(imports: Importer) -> None:
    drop(imports, "acme/hand.csv")
    drop(imports, "acme/nordic/prices.csv")
    jobs = taken(imports)
    assert sorted((job.workspace, job.source, job.file_name, job.origin, job.created_by) for job in jobs) == [
        ("acme", "manual", "hand.csv", "inbox", "inbox"),
        ("acme", "nordic", "prices.csv", "inbox", "inbox"),
    ]
    assert {(job.status, job.reason) for job in jobs} == {("mapping", "waiting to be read")}


def test_a_file_is_taken_once(imports: Importer) -> None:
    drop(imports, "acme/prices.csv")
    assert len(taken(imports)) == len(taken(imports)) == 1


def test_the_files_own_policy_is_its_sources(imports: Importer, workspace_id: int) -> None:
    imports.execute("INSERT INTO sources (workspace_id, name, policy) VALUES (:id, 'nordic', 'merge')", id=workspace_id)
    drop(imports, "acme/nordic/prices.csv")
    (job,) = taken(imports)
    assert job.policy == "merge"


def test_a_done_job_lays_its_file_into_processed_with_the_counts_and_issues(imports: Importer) -> None:
    drop(imports, "acme/prices.csv")
    (job,) = taken(imports)
    job = imports.run(imports.confirm(imports.intake(job), {"weight": "number"}))
    finish_inbox_file(imports.stores, job)
    assert counts(job) == {"rows": 2, "created": 1, "rejected": 1}
    found = files(imports, "acme/processed")
    assert found.pop("prices.csv") == FILE
    (report,) = found.values()
    assert job.id in report
    assert "1" in report
    assert "line 3" in report
    assert not (imports.stores.settings.inbox / "acme" / "prices.csv").exists()


def test_a_failed_job_lays_its_file_into_failed_with_its_reason_and_remedy(imports: Importer) -> None:
    drop(imports, "acme/nordic/prices.csv", "sku,name\n")
    (job,) = taken(imports)
    with pytest.raises(HeaderOnly) as told:
        imports.intake(job)
    record_failure(imports.stores, job.id, told.value)
    found = files(imports, "acme/nordic/failed")
    assert found.pop("prices.csv") == "sku,name\n"
    (report,) = found.values()
    assert told.value.message in report
    assert told.value.remedy in report


def test_a_job_that_waits_for_its_mapping_says_how_it_is_confirmed(imports: Importer) -> None:
    drop(imports, "acme/prices.csv")
    (job,) = taken(imports)
    job = imports.intake(job)
    finish_inbox_file(imports.stores, job)
    (report,) = [text for name, text in files(imports, "acme/processed").items() if name != "prices.csv"]
    assert f"segops confirm {job.id}" in report
    assert imports.run(imports.confirm(job)).status == "done"


def test_a_file_is_laid_down_once(imports: Importer) -> None:
    drop(imports, "acme/prices.csv")
    (job,) = taken(imports)
    job = imports.intake(job)
    finish_inbox_file(imports.stores, job)
    before = files(imports, "acme/processed")
    finish_inbox_file(imports.stores, imports.job(job))
    assert files(imports, "acme/processed") == before
    assert Path(imports.job(job).location or "").read_text(encoding="utf-8") == FILE


def test_a_cancelled_job_lays_its_file_into_failed_and_a_retry_reads_it_there(imports: Importer) -> None:
    drop(imports, "acme/prices.csv")
    (job,) = taken(imports)
    cancel(imports.stores, job.id)
    assert "prices.csv" in files(imports, "acme/failed")
    job = imports.intake(retry(imports.stores, job.id))
    assert (job.status, job.reason, job.total_rows) == ("mapping", "needs mapping", 2)


def test_a_file_that_was_claimed_for_a_job_that_never_came_is_offered_again(imports: Importer) -> None:
    drop(imports, "acme/prices.csv")
    (job,) = taken(imports)
    imports.execute("DELETE FROM import_jobs WHERE id = :id", id=job.id)
    claimed = Path(job.location or "")
    os.utime(claimed.parent, (1, 1))
    (again,) = taken(imports)
    assert again.id != job.id
    assert again.file_name == "prices.csv"


def test_an_upload_by_hand_is_never_moved(imports: Importer) -> None:
    path = imports.file(FILE)
    job = imports.load(path, {"weight": "number"})
    finish_inbox_file(imports.stores, job)
    assert path.exists()

"""The doctor finds what is not as it is told to be, repairs what can be repaired and reports the rest."""

import os
import time
from pathlib import Path

import pytest

from segops_pipeline.imports.doctor import Finding, examine
from segops_pipeline.imports.failure import cancel, sweep
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.run import begin_import
from segops_pipeline.stores.opening import Stores
from segops_pipeline_tests.importing import Importer

FILE = "sku,name\nA,Chair\nB,Table\n"


@pytest.fixture
def done(imports: Importer) -> Job:
    """An import that is done, with nothing left to publish: embeddings are left out."""
    job = imports.load(FILE)
    sweep(imports.stores)
    imports.execute("UPDATE outbox SET to_embeddings = false")
    imports.execute(
        "INSERT INTO embeddings (workspace_id, entity, key, model, text_hash, version, embedding)"
        " SELECT workspace_id, 'product', sku, 'none', '', version, '[1]' FROM products"
    )
    return imports.job(job)


def found(stores: Stores, *, repair: bool = False) -> list[tuple[str, bool]]:
    return [(finding.check, finding.repaired) for finding in examine(stores, repair=repair)]


def message(stores: Stores) -> str:
    (finding,) = examine(stores)
    assert isinstance(finding, Finding)
    return finding.message


def age(uri: str | None) -> Path:
    """A stored file, made two days old."""
    path = Path((uri or "").removeprefix("file://"))
    two_days_ago = time.time() - 2 * 24 * 3600
    os.utime(path, (two_days_ago, two_days_ago))
    return path


@pytest.mark.usefixtures("done")
def test_what_is_well_and_what_waits_shortly_is_nothing_to_report(imports: Importer) -> None:
    waiting = imports.read(FILE)
    imports.planned(imports.queue(FILE.replace("Chair", "Stool")))
    imports.execute("UPDATE import_jobs SET status = 'mapping', reason = 'planned' WHERE status = 'importing'")
    age(waiting.upload_uri)
    age(waiting.rows_uri)
    before = imports.catalogue()
    assert found(imports.stores, repair=True) == []
    assert imports.catalogue() == before
    assert imports.number_of("staging.rows") == 1


def test_products_that_clickhouse_has_not_are_found_and_sent(imports: Importer, done: Job) -> None:
    imports.execute("DELETE FROM outbox")
    assert done.id in message(imports.stores)
    assert found(imports.stores, repair=True) == [("clickhouse", True)]
    assert found(imports.stores) == []


@pytest.mark.usefixtures("done")
def test_changes_that_have_waited_for_long_are_found_and_published(imports: Importer) -> None:
    imports.execute("UPDATE outbox SET created_at = now() - interval '1 hour'")
    assert "2 changes of acme have waited for clickhouse" in message(imports.stores)
    assert found(imports.stores, repair=True) == [("outbox", True)]
    assert imports.number_of("outbox") == 0


@pytest.mark.usefixtures("done")
def test_imports_whose_end_clickhouse_does_not_know_are_found_and_told(imports: Importer) -> None:
    cancel(imports.stores, imports.read(FILE + "C,Lamp\n").id)  # what changed nothing is no finding
    imports.execute("UPDATE import_jobs SET finished_at = now() - interval '1 hour'")
    assert "how 1 jobs of acme ended" in message(imports.stores)
    assert found(imports.stores, repair=True) == [("imports", True)]
    assert found(imports.stores) == []


@pytest.mark.usefixtures("done")
def test_vectors_without_a_product_are_found_and_deleted(imports: Importer) -> None:
    imports.execute("UPDATE embeddings SET key = 'gone' WHERE key = 'A'")
    imports.execute("DELETE FROM products WHERE sku = 'A'")
    imports.execute("UPDATE outbox SET operation = 'delete' WHERE key = 'A'")
    assert "1 vectors have no product" in message(imports.stores)
    assert found(imports.stores, repair=True) == [("embeddings", True)]
    assert found(imports.stores) == []


def test_counts_that_lie_are_reported(imports: Importer, done: Job) -> None:
    imports.execute("UPDATE import_jobs SET created = 1, unchanged = 1 WHERE id = :id", id=done.id)
    assert found(imports.stores, repair=True) == [("counts", False)]
    assert done.id in message(imports.stores)


@pytest.mark.usefixtures("done")
def test_products_older_than_an_import_left_them_are_reported(imports: Importer) -> None:
    imports.execute("UPDATE products SET version = 0")
    imports.execute("UPDATE embeddings SET version = 0")
    assert found(imports.stores) == [("counts", False)]


@pytest.mark.usefixtures("done")
def test_a_job_that_nobody_runs_is_found_and_swept(imports: Importer) -> None:
    job = begin_import(imports.stores, imports.queue(FILE).id)
    assert found(imports.stores) == [("jobs", False)]
    assert found(imports.stores, repair=True) == [("jobs", True)]
    assert imports.job(job).status == "failed"


def test_rows_that_are_left_of_jobs_that_have_ended_are_found_and_cleared(imports: Importer, done: Job) -> None:
    job = imports.planned(imports.queue(FILE + "C,Lamp\n"))
    imports.execute("UPDATE staging.rows SET job_id = :id", id=done.id)
    imports.execute("UPDATE import_jobs SET status = 'mapping', reason = 'planned' WHERE id = :id", id=job.id)
    assert found(imports.stores) == [("staging", False)]
    assert found(imports.stores, repair=True) == [("staging", True)]
    assert imports.number_of("staging.rows") == 0


def test_old_files_of_nobody_are_found_and_deleted(imports: Importer, done: Job) -> None:
    store = imports.stores.files
    for name in ("lost", "young"):
        store.save(imports.file(name), store.rows_uri(done.workspace_id, name))
    lost = age(store.rows_uri(done.workspace_id, "lost"))
    assert "1 files (4 bytes) belong to no job" in message(imports.stores)
    assert lost.exists()
    assert found(imports.stores, repair=True) == [("files", True)]
    assert not lost.exists()
    assert store.exists(store.rows_uri(done.workspace_id, "young"))
    assert store.exists(done.original_uri or "")


def test_files_that_are_gone_are_reported_or_forgotten(imports: Importer, done: Job) -> None:
    waiting = imports.read(FILE + "C,Lamp\n")
    for uri in (waiting.rows_uri, done.original_uri):
        imports.stores.files.delete(uri or "")
    assert sorted(found(imports.stores, repair=True)) == [("files", False), ("files", True)]
    assert waiting.id in message(imports.stores)
    assert imports.job(done).original_uri is None

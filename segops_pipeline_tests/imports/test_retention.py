"""Retention: what is older than its setting goes, nothing else does, and nobody loses what still relies on it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.retention import purge
from segops_pipeline.stores.opening import Stores
from segops_pipeline_tests.importing import Importer

FILE = "sku,name,weight\nA,Chair,2\nB,Table,x\n"
TYPES = {"weight": "number"}
NOTHING = dict.fromkeys(("waiting_jobs", "originals", "results", "issues", "before_images", "claude_answers"), 0)


def keeping(imports: Importer, **days: int) -> Stores:
    """The stores under settings that keep nothing but what is named for ever."""
    ever = {f"keep_{name}_days": 0 for name in ("waiting", *list(NOTHING)[1:])}
    wanted = {**ever, **{f"keep_{name}_days": number for name, number in days.items()}}
    return replace(imports.stores, settings=imports.stores.settings.model_copy(update=wanted))


def purged(imports: Importer, *, dry_run: bool = False, later: int = 10, **days: int) -> dict[str, int]:
    """What a purge some days later takes, without the zeros."""
    now = datetime.now(UTC) + timedelta(days=later)
    told = purge(keeping(imports, **days), dry_run=dry_run, now=now)
    return {name: number for name, number in told.items() if number}


@pytest.mark.parametrize(
    ("kind", "number"),
    [("originals", 1), ("issues", 1), ("before_images", 1), ("waiting", 1), ("claude_answers", 1)],
)
def test_what_is_too_old_is_counted_and_then_goes(kind: str, number: int, imports: Importer) -> None:
    imports.load("sku,name\nA,Stool\n")
    job = imports.load(FILE, TYPES)
    imports.execute("UPDATE import_jobs SET original_uri = NULL WHERE id <> :id", id=job.id)
    imports.read(FILE)
    imports.execute(
        "INSERT INTO claude_answers (workspace_id, fingerprint, answer) VALUES (:id, 'x', '{}')", id=job.workspace_id
    )
    name = "waiting_jobs" if kind == "waiting" else kind
    before = imports.catalogue()
    assert purged(imports, **{kind: 11}) == {}
    assert purged(imports, dry_run=True, **{kind: 9}) == {name: number}
    assert imports.catalogue() == before
    assert purged(imports, **{kind: 9}) == {name: number}
    assert purged(imports, **{kind: 9}) == {}


def test_the_bytes_of_an_old_import_stay_while_a_younger_one_has_the_same(imports: Importer) -> None:
    old, young = imports.load(FILE, TYPES), imports.load(FILE, TYPES)
    assert old.original_uri == young.original_uri is not None
    imports.execute("UPDATE import_jobs SET finished_at = now() - interval '9 days' WHERE id = :id", id=old.id)
    assert purged(imports, later=0, originals=5) == {"originals": 1}
    assert imports.job(old).original_uri is None
    assert imports.stores.files.exists(young.original_uri or "")
    assert purged(imports, later=6, originals=5) == {"originals": 1}
    assert not imports.stores.files.exists(young.original_uri or "")
    assert imports.job(young).counts == young.counts


def test_what_a_failed_job_needs_for_a_retry_goes_with_its_file(imports: Importer) -> None:
    job = imports.load(FILE, TYPES, validation="strict")
    assert purged(imports, originals=9) == {"originals": 1}
    job = imports.job(job)
    assert (job.status, job.upload_uri, job.rows_uri, job.sample_rows) == ("failed", None, None, None)


def test_results_of_rows_go(imports: Importer) -> None:
    job = imports.load(FILE, TYPES)
    path = imports.file("results")
    uri = imports.stores.files.results_uri(job.workspace_id, job.id)
    imports.stores.files.save(path, uri)
    imports.execute("UPDATE import_jobs SET results_uri = :uri WHERE id = :id", uri=uri, id=job.id)
    assert purged(imports, dry_run=True, results=9) == {"results": 1}
    assert purged(imports, results=9) == {"results": 1}
    assert not imports.stores.files.exists(uri)
    assert imports.job(job).results_uri is None


def image(imports: Importer, job: Job) -> dict[str, Any]:
    return imports.rows("SELECT before FROM revisions WHERE job_id = :id", id=job.id)[0]["before"]


def test_a_before_image_that_a_source_relies_on_is_written_down_there(imports: Importer) -> None:
    first = imports.load("sku,name,weight\nA,Chair,2\n", TYPES, source="shop")
    imports.execute("UPDATE source_rows SET name = NULL, data = NULL")  # the product is what the shop gave
    second = imports.load("sku,name,weight\nA,Stool,3\n", TYPES, source="other")
    third = imports.load("sku,name,weight\nA,Bench,4\n", TYPES, source="third")
    replaced = '{"source_id": 7, "version": %d, "name": null, "data": null}'
    (version,) = [
        row["version_after"] for row in imports.rows("SELECT * FROM revisions WHERE job_id = :id", id=first.id)
    ]
    imports.execute(
        "UPDATE revisions SET source_before = CAST(:given AS jsonb) WHERE job_id = :id",
        given=replaced % version,
        id=third.id,
    )
    imports.execute("UPDATE import_jobs SET finished_at = now() WHERE id = :id", id=third.id)
    imports.execute("UPDATE import_jobs SET finished_at = now() - interval '9 days' WHERE id <> :id", id=third.id)
    assert purged(imports, later=0, before_images=5) == {"before_images": 1}
    assert (image(imports, first), image(imports, second)) == (None, None)
    assert image(imports, third)["name"] == "Stool"
    assert imports.job(second).purged_at is not None
    assert imports.job(third).purged_at is None
    (row,) = imports.rows(
        "SELECT r.name, r.data FROM source_rows r JOIN sources s ON s.id = r.source_id WHERE s.name = 'shop'"
    )
    assert (row["name"], row["data"]) == ("Chair", {"weight": 2})
    (later,) = imports.rows("SELECT source_before FROM revisions WHERE job_id = :id", id=third.id)
    assert (later["source_before"]["name"], later["source_before"]["data"]) == ("Chair", {"weight": 2})


def test_a_job_that_waits_for_a_person_is_cancelled_in_the_end(imports: Importer) -> None:
    job = imports.read(FILE)
    running = imports.open(FILE)
    imports.execute("UPDATE import_jobs SET status = 'pending' WHERE id = :id", id=running.id)
    assert purged(imports, waiting=9) == {"waiting_jobs": 1}
    assert imports.job(job).state == "failed (cancelled)"
    assert imports.job(running).status == "pending"

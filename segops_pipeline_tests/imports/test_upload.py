"""A job for a file: what it starts with, and what cannot be one."""

from dataclasses import replace
from typing import Any

import pytest

from segops_pipeline.errors import JobNotFound, WrongUsage
from segops_pipeline.imports.jobs import get_job, list_jobs
from segops_pipeline.imports.sources import save_source
from segops_pipeline.imports.upload import Upload, open_job
from segops_pipeline.stores.opening import Stores
from segops_pipeline_tests.importing import Importer

UPLOAD = Upload("acme", "/data/prices.csv")


def test_a_job_waits_to_be_read_with_all_that_was_said_of_it(stores: Stores) -> None:
    job = open_job(stores, replace(UPLOAD, source="nordic", policy="merge", validation="strict", created_by="ann"))
    assert (job.workspace, job.source, job.file_name, job.location) == (
        "acme",
        "nordic",
        "prices.csv",
        "/data/prices.csv",
    )
    assert (job.status, job.reason, job.origin, job.attempt) == ("mapping", "waiting to be read", "upload", 0)
    assert (job.policy, job.validation, job.created_by) == ("merge", "strict", "ann")
    assert get_job(stores.database, job.id) == job


def test_workspace_and_source_are_made_once(imports: Importer) -> None:
    for _ in range(2):
        imports.open("sku\nA\n", source="nordic")
    assert imports.rows("SELECT name FROM workspaces") == [{"name": "acme"}]
    assert imports.rows("SELECT name FROM sources") == [{"name": "nordic"}]


def test_the_policy_is_the_sources_own_where_none_is_given(stores: Stores, workspace_id: int) -> None:
    with stores.database.workspace_session(workspace_id) as connection:
        save_source(connection, workspace_id, "nordic", policy="fill")
    assert open_job(stores, replace(UPLOAD, source="nordic")).policy == "fill"
    assert open_job(stores, replace(UPLOAD, source="nordic", policy="merge")).policy == "merge"


@pytest.mark.parametrize(
    ("location", "name"),
    [
        ("/data/50% off? #1.csv", "50% off_ #1.csv"),
        ("https://example.com/feeds/prices.csv?token=secret", "prices.csv"),
        ("https://example.com/", "download"),
        ("file:///data/pr%C3%A9cis.csv", "précis.csv"),
    ],
)
def test_the_file_name_is_the_last_part_of_the_location(location: str, name: str, stores: Stores) -> None:
    assert open_job(stores, replace(UPLOAD, location=location)).file_name == name


@pytest.mark.parametrize(
    "wrong",
    [
        {"workspace": "Not a slug"},
        {"workspace": "a/../b"},
        {"source": "processed"},
        {"source": ""},
        {"format": "excel"},
        {"policy": "append"},
        {"validation": "loose"},
        {"location": ""},
        {"location": "ftp://example.com/a.csv"},
        {"job_id": "../../etc"},
        {"job_id": "two\nlines"},
        {"job_id": " "},
    ],
    ids=str,
)
def test_what_cannot_be_makes_no_job(wrong: dict[str, Any], imports: Importer) -> None:
    with pytest.raises(WrongUsage) as told:
        open_job(imports.stores, replace(UPLOAD, **wrong))
    assert told.value.message
    assert told.value.remedy
    assert imports.number_of("import_jobs") == 0


def test_ids_sort_by_time_and_are_never_the_same(stores: Stores) -> None:
    ids = [open_job(stores, UPLOAD).id for _ in range(20)]
    assert len(set(ids)) == 20
    assert [found[:15] for found in ids] == sorted(found[:15] for found in ids)


def test_an_id_that_was_given_is_kept(stores: Stores) -> None:
    assert open_job(stores, replace(UPLOAD, job_id="price-list-1")).id == "price-list-1"


def test_a_job_that_is_not_there_is_told(stores: Stores) -> None:
    with pytest.raises(JobNotFound, match="no job 42"):
        get_job(stores.database, "42")


def test_jobs_are_listed_newest_first_and_page_by_page(imports: Importer, workspace_id: int) -> None:
    ids = [imports.open("sku\nA\n").id for _ in range(3)]
    with imports.stores.database.workspace_session(workspace_id) as connection:
        first = list_jobs(connection, limit=2)
        rest = list_jobs(connection, limit=2, before=first[-1].created_at)
        assert [job.id for job in [*first, *rest]] == ids[::-1]
        assert list_jobs(connection, statuses=["done", "failed"]) == []
        assert len(list_jobs(connection, statuses=["mapping"])) == 3

"""The timeline of a job has every state that it was in, in order, with how long each lasted."""

from typing import Any

import pytest

from segops_pipeline.imports.failure import cancel, retry
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.timeline import timeline
from segops_pipeline_tests.importing import Importer

FILE = "sku,name\nA,Chair\n"


def of(imports: Importer, job: Job) -> list[dict[str, Any]]:
    with imports.stores.database.workspace_session(job.workspace_id) as connection:
        return timeline(connection, job.id)


def states(imports: Importer, job: Job) -> list[tuple[str, str | None, int]]:
    return [(event["status"], event["reason"], event["attempt"]) for event in of(imports, job)]


def test_a_whole_import_is_in_its_timeline(imports: Importer) -> None:
    job = imports.load(FILE)
    assert states(imports, job) == [
        ("mapping", "waiting to be read", 0),
        ("mapping", "reading", 0),
        ("mapping", "needs mapping", 0),
        ("pending", "queued", 1),
        ("importing", None, 1),
        ("done", None, 1),
    ]


def test_each_state_says_how_long_it_lasted_and_the_last_one_of_an_ended_job_has_no_end(imports: Importer) -> None:
    job = imports.load(FILE)
    told = of(imports, job)
    assert told[-1]["seconds"] is None
    assert all(event["seconds"] >= 0 for event in told[:-1])
    assert sorted(event["at"] for event in told) == [event["at"] for event in told]


def test_a_job_that_waits_does_so_until_now(imports: Importer) -> None:
    job = imports.read(FILE)
    assert of(imports, job)[-1]["seconds"] == pytest.approx(0, abs=30)


def test_what_was_cancelled_and_begun_again_is_there_with_its_attempts(imports: Importer) -> None:
    job = imports.queue(FILE)
    cancel(imports.stores, job.id)
    retry(imports.stores, job.id)
    assert states(imports, job)[-3:] == [
        ("pending", "queued", 1),
        ("failed", "cancelled", 1),
        ("pending", "queued", 2),
    ]


def test_another_workspace_sees_nothing_of_it(imports: Importer, other_workspace_id: int) -> None:
    job = imports.read(FILE)
    with imports.stores.database.workspace_session(other_workspace_id) as connection:
        assert timeline(connection, job.id) == []

"""`segops jobs`, `job`, `confirm`, `cancel` and `retry`."""

import re

import pytest

from segops_pipeline_tests.cli.conftest import Segops
from segops_pipeline_tests.importing import Importer

LAMPS = "sku,name,price\nL-1,Desk lamp,12.50 EUR\nL-2,Floor lamp,80.00 EUR\n"


@pytest.fixture(scope="module")
def waiting(imports: Importer, segops: Segops) -> str:
    """A job that waits for its mapping."""
    return imports.read(segops.folder / segops.write("waiting.csv", LAMPS), workspace="waiting").id


@pytest.fixture(scope="module")
def failed(segops: Segops) -> str:
    """A job whose file is bad."""
    return segops("import", segops.write("failed.csv", "sku,name\n"), "-w", "failed", "--json").json["job_id"]


@pytest.mark.usefixtures("failed")
def test_jobs_are_listed_newest_first_with_where_they_stand(segops: Segops, waiting: str) -> None:
    (told,) = segops("jobs", "-w", "waiting", "--json").json
    assert told["job_id"] == waiting
    assert told.keys() >= {"workspace", "source", "file", "status", "reason", "progress", "counts", "created_at"}
    everywhere = [job["workspace"] for job in segops("jobs", "--json").json]
    assert set(everywhere) >= {"waiting", "failed"}


@pytest.mark.usefixtures("waiting", "failed")
def test_jobs_can_be_asked_for_by_their_state(segops: Segops) -> None:
    shown = segops("jobs", "--status", "failed")
    assert shown.code == 0
    assert "header only" in shown.out
    assert "waiting.csv" not in shown.out


def test_a_job_that_has_no_counts_yet_shows_none(segops: Segops, waiting: str) -> None:
    shown = segops("jobs", "-w", "waiting")
    assert re.search(rf"(?m)^{waiting} +mapping +– +– +waiting.csv +waiting/", shown.out)


def test_a_job_shows_its_suggestion_and_how_to_confirm_it(segops: Segops, waiting: str) -> None:
    shown = segops("job", waiting)
    assert shown.code == 0
    assert "price" in shown.out
    assert f"segops confirm {waiting}" in shown.out


def test_a_job_as_json_has_all_that_is_known(segops: Segops, waiting: str) -> None:
    told = segops("job", waiting, "--json").json
    assert told.keys() >= {"job_id", "status", "counts", "issues", "seconds", "dialect", "suggestion", "mapping"}
    assert [column["target"] for column in told["suggestion"]] == ["sku", "name", "price"]


@pytest.mark.parametrize("command", ["job", "confirm", "cancel", "retry"])
def test_a_job_that_does_not_exist_is_said_so(segops: Segops, command: str) -> None:
    refused = segops(command, "20260101-000000-00000000", "--json")
    assert refused.code == 1
    assert refused.json["error"]["code"] == "job_not_found"
    assert "segops jobs" in refused.err


def test_a_confirmed_suggestion_is_imported(segops: Segops, imports: Importer) -> None:
    job_id = imports.read(LAMPS).id
    done = segops("confirm", job_id, "--no-embeddings")
    assert done.code == 0, done.err
    assert "done" in done.out
    again = segops("confirm", job_id, "--json")
    assert (again.code, again.json["error"]["code"]) == (1, "wrong_state")


def test_a_confirmation_can_be_left_to_the_running_system(segops: Segops, imports: Importer) -> None:
    queued = segops("confirm", imports.read(LAMPS).id, "--queue", "--json")
    assert queued.code == 0
    assert (queued.json["status"], queued.json["reason"]) == ("pending", "queued")


def test_a_job_that_waits_can_be_cancelled_and_tried_again(segops: Segops, imports: Importer) -> None:
    job_id = imports.read(LAMPS).id
    told = segops("cancel", job_id, "--json")
    assert told.code == 0
    assert told.json == {"job_id": job_id, "status": "failed", "reason": "cancelled"}
    assert segops("cancel", job_id).code == 1
    again = segops("retry", job_id, "--json")
    assert again.code == 4
    assert again.json["status"] == "mapping"


def test_a_bad_file_is_as_bad_at_the_second_try(segops: Segops, failed: str) -> None:
    again = segops("retry", failed, "--json")
    assert again.code == 1
    assert again.json["reason"] == "header only"


def test_only_a_failed_job_is_tried_again(segops: Segops, waiting: str) -> None:
    refused = segops("retry", waiting, "--json")
    assert (refused.code, refused.json["error"]["code"]) == (1, "wrong_state")

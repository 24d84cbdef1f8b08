"""Any stage can be run again, whatever the job's state, and does no harm."""

import pytest

from segops_pipeline.errors import SegopsError
from segops_pipeline.imports.failure import record_failure, retry
from segops_pipeline.imports.jobs import Job
from segops_pipeline_tests.running_system import ACCEPT, LAMPS, System, failure_of, materialized, metadata

STAGES = [
    ("intake", "parsed_upload"),
    ("intake", "inferred_schema"),
    ("import_job", "confirmed_mapping"),
    ("import_job", "import_plan"),
    ("import_job", "upserted_products"),
]


@pytest.fixture(scope="module")
def done(system: System) -> Job:
    """A job that is done."""
    return system.import_file(LAMPS, "done")


@pytest.mark.parametrize(("job_name", "stage"), STAGES)
def test_a_stage_of_a_job_that_is_done_changes_nothing(system: System, done: Job, job_name: str, stage: str) -> None:
    before = system.contents("done")
    versions = system.ask("done", "SELECT sku, version FROM products ORDER BY sku")
    result = system.launch(job_name, done.id, assets=[stage])
    assert materialized(result) == [stage]
    assert system.contents("done") == before
    assert system.ask("done", "SELECT sku, version FROM products ORDER BY sku") == versions
    assert system.job(done.id) == done


def test_a_job_that_is_done_takes_no_other_mapping(system: System, done: Job) -> None:
    _, told = failure_of(system.launch("import_job", done.id, ACCEPT))
    assert told["code"] == "wrong_state"
    assert system.job(done.id) == done


def test_the_same_file_again_is_unchanged(system: System) -> None:
    system.import_file(LAMPS, "again")
    job = system.read_file(LAMPS, "again")
    shown = metadata(system.launch("import_job", job.id, ACCEPT), "upserted_products")
    assert (shown["unchanged"], shown["created"], shown["updated"]) == (3, 0, 0)


@pytest.mark.parametrize("stage", ["import_plan", "upserted_products"])
def test_a_failed_import_can_be_repeated_from_where_it_failed(system: System, stage: str) -> None:
    workspace = stage.replace("_", "-")
    job = failed_after_planning(system, workspace)
    stages = ["import_plan", "upserted_products"]
    result = system.launch("import_job", job.id, assets=stages[stages.index(stage) :])
    assert materialized(result)[-1] == "upserted_products"
    assert system.job(job.id).status == "done"
    assert len(system.products(workspace)) == 3


def test_a_failed_import_that_is_queued_again_makes_a_new_attempt(system: System) -> None:
    job = failed_after_planning(system, "queued-again")
    assert retry(system.stores, job.id).attempt == job.attempt + 1
    assert system.launch("import_job", job.id).success
    assert system.job(job.id).status == "done"


def test_a_failed_reading_can_be_repeated(system: System) -> None:
    job = system.open("sku,name\n", "reading")
    assert not system.launch("intake", job.id).success
    assert job.location is not None
    system.write("reading.manual.csv", LAMPS)
    retry(system.stores, job.id)
    # the bytes were stored at the first reading: another file is another job
    assert not system.launch("intake", job.id).success
    assert system.job(job.id).status == "failed"


def test_reading_again_before_the_confirmation_suggests_again(system: System) -> None:
    job = system.open(LAMPS, "reread")
    for _ in range(2):
        assert system.launch("intake", job.id).success
    assert (system.job(job.id).status, system.job(job.id).total_rows) == ("mapping", 3)


def test_reading_again_after_the_confirmation_is_refused(system: System) -> None:
    job = failed_after_planning(system, "confirmed")
    _, told = failure_of(system.launch("intake", job.id))
    assert told["code"] == "wrong_state"


def failed_after_planning(system: System, workspace: str) -> Job:
    job = system.read_file(LAMPS, workspace)
    assert system.launch("import_job", job.id, ACCEPT, ["confirmed_mapping", "import_plan"]).success
    return record_failure(system.stores, job.id, SegopsError("It went wrong."))

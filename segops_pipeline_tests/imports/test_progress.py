"""How far a job is: in its row, to whoever listens, and where a cancel is noticed."""

import pytest

from segops_pipeline.errors import JobCancelled
from segops_pipeline.imports.failure import cancel
from segops_pipeline.imports.lock import hold_job
from segops_pipeline.imports.progress import Progress, Step
from segops_pipeline_tests.importing import Importer


def test_a_stage_that_begins_stands_in_the_jobs_row(imports: Importer) -> None:
    job = imports.open("sku\nA\n")
    imports.progress(job).begin("parsed_upload", 100)
    job = imports.job(job)
    assert (job.stage, job.stage_done, job.stage_total) == ("parsed_upload", 0, 100)
    assert imports.rows("SELECT heartbeat_at IS NOT NULL AS alive FROM import_jobs") == [{"alive": True}]


def test_the_row_is_not_written_at_every_step_but_the_listener_hears_each(imports: Importer) -> None:
    job = imports.open("sku\nA\n")
    steps: list[Step] = []
    progress = Progress(imports.stores.database, job.id, steps.append)
    progress.begin("import_plan", 1000)
    for done in range(1000):
        progress.advance(done, 1000)
    assert len(steps) == 1001
    assert {step.stage for step in steps} == {"import_plan"}
    assert [(step.done, step.total) for step in steps[-2:]] == [(998, 1000), (999, 1000)]


def test_a_rate_is_per_second_since_the_stage_began() -> None:
    assert Step("import_plan", 500, 1000, 0.25).per_second == 2000
    assert Step("import_plan", 0, 0, 0.0).per_second == 0


def test_a_cancelled_job_is_noticed_where_the_next_stage_begins(imports: Importer) -> None:
    job = imports.queue("sku,name\nA,Chair\n")
    progress = imports.progress(job)
    progress.begin("import_plan")
    with hold_job(imports.stores.database, job.id):
        cancel(imports.stores, job.id)
        with pytest.raises(JobCancelled, match=job.id):
            progress.begin("upserted_products")


def test_every_stage_of_an_import_tells_its_progress_up_to_the_last_row(imports: Importer) -> None:
    steps: list[Step] = []
    job = imports.queue("sku,name\n" + "".join(f"{number},x\n" for number in range(50)))
    imports.run(job, steps.append)
    last = {step.stage: (step.done, step.total) for step in steps}
    assert last == {"import_plan": (50, 50), "upserted_products": (50, 50)}

"""A run that is killed with -9 while it stages, or while it takes an import back, is tried again and ends all right.

Kills in the other stages, with Dagster around them: `orchestration.test_killed_runs`. At moments chosen at random:
`benchmarks.crash`.
"""

from benchmarks.crash import measure
from segops_pipeline.imports.failure import retry, sweep
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.reconcile import unreconciled_jobs
from segops_pipeline_tests.crash.disturbing import (
    assert_same,
    killed_at,
    left,
    prepared,
    prepared_undo,
    process_of,
)
from segops_pipeline_tests.importing import Importer, counts
from segops_pipeline_tests.running_system import until

SEVERAL_BATCHES, ONE_BATCH = 11_000, 10_000


def test_an_import_killed_amid_staging_is_retried_as_if_undisturbed(imports: Importer) -> None:
    undisturbed = left(imports, imports.run(prepared(imports, "undisturbed", rows=SEVERAL_BATCHES)))
    job = prepared(imports, "killed", rows=SEVERAL_BATCHES)
    before = left(imports, job)
    with process_of(imports.stores, job, "import_plan", ONE_BATCH):
        pass
    assert_failed(imports, job)
    assert_same(left(imports, job), {**before, "job": ["failed", job.counts]})
    assert_same(left(imports, imports.run(retry(imports.stores, job.id))), undisturbed)
    assert unreconciled_jobs(imports.stores) == []


def test_an_undo_killed_while_it_writes_is_retried_as_if_undisturbed(imports: Importer) -> None:
    done = imports.run(prepared_undo(imports, "undisturbed"))
    assert counts(done) == {"rows": 3_666, "updated": 3_666}
    undisturbed = left(imports, done)
    job = prepared_undo(imports, "killed")
    before = left(imports, job)
    killed_at(imports, job, "public.source_rows", "SHARE")
    assert_failed(imports, job)
    assert_same(left(imports, job), {**before, "job": ["failed", job.counts]})
    assert_same(left(imports, imports.run(retry(imports.stores, job.id))), undisturbed)
    assert unreconciled_jobs(imports.stores) == []


def assert_failed(imports: Importer, job: Job) -> None:
    """The sweep says what has happened, as soon as PostgreSQL knows that the process has gone."""
    until(lambda: job.id in {swept.id for swept in sweep(imports.stores)}, "the job is swept")
    assert "killed" in (imports.job(job).reason or "")


def test_kills_at_random_moments_are_measured() -> None:
    [ended, *_] = measure(rows=300, kills=1)
    assert ended.passes

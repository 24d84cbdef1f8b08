"""Retention removes old runs and partitions of Dagster, and what imports have left, in one daily run."""

from datetime import UTC, datetime, timedelta

from segops_pipeline.definitions import defs
from segops_pipeline.orchestration.retention import purge_all, purge_partitions, purge_runs
from segops_pipeline_tests.running_system import LAMPS, System


def test_what_has_ended_is_removed_and_what_goes_on_stays(system: System) -> None:
    done = system.import_file(LAMPS, "done")
    waits = system.open(LAMPS, "waits")
    assert system.launch("intake", waits.id).success
    system.instance.add_dynamic_partitions("import_jobs", [done.id])
    now = datetime.now(UTC)
    before, later = now - timedelta(days=1), now + timedelta(days=1)
    there = system.instance.get_runs_count()
    assert there
    assert purge_runs(system.instance, before) == 0
    assert purge_runs(system.instance, later, dry_run=True) == there
    assert purge_partitions(system.instance, system.stores, before) == 0
    assert purge_partitions(system.instance, system.stores, later) == 1
    assert purge_runs(system.instance, later) == there
    assert system.instance.get_runs_count() == 0
    assert not system.instance.has_dynamic_partition("import_jobs", done.id)
    assert system.instance.has_dynamic_partition("import_jobs", waits.id)


def test_one_run_does_it_all(system: System) -> None:
    system.change("done", "UPDATE import_jobs SET finished_at = now() - interval '9 years' WHERE status = 'done'")
    would = purge_all(system.instance, system.stores, dry_run=True)
    assert {name for name, number in would.items() if number} == {"originals", "results"}
    assert defs.resolve_job_def("retention").execute_in_process(instance=system.instance).success
    assert not any(purge_all(system.instance, system.stores, dry_run=True).values())

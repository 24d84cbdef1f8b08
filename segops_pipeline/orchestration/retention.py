"""Retention: a daily run that removes what is older than its settings keep it, Dagster's own runs included.

What belongs here: Dagster's runs and partitions, and the job that does both. What doesn't: what imports leave
(`imports.retention`).
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from dagster import DagsterInstance, DagsterRunStatus, OpExecutionContext, RunsFilter, in_process_executor, job, op

from segops_pipeline.orchestration.partitions import import_jobs
from segops_pipeline.orchestration.resources import StoresResource

if TYPE_CHECKING:
    from segops_pipeline.stores.opening import Stores

RUNS_AT_ONCE, PARTITIONS_AT_ONCE = 200, 5_000
ENDED = [DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED]


@op(description="Removes what is older than the settings SEGOPS_KEEP_… keep it.")
def purge_everything(context: OpExecutionContext, stores: StoresResource) -> None:
    """Purge what imports have left, then Dagster's runs and partitions; the run tells how much."""
    gone = purge_all(context.instance, stores.stores)
    context.log.info("removed %s", ", ".join(f"{name.replace('_', ' ')} {number:,}" for name, number in gone.items()))
    context.add_output_metadata(gone)


@job(executor_def=in_process_executor, description="Remove what is older than its settings keep it.")
def retention() -> None:
    """The one step of retention."""
    purge_everything()


def purge_all(instance: DagsterInstance, stores: "Stores", *, dry_run: bool = False) -> dict[str, int]:
    """Remove what imports have left and Dagster's runs and partitions, as old as the settings say.

    Args:
        instance: Dagster's.
        stores: the open stores.
        dry_run: only count.

    Returns:
        How much of each kind went.

    Raises:
        StoreUnreachable: a store does not answer.
    """
    from segops_pipeline.imports.retention import purge

    gone = purge(stores, dry_run=dry_run)
    days = stores.settings.keep_runs_days
    before = datetime.now(UTC) - timedelta(days=days)
    gone["runs"] = purge_runs(instance, before, dry_run=dry_run) if days else 0
    gone["partitions"] = purge_partitions(instance, stores, before, dry_run=dry_run) if days else 0
    return gone


def purge_runs(instance: DagsterInstance, before: datetime, *, dry_run: bool = False) -> int:
    """Delete the runs that have ended and were made before a moment, with their events; return how many."""
    chosen = RunsFilter(statuses=ENDED, created_before=before)
    if dry_run:
        return instance.get_runs_count(chosen)
    number = 0
    while runs := instance.get_runs(chosen, limit=RUNS_AT_ONCE):
        for run in runs:
            instance.delete_run(run.run_id)
        number += len(runs)
    return number


def purge_partitions(instance: DagsterInstance, stores: "Stores", before: datetime, *, dry_run: bool = False) -> int:
    """Delete the partitions of jobs that have ended before a moment; one that is needed again is added again."""
    assert import_jobs.name is not None
    keys = instance.get_dynamic_partitions(import_jobs.name)
    number = 0
    for start in range(0, len(keys), PARTITIONS_AT_ONCE):
        for key in _ended(stores, keys[start : start + PARTITIONS_AT_ONCE], before):
            if not dry_run:
                instance.delete_dynamic_partition(import_jobs.name, key)
            number += 1
    return number


def _ended(stores: "Stores", job_ids: Sequence[str], before: datetime) -> list[str]:
    from segops_pipeline.imports.jobs import ended_before

    with stores.database.system_session() as connection:
        return ended_before(connection, job_ids, before)

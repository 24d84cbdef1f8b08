"""Dagster's half of the doctor: runs that are active in Dagster while nobody works on their job.

What belongs here: finding and ending them. What doesn't: the jobs themselves (`imports.doctor`).
"""

import time
from typing import TYPE_CHECKING

from dagster import DagsterInstance

from segops_pipeline.orchestration.sensors import runs_without_process

if TYPE_CHECKING:
    from segops_pipeline.imports.doctor import Finding
    from segops_pipeline.stores.opening import Stores

BETWEEN_LOOKS_SECONDS = 2.0  # a run that is just beginning or ending holds no lock either


def examine_runs(instance: DagsterInstance, stores: "Stores", *, repair: bool = False) -> "list[Finding]":
    """Find the runs whose process has died, and with `repair` end them, so that their places are free."""
    from segops_pipeline.imports.doctor import Finding

    first = {run.run_id for run in runs_without_process(instance, stores)}
    if not first:
        return []
    time.sleep(BETWEEN_LOOKS_SECONDS)
    dead = [run for run in runs_without_process(instance, stores) if run.run_id in first]
    for run in dead if repair else ():
        instance.report_run_failed(run, "The process of this run has died.")
    return [
        Finding("runs", f"The process of run {run.run_id} ({run.job_name}) has died.", "segops doctor --repair", repair)
        for run in dead
    ]

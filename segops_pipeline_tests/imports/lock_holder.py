"""A second process that works on a job, to be killed.

It holds the job's lock and says so; with a stage, it imports the job and stops for ever where the stage begins, or
ends with `STAGE:end`.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path

from segops_pipeline.config import Settings
from segops_pipeline_tests.cli.process import start
from segops_pipeline_tests.repository.tree import ROOT
from segops_pipeline_tests.running_system import until


@contextmanager
def process_on(settings: Settings, job_id: str, stage: str = "") -> Iterator[BaseProcess]:
    """A process that holds a job's lock, or has come to a stage of its import; it is killed at the end."""
    there = settings.home / f"{job_id}.there"
    words = [str(settings.home), job_id, stage, str(there)]
    process = start(main, words, {**os.environ, "PYTHONPATH": str(ROOT)}, settings.home)
    try:
        until(lambda: there.exists() or not process.is_alive(), f"a process works on {job_id}")
        assert process.is_alive(), "it ended before it was there"
        yield process
    finally:
        process.kill()
        process.join()
        there.unlink(missing_ok=True)


def main(home: str, job_id: str, stage: str, there: str) -> None:
    """What the second process does."""
    from segops_pipeline.imports.lock import hold_job
    from segops_pipeline.imports.progress import Progress, Step
    from segops_pipeline.imports.run import apply_job, begin_import, plan_job
    from segops_pipeline.stores.opening import open_stores

    def stop() -> None:
        Path(there).touch()
        threading.Event().wait()

    def listen(step: Step) -> None:
        name, _, end = stage.partition(":")
        if step.stage == name and bool(end) == (0 < step.done == step.total):
            stop()

    with open_stores(Settings(home=Path(home)), start=False) as stores, hold_job(stores.database, job_id):  # type: ignore[call-arg]
        if not stage:
            stop()
        progress = Progress(stores.database, job_id, listen)
        begin_import(stores, job_id)
        plan_job(stores, job_id, progress)
        apply_job(stores, job_id, progress)

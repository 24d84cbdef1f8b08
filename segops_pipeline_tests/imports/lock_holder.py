"""A second process that works on a job, to be killed: `python -m … HOME JOB_ID [STAGE]`.

It holds the job's lock and says so; with a stage, it imports the job and stops for ever where the stage begins, or
ends with `STAGE:end`.
"""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from segops_pipeline.config import Settings


@contextmanager
def process_on(settings: Settings, job_id: str, stage: str = "") -> Iterator["subprocess.Popen[str]"]:
    """A process that holds a job's lock, or has come to a stage of its import; it is killed at the end."""
    arguments = [sys.executable, "-m", __name__, str(settings.home), job_id, stage]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "there\n"
            yield process
        finally:
            process.kill()


def main(home: str, job_id: str, stage: str) -> None:
    """What the second process does."""
    from segops_pipeline.imports.lock import hold_job
    from segops_pipeline.imports.progress import Progress, Step
    from segops_pipeline.imports.run import apply_job, begin_import, plan_job
    from segops_pipeline.stores.opening import open_stores

    def stop() -> None:
        print("there", flush=True)  # noqa: T201 - said to the test
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


if __name__ == "__main__":
    main(*sys.argv[1:])

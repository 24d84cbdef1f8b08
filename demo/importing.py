"""The imports of the demo: each price list through every stage, with one progress bar for each supplier.

The suggested mappings are confirmed as they are, as `segops import --yes` does. Afterwards the sources are
automatic: memory knows their columns, so that the next file of theirs needs nobody.
"""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from demo.suppliers import SUPPLIERS, WORKSPACE, Supplier
from segops_pipeline.cli.session import Session, confirm_and_load
from segops_pipeline.cli.show import STAGES
from segops_pipeline.imports.confirm import suggested_confirmation
from segops_pipeline.imports.jobs import Job, get_job, new_job_id
from segops_pipeline.imports.lock import hold_job
from segops_pipeline.imports.sources import save_source
from segops_pipeline.imports.upload import Upload, open_job

LOOK_SECONDS = 0.1
ORDER = list(STAGES)


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a supplier's price list: the outcome as the command line tells it, and the mapping."""

    supplier: Supplier
    told: dict[str, Any]
    mapping: dict[str, str | None]

    @property
    def done(self) -> bool:
        """Whether the products are in the catalogue and published."""
        return self.told["status"] == "done" and not any(
            issue["code"] == "publish_failed" for issue in self.told["issues"]
        )


def import_all(session: Session, console: Console) -> list[Imported]:
    """Import every supplier's price list into one workspace, one after the other."""
    columns = (
        TextColumn(" {task.description:18}"),
        BarColumn(bar_width=36),
        TextColumn("{task.fields[stage]:14}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as bars:
        tasks = [bars.add_task(one.name, total=len(ORDER), start=False, stage="waiting") for one in SUPPLIERS]
        return [_import(session, one, bars, task) for one, task in zip(SUPPLIERS, tasks, strict=True)]


def _import(session: Session, supplier: Supplier, bars: Progress, task: TaskID) -> Imported:
    job_id = new_job_id()
    upload = Upload(WORKSPACE, str(supplier.path), supplier.name, created_by="demo", job_id=job_id)
    bars.start_task(task)
    with hold_job(session.stores.database, job_id):
        job = open_job(session.stores, upload)
        told = _through_the_stages(session, job, bars, task)
    with session.stores.database.workspace_session(job.workspace_id) as connection:
        save_source(connection, job.workspace_id, supplier.name, automatic=True)
    (session.stores.settings.inbox / WORKSPACE / supplier.name).mkdir(parents=True, exist_ok=True)
    bars.stop_task(task)
    bars.update(task, stage=told["status"], completed=len(ORDER) if told["status"] == "done" else None)
    return Imported(supplier, told, get_job(session.stores.database, job.id).mapping or {})


def _through_the_stages(session: Session, job: Job, bars: Progress, task: TaskID) -> dict[str, Any]:
    with _watched(session, job, bars, task):
        job = session.read(job)
        if job.suggestion is None:
            return session.outcome(job)
        return confirm_and_load(session, job, suggested_confirmation(job), embeddings=True)


@contextmanager
def _watched(session: Session, job: Job, bars: Progress, task: TaskID) -> Generator[None]:
    """Move a supplier's bar as its job's row says, while the work inside goes on."""
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(LOOK_SECONDS):
            seen = get_job(session.stores.database, job.id)
            if seen.stage in STAGES:
                share = min(1.0, (seen.stage_done or 0) / (seen.stage_total or 1))
                bars.update(task, stage=STAGES[seen.stage], completed=ORDER.index(seen.stage) + share)

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()

"""How long a file waits: dropped into the inbox of a running system, from an automatic source, until it is done.

Every file changes the price and stock of each product, so that all rows are written. The next one is dropped when
the last one is published too.
"""

import shutil
import tempfile
import time
from pathlib import Path

from sqlalchemy import text

from benchmarks.catalogue import write_catalogue
from benchmarks.figures import Figure
from benchmarks.installation import confirmed_job, installation
from benchmarks.running import running
from segops_pipeline.catalogue.guards import set_limit
from segops_pipeline.catalogue.outbox import lag
from segops_pipeline.imports.jobs import new_job_id
from segops_pipeline.imports.lock import hold_job
from segops_pipeline.imports.progress import Progress
from segops_pipeline.imports.run import apply_job, begin_import, plan_job
from segops_pipeline.imports.sources import save_source
from segops_pipeline.stores.opening import Stores, open_stores

MOST_SECONDS = 8.0
LOOK_SECONDS = 0.05
PATIENCE_SECONDS = 240.0
CALM_SECONDS = 3.0
WORKSPACE, SOURCE = "bench", "supplier"
STATE = "SELECT status, reason, error FROM import_jobs WHERE file_name = :name"


def measure(rows: int, repetitions: int) -> list[Figure]:
    """Start the system, teach it a source's columns, then drop files one after the other.

    Args:
        rows: of each file.
        repetitions: how many files.
    """
    with installation() as settings, running(settings), open_stores(settings) as stores:
        return measure_running(stores, rows, repetitions)


def measure_running(stores: Stores, rows: int, repetitions: int) -> list[Figure]:
    """The same, in a system that runs already."""
    part = f"inbox: a file of {rows:,} rows dropped into a running system"
    with tempfile.TemporaryDirectory(prefix="segops-bench-") as folder:
        _teach(stores, Path(folder), rows)
        waited = [_drop(stores, Path(folder), rows, number) for number in range(1, repetitions + 1)]
    return [Figure(part, "until its products are committed", waited, bar=MOST_SECONDS)]


def _teach(stores: Stores, folder: Path, rows: int) -> None:
    """Import a first file by hand; from then on memory knows the columns, and the source needs nobody."""
    file = folder / "first.csv"
    write_catalogue(file, rows)
    job_id = new_job_id()
    with hold_job(stores.database, job_id):  # or the running system would take it for a job whose run has died
        job = confirmed_job(stores, file, WORKSPACE, SOURCE, job_id)
        progress = Progress(stores.database, job_id)
        begin_import(stores, job_id)
        plan_job(stores, job_id, progress)
        apply_job(stores, job_id, progress)
    with stores.database.workspace_session(job.workspace_id) as connection:
        save_source(connection, job.workspace_id, SOURCE, automatic=True)
        for guard in ("updated_share", "repriced_share"):  # every product of the file changes on purpose
            set_limit(connection, job.workspace_id, 0, guard, None)
    wait_until_published(stores)


def _drop(stores: Stores, folder: Path, rows: int, number: int) -> float:
    """Seconds from the file's being there to the commit of its products."""
    file = folder / f"drop-{number}.csv"
    write_catalogue(file, rows, changed_every=1, revision=number)
    place = stores.settings.inbox / WORKSPACE / SOURCE
    place.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    shutil.copy(file, place / file.name)
    _wait_until_done(stores, file.name, started)
    waited = time.monotonic() - started
    wait_until_published(stores)
    return waited


def _wait_until_done(stores: Stores, name: str, started: float) -> None:
    while time.monotonic() - started < PATIENCE_SECONDS:
        time.sleep(LOOK_SECONDS)
        with stores.database.system_session() as connection:
            job = connection.execute(text(STATE), {"name": name}).one_or_none()
        if job is not None and job.status == "done":
            return
        if job is not None and job.status == "failed":
            raise SystemExit(f"The benchmark is wrong: the job has failed, {job.error}.")
    raise SystemExit(f"The benchmark is wrong: {name} was not imported within {PATIENCE_SECONDS:g} seconds.")


def wait_until_published(stores: Stores) -> None:
    """Wait until ClickHouse and the embeddings have it all, and their run has ended."""
    started = time.monotonic()
    while time.monotonic() - started < PATIENCE_SECONDS:
        with stores.database.system_session() as connection:
            if not any(lag(connection).values()):
                time.sleep(CALM_SECONDS)
                return
        time.sleep(LOOK_SECONDS)
    raise SystemExit(f"The benchmark is wrong: nothing was published within {PATIENCE_SECONDS:g} seconds.")

"""Kill the run of an import at random moments: whatever it was at, another try ends as if nobody had disturbed it.

The run is a process of its own that takes a file through all stages, from its bytes to committed products that are in
part new, changed and as before; it gets SIGKILL. What an import leaves is compared with what an undisturbed one leaves:
products, rows of the source, before-images, outbox, issues, memory and counts, without ids and times.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import text

from benchmarks.catalogue import write_catalogue
from benchmarks.definitions import ROOT
from benchmarks.figures import Figure
from benchmarks.installation import installation
from segops_pipeline.config import Settings
from segops_pipeline.imports.confirm import confirm, suggested_confirmation
from segops_pipeline.imports.failure import retry, sweep
from segops_pipeline.imports.intake import infer_schema, read_upload
from segops_pipeline.imports.jobs import Job, get_job
from segops_pipeline.imports.lock import hold_job
from segops_pipeline.imports.progress import Progress
from segops_pipeline.imports.reconcile import unreconciled_jobs
from segops_pipeline.imports.run import apply_job, begin_import, plan_job
from segops_pipeline.imports.upload import Upload, open_job
from segops_pipeline.stores.opening import Stores, open_stores

SOURCE = "supplier"
KNOWN_SHARE, CHANGED_EVERY = 3, 2  # a third of the products is there before, half of those will change
SWEEP_SECONDS = 30.0
RUN = """
import sys
from benchmarks.crash import run
run(*sys.argv[1:])
"""

# What an import leaves, by table, in a number that does not depend on the order of its rows; what no two imports of
# one file have in common is left out.
VOLATILE = """ARRAY['workspace_id', 'id', 'job_id', 'source_id', 'version', 'version_before', 'version_after',
    'restores', 'created_at', 'updated_at', 'last_used_at', 'resolved_at']"""
LEFT = f"""
SELECT count(*) AS rows, sum(hashtextextended((to_jsonb(t) - {VOLATILE} - 'source_before')::text, 0)::numeric) AS hash
FROM {{table}} t WHERE workspace_id = :id
"""
LEFT_TABLES = (
    "products", "source_rows", "revisions", "outbox", "issues", "conflicts", "product_schema_fields",
    "learned_mappings",
)  # fmt: skip
STAGED = "SELECT " + " + ".join(
    f"(SELECT count(*) FROM staging.{table} WHERE workspace_id = :id)"
    for table in ("rows", "issues", "plan_rows", "seen")
)

Left = Mapping[str, Any]


def measure(rows: int, kills: int, first_seed: int = 0) -> list[Figure]:
    """Kill an import at so many moments, chosen at random from its start to its end, and have it tried again.

    Args:
        rows: of the file.
        kills: how many imports are killed, each in a workspace of its own.
        first_seed: of the first moment; the others follow.
    """
    part = f"crash: kill -9 of an import of {rows:,} rows"
    with tempfile.TemporaryDirectory(prefix="segops-bench-") as folder, installation() as settings:
        before, file = Path(folder) / "before.csv", Path(folder) / "file.csv"
        write_catalogue(before, max(rows // KNOWN_SHARE, 1), changed_every=CHANGED_EVERY)
        write_catalogue(file, rows)
        with open_stores(settings) as stores:
            undisturbed, seconds = _undisturbed(stores, before, file)
            ended: list[float] = []
            found_at: dict[str, int] = {}
            for seed in range(first_seed, first_seed + kills):
                job = _prepared(stores, f"killed-{seed}", before, file)
                _kill(stores, job, random.Random(seed).uniform(0, seconds))
                state = _found_at(stores, job)
                found_at[state] = found_at.get(state, 0) + 1
                ended.append(float(_left(stores, _tried_again(stores, job)) == undisturbed))
    figures = [Figure(part, "ended as an undisturbed import", [sum(ended)], "of them", float(kills), least=True)]
    return [*figures, *(Figure(part, f"killed when it was {name}", [float(n)], "x") for name, n in found_at.items())]


def run(home: str, job_id: str) -> None:
    """Take a job from wherever it stands to its end; says `there` when it begins."""
    with open_stores(Settings(home=Path(home)), start=False) as stores:  # type: ignore[call-arg]
        print("there", flush=True)
        _go_on(stores, job_id)


def _go_on(stores: Stores, job_id: str) -> None:
    with hold_job(stores.database, job_id):
        progress, job = Progress(stores.database, job_id), get_job(stores.database, job_id)
        if job.headers is None or job.suggestion is None:
            read_upload(stores, job_id, progress)
            job = infer_schema(stores, job_id, progress)[0]
        if job.status == "mapping":
            confirm(stores, job_id, replace(suggested_confirmation(job), accept_guards=True))
        begin_import(stores, job_id)
        plan_job(stores, job_id, progress)
        apply_job(stores, job_id, progress)


def _undisturbed(stores: Stores, before: Path, file: Path) -> tuple[Left, float]:
    """What an import leaves that nobody kills, and how long its process works."""
    job = _prepared(stores, "undisturbed", before, file)
    with _process(stores, job) as process:
        _wait_until_there(process)
        started = time.perf_counter()
        if process.wait() != 0:
            raise SystemExit("The benchmark is wrong: the import failed.")
    seconds = time.perf_counter() - started
    job = get_job(stores.database, job.id)
    if job.status != "done":
        raise SystemExit(f"The benchmark is wrong: the import is {job.state}.")
    return _left(stores, job), seconds


def _prepared(stores: Stores, workspace: str, before: Path, file: Path) -> Job:
    """A job for the file that nobody has begun, in a workspace that has products of its source."""
    known = open_job(stores, Upload(workspace, str(before), SOURCE, created_by="benchmarks"))
    _go_on(stores, known.id)
    return open_job(stores, Upload(workspace, str(file), SOURCE, created_by="benchmarks"))


def _process(stores: Stores, job: Job) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", RUN, str(stores.settings.home), job.id],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("SEGOPS_")},
    )


def _wait_until_there(process: "subprocess.Popen[str]") -> None:
    assert process.stdout is not None
    if process.stdout.readline() != "there\n":
        raise SystemExit("The benchmark is wrong: the import did not begin.")


def _kill(stores: Stores, job: Job, after_seconds: float) -> None:
    with _process(stores, job) as process:
        _wait_until_there(process)
        time.sleep(after_seconds)
        process.kill()


def _found_at(stores: Stores, job: Job) -> str:
    """What the killed run was at, in words."""
    now = get_job(stores.database, job.id)
    if now.status != "importing":
        return now.reason or now.status
    with stores.database.system_session() as connection:
        planned = connection.execute(text("SELECT EXISTS (SELECT FROM plans WHERE job_id = :id)"), {"id": job.id})
        return "writing" if planned.scalar_one() else "staging and planning"


def _tried_again(stores: Stores, job: Job) -> Job:
    """The job after another try, which the system needs to be told of only where it has failed."""
    deadline = time.monotonic() + SWEEP_SECONDS
    while time.monotonic() < deadline:
        sweep(stores)
        now = get_job(stores.database, job.id)
        if now.status in ("failed", "done", "pending") or (now.status == "mapping" and now.headers is not None):
            break
        if now.status == "mapping" and now.reason == "waiting to be read":
            break
        time.sleep(0.05)  # PostgreSQL has yet to see that the process is gone
    if get_job(stores.database, job.id).status == "failed":
        retry(stores, job.id)
    if get_job(stores.database, job.id).status != "done":
        _go_on(stores, job.id)
    return get_job(stores.database, job.id)


def _left(stores: Stores, job: Job) -> Left:
    """What an import has left in its workspace, and whether it all fits together."""
    bound = {"id": job.workspace_id}
    with stores.database.system_session() as connection:
        tables = {
            table: tuple(connection.execute(text(LEFT.format(table=table)), bound).one()) for table in LEFT_TABLES
        }
        staged = connection.execute(text(STAGED), bound).scalar_one()
    wrong = unreconciled_jobs(stores, job.id)
    return {**tables, "staged": staged, "status": job.status, "counts": job.counts, "unreconciled": len(wrong)}

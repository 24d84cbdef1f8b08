"""Take back an import: a job of its own in the history, which can itself be taken back.

What belongs here: that job, its plan, its run, and what it says of the job that it takes back. What doesn't: the SQL
that takes back (`catalogue.undo`).
"""

import hashlib
import time
from typing import Any
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.apply import lock_workspace
from segops_pipeline.catalogue.plan import Plan, is_staged, load_plan, planned_size, store_plan
from segops_pipeline.catalogue.staging import ANALYZE_FROM_ROWS, analyze
from segops_pipeline.catalogue.stale import changed_records
from segops_pipeline.catalogue.statistics import refresh_statistics
from segops_pipeline.catalogue.undo import UndoOrder, apply_reversal, forget_reversal, keep_what_is_used, plan_reversal
from segops_pipeline.errors import NothingToUndo, StalePlan, WrongState
from segops_pipeline.imports.jobs import (
    QUEUED,
    Job,
    NewJob,
    add_seconds,
    create_job,
    get_job,
    load_job,
    update_job,
)
from segops_pipeline.imports.progress import Progress
from segops_pipeline.inference.memory import learn, take_back
from segops_pipeline.stores.opening import Stores

UNDONE, PARTLY_UNDONE = "undone", "partly undone"
PLAN_STAGE, APPLY_STAGE = "import_plan", "upserted_products"
MOST_REPLANS = 10

# another job that has taken a part of the same job back, and that nobody has taken back
STANDS = """
SELECT u.id FROM import_jobs u WHERE u.undoes = :id AND u.status = 'done' AND u.undone_by IS NULL
    AND EXISTS (SELECT FROM revisions r WHERE r.workspace_id = u.workspace_id AND r.job_id = u.id)
ORDER BY u.finished_at DESC LIMIT 1
"""


def preview_undo(stores: Stores, job_id: str) -> dict[str, Any]:
    """What an undo of a job would do now, as the summary of a plan; nothing is kept of it.

    Raises:
        NothingToUndo: the job has changed nothing, or is taken back already.
        WrongState: the job is not done, or an undo of it waits or runs.
        JobNotFound: there is no such job.
    """
    job = get_job(stores.database, job_id)
    with stores.database.workspace_session(job.workspace_id) as connection:
        check_undoable(connection, job)
        order = UndoOrder(job.workspace_id, f"preview-{uuid4().hex}", job_id, job.source_id)
        summary = plan_reversal(connection, order)
        forget_reversal(connection, order.job_id)
    return summary


def open_undo(stores: Stores, job_id: str, *, created_by: str) -> Job:
    """Open the job that takes another one back; it is pending, and runs as an import does.

    Args:
        stores: the open stores.
        job_id: the job to take back: an import, an undo or a redo.
        created_by: who asks for it.

    Raises:
        NothingToUndo: the job has changed nothing, or is taken back already.
        WrongState: the job is not done, or an undo of it waits or runs.
        JobNotFound: there is no such job.
    """
    workspace_id = get_job(stores.database, job_id).workspace_id
    with stores.database.workspace_session(workspace_id) as connection:
        connection.execute(text("SELECT 1 FROM import_jobs WHERE id = :id FOR UPDATE"), {"id": job_id})
        job = load_job(connection, job_id)
        check_undoable(connection, job)
        new = NewJob(
            workspace_id,
            job.source_id,
            job.file_name,
            job.location or "",
            origin="undo",
            format=job.format,
            policy=job.policy,
            created_by=created_by,
        )
        create_job(connection, new)
        update_job(
            connection,
            new.id,
            kind="redo" if job.kind == "undo" else "undo",
            undoes=job_id,
            mapping={},
            status="pending",
            reason=QUEUED,
            attempt=1,
        )
        return load_job(connection, new.id)


def check_undoable(connection: Connection, job: Job) -> None:
    """Check that a job can be taken back.

    Raises:
        NothingToUndo: the job has changed nothing, or is taken back already.
        WrongState: the job is not done, or an undo of it waits or runs.
    """
    if job.undone_by is not None and job.reason == UNDONE:
        remedy = f"To have it back: segops undo {job.undone_by}"
        if job.kind != "import":  # what has taken it back may itself be overtaken
            remedy = "Take back the one of these jobs that was done last: segops history --kind undo --kind redo"
        raise NothingToUndo(f"Job {job.id} is taken back already, by job {job.undone_by}.", remedy)
    if job.status != "done":
        raise WrongState(f"Job {job.id} is {job.state}: only what is done can be taken back.")
    found = connection.execute(
        text("SELECT id FROM import_jobs WHERE undoes = :id AND status IN ('pending', 'importing') LIMIT 1"),
        {"id": job.id},
    ).scalar()
    if found is not None:
        raise WrongState(f"Job {found}, which takes back job {job.id}, is not done yet.", "Wait for it, or cancel it.")
    changed = connection.execute(
        text("SELECT EXISTS (SELECT FROM revisions WHERE workspace_id = :workspace_id AND job_id = :id)"),
        {"workspace_id": job.workspace_id, "id": job.id},
    )
    if not changed.scalar_one():
        raise NothingToUndo(f"Job {job.id} has changed nothing.", "There is nothing to take back.")


def plan_undo(stores: Stores, job: Job, progress: Progress) -> Plan:
    """Stage what an undo does, and keep it as the job's plan.

    Args:
        stores: the open stores.
        job: one that `open_undo` has made.
        progress: is told of it.
    """
    started = time.monotonic()
    progress.begin(PLAN_STAGE)
    order = _order(job)
    with stores.database.workspace_session(job.workspace_id) as connection:
        summary = plan_reversal(connection, order)
        planned = planned_size(connection, job.id)
        token = hashlib.sha256(f"{job.id} {order.undone} {planned}".encode()).hexdigest()[:24]
        plan = Plan(job.id, token, "", planned, summary["counts"], 0, "", summary)
        store_plan(connection, job.workspace_id, plan)
        add_seconds(connection, job.id, PLAN_STAGE, time.monotonic() - started)
    if plan.counts["rows"] >= ANALYZE_FROM_ROWS:
        with stores.database.system_session() as connection:
            analyze(connection, "plan_rows", "outcome")
    return plan


def apply_undo(stores: Stores, job: Job, progress: Progress) -> Job:
    """Write a planned undo in one transaction with the job's counts; a stale plan is made again.

    Args:
        stores: the open stores.
        job: one that `plan_undo` has planned.
        progress: is told when it begins.

    Raises:
        StalePlan: products change faster than it can be planned.
        NothingToUndo: another undo was quicker, or the job is imported again.
        JobCancelled: a person cancelled the job.
        WrongState: the job is not importing, or in a later attempt.
    """
    started = time.monotonic()
    progress.begin(APPLY_STAGE)
    for replans_left in range(MOST_REPLANS, -1, -1):
        try:
            _apply(stores, job, started)
            break
        except StalePlan:
            if not replans_left:
                raise
            plan_undo(stores, job, progress)
            progress.begin(APPLY_STAGE)
    done = get_job(stores.database, job.id)
    refresh_statistics(stores.database, (done.created or 0) + (done.updated or 0))
    return done


def _apply(stores: Stores, job: Job, started: float) -> None:
    from segops_pipeline.imports.run import cancellable, finish, still_ours

    order = _order(job)
    with (
        stores.database.workspace_session(job.workspace_id) as connection,
        cancellable(stores, connection, job.id),
    ):
        still_ours(connection, job)
        _hold_undone(connection, job)
        plan = load_plan(connection, job.id)
        if plan is None or not is_staged(connection, plan):
            raise StalePlan("What was staged for the undo is gone.", "Start it again with `segops retry`.")
        lock_workspace(connection, job.workspace_id)
        changed = changed_records(connection, job.workspace_id, job.id)
        if changed is None and keep_what_is_used(connection, order):
            changed = "What the undo would remove is used by others since it was planned."
        if changed:
            raise StalePlan(changed, "Start it again with `segops retry`.")
        apply_reversal(connection, order)
        forget_reversal(connection, job.id)
        _tell_undone(connection, job, plan)
        add_seconds(connection, job.id, APPLY_STAGE, time.monotonic() - started)
        finish(connection, job, plan)


def _hold_undone(connection: Connection, job: Job) -> None:
    """Lock the rows of the jobs that an undo concerns, before products are: nobody corrects them meanwhile.

    Raises:
        NothingToUndo: another undo was quicker, or the job is imported again.
    """
    last = job
    while last.undoes is not None:
        connection.execute(text("SELECT 1 FROM import_jobs WHERE id = :id FOR UPDATE"), {"id": last.undoes})
        last = load_job(connection, last.undoes)
    undone = load_job(connection, job.undoes or "")
    if undone.undone_by is not None and undone.reason == UNDONE:
        raise NothingToUndo(f"Job {undone.id} is taken back already, by job {undone.undone_by}.")
    if undone.status != "done":
        raise NothingToUndo(f"Job {undone.id} is {undone.state}: only what is done can be taken back.")


def _order(job: Job) -> UndoOrder:
    if job.undoes is None:
        raise WrongState(f"Job {job.id} takes nothing back.")
    return UndoOrder(job.workspace_id, job.id, job.undoes, job.source_id, job.kind)


def _tell_undone(connection: Connection, job: Job, plan: Plan) -> None:
    """Say at the job that is taken back by whom, and have the memory of its import follow."""
    counts = plan.counts
    if counts["rows"] == counts["conflicts"] + counts["rejected"]:
        return  # nothing is taken back
    reason = PARTLY_UNDONE if counts["conflicts"] + counts["rejected"] else UNDONE
    assert job.undoes is not None
    undone = load_job(connection, job.undoes)
    _mark(connection, undone, job.id, reason)
    imported = undone
    while imported.undoes is not None:
        imported = load_job(connection, imported.undoes)
    if job.kind == "redo":
        before = learn(connection, job.workspace_id, imported.source_id, imported.mapping or {}, imported.id)
        update_job(connection, imported.id, memory_before=before)
    else:
        take_back(connection, job.workspace_id, imported.id, imported.memory_before or [])


def _mark(connection: Connection, undone: Job, job_id: str, reason: str) -> None:
    """Mark a job as taken back. What it had itself taken back stands again, and so on back to the import."""
    update_job(connection, undone.id, undone_by=job_id, reason=reason)
    if undone.undoes is None:
        return
    stands = load_job(connection, undone.undoes)
    if reason == PARTLY_UNDONE:
        update_job(connection, stands.id, reason=PARTLY_UNDONE if stands.kind == "import" else stands.reason)
        return
    other = connection.execute(text(STANDS), {"id": stands.id}).scalar()
    update_job(connection, stands.id, undone_by=other, reason=None if other is None else PARTLY_UNDONE)
    if stands.undoes is not None and other is None:
        _mark(connection, load_job(connection, stands.undoes), stands.id, UNDONE)

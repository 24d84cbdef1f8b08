"""The import itself: plan the confirmed mapping, then apply exactly that plan."""

import logging
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from psycopg.errors import QueryCanceled
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from segops_pipeline.catalogue.apply import keep_issues
from segops_pipeline.catalogue.plan import Plan, is_staged, load_plan
from segops_pipeline.catalogue.statistics import refresh_statistics
from segops_pipeline.errors import HeldByGuard, JobCancelled, RowsRejected, SegopsError, StalePlan, WrongState
from segops_pipeline.imports.bizzkit_archive import jobs_after
from segops_pipeline.imports.confirm import confirm_if_known
from segops_pipeline.imports.correct import held_by, merged_counts
from segops_pipeline.imports.jobs import (
    HELD,
    Job,
    add_seconds,
    get_job,
    load_job,
    lock_uncancelled,
    note_backend,
    update_job,
)
from segops_pipeline.imports.leftovers import clear_upload
from segops_pipeline.imports.planning import check_fresh, plan_of
from segops_pipeline.imports.progress import Progress
from segops_pipeline.imports.ready import ready_import
from segops_pipeline.imports.results import write_results
from segops_pipeline.stores.opening import Stores

logger = logging.getLogger(__name__)

MOST_REPLANS = 10  # of several imports into one workspace at once, each round one gets through
APPLIED = "upserted_products"
STALE = "stale plan"


def begin_import(stores: Stores, job_id: str) -> Job:
    """Take up a confirmed job; one that is done already stays as it is.

    Raises:
        WrongState: the job has no confirmed mapping.
    """
    job = get_job(stores.database, job_id)
    if job.status == "done":
        return job
    _check_confirmed(job)
    with stores.database.workspace_session(job.workspace_id) as connection:
        update_job(connection, job_id, status="importing", reason=None, error=None, held=None, finished_at=None)
        return load_job(connection, job_id)


def plan_job(stores: Stores, job_id: str, progress: Progress) -> Plan:
    """Stage the job's rows and classify each against the catalogue; a plan that a person has confirmed is kept.

    Raises:
        RowsRejected: validation is strict and a row is bad.
        HeldByGuard: the plan is beyond a guard: the job waits for a person.
        StalePlan: what a person has confirmed is not what it would do now.
        WrongState: the job's mapping is not confirmed, or its rows are gone, since it is done.
    """
    job = get_job(stores.database, job_id)
    _check_confirmed(job)
    if job.kind != "import":
        from segops_pipeline.imports.undo import plan_undo

        return plan_undo(stores, job, progress)
    plan = _confirmed_plan(stores, job)
    if plan is not None:
        try:
            check_fresh(stores, job, plan, progress)
        except StalePlan as error:
            _give_back(stores, job, error)
            raise
    else:
        plan, _ = plan_of(stores, job, progress)
    if job.validation == "strict" and plan.counts["rejected"]:
        _reject_all(stores, job, plan)
    held = held_by(job, plan)
    if held and not job.accept_guards:
        _hold(stores, job, held)
    return plan


def apply_job(stores: Stores, job_id: str, progress: Progress, *, replan: bool = True) -> Job:
    """Apply the job's plan in one transaction, commit its counts with it, then clear the upload.

    A plan that is stale is made again; one that a person has confirmed only where it then is exactly what it was.

    Args:
        stores: the open stores.
        job_id: a job that has a plan; one that is done already stays as it is.
        progress: is told when it begins.
        replan: plan again where the plan is stale; without it a stale plan is refused.

    Raises:
        StalePlan: the catalogue has changed since the plan was made that a person has confirmed.
        HeldByGuard: the plan had to be made again, and is beyond a guard now.
        JobCancelled: a person cancelled the job.
        WrongState: the job is not importing, or in a later attempt.
    """
    job = get_job(stores.database, job_id)
    if job.status == "done":
        return job
    _check_confirmed(job)
    if job.kind != "import":
        from segops_pipeline.imports.undo import apply_undo

        return apply_undo(stores, job, progress)
    started = time.monotonic()
    progress.begin(APPLIED, job.total_rows or 0)
    is_confirmed = _confirmed_plan(stores, job) is not None
    replans = 0 if not replan else 1 if is_confirmed else MOST_REPLANS  # what is lost of one is staged again
    for replans_left in range(replans, -1, -1):
        try:
            commit_plan(stores, job, started)
            break
        except StalePlan as error:
            if not replans_left:
                if is_confirmed or not replan:
                    _give_back(stores, job, error)
                raise
            plan_job(stores, job_id, progress)
            progress.begin(APPLIED, job.total_rows or 0)
    progress.advance(job.total_rows or 0, job.total_rows or 0)
    _after_commit(stores, job)
    clear_upload(stores, job)
    _go_on(stores, job)
    return get_job(stores.database, job_id)


def commit_plan(stores: Stores, job: Job, started: float) -> None:
    """Write the job's plan and its outcome in one transaction; what is to be tidied up afterwards stays.

    Args:
        stores: the open stores.
        job: one that is importing.
        started: when it began, by the monotonic clock.

    Raises:
        StalePlan: the plan is not what it was, or what it was made on.
        JobCancelled: a person cancelled the job.
        WrongState: the job is not importing, or in a later attempt.
    """
    ready = ready_import(stores, job)
    with (
        stores.database.workspace_session(job.workspace_id) as connection,
        cancellable(stores, connection, job.id),
    ):
        still_ours(connection, job)
        plan = load_plan(connection, job.id)
        if plan is None or not is_staged(connection, plan):
            raise StalePlan("What was staged for the plan is gone.", "Plan again.")
        if plan.fingerprint != ready.fingerprint:
            raise StalePlan("The mapping has changed since the plan was made.", "Plan again.")
        ready.apply(connection, plan)
        add_seconds(connection, job.id, APPLIED, time.monotonic() - started)
        finish(connection, job, plan)


@contextmanager
def cancellable(stores: Stores, connection: Connection, job_id: str) -> Generator[None]:
    """Let a cancel end what is written in here, of which nothing remains then.

    Raises:
        JobCancelled: it was cancelled.
    """
    note_backend(stores.database, connection, job_id)
    try:
        yield
    except OperationalError as error:
        if isinstance(error.orig, QueryCanceled):
            message = f"Job {job_id} was cancelled while it was written; nothing of it remains."
            raise JobCancelled(message, "Start it again with `segops retry`.") from error
        raise


def still_ours(connection: Connection, job: Job) -> None:
    """Lock the job's row, so that no other attempt comes in between.

    Raises:
        JobCancelled: a person has cancelled the job.
        WrongState: this run is an older one.
    """
    lock_uncancelled(connection, job.id)
    now = load_job(connection, job.id)
    if now.status != "importing" or now.attempt != job.attempt:
        raise WrongState(f"Job {job.id} is {now.state} in attempt {now.attempt}: this run is an older one.")


def finish(connection: Connection, job: Job, plan: Plan) -> None:
    """Make the job done with the counts of its plan, within the transaction that has applied it."""
    counts = {**plan.counts, "deleted": 0, "deactivated": 0, **plan.products}
    if job.correction is not None:
        counts = merged_counts(job, counts)
    connection.execute(text("UPDATE import_jobs SET finished_at = clock_timestamp() WHERE id = :id"), {"id": job.id})
    update_job(
        connection,
        job.id,
        status="done",
        reason=None,
        error=None,
        correction=None,
        backend_pid=None,
        plan=plan.summary,
        **counts,
    )


def _check_confirmed(job: Job) -> None:
    if job.mapping is None:
        raise WrongState(
            f"The mapping of job {job.id} is not confirmed.",
            f"Confirm it with `segops confirm {job.id}`, or with the config of confirmed_mapping.",
        )


def _confirmed_plan(stores: Stores, job: Job) -> Plan | None:
    """The plan that a person has confirmed as it is, if that is how the job was confirmed."""
    with stores.database.workspace_session(job.workspace_id) as connection:
        plan = load_plan(connection, job.id)
    return plan if plan is not None and plan.is_confirmed and job.correction is None else None


def _after_commit(stores: Stores, job: Job) -> None:
    """Keep what became of each row, and fresh statistics; the import is done, whether that succeeds or not."""
    try:
        done = get_job(stores.database, job.id)
        refresh_statistics(stores.database, (done.created or 0) + (done.updated or 0))
        write_results(stores, done)
    except SegopsError as error:
        logger.warning("the results of job %s are not kept: %s", job.id, error)


def _go_on(stores: Stores, job: Job) -> None:
    """Let the next file of the same archive be imported, where that is left to no person; this job is done anyway."""
    try:
        with stores.database.workspace_session(job.workspace_id) as connection:
            following = jobs_after(connection, job)
        if following and following[0].status == "mapping" and following[0].suggestion is not None:
            confirm_if_known(stores, following[0].id)
    except SegopsError as error:
        logger.warning("the file after job %s does not follow by itself: %s", job.id, error)


def _hold(stores: Stores, job: Job, held: list[dict[str, Any]]) -> None:
    again = f"segops confirm {job.id} --accept-guards"
    if job.correction is not None:  # the job is done and stays so, with the rest of its rows
        again = f"segops correct {job.id} FILE --accept-guards"
    error = HeldByGuard(
        " ".join(violation["message"] for violation in held), f"Nothing is written. If that is meant: {again}"
    )
    if job.correction is None:
        with stores.database.workspace_session(job.workspace_id) as connection:
            update_job(connection, job.id, status="mapping", reason=HELD, held=held, error=error.as_dict())
    raise error


def _give_back(stores: Stores, job: Job, error: StalePlan) -> None:
    """Let a person plan again: what was confirmed is not what it would do now. The mapping stays."""
    with stores.database.workspace_session(job.workspace_id) as connection:
        update_job(connection, job.id, status="mapping", reason=STALE, error=error.as_dict())


def _reject_all(stores: Stores, job: Job, plan: Plan) -> None:
    rows, rejected = plan.counts["rows"], plan.counts["rejected"]
    counts = {"created": 0, "updated": 0, "unchanged": 0, "conflicts": 0}
    with stores.database.workspace_session(job.workspace_id) as connection:
        keep_issues(connection, job.id)
        update_job(connection, job.id, rows=rows, rejected=rejected, skipped=rows - rejected, **counts)
    raise RowsRejected(
        f"{rejected} of {rows} rows are bad, and validation is strict: nothing was applied.",
        f"Write them to a file with `segops rejected {job.id} -o FILE.csv`, correct it, and give it back with"
        f" `segops correct {job.id} FILE.csv`. Or import with --validation lenient.",
    )

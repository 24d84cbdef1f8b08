"""The import itself: plan the confirmed mapping, then apply exactly that plan."""

import time

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.apply import ApplyOrder, apply_planned, keep_issues
from segops_pipeline.catalogue.plan import Plan, PlanOrder, load_plan, make_plan, planned_hash
from segops_pipeline.catalogue.policies import POLICIES
from segops_pipeline.catalogue.staging import (
    ANALYZE_FROM_ROWS,
    StagedCounts,
    StagingOrder,
    stage_rows,
)
from segops_pipeline.errors import RowsRejected, StalePlan, WrongState
from segops_pipeline.formats.table import TableMapping
from segops_pipeline.imports.correct import merged_counts, rules_of
from segops_pipeline.imports.jobs import Job, add_seconds, get_job, load_job, lock_uncancelled, update_job
from segops_pipeline.imports.kept_reading import keep_reading
from segops_pipeline.imports.leftovers import clear_upload
from segops_pipeline.imports.progress import Progress
from segops_pipeline.imports.table_mapping import mapping_fingerprint, table_mapping
from segops_pipeline.stores.opening import Stores

MOST_REPLANS = 10  # of several imports into one workspace at once, each round one gets through
PLANNED, APPLIED = "import_plan", "upserted_products"


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
        update_job(connection, job_id, status="importing", reason=None, error=None, finished_at=None)
        return load_job(connection, job_id)


def plan_job(stores: Stores, job_id: str, progress: Progress) -> Plan:
    """Stage the job's rows and classify each against the catalogue.

    Raises:
        RowsRejected: validation is strict and a row is bad.
        WrongState: the job's mapping is not confirmed, or its rows are gone, since it is done.
    """
    job = get_job(stores.database, job_id)
    _check_confirmed(job)
    if job.rows_uri is None:
        raise WrongState(f"The rows of job {job_id} are not kept any more.", "Import the file again.")
    started = time.monotonic()
    progress.begin(PLANNED, job.total_rows or 0)
    mapping = table_mapping(job, stores.files)
    fingerprint = mapping_fingerprint(job, mapping)
    staged = _stage(stores, job, mapping, fingerprint, progress)
    rules = rules_of(job)
    order = PlanOrder(
        job.workspace_id,
        job.id,
        job.policy,
        job.checksum or "",
        fingerprint,
        job.source_id,
        list(dict.fromkeys(column.target for column in mapping.fields)),
        rules,
    )
    with stores.database.workspace_session(job.workspace_id) as connection:
        plan = make_plan(connection, order, staged)
        add_seconds(connection, job_id, PLANNED, time.monotonic() - started)
    if job.validation == "strict" and staged.rejected:
        _reject_all(stores, job, staged)
    if staged.staged >= ANALYZE_FROM_ROWS:
        with stores.database.system_session() as connection:
            connection.execute(text("ANALYZE staging.plan_rows (job_id, key, line, outcome)"))
    return plan


def apply_job(stores: Stores, job_id: str, progress: Progress, *, replan: bool = True) -> Job:
    """Apply the job's plan in one transaction, commit its counts with it, then clear the upload.

    Args:
        stores: the open stores.
        job_id: a job that has a plan; one that is done already stays as it is.
        progress: is told when it begins.
        replan: plan again where the plan is stale; without it a stale plan is refused.

    Raises:
        StalePlan: the catalogue has changed since the plan was made.
        JobCancelled: a person cancelled the job.
        WrongState: the job is not importing, or in a later attempt.
    """
    job = get_job(stores.database, job_id)
    if job.status == "done":
        return job
    _check_confirmed(job)
    started = time.monotonic()
    progress.begin(APPLIED, job.total_rows or 0)
    for replans_left in range(MOST_REPLANS if replan else 0, -1, -1):
        try:
            _apply(stores, job, started)
            break
        except StalePlan:
            if not replans_left:
                raise
            plan_job(stores, job_id, progress)
            progress.begin(APPLIED, job.total_rows or 0)
    progress.advance(job.total_rows or 0, job.total_rows or 0)
    clear_upload(stores, job)
    return get_job(stores.database, job_id)


def _check_confirmed(job: Job) -> None:
    if job.mapping is None:
        raise WrongState(
            f"The mapping of job {job.id} is not confirmed.",
            f"Confirm it with `segops confirm {job.id}`, or with the config of confirmed_mapping.",
        )


def _stage(stores: Stores, job: Job, mapping: TableMapping, fingerprint: str, progress: Progress) -> StagedCounts:
    assert job.rows_uri is not None
    order = StagingOrder(
        job.workspace_id,
        job.id,
        job.source_id,
        mapping,
        fingerprint,
        POLICIES[job.policy].empty_clears,
        job.validation,
        rules_of(job),
    )
    with stores.files.local(job.rows_uri) as path, stores.database.system_session() as connection:
        return stage_rows(connection, order, path, lambda rows: progress.advance(rows, job.total_rows or 0))


def _apply(stores: Stores, job: Job, started: float) -> None:
    mapping = table_mapping(job, stores.files)
    fingerprint = mapping_fingerprint(job, mapping)
    with stores.database.workspace_session(job.workspace_id) as connection:
        _still_ours(connection, job)
        plan = load_plan(connection, job.id)
        if plan is None or planned_hash(connection, job.id) != plan.planned_hash:
            raise StalePlan("What was staged for the plan is gone.", "Plan again.")
        if plan.fingerprint != fingerprint:
            raise StalePlan("The mapping has changed since the plan was made.", "Plan again.")
        order = ApplyOrder(job.workspace_id, job.id, job.source_id, fingerprint, plan.known_before)
        apply_planned(connection, order, {**plan.counts, **plan.products})
        add_seconds(connection, job.id, APPLIED, time.monotonic() - started)
        if plan.counts["rejected"] and job.correction is None:
            keep_reading(connection, job.id, mapping)
        _finish(connection, job, plan.counts)


def _still_ours(connection: Connection, job: Job) -> None:
    """Lock the job's row, so that no cancel and no other attempt comes in between."""
    lock_uncancelled(connection, job.id)
    now = load_job(connection, job.id)
    if now.status != "importing" or now.attempt != job.attempt:
        raise WrongState(f"Job {job.id} is {now.state} in attempt {now.attempt}: this run is an older one.")


def _finish(connection: Connection, job: Job, counts: dict[str, int]) -> None:
    if job.correction is not None:
        counts = merged_counts(job, counts)
    connection.execute(text("UPDATE import_jobs SET finished_at = clock_timestamp() WHERE id = :id"), {"id": job.id})
    update_job(connection, job.id, status="done", reason=None, error=None, correction=None, **counts)


def _reject_all(stores: Stores, job: Job, staged: StagedCounts) -> None:
    counts = {"created": 0, "updated": 0, "unchanged": 0, "conflicts": 0}
    with stores.database.workspace_session(job.workspace_id) as connection:
        keep_issues(connection, job.id)
        update_job(
            connection,
            job.id,
            rows=staged.rows,
            rejected=staged.rejected,
            skipped=staged.rows - staged.rejected,
            **counts,
        )
    raise RowsRejected(
        f"{staged.rejected} of {staged.rows} rows are bad, and validation is strict: nothing was applied.",
        "Correct the rows and import the file again, or import with --validation lenient.",
    )

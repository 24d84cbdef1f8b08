"""Plan a job: its rows staged and each classified against the catalogue, on a draft or on what was confirmed.

A plan on a draft writes nothing but staging and the plan. Confirmed by its token, exactly it is applied, or refused
with what has changed since: the file, the mapping or a product. What belongs here: making such plans, and whether one
is still what it was. What doesn't: applying (`run`), the statement that plans (`catalogue.plan_rows`).
"""

import time
from dataclasses import replace
from typing import Any

from sqlalchemy import text

from segops_pipeline.catalogue.plan import Plan, is_staged, load_plan, planned_hash
from segops_pipeline.catalogue.staging import ANALYZE_FROM_ROWS, analyze
from segops_pipeline.errors import HeldByGuard, JobCancelled, PlanNotFound, StalePlan, WrongState
from segops_pipeline.imports.bizzkit import BIZZKIT, options_of
from segops_pipeline.imports.confirm import (
    Confirmation,
    confirm,
    confirmation_of_draft,
    confirmed_parts,
    mark_confirmed,
)
from segops_pipeline.imports.failure import record_failure
from segops_pipeline.imports.jobs import PLANNED, Job, add_seconds, get_job, load_job, lock_uncancelled, update_job
from segops_pipeline.imports.progress import Progress
from segops_pipeline.imports.ready import ready_import
from segops_pipeline.imports.row_edits import EDITED, load_edits, rows_checksum
from segops_pipeline.imports.upload import check_rules
from segops_pipeline.stores.opening import Stores

STAGE = "import_plan"


def plan_of(stores: Stores, job: Job, progress: Progress, draft: dict[str, Any] | None = None) -> tuple[Plan, int]:
    """Stage a job's rows and plan them, whatever its status.

    Args:
        stores: the open stores.
        job: with the mapping that is planned, confirmed or drafted.
        progress: is told of the rows.
        draft: what the plan is kept with, for a later confirmation.

    Returns:
        The plan, and how many rows were staged.

    Raises:
        WrongState: the job's rows are gone, since it is done.
    """
    if job.rows_uri is None:
        raise WrongState(f"The rows of job {job.id} are not kept any more.", "Import the file again.")
    started = time.monotonic()
    progress.begin(STAGE, job.total_rows or 0)
    ready = ready_import(stores, job)
    with stores.database.workspace_session(job.workspace_id) as connection:
        edits = load_edits(connection, job)
    plan, staged = ready.plan(edits, progress, draft)
    with stores.database.workspace_session(job.workspace_id) as connection:
        add_seconds(connection, job.id, STAGE, time.monotonic() - started)
    if staged >= ANALYZE_FROM_ROWS:
        with stores.database.system_session() as connection:
            analyze(connection, "plan_rows", "outcome")
    return plan, staged


def plan_draft(stores: Stores, job_id: str, confirmation: Confirmation, progress: Progress) -> Plan:
    """Plan a mapping that nobody has confirmed. Nothing is written but staging, the plan and the job's reason.

    Raises:
        WrongState: the job's file has not been read, or it is imported already.
        BadMapping: the mapping is not one that can be imported.
        WrongUsage: there is no such policy, validation or rule.
        JobCancelled: a person has cancelled the job meanwhile.
    """
    check_rules(confirmation.policy, confirmation.validation)
    job = get_job(stores.database, job_id)
    if job.headers is None or job.suggestion is None or job.status not in ("mapping", "failed"):
        raise WrongState(
            f"Job {job_id} is {job.state} and cannot be planned now.",
            "A plan is made after the file has been read and before it is imported.",
        )
    drafted = drafted_job(stores, job, confirmation)
    _go_on(stores, job)
    try:
        plan, _ = plan_of(stores, drafted, progress, _draft(drafted))
        with stores.database.workspace_session(job.workspace_id) as connection:
            lock_uncancelled(connection, job_id)  # a cancel that the last rows have not noticed counts too
            update_job(connection, job_id, status="mapping", reason=PLANNED, error=None, held=None, finished_at=None)
    except JobCancelled as error:
        record_failure(stores, job_id, error)
        raise
    return plan


def confirm_plan(stores: Stores, token: str, progress: Progress, *, accept_guards: bool = False) -> Job:
    """Confirm exactly what a plan has shown; the job is pending afterwards.

    What was staged for it is staged again where a crash of PostgreSQL has taken it.

    Raises:
        PlanNotFound: there is no such plan.
        StalePlan: the file, the mapping or a product has changed since; it says which.
        HeldByGuard: the plan is beyond a guard, and that is not accepted.
        WrongState: the job does not wait any more.
    """
    job_id = find_plan(stores, token)
    job = get_job(stores.database, job_id)
    with stores.database.workspace_session(job.workspace_id) as connection:
        plan = load_plan(connection, job_id)
    if plan is None or plan.draft is None or job.status not in ("mapping", "failed"):
        raise WrongState(f"Job {job_id} is {job.state}: its plan cannot be applied any more.")
    confirmation = confirmation_of_draft(plan.draft)
    drafted = drafted_job(stores, job, confirmation)
    _go_on(stores, job)
    check_fresh(stores, drafted, plan, progress)
    if plan.held and not accept_guards:
        raise HeldByGuard(
            " ".join(violation["message"] for violation in plan.held),
            f"If that is meant: segops import --plan {token} --accept-guards",
        )
    return confirm(stores, job_id, replace(confirmation, plan=token, accept_guards=accept_guards))


def standing_plan(stores: Stores, job: Job, confirmation: Confirmation) -> Plan | None:
    """The job's plan, if it is staged and was made for this mapping and for the rows as they are corrected now.

    Whether products have changed since is looked at when it is confirmed (`check_fresh`).

    Raises:
        BadMapping: the mapping is not one that can be imported.
    """
    drafted = drafted_job(stores, job, confirmation)
    with stores.database.workspace_session(job.workspace_id) as connection:
        plan = load_plan(connection, job.id)
        if plan is None or plan.draft != _draft(drafted) or plan.is_confirmed:
            return None
        is_same = plan.checksum == rows_checksum(job, load_edits(connection, job))
        return plan if is_same and is_staged(connection, plan) else None


def find_plan(stores: Stores, token: str) -> str:
    """The id of the job that a plan is of.

    Raises:
        PlanNotFound: there is no such plan.
    """
    with stores.database.system_session() as connection:
        statement = text("SELECT job_id FROM plans WHERE token = :token")
        job_id = connection.execute(statement, {"token": token}).scalar_one_or_none()
    if job_id is None:
        raise PlanNotFound(
            f"There is no plan {token}: it was never made, or its job was planned or read anew since.",
            "Plan the file, or the job, again: segops plan",
        )
    return job_id


def check_fresh(stores: Stores, job: Job, plan: Plan, progress: Progress) -> None:
    """Check that a plan is still what it was.

    Args:
        stores: the open stores.
        job: with the mapping that was planned.
        plan: of the job.
        progress: is told of the rows, where they must be staged again.

    Raises:
        StalePlan: the file, the mapping or a product has changed since; it says which.
    """
    again = f"Plan again, with the same mapping and options: segops plan {job.id}"
    if plan.draft is None:  # of a run that went on at once; what it would have written is not known any more
        raise StalePlan("The plan was not made to wait.", again)
    with stores.database.workspace_session(job.workspace_id) as connection:
        edits = load_edits(connection, job)
    if rows_checksum(job, []) != plan.checksum.partition(EDITED)[0]:
        raise StalePlan("The file has been read anew since the plan was made, and is another.", again)
    if rows_checksum(job, edits) != plan.checksum:
        raise StalePlan("Rows have been corrected or dropped since the plan was made.", again)
    ready = ready_import(stores, job)
    if ready.fingerprint != plan.fingerprint:
        raise StalePlan("The mapping, a rule or a field of the schema has changed since the plan was made.", again)
    with stores.database.workspace_session(job.workspace_id) as connection:
        if planned_hash(connection, job.id) == plan.planned_hash:
            changed = ready.changed_since(connection, plan)
            if changed:
                raise StalePlan(changed, again)
            return
    fresh, _ = plan_of(stores, job, progress, plan.draft)
    if fresh.planned_hash != plan.planned_hash:
        raise StalePlan(
            "Products have changed since the plan was made: it would now have another outcome.",
            again,
        )
    if plan.is_confirmed:
        with stores.database.workspace_session(job.workspace_id) as connection:
            mark_confirmed(connection, job.id, plan.token)


def _go_on(stores: Stores, job: Job) -> None:
    """A job that was cancelled, and that a person comes back to, is not cancelled any more."""
    if job.status == "failed":
        with stores.database.workspace_session(job.workspace_id) as connection:
            update_job(connection, job.id, cancel_requested=False)


def drafted_job(stores: Stores, job: Job, confirmation: Confirmation) -> Job:
    """The job as if a mapping were confirmed.

    Raises:
        BadMapping: the mapping is not one that can be imported.
        WrongState: another file of the same archive comes first.
    """
    assert job.headers is not None
    with stores.database.workspace_session(job.workspace_id) as connection:
        parts = confirmed_parts(connection, job, confirmation)
        job = load_job(connection, job.id)
    return replace(job, **parts)


def _draft(job: Job) -> dict[str, Any]:
    return {
        "mapping": job.mapping,
        "fields": job.schema_fields,
        "transformations": job.transformations or {},
        "policy": job.policy,
        "validation": job.validation,
        "rules": job.rules,
        **({"format_options": options_of(job).as_dict()} if job.format == BIZZKIT else {}),
    }

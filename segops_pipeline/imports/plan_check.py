"""Whether a plan is the one that somebody means: of their job, and made for what they say with its token.

What belongs here: that check. What doesn't: whether it still fits the file and the products (`planning.check_fresh`).
"""

from collections.abc import Mapping
from typing import Any

from segops_pipeline.catalogue.plan import load_plan
from segops_pipeline.errors import PlanNotFound, StalePlan
from segops_pipeline.imports.column_steps import check_transformations
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.planning import find_plan
from segops_pipeline.stores.opening import Stores


def check_plan_means(stores: Stores, job: Job, token: str, said: Mapping[str, Any]) -> None:
    """Check that a plan is of a job, and was made for what is said.

    Args:
        stores: the open stores.
        job: the job.
        token: the plan's.
        said: parts of a draft (`imports.draft`), those that somebody gives: mapping, schema, transformations, policy,
            validation.

    Raises:
        PlanNotFound: there is none such, or it is of another job.
        StalePlan: it was made for something else.
        BadMapping: the transformations do not fit the file.
    """
    if find_plan(stores, token) != job.id:
        raise PlanNotFound(f"Job {job.id} has no plan {token}.", "Plan it again.")
    with stores.database.workspace_session(job.workspace_id) as connection:
        plan = load_plan(connection, job.id)
    planned: dict[str, Any] = {} if plan is None or plan.draft is None else plan.draft
    for part, differs in _differences(job, planned, said).items():
        if differs:
            message = f"The plan was made for another {part} than the one that is confirmed."
            raise StalePlan(message, "Plan it again, or confirm the plan alone.")


def _differences(job: Job, planned: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, bool]:
    headers, mapping = job.headers or [], planned.get("mapping") or {}
    types = {field["key"]: field["type"] for field in planned.get("fields") or []}
    given = {column: target or None for column, target in said.get("mapping", {}).items()}
    fields = said.get("schema", {}).get("fields", [])
    return {
        "mapping": "mapping" in said and {**dict.fromkeys(headers), **given} != mapping,
        # fields that no column goes to are none of the plan's
        "schema": any(types.get(field["key"], field["type"]) != field["type"] for field in fields),
        "choice of transformations": "transformations" in said
        and check_transformations(headers, mapping, said["transformations"]) != (planned.get("transformations") or {}),
        **{name: name in said and said[name] != planned.get(name) for name in ("policy", "validation")},
        "choice of options": not dict(said.get("format_options") or {}).items()
        <= dict(planned.get("format_options") or {}).items(),
    }

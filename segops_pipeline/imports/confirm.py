"""Confirm a mapping: only now are the product schema and the learned memory written, and the job is queued."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.plan import load_plan
from segops_pipeline.catalogue.rules import SKU, ImportRules
from segops_pipeline.catalogue.schema import load_fields, save_fields
from segops_pipeline.errors import BadMapping, Issue, StalePlan, WrongState
from segops_pipeline.imports.bizzkit import BIZZKIT, bizzkit_parts, header_issues
from segops_pipeline.imports.bizzkit_archive import check_turn, is_its_turn
from segops_pipeline.imports.column_steps import check_transformations, earlier_steps
from segops_pipeline.imports.intake import suggestion_of
from segops_pipeline.imports.jobs import PLANNED, QUEUED, Job, get_job, load_job, replace_issues, update_job
from segops_pipeline.imports.sources import get_source_by_id
from segops_pipeline.imports.suggest import INFERRED, template_transformations, without_doubts
from segops_pipeline.imports.targets import check_mapping, used_fields
from segops_pipeline.imports.upload import check_rules
from segops_pipeline.inference.fields import SchemaField
from segops_pipeline.inference.memory import learn
from segops_pipeline.inference.suggestion_issues import KEY_DOUBTS
from segops_pipeline.inference.templates import count_use
from segops_pipeline.stores.opening import Stores

CONFIRMED = "confirmed_mapping"
# what a suggestion leaves to a person, and a confirmation has answered
ANSWERED = ("no_key", "no_name", "columns_can_be_combined")


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What a person confirms: a target for each column (None: skip) and the fields that the mapping uses.

    `fields` need not list fields that the workspace has already. `plan` is the token of the plan that was seen.
    `transformations` are the steps of columns, as text: see `inference.transformations`. `rules` are those of the
    import (None: the job's, else the source's); `accept_guards` lets a plan go on that is beyond a guard.
    `format_options` are those of the file's format, where it has some (None: the job's): see `imports.bizzkit`.
    """

    mapping: Mapping[str, str | None]
    fields: Sequence[SchemaField] = ()
    policy: str | None = None
    validation: str | None = None
    plan: str | None = None
    transformations: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    rules: ImportRules | None = None
    accept_guards: bool = False
    format_options: Mapping[str, Any] | None = None


def suggested_confirmation(
    job: Job, earlier: Mapping[tuple[str, str], Sequence[str]] = MappingProxyType({})
) -> Confirmation:
    """The job's suggestion, as if a person had confirmed it unchanged.

    `earlier` are the steps of the source's last file (`earlier_steps`): they are done again to a column that goes
    where it went; those of the job's template win.

    Raises:
        WrongState: the intake has not run.
    """
    suggestion = suggestion_of(job)
    mapping = {column.column: column.target for column in suggestion.columns}
    again = {column: steps for (column, target), steps in earlier.items() if mapping.get(column) == target}
    steps = {**again, **template_transformations(job)}
    return Confirmation(mapping, suggestion.fields, transformations=steps)


def present_confirmation(stores: Stores, job: Job) -> Confirmation:
    """The mapping that was last worked on (the draft, or what was planned since), or confirmed, as of a job that a
    guard holds; else the job's suggestion.

    Raises:
        WrongState: the intake has not run.
    """
    from segops_pipeline.imports.draft import drafted_confirmation  # it reads drafts as confirmations

    planned = _planned(stores, job) if job.reason == PLANNED else None
    if planned is not None:
        return planned
    if job.draft is not None:
        return drafted_confirmation(job, job.draft)
    if job.mapping is None:
        return suggested_confirmation(job, earlier_steps(stores.database, job))
    fields = [SchemaField.from_dict(field) for field in job.schema_fields or []]
    return Confirmation(job.mapping, fields, transformations=job.transformations or {})


def _planned(stores: Stores, job: Job) -> Confirmation | None:
    """What was planned, unless the draft is younger, or is what was planned: it may know more, as fields without a
    column.
    """
    statement = text("SELECT created_at > CAST(:drafted_at AS timestamptz) FROM plans WHERE job_id = :id")
    with stores.database.workspace_session(job.workspace_id) as connection:
        plan = load_plan(connection, job.id)
        is_younger = connection.execute(statement, {"id": job.id, "drafted_at": job.drafted_at}).scalar()
    if plan is None or plan.draft is None:
        return None
    if job.draft is not None and (not is_younger or plan.draft["mapping"] == _every_column(job, job.draft["mapping"])):
        return None
    return confirmation_of_draft(plan.draft)


def _every_column(job: Job, mapping: Mapping[str, str | None]) -> dict[str, str | None]:
    return {header: mapping.get(header) for header in job.headers or []}


def confirmation_of_draft(draft: dict[str, Any]) -> Confirmation:
    """What a plan was made for, as a confirmation."""
    return Confirmation(
        draft["mapping"],
        [SchemaField.from_dict(field) for field in draft["fields"]],
        draft["policy"],
        draft["validation"],
        transformations=draft["transformations"],
        rules=ImportRules.from_dict(draft["rules"]),
        format_options=draft.get("format_options"),
    )


def confirm(stores: Stores, job_id: str, confirmation: Confirmation) -> Job:
    """Validate and store a mapping, the schema and the memory of it; the job is pending afterwards.

    Seed 000, Step 3: persists or updates the product schema, merges every confirmed non-null mapping into
    learned memory, sets the job to pending.

    Raises:
        BadMapping: the mapping is not one that can be imported.
        WrongUsage: there is no such policy or validation.
        WrongState: the job does not wait for a mapping.
        StalePlan: the plan that was seen is not the job's plan any more.
    """
    check_rules(confirmation.policy, confirmation.validation)
    workspace_id = get_job(stores.database, job_id).workspace_id
    with stores.database.workspace_session(workspace_id) as connection:
        connection.execute(text("SELECT 1 FROM import_jobs WHERE id = :id FOR UPDATE"), {"id": job_id})
        job = load_job(connection, job_id)
        is_over = job.status in ("importing", "done") or job.correction is not None  # corrected rows keep the mapping
        if job.headers is None or job.suggestion is None or is_over:
            raise WrongState(
                f"Job {job_id} is {job.state} and takes no mapping now.",
                "A mapping is confirmed after the file has been read and before it is imported.",
            )
        _check_plan(connection, job_id, confirmation.plan)
        parts = confirmed_parts(connection, job, confirmation)
        learned = _learn(connection, job, parts)
        update_job(
            connection,
            job_id,
            **parts,
            accept_guards=confirmation.accept_guards,
            held=None,
            memory_before=[*(job.memory_before or []), *learned],
            draft=None,
            draft_version=job.draft_version + 1,
            status="pending",
            reason=QUEUED,
            error=None,
            cancel_requested=False,
            attempt=job.attempt + 1,
            confirmed_at=datetime.now(UTC),
        )
        return load_job(connection, job_id)


def confirmed_parts(connection: Connection, job: Job, confirmation: Confirmation) -> dict[str, Any]:
    """What a confirmation makes of the job: the columns of its row that decide what is imported.

    Args:
        connection: a session of the job's workspace.
        job: whose file has been read.
        confirmation: of its mapping, or of what its format was recognised as.

    Raises:
        BadMapping: it cannot be imported so.
        WrongState: another file of the same archive comes first.
    """
    if job.format == BIZZKIT:
        check_turn(connection, job)
        return bizzkit_parts(connection, job, confirmation.format_options, confirmation.validation)
    headers = job.headers or []
    rules = ImportRules.from_dict(job.rules) if confirmation.rules is None else confirmation.rules
    check_mapping(headers, confirmation.mapping, rules)
    fields = used_fields(confirmation.mapping, confirmation.fields, load_fields(connection), rules)
    steps = check_transformations(headers, confirmation.mapping, confirmation.transformations)
    return {
        "mapping": _every_column(job, confirmation.mapping),
        "schema_fields": [field.as_dict() for field in fields],
        "transformations": steps or None,
        "policy": confirmation.policy or job.policy,
        "validation": confirmation.validation or job.validation,
        "rules": rules.as_dict() or None,
    }


def _learn(connection: Connection, job: Job, parts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Write what a confirmed mapping says of the workspace: the schema, and what is known of columns and templates.

    Returns:
        What was known before, for an undo.
    """
    if job.format == BIZZKIT:  # whose columns are known; what was wrong with them may be right now
        replace_issues(connection, job, INFERRED, header_issues(replace(job, format_options=parts["format_options"])))
        return []
    mapping, steps = parts["mapping"], parts["transformations"] or {}
    fields = [SchemaField.from_dict(field) for field in parts["schema_fields"]]
    save_fields(connection, job.workspace_id, fields)
    replace_issues(connection, job, INFERRED, list(still_open(job, mapping, steps)))
    replace_issues(connection, job, CONFIRMED, missing_required(load_fields(connection), fields))
    learned = learn(connection, job.workspace_id, job.source_id, mapping, job.id)
    if job.template is not None and job.mapping is None:  # once for each job
        count_use(connection, job.workspace_id, job.template, mapping)
    return learned


def confirm_if_known(stores: Stores, job_id: str) -> bool:
    """Confirm without a person: only where the source is automatic and memory knows every column, or a format does.

    Returns:
        Whether the job is confirmed now.
    """
    job = get_job(stores.database, job_id)
    if job.mapping is not None:
        return True
    if not (job.automatic and _is_known(stores, job)):
        return False
    try:
        confirm(stores, job_id, suggested_confirmation(job, earlier_steps(stores.database, job)))
    except BadMapping:  # a step joins a column that this file lacks, or a field that identifies products; it is open
        return False  # of what a file is
    return True


def _is_known(stores: Stores, job: Job) -> bool:
    """Whether nothing is left to a person: memory knows every column, or they say themselves what they are.

    That counts for a source of such files; a file of an archive waits for those before it.
    """
    if job.format == BIZZKIT:
        with stores.database.workspace_session(job.workspace_id) as connection:
            is_of_source = get_source_by_id(connection, job.source_id).format == BIZZKIT
            return is_of_source and is_its_turn(connection, job)
    suggestion = suggestion_of(job)
    has_key = suggestion.key is not None or ImportRules.from_dict(job.rules).match != (SKU,)
    return suggestion.all_learned and has_key


def mark_confirmed(connection: Connection, job_id: str, token: str | None) -> None:
    """Note that a person has said: exactly this plan; None: another draft is confirmed than was planned."""
    statement = text("UPDATE plans SET confirmed = (token = CAST(:token AS text)) IS TRUE WHERE job_id = :job_id")
    connection.execute(statement, {"job_id": job_id, "token": token})


def _check_plan(connection: Connection, job_id: str, token: str | None) -> None:
    plan = load_plan(connection, job_id)
    mark_confirmed(connection, job_id, token)
    if token is not None and (plan is None or plan.token != token):
        raise StalePlan(
            "The plan that you saw is not the job's plan any more.",
            "Look at the new plan, then confirm that.",
        )


def still_open(job: Job, mapping: Mapping[str, str | None], steps: Mapping[str, Sequence[str]]) -> Iterator[Issue]:
    """What was said with the suggestion and the confirmed mapping does not answer."""
    key = next((column for column, target in mapping.items() if target == "sku"), None)
    for issue in without_doubts(suggestion_of(job).issues, steps):
        other_key = issue.code in KEY_DOUBTS and issue.column != key
        if not other_key and issue.code not in ANSWERED:
            yield issue


def missing_required(schema: Sequence[SchemaField], used: Sequence[SchemaField]) -> list[Issue]:
    """A warning for each field of the schema that is required and that no column of the file gives."""
    given = {field.key for field in used}
    return [
        Issue(
            "required_field_not_mapped",
            f"'{field.key}' is required, and no column is mapped to it: new products will lack it.",
            "warning",
            suggestion="Map a column to it, or make it optional in the schema.",
        )
        for field in schema
        if field.required and field.key not in given
    ]

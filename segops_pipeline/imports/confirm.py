"""Confirm a mapping: only now are the product schema and the learned memory written, and the job is queued."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.plan import load_plan
from segops_pipeline.catalogue.schema import load_fields, save_fields
from segops_pipeline.errors import (
    BadMapping,
    DuplicateTarget,
    Issue,
    NoKey,
    StalePlan,
    UnknownColumn,
    UnknownType,
    WrongState,
)
from segops_pipeline.formats.combined import locale_in
from segops_pipeline.imports.column_steps import check_transformations, earlier_steps
from segops_pipeline.imports.intake import suggestion_of
from segops_pipeline.imports.jobs import QUEUED, Job, get_job, load_job, replace_issues, update_job
from segops_pipeline.imports.suggest import template_transformations
from segops_pipeline.imports.upload import check_rules
from segops_pipeline.inference.fields import FIELD_TYPES, MAX_KEY_LENGTH, RESERVED_TARGETS, SchemaField
from segops_pipeline.inference.headers import currency_in
from segops_pipeline.inference.memory import learn
from segops_pipeline.inference.templates import count_use
from segops_pipeline.stores.opening import Stores

CONFIRMED = "confirmed_mapping"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What a person confirms: a target for each column (None: skip) and the fields that the mapping uses.

    `fields` need not list fields that the workspace has already. `plan` is the token of the plan that was seen.
    `transformations` are the steps of columns, as text: see `inference.transformations`.
    """

    mapping: Mapping[str, str | None]
    fields: Sequence[SchemaField] = ()
    policy: str | None = None
    validation: str | None = None
    plan: str | None = None
    transformations: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])


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
        if job.headers is None or job.suggestion is None or job.status in ("importing", "done"):
            raise WrongState(
                f"Job {job_id} is {job.state} and takes no mapping now.",
                "A mapping is confirmed after the file has been read and before it is imported.",
            )
        _check_plan(connection, job_id, confirmation.plan)
        fields = _used_fields(connection, job.headers, confirmation)
        steps = check_transformations(job.headers, confirmation.mapping, confirmation.transformations)
        save_fields(connection, workspace_id, fields)
        replace_issues(connection, job, CONFIRMED, _missing_required(connection, fields))
        learn(connection, workspace_id, job.source_id, confirmation.mapping, job_id)
        if job.template is not None and job.mapping is None:  # once for each job
            count_use(connection, workspace_id, job.template, confirmation.mapping)
        update_job(
            connection,
            job_id,
            mapping={header: confirmation.mapping.get(header) for header in job.headers},
            schema_fields=[field.as_dict() for field in fields],
            transformations=steps or None,
            policy=confirmation.policy or job.policy,
            validation=confirmation.validation or job.validation,
            status="pending",
            reason=QUEUED,
            error=None,
            cancel_requested=False,
            attempt=job.attempt + 1,
            confirmed_at=datetime.now(UTC),
        )
        return load_job(connection, job_id)


def confirm_if_known(stores: Stores, job_id: str) -> bool:
    """Confirm without a person: only where the source is automatic and memory knows every column.

    Returns:
        Whether the job is confirmed now.
    """
    job = get_job(stores.database, job_id)
    if job.mapping is not None:
        return True
    suggestion = suggestion_of(job)
    if not (job.automatic and suggestion.all_learned and suggestion.key is not None):
        return False
    try:
        confirm(stores, job_id, suggested_confirmation(job, earlier_steps(stores.database, job)))
    except BadMapping:  # a step joins a column that this file lacks
        return False
    return True


def check_mapping(headers: Sequence[str], mapping: Mapping[str, str | None], combined: Collection[str] = ()) -> None:
    """Check that a mapping fits a file: its columns exist, sku exactly once, no target twice.

    `combined` are the fields that may have several columns: those of the type multi_price.

    Raises:
        UnknownColumn, NoKey, DuplicateTarget: it does not.
    """
    unknown = [column for column in mapping if column not in headers]
    if unknown:
        raise UnknownColumn(
            f"The file has no column '{unknown[0]}'.",
            f"Its columns are: {', '.join(headers)}.",
            column=unknown[0],
        )
    uses = Counter(target for target in mapping.values() if target is not None)
    if uses["sku"] == 0:
        raise NoKey("No column is mapped to sku.", "Map the column that identifies each product to sku.")
    for target, count in uses.items():
        if count > 1 and target not in combined:
            columns = [column for column, mapped in mapping.items() if mapped == target]
            raise DuplicateTarget(
                f"'{target}' is the target of {count} columns: {', '.join(columns)}.",
                "Keep one of them, and skip the others or give them another field. "
                "Only a field of the type multi_price takes several columns.",
                column=columns[1],
            )


def _check_currencies(target: str, columns: Sequence[str]) -> None:
    """Of several columns of one field no two may have the same currency and locale in their header."""
    seen: dict[tuple[str, str | None], str] = {}
    for column in columns:
        currency = currency_in(column)
        if currency is None:
            continue
        other = seen.setdefault((currency, locale_in(column)), column)
        if other != column:
            raise DuplicateTarget(
                f"'{other}' and '{column}' would both give '{target}' a price in {currency}.",
                "Give one of them another field.",
                column=column,
            )


def _check_plan(connection: Connection, job_id: str, token: str | None) -> None:
    plan = load_plan(connection, job_id)
    if token is not None and (plan is None or plan.token != token):
        raise StalePlan(
            "The plan that you saw is not the job's plan any more.",
            "Look at the new plan, then confirm that.",
        )


def _missing_required(connection: Connection, used: Sequence[SchemaField]) -> list[Issue]:
    """A warning for each field that is required and that no column of the file gives."""
    given = {field.key for field in used}
    return [
        Issue(
            "required_field_not_mapped",
            f"'{field.key}' is required, and no column is mapped to it: new products will lack it.",
            "warning",
            suggestion="Map a column to it, or make it optional in the schema.",
        )
        for field in load_fields(connection)
        if field.required and field.key not in given
    ]


def _used_fields(connection: Connection, headers: Sequence[str], confirmation: Confirmation) -> list[SchemaField]:
    """The fields of the mapping, from the confirmation first, else from the workspace's schema."""
    known = {field.key: field for field in load_fields(connection)}
    known.update({field.key: field for field in confirmation.fields})
    combined = {key for key, field in known.items() if field.type == "multi_price" and key not in RESERVED_TARGETS}
    check_mapping(headers, confirmation.mapping, combined)
    for target in combined:
        _check_currencies(target, [column for column, to in confirmation.mapping.items() if to == target])
    used: dict[str, SchemaField] = {}
    for column, target in confirmation.mapping.items():
        if target is None or target in RESERVED_TARGETS:
            continue
        if target not in known:
            raise UnknownColumn(
                f"Column '{column}' is mapped to '{target}', which is no field.",
                "Add the field to the schema part of the mapping, or choose one that exists.",
                column=column,
            )
        _check_field(known[target], column)
        used[target] = known[target]
    return list(used.values())


def _check_field(field: SchemaField, column: str) -> None:
    if field.type not in FIELD_TYPES:
        raise UnknownType(
            f"Field '{field.key}' has the type '{field.type}'.",
            f"Choose one of: {', '.join(FIELD_TYPES)}.",
            column=column,
        )
    if not field.key or len(field.key) > MAX_KEY_LENGTH or not field.key.isprintable():
        raise BadMapping(
            f"Column '{column}' is mapped to {field.key!a}, which cannot be the key of a field.",
            f"Use a word of at most {MAX_KEY_LENGTH} characters, such as 'weight_kg'.",
            column=column,
        )
    if "\0" in f"{field.label}{field.description}":
        raise BadMapping(f"The label or description of field '{field.key}' has a NUL character.", "Remove it.")

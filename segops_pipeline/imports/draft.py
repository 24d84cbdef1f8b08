"""The draft of a mapping: what a person has worked on so far, kept with its job until it is confirmed.

    {"mapping": {column: field | "sku" | "name" | null}, "schema": {"fields": [{key, type, …}]},
     "transformations": {column: [step, …]}, "rules": {rule: value}, "policy": …, "validation": …,
     "format_options": {option: value}, …}

The shape is that of a mapping file (`mapping_file`); what pages keep beside it (`step`) stays as it is. A draft may
be one that cannot be confirmed yet: `problems_of` says what is missing. What belongs here: keeping it, reading it, what
stands in its way. What doesn't: confirming (`confirm`), planning (`planning`).
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from segops_pipeline.catalogue.rules import ImportRules
from segops_pipeline.catalogue.schema import load_fields
from segops_pipeline.errors import BadMapping, ChangedMeanwhile, Issue, WrongState, WrongUsage
from segops_pipeline.imports.bizzkit import BIZZKIT, checked_options, options_of, problems
from segops_pipeline.imports.bizzkit_archive import turn_problems
from segops_pipeline.imports.column_steps import transformation_errors
from segops_pipeline.imports.confirm import Confirmation, missing_required, present_confirmation, still_open
from segops_pipeline.imports.intake import evidence_of
from segops_pipeline.imports.jobs import Job, load_job, update_job
from segops_pipeline.imports.mapping_file import confirmation_from
from segops_pipeline.imports.targets import check_columns, known_fields, mapping_errors, target_errors
from segops_pipeline.imports.upload import check_rules
from segops_pipeline.inference.column_types import ColumnEvidence
from segops_pipeline.inference.fields import RESERVED_TARGETS, SchemaField
from segops_pipeline.inference.vetoes import type_share
from segops_pipeline.stores.opening import Stores

MAX_DRAFT_BYTES = 4 * 1024 * 1024
OF_CONFIRMATION = ("mapping", "schema", "transformations", "rules", "policy", "validation", "format_options")


def save_draft(
    stores: Stores,
    workspace_id: int,
    job_id: str,
    draft: Mapping[str, Any],
    user: str,
    expected_version: int | None = None,
) -> int:
    """Keep what a person has worked on, in the place of the draft before.

    Args:
        stores: the open stores.
        workspace_id: of the one who asks.
        job_id: a job that has been read and waits for its mapping.
        draft: as above; all of it, nothing is merged.
        user: who has changed it.
        expected_version: the version that was changed, 0 where there was no draft; None: whichever.

    Returns:
        The version of the draft now.

    Raises:
        JobNotFound: the workspace has no such job.
        WrongState: the job does not wait for its mapping.
        ChangedMeanwhile: the draft has another version.
        BadMapping: it does not have the shape of a draft, or is about columns that the file does not have.
        WrongUsage: there is no such policy or validation.
    """
    with stores.database.workspace_session(workspace_id) as connection:
        connection.execute(text("SELECT 1 FROM import_jobs WHERE id = :id FOR UPDATE"), {"id": job_id})
        job = load_job(connection, job_id)
        check_waits(job)
        if expected_version not in (None, job.draft_version):
            raise _changed(job)
        kept = _checked(job, draft)
        version = job.draft_version + 1
        update_job(connection, job_id, draft=kept, draft_version=version, drafted_by=user, drafted_at=datetime.now(UTC))
        return version


def check_waits(job: Job) -> None:
    """Check that a job takes a mapping: its file has been read, and it is neither queued nor imported.

    Raises:
        WrongState: it does not.
    """
    waits = job.status in ("mapping", "failed") and job.correction is None and job.kind == "import"
    if not waits or job.headers is None or job.suggestion is None:
        raise WrongState(
            f"Job {job.id} is {job.state} and takes no mapping now.",
            "A mapping is worked on after the file has been read and before it is confirmed.",
        )


def drafted_confirmation(job: Job, draft: Mapping[str, Any]) -> Confirmation:
    """A draft as a confirmation, its columns in the order of the file.

    Raises:
        BadMapping: it does not have the shape of a draft.
        WrongUsage: there is no such policy or validation.
    """
    given = confirmation_from(dict(draft))
    policy, validation = draft.get("policy"), draft.get("validation")
    if not isinstance(policy, str | None) or not isinstance(validation, str | None):
        raise BadMapping("'policy' and 'validation' must be texts.", "Leave them out to keep the job's.")
    check_rules(policy, validation)
    options = draft.get("format_options")
    if job.format == BIZZKIT:
        if not isinstance(options, Mapping | None):
            raise BadMapping("'format_options' must be an object of option: value.", "Leave it out to keep the job's.")
        return replace(given, mapping={}, policy=policy, validation=validation, format_options=checked_options(options))
    if options:
        raise WrongUsage("The file is imported as a table, which has no such options.", "Choose the format first.")
    return replace(given, mapping=_in_order(job, given.mapping), policy=policy, validation=validation)


def draft_of(stores: Stores, job: Job) -> dict[str, Any]:
    """The draft of a job in the shape above, every column and every part there; without one, what there is instead:
    the mapping that was planned, confirmed or suggested.

    Raises:
        WrongState: the file has not been read.
    """
    present = present_confirmation(stores, job)
    rules = ImportRules.from_dict(job.rules) if present.rules is None else present.rules
    of_pages = {name: value for name, value in (job.draft or {}).items() if name not in OF_CONFIRMATION}
    return {
        "mapping": {header: present.mapping.get(header) for header in job.headers or []},
        "schema": {"fields": [field.as_dict() for field in present.fields]},
        "transformations": {column: list(steps) for column, steps in present.transformations.items()},
        "rules": rules.as_dict(),
        "policy": present.policy or job.policy,
        "validation": present.validation or job.validation,
        **({"format_options": options_of(job, present.format_options).as_dict()} if job.format == BIZZKIT else {}),
        **of_pages,
    }


def problems_of(stores: Stores, job: Job, confirmation: Confirmation) -> list[Issue]:
    """All that stands in the way of a confirmation now (errors), and what is doubtful about it (warnings, hints).

    Each has its column, where it is about one. Of columns with one target all but the first are told.

    Raises:
        WrongState: the file has not been read.
    """
    with stores.database.workspace_session(job.workspace_id) as connection:
        if job.format == BIZZKIT:
            return [*turn_problems(connection, job), *problems(connection, job, confirmation.format_options)]
        schema = load_fields(connection)
    rules = ImportRules.from_dict(job.rules) if confirmation.rules is None else confirmation.rules
    known = known_fields(confirmation.fields, schema)
    return [
        *(error.as_issue() for error in _errors(job, confirmation, known, rules)),
        *_doubts(job, confirmation, known, schema),
    ]


def _errors(
    job: Job, confirmation: Confirmation, known: Mapping[str, SchemaField], rules: ImportRules
) -> Iterator[BadMapping | WrongUsage]:
    headers = job.headers or []
    try:
        check_rules(confirmation.policy, confirmation.validation)
    except WrongUsage as error:
        yield error
    yield from mapping_errors(headers, confirmation.mapping, rules)
    yield from target_errors(confirmation.mapping, known, rules)
    yield from transformation_errors(headers, confirmation.transformations)


def _doubts(
    job: Job, confirmation: Confirmation, known: Mapping[str, SchemaField], schema: Sequence[SchemaField]
) -> Iterator[Issue]:
    mapping, steps = confirmation.mapping, confirmation.transformations
    targets = dict.fromkeys(target for target in mapping.values() if target and target not in RESERVED_TARGETS)
    used = {target: known[target] for target in targets if target in known}
    if "name" not in mapping.values():
        remedy = "Map a column to name, or import without."
        yield Issue("no_name", "No column is mapped to name.", "info", suggestion=remedy)
    yield from _misfits(evidence_of(job), mapping, used, steps)
    yield from _changed_types(schema, used.values())
    yield from missing_required(schema, list(used.values()))
    yield from still_open(job, mapping, steps)


def _misfits(
    evidence: Iterable[ColumnEvidence],
    mapping: Mapping[str, str | None],
    used: Mapping[str, SchemaField],
    steps: Mapping[str, Sequence[str]],
) -> Iterator[Issue]:
    """A warning for each column with cells that its field's type does not take; steps may change them, a plan knows."""
    for column in evidence:
        field = used.get(mapping.get(column.name) or "")
        if field is None or column.name in steps or field.type == column.type:
            continue
        refused = round(column.filled * (1 - type_share(column, field.type)))
        if refused:
            yield Issue(
                "values_of_another_type",
                f"About {refused} of {column.filled} filled cells of '{column.name}' are no {field.type},"
                f" as '{field.key}' wants them; they look like {column.type}.",
                "warning",
                column=column.name,
                suggestion=f"Map the column to another field, make the field {column.type}, or add a transformation.",
            )


def _changed_types(schema: Iterable[SchemaField], used: Iterable[SchemaField]) -> Iterator[Issue]:
    """A warning for each field that would have another type than the workspace's products have it in."""
    types = {field.key: field.type for field in schema}
    for field in used:
        before = types.get(field.key)
        if before not in (None, field.type):
            yield Issue(
                "type_of_field_changes",
                f"'{field.key}' is {before} in the schema and would become {field.type}:"
                " products that are there keep their values.",
                "warning",
                suggestion=f"Keep {before}, or map the columns to another field.",
            )


def _in_order(job: Job, mapping: Mapping[str, str | None]) -> dict[str, str | None]:
    """JSON of the database keeps no order of names; columns that the file does not have come last."""
    ordered = {header: mapping[header] for header in job.headers or [] if header in mapping}
    return {**ordered, **mapping}


def _checked(job: Job, draft: Mapping[str, Any]) -> dict[str, Any]:
    """The draft as it is kept.

    Raises:
        BadMapping, WrongUsage: as `save_draft`.
    """
    _check_json(draft)
    given = drafted_confirmation(job, draft)
    check_columns(job.headers or [], [*given.mapping, *given.transformations])
    return {
        **draft,
        "mapping": dict(given.mapping),
        "schema": {"fields": [field.as_dict() for field in given.fields]},
        "transformations": {column: list(steps) for column, steps in given.transformations.items() if steps},
        "rules": None if given.rules is None else given.rules.as_dict(),
    }


def _check_json(draft: Mapping[str, Any]) -> None:
    """Check that the database can keep a draft.

    Raises:
        BadMapping: it is too large, nested too deeply, or has a number or character that JSON or PostgreSQL lacks.
    """
    try:
        size = len(json.dumps(draft, allow_nan=False, ensure_ascii=False).encode())
    except (ValueError, TypeError, RecursionError) as error:  # of lone surrogates too
        raise BadMapping("The draft is no valid JSON.", "Leave out what is no text, number, list or object.") from error
    if size > MAX_DRAFT_BYTES:
        raise BadMapping(
            f"The draft has {size:,} bytes; at most {MAX_DRAFT_BYTES:,} are kept.", "Leave out descriptions."
        )
    if _has_nul(draft):
        raise BadMapping("The draft has a NUL character.", "Remove it.")


def _has_nul(value: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, Mapping):
        return any("\0" in str(key) or _has_nul(inner) for key, inner in value.items())
    return isinstance(value, list) and any(_has_nul(inner) for inner in value)


def _changed(job: Job) -> ChangedMeanwhile:
    if job.draft is None or job.drafted_at is None:
        return ChangedMeanwhile(
            "The draft is not there any more: the file was read anew, a template was chosen, or the mapping was"
            " confirmed meanwhile.",
            "Load the page again, and make your changes there.",
        )
    return ChangedMeanwhile(
        f"{job.drafted_by} has changed the mapping meanwhile, at {job.drafted_at:%Y-%m-%d %H:%M:%S} UTC.",
        "Load the draft again, and make your changes in that.",
    )

"""Jobs as the API tells them, and bodies as the acts of `imports` want them.

What belongs here: turning the one into the other. What doesn't: the shapes (`import_answers`, `import_bodies`), the
routes.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from segops_pipeline.errors import Issue
from segops_pipeline.imports.confirm import Confirmation
from segops_pipeline.imports.draft import draft_of, drafted_confirmation, problems_of
from segops_pipeline.imports.history import HistoryFilter, list_history, read_entry
from segops_pipeline.imports.intake import evidence_of, suggestion_of
from segops_pipeline.imports.issues import issues_by_level
from segops_pipeline.imports.jobs import COUNTS, Job, load_job
from segops_pipeline.inference.fields import SchemaField
from segops_pipeline.stores.opening import Stores
from segops_pipeline.web.api.import_answers import (
    ColumnSuggested,
    CountsAnswer,
    DialectAnswer,
    DraftAnswer,
    GuardHeld,
    HistoryItem,
    JobAnswer,
    LevelsAnswer,
    OfferAnswer,
    OutcomeAnswer,
    ProgressAnswer,
    UploadAnswer,
)
from segops_pipeline.web.api.import_bodies import FieldOnWire, MappingBody, SchemaOnWire
from segops_pipeline.web.api.import_recognised import recognised_answer
from segops_pipeline.web.api.wire import own_type, wire_type
from segops_pipeline.web.errors import ToldError, ToldIssue
from segops_pipeline.web.pace import PACE
from segops_pipeline.web.state import Web

SAMPLES, SAMPLE_ROWS = 5, 5


def job_of(web: Web, workspace_id: int, job_id: str) -> Job:
    """The job of this id, if the workspace has it.

    Raises:
        JobNotFound: it has not.
    """
    with web.database.workspace_session(workspace_id) as connection:
        return load_job(connection, job_id)


def wire_field(field: SchemaField) -> FieldOnWire:
    """A field as it goes over the wire."""
    return FieldOnWire(
        name=field.key,
        type=wire_type(field.type),  # type: ignore[arg-type] - checked by pydantic
        required=field.required,
        label=field.label,
        description=field.description,
    )


def own_field(field: FieldOnWire) -> dict[str, Any]:
    """A field of the wire as drafts and mapping files have it."""
    return {
        "key": field.name,
        "label": field.label or field.name,
        "type": own_type(field.type),
        "required": field.required,
        "description": field.description,
    }


def changed_draft(stores: Stores, job: Job, body: MappingBody) -> dict[str, Any]:
    """The job's draft with what a body gives in its place.

    Raises:
        WrongState: the file has not been read.
    """
    draft = draft_of(stores, job)
    parts = given_parts(body)
    if "format_options" in parts:
        parts["format_options"] = {**draft.get("format_options", {}), **parts["format_options"]}
    return draft | parts


def given_parts(body: MappingBody) -> dict[str, Any]:
    """The parts of a draft that a body gives."""
    given = body.model_dump(exclude_unset=True, include={"mapping", "transformations", "rules", "policy", "validation"})
    parts = {name: value for name, value in given.items() if value is not None or name == "rules"}
    if body.schema_ is not None:
        parts["schema"] = {"fields": [own_field(field) for field in body.schema_.fields]}
    if body.options:
        parts["format_options"] = body.options
    return parts


def confirmation_of(stores: Stores, job: Job, body: MappingBody) -> Confirmation:
    """What a body confirms: the draft, with what the body gives in its place.

    Raises:
        WrongState, BadMapping, WrongUsage: as `drafted_confirmation`.
    """
    return drafted_confirmation(job, changed_draft(stores, job, body))


def upload_answer(job: Job, issues: list[Issue]) -> UploadAnswer:
    """A file that has been read, with the suggestion for it."""
    suggestion = suggestion_of(job)
    return UploadAnswer(
        job_id=job.id,
        headers=job.headers or [],
        sample_rows=(job.sample_rows or [])[:SAMPLE_ROWS],
        suggested_schema=SchemaOnWire(fields=[wire_field(field) for field in suggestion.fields]),
        suggested_mapping={column.column: column.target for column in suggestion.columns},
        total_rows=job.total_rows or 0,
        dialect=dialect_answer(job),
        issues=[told_issue(issue) for issue in issues],
        template=job.template,
        suggestion=columns_of(job),
        offers=offers_of(job),
        draft_version=job.draft_version,
        format=job.format,
        recognised=recognised_answer(job),
    )


def job_answer(web: Web, job: Job) -> JobAnswer:
    """Everything about one job."""
    with web.database.workspace_session(job.workspace_id) as connection:
        levels = issues_by_level(connection, job.id)
        confirmed_at = read_entry(connection, job)["confirmed_at"]
    draft, problems = _draft(web.stores, job)
    return JobAnswer(
        **_item({**_listed(job, levels), "confirmed_at": confirmed_at}),
        workspace=job.workspace,
        format=job.format,
        checksum=job.checksum,
        policy=job.policy,
        validation=job.validation,
        template=job.template,
        headers=job.headers,
        sample_rows=None if job.sample_rows is None else job.sample_rows[:SAMPLE_ROWS],
        dialect=dialect_answer(job),
        recognised=recognised_answer(job, None if draft is None else draft.format_options),
        suggestion=columns_of(job),
        offers=offers_of(job),
        mapping=None if job.mapping is None else {h: job.mapping.get(h) for h in job.headers or job.mapping},
        draft=draft,
        draft_version=job.draft_version,
        drafted_by=job.drafted_by,
        problems=[told_issue(issue) for issue in problems],
        held=[GuardHeld(**guard) for guard in job.held or []],
        plan=job.plan,
        seconds={stage: float(seconds) for stage, seconds in job.seconds.items()},
        links=_links(web, job),
    )


def history_items(web: Web, chosen: HistoryFilter, offset: int, limit: int) -> tuple[int, list[HistoryItem]]:
    """A page of the workspace's imports."""
    assert chosen.workspace_id is not None
    with web.database.workspace_session(chosen.workspace_id) as connection:
        count, rows = list_history(connection, chosen, offset=offset, limit=limit)
    return count, [HistoryItem(**_item(row)) for row in rows]


def outcome_answer(job: Job) -> OutcomeAnswer:
    """Where a job stands."""
    return OutcomeAnswer(
        job_id=job.id,
        status=job.status,
        reason=job.reason,
        attempt=job.attempt,
        kind=job.kind,
        undoes=job.undoes,
        counts=CountsAnswer(**job.counts),
        imported_count=job.imported_count,
    )


def columns_of(job: Job) -> list[ColumnSuggested]:
    """The suggestion for each column with what its cells look like."""
    if job.suggestion is None or "mapping" not in job.suggestion:
        return []
    seen = {column.name: column for column in evidence_of(job)}
    return [
        ColumnSuggested(
            column=one.column,
            type=wire_type(one.type),
            target=one.target,
            confidence=round(one.confidence, 4),
            source=one.source,
            reason=one.reason,
            samples=seen[one.column].examples[:SAMPLES] if one.column in seen else [],
            fill_rate=round(seen[one.column].fill_rate, 4) if one.column in seen else 0.0,
            distinct=seen[one.column].distinct if one.column in seen else 0,
        )
        for one in suggestion_of(job).columns
    ]


def offers_of(job: Job) -> list[OfferAnswer]:
    """Columns that could share a field."""
    if job.suggestion is None or "mapping" not in job.suggestion:
        return []
    offers = suggestion_of(job).offers
    return [
        OfferAnswer(field=one.field, type=wire_type(one.type), columns=list(one.columns), reason=one.reason)
        for one in offers
    ]


def dialect_answer(job: Job) -> DialectAnswer | None:
    """How the file was read."""
    if job.dialect is None:
        return None
    told = {name: job.dialect.get(name) for name in ("kind", "encoding", "delimiter", "quote", "sheet", "member")}
    row = job.dialect.get("header_row")
    words = {name: told[name] or "" for name in ("kind", "encoding", "delimiter", "quote")}
    return DialectAnswer(
        **words, sheet=told["sheet"], member=told["member"], header_row=None if row is None else row + 1
    )


def told_issue(issue: Issue) -> ToldIssue:
    """An issue as it is told."""
    return ToldIssue(**issue.as_dict())


def _draft(stores: Stores, job: Job) -> tuple[DraftAnswer | None, list[Issue]]:
    """The draft of a job that waits, with what stands in its way."""
    if job.status not in ("mapping", "failed") or job.headers is None or job.suggestion is None:
        return None, []
    draft = draft_of(stores, job)
    problems = problems_of(stores, job, drafted_confirmation(job, draft))
    fields = [wire_field(SchemaField.from_dict(field)) for field in draft["schema"]["fields"]]
    return DraftAnswer.model_validate({**draft, "schema": SchemaOnWire(fields=fields)}), problems


def _listed(job: Job, levels: dict[str, int]) -> dict[str, Any]:
    """A job as the history lists it."""
    same = (
        "id", "source", "file_name", "kind", "origin", "undoes", "undone_by", "status", "reason", "attempt",
        "created_by", "stage", "stage_done", "stage_total", "total_rows", *COUNTS, "deleted", "deactivated", "error",
        "size_bytes", "draft_version", "created_at", "finished_at", "updated_at",
    )  # fmt: skip
    return {
        **{name: getattr(job, name) for name in same},
        "is_held": job.held is not None,
        "has_results": job.results_uri is not None,
        "has_original": (job.original_uri or job.upload_uri) is not None,
        "issues": levels,
    }


def _item(row: Mapping[str, Any]) -> dict[str, Any]:
    counts = {name: row[name] or 0 for name in COUNTS}
    error = row["error"]
    same = (
        "source", "kind", "origin", "status", "reason", "attempt", "undoes", "undone_by", "total_rows", "size_bytes",
        "is_held", "has_results", "has_original", "created_at", "confirmed_at", "finished_at", "updated_at",
    )  # fmt: skip
    return {
        **{name: row[name] for name in same},
        "job_id": row["id"],
        "file": row["file_name"],
        "user": row["created_by"],
        "progress": progress_answer(row),
        "counts": CountsAnswer(**counts),
        "imported_count": counts["created"] + counts["updated"] + counts["unchanged"],
        "deleted": row["deleted"] or 0,
        "deactivated": row["deactivated"] or 0,
        "issues": LevelsAnswer(**row["issues"]),
        "error": None if error is None else ToldError(**{k: v for k, v in error.items() if v is not None}),
        "has_draft": row["draft_version"] > 0,
    }


def progress_answer(row: Mapping[str, Any]) -> ProgressAnswer:
    """How far a job is, and at what pace, as far as it has been watched."""
    stage, done, total = row["stage"], row["stage_done"], row["stage_total"] or None
    if row["status"] != "importing" and row["reason"] != "reading":
        return ProgressAnswer(stage=None, done=None, total=None, share=None, per_second=None, seconds_left=None)
    per_second = PACE.of(row["id"], stage, done, row["updated_at"])
    share = None if done is None or total is None else min(1.0, done / total)
    left = (total - done) / per_second if per_second and total is not None and done is not None else None
    return ProgressAnswer(
        stage=stage, done=done, total=total, share=share, per_second=per_second,
        seconds_left=None if left is None else max(0.0, round(left, 1)),
    )  # fmt: skip


def progress_of_job(job: Job) -> ProgressAnswer:
    """How far a job is."""
    same = ("id", "status", "reason", "stage", "stage_done", "stage_total", "updated_at")
    return progress_answer({name: getattr(job, name) for name in same})


def _links(web: Web, job: Job) -> dict[str, str]:
    here = f"/api/pim/import/{job.id}"
    links = {"self": f"{here}/", "page": f"/pim/imports/{job.id}", "issues": f"{here}/issues/"}
    if job.status in ("mapping", "failed") and job.kind == "import":
        links["wizard"] = f"/pim/import?job={job.id}"
    if job.rejected or (job.error or {}).get("code") == "rows_rejected":
        links |= {"errors_csv": f"{here}/errors.csv", "errors_xlsx": f"{here}/errors.xlsx"}
    if job.results_uri is not None:
        links["results"] = f"{here}/results/"
    if job.original_uri or job.upload_uri:
        links["original"] = f"{here}/original/"
    if web.dagster_url is not None:
        links["dagster"] = f"{web.dagster_url}/runs?q[]={quote(f'tag:segops/job={job.id}')}"
    return links

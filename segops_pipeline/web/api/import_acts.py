"""Acts on an import: plan, confirm, cancel, retry, take back, correct, try a mapping.

What belongs here: these routes. What doesn't: the upload and the draft (`imports`), files and lists (`import_files`).
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Annotated, Any

from anyio import to_thread
from fastapi import Body, Request

from segops_pipeline.access.actor import Actor
from segops_pipeline.access.audit import record
from segops_pipeline.access.rates import check_import_rate
from segops_pipeline.catalogue.diff import diff_rows
from segops_pipeline.catalogue.planned_products import planned_products
from segops_pipeline.imports.confirm import Confirmation, confirm
from segops_pipeline.imports.correct import Correction
from segops_pipeline.imports.corrected_rows import write_corrections
from segops_pipeline.imports.failure import cancel
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.plan_check import check_plan_means
from segops_pipeline.imports.preview import preview
from segops_pipeline.imports.undo import open_undo, preview_undo
from segops_pipeline.web import apart
from segops_pipeline.web.api.depends import Reader, TheWeb, Writer
from segops_pipeline.web.api.import_answers import (
    CellAnswer,
    CountsAnswer,
    GuardHeld,
    OutcomeAnswer,
    PlanAnswer,
    PlannedAnswer,
    PreviewedColumnAnswer,
    UndoPreview,
)
from segops_pipeline.web.api.import_bodies import ConfirmBody, CorrectionBody, MappingBody, PreviewBody
from segops_pipeline.web.api.import_views import confirmation_of, given_parts, job_of, outcome_answer
from segops_pipeline.web.api.receiving import FORM, is_form, received_form, received_json, scratch
from segops_pipeline.web.api.routing import ApiRouter
from segops_pipeline.web.api.wire import wire_type
from segops_pipeline.web.api.words import JobId
from segops_pipeline.web.state import Web
from segops_pipeline.web.working import await_apart

NOTHING = MappingBody()
CORRECTIONS = {
    "requestBody": {
        "required": True,
        "content": {
            FORM: {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "accept_guards": {"type": "boolean", "default": False},
                    },
                }
            },
            "application/json": {"schema": {"$ref": "#/components/schemas/CorrectionBody"}},
        },
    }
}

router = ApiRouter("imports")


@router.post("/import/{job_id}/plan/", summary="What the import would do")
async def plan_import(
    job_id: JobId, web: TheWeb, actor: Writer, body: Annotated[MappingBody, Body()] = NOTHING
) -> PlanAnswer:
    """Plan the draft, or what the body gives in its place, as often as you like; nothing is written.

    Confirm exactly what it shows with its `token`.
    """
    job = await to_thread.run_sync(job_of, web, actor.workspace_id, job_id)
    confirmation = await to_thread.run_sync(confirmation_of, web.stores, job, body)
    summary = await await_apart(web.settings, apart.plan, job_id, confirmation)
    return await to_thread.run_sync(_planned, web, actor, job, summary)


@router.post("/import/{job_id}/confirm/", summary="Confirm the mapping: import it")
async def confirm_import(job_id: JobId, body: ConfirmBody, web: TheWeb, actor: Writer) -> OutcomeAnswer:
    """Confirm a mapping; the running system imports the job then (`pending`).

    With `plan` exactly what that plan has shown is imported, or refused (409 `stale_plan`) if anything has changed.
    """
    job = await to_thread.run_sync(job_of, web, actor.workspace_id, job_id)
    if body.plan is not None:
        await to_thread.run_sync(check_plan_means, web.stores, job, body.plan, given_parts(body))
        await await_apart(web.settings, apart.confirm_planned, body.plan, body.accept_guards)
    else:
        await to_thread.run_sync(_confirm, web, job, body)
    details = {"plan": body.plan, "accept_guards": body.accept_guards}
    return await to_thread.run_sync(_acted, web, actor, "import.confirm", job_id, details)


@router.post("/import/{job_id}/cancel/", summary="Cancel")
def cancel_import(job_id: JobId, web: TheWeb, actor: Writer) -> OutcomeAnswer:
    """Cancel a job: nothing of it is written. A running import stops as soon as it looks."""
    job_of(web, actor.workspace_id, job_id)
    cancel(web.stores, job_id)
    return _acted(web, actor, "import.cancel", job_id)


@router.post("/import/{job_id}/retry/", summary="Start a failed import again")
async def retry_import(job_id: JobId, web: TheWeb, actor: Writer) -> OutcomeAnswer:
    """Start a failed job again: its import where the mapping is confirmed, else its file is read again."""
    await to_thread.run_sync(_check_rate, web, actor, job_id)
    await await_apart(web.settings, apart.retry_reading, job_id)
    return await to_thread.run_sync(_acted, web, actor, "import.retry", job_id)


@router.get("/import/{job_id}/undo/", summary="What taking it back would do")
def look_at_undo(job_id: JobId, web: TheWeb, actor: Reader) -> UndoPreview:
    """What would become of the products that the import has changed; nothing is written."""
    job_of(web, actor.workspace_id, job_id)
    summary = preview_undo(web.stores, job_id)
    return UndoPreview(
        job_id=job_id,
        counts=CountsAnswer(**summary["counts"]),
        products=summary.get("products", {}),
        fields=summary.get("fields", {}),
        words=summary.get("words", []),
    )


@router.post("/import/{job_id}/undo/", status_code=201, summary="Take it back")
def undo_import(job_id: JobId, web: TheWeb, actor: Writer) -> OutcomeAnswer:
    """Take back what a job has changed. That is a job too, which is answered, and which can be taken back."""
    _check_rate(web, actor, job_id)
    job = open_undo(web.stores, job_id, created_by=actor.name)
    with web.database.workspace_session(actor.workspace_id) as connection:
        record(connection, actor, "import.undo", job_id, {"job": job.id})
    return outcome_answer(job)


@router.post(
    "/import/{job_id}/correct/",
    response_model=OutcomeAnswer,
    openapi_extra=CORRECTIONS,
    summary="Correct rejected rows",
)
async def correct_import(job_id: JobId, request: Request, web: TheWeb, actor: Writer) -> OutcomeAnswer:
    """Import corrected rows: the corrected file (form with `file`), or rows as JSON. Those left out stay rejected."""
    job = await to_thread.run_sync(job_of, web, actor.workspace_id, job_id)
    with scratch() as folder:
        if is_form(request):
            received, fields = await received_form(request, folder, _CorrectionFields)
            path, name, accept = received.path, received.file_name, fields.accept_guards
        else:
            body = await received_json(request, CorrectionBody)
            path, name, accept = folder / "corrections.csv", "corrections.csv", body.accept_guards
            rows = {row.line: row.cells for row in body.rows}
            await to_thread.run_sync(write_corrections, web.stores, job, rows, path)
        await await_apart(web.settings, apart.correct, job_id, Correction(path, name, accept))
    return await to_thread.run_sync(_acted, web, actor, "import.correct", job_id, {"accept_guards": accept})


@router.post("/import/{job_id}/preview/", summary="Try a mapping or steps on samples")
def preview_import(job_id: JobId, body: PreviewBody, web: TheWeb, actor: Reader) -> list[PreviewedColumnAnswer]:
    """What becomes of a column's samples under the draft, or under what the body gives; nothing is kept."""
    job = job_of(web, actor.workspace_id, job_id)
    confirmation = confirmation_of(web.stores, job, body)
    found = preview(web.stores, job_id, column=body.column, steps=body.steps, confirmation=confirmation)
    told = [column.as_dict() for column in found]
    return [PreviewedColumnAnswer.model_validate({**column, "type": wire_type(column["type"])}) for column in told]


class _CorrectionFields(CorrectionBody):
    rows: list[Any] = []  # noqa: RUF012 - a model's default; they are in the file


def _planned(web: Web, actor: Actor, job: Job, summary: Mapping[str, Any]) -> PlanAnswer:
    with web.database.workspace_session(job.workspace_id) as connection:
        record(connection, actor, "import.plan", job.id, {"token": summary["token"]})
        first = planned_products(connection, job.workspace_id, job.id)
        sample = diff_rows(connection, job.workspace_id, job.id)
    return PlanAnswer(
        job_id=job.id,
        token=summary["token"],
        counts=CountsAnswer(**summary["counts"]),
        products=summary.get("products", {}),
        fields=summary.get("fields", {}),
        words=summary.get("words", []),
        guards=[GuardHeld(**guard) for guard in summary.get("guards", [])],
        first_products=[PlannedAnswer(**asdict(product)) for product in first],
        sample=[CellAnswer(**asdict(cell)) for cell in sample],
    )


def _confirm(web: Web, job: Job, body: ConfirmBody) -> None:
    confirmation: Confirmation = confirmation_of(web.stores, job, body)
    confirm(web.stores, job.id, replace(confirmation, accept_guards=body.accept_guards))


def _check_rate(web: Web, actor: Actor, job_id: str) -> None:
    job_of(web, actor.workspace_id, job_id)
    with web.database.workspace_session(actor.workspace_id) as connection:
        check_import_rate(connection, actor, web.settings)


def _acted(web: Web, actor: Actor, act: str, job_id: str, details: Mapping[str, Any] | None = None) -> OutcomeAnswer:
    """Note an act, and where its job stands now."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        record(connection, actor, act, job_id, details)
    return outcome_answer(job_of(web, actor.workspace_id, job_id))

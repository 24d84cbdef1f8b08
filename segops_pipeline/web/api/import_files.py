"""What an import has to show and to give: issues, rejected rows, results, timeline, events, and files to download.

What belongs here: these routes. What doesn't: acts on it (`import_acts`).
"""

from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

from anyio import to_thread
from fastapi import Header, Query, Response
from fastapi.responses import FileResponse, StreamingResponse

from segops_pipeline.catalogue.fill_in import write_fill_in
from segops_pipeline.catalogue.schema import load_fields
from segops_pipeline.errors import WrongState
from segops_pipeline.imports.history import write_original
from segops_pipeline.imports.issues import IssueFilter, issue_causes, issue_page
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.rejected import some_rejected
from segops_pipeline.imports.results import OUTCOMES, read_results
from segops_pipeline.imports.timeline import timeline
from segops_pipeline.imports.workspaces import find_workspace
from segops_pipeline.web import apart
from segops_pipeline.web.api.depends import Reader, TheWeb
from segops_pipeline.web.api.downloads import BINARY, CSV, WORKBOOK, download, temporary
from segops_pipeline.web.api.import_answers import (
    CauseAnswer,
    MomentAnswer,
    RejectedReason,
    RejectedRowAnswer,
    ResultAnswer,
)
from segops_pipeline.web.api.import_views import job_of, told_issue
from segops_pipeline.web.api.paging import Page, Paged
from segops_pipeline.web.api.routing import ApiRouter
from segops_pipeline.web.api.words import JobId, filter_of
from segops_pipeline.web.errors import ToldIssue
from segops_pipeline.web.events import EVENT_STREAM, follow
from segops_pipeline.web.working import await_apart

Level = Literal["error", "warning", "info"]
Outcome = Literal["created", "updated", "unchanged", "conflict", "rejected", "skipped"]

router = ApiRouter("imports")


@router.get("/import/{job_id}/issues/", summary="Issues")
def list_issues(
    job_id: JobId,
    web: TheWeb,
    actor: Reader,
    paging: Paged,
    level: Annotated[Level | None, Query(description="Only of this level.")] = None,
    code: Annotated[str | None, filter_of("Only of this code.")] = None,
    column: Annotated[str | None, filter_of("Only about this column; blank: about none.")] = None,
) -> Page[ToldIssue]:
    """What is wrong with rows and cells, errors first, then by line."""
    job_of(web, actor.workspace_id, job_id)
    with web.database.workspace_session(actor.workspace_id) as connection:
        chosen = IssueFilter(level, code, column)
        count, found = issue_page(connection, job_id, chosen, offset=paging.offset, limit=paging.page_size)
    return paging.of(count, [told_issue(issue) for issue in found])


@router.get("/import/{job_id}/causes/", summary="Issues by cause")
def list_causes(
    job_id: JobId,
    web: TheWeb,
    actor: Reader,
    paging: Paged,
    level: Annotated[Level | None, Query(description="Only of this level.")] = None,
) -> Page[CauseAnswer]:
    """The issues grouped by what caused them, the gravest and commonest first."""
    job_of(web, actor.workspace_id, job_id)
    with web.database.workspace_session(actor.workspace_id) as connection:
        count, found = issue_causes(
            connection, job_id, IssueFilter(level), offset=paging.offset, limit=paging.page_size
        )
    return paging.of(count, [CauseAnswer(**cause) for cause in found])


@router.get("/import/{job_id}/rejected/", summary="Rejected rows")
def list_rejected(job_id: JobId, web: TheWeb, actor: Reader, paging: Paged) -> Page[RejectedRowAnswer]:
    """The rejected rows with their cells and reasons, in the order of the file; correct them with `correct/`."""
    job = job_of(web, actor.workspace_id, job_id)
    with web.database.workspace_session(actor.workspace_id) as connection:
        found = some_rejected(connection, job, paging.offset, paging.page_size)
    told = [
        RejectedRowAnswer(
            line=row.line, cells=row.cells, reasons=[RejectedReason(**asdict(reason)) for reason in row.reasons]
        )
        for row in found
    ]
    return paging.of(job.rejected or 0, told)


@router.get("/import/{job_id}/errors.csv", response_class=FileResponse, responses=CSV, summary="Rejected rows as CSV")
async def errors_csv(job_id: JobId, web: TheWeb, actor: Reader) -> FileResponse:
    """The rejected rows in the user's own columns and layout, with the line of each and why it was rejected."""
    return await _rejected(web, actor, job_id, ".csv")


@router.get(
    "/import/{job_id}/errors.xlsx",
    response_class=FileResponse,
    responses=WORKBOOK,
    summary="Rejected rows as a workbook",
)
async def errors_xlsx(job_id: JobId, web: TheWeb, actor: Reader) -> FileResponse:
    """The rejected rows as a workbook: bad cells are coloured, with the reason as a comment."""
    return await _rejected(web, actor, job_id, ".xlsx")


@router.get("/import/{job_id}/results/", summary="What became of each row")
def list_results(
    job_id: JobId,
    web: TheWeb,
    actor: Reader,
    paging: Paged,
    outcome: Annotated[Outcome | None, Query(description="Only of this outcome.")] = None,
) -> Page[ResultAnswer]:
    """The rows in the order of the file with their outcome; of an undo its products."""
    job = job_of(web, actor.workspace_id, job_id)
    found = read_results(web.stores, job, paging.offset, paging.page_size, outcome)
    count = job.counts["rows"] if outcome is None else job.counts[OUTCOMES[outcome]]
    return paging.of(count, [ResultAnswer(**row) for row in found])


@router.get("/import/{job_id}/original/", response_class=FileResponse, responses=BINARY, summary="The file as uploaded")
def original_file(job_id: JobId, web: TheWeb, actor: Reader) -> FileResponse:
    """The bytes of the file as they were uploaded, as long as they are kept."""
    job = job_of(web, actor.workspace_id, job_id)
    with temporary("original") as path:
        write_original(web.stores, job_id, path)
    return download(path, job.file_name)


@router.get(
    "/import/{job_id}/plan/diff/", response_class=FileResponse, responses=BINARY, summary="Every cell that changes"
)
async def plan_diff(
    job_id: JobId,
    web: TheWeb,
    actor: Reader,
    file_format: Annotated[Literal["csv", "parquet"], Query(alias="format")] = "csv",
) -> FileResponse:
    """Old and new of every cell: of the plan of a job that waits, of what a job that is done has changed."""
    job = await to_thread.run_sync(job_of, web, actor.workspace_id, job_id)
    if job.status not in ("mapping", "failed", "done"):
        raise WrongState(f"Job {job_id} is {job.state}.", "Wait until it is done.")
    with temporary(f"changes.{file_format}") as path:
        await await_apart(web.settings, apart.diff_file, actor.workspace_id, job_id, path, job.status == "done")
    return download(path, f"changes-{job_id}.{file_format}")


@router.get("/import/{job_id}/timeline/", summary="What it has been through")
def job_timeline(job_id: JobId, web: TheWeb, actor: Reader) -> list[MomentAnswer]:
    """The states of the job, oldest first, with how long each lasted."""
    job_of(web, actor.workspace_id, job_id)
    with web.database.workspace_session(actor.workspace_id) as connection:
        return [MomentAnswer(**moment) for moment in timeline(connection, job_id)]


@router.get(
    "/import/{job_id}/events/",
    response_class=StreamingResponse,
    responses={200: {"content": {EVENT_STREAM: {"schema": {"type": "string"}}}}, 204: {"description": "It has ended."}},
    summary="Progress as it happens",
)
async def job_events(
    job_id: JobId, web: TheWeb, actor: Reader, last_event_id: Annotated[str | None, Header()] = None
) -> Response:
    """Server-sent events: `state` with each change of the job, `end` when it has ended (do not connect again then)."""
    job = await to_thread.run_sync(job_of, web, actor.workspace_id, job_id)
    if last_event_id is not None and last_event_id == f"end {job.attempt}" and job.status in ("done", "failed"):
        return Response(None, 204)  # tells a browser not to connect again
    events: AsyncIterator[bytes] = follow(web, actor.workspace_id, job_id)
    return StreamingResponse(events, media_type=EVENT_STREAM, headers={"X-Accel-Buffering": "no"})


@router.get("/fill-in/", response_class=FileResponse, responses=BINARY, summary="A file to fill in")
def fill_in_file(
    web: TheWeb,
    actor: Reader,
    file_format: Annotated[Literal["csv", "xlsx"], Query(alias="format")] = "csv",
) -> FileResponse:
    """A file with every field of the schema, two examples and how each column is written; import it as it is."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        fields = load_fields(connection)
    workspace = find_workspace(web.database, actor.workspace)
    with temporary(f"template.{file_format}") as path:
        write_fill_in(fields, path, file_format, workspace.default_currency)
    return download(path, f"products-to-fill-in.{file_format}")


async def _rejected(web: TheWeb, actor: Reader, job_id: str, ending: str) -> FileResponse:
    job: Job = await to_thread.run_sync(job_of, web, actor.workspace_id, job_id)
    with temporary(f"rejected{ending}") as path:
        await await_apart(web.settings, apart.rejected_file, actor.workspace_id, job_id, path)
    return download(path, f"{Path(job.file_name).stem}-rejected{ending}")

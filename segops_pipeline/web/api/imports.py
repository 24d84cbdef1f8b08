"""Imports over the API: upload a file, see all imports, see one, work on its draft.

What belongs here: these routes. What doesn't: acts on a job that is read (`import_acts`), its files, issues and events
(`import_files`).
"""

from typing import Annotated, Any

from anyio import to_thread
from fastapi import Header, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime

from segops_pipeline.access.actor import Actor
from segops_pipeline.access.audit import record
from segops_pipeline.access.fetching import check_upload_url
from segops_pipeline.access.rates import check_import_rate
from segops_pipeline.errors import (
    ChangedMeanwhile,
    Issue,
    JobError,
    RunInterrupted,
    WrongUsage,
    error_of,
)
from segops_pipeline.imports.draft import save_draft
from segops_pipeline.imports.failure import fail_unheld
from segops_pipeline.imports.formats import checked_format
from segops_pipeline.imports.history import HistoryFilter
from segops_pipeline.imports.jobs import Job, Status, load_issues, load_job, new_job_id
from segops_pipeline.imports.templates import own_template, use_template
from segops_pipeline.imports.upload import Upload, check_rules
from segops_pipeline.reading.choice import DialectChoice
from segops_pipeline.web import apart
from segops_pipeline.web.api.depends import Reader, TheWeb, Writer
from segops_pipeline.web.api.import_answers import HistoryItem, JobAnswer, UploadAnswer
from segops_pipeline.web.api.import_bodies import DialectBody, DraftBody, OptionsOnWire, UploadBody, UploadFields
from segops_pipeline.web.api.import_views import (
    changed_draft,
    history_items,
    job_answer,
    job_of,
    upload_answer,
)
from segops_pipeline.web.api.paging import LAST_PAGE, MOST_PER_PAGE, Page, Paging
from segops_pipeline.web.api.polled import Polled, Told
from segops_pipeline.web.api.receiving import FORM, Received, is_form, put_text, received_form, received_json, scratch
from segops_pipeline.web.api.routing import ApiRouter
from segops_pipeline.web.api.wire import IfMatch, etag, expected_version
from segops_pipeline.web.api.words import JobId, filter_of
from segops_pipeline.web.errors import status_of, told
from segops_pipeline.web.state import Web
from segops_pipeline.web.working import await_apart

HISTORY_SIZE = 20
ISSUES_TOLD = 50
UPLOADS = {
    "requestBody": {
        "required": True,
        "content": {
            FORM: {
                "schema": {
                    "allOf": [
                        {"$ref": "#/components/schemas/UploadFields"},
                        {
                            "type": "object",
                            "required": ["file"],
                            "properties": {"file": {"type": "string", "format": "binary"}},
                        },
                    ]
                }
            },
            "application/json": {"schema": {"$ref": "#/components/schemas/UploadBody"}},
        },
    }
}

router = ApiRouter("imports")
_histories = Polled(kept_seconds=1.0)
_jobs = Polled(kept_seconds=0.3)


@router.post(
    "/import/csv/",
    status_code=201,
    response_model=UploadAnswer,
    openapi_extra=UPLOADS,
    summary="Upload a file",
)
async def upload_file(request: Request, web: TheWeb, actor: Writer) -> Response:
    """Read a file (a form with `file`), a URL or a pasted table (JSON), and suggest what its columns mean.

    Nothing is imported yet: the job waits for its mapping. A file that cannot be read is answered with its error, and
    stays in the history as a failed job (`Location`).
    """
    with scratch() as folder:
        if is_form(request):
            received, fields = await received_form(request, folder, UploadFields)
            location = str(received.path)
        else:
            body = await received_json(request, UploadBody)
            received, location, fields = await _without_file(body, folder), body.url or "", body
            location = location if received is None else str(received.path)
        upload = _upload(actor, location, received, fields)
        await to_thread.run_sync(_begin, web, actor, upload, fields.template)
        misfit = await _read(web, upload, fields.template)
    return await to_thread.run_sync(_uploaded, web, actor, upload, misfit)


@router.get("/imports/", response_model=Page[HistoryItem], summary="All imports")
async def list_imports(
    request: Request,
    web: TheWeb,
    actor: Reader,
    *,
    status: Annotated[list[Status] | None, Query(description="Only in these states.")] = None,
    source: Annotated[str | None, filter_of("Only of this source.")] = None,
    user: Annotated[str | None, filter_of("Only of this user.")] = None,
    file: Annotated[str | None, filter_of("A part of the file's name.")] = None,
    since: Annotated[AwareDatetime | None, Query(description="Begun then or later.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Begun before.")] = None,
    page: Annotated[int, Query(ge=1, le=LAST_PAGE, description="Which page, from 1.")] = 1,
    page_size: Annotated[int, Query(ge=1, le=MOST_PER_PAGE, description="How many on a page.")] = HISTORY_SIZE,
    if_none_match: Annotated[str | None, Header()] = None,  # noqa: ARG001 - for the documentation; `Polled` reads it
) -> Response:
    """The imports of the workspace, newest first. Made for polling: what has not changed is answered with 304."""
    chosen = HistoryFilter(
        workspace_id=actor.workspace_id,
        source=source,
        statuses=tuple(status or ()),
        user=user,
        file=file,
        since=since,
        until=until,
    )
    paging = Paging(request, page, page_size)

    def load() -> Told:
        count, items = history_items(web, chosen, paging.offset, paging.page_size)
        return Told(Page[HistoryItem].model_validate(paging.of(count, items)).model_dump_json().encode())

    return await _histories.answer(request, web, (actor.workspace_id, str(request.url)), load)


@router.get("/import/{job_id}/", response_model=JobAnswer, summary="One import")
async def get_import(job_id: JobId, request: Request, web: TheWeb, actor: Reader) -> Response:
    """Where an import stands, what its file looks like, what is suggested, and the draft of its mapping.

    `ETag` is the version of the draft, for `If-Match` when it is changed.
    """

    def load() -> Told:
        job = job_of(web, actor.workspace_id, job_id)
        body = job_answer(web, job).model_dump_json(by_alias=True).encode()
        return Told(body, etag(job.draft_version))

    return await _jobs.answer(request, web, (actor.workspace_id, job_id), load)


@router.patch("/import/{job_id}/", summary="Work on the draft")
async def change_draft(
    job_id: JobId,
    body: DraftBody,
    response: Response,
    web: TheWeb,
    actor: Writer,
    if_match: IfMatch = None,
) -> JobAnswer:
    """Keep what has been mapped so far; parts that are left out stay as they are. It need not be complete.

    `dialect` reads the file again as it says, `format` as another kind of import, `template` suggests the mapping by a
    template: each begins a new draft, and stands alone; options of a format may come with it.
    """
    expected = expected_version(if_match)
    job = await to_thread.run_sync(job_of, web, actor.workspace_id, job_id)
    given = body.model_dump(exclude_unset=True)
    if body.dialect is not None or body.template is not None or body.format is not None:
        if len(given.keys() - (OptionsOnWire.model_fields if body.format is not None else ())) > 1:
            raise WrongUsage("A dialect, format or template begins a new draft.", "Send it alone, then the mapping.")
        if expected not in (None, job.draft_version):
            raise ChangedMeanwhile("The draft has been changed meanwhile.", "Load it again, then choose.")
    if body.dialect is not None:
        await await_apart(web.settings, apart.read_again, job_id, _choice(body.dialect))
    elif body.format is not None:
        await await_apart(web.settings, apart.read_again, job_id, None, body.format, body.options)
    elif body.template is not None:
        await to_thread.run_sync(use_template, web.stores, job_id, body.template)
    else:
        await to_thread.run_sync(_save, web, actor, job, body, expected)
    job = await to_thread.run_sync(_after_change, web, actor, job_id, sorted(given))
    if (body.dialect is not None or body.format is not None) and job.error is not None:
        raise error_of(job.error)
    response.headers["ETag"] = etag(job.draft_version)
    return await to_thread.run_sync(job_answer, web, job)


def _upload(actor: Actor, location: str, received: Received | None, fields: UploadFields) -> Upload:
    choice = _choice(DialectBody(**fields.model_dump(include=set(DialectBody.model_fields))))
    check_rules(fields.policy, fields.validation)
    checked_format(fields.format, fields.options)
    return Upload(
        actor.workspace,
        location,
        fields.source,
        None if received is None else received.file_name,
        origin="api" if actor.via == "key" else "upload",
        policy=fields.policy,
        validation=fields.validation,
        created_by=actor.name,
        job_id=new_job_id(),
        choice=choice,
        format=fields.format,
        format_options=fields.options,
    )


async def _without_file(body: UploadBody, folder: Any) -> Received | None:  # noqa: ANN401
    """What JSON brings: a pasted table, or None where a URL is to be fetched.

    Raises:
        WrongUsage: it brings neither, or both.
        AddressRefused: the URL is none of the web.
    """
    if (body.url is None) == (body.text is None):
        raise WrongUsage("There is nothing to read.", "Give a url or a text, or send a form with a file.")
    if body.text is not None:
        return await to_thread.run_sync(put_text, body.text, body.name, folder)
    check_upload_url(body.url or "")
    return None


def _begin(web: Web, actor: Actor, upload: Upload, template: str | None) -> None:
    """What is checked and noted before a file is read."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        check_import_rate(connection, actor, web.settings)
    if template is not None:
        own_template(web.stores, actor.workspace_id, template)
    with web.database.workspace_session(actor.workspace_id) as connection:
        details = {"source": upload.source, "file": upload.file_name}
        record(connection, actor, "import.upload", upload.job_id, details)


async def _read(web: Web, upload: Upload, template: str | None) -> Issue | None:
    """Read the file in a child; a child that dies leaves a failed job."""
    try:
        return await await_apart(web.settings, apart.read_file, upload, template)
    except RunInterrupted as error:
        await to_thread.run_sync(fail_unheld, web.stores, upload.job_id or "", None, error)
        raise


def _uploaded(web: Web, actor: Actor, upload: Upload, misfit: Issue | None) -> Response:
    with web.database.workspace_session(actor.workspace_id) as connection:
        job = load_job(connection, upload.job_id or "")
        issues = load_issues(connection, job.id, ISSUES_TOLD)
    headers = {"Location": f"/api/pim/import/{job.id}/", "ETag": etag(job.draft_version)}
    if job.suggestion is None:
        error = error_of(job.error or JobError(f"The job is {job.state}.").as_dict())
        error.issues = [issue for issue in issues if issue.level == "error"]
        return JSONResponse(told(error), status_of(error), headers)
    answer = upload_answer(job, [*([] if misfit is None else [misfit]), *issues])
    return Response(answer.model_dump_json(by_alias=True), 201, headers, "application/json")


def _choice(body: DialectBody) -> DialectChoice:
    return DialectChoice.of_words(
        encoding=body.encoding,
        delimiter=body.delimiter,
        quote=body.quote,
        header_row=body.header_row,
        no_header=body.no_header,
        sheet=body.sheet,
    )


def _save(web: Web, actor: Actor, job: Job, body: DraftBody, expected: int | None) -> None:
    draft = changed_draft(web.stores, job, body)
    if body.step is not None:
        draft["step"] = body.step
    # what was merged with must still be there
    version = job.draft_version if expected is None else expected
    save_draft(web.stores, actor.workspace_id, job.id, draft, actor.name, version)


def _after_change(web: Web, actor: Actor, job_id: str, parts: list[str]) -> Job:
    with web.database.workspace_session(actor.workspace_id) as connection:
        if parts != ["step"]:  # an autosave of where a page is, is no act
            record(connection, actor, "import.draft", job_id, {"parts": parts})
        return load_job(connection, job_id)

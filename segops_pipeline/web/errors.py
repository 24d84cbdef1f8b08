"""Errors as HTTP answers: one JSON shape, and one table of statuses.

    {"error": {"code", "message", "remedy", "file"?, "line"?, "column"?, "value"?, "issues"?: [{code, message, …}]}}

What belongs here: how an error is told over HTTP. What doesn't: the tree of errors (`segops_pipeline.errors`).
"""

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from segops_pipeline import errors
from segops_pipeline.errors import Issue, SegopsError, WrongUsage

# The first class that an error is an instance of decides: those further down the tree stand first.
STATUSES: list[tuple[type[SegopsError], HTTPStatus]] = [
    (errors.NotSignedIn, HTTPStatus.UNAUTHORIZED),
    (errors.TooManyRequests, HTTPStatus.TOO_MANY_REQUESTS),
    (errors.AccessError, HTTPStatus.FORBIDDEN),
    (errors.NotFound, HTTPStatus.NOT_FOUND),
    (errors.JobNotFound, HTTPStatus.NOT_FOUND),
    (errors.PlanNotFound, HTTPStatus.NOT_FOUND),
    (errors.ChangedMeanwhile, HTTPStatus.PRECONDITION_FAILED),
    (errors.JobError, HTTPStatus.CONFLICT),
    (errors.KeyReused, HTTPStatus.CONFLICT),
    (errors.AlreadyThere, HTTPStatus.CONFLICT),
    (errors.UploadStalled, HTTPStatus.REQUEST_TIMEOUT),
    (errors.FileTooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (errors.BadFile, HTTPStatus.UNPROCESSABLE_ENTITY),
    (errors.BadMapping, HTTPStatus.UNPROCESSABLE_ENTITY),
    (errors.RowsRejected, HTTPStatus.UNPROCESSABLE_ENTITY),
    (errors.FetchError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (errors.StoreUnreachable, HTTPStatus.SERVICE_UNAVAILABLE),
    (errors.SegopsError, HTTPStatus.BAD_REQUEST),
]
CODES_OF_STATUS = {
    400: "wrong_usage", 401: "not_signed_in", 403: "forbidden", 404: "not_found", 405: "method_not_allowed",
    413: "file_too_large",
}  # fmt: skip
EXPECTED = "See /api/docs for what is expected."
TOLD_ISSUES = 50

log = logging.getLogger(__name__)


class ToldIssue(BaseModel):
    """One problem with what was sent."""

    code: str
    message: str
    level: str = "error"
    line: int | None = None
    column: str | None = None
    value: str | None = None
    key: str | None = None
    suggestion: str | None = None


class ToldError(BaseModel):
    """What is wrong, where, and what to do."""

    code: str
    message: str
    remedy: str = ""
    file: str | None = None
    line: int | None = None
    column: str | None = None
    value: str | None = None
    issues: list[ToldIssue] | None = None


class ErrorAnswer(BaseModel):
    """The one shape of every error."""

    error: ToldError


def status_of(error: SegopsError) -> HTTPStatus:
    """The HTTP status that tells of an error."""
    return next(status for kind, status in STATUSES if isinstance(error, kind))


def told(error: SegopsError) -> dict[str, Any]:
    """An error as its JSON answer."""
    issues = [issue.as_dict() for issue in error.issues[:TOLD_ISSUES]]
    return {"error": {**error.as_dict(), **({"issues": issues} if issues else {})}}


def answer(error: SegopsError) -> JSONResponse:
    """The HTTP answer that tells of an error."""
    headers: dict[str, str] = {}
    if isinstance(error, errors.TooManyRequests):
        headers["Retry-After"] = str(error.retry_after_seconds)
    elif isinstance(error, errors.StoreUnreachable):
        headers["Retry-After"] = "60"
    elif isinstance(error, errors.NotSignedIn):
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(told(error), status_of(error), headers)


def tell_errors(app: FastAPI) -> None:
    """Have every error told in the one shape; what nobody foresaw is logged, and told without its inside."""

    @app.exception_handler(SegopsError)
    async def segops_error(_request: Request, error: SegopsError) -> JSONResponse:
        return answer(error)

    @app.exception_handler(RequestValidationError)
    async def validation_error(_request: Request, error: RequestValidationError) -> JSONResponse:
        return answer(_wrong_usage(error))

    @app.exception_handler(HTTPException)
    async def http_error(_request: Request, error: HTTPException) -> JSONResponse:
        code = CODES_OF_STATUS.get(error.status_code, "error")
        remedy = EXPECTED if error.status_code == HTTPStatus.BAD_REQUEST else ""
        body = {"error": {"code": code, "message": str(error.detail), "remedy": remedy}}
        return JSONResponse(body, error.status_code, error.headers)

    @app.exception_handler(ClientDisconnect)
    async def gone(_request: Request, _error: ClientDisconnect) -> Response:
        return Response(status_code=HTTPStatus.BAD_REQUEST)  # nobody reads it: the upload was cancelled

    @app.exception_handler(Exception)
    async def unforeseen(request: Request, error: Exception) -> JSONResponse:
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        remedy = "Try again; the server's log says what happened."
        body = {"error": {"code": "error", "message": "Something went wrong here.", "remedy": remedy}}
        return JSONResponse(body, HTTPStatus.INTERNAL_SERVER_ERROR)


def _wrong_usage(error: RequestValidationError) -> WrongUsage:
    issues = [
        Issue(
            "wrong_usage",
            f"{'.'.join(str(part) for part in problem['loc'][1:]) or 'body'}: {problem['msg']}",
            column=".".join(str(part) for part in problem["loc"]),
        )
        for problem in error.errors()
    ]
    wrong = WrongUsage(
        f"The request cannot be understood: {issues[0].message}." if issues else "The request cannot be understood.",
        EXPECTED,
    )
    wrong.issues = issues
    return wrong

"""The pages that are shown where there is none, and where one could not be built: plain, in the person's language.

What belongs here: errors of pages. What doesn't: those of the API (`web.errors`).
"""

import logging
from html import escape
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exception_handlers import http_exception_handler
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException

from segops_pipeline.web.sign_in_page import THEME_COOKIE, language_of
from segops_pipeline.web.texts import translator

PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title} · {app}</title>
<link rel="icon" href="/static/favicon.svg">
<link rel="stylesheet" href="/static/segops.css">
<link rel="stylesheet" href="/static/sign_in.css">
</head>
<body class="sign-in {theme}">
<main>
<span class="logo">{app}</span>
<div class="card">
<h1>{title}</h1>
<p>{words}</p>
<a class="button main" href="/pim">{home}</a>
</div>
</main>
</body>
</html>
"""

log = logging.getLogger(__name__)


def tell_errors_of_pages(app: FastAPI) -> None:
    """Have the application of the pages (NiceGUI's) tell of errors in our words, and not with its own pages."""

    @app.exception_handler(HTTPStatus.NOT_FOUND)
    async def missing(request: Request, error: Exception) -> Response:
        endpoint = request.scope.get("endpoint")
        is_file = endpoint is not None and endpoint is not app and not request.scope.get("nicegui_page_path")
        if is_file and isinstance(error, HTTPException):  # a script or style that a page has asked for
            return await http_exception_handler(request, error)
        return _page(request, "missing", HTTPStatus.NOT_FOUND)

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> Response:
        log.error("the page %s could not be built", request.url.path, exc_info=error)
        return _page(request, "broken", HTTPStatus.INTERNAL_SERVER_ERROR)


def _page(request: Request, what: str, status: HTTPStatus) -> HTMLResponse:
    language = language_of(request)
    t = translator(language)
    theme = {"dark": "body--dark", "light": "body--light"}.get(request.cookies.get(THEME_COOKIE, ""), "")
    values = {
        "language": language,
        "app": t("frame.app"),
        "title": t(f"frame.{what}"),
        "words": t(f"frame.{what}_hint"),
        "home": t("frame.home"),
        "theme": theme,
    }
    return HTMLResponse(PAGE.format(**{name: escape(value) for name, value in values.items()}), status)

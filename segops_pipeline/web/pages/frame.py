"""The frame of every page: who may see it, its header with the way to all others, colours, language.

    @page("/pim/imports", "frame.history")
    async def history(desk: Desk) -> None: ...

What belongs here: what all pages have in common. What doesn't: any page.
"""

import json
from collections.abc import Awaitable, Callable
from copy import copy
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from nicegui import app, context, ui

from segops_pipeline.access.actor import Permission
from segops_pipeline.access.sessions import workspaces_of_session
from segops_pipeline.web.pages.desk import Desk
from segops_pipeline.web.pages.parts import heading, notice
from segops_pipeline.web.security.csrf import csrf_token
from segops_pipeline.web.state import Web
from segops_pipeline.web.texts import preferred, translator

LANGUAGE_COOKIE, THEME_COOKIE = "segops_language", "segops_theme"
Builder = Callable[..., Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation."""

    path: str
    text: str
    icon: str
    permission: Permission = "read"
    menu: str | None = None  # the heading that it is found under; None: it is always in sight


PLACES = [
    Place("/pim", "frame.catalogue", "inventory_2"),
    Place("/pim/attributes", "frame.attributes", "tune", menu="pim"),
    Place("/pim/lists", "frame.lists", "format_list_bulleted", menu="pim"),
    Place("/pim/segments", "frame.segments", "language", menu="pim"),
    Place("/pim/categories", "frame.categories", "account_tree", menu="pim"),
    Place("/pim/brands", "frame.brands", "sell", menu="pim"),
    Place("/pim/import", "frame.import", "upload_file", "write"),
    Place("/pim/imports", "frame.history", "history"),
    Place("/pim/sources", "frame.sources", "schedule"),
    Place("/pim/schema", "frame.schema", "schema"),
    Place("/pim/dashboard", "frame.dashboard", "insights"),
    Place("/pim/memory", "frame.memory", "psychology", menu="more"),
    Place("/pim/members", "frame.members", "group", "manage", menu="more"),
    Place("/pim/keys", "frame.keys", "key", "manage", menu="more"),
    Place("/pim/settings", "frame.settings", "settings", menu="more"),
]


def page(path: str, title: str, permission: Permission = "read") -> Callable[[Builder], Builder]:
    """Make a function the content of a page.

    Args:
        path: its path; parameters in braces are handed to the function as text.
        title: the key of its title.
        permission: who lacks it is told so, in the place of the content.
    """

    def framed(build: Builder) -> Builder:
        async def shown(request: Request) -> Response | None:
            desk = desk_of(request)
            if desk is None:
                asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
                return RedirectResponse(f"/login?next={quote(asked)}", 303)
            ui.page_title(f"{desk.t(title)} · {desk.t('frame.app')}")
            main = _draw(desk, request, title)
            with main:
                if desk.actor.may(permission):
                    await build(desk, **request.path_params)
                else:
                    notice(desk.t("frame.forbidden" if desk.actor.workspace else "frame.nowhere"))
            return None

        ui.page(path, response_timeout=30, reconnect_timeout=30)(shown)
        return build

    return framed


def desk_of(request: Request) -> Desk | None:
    """The desk of whoever asks for a page; None: nobody is signed in."""
    actor = getattr(request.state, "actor", None)
    session = getattr(request.state, "session", None)
    if actor is None or session is None:
        return None
    web: Web = app.state.web
    chosen = request.cookies.get(LANGUAGE_COOKIE) or actor.language
    language = preferred(request.headers.get("accept-language"), chosen)
    return Desk(web, actor, session, translator(language), language, dict(request.query_params))


def _draw(desk: Desk, request: Request, title: str) -> ui.element:
    """Draw what surrounds a page's content, and give the place of the content."""
    _speak(desk.language, request.cookies.get(THEME_COOKIE))
    token = csrf_token(desk.web.secret, desk.session)
    ui.add_head_html(
        f'<meta name="csrf-token" content="{token}"><meta name="workspace" content="{escape(desk.actor.workspace)}">'
        f'<meta name="away" content="{escape(desk.t("frame.away"))}">'
        '<link rel="stylesheet" href="/static/segops.css">'
        '<script src="/static/segops.js" defer></script>'
    )
    ui.html(f'<a class="skip" href="#content">{desk.t("frame.skip")}</a>', sanitize=False)
    with ui.element("header").classes("top"):
        _navigation(desk, request.url.path)
    content = ui.element("div").props('id="content" tabindex="-1"').classes("content")  # NiceGUI's page is the main
    with content:
        heading(desk.t(title), 1).classes("page-title")
    return content


def _speak(language: str, theme: str | None) -> None:
    """Set the page's language and colours; Quasar's own words follow."""
    client = context.client
    client.page = copy(client.page)
    client.page.language = "de" if language == "de" else "en-US"
    client.page.dark = {"dark": True, "light": False}.get(theme or "")


def _navigation(desk: Desk, path: str) -> None:
    t = desk.t
    here = max((place.path for place in PLACES if _is_below(path, place.path)), key=len, default="")
    entries = [
        _entry(place.path, t(place.text), place.icon, is_here=place.path == here, menu=place.menu)
        for place in PLACES
        if desk.actor.may(place.permission)
    ]
    if desk.web.dagster_url:
        entries.append(_entry(desk.web.dagster_url, t("frame.dagster"), "account_tree"))
    entries.append(_entry("/api/docs", t("frame.api"), "api"))
    given: dict[str, Any] = {
        "entries": entries,
        "workspaces": workspaces_of_session(desk.web.database, desk.session),
        "workspace": desk.actor.workspace,
        "person": t("frame.signed_in_as", name=desk.actor.name),
        "texts": {
            key: t(f"frame.{key}")
            for key in ("app", "navigation", "menu", "pim", "more", "workspace", "theme", "language", "sign_out")
        },
        "language": desk.language,
    }
    Navigation(given)


def _entry(path: str, words: str, icon: str, *, is_here: bool = False, menu: str | None = "more") -> dict[str, Any]:
    return {"path": path, "text": words, "icon": icon, "here": is_here, "menu": menu}


class Navigation(ui.element, component="../components/navigation.js"):
    """The header: logo, the ways to all pages, workspace, language, colours, sign out."""

    def __init__(self, given: dict[str, Any]) -> None:
        super().__init__()
        for name, value in given.items():
            self.props[name] = json.loads(json.dumps(value))


def _is_below(path: str, place: str) -> bool:
    return path == place or path.startswith(f"{place}/")

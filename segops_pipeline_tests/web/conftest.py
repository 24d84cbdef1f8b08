"""One real web process's worth of server per worker, people in workspaces of their own, and a browser.

The server runs in a thread of the worker, on a loopback port, over an installation of its own. Tests are kept apart by
workspaces, not by servers: `people` makes a fresh one with everybody in it.
"""

import os
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from benchmarks.running import CHROMIUM_OPTIONS
from segops_pipeline.access.members import set_role
from segops_pipeline.access.sessions import open_session
from segops_pipeline.access.users import create_user
from segops_pipeline.config import Settings
from segops_pipeline.imports.workspaces import Workspace, ensure_workspace
from segops_pipeline.installation.environment import environment
from segops_pipeline.stores.opening import open_stores
from segops_pipeline.stores.postgres_data import Reach
from segops_pipeline.web.app import build_app
from segops_pipeline.web.security.csrf import csrf_token
from segops_pipeline.web.security.secret import secret_of
from segops_pipeline.web.security.who import session_cookie
from segops_pipeline.web.state import Web
from segops_pipeline_tests.conftest import installation

CHROMIUM = os.environ.get("CHROMIUM") or "/usr/bin/chromium"


@dataclass(frozen=True, slots=True)
class Serving:
    """The running web application: where it answers and what it works on."""

    web: Web
    url: str

    @property
    def settings(self) -> Settings:
        """The installation's settings."""
        return self.web.settings


@dataclass
class People:
    """A workspace with one person for each role; each is a client that is signed in, as a browser is."""

    serving: Serving
    workspace: Workspace
    other: Workspace
    viewer: httpx.Client
    editor: httpx.Client
    admin: httpx.Client
    outsider: httpx.Client  # an admin of another workspace
    nobody: httpx.Client
    sessions: dict[str, str] = field(default_factory=dict[str, str])  # role → session token


@pytest.fixture(scope="session")
def serving(cluster: Reach, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """The web application over an installation of its own."""
    home = tmp_path_factory.mktemp("web") / "home"
    with installation(cluster, home) as settings, pytest.MonkeyPatch.context() as patch:
        for name, value in environment(settings).items():
            patch.setenv(name, value)
        own = Settings(fetch_allow_private=True)  # type: ignore[call-arg] - tests fetch from loopback
        with open_stores(own) as stores:
            web = Web(stores, secret_of(own), "http://127.0.0.1:3000")
            server = uvicorn.Server(uvicorn.Config(build_app(web), port=0, log_level="warning", lifespan="on"))
            thread = threading.Thread(target=server.run, daemon=True)
            thread.start()
            while not server.started:
                assert thread.is_alive(), "the web application did not start"
                time.sleep(0.02)
            port = server.servers[0].sockets[0].getsockname()[1]
            yield Serving(web, f"http://127.0.0.1:{port}")
            server.should_exit = True
            thread.join(10)


@pytest.fixture
def people(serving: Serving) -> Iterator[People]:
    """A fresh workspace with everybody in it."""
    database = serving.web.database
    word = secrets.token_hex(4)
    workspace, other = (ensure_workspace(database, f"{name}-{word}") for name in ("acme", "other"))
    clients: dict[str, httpx.Client] = {"nobody": httpx.Client(base_url=serving.url)}
    sessions: dict[str, str] = {}
    for role, place in (("viewer", workspace), ("editor", workspace), ("admin", workspace), ("outsider", other)):
        user = create_user(database, f"{role}-{word}@example.com", name=role.title())
        set_role(database, place.id, user.id, "admin" if role == "outsider" else role)
        sessions[role] = open_session(database, user.id, serving.settings)
        clients[role] = signed_in(serving, sessions[role])
    yield People(serving, workspace, other, **clients, sessions=sessions)
    for client in clients.values():
        client.close()


def signed_in(serving: Serving, session: str) -> httpx.Client:
    """A client with a session's cookie and its token against forgery."""
    name, value = session_cookie(serving.web.secret, session)
    headers = {"X-CSRF-Token": csrf_token(serving.web.secret, session)}
    return httpx.Client(base_url=serving.url, cookies={name: value}, headers=headers, timeout=60)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser without a screen; not longer than a file, for its event loop is everybody's meanwhile."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


def context_of(chromium: Browser, people: People, role: str, **options: object) -> BrowserContext:
    """A browser window's worth of cookies for one of the people."""
    context = chromium.new_context(base_url=people.serving.url, **options)  # type: ignore[arg-type]
    name, value = session_cookie(people.serving.web.secret, people.sessions[role])
    context.add_cookies([{"name": name, "value": value, "url": people.serving.url, "httpOnly": True}])
    context.set_default_timeout(20_000)
    return context


@pytest.fixture
def page(chromium: Browser, people: People) -> Iterator[Page]:
    """A page of the editor, 1300 pixels wide."""
    context = context_of(chromium, people, "editor", viewport={"width": 1300, "height": 900})
    opened = context.new_page()
    yield opened
    context.close()


def write(folder: Path, name: str, content: str) -> Path:
    """A file to be uploaded."""
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path

"""The web application: the only place where routes, pages and middleware are put together."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles

from segops_pipeline import __version__
from segops_pipeline.errors import NotFound
from segops_pipeline.web.errors import tell_errors
from segops_pipeline.web.idempotency import Idempotency
from segops_pipeline.web.openapi import describe
from segops_pipeline.web.state import Web
from segops_pipeline.web.working import warm

STATIC = Path(__file__).parent / "static"
# Each has a `router`.
ROUTERS = (
    "health", "sign_in", "api.imports", "api.import_acts", "api.import_edits", "api.import_files", "api.products",
    "api.product_changes", "api.product_pim", "api.attributes", "api.global_lists", "api.segments", "api.categories",
    "api.schema", "api.search", "api.export", "api.sources", "api.templates", "api.memory", "api.conflicts", "api.me",
    "api.members", "api.keys", "api.audit", "api.webhooks", "api.workspaces", "api.dashboard", "api.docs",
)  # fmt: skip
# Each registers its pages when it is imported.
PAGES = (
    "pages.wizard", "pages.history", "pages.job", "pages.catalogue", "pages.product", "pages.attributes",
    "pages.global_lists", "pages.categories", "pages.sources", "pages.memory", "pages.schema", "pages.dashboard",
    "pages.members", "pages.keys", "pages.settings",
)  # fmt: skip


def build_app(web: Web, *, pages: bool = True) -> FastAPI:
    """The application of one installation; without `pages` it is the API alone.

    A process can have one application with pages: NiceGUI keeps them in one place.
    """

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
        warm()  # in a process of its own, which nobody waits for
        yield

    app = FastAPI(
        title="Segops Pipeline",
        version=__version__,
        description="Import product catalogues, see what would change, and take any import back.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.state.web = web
    tell_errors(app)
    for name in ROUTERS:
        app.include_router(import_module(f"segops_pipeline.web.{name}").router)
    app.mount("/static", StaticFiles(directory=STATIC), "static")

    @app.get("/", include_in_schema=False)
    def home() -> RedirectResponse:
        return RedirectResponse("/pim", 303)

    @app.api_route("/api/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False)
    def unknown(path: str) -> None:
        raise NotFound(f"There is nothing at /api/{path}.", "What there is stands in /api/docs.")

    if pages:
        _add_pages(app, web)
    describe(app)
    app.add_middleware(Idempotency, database=web.database)
    _secure(app, web)
    return app


def _add_pages(app: FastAPI, web: Web) -> None:
    from nicegui import app as pages_app
    from nicegui import ui

    pages_app.state.web = web
    for name in PAGES:
        import_module(f"segops_pipeline.web.{name}")
    import_module("segops_pipeline.web.pages.missing").tell_errors_of_pages(pages_app)
    ui.run_with(
        app, title="Segops", dark=None, tailwind=False, show_welcome_message=False, reconnect_timeout=30,
        mount_path="/", favicon=STATIC / "favicon.svg",
    )  # fmt: skip


def _secure(app: FastAPI, web: Web) -> None:
    from segops_pipeline.web.security import secure

    secure(app, web)

"""Routes of the API: every path works with and without its trailing slash, and every route can tell of errors."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter

from segops_pipeline.web.errors import ErrorAnswer

PREFIX = "/api/pim"
# What every route may answer besides its own; OpenAPI says so.
ERRORS: dict[int | str, dict[str, Any]] = {
    code: {"model": ErrorAnswer} for code in (400, 401, 403, 404, 409, 412, 413, 422, 429, 503)
}


class ApiRouter(APIRouter):
    """A router below /api/pim; paths are written with their trailing slash, as `import/{job_id}/`."""

    def __init__(self, tag: str) -> None:
        super().__init__(prefix=PREFIX, tags=[tag], responses=ERRORS, redirect_slashes=False)

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **given: Any) -> None:  # noqa: ANN401 - FastAPI's
        """Add a route under both of its paths; the one with the slash is documented."""
        super().add_api_route(path, endpoint, **given)
        if path.endswith("/"):
            given["include_in_schema"] = False
            super().add_api_route(path.removesuffix("/"), endpoint, **given)

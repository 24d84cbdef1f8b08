"""The description of the API: what all of its routes share is added to what FastAPI finds out about each.

What belongs here: how one signs in, headers that every route takes, what errors look like. What doesn't: single routes,
the page that shows the description (`api.docs`).
"""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

API = "/api/pim/"
SCHEMES: dict[str, dict[str, str]] = {
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "A key of the workspace."},
    "bearer": {"type": "http", "scheme": "bearer", "description": "The same key as a bearer token."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "segops_session",
        "description": "The session of a person who has signed in; changes need X-CSRF-Token too.",
    },
}
DESCRIPTION = """\
Import product catalogues, see what would change, and take any import back.

Every path works with and without its trailing slash. **Errors** have one shape: `{"error": {"code", "message",
"remedy", "file"?, "line"?, "column"?, "value"?, "issues"?}}`. **Lists** come in pages: `{count, next, previous,
results}`, by `page` and `page_size` (50, at most 200). **Edits** take `If-Match` with the `ETag` that was read; 412
says that somebody else was quicker. **POST** takes `Idempotency-Key`: the same request under the same key is done once,
and answered as before (`Idempotent-Replayed: true`) for a day.

Usually: `POST import/csv/` → look at the suggestion → `POST import/{job_id}/plan/` → `POST import/{job_id}/confirm/`
with the plan's token → follow `import/{job_id}/events/`.
"""
KEY_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Any text of your own, such as a UUID: the same request under the same key is done once.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
}
METHODS = ("get", "put", "post", "patch", "delete")


def describe(app: FastAPI) -> None:
    """Have an application describe itself with what all routes share."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(get_openapi(
                title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes,
            ))  # fmt: skip
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _completed(schema: dict[str, Any]) -> dict[str, Any]:
    components = schema.setdefault("components", {})
    components["securitySchemes"] = SCHEMES
    _add_bodies(components.setdefault("schemas", {}))
    for path, operations in schema["paths"].items():
        for method in METHODS:
            operation = operations.get(method)
            if operation is None:
                continue
            if path.startswith(API):
                operation["security"] = [{name: []} for name in SCHEMES]
            if method == "post" and path.startswith(API):
                operation.setdefault("parameters", []).append(KEY_HEADER)
    return schema


def _add_bodies(schemas: dict[str, Any]) -> None:
    """The bodies of routes that read them by themselves, which FastAPI cannot know."""
    from segops_pipeline.web.api.import_bodies import CorrectionBody, UploadBody, UploadFields

    for model in (UploadFields, UploadBody, CorrectionBody):
        told = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(told.pop("$defs", {}))
        schemas[model.__name__] = told

"""An upload as it comes: a form with a file, or JSON with a URL or a pasted table, put down in a scratch folder.

What belongs here: bytes to a file, and what was said with it. What doesn't: how large a body may be and how slowly it
may come (`web.security`), reading the file (`imports`).
"""

import json
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from anyio import to_thread
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, UploadFile

from segops_pipeline.config import MEBIBYTE
from segops_pipeline.errors import FileTooLarge, StoreUnreachable, WrongUsage
from segops_pipeline.imports.locations import file_name_of
from segops_pipeline.stores.files import NO_ROOM
from segops_pipeline.web.scratch import new_folder

MOST_FIELDS = 50
MOST_FIELD_BYTES = 64 * 1024
MOST_JSON_BYTES = 32 * MEBIBYTE
FORM = "multipart/form-data"
Body = TypeVar("Body", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Received:
    """A file that has come, under a name that is safe."""

    path: Path
    file_name: str


@contextmanager
def scratch() -> Generator[Path]:
    """A folder for what comes; it is gone afterwards.

    Raises:
        StoreUnreachable: there is no room for it.
    """
    folder = new_folder()
    try:
        yield folder
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        message = f"There is no room in {tempfile.gettempdir()}: {error.strerror or error}"
        raise StoreUnreachable(message, "Make room there, or name another folder with TMPDIR.") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def is_form(request: Request) -> bool:
    """Whether a request sends a form with a file, rather than JSON."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == FORM


async def received_form(request: Request, folder: Path, kind: type[Body]) -> tuple[Received, Body]:
    """Take the file and the fields of a form.

    Raises:
        WrongUsage: there is no file, or several.
        RequestValidationError: a field is none that can be.
    """
    async with request.form(max_files=1, max_fields=MOST_FIELDS, max_part_size=MOST_FIELD_BYTES) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise WrongUsage("The form has no file.", "Send it as the field 'file' of multipart/form-data.")
        fields = _checked(kind, _fields(form))
        name = file_name_of(file.filename or "")
        target = folder / "upload"
        await to_thread.run_sync(_copy, file, target)
    return Received(target, name), fields


async def received_json(request: Request, kind: type[Body]) -> Body:
    """Take a body of JSON.

    Raises:
        FileTooLarge: it is larger than what is taken as JSON.
        RequestValidationError: it is not of the shape that is wanted.
    """
    parts, size = list[bytes](), 0
    async for part in request.stream():
        size += len(part)
        if size > MOST_JSON_BYTES:
            raise FileTooLarge("The JSON is too large.", "Send large tables as a file.")
        parts.append(part)
    try:
        content = json.loads(b"".join(parts) or b"{}")
    except (ValueError, RecursionError) as error:
        problem = {"type": "json_invalid", "loc": ("body",), "msg": f"no valid JSON: {error}", "input": None}
        raise RequestValidationError([problem]) from error
    return _checked(kind, content)


def put_text(text: str, name: str | None, folder: Path) -> Received:
    """Put a pasted table down as a file."""
    target = folder / "upload"
    target.write_text(text, encoding="utf-8", errors="replace", newline="")
    return Received(target, file_name_of(name or "pasted.csv"))


def _fields(form: FormData) -> dict[str, Any]:
    """The fields that are filled in; an empty one is as if it were not there."""
    return {name: value for name, value in form.multi_items() if isinstance(value, str) and value != ""}


def _checked(kind: type[Body], content: Any) -> Body:  # noqa: ANN401 - whatever was sent
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        problems = [{**problem, "loc": ("body", *problem["loc"])} for problem in error.errors(include_url=False)]
        raise RequestValidationError(problems) from error


def _copy(file: UploadFile, target: Path) -> None:
    with target.open("wb") as copy:
        shutil.copyfileobj(file.file, copy, MEBIBYTE)

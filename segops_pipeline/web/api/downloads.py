"""Files to download: written to a scratch file, sent as an attachment, and removed when they are sent.

What belongs here: that. What doesn't: what is in them.
"""

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from segops_pipeline.web.scratch import new_folder

OCTETS, CSV_TYPE = "application/octet-stream", "text/csv"
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = {".csv": CSV_TYPE, ".xlsx": WORKBOOK_TYPE}
_FILE = {"schema": {"type": "string", "format": "binary"}}
BINARY: dict[int | str, dict[str, Any]] = {
    200: {"content": {OCTETS: _FILE, CSV_TYPE: _FILE, WORKBOOK_TYPE: _FILE}, "description": "The file."}
}
CSV: dict[int | str, dict[str, Any]] = {200: {"content": {CSV_TYPE: _FILE}, "description": "The file."}}
WORKBOOK: dict[int | str, dict[str, Any]] = {200: {"content": {WORKBOOK_TYPE: _FILE}, "description": "The file."}}


@contextmanager
def temporary(name: str) -> Generator[Path]:
    """A path for a file that `download` sends; after an error it is gone."""
    folder = new_folder()
    try:
        yield folder / name
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def download(path: Path, name: str, media_type: str | None = None) -> FileResponse:
    """A file as an attachment, which no browser opens by itself; it is gone once it is sent.

    Args:
        path: of `temporary`.
        name: what the user's program calls it.
        media_type: by default, by its ending where that is one of ours; anything else is bytes.
    """
    kind = media_type or TYPES.get(path.suffix, OCTETS)
    after = BackgroundTask(shutil.rmtree, path.parent, ignore_errors=True)
    return FileResponse(path, media_type=kind, filename=name, background=after)

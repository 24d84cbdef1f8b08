"""The catalogue as a file."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from anyio import to_thread
from fastapi import Query
from fastapi.responses import FileResponse

from segops_pipeline.access.audit import record
from segops_pipeline.catalogue.export_files import FORMATS
from segops_pipeline.web import apart
from segops_pipeline.web.api.depends import Reader, TheWeb
from segops_pipeline.web.api.downloads import download, temporary
from segops_pipeline.web.api.filtering import DESCRIPTION, Wanted
from segops_pipeline.web.api.routing import ApiRouter
from segops_pipeline.web.state import Web
from segops_pipeline.web.working import await_apart

router = ApiRouter("export")

FILE: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {one.media_type.partition(";")[0]: FILE for one in FORMATS.values()},
        "description": "The file.",
    }
}
ABOUT = "The products that the filter finds as a file, which an import reads again as they were.\n"


@router.get("/export/", response_class=FileResponse, responses=FILES, summary="Export", description=ABOUT + DESCRIPTION)
async def export(
    web: TheWeb,
    actor: Reader,
    wanted: Wanted,
    format: Annotated[Literal["csv", "jsonl", "xlsx", "parquet"], Query(description="Of the file.")] = "csv",  # noqa: A002
    safe: Annotated[
        bool,
        Query(
            description="CSV for a spreadsheet: an apostrophe stands before every header and before what it would run;"
            " an import takes them away again. A workbook runs nothing either."
        ),
    ] = False,
) -> FileResponse:
    """The products that the filter finds as a file."""
    name = f"{actor.workspace}-products-{datetime.now(UTC):%Y%m%d-%H%M}.{format}"
    with temporary(name) as path:
        count = await await_apart(web.settings, apart.write_export, actor.workspace_id, path, wanted, format, safe)
        await to_thread.run_sync(_note, web, actor, format, count)
        return download(path, name, FORMATS[format].media_type)


def _note(web: Web, actor: Reader, name: str, count: int) -> None:
    with web.database.workspace_session(actor.workspace_id) as connection:
        record(connection, actor, "product.export", details={"format": name, "products": count})

"""The catalogue as a file."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from anyio import to_thread
from fastapi import Query
from fastapi.responses import FileResponse

from segops_pipeline.access.audit import record
from segops_pipeline.catalogue.export_files import FORMATS
from segops_pipeline.catalogue.pim.export import BizzkitExport
from segops_pipeline.catalogue.pim.fold import FileEntity, Mode
from segops_pipeline.errors import Issue, WrongUsage
from segops_pipeline.imports.round_trip import RoundTrip
from segops_pipeline.imports.workspaces import find_workspace
from segops_pipeline.web import apart
from segops_pipeline.web.api.depends import Reader, TheWeb
from segops_pipeline.web.api.downloads import download, temporary
from segops_pipeline.web.api.filtering import DESCRIPTION, Wanted
from segops_pipeline.web.api.routing import ApiRouter
from segops_pipeline.web.api.words import NO_NUL
from segops_pipeline.web.state import Web
from segops_pipeline.web.working import await_apart

router = ApiRouter("export")

ZIP = "application/zip"
LEFT_OUT = "Segops-Left-Out"
FILE: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": dict.fromkeys([*(one.media_type.partition(";")[0] for one in FORMATS.values()), ZIP], FILE),
        "description": f"The file. The header {LEFT_OUT} has the codes of what the format cannot say, if anything.",
    }
}
ABOUT = """The products that the filter finds as a file, which an import reads again as they were.

With `columns_of_source` or `columns_of_template` it has the columns of a source's own last file, or of a mapping
template: edited and imported again, only the edits change anything. As `bizzkit` it has all records of the workspace in
a zip, or those of one `entity` as CSV.
"""
Name = Annotated[str | None, Query(max_length=200, pattern=NO_NUL)]


@router.get("/export/", response_class=FileResponse, responses=FILES, summary="Export", description=ABOUT + DESCRIPTION)
async def export(
    web: TheWeb,
    actor: Reader,
    wanted: Wanted,
    format: Annotated[  # noqa: A002 - the word of the contract
        Literal["csv", "jsonl", "xlsx", "parquet", "bizzkit"], Query(description="Of the file.")
    ] = "csv",
    safe: Annotated[
        bool,
        Query(
            description="CSV for a spreadsheet: an apostrophe stands before every header and before what it would run;"
            " an import takes them away again. A workbook runs nothing either."
        ),
    ] = False,
    columns_of_source: Name = None,
    columns_of_template: Name = None,
    every: Annotated[bool, Query(description="With columns_of_source: products that other sources gave too.")] = False,
    entity: Annotated[FileEntity | None, Query(description="Of bizzkit: only these records.")] = None,
    mode: Annotated[Mode, Query(description="Of bizzkit: in which products are to be imported.")] = "merge",
) -> FileResponse:
    """The products that the filter finds as a file."""
    stamp = f"{actor.workspace}-{entity or 'products'}-{datetime.now(UTC):%Y%m%d-%H%M}"
    if format == "bizzkit":
        order = BizzkitExport.given(entity, mode, wanted)
        name = f"{stamp}{order.suffix}"
        with temporary(name) as path:
            made = await await_apart(web.settings, apart.write_bizzkit, actor.workspace_id, path, order)
            await to_thread.run_sync(_note, web, actor, format, sum(made.counts.values()))
            media = ZIP if order.entity is None else FORMATS["csv"].media_type
            return _telling(download(path, name, media), made.notes)
    if entity is not None or mode != "merge":
        raise WrongUsage("entity and mode are for the format bizzkit.", "Add format=bizzkit, or leave them out.")
    name = f"{stamp}.{format}"
    with temporary(name) as path:
        notes: Sequence[Issue] = ()
        if columns_of_source or columns_of_template:
            own = RoundTrip(columns_of_source, columns_of_template, wanted, format, safe, every)
            place = await to_thread.run_sync(find_workspace, web.database, actor.workspace)
            told = await await_apart(web.settings, apart.write_own, place, path, own)
            count, notes = told.products, told.notes
        else:
            count = await await_apart(web.settings, apart.write_export, actor.workspace_id, path, wanted, format, safe)
        await to_thread.run_sync(_note, web, actor, format, count)
        return _telling(download(path, name, FORMATS[format].media_type), notes)


def _telling(answer: FileResponse, notes: Sequence[Issue]) -> FileResponse:
    if notes:
        answer.headers[LEFT_OUT] = ", ".join(sorted({note.code for note in notes}))
    return answer


def _note(web: Web, actor: Reader, name: str, count: int) -> None:
    with web.database.workspace_session(actor.workspace_id) as connection:
        record(connection, actor, "product.export", details={"format": name, "products": count})

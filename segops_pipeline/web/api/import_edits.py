"""Rejected rows before their import: correct their cells, drop them, or take that back.

What belongs here: these routes. What doesn't: corrected rows of an import that is done (`import_acts`).
"""

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from segops_pipeline.access.audit import record
from segops_pipeline.imports.row_edits import correct_rows, drop_rows, forget_edits, load_edits
from segops_pipeline.web.api.depends import Reader, TheWeb, Writer
from segops_pipeline.web.api.import_bodies import CorrectedRowBody
from segops_pipeline.web.api.import_views import job_of
from segops_pipeline.web.api.routing import ApiRouter
from segops_pipeline.web.api.words import JobId

MOST_ROWS = 10_000
LAST_LINE = 2**53

router = ApiRouter("imports")

Line = Annotated[int, Field(ge=1, le=LAST_LINE)]


class RowEditAnswer(BaseModel):
    """What has been done to a row before its import."""

    line: int
    cells: dict[str, str] | None = Field(description="The corrected cells by column; null: the row is dropped.")
    dropped: bool
    edited_by: str
    edited_at: datetime


class RowEditsBody(BaseModel):
    """Rejected rows to correct and to drop."""

    model_config = ConfigDict(extra="forbid")

    rows: Annotated[list[CorrectedRowBody], Field(max_length=MOST_ROWS)] = Field(
        default_factory=list[CorrectedRowBody], description="Corrected cells by line; further ones of a row add up."
    )
    drop: Annotated[list[Line], Field(max_length=MOST_ROWS)] = Field(
        default_factory=list[int], description="Lines that are left out of the import."
    )
    drop_all: bool = Field(False, description="Leave all rows out that the plan rejects now.")


@router.get("/import/{job_id}/edits/", summary="Rows corrected and dropped before the import")
def list_edits(job_id: JobId, web: TheWeb, actor: Reader) -> list[RowEditAnswer]:
    """The edits by line of the file, which itself stays as it is."""
    job = job_of(web, actor.workspace_id, job_id)
    with web.database.workspace_session(actor.workspace_id) as connection:
        edits = load_edits(connection, job)
    return [RowEditAnswer.model_validate(edit.as_dict()) for edit in edits]


@router.post("/import/{job_id}/edits/", summary="Correct and drop rejected rows before the import")
def edit_rows(job_id: JobId, body: RowEditsBody, web: TheWeb, actor: Writer) -> list[RowEditAnswer]:
    """Lay corrected cells over rows that the job's plan rejects, or leave rows out. Plan again afterwards."""
    corrections = {row.line: row.cells for row in body.rows}
    job_of(web, actor.workspace_id, job_id)
    if corrections:
        correct_rows(web.stores, actor.workspace_id, job_id, corrections, actor.name)
    number = 0
    if body.drop or body.drop_all:
        lines = None if body.drop_all else body.drop
        number = drop_rows(web.stores, actor.workspace_id, job_id, lines, actor.name)
    with web.database.workspace_session(actor.workspace_id) as connection:
        details = {"corrected": len(corrections), "dropped": number}
        record(connection, actor, "import.correct_rows", job_id, details)
    return list_edits(job_id, web, actor)


@router.delete("/import/{job_id}/edits/", summary="Take edits of rows back")
def take_edits_back(
    job_id: JobId,
    web: TheWeb,
    actor: Writer,
    line: Annotated[list[Line] | None, Query(description="Only of these lines; all, if none is given.")] = None,
) -> list[RowEditAnswer]:
    """The rows are again as they are in the file; what is left of the edits is answered."""
    job_of(web, actor.workspace_id, job_id)
    number = forget_edits(web.stores, actor.workspace_id, job_id, line)
    with web.database.workspace_session(actor.workspace_id) as connection:
        record(connection, actor, "import.take_back_rows", job_id, {"rows": number})
    return list_edits(job_id, web, actor)

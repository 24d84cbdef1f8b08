"""Step 1, Upload: the component that takes files, pasted tables and URLs, and the jobs that wait to be gone on with.

What belongs here: what the component is told. What doesn't: the upload itself, which is the API's.
"""

from typing import Any

from nicegui import ui

from segops_pipeline.imports.jobs import Job, list_jobs
from segops_pipeline.imports.sources import list_sources
from segops_pipeline.imports.templates import visible_templates
from segops_pipeline.web.pages.desk import Desk
from segops_pipeline.web.pages.wizard.state import stage_of
from segops_pipeline.web.texts import texts_of_page

MOST_WAITING = 8
MOST_LOOKED_AT = 40


class UploadPanel(ui.element, component="../../components/upload.js"):
    """The drop zone and its alternatives."""

    def __init__(self, desk: Desk, known: dict[str, Any]) -> None:
        super().__init__()
        self._props["texts"] = texts_of_page(desk.language, "wizard")
        self._props["most"] = desk.web.settings.max_upload_bytes
        self._props["language"] = desk.language
        self._props["sources"] = known["sources"]
        self._props["templates"] = known["templates"]
        self._props["waiting"] = known["waiting"]


async def draw_upload(desk: Desk) -> None:
    """Draw step 1."""
    known = await desk.call(_known, desk)
    UploadPanel(desk, known or {"sources": [], "templates": [], "waiting": []})


def _known(desk: Desk) -> dict[str, Any]:
    with desk.connection() as connection:
        sources = [source.name for source in list_sources(connection, desk.actor.workspace_id)]
        jobs = list_jobs(connection, statuses=["mapping"], limit=MOST_LOOKED_AT)
    templates = visible_templates(desk.web.database, desk.actor.workspace_id)
    waiting = [_waiting(job) for job in jobs if stage_of(job) == "mapping"]
    return {
        "sources": sources,
        "templates": list(dict.fromkeys(template.name for template in templates)),
        "waiting": waiting[:MOST_WAITING],
    }


def _waiting(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "file": job.file_name,
        "rows": job.total_rows,
        "source": job.source,
        "by": job.drafted_by or job.created_by,
        "at": (job.drafted_at or job.created_at).isoformat(),
    }

"""One import: where it stands, what happened to it and to its rows, and what can be done about it.

Like the list it is a component that asks the API, and is told by it while the import moves. What belongs here: the
page around it. What doesn't: the list (`history`).
"""

from urllib.parse import quote

from nicegui import ui

from segops_pipeline.errors import JobNotFound
from segops_pipeline.imports.jobs import Job, load_job
from segops_pipeline.web.pages.desk import Desk
from segops_pipeline.web.pages.frame import page
from segops_pipeline.web.pages.history import history_texts
from segops_pipeline.web.pages.parts import empty, heading, link
from segops_pipeline.web.texts import texts


@page("/pim/imports/{job_id}", "job.title")
async def job(desk: Desk, job_id: str) -> None:
    """Everything about one import."""
    ui.add_head_html('<link rel="stylesheet" href="/static/history.css">')
    link(desk.t("job.all_imports"), "/pim/imports", "back")
    found = await desk.call(_job, desk, job_id)
    if found is None:
        empty("search_off", desk.t("job.unknown"), (desk.t("job.all_imports"), "/pim/imports"))
        return
    ui.page_title(f"{found.file_name} · {desk.t('frame.app')}")
    heading(found.file_name)
    ImportJob(desk, found)


class ImportJob(ui.element, component="../components/job.js"):
    """The import, which keeps itself up to date."""

    def __init__(self, desk: Desk, job: Job) -> None:
        super().__init__()
        own = {key.removeprefix("job."): desk.t(key) for key in texts() if key.startswith("job.")}
        self.props["id"] = job.id
        self.props["texts"] = {**history_texts(desk), **own}
        self.props["maywrite"] = desk.actor.may("write")
        self.props["locale"] = desk.language
        self.props["dagster"] = _runs(desk.web.dagster_url, job.id)


def _runs(dagster_url: str | None, job_id: str) -> str | None:
    """Where Dagster shows the runs of an import: those of its partition."""
    return None if dagster_url is None else f"{dagster_url}/runs?q[]={quote(f'tag:dagster/partition={job_id}')}"


def _job(desk: Desk, job_id: str) -> Job | None:
    with desk.connection() as connection:
        try:
            return load_job(connection, job_id)
        except JobNotFound:
            return None

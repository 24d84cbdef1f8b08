"""One import: where it stands, what happened to it and to its rows, and what can be done about it.

Like the list it is a component that asks the API, and is told by it while the import moves. What belongs here: the
page around it. What doesn't: the list (`history`).
"""

import re

from nicegui import ui

from segops_pipeline.errors import JobNotFound
from segops_pipeline.imports.jobs import Job, load_job
from segops_pipeline.web.pages.desk import Desk
from segops_pipeline.web.pages.frame import page
from segops_pipeline.web.pages.history import HEAD, history_texts
from segops_pipeline.web.pages.parts import empty, heading, link
from segops_pipeline.web.texts import texts, texts_of_page

ID = re.compile(r"[A-Za-z0-9._-]{1,100}")
VALUES = '<script src="/static/values.js" defer></script>'
POLICIES = "plan.rule_"


@page("/pim/imports/{job_id}", "job.title")
async def job(desk: Desk, job_id: str) -> None:
    """Everything about one import."""
    ui.add_head_html(HEAD + VALUES)
    link(desk.t("job.all_imports"), "/pim/imports", "back")
    found = await desk.call(_job, desk, job_id)
    if found is None:
        empty("search_off", desk.t("job.unknown"), (desk.t("job.all_imports"), "/pim/imports"))
        return
    title = found.file_name if found.kind == "import" else desk.t(f"history.{found.kind}_of", file=found.file_name)
    ui.page_title(f"{title} · {desk.t('frame.app')}")
    heading(title)
    ImportJob(desk, found)


class ImportJob(ui.element, component="../components/job.js"):
    """The import, which keeps itself up to date."""

    def __init__(self, desk: Desk, job: Job) -> None:
        super().__init__()
        own = texts_of_page(desk.language, "job")
        policies = {key.removeprefix(POLICIES): desk.t(key) for key in texts() if key.startswith(f"{POLICIES}policy_")}
        self.props["id"] = job.id
        of_files = texts_of_page(desk.language, "recognised")
        self.props["texts"] = {**of_files, **history_texts(desk), **policies, **own}
        self.props["maywrite"] = desk.actor.may("write")
        self.props["locale"] = desk.language


def _job(desk: Desk, job_id: str) -> Job | None:
    if not ID.fullmatch(job_id):
        return None
    with desk.connection() as connection:
        try:
            return load_job(connection, job_id)
        except JobNotFound:
            return None

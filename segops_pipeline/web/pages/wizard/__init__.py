"""The import wizard, /pim/import: Upload, Map columns, Confirm and import (seed 000, "Step 1" to "Step 3").

Which step is shown follows from the job (`?job=`) and its draft, so that a refresh, another tab or tomorrow shows the
same. What belongs here: the page, and going from step to step. What doesn't: the steps (`upload`, `reading`,
`mapping`, `recognised`, `plan`), what they know (`state`).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nicegui import run, ui

from segops_pipeline import web
from segops_pipeline.errors import JobNotFound, SegopsError
from segops_pipeline.imports.bizzkit import BIZZKIT
from segops_pipeline.imports.jobs import Job
from segops_pipeline.web.pages.desk import Desk
from segops_pipeline.web.pages.frame import page
from segops_pipeline.web.pages.parts import Words, link, notice
from segops_pipeline.web.pages.wizard.mapping import MappingPanels
from segops_pipeline.web.pages.wizard.plan import draw_plan
from segops_pipeline.web.pages.wizard.reading import Unreadable, draw_reading
from segops_pipeline.web.pages.wizard.recognised import RecognisedPanel, load_recognised
from segops_pipeline.web.pages.wizard.state import Wizard, stage_of
from segops_pipeline.web.pages.wizard.steps_dialog import open_steps
from segops_pipeline.web.pages.wizard.templates import draw_templates
from segops_pipeline.web.pages.wizard.upload import draw_upload

STEPS = ("upload", "mapping", "plan")
RECOGNISED_STEPS = ("upload", "recognised", "plan")  # of a file whose columns say what they are
MODULES = sorted(path.name for path in (Path(web.__file__).parent / "static" / "wizard").glob("*.js"))
# the modules import each other: named here, all are fetched at once
HEAD = '<link rel="stylesheet" href="/static/wizard.css">' + "".join(
    f'<link rel="modulepreload" href="/static/wizard/{name}">' for name in MODULES
)


@page("/pim/import", "wizard.title", "write")
async def wizard_page(desk: Desk) -> None:
    """The wizard of a new import, or of the job in the URL."""
    ui.add_head_html(HEAD)
    job_id = desk.query.get("job")
    if job_id is None:
        _draw_steps(desk, 0)
        await draw_upload(desk)
        return
    await Journey(Wizard(desk, job_id)).draw()


class Journey:
    """The steps of one job, one at a time in one place."""

    def __init__(self, wizard: Wizard) -> None:
        self.wizard = wizard
        self.place = ui.element("div").classes("wizard")
        self.panels: MappingPanels | None = None

    async def draw(self) -> None:
        """Draw the step that the job is in."""
        wizard, desk = self.wizard, self.wizard.desk
        self.place.clear()
        try:
            found = await run.io_bound(self._look)
        except SegopsError as error:
            is_gone = isinstance(error, JobNotFound)
            with self.place:
                notice(desk.t("wizard.no_job") if is_gone else f"{error.message} {error.remedy}", "bad")
                link(desk.t("wizard.other_file"), "/pim/import", "button")
            return
        if found is None:  # the server stops
            return
        job, loaded = found
        with self.place:
            if loaded is None:
                _draw_no_mapping(wizard, job)
            elif wizard.draft.get("step") == "plan":
                await self._draw_plan(loaded)
            else:
                await self._draw_mapping(loaded)

    def _look(self) -> tuple[Job, dict[str, Any] | None]:
        job = self.wizard.job()
        if stage_of(job) != "mapping":
            return job, None
        return job, load_recognised(self.wizard, job) if job.format == BIZZKIT else self.wizard.load(job)

    async def _draw_mapping(self, loaded: dict[str, Any]) -> None:
        if "recognised" in loaded:
            _draw_steps(self.wizard.desk, 1, names=RECOGNISED_STEPS)
            RecognisedPanel(self.wizard, loaded, self.to_plan)
            return
        _draw_steps(self.wizard.desk, 1)
        await draw_templates(self.wizard, ui.element("div"), self.renew)
        self.panels = MappingPanels(self.wizard, loaded, self.to_plan, self._open_steps)

    async def _draw_plan(self, loaded: dict[str, Any]) -> None:
        names = RECOGNISED_STEPS if "recognised" in loaded else STEPS
        _draw_steps(self.wizard.desk, 2, {1: self.to_mapping}, names)
        await draw_plan(self.wizard, ui.element("div"))

    async def renew(self) -> None:
        """Show what a dialog or a template has made of the draft."""
        if self.panels is not None:
            await self.panels.renew()

    async def to_plan(self) -> None:
        """Go to step 3."""
        await self._go("plan")

    async def to_mapping(self) -> None:
        """Go back to step 2."""
        await self._go("mapping")

    async def _go(self, step: str) -> None:
        wizard = self.wizard
        if await wizard.desk.call(wizard.save, {**wizard.draft, "step": step}) is not None:
            await self.draw()

    async def _open_steps(self, column: str) -> None:
        with self.place:
            await open_steps(self.wizard, column, self.renew)


def _draw_no_mapping(wizard: Wizard, job: Job) -> None:
    """What there is to see of a job that takes no mapping, or none yet."""
    desk, stage = wizard.desk, stage_of(job)
    if stage == "reading":
        _draw_steps(desk, 0)
        draw_reading(wizard, job)
    elif stage == "unreadable":
        _draw_steps(desk, 0)
        Unreadable(wizard, job)
    else:
        notice(desk.t("wizard.moved_on", file=job.file_name))
        with ui.element("p").classes("actions"):
            link(desk.t("wizard.see_job"), f"/pim/imports/{job.id}", "button main")
            link(desk.t("wizard.other_file"), "/pim/import", "button")


def _draw_steps(desk: Desk, here: int, back: dict[int, Any] | None = None, names: Sequence[str] = STEPS) -> None:
    """The three steps, the present one marked; to some of the earlier ones a way back."""
    with ui.element("ol").classes("steps").props(f'aria-label="{desk.t("wizard.steps_label")}"'):
        for place, name in enumerate(names):
            step = ui.element("li").classes("here" if place == here else "done" if place < here else "")
            if place == here:
                step.props("aria-current=step")
            with step:
                Words(str(place + 1), "span", "step-number").props("aria-hidden=true")
                words = desk.t(f"wizard.step_{name}")
                if back and place in back:
                    Words(words, "button", "quiet").props("type=button").on("click", back[place])
                else:
                    Words(words, "span")

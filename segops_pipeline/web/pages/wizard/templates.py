"""Templates in step 2: the one that was recognised, choosing another, saving the mapping as one, the file to fill in.

What belongs here: their bar and its events. What doesn't: how it looks (`components/templates.js`), templates
themselves (`imports.templates`), their page (`sources`).
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from nicegui import run, ui
from nicegui.events import GenericEventArguments

from segops_pipeline.access.audit import record
from segops_pipeline.errors import SegopsError, WrongUsage
from segops_pipeline.imports.draft import drafted_confirmation
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.suggest import template_rules
from segops_pipeline.imports.templates import save_draft, use_template, visible_templates
from segops_pipeline.inference.templates import TemplateDraft
from segops_pipeline.web.errors import told
from segops_pipeline.web.pages.wizard.state import Wizard
from segops_pipeline.web.texts import texts_of_page

Done = Callable[[], Awaitable[None]]


async def draw_templates(wizard: Wizard, container: ui.element, done: Done) -> None:
    """Draw the bar of templates into a container; `done` is called when the draft is another one."""
    found = await wizard.desk.call(_known, wizard)
    if found is None:
        return
    with container:
        ui.add_head_html('<link rel="stylesheet" href="/static/plan.css">')
        TemplateBar(wizard, found, done)


class TemplateBar(ui.element, component="../../components/templates.js"):
    """What is known of templates for one file."""

    def __init__(self, wizard: Wizard, known: dict[str, Any], done: Done) -> None:
        super().__init__()
        self._wizard, self._done = wizard, done
        self._before: dict[str, Any] | None = None
        self._props["given"] = known
        self._props["texts"] = texts_of_page(wizard.desk.language, "templates")
        self._props["language"] = wizard.desk.language
        self.on("use", self._use)
        self.on("take_back", self._take_back)
        self.on("save", self._save)

    async def _use(self, event: GenericEventArguments) -> None:
        """Suggest the mapping by a template that a person names; what was there can be taken back."""
        wizard = self._wizard
        before = dict(wizard.draft)
        if await wizard.desk.call(self._used, str(event.args["name"])) is None:
            self.run_method("unchanged")
            return
        self._before = before
        await self._done()
        await self._tell("used")

    def _used(self, name: str) -> bool:
        wizard = self._wizard
        actor = wizard.desk.acting("write")
        wizard.job()  # of this workspace
        use_template(wizard.desk.stores, wizard.job_id, name)
        with wizard.desk.connection() as connection:
            record(connection, actor, "import.template", wizard.job_id, {"template": name})
        return True

    async def _take_back(self) -> None:
        """Bring the mapping back that was there before the template."""
        if self._before is None:
            return
        before, self._before = self._before, None
        if await self._wizard.desk.call(self._wizard.save, before) is None:
            self._before = before
            self.run_method("unchanged")
            return
        await self._done()
        await self._tell("settled")

    async def _save(self, event: GenericEventArguments) -> None:
        """Save the mapping as it is now as a template."""
        try:
            await run.io_bound(self._saved, event.args)
        except SegopsError as error:
            self.run_method("refused", told(error)["error"])
            return
        await self._tell("saved")

    def _saved(self, given: Mapping[str, Any]) -> None:
        wizard = self._wizard
        actor = wizard.desk.acting("write")
        job = wizard.job()
        wizard.load()  # what was saved last, wherever
        confirmation = drafted_confirmation(job, wizard.draft)
        draft = TemplateDraft(
            name=str(given["name"]).strip(),
            description=str(given["description"]).strip() or None,
            mappings=dict(confirmation.mapping),
            fields=confirmation.fields,
            transformations=confirmation.transformations,
            validation_rules=template_rules(job),
            is_default=bool(given["default"]),
            is_public=bool(given["public"]),
            created_by=actor.name,
        )
        with wizard.desk.connection() as connection:
            if not given["replaces"] and draft.name in _own_names(wizard):
                raise WrongUsage(f"There is a template '{draft.name}' already.", "Replace it, or choose another name.")
            save_draft(connection, actor.workspace_id, draft)
            record(connection, actor, "template.save", draft.name, {"job": job.id})

    async def _tell(self, what: str) -> None:
        self.run_method(what, await self._wizard.desk.call(_known, self._wizard))


def _known(wizard: Wizard) -> dict[str, Any]:
    job = wizard.job()
    found = visible_templates(wizard.desk.web.database, job.workspace_id)
    return {
        "name": job.template,
        "extent": _extent(job),
        "can_choose": job.mapping is None and job.status == "mapping",
        "templates": [
            {
                "name": one.name,
                "description": one.description,
                "own": one.workspace_id == job.workspace_id,
                "workspace": one.workspace,
                "columns": len(one.mappings),
                "used": one.used_count,
                "default": one.is_default,
                "fits": sum(header in (job.headers or []) for header in one.mappings),
            }
            for one in found
        ],
    }


def _extent(job: Job) -> str | None:
    template = (job.suggestion or {}).get("template")
    return template.get("extent") if isinstance(template, dict) else None


def _own_names(wizard: Wizard) -> set[str]:
    workspace_id = wizard.desk.actor.workspace_id
    found = visible_templates(wizard.desk.web.database, workspace_id)
    return {one.name for one in found if one.workspace_id == workspace_id}

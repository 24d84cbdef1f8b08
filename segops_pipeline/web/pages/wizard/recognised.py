"""Step 2 of a Bizzkit file: what was recognised, with a choice of what its name and columns leave open.

Nothing is mapped, for its columns say what they are. What belongs here: that view and its events. What doesn't: what a
file is recognised as (`imports.bizzkit`), reading it again (`reading`), the plan.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import run, ui
from nicegui.events import GenericEventArguments

from segops_pipeline.catalogue.pim.fold import FILE_ENTITIES
from segops_pipeline.errors import SegopsError
from segops_pipeline.formats.bizzkit.entities import OVERWRITABLE
from segops_pipeline.imports.bizzkit import OPTIONS, shown_as
from segops_pipeline.imports.jobs import Job, load_issues
from segops_pipeline.web.errors import told
from segops_pipeline.web.pages.wizard.reading import read_as, reread
from segops_pipeline.web.pages.wizard.state import MOST_LOOKED_AT, Wizard, loaded_of_file, notes_beside
from segops_pipeline.web.texts import texts_of_page

TABLE = "table"
Act = Callable[..., Awaitable[None]]


class RecognisedPanel(ui.element, component="../../components/recognised.js"):
    """What a file was recognised as; `on_next` goes to the plan."""

    def __init__(self, wizard: Wizard, loaded: dict[str, Any], on_next: Act) -> None:
        super().__init__()
        self._wizard = wizard
        language = wizard.desk.language
        given = {
            "given": loaded, "texts": {**texts_of_page(language, "wizard"), **texts_of_page(language, "recognised")},
            "entities": list(FILE_ENTITIES), "overwritable": list(OVERWRITABLE), "language": language,
        }  # fmt: skip
        for name, value in given.items():
            self._props[name] = value
        self.on("choose", self._on_choose)
        self.on("reread", self._on_reread)
        self.on("next", on_next)
        self.on("as_table", self._on_as_table)

    async def _on_choose(self, event: GenericEventArguments) -> None:
        """Keep options, and tell what the file is by them."""
        refused = await run.io_bound(self._save, dict(event.args))
        await self._renew(refused)

    def _save(self, options: dict[str, Any]) -> dict[str, Any] | None:
        wizard = self._wizard
        kept = {name: options.get(name) for name in OPTIONS}
        try:
            wizard.save({**wizard.draft, "format_options": kept})
        except SegopsError as error:  # such as that somebody else was quicker: theirs is shown
            return told(error)["error"]
        return None

    async def _on_reread(self, event: GenericEventArguments) -> None:
        await reread(self._wizard, event.args)
        await self._renew(None)

    async def _on_as_table(self) -> None:
        if not await read_as(self._wizard, TABLE):
            await self._renew(None)

    async def _renew(self, refused: dict[str, Any] | None) -> None:
        loaded = await self._wizard.desk.call(load_recognised, self._wizard)
        if loaded is None:
            self.run_method("unread")
        else:
            self.run_method("renew", loaded, refused)


def load_recognised(wizard: Wizard, job: Job | None = None) -> dict[str, Any]:
    """All that the view shows: the file and its first rows, what it is, its columns, and what is wrong with them.

    Raises:
        JobNotFound: the workspace has no such job.
        WrongState: the job does not wait for an answer.
    """
    job = wizard.begin(job)
    problems = wizard.problems(job)
    with wizard.desk.connection() as connection:
        notes = load_issues(connection, job.id, MOST_LOOKED_AT)
    recognised = shown_as(job, wizard.draft.get("format_options"))
    return {
        **loaded_of_file(job, notes),
        "recognised": recognised,
        "options": {name: recognised[name] for name in OPTIONS},
        "headers": job.headers or [],
        "problems": problems,
        "notes": notes_beside(notes, problems),
    }

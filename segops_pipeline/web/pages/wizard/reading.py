"""A file on its way to a mapping: the progress of its reading, why it cannot be read, and reading it otherwise.

What belongs here: both views, and the act of reading again. What doesn't: the upload (`upload`), the mapping.
"""

from typing import Any

from nicegui import run, ui
from nicegui.events import GenericEventArguments

from segops_pipeline.access.audit import record
from segops_pipeline.errors import SegopsError, StoreUnreachable
from segops_pipeline.imports.jobs import Job
from segops_pipeline.reading.choice import NO_HEADER, DialectChoice
from segops_pipeline.web import apart
from segops_pipeline.web.pages.amounts import number
from segops_pipeline.web.pages.parts import Words, card, heading, link
from segops_pipeline.web.pages.wizard.state import Wizard, dialect_of, stage_of
from segops_pipeline.web.texts import texts_of_page
from segops_pipeline.web.working import run_apart

POLL_SECONDS = 0.7
WORDS = ("encoding", "delimiter", "quote", "sheet")


class Unreadable(ui.element, component="../../components/unreadable.js"):
    """Why a file cannot be read, what to do, and the ways to read it otherwise."""

    def __init__(self, wizard: Wizard, job: Job) -> None:
        super().__init__()
        self._wizard = wizard
        self._props["error"] = job.error or {"message": job.state, "remedy": ""}
        self._props["file"] = job.file_name
        self._props["dialect"] = {**dialect_of(job), "asks_sheet": True}
        self._props["texts"] = texts_of_page(wizard.desk.language, "wizard")
        self.on("reread", self._reread)

    async def _reread(self, event: GenericEventArguments) -> None:
        await reread(self._wizard, event.args)
        ui.navigate.reload()


async def reread(wizard: Wizard, choice: dict[str, Any]) -> bool:
    """Read the file again as a person says that it is laid out; whether it could be read."""
    try:
        await run.io_bound(_reread, wizard, _choice(choice))
    except SegopsError as error:
        wizard.desk.tell(error)
        return False
    job = await wizard.desk.call(wizard.job)
    return job is not None and stage_of(job) == "mapping"


async def read_as(wizard: Wizard, format_: str) -> bool:
    """Read the file again as another kind of import, and show what it is then; whether that could be done."""
    try:
        await run.io_bound(_read_as, wizard, format_)
    except SegopsError as error:
        wizard.desk.tell(error)
        return False
    ui.navigate.reload()
    return True


def _choice(given: dict[str, Any]) -> DialectChoice:
    """The choice as the component gives it, as it is shown in `dialect_of`.

    Raises:
        WrongUsage: a part cannot be what it is said to be.
    """
    words = {name: str(given[name]) for name in WORDS if given.get(name) is not None}
    row = given.get("header_row")
    has_header = row != NO_HEADER
    return DialectChoice.of_words(
        **words, header_row=int(row) + 1 if row is not None and has_header else None, no_header=not has_header
    )


def _reread(wizard: Wizard, choice: DialectChoice) -> None:
    actor = wizard.desk.acting("write")
    with wizard.desk.connection() as connection:
        record(connection, actor, "import.reread", wizard.job().id, choice.as_dict())
    run_apart(wizard.desk.web.settings, apart.read_again, wizard.job_id, choice)


def _read_as(wizard: Wizard, format_: str) -> None:
    actor = wizard.desk.acting("write")
    with wizard.desk.connection() as connection:
        record(connection, actor, "import.reread", wizard.job().id, {"format": format_})
    run_apart(wizard.desk.web.settings, apart.read_again, wizard.job_id, None, format_)


def draw_reading(wizard: Wizard, job: Job) -> None:
    """Show how far the reading of a file is, and go on when it has ended."""
    t = wizard.desk.t
    with card().classes("reading"):
        heading(t("wizard.reading_file", file=job.file_name))
        bar = ui.element("progress").props(f'aria-label="{t("wizard.reading")}"')
        facts = Words("", "p", "soft")
        link(t("wizard.wait_elsewhere"), "/pim/imports")

    async def look() -> None:
        try:
            now = await run.io_bound(wizard.job)
        except StoreUnreachable:  # it is looked again, and said nothing each time
            return
        except SegopsError as error:
            looking.cancel()
            wizard.desk.tell(error)
            return
        if now is None:  # the server stops
            return
        if stage_of(now) != "reading":
            ui.navigate.reload()
            return
        if now.stage_total and now.stage_done is not None:
            bar.props(f"max={now.stage_total} value={now.stage_done}")
            facts.set_text(t("wizard.read_so_far", done=number(now.stage_done, wizard.desk.language)))

    looking = ui.timer(POLL_SECONDS, look)

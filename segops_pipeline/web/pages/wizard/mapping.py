"""Step 2, Map columns: the component that draws it, and what it asks of the server.

What belongs here: its events. What doesn't: what is known of the import (`state`), reading its file again
(`reading`).
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import run, ui
from nicegui.events import GenericEventArguments

from segops_pipeline.errors import ChangedMeanwhile, SegopsError, StoreUnreachable
from segops_pipeline.imports.bizzkit import BIZZKIT
from segops_pipeline.web.errors import told
from segops_pipeline.web.pages.wizard.reading import read_as, reread
from segops_pipeline.web.pages.wizard.state import Wizard
from segops_pipeline.web.pages.wizard.words import types_of
from segops_pipeline.web.texts import texts_of_page

Act = Callable[..., Awaitable[None]]


class MappingPanels(ui.element, component="../../components/mapping.js"):
    """Preview, columns and fields of one import; `on_next` goes to the plan, `on_steps` opens a column's steps."""

    def __init__(self, wizard: Wizard, loaded: dict[str, Any], on_next: Act, on_steps: Act) -> None:
        super().__init__()
        desk = wizard.desk
        self._wizard = wizard
        self._saving = asyncio.Lock()
        self._answered: tuple[int, str, tuple[Any, ...]] | None = None
        self._props["given"] = loaded
        self._props["texts"] = texts_of_page(desk.language, "wizard")
        self._props["types"] = types_of(desk)
        self._props["person"] = desk.actor.name
        self._props["language"] = desk.language
        self.on("save", self._save)
        self.on("look", self._look)
        self.on("theirs", self.renew)
        self.on("reread", self._reread)
        self.on("next", on_next)
        self.on("as_bizzkit", self._as_bizzkit)
        self.on("steps", lambda event: on_steps(event.args))

    async def renew(self, *, is_reread: bool = False) -> None:
        """Show what is there now, in the place of what is shown."""
        loaded = await self._wizard.desk.call(self._wizard.load)
        if loaded is None:
            self.run_method("unread")
        else:
            self.run_method("renew", loaded, is_reread)

    async def _save(self, event: GenericEventArguments) -> None:
        sent = event.args
        async with self._saving:  # the same draft may come twice, when the first answer was late
            serial = int(sent["serial"])
            if self._answered is None or self._answered[0] != serial:
                answered = await run.io_bound(self._saved, sent["draft"], int(sent["version"]))
                if answered is None:  # the server stops; the next one is asked again
                    return
                self._answered = (serial, *answered)
            _, method, answer = self._answered
            if method == "was_refused" and answer[1]:  # that is tried again
                self._answered = None
            self.run_method(method, serial, *answer)

    def _saved(self, draft: dict[str, Any], version: int) -> tuple[str, tuple[Any, ...]]:
        """Save a draft; the component's method that tells of it, and what it is told."""
        wizard = self._wizard
        try:
            now = wizard.save(draft, version)
            return "was_saved", (now, wizard.problems())
        except ChangedMeanwhile:
            return "was_changed", (self._drafted(),)
        except SegopsError as error:
            return "was_refused", (told(error)["error"], isinstance(error, StoreUnreachable))

    def _drafted(self) -> dict[str, Any]:
        job = self._wizard.job()
        at = job.drafted_at.isoformat() if job.draft is not None and job.drafted_at else None
        return {"version": job.draft_version, "by": job.drafted_by if at else None, "at": at}

    async def _look(self, _event: GenericEventArguments) -> None:
        drafted = await self._wizard.desk.call(self._drafted)
        if drafted is not None:
            self.run_method("is_newer", drafted)

    async def _as_bizzkit(self) -> None:
        await read_as(self._wizard, BIZZKIT)

    async def _reread(self, event: GenericEventArguments) -> None:
        if await reread(self._wizard, event.args):
            await self.renew(is_reread=True)
        else:
            self.run_method("unread")

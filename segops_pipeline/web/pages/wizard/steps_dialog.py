"""The dialog of a column's transformations: steps added, ordered and removed, and what becomes of the column's values.

What belongs here: the dialog's events. What doesn't: steps as forms (`steps_form`), how the dialog looks
(`components/steps.js`), what a step does (`inference.transformations`).
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from nicegui import run, ui
from nicegui.events import GenericEventArguments

from segops_pipeline.errors import BadMapping, SegopsError
from segops_pipeline.imports.draft import drafted_confirmation
from segops_pipeline.imports.preview import preview
from segops_pipeline.inference.measures import UNITS, kind_of
from segops_pipeline.inference.postal import PARTS
from segops_pipeline.inference.transformations import parse_steps
from segops_pipeline.web.pages.wizard.state import Wizard
from segops_pipeline.web.pages.wizard.steps_form import KINDS, as_form, as_text
from segops_pipeline.web.texts import texts_of_page

MOST_CELLS = 12


async def open_steps(wizard: Wizard, column: str, done: Callable[[], Awaitable[None]]) -> None:
    """Open the dialog of a column's steps; `done` is called after they were saved into the draft."""
    ui.add_head_html('<link rel="stylesheet" href="/static/plan.css">')
    job = await wizard.desk.call(wizard.job)
    if job is None:
        return
    texts = wizard.draft.get("transformations", {}).get(column, [])
    # a click beside it would throw away what has been typed
    with ui.dialog().props("no-backdrop-dismiss") as dialog, ui.element("div").classes("steps-dialog"):
        StepsForm(wizard, column, [step for step in job.headers or [] if step != column], texts, dialog, done)
    dialog.on("hide", dialog.delete)
    dialog.open()


class StepsForm(ui.element, component="../../components/steps.js"):
    """The steps of one column."""

    def __init__(
        self,
        wizard: Wizard,
        column: str,
        others: Sequence[str],
        texts: Sequence[str],
        dialog: ui.dialog,
        done: Callable[[], Awaitable[None]],
    ) -> None:
        super().__init__()
        self._wizard, self._column, self._dialog, self._done = wizard, column, dialog, done
        desk = wizard.desk
        self._props["column"] = column
        self._props["target"] = wizard.draft.get("mapping", {}).get(column)
        self._props["given"] = [as_form(text) for text in texts if _is_step(text)]
        self._props["kinds"] = KINDS
        self._props["others"] = list(others)
        self._props["units"] = [{"name": unit, "kind": kind_of(unit)} for unit in UNITS]
        self._props["parts"] = list(PARTS)
        self._props["texts"] = {**texts_of_page(desk.language, "plan"), **texts_of_page(desk.language, "steps")}
        self._props["language"] = desk.language
        self.on("preview", self._preview)
        self.on("save", self._save)
        self.on("close", dialog.close)

    async def _preview(self, event: GenericEventArguments) -> None:
        texts = [as_text(form) for form in event.args["steps"]]
        answer = await run.io_bound(self._previewed, texts)
        if answer is not None:
            self.run_method("previewed", int(event.args["serial"]), answer)

    def _previewed(self, texts: Sequence[str]) -> dict[str, Any]:
        """What becomes of samples; where a step cannot be done, that, and what becomes of them by those before it."""
        problem = None
        good: list[str] = []
        for place, text in enumerate(texts):
            try:
                parse_steps([*good, text], self._column)
            except BadMapping as error:
                problem = {"place": place, "message": error.message, "remedy": _short(error)}
                break
            good.append(text)
        wizard = self._wizard
        try:
            confirmation = drafted_confirmation(wizard.job(), wizard.draft)
            found = preview(
                wizard.desk.stores, wizard.job_id, column=self._column, steps=good, confirmation=confirmation
            )
        except SegopsError as error:
            return {
                "problem": problem or {"place": None, "message": error.message, "remedy": error.remedy},
                "cells": [],
            }
        column = found[0]
        cells = [cell.as_dict() for cell in column.cells[:MOST_CELLS]]
        return {"problem": problem, "cells": cells, "type": column.type, "texts": list(texts)}

    async def _save(self, event: GenericEventArguments) -> None:
        """Keep the steps in the draft."""
        texts = [as_text(form) for form in event.args["steps"]]
        if await self._wizard.desk.call(self._saved, texts):
            self._dialog.close()
            await self._done()
        else:
            self.run_method("unsaved")

    def _saved(self, texts: Sequence[str]) -> bool:
        steps = [str(step) for step in parse_steps(texts, self._column)]
        draft = dict(self._wizard.draft)
        others = {name: given for name, given in draft.get("transformations", {}).items() if name != self._column}
        draft["transformations"] = {**others, self._column: steps} if steps else others
        self._wizard.save(draft)
        return True


def _is_step(text: str) -> bool:
    try:
        as_form(text)
    except BadMapping:
        return False
    return True


def _short(error: BadMapping) -> str:
    """The remedy without the list of all steps, which the form is."""
    return "" if error.remedy.startswith("Steps are:") else error.remedy

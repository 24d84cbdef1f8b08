"""Step 3, Confirm and import: what would happen, and the button that lets exactly that happen (seed 000, "Step 3").

What belongs here: planning with progress, confirming, and the events of the component. What doesn't: what is shown
(`plan_facts`), how it looks (`components/plan.js`), rules of an import (`imports`).
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from nicegui import run, ui
from nicegui.events import GenericEventArguments

from segops_pipeline.access.audit import record
from segops_pipeline.catalogue.plan import Plan, load_plan
from segops_pipeline.errors import (
    JobBusy,
    JobCancelled,
    PlanNotFound,
    RunInterrupted,
    SegopsError,
    StalePlan,
    WrongState,
)
from segops_pipeline.imports.confirm import Confirmation
from segops_pipeline.imports.draft import drafted_confirmation
from segops_pipeline.imports.failure import cancel
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.planning import STAGE, find_plan, standing_plan
from segops_pipeline.imports.row_edits import correct_rows, drop_rows, forget_edits
from segops_pipeline.web.apart import confirm_planned, judge_corrections, plan
from segops_pipeline.web.errors import told
from segops_pipeline.web.pages.wizard.plan_facts import PAGE_ROWS, facts_of, rejected_page, rules_of_draft
from segops_pipeline.web.pages.wizard.state import Wizard
from segops_pipeline.web.texts import texts_of_page
from segops_pipeline.web.working import WorkFailedError, await_apart

LOOK_SECONDS = 0.4
BUSY_SECONDS, BUSY_TRIES = 1.0, 60
OF_RULES = ("match", "mode", "empty", "conflict", "dated_by", "absent")

Result = TypeVar("Result")

log = logging.getLogger(__name__)


async def draw_plan(wizard: Wizard, container: ui.element) -> None:
    """Draw step 3 of an import into a container: plan its draft, unless that is planned, and show the plan."""
    with container:
        ui.add_head_html('<link rel="stylesheet" href="/static/plan.css">')
        view = PlanView(wizard)
    ui.timer(0.01, view.begin, once=True)


class PlanView(ui.element, component="../../components/plan.js"):
    """The plan of one import, its rules and its rejected rows."""

    def __init__(self, wizard: Wizard) -> None:
        super().__init__()
        self._wizard = wizard
        self._is_planning = self._is_stopping = False
        desk = wizard.desk
        texts = texts_of_page(desk.language, "plan")
        if wizard.is_of_records:
            texts |= texts_of_page(desk.language, "plan_records")
        self._props["texts"] = texts
        self._props["language"] = desk.language
        self._props["job"] = wizard.job_id
        self._props["page-rows"] = PAGE_ROWS
        for name in ("plan", "cancel", "rules", "confirm", "rows", "check", "apply", "drop_all", "take_back"):
            self.on(name, getattr(self, f"_on_{name}"))

    async def begin(self) -> None:
        """Show the plan that there is, or make one."""
        found = await self._wizard.desk.call(self._standing)
        if found is None:
            await self._plan()
        else:
            self._tell("show", *found)

    def _standing(self) -> tuple[dict[str, Any], dict[str, Any]] | None:
        wizard = self._wizard
        if not wizard.draft:
            wizard.load()
        job = wizard.job()
        try:
            found = standing_plan(wizard.desk.stores, job, self._confirmation())
        except SegopsError:  # planning tells it
            return None
        return None if found is None else self._facts(found)

    def _facts(self, found: Plan) -> tuple[dict[str, Any], dict[str, Any]]:
        return facts_of(self._wizard, found), rules_of_draft(self._wizard.job(), self._wizard.draft)

    def _confirmation(self) -> Confirmation:
        return drafted_confirmation(self._wizard.job(), self._wizard.draft)

    async def _plan(self) -> None:
        """Plan the draft in a child, tell how far it is, then show the plan or why there is none."""
        if self._is_planning:
            return
        wizard, desk = self._wizard, self._wizard.desk
        self._is_planning, self._is_stopping = True, False
        started = time.monotonic()
        self._tell("planning", 0, 0, 0)
        looking: ui.timer | None = None
        try:
            await run.io_bound(desk.acting, "write")
            before = await run.io_bound(wizard.job)
            looking = ui.timer(LOOK_SECONDS, lambda: self._look(started, before))
            confirmation = await run.io_bound(self._confirmation)
            await self._apart(confirmation)
            found = await run.io_bound(self._planned)
            if found is not None:  # else the server ends
                self._tell("show", *found)
        except JobCancelled:
            self._tell("stopped")
        except SegopsError as error:
            self._tell("failed", told(error)["error"], await run.io_bound(self._rules))
        finally:
            if looking is not None:
                looking.cancel()
            self._is_planning = False

    async def _apart(self, confirmation: Confirmation | None) -> None:
        """Plan in a child; a plan of an earlier look at the page may have to end first."""
        for tries_left in reversed(range(BUSY_TRIES)):
            try:
                await self._work(plan, self._wizard.job_id, confirmation)
            except JobBusy:
                if not tries_left or self.is_deleted:
                    raise
                await asyncio.sleep(BUSY_SECONDS)
            else:
                return

    async def _work(self, function: Callable[..., Result], *arguments: Any) -> Result:  # noqa: ANN401 - as `await_apart`
        """Call a function in a child; a defect of ours is logged, and told without its inside."""
        try:
            return await await_apart(self._wizard.desk.web.settings, function, *arguments)
        except WorkFailedError as error:
            log.exception("job %s: what the wizard asked for failed", self._wizard.job_id)
            remedy = "Try again; the server's log says what happened."
            raise RunInterrupted("Something went wrong here.", remedy) from error

    def _tell(self, method: str, *given: Any) -> None:  # noqa: ANN401 - as the component takes it
        """Call a method of the component, if the person still looks at it."""
        if not self.is_deleted:
            self.run_method(method, *given)

    async def _look(self, started: float, before: Job | None) -> None:
        """Tell how far the plan is; what the job says of an earlier stage does not count."""
        if self._is_stopping:  # what was cancelled before its child had begun
            await run.io_bound(self._cancel)
        job = await run.io_bound(self._wizard.job)
        is_told = job is not None and before is not None and job.updated_at > before.updated_at and job.stage == STAGE
        if self._is_planning and job is not None and is_told:
            self._tell("planning", job.stage_done or 0, job.stage_total or 0, time.monotonic() - started)

    def _planned(self) -> tuple[dict[str, Any], dict[str, Any]]:
        with self._wizard.desk.connection() as connection:
            found = load_plan(connection, self._wizard.job_id)
        if found is None:
            raise RunInterrupted("The plan is not there any more.", "Plan again.")
        return self._facts(found)

    def _rules(self) -> dict[str, Any]:
        return rules_of_draft(self._wizard.job(), self._wizard.draft)

    async def _on_plan(self) -> None:
        await self._plan()

    async def _on_cancel(self) -> None:
        if await self._wizard.desk.call(self._may_cancel):
            self._is_stopping = True

    def _may_cancel(self) -> bool:
        self._note("import.cancel", {})
        self._cancel()
        return True

    def _cancel(self) -> None:
        job = self._wizard.job()  # of this workspace
        with suppress(WrongState):  # it has ended
            cancel(self._wizard.desk.stores, job.id)

    async def _on_rules(self, event: GenericEventArguments) -> None:
        """Keep the rules that were chosen, and plan under them."""
        if await self._wizard.desk.call(self._save_rules, event.args) is None:
            self._tell("rules_refused")
        else:
            await self._plan()

    def _save_rules(self, chosen: Mapping[str, Any]) -> int:
        draft = dict(self._wizard.draft)
        rules = {**(draft.get("rules") or {}), **{name: chosen[name] or None for name in OF_RULES}}
        rules = {name: value for name, value in rules.items() if value is not None}
        return self._wizard.save(
            {**draft, "rules": rules, "policy": chosen["policy"], "validation": chosen["validation"]}
        )

    async def _on_confirm(self, event: GenericEventArguments) -> None:
        """Confirm exactly the plan that was seen; the import itself is Dagster's."""
        job_id = self._wizard.job_id
        token, accepts = str(event.args["token"]), bool(event.args["accept_guards"])
        try:
            await run.io_bound(self._check_seen, token)
            await self._work(confirm_planned, token, accepts)
            await run.io_bound(self._note, "import.confirm", {"plan": token, "accept_guards": accepts})
        except (StalePlan, PlanNotFound) as error:
            self._tell("is_stale", told(error)["error"])
        except SegopsError as error:
            self._tell("refused", told(error)["error"])
        else:
            self._tell("leave", f"/pim?imported={job_id}")

    def _check_seen(self, token: str) -> None:
        """Check that the plan is still this job's; another tab may have made a new one."""
        self._wizard.desk.acting("write")
        if find_plan(self._wizard.desk.stores, token) != self._wizard.job_id:
            raise PlanNotFound("The plan is none of this import.", "Plan again.")

    def _note(self, act: str, details: Mapping[str, Any]) -> None:
        desk = self._wizard.desk
        with desk.connection() as connection:
            record(connection, desk.acting("write"), act, self._wizard.job_id, details)

    async def _on_rows(self, event: GenericEventArguments) -> None:
        cause = event.args.get("cause")
        chosen = None if cause is None else (str(cause["code"]), cause["column"])
        rows = await self._wizard.desk.call(rejected_page, self._wizard, int(event.args["offset"]), chosen)
        self._tell("show_rows", int(event.args["serial"]), rows)  # None: it has been told why

    async def _on_check(self, event: GenericEventArguments) -> None:
        """Judge corrected cells before they are kept."""
        desk = self._wizard.desk
        try:
            corrections = _corrections(event.args["cells"])
            found: dict[int, list[dict[str, Any]]] = await self._work(
                judge_corrections, desk.actor.workspace_id, self._wizard.job_id, corrections
            )
        except SegopsError as error:
            desk.tell(error)
            found = {}
        self._tell("checked", int(event.args["serial"]), {str(line): issues for line, issues in found.items()})

    async def _on_apply(self, event: GenericEventArguments) -> None:
        """Keep corrected cells and dropped rows, and plan with them."""
        corrections, dropped = _corrections(event.args["cells"]), [int(line) for line in event.args["dropped"]]
        if await self._wizard.desk.call(self._apply, corrections, dropped):
            self._tell("applied")
            await self._plan()

    def _apply(self, corrections: dict[int, dict[str, str]], dropped: list[int] | None) -> bool:
        desk, job_id = self._wizard.desk, self._wizard.job_id
        actor = desk.acting("write")
        if corrections:
            correct_rows(desk.stores, actor.workspace_id, job_id, corrections, actor.name)
        number = 0
        if dropped is None or dropped:
            number = drop_rows(desk.stores, actor.workspace_id, job_id, dropped, actor.name)
        self._note("import.correct_rows", {"corrected": len(corrections), "dropped": number})
        return True

    async def _on_drop_all(self) -> None:
        if await self._wizard.desk.call(self._apply, {}, None):
            self._tell("applied")
            await self._plan()

    async def _on_take_back(self, event: GenericEventArguments) -> None:
        """Take edits of rows back, and plan without them."""
        lines = event.args.get("lines")
        if await self._wizard.desk.call(self._take_back, None if lines is None else [int(one) for one in lines]):
            await self._plan()

    def _take_back(self, lines: list[int] | None) -> bool:
        desk, job_id = self._wizard.desk, self._wizard.job_id
        actor = desk.acting("write")
        number = forget_edits(desk.stores, actor.workspace_id, job_id, lines)
        self._note("import.take_back_rows", {"rows": number})
        return True


def _corrections(cells: Mapping[str, Mapping[str, Any]]) -> dict[int, dict[str, str]]:
    return {int(line): {str(name): str(cell) for name, cell in given.items()} for line, given in cells.items()}

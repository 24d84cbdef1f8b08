"""The history of imports: what came, how far it is, and what can be done about it.

The list is a component of its own that asks the API, so that two hundred people who watch cost little. What belongs
here: the page around it. What doesn't: one import (`job`).
"""

from nicegui import ui

from segops_pipeline.imports.sources import list_sources
from segops_pipeline.web.pages.desk import Desk
from segops_pipeline.web.pages.frame import page
from segops_pipeline.web.texts import texts_of_page

JOBS_ON_A_PAGE = 20
HEAD = '<link rel="stylesheet" href="/static/history.css"><script src="/static/jobs.js" defer></script>'


@page("/pim/imports", "frame.history")
async def history(desk: Desk) -> None:
    """The most recent imports, older ones by page."""
    ui.add_head_html(HEAD)
    sources = await desk.call(_sources, desk)
    History(desk, sources or [])


class History(ui.element, component="../components/history.js"):
    """The list, which keeps itself up to date."""

    def __init__(self, desk: Desk, sources: list[str]) -> None:
        super().__init__()
        self.props["texts"] = {**history_texts(desk), "import": desk.t("frame.import")}
        self.props["sources"] = sources
        self.props["me"] = desk.actor.name
        self.props["maywrite"] = desk.actor.may("write")
        self.props["locale"] = desk.language
        self.props["pagesize"] = JOBS_ON_A_PAGE


def history_texts(desk: Desk) -> dict[str, str]:
    """The texts of imports, by their short names, for components."""
    return texts_of_page(desk.language, "history")


def _sources(desk: Desk) -> list[str]:
    with desk.connection() as connection:
        return [source.name for source in list_sources(connection, desk.actor.workspace_id)]

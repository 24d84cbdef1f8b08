"""Guards: the limits beyond which an import waits for a person, of the workspace and of single sources.

What belongs here: what the page of sources shows of them. What doesn't: what they are (`catalogue.guards`).
"""

from nicegui import ui

from segops_pipeline.catalogue.guards import GUARDS, SETTINGS
from segops_pipeline.web.pages.desk import Desk
from segops_pipeline.web.pages.resource import words_of


class Guards(ui.element, component="../components/guards.js"):
    """The limits, each saved as it is set."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.props["texts"] = words_of(desk, "guards")
        self.props["maywrite"] = desk.actor.may("manage")
        self.props["guards"] = [
            {
                "name": guard.name, "what": desk.t(f"guards.{guard.name}"), "share": guard.is_share,
                "always": guard.name in SETTINGS,
            }
            for guard in GUARDS.values()
        ]  # fmt: skip

"""The product schema: fields, types, order, and what amounts without a currency are in.

What belongs here: the page around the component. What doesn't: fields as an import finds them (`wizard`).
"""

from nicegui import ui

from segops_pipeline.inference.currencies import CODES
from segops_pipeline.web.pages.desk import Desk
from segops_pipeline.web.pages.frame import page
from segops_pipeline.web.pages.parts import Words, link
from segops_pipeline.web.texts import texts


@page("/pim/schema", "frame.schema")
async def schema(desk: Desk) -> None:
    """The fields of the workspace's products."""
    Words(desk.t("schema.hint"), "p", "soft")
    Schema(desk)
    link(desk.t("schema.fill_in"), "/api/pim/fill-in/", "button").props("download")


class Schema(ui.element, component="../components/schema.js"):
    """The fields, saved as a whole."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        own = {key.removeprefix("schema."): desk.t(key) for key in texts() if key.startswith("schema.")}
        self.props["texts"] = {**own, "save": desk.t("frame.save")}
        self.props["maywrite"] = desk.actor.may("write")
        self.props["currencies"] = sorted(CODES)

"""The product schema: fields, types, order, and what amounts without a currency are in.

What belongs here: the page around the component. What doesn't: fields as an import finds them (`wizard`).
"""

from nicegui import ui

from segops_pipeline.inference.currencies import CODES
from segops_pipeline.web.pages.desk import Desk
from segops_pipeline.web.pages.frame import page
from segops_pipeline.web.pages.parts import Words, heading, link
from segops_pipeline.web.pages.resource import Resource, removal, words_of


@page("/pim/schema", "frame.schema")
async def schema(desk: Desk) -> None:
    """The fields of the workspace's products."""
    Words(desk.t("schema.hint"), "p", "soft")
    Schema(desk)
    link(desk.t("schema.fill_in"), "/api/pim/fill-in/", "button").props("download")
    _locks(desk)


class Schema(ui.element, component="../components/schema.js"):
    """The fields, saved as a whole."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.props["texts"] = words_of(desk, "schema")
        self.props["maywrite"] = desk.actor.may("write")
        self.props["currencies"] = sorted(CODES)


def _locks(desk: Desk) -> None:
    t = desk.t
    heading(t("locks.title"))
    Words(t("locks.hint"), "p", "soft")
    Resource(
        desk,
        "locks",
        "/api/pim/locks/",
        identity="field",
        keys=("field", "sku"),
        makes="POST",
        icon="lock",
        permission="write",
        columns=[
            {"name": "field", "label": t("locks.field"), "kind": "code"},
            {"name": "sku", "label": t("locks.sku"), "empty": t("locks.every")},
            {"name": "locked_by", "label": t("locks.by")},
            {"name": "created_at", "label": t("locks.at"), "kind": "date"},
        ],
        form=[
            {
                "name": "field", "label": t("locks.field"), "kind": "text", "required": True, "change": False,
                "hint": t("locks.field_hint"),
            },
            {
                "name": "sku", "label": t("locks.sku"), "kind": "text", "change": False, "empties": "",
                "hint": t("locks.sku_hint"),
            },
        ],
        acts=[removal("unlock", t("locks.unlock"), t("locks.unlock_hint"))],
    )  # fmt: skip

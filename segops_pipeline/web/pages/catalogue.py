"""The catalogue: what is in it, found by words, by meaning and by values.

The list is a component that asks the API. What belongs here: the page around it. What doesn't: one product (`product`).
"""

from typing import Any

from nicegui import ui

from segops_pipeline.catalogue.pim.plain import load_lookup
from segops_pipeline.catalogue.pim.plain_fields import plain_fields
from segops_pipeline.catalogue.schema import load_fields
from segops_pipeline.web.api.wire import wire_type
from segops_pipeline.web.pages.desk import Desk
from segops_pipeline.web.pages.frame import page
from segops_pipeline.web.texts import texts_of_page

STYLES = '<link rel="stylesheet" href="/static/catalogue.css"><script src="/static/values.js" defer></script>'


@page("/pim", "frame.catalogue")
async def catalogue(desk: Desk) -> None:
    """All products, and the way to each."""
    ui.add_head_html(STYLES)
    fields = await desk.call(_fields, desk)
    Catalogue(desk, fields or [])


class Catalogue(ui.element, component="../components/catalogue.js"):
    """The list, with what it is narrowed down by."""

    def __init__(self, desk: Desk, fields: list[dict[str, Any]]) -> None:
        super().__init__()
        self.props["texts"] = catalogue_texts(desk)
        self.props["fields"] = fields
        self.props["maywrite"] = desk.actor.may("write")
        self.props["locale"] = desk.language
        self.props["imported"] = desk.query.get("imported")


def catalogue_texts(desk: Desk) -> dict[str, str]:
    """The texts of products, by their short names, for components."""
    own = texts_of_page(desk.language, "catalogue")
    common = {name: desk.t(f"frame.{name}") for name in ("import", "cancel", "save", "delete", "history")}
    return {**common, **own}


def fields_on_wire(desk: Desk) -> list[dict[str, Any]]:
    """The fields of the schema, as components take them."""
    with desk.connection() as connection:
        fields = load_fields(connection)
    return [
        {"name": one.key, "label": one.label, "type": wire_type(one.type), "required": one.required} for one in fields
    ]


def _fields(desk: Desk) -> list[dict[str, Any]]:
    """All that can be shown and filtered of products: fields of the schema, and those of structured attributes."""
    with desk.connection() as connection:
        lookup = load_lookup(connection, desk.actor.workspace_id)
        structured = plain_fields(connection, desk.actor.workspace_id, lookup)
    return [
        *fields_on_wire(desk),
        *({"name": one.key, "label": one.label, "type": wire_type(one.type), "required": False} for one in structured),
    ]

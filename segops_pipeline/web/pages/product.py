"""One product: its values, where each is from, its history; edited in place.

What belongs here: the page around the component. What doesn't: the list (`catalogue`).
"""

from typing import Any

from nicegui import ui

from segops_pipeline.catalogue.listing import ListedProduct, ids_of, load_product_by_id
from segops_pipeline.catalogue.pim.browse import groups_of_attributes
from segops_pipeline.errors import NotFound
from segops_pipeline.web.pages.catalogue import STYLES, catalogue_texts, fields_on_wire
from segops_pipeline.web.pages.desk import Desk
from segops_pipeline.web.pages.frame import page
from segops_pipeline.web.pages.parts import empty, link
from segops_pipeline.web.texts import texts_of_page

LARGEST_ID = 2**63 - 1


@page("/pim/products/by-sku", "catalogue.product")
@page("/pim/products/by-sku/{sku:path}", "catalogue.product")
async def by_sku(desk: Desk, sku: str = "") -> None:
    """The way to a product by its sku; `?sku=` takes those that no path holds, such as `..`."""
    found = await desk.call(_id_of, desk, desk.query.get("sku", sku))
    if found is None:
        _unknown(desk)
    else:
        ui.navigate.to(f"/pim/products/{found}")


@page("/pim/products/{product_id}", "catalogue.product")
async def product(desk: Desk, product_id: str) -> None:
    """Everything about one product."""
    ui.add_head_html(STYLES + '<link rel="stylesheet" href="/static/pim.css">')
    link(desk.t("catalogue.all_products"), "/pim", "back")
    found = await desk.call(_load, desk, product_id)
    if found is None:
        _unknown(desk)
        return
    ui.page_title(f"{found.name or found.sku} · {desk.t('frame.app')}")
    Product(desk, found.id, await desk.call(_fields, desk) or [])


class Product(ui.element, component="../components/product.js"):
    """The product, which can be edited in place."""

    def __init__(self, desk: Desk, product_id: int, fields: list[dict[str, Any]]) -> None:
        super().__init__()
        self.props["id"] = product_id
        self.props["texts"] = catalogue_texts(desk) | texts_of_page(desk.language, "product_pim")
        self.props["fields"] = fields
        self.props["maywrite"] = desk.actor.may("write")
        self.props["locale"] = desk.language


def _unknown(desk: Desk) -> None:
    empty("search_off", desk.t("catalogue.unknown"), (desk.t("catalogue.all_products"), "/pim"))


def _load(desk: Desk, product_id: str) -> ListedProduct | None:
    if not product_id.isascii() or not product_id.isdigit() or int(product_id) > LARGEST_ID:
        return None
    with desk.connection() as connection:
        try:
            return load_product_by_id(connection, desk.actor.workspace_id, int(product_id))
        except NotFound:
            return None


def _fields(desk: Desk) -> list[dict[str, Any]]:
    """The fields of the schema with the groups that they are in."""
    with desk.connection() as connection:
        groups = groups_of_attributes(connection, desk.actor.workspace_id)
    return [{**field, "group": groups.get(field["name"])} for field in fields_on_wire(desk)]


def _id_of(desk: Desk, sku: str) -> int | None:
    if "\x00" in sku:
        return None
    with desk.connection() as connection:
        return ids_of(connection, desk.actor.workspace_id, [sku]).get(sku)

"""The product hierarchies as a tree, a node with its products beside it; and brands with their sub-brands.

What belongs here: these pages, which show: both are changed by imports. What doesn't: a product (`product`).
"""

from typing import Any

from nicegui import ui

from segops_pipeline.web.pages.desk import Desk
from segops_pipeline.web.pages.frame import page
from segops_pipeline.web.pages.parts import Words
from segops_pipeline.web.pages.resource import words_of

STYLES = '<link rel="stylesheet" href="/static/pim.css"><script src="/static/values.js" defer></script>'


@page("/pim/categories", "frame.categories")
async def categories(desk: Desk) -> None:
    """The tree of categories."""
    ui.add_head_html(STYLES)
    Words(desk.t("categories.hint"), "p", "soft")
    Tree(desk, "categories", "/api/pim/categories/", "account_tree", has_products=True)


@page("/pim/brands", "frame.brands")
async def brands(desk: Desk) -> None:
    """Brands and their sub-brands."""
    ui.add_head_html(STYLES)
    Words(desk.t("brands.hint"), "p", "soft")
    Tree(desk, "brands", "/api/pim/brands/", "sell", has_products=False)


class Tree(ui.element, component="../components/tree.js"):
    """A tree behind the API, opened a level at a time, and one of its nodes."""

    def __init__(self, desk: Desk, words: str, url: str, icon: str, *, has_products: bool) -> None:
        super().__init__()
        given: dict[str, Any] = {
            "texts": words_of(desk, "tree") | words_of(desk, words), "url": url, "icon": icon, "products": has_products,
            "chosen": desk.query.get("key"), "locale": desk.language, "maywrite": desk.actor.may("write"),
            "below": "categories" if has_products else "brands", "page": f"/pim/{words}",
        }  # fmt: skip
        for name, value in given.items():
            self.props[name] = value

"""Small parts that pages are put together from: headings, cards, notices, empty states, tables.

What belongs here: what two pages draw alike. What doesn't: anything that knows what it shows.
"""

from collections.abc import Sequence
from typing import Any

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement


class Words(TextElement):
    """Text in an HTML element of any kind; it is always shown as text, whatever is in it."""

    def __init__(self, words: str, tag: str = "span", classes: str = "") -> None:
        super().__init__(tag=tag, text=words)
        self.classes(classes)


def heading(words: str, level: int = 2) -> Words:
    """A heading."""
    return Words(words, f"h{level}")


def card() -> ui.element:
    """A card that has things in it."""
    return ui.element("section").classes("card")


def notice(words: str, kind: str = "") -> Words:
    """A sentence that stands out: `bad`, `warn`, `good`, or for information."""
    role = "alert" if kind == "bad" else "status"
    return Words(words, "div", f"notice {kind}").props(f"role={role}")


def badge(words: str, kind: str = "") -> Words:
    """A word of a state: `good`, `bad`, `warn`, `info` or plain."""
    return Words(words, "span", f"badge {kind}")


def link(words: str, path: str, classes: str = "") -> Words:
    """A link to a page of ours."""
    found = Words(words, "a", classes)
    found.props["href"] = path
    return found


def empty(icon: str, words: str, action: tuple[str, str] | None = None) -> None:
    """What a page shows when there is nothing yet: what it is for, and the way to the first one (words, path)."""
    with ui.element("div").classes("empty"):
        ui.icon(icon).props("aria-hidden=true")
        Words(words, "p")
        if action is not None:
            link(action[0], action[1], "button main")


def plain_table(head: Sequence[str], rows: Sequence[Sequence[Any]], caption: str, numbers: Sequence[int] = ()) -> None:
    """A table of texts with its caption for screen readers; the columns at `numbers` are right-aligned."""
    with ui.element("div").classes("scroll"), ui.element("table").classes("plain"):
        Words(caption, "caption", "unseen")
        with ui.element("thead"), ui.element("tr"):
            for place, words in enumerate(head):
                Words(words, "th", "number" if place in numbers else "").props("scope=col")
        with ui.element("tbody"):
            for row in rows:
                with ui.element("tr"):
                    for place, value in enumerate(row):
                        Words("" if value is None else str(value), "td", "number" if place in numbers else "")

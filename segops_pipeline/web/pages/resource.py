"""A list of things of one kind behind the API, as pages describe it: columns, form, acts.

What belongs here: the component and the words that all such lists share. What doesn't: any one kind.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from nicegui import ui

from segops_pipeline.access.actor import Permission
from segops_pipeline.web.pages.desk import Desk
from segops_pipeline.web.texts import texts_of_page

COMMON = ("cancel", "close", "save")
PAGE_SIZE = 50


class Resource(ui.element, component="../components/resource.js"):
    """A list that can be searched, added to and changed; components/resource.js says what may be said of it."""

    def __init__(
        self,
        desk: Desk,
        words: str,
        url: str,
        *,
        identity: str = "id",
        columns: Sequence[Mapping[str, Any]],
        form: Sequence[Mapping[str, Any]] = (),
        acts: Sequence[Mapping[str, Any]] = (),
        filters: Sequence[Mapping[str, Any]] = (),
        icon: str = "list",
        permission: Permission = "manage",
        shows: str | None = None,
        searches: bool = False,
        keys: Sequence[str] | None = None,
        makes: str = "PUT",
        changes: Mapping[str, Any] | None = None,
        after: str | None = None,
    ) -> None:
        """Draw the list.

        Args:
            desk: of whoever looks.
            words: the file of its texts, which has `caption`, `none` and `add` at least.
            url: where the API has the things, with its trailing slash.
            identity: the field that names a thing in its own URL.
            columns: what is shown of each.
            form: what is said to make or change one.
            acts: what can be done with one.
            filters: parameters of the URL that can be chosen.
            icon: of the empty list.
            permission: who may change things.
            shows: the field of a new thing's answer that is shown this once.
            searches: whether the URL takes `q`.
            keys: what names a thing in the list's URL, where it has none of its own.
            makes: the method that makes or changes a thing there.
            changes: which things can be changed, as acts say it; None: all.
            after: the act that a new thing is followed by.
        """
        super().__init__()
        given = {
            **described(desk, words, columns, acts, identity=identity, icon=icon),
            "url": url, "form": list(form), "filters": list(filters), "maywrite": desk.actor.may(permission),
            "shows": shows, "searches": searches, "locale": desk.language,
            "keys": None if keys is None else list(keys), "makes": makes, "after": after,
            "changes": None if changes is None else dict(changes),
        }  # fmt: skip
        for name, value in given.items():
            self.props[name] = value


def described(
    desk: Desk,
    words: str,
    columns: Sequence[Mapping[str, Any]],
    acts: Sequence[Mapping[str, Any]] = (),
    *,
    identity: str = "id",
    icon: str = "list",
) -> dict[str, Any]:
    """What a list shows, which is all that one inside of another needs (an act's `inner`)."""
    return {
        "id": identity, "columns": list(columns), "acts": list(acts), "icon": icon, "texts": words_of(desk, words),
        "size": PAGE_SIZE, "form": [], "filters": [],
    }  # fmt: skip


def choice(value: str, label: str | None = None) -> dict[str, str]:
    """One thing that can be chosen."""
    return {"value": value, "label": value if label is None else label}


def options(desk: Desk, prefix: str, values: Sequence[str]) -> list[dict[str, str]]:
    """Choices with their texts, `<prefix>_<value>`."""
    return [choice(value, desk.t(f"{prefix}_{value.replace('.', '_')}")) for value in values]


def named(desk: Desk, prefix: str, values: Sequence[str]) -> dict[str, str]:
    """The texts of values by value."""
    return {option["value"]: option["label"] for option in options(desk, prefix, values)}


def removal(name: str, label: str, confirm: str) -> dict[str, Any]:
    """The act that takes a thing away, once it is confirmed."""
    return {"name": name, "label": label, "method": "DELETE", "danger": True, "confirm": confirm}


def words_of(desk: Desk, words: str) -> dict[str, str]:
    """The texts of a list: those of all lists, and over them those of its file."""
    common = {name: desk.t(f"frame.{name}") for name in COMMON}
    return {**common, **texts_of_page(desk.language, "resource"), **texts_of_page(desk.language, words)}

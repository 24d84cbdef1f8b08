"""A list of things of one kind behind the API, as pages describe it: columns, form, acts.

What belongs here: the component and the words that all such lists share. What doesn't: any one kind.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from nicegui import ui

from segops_pipeline.access.actor import Permission
from segops_pipeline.web.pages.desk import Desk
from segops_pipeline.web.texts import texts

COMMON = ("cancel", "close", "save")


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
        icon: str = "list",
        permission: Permission = "manage",
        shows: str | None = None,
        searches: bool = False,
        query: Mapping[str, str] | None = None,
        keys: Sequence[str] | None = None,
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
            icon: of the empty list.
            permission: who may change things.
            shows: the field of a new thing's answer that is shown this once.
            searches: whether the URL takes `q`.
            query: further parameters of the URL.
            keys: what names a thing in the list's URL, where it has none of its own; changes are PUT there then.
        """
        super().__init__()
        given = {
            "url": url, "id": identity, "columns": list(columns), "form": list(form), "acts": list(acts), "icon": icon,
            "maywrite": desk.actor.may(permission), "shows": shows, "searches": searches, "locale": desk.language,
            "query": dict(query or {}), "keys": None if keys is None else list(keys), "texts": _texts(desk, words),
        }  # fmt: skip
        for name, value in given.items():
            self.props[name] = value


def options(desk: Desk, prefix: str, values: Sequence[str]) -> list[dict[str, str]]:
    """Choices with their texts, `<prefix>_<value>`."""
    return [{"value": value, "label": desk.t(f"{prefix}_{value.replace('.', '_')}")} for value in values]


def named(desk: Desk, prefix: str, values: Sequence[str]) -> dict[str, str]:
    """The texts of values by value."""
    return {option["value"]: option["label"] for option in options(desk, prefix, values)}


def _texts(desk: Desk, words: str) -> dict[str, str]:
    def of(file: str) -> dict[str, str]:
        return {key.removeprefix(f"{file}."): desk.t(key) for key in texts() if key.startswith(f"{file}.")}

    return {**{name: desk.t(f"frame.{name}") for name in COMMON}, **of("resource"), **of(words)}

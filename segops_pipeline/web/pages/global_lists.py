"""Global lists with their items, and the registry of languages, channels, devices and markets.

What belongs here: these pages. What doesn't: attributes that are of a list (`attributes`).
"""

from typing import Any

from segops_pipeline.catalogue.pim.browse import Window, find_segments
from segops_pipeline.formats.bizzkit.segments import DIMENSIONS
from segops_pipeline.formats.bizzkit.values import PIM_TYPES
from segops_pipeline.web.pages.attributes import MOST_LANGUAGES
from segops_pipeline.web.pages.desk import Desk
from segops_pipeline.web.pages.frame import page
from segops_pipeline.web.pages.parts import Words
from segops_pipeline.web.pages.resource import Resource, choice, described, named, options, removal


@page("/pim/lists", "frame.lists")
async def lists(desk: Desk) -> None:
    """Global lists, and the items of each."""
    t = desk.t
    languages = await desk.call(_languages, desk) or []
    Words(t("lists.hint"), "p", "soft")
    Resource(
        desk,
        "lists",
        "/api/pim/lists/",
        identity="key",
        icon="format_list_bulleted",
        permission="write",
        searches=True,
        columns=[
            {"name": "key", "label": t("lists.key"), "kind": "code"},
            {"name": "pim_type", "label": t("lists.pim_type"), "kind": "code"},
            {"name": "is_unique", "label": t("lists.unique"), "kind": "yes"},
            {"name": "items", "label": t("lists.items"), "kind": "number"},
        ],
        form=[
            {
                "name": "key", "label": t("lists.key"), "kind": "text", "required": True, "change": False,
                "hint": t("lists.key_hint"),
            },
            {
                "name": "pim_type", "label": t("lists.pim_type"), "kind": "select", "required": True, "change": False,
                "options": [choice(one) for one in PIM_TYPES], "hint": t("lists.pim_type_hint"),
            },
            {
                "name": "is_unique", "label": t("lists.unique"), "kind": "yes", "value": True,
                "hint": t("lists.unique_hint"),
            },
        ],
        acts=[
            {"name": "items", "label": t("lists.items"), "path": "items/", "inner": _items(desk, languages)},
            removal("delete", t("frame.delete"), t("lists.delete_hint")),
        ],
    )  # fmt: skip


def _items(desk: Desk, languages: list[str]) -> dict[str, Any]:
    """The list of a list's items."""
    t = desk.t
    columns = [
        {"name": "place", "label": t("items.place"), "kind": "number"},
        {"name": "system_name", "label": t("items.system_name"), "kind": "code"},
        {"name": "value", "label": t("items.value"), "kind": "segments"},
    ]
    form = [
        {"name": "value", "label": t("items.value"), "kind": "text", "from": "shown", "hint": t("items.value_hint")},
        *(
            {"name": f"values.T:{code}", "label": t("items.value_in", culture=code), "kind": "text",
             "from": f"value.T:{code}"}
            for code in languages
        ),
        {"name": "system_name", "label": t("items.system_name"), "kind": "text", "hint": t("items.system_name_hint")},
        {"name": "place", "label": t("items.place"), "kind": "number", "min": 0, "hint": t("items.place_hint")},
    ]  # fmt: skip
    acts = [removal("remove", t("frame.delete"), t("items.remove_hint"))]
    inner = described(desk, "items", columns, acts, identity="system_name", icon="format_list_bulleted")
    return {**inner, "form": form, "searches": True}


@page("/pim/segments", "frame.segments")
async def segments(desk: Desk) -> None:
    """What values can differ by."""
    t = desk.t
    dimensions = options(desk, "segments.of", DIMENSIONS)
    Words(t("segments.hint"), "p", "soft")
    Resource(
        desk,
        "segments",
        "/api/pim/segments/",
        identity="key",
        icon="language",
        permission="write",
        columns=[
            {"name": "code", "label": t("segments.code"), "kind": "code"},
            {"name": "label", "label": t("segments.label")},
            {"name": "dimension", "label": t("segments.dimension"), "words": named(desk, "segments.of", DIMENSIONS)},
        ],
        filters=[{"name": "dimension", "label": t("segments.dimension"), "options": dimensions}],
        form=[
            {
                "name": "dimension", "label": t("segments.dimension"), "kind": "select", "required": True,
                "change": False, "options": dimensions,
            },
            {
                "name": "code", "label": t("segments.code"), "kind": "text", "required": True, "change": False,
                "hint": t("segments.code_hint"),
            },
            {"name": "label", "label": t("segments.label"), "kind": "text"},
        ],
        acts=[removal("delete", t("frame.delete"), t("segments.delete_hint"))],
    )  # fmt: skip


def _languages(desk: Desk) -> list[str]:
    with desk.connection() as connection:
        _, found = find_segments(connection, desk.actor.workspace_id, Window(limit=MOST_LANGUAGES), "culture")
    return [one.data["code"] for one in found]

"""Attributes: what products and all else of the PIM can be assigned, with their fields, types, names and groups.

What belongs here: the page. What doesn't: what an attribute is (`catalogue.pim.model`), global lists (`global_lists`).
"""

from typing import Any

from segops_pipeline.catalogue.pim.browse import Window, find_records, find_segments, groups
from segops_pipeline.catalogue.pim.model import FIELDS_OF_CONFIGURATION, MULTI, SINGLE
from segops_pipeline.formats.bizzkit.values import PIM_TYPES
from segops_pipeline.web.pages.desk import Desk
from segops_pipeline.web.pages.frame import page
from segops_pipeline.web.pages.parts import Words
from segops_pipeline.web.pages.resource import Resource, choice, described, named, options, removal

CONFIGURATIONS = tuple(FIELDS_OF_CONFIGURATION)
MOST_LANGUAGES = 40
MOST_LISTS = 500
NOTHING = choice("", "–")


@page("/pim/attributes", "frame.attributes")
async def attributes(desk: Desk) -> None:
    """All attributes, and making, changing, renaming and deleting them."""
    t = desk.t
    known = await desk.call(_known, desk) or {"languages": [], "lists": [], "groups": []}
    Words(t("attributes.hint"), "p", "soft")
    Resource(
        desk,
        "attributes",
        "/api/pim/attributes/",
        identity="code",
        icon="tune",
        permission="write",
        searches=True,
        columns=[
            {"name": "code", "label": t("attributes.code"), "kind": "code"},
            {"name": "name", "label": t("attributes.name")},
            {"name": "group", "label": t("attributes.group")},
            {
                "name": "value_type", "label": t("attributes.value_type"),
                "words": named(desk, "attributes.type", (SINGLE, MULTI)),
            },
            {
                "name": "configuration", "label": t("attributes.configuration"), "empty": t("attributes.open"),
                "words": named(desk, "attributes.as", CONFIGURATIONS),
            },
            {"name": "types", "label": t("attributes.types"), "kind": "list"},
            {"name": "is_confidential", "label": t("attributes.confidential"), "kind": "yes"},
        ],
        filters=[{"name": "group", "label": t("attributes.group"), "options": [choice(one) for one in known["groups"]]}]
        if known["groups"]
        else [],
        form=_form(desk, known),
        acts=_acts(desk),
    )  # fmt: skip


def _form(desk: Desk, known: dict[str, list[str]]) -> list[dict[str, Any]]:
    t = desk.t
    once = t("attributes.once")
    return [
        {
            "name": "code", "label": t("attributes.code"), "kind": "text", "required": True, "change": False,
            "hint": t("attributes.code_hint"),
        },
        {"name": "name", "label": t("attributes.name"), "kind": "text", "required": True},
        *(
            {"name": f"names.T:{code}", "label": t("attributes.name_in", culture=code), "kind": "text", "empties": ""}
            for code in known["languages"]
        ),
        {"name": "descriptions.default", "label": t("attributes.description"), "kind": "text", "empties": ""},
        {"name": "group", "label": t("attributes.group"), "kind": "text", "hint": t("attributes.group_hint")},
        {"name": "value_type", "label": t("attributes.value_type"), "kind": "select", "hint": once,
         "options": [NOTHING, *options(desk, "attributes.type", (SINGLE, MULTI))]},
        {"name": "configuration", "label": t("attributes.configuration"), "kind": "select", "hint": once,
         "options": [NOTHING, *options(desk, "attributes.as", CONFIGURATIONS)]},
        {"name": "pim_type", "label": t("attributes.pim_type"), "kind": "select", "hint": t("attributes.pim_type_hint"),
         "options": [NOTHING, *(choice(one) for one in PIM_TYPES)]},
        {"name": "global_list", "label": t("attributes.global_list"), "kind": "select",
         "hint": t("attributes.global_list_hint"), "options": [NOTHING, *(choice(one) for one in known["lists"])]},
        {"name": "is_confidential", "label": t("attributes.confidential"), "kind": "yes",
         "hint": t("attributes.confidential_hint")},
    ]  # fmt: skip


def _acts(desk: Desk) -> list[dict[str, Any]]:
    t = desk.t
    predefined = described(
        desk,
        "predefined",
        [
            {"name": "place", "label": t("attributes.place"), "kind": "number"},
            {"name": "shown", "label": t("attributes.value")},
        ],
        icon="checklist",
    )
    rename: dict[str, Any] = {
        "name": "rename", "label": t("attributes.rename"), "path": "rename/", "confirm": t("attributes.rename_hint"),
        "asks": {"name": "code", "label": t("attributes.code")}, "done": t("attributes.renamed"),
    }  # fmt: skip
    forced = {"path": "?force=true", "label": t("attributes.delete_values"), "confirm": t("attributes.force_hint")}
    return [
        {"name": "names", "label": t("attributes.names"), "pairs": "names", "without": "–"},
        {
            "name": "predefined",
            "label": t("attributes.predefined"),
            "path": "predefined/",
            "inner": predefined,
            "when": {"offers": True},
        },
        rename,
        removal("delete", t("frame.delete"), t("attributes.delete_hint")) | {"force": forced},
    ]


def _known(desk: Desk) -> dict[str, list[str]]:
    workspace_id = desk.actor.workspace_id
    with desk.connection() as connection:
        _, cultures = find_segments(connection, workspace_id, Window(limit=MOST_LANGUAGES), "culture")
        _, lists = find_records(connection, workspace_id, "global_list", Window(limit=MOST_LISTS))
        return {
            "languages": [one.data["code"] for one in cultures],
            "lists": [one.key for one in lists],
            "groups": groups(connection, workspace_id),
        }

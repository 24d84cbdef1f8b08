"""What earlier imports taught: which header goes to which field; and the mapping templates.

What belongs here: the page. What doesn't: what memory is (`imports.memory`), templates in the wizard.
"""

from segops_pipeline.catalogue.schema import load_fields
from segops_pipeline.imports.sources import list_sources
from segops_pipeline.inference.fields import RESERVED_TARGETS
from segops_pipeline.web.pages.desk import Desk
from segops_pipeline.web.pages.frame import page
from segops_pipeline.web.pages.parts import Words, heading
from segops_pipeline.web.pages.resource import Resource, choice, removal


@page("/pim/memory", "frame.memory")
async def memory(desk: Desk) -> None:
    """What is learned, and what is saved as a template."""
    t = desk.t
    targets, sources = await desk.call(_choices, desk) or ([], [])
    Words(t("memory.hint"), "p", "soft")
    Resource(
        desk,
        "memory",
        "/api/pim/learned-mappings/",
        identity="header",
        keys=("header", "source"),
        icon="psychology",
        permission="write",
        searches=True,
        columns=[
            {"name": "header", "label": t("memory.header")},
            {"name": "target", "label": t("memory.target"), "empty": t("memory.skip")},
            {"name": "source", "label": t("memory.source"), "empty": t("memory.everywhere")},
            {"name": "used_count", "label": t("memory.used"), "kind": "number"},
            {"name": "last_used_at", "label": t("memory.last"), "kind": "date"},
        ],
        form=[
            {"name": "header", "label": t("memory.header"), "kind": "text", "required": True, "change": False},
            {
                "name": "target", "label": t("memory.target"), "kind": "select",
                "options": [{"value": "", "label": t("memory.skip")}, *targets],
            },
            {
                "name": "source", "label": t("memory.source"), "kind": "select", "change": False,
                "options": [{"value": "", "label": t("memory.everywhere")}, *sources], "hint": t("memory.source_hint"),
            },
        ],
        acts=[removal("forget", t("memory.forget"), t("memory.forget_hint"))],
    )  # fmt: skip
    _templates(desk)


def _templates(desk: Desk) -> None:
    t = desk.t
    own = {"is_own": [True]}
    heading(t("templates_list.title"))
    Words(t("templates_list.hint"), "p", "soft")
    Resource(
        desk,
        "templates_list",
        "/api/pim/mapping-templates/",
        identity="name",
        icon="bookmark",
        permission="write",
        changes=own,
        columns=[
            {"name": "name", "label": t("templates_list.name")},
            {"name": "description", "label": t("templates_list.description")},
            {"name": "workspace", "label": t("frame.workspace")},
            {"name": "used_count", "label": t("memory.used"), "kind": "number"},
            {"name": "default", "label": t("templates_list.default"), "kind": "yes"},
            {"name": "public", "label": t("templates_list.public"), "kind": "yes"},
        ],
        form=[
            {"name": "name", "label": t("templates_list.name"), "kind": "text", "required": True, "create": False},
            {"name": "description", "label": t("templates_list.description"), "kind": "text", "create": False},
            {
                "name": "default", "label": t("templates_list.default"), "kind": "yes", "create": False,
                "hint": t("templates_list.default_hint"),
            },
            {
                "name": "public", "label": t("templates_list.public"), "kind": "yes", "create": False,
                "hint": t("templates_list.public_hint"),
            },
        ],
        acts=[
            {
                "name": "see", "label": t("templates_list.see"), "pairs": "mapping",
                "without": t("memory.skip"),
            },
            {
                "name": "copy", "label": t("templates_list.copy"), "path": "/api/pim/mapping-templates/", "whole": True,
                "body": {"name": "$name", "of": "$workspace"}, "when": {"is_own": [False]},
                "done": t("templates_list.copied"),
            },
            removal("remove", t("frame.delete"), t("templates_list.remove_hint")) | {"when": own},
        ],
    )  # fmt: skip


def _choices(desk: Desk) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    with desk.connection() as connection:
        targets = [*RESERVED_TARGETS, *(field.key for field in load_fields(connection))]
        sources = [source.name for source in list_sources(connection, desk.actor.workspace_id)]
    return [choice(name) for name in targets], [choice(name) for name in sources]

"""Who is in the workspace and what they may do. What doesn't belong here: what members are (`access.members`)."""

from segops_pipeline.web.pages.desk import Desk
from segops_pipeline.web.pages.frame import page
from segops_pipeline.web.pages.parts import Words
from segops_pipeline.web.pages.resource import Resource, named, options, removal

ROLES = ("viewer", "editor", "admin")


@page("/pim/members", "frame.members", "manage")
async def members(desk: Desk) -> None:
    """The members of the workspace."""
    t = desk.t
    Words(t("members.hint"), "p", "soft")
    Resource(
        desk,
        "members",
        "/api/pim/members/",
        identity="user_id",
        icon="group",
        after="invite",
        columns=[
            {"name": "email", "label": t("members.email")},
            {"name": "name", "label": t("members.name")},
            {"name": "role", "label": t("members.role"), "kind": "badge", "words": named(desk, "members.role", ROLES)},
            {"name": "last_seen_at", "label": t("members.seen"), "kind": "date", "empty": t("members.never")},
        ],
        form=[
            {"name": "email", "label": t("members.email"), "kind": "email", "required": True, "change": False},
            {"name": "name", "label": t("members.name"), "kind": "text", "change": False},
            {
                "name": "role", "label": t("members.role"), "kind": "select", "required": True, "value": "editor",
                "options": options(desk, "members.role", ROLES), "hint": t("members.role_hint"),
            },
        ],
        acts=[
            {
                "name": "invite", "label": t("members.invite"), "path": "invitation/", "shows": "link",
                "done": t("members.invited"), "when": {"last_seen_at": [None]},
            },
            removal("remove", t("members.remove"), t("members.remove_hint")),
        ],
    )  # fmt: skip

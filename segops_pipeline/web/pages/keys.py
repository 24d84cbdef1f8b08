"""API keys: what lets programs in. What doesn't belong here: what keys are (`segops_pipeline.access.api_keys`)."""

from nicegui import ui

from segops_pipeline.access.actor import PERMISSIONS
from segops_pipeline.web.pages.desk import Desk
from segops_pipeline.web.pages.frame import page
from segops_pipeline.web.pages.parts import Words, link
from segops_pipeline.web.pages.resource import Resource, named, options, removal

STATES = ("active", "expired", "revoked")


@page("/pim/keys", "frame.keys", "manage")
async def keys(desk: Desk) -> None:
    """The API keys of the workspace."""
    t = desk.t
    Words(t("keys.hint"), "p", "soft")
    with ui.element("p"):
        link(t("keys.docs"), "/api/docs")
    Resource(
        desk,
        "keys",
        "/api/pim/keys/",
        icon="key",
        shows="key",
        columns=[
            {"name": "name", "label": t("keys.name")},
            {"name": "prefix", "label": t("keys.prefix"), "kind": "code"},
            {
                "name": "scopes", "label": t("keys.scopes"), "kind": "list",
                "words": named(desk, "keys.scope", PERMISSIONS),
            },
            {
                "name": "state", "label": t("keys.state"), "kind": "badge", "words": named(desk, "keys.state", STATES),
                "good": ["active"], "bad": ["expired", "revoked"],
            },
            {"name": "expires_at", "label": t("keys.expires"), "kind": "date", "empty": t("keys.never")},
            {"name": "last_used_at", "label": t("keys.used"), "kind": "date", "empty": t("keys.unused")},
            {"name": "created_by", "label": t("keys.by")},
        ],
        form=[
            {
                "name": "name", "label": t("keys.name"), "kind": "text", "required": True, "change": False,
                "hint": t("keys.name_hint"),
            },
            {
                "name": "scopes", "label": t("keys.scopes"), "kind": "checks", "value": ["read"], "change": False,
                "required": True, "options": options(desk, "keys.scope", PERMISSIONS),
            },
            {
                "name": "expires_in_days", "label": t("keys.days"), "kind": "number", "value": 90, "change": False,
                "min": 1, "max": 3650, "hint": t("keys.days_hint"),
            },
        ],
        acts=[removal("revoke", t("keys.revoke"), t("keys.revoke_hint")) | {"when": {"state": ["active"]}}],
    )  # fmt: skip

"""Sources: where files come from, under which rules, and when they are fetched.

What belongs here: the page. What doesn't: what a source is (`imports.sources`), what its files taught (`memory`).
"""

from segops_pipeline.catalogue.policies import POLICIES
from segops_pipeline.web.pages.desk import Desk
from segops_pipeline.web.pages.frame import page
from segops_pipeline.web.pages.guards import Guards
from segops_pipeline.web.pages.parts import Words, heading
from segops_pipeline.web.pages.resource import Resource, options, removal


@page("/pim/sources", "frame.sources")
async def sources(desk: Desk) -> None:
    """Where files come from."""
    t = desk.t
    Words(t("sources.hint"), "p", "soft")
    Words(t("sources.inbox", path=desk.web.settings.inbox / desk.actor.workspace), "p", "soft")
    policies = options(desk, "sources.policy", tuple(POLICIES))
    Resource(
        desk,
        "sources",
        "/api/pim/sources/",
        identity="name",
        icon="schedule",
        permission="write",
        columns=[
            {"name": "name", "label": t("sources.name")},
            {"name": "location", "label": t("sources.location"), "empty": t("sources.by_hand")},
            {"name": "cron", "label": t("sources.cron"), "kind": "code"},
            {"name": "next_due_at", "label": t("sources.due"), "kind": "date"},
            {
                "name": "policy", "label": t("sources.policy"),
                "words": {one["value"]: one["label"] for one in policies},
            },
            {"name": "automatic", "label": t("sources.automatic"), "kind": "yes"},
            {"name": "last_note", "label": t("sources.note")},
        ],
        form=[
            {
                "name": "name", "label": t("sources.name"), "kind": "text", "required": True, "change": False,
                "hint": t("sources.name_hint"),
            },
            {"name": "location", "label": t("sources.location"), "kind": "text", "hint": t("sources.location_hint")},
            {"name": "cron", "label": t("sources.cron"), "kind": "text", "hint": t("sources.cron_hint")},
            {"name": "timezone", "label": t("sources.timezone"), "kind": "zone", "required": True},
            {
                "name": "policy", "label": t("sources.policy"), "kind": "select", "required": True,
                "options": policies, "hint": t("sources.policy_hint"),
            },
            {
                "name": "automatic", "label": t("sources.automatic_long"), "kind": "yes",
                "hint": t("sources.automatic_hint"),
            },
        ],
        acts=[
            {
                "name": "fetch", "label": t("sources.fetch"), "path": "fetch/", "done": t("sources.fetched"),
                "when": {"location": True}, "leads": {"text": t("sources.job"), "path": "/pim/imports/{job_id}"},
            },
            removal("remove", t("frame.delete"), t("sources.remove_hint")),
        ],
    )  # fmt: skip
    heading(t("guards.title"))
    Words(t("guards.hint"), "p", "soft")
    Guards(desk)

"""Settings: one's own, and those of the workspace: who is told of imports, what has been done.

What belongs here: the page. What doesn't: fields and currency (`schema`), people (`members`), keys (`keys`).
"""

from typing import Any

from nicegui import ui

from segops_pipeline.web.pages.desk import Desk
from segops_pipeline.web.pages.frame import page
from segops_pipeline.web.pages.parts import Words, heading, link
from segops_pipeline.web.pages.resource import Resource, described, named, options, removal
from segops_pipeline.web.texts import texts_of_page

ROLES = ("viewer", "editor", "admin")
VIA = ("page", "api", "key", "cli", "system")
OF_ACTS = (
    "import.", "product.", "schema.", "source.", "guard.", "template.", "memory.", "conflict.", "field.", "member.",
    "key.", "webhook.",
)  # fmt: skip
STATES = {"delivered": "delivered", "waiting": "waiting", "given up": "given_up"}
EVENTS = ("import.started", "import.needs_mapping", "import.completed", "import.failed")


@page("/pim/settings", "frame.settings")
async def settings(desk: Desk) -> None:
    """One's own settings; for an admin those of the workspace too."""
    Account(desk)
    if desk.actor.may("manage"):
        _webhooks(desk)
        _audit(desk)


class Account(ui.element, component="../components/account.js"):
    """What a person sets for themselves."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        own = texts_of_page(desk.language, "settings")
        self.props["texts"] = {**own, "save": desk.t("frame.save")}
        self.props["events"] = options(desk, "settings.event", EVENTS)
        self.props["roles"] = named(desk, "members.role", ROLES)
        self.props["mails"] = desk.web.settings.smtp_url is not None


def _webhooks(desk: Desk) -> None:
    t = desk.t
    heading(t("webhooks.title"))
    Words(t("webhooks.hint"), "p", "soft")
    events = named(desk, "settings.event", EVENTS)
    Resource(
        desk,
        "webhooks",
        "/api/pim/webhooks/",
        icon="webhook",
        shows="secret",
        columns=[
            {"name": "url", "label": t("webhooks.url")},
            {"name": "events", "label": t("webhooks.events"), "kind": "list", "words": events},
            {"name": "is_active", "label": t("webhooks.active"), "kind": "yes"},
        ],
        form=[
            {
                "name": "url", "label": t("webhooks.url"), "kind": "url", "required": True,
                "hint": t("webhooks.url_hint"),
            },
            {
                "name": "events", "label": t("webhooks.events"), "kind": "checks", "required": True,
                "value": ["import.completed", "import.failed"], "options": options(desk, "settings.event", EVENTS),
            },
            {"name": "is_active", "label": t("webhooks.active"), "kind": "yes", "create": False},
        ],
        acts=[
            {
                "name": "test", "label": t("webhooks.test"), "path": "test/", "done": t("webhooks.tested"),
                "refusal": "error", "refused": t("webhooks.test_failed"),
            },
            {
                "name": "deliveries", "label": t("webhooks.deliveries"), "path": "deliveries/",
                "inner": _deliveries(desk, events),
            },
            {
                "name": "rotate", "label": t("webhooks.rotate"), "path": "rotate/", "shows": "secret",
                "confirm": t("webhooks.rotate_hint"),
            },
            removal("remove", t("frame.delete"), t("webhooks.remove_hint")),
        ],
    )  # fmt: skip


def _deliveries(desk: Desk, events: dict[str, str]) -> dict[str, Any]:
    t = desk.t
    columns = [
        {"name": "event", "label": t("deliveries.event"), "words": events},
        {"name": "created_at", "label": t("deliveries.at"), "kind": "date"},
        {
            "name": "state", "label": t("deliveries.state"), "kind": "badge", "good": ["delivered"],
            "bad": ["given up"], "words": {state: t(f"deliveries.state_{key}") for state, key in STATES.items()},
        },
        {"name": "attempts", "label": t("deliveries.attempts"), "kind": "number"},
        {"name": "answer_status", "label": t("deliveries.answer")},
        {"name": "error", "label": t("deliveries.error")},
        {"name": "next_attempt_at", "label": t("deliveries.next"), "kind": "date"},
    ]  # fmt: skip
    again = {
        "name": "again", "label": t("deliveries.again"), "path": "send-again/", "done": t("deliveries.sent"),
        "when": {"state": ["delivered", "given up"]},
    }  # fmt: skip
    return described(desk, "deliveries", columns, [again], icon="send")


def _audit(desk: Desk) -> None:
    t = desk.t
    heading(t("audit.title"))
    Resource(
        desk,
        "audit",
        "/api/pim/audit/",
        icon="receipt_long",
        filters=[
            {"name": "act", "label": t("audit.act"), "options": options(desk, "audit.of", OF_ACTS)},
            {"name": "who", "label": t("audit.actor")},
        ],
        columns=[
            {"name": "at", "label": t("audit.at"), "kind": "date"},
            {"name": "actor", "label": t("audit.actor")},
            {"name": "act", "label": t("audit.act"), "kind": "code"},
            {"name": "target", "label": t("audit.target")},
            {"name": "via", "label": t("audit.via"), "words": named(desk, "audit.via", VIA)},
            {"name": "details", "label": t("audit.details")},
        ],
    )
    link(t("audit.api"), "/api/docs")

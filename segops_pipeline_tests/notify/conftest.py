"""One installation for all tests of a file; each test has a workspace of its own, that tells a receiver of its own."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from segops_pipeline.access.actor import PERMISSIONS, Actor
from segops_pipeline.imports.workspaces import ensure_workspace
from segops_pipeline.notify.delivered import Delivery, list_deliveries
from segops_pipeline.notify.dispatch import dispatch_once
from segops_pipeline.notify.webhooks import Webhook, create_webhook
from segops_pipeline.stores.opening import Stores, open_stores
from segops_pipeline.stores.postgres_data import Reach
from segops_pipeline_tests.conftest import installation
from segops_pipeline_tests.importing import Importer
from segops_pipeline_tests.notify.receivers import Receiver, receiver

ALL = ("import.started", "import.needs_mapping", "import.completed", "import.failed")


@dataclass
class Notifying:
    """A workspace with what it tells."""

    stores: Stores
    imports: Importer
    actor: Actor

    @property
    def workspace_id(self) -> int:
        """The workspace."""
        return self.actor.workspace_id

    def webhook(self, url: str, *events: str) -> tuple[Webhook, str]:
        """Add a webhook; with its secret."""
        with self.stores.database.workspace_session(self.workspace_id) as connection:
            return create_webhook(connection, self.stores.settings, self.actor, url, events or ALL)

    def dispatch(self, stores: Stores | None = None) -> int:
        """Tell everything at once."""
        return dispatch_once(stores or self.stores, settle_seconds=0)

    def deliveries(self, webhook: Webhook) -> list[Delivery]:
        """What a webhook was told, the oldest first."""
        with self.stores.database.workspace_session(self.workspace_id) as connection:
            return list_deliveries(connection, webhook.id)[1][::-1]

    def make_due(self) -> None:
        """Let the time pass until everything that waits is due."""
        self.imports.execute(
            "UPDATE deliveries SET next_attempt_at = now()"
            " WHERE next_attempt_at IS NOT NULL AND workspace_id = :workspace_id",
            workspace_id=self.workspace_id,
        )

    def member(self, email: str, *events: str, language: str | None = None) -> None:
        """Add a member who is told of events by e-mail."""
        self.imports.execute(
            "WITH made AS (INSERT INTO users (email, language) VALUES (:email, :language) RETURNING id)"
            " INSERT INTO memberships (workspace_id, user_id, notify) SELECT :workspace_id, id, :events FROM made",
            email=email,
            language=language,
            workspace_id=self.workspace_id,
            events=list(events),
        )

    def with_settings(self, **settings: Any) -> Stores:
        """The same stores under other settings."""
        return replace(self.stores, settings=self.stores.settings.model_copy(update=settings))

    def with_mail(self, port: int, url: str = "smtp://127.0.0.1") -> Stores:
        """The same stores with a mail server."""
        return self.with_settings(smtp_url=SecretStr(f"{url}:{port}"), smtp_from="Segops <segops@example.com>")


@pytest.fixture(scope="module")
def shared(cluster: Reach, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    """An installation that may send to loopback."""
    home: Path = tmp_path_factory.mktemp("notify") / "home"
    with installation(cluster, home) as settings:
        own = settings.model_copy(update={"fetch_allow_private": True, "pages_url": "https://pim.example.com/"})
        with open_stores(own) as stores:
            yield stores


@pytest.fixture
def notifying(shared: Stores, tmp_path: Path) -> Notifying:
    """A fresh workspace; nothing of earlier tests is left to be told."""
    with shared.database.system_session() as connection:
        connection.execute(text("DELETE FROM webhooks"))
        connection.execute(text("DELETE FROM users"))
        connection.execute(text("DELETE FROM deliveries"))
    workspace = ensure_workspace(shared.database, f"acme-{secrets.token_hex(4)}")
    actor = Actor("ann@example.com", workspace.id, workspace.name, frozenset(PERMISSIONS), "api")
    return Notifying(shared, Importer(shared, tmp_path, workspace.name), actor)


@pytest.fixture
def receiving() -> Iterator[Receiver]:
    """A receiver of webhooks."""
    with receiver() as running:
        yield running

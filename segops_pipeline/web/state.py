"""What every route and page of the web process needs: the open stores, the settings and the secret that signs."""

from dataclasses import dataclass, field

from segops_pipeline.config import Settings
from segops_pipeline.stores.database import Database
from segops_pipeline.stores.opening import Stores


@dataclass(slots=True)
class Changes:
    """How many requests that may change something have come through this process.

    Whatever is kept for a moment was made at one such count, and does not outlive it.
    """

    count: int = 0


@dataclass(frozen=True, slots=True)
class Web:
    """The web process of one installation."""

    stores: Stores
    secret: bytes
    dagster_url: str | None = None  # where people reach Dagster's UI
    changes: Changes = field(default_factory=Changes)

    @property
    def settings(self) -> Settings:
        """The installation's settings."""
        return self.stores.settings

    @property
    def database(self) -> Database:
        """The catalogue's PostgreSQL."""
        return self.stores.database

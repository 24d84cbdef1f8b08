"""What every route and page of the web process needs: the open stores, the settings and the secret that signs."""

from dataclasses import dataclass

from segops_pipeline.config import Settings
from segops_pipeline.stores.database import Database
from segops_pipeline.stores.opening import Stores


@dataclass(frozen=True, slots=True)
class Web:
    """The web process of one installation."""

    stores: Stores
    secret: bytes
    dagster_url: str | None = None  # where people reach Dagster's UI

    @property
    def settings(self) -> Settings:
        """The installation's settings."""
        return self.stores.settings

    @property
    def database(self) -> Database:
        """The catalogue's PostgreSQL."""
        return self.stores.database

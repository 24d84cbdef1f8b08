"""Where PostgreSQL is, and as whom to connect: the owner, the application, the system role, Dagster.

With `SEGOPS_POSTGRES_URL` the three URLs follow from it and the roles' passwords; without, they stand in
the file that the embedded server wrote when it was made.
"""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL, make_url

from segops_pipeline.config import Settings
from segops_pipeline.errors import StoreUnreachable, WrongUsage
from segops_pipeline.stores.postgres_data import OWNER, Reach

DRIVER = "postgresql+psycopg"


@dataclass(frozen=True, slots=True)
class PostgresUrls:
    """One database, three roles."""

    owner: URL
    app: URL
    system: URL

    @property
    def dagster(self) -> str:
        """Dagster's own storage: the same database, a schema of its own, the driver that it needs."""
        url = self.owner.set(drivername="postgresql+psycopg2")
        return url.update_query_dict({"options": "-csearch_path=dagster"}).render_as_string(hide_password=False)

    @property
    def plain(self) -> str:
        """The owner's URL as any PostgreSQL client takes it."""
        return self.owner.set(drivername="postgresql").render_as_string(hide_password=False)


def connection_file(settings: Settings) -> Path:
    """Where the embedded server says how to reach it, as JSON: see `stores.postgres_data.Reach`."""
    return settings.home / "postgres.json"


def postgres_urls(settings: Settings) -> PostgresUrls:
    """The URLs of this installation's PostgreSQL.

    Raises:
        WrongUsage: an external server without the roles' passwords.
        StoreUnreachable: the embedded server has never been started.
    """
    prefix = settings.postgres_role_prefix
    if settings.postgres_url is not None:
        owner = make_url(settings.postgres_url.get_secret_value()).set(drivername=DRIVER)
        app, system = settings.postgres_app_password, settings.postgres_system_password
        if app is None or system is None:
            raise WrongUsage(
                "SEGOPS_POSTGRES_URL is set, but the passwords of the application's roles are not.",
                "Set SEGOPS_POSTGRES_APP_PASSWORD and SEGOPS_POSTGRES_SYSTEM_PASSWORD.",
            )
        passwords = app.get_secret_value(), system.get_secret_value()
    else:
        said = Reach.read(connection_file(settings))
        if said is None:
            raise StoreUnreachable(
                f"PostgreSQL has not been started for {settings.home}.", "Start it with `segops up`."
            )
        owner = URL.create(DRIVER, OWNER, said.owner_password, said.host, said.port, said.database)
        passwords = said.app_password, said.system_password
    return PostgresUrls(
        owner,
        owner.set(username=f"{prefix}_app", password=passwords[0]),
        owner.set(username=f"{prefix}_system", password=passwords[1]),
    )

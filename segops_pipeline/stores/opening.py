"""Open the stores of an installation: started if they are embedded, migrated, and closed again.

What belongs here: the one way in for commands, sensors and assets. What doesn't: ClickHouse and the embedding
model, which the stages that use them open for themselves.
"""

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from segops_pipeline.config import Settings
from segops_pipeline.stores.database import Database
from segops_pipeline.stores.embedded_postgres import EmbeddedPostgres
from segops_pipeline.stores.files import FileStore
from segops_pipeline.stores.migrate import migrate
from segops_pipeline.stores.urls import postgres_urls


@dataclass(frozen=True, slots=True)
class Stores:
    """The open stores of one installation."""

    settings: Settings
    database: Database
    files: FileStore


@contextmanager
def open_stores(settings: Settings, *, start: bool = True) -> Generator[Stores]:
    """Open the stores; the embedded server is up as long as they are.

    Args:
        settings: which installation.
        start: start the embedded server if it does not run. It is stopped again by the last that needed it.

    Raises:
        StoreUnreachable: a store does not answer or cannot be started.
        WrongUsage: the settings do not fit together.
    """
    with ExitStack() as stack:
        if start and settings.postgres_url is None:
            stack.enter_context(EmbeddedPostgres(settings).held())
        urls = postgres_urls(settings)
        migrate(urls, settings.postgres_role_prefix)
        database = Database(urls)
        stack.callback(database.dispose)
        yield Stores(settings, database, FileStore(settings.storage_url or str(settings.home / "files")))

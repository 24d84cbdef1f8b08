"""What other programs must know of an installation: variables for children, and what `segops env` shows.

What belongs here: names and places. What doesn't: opening or starting anything.
"""

import os
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from segops_pipeline.analytics.clickhouse import clickhouse_folder
from segops_pipeline.config import Settings
from segops_pipeline.stores.embedded_postgres import EmbeddedPostgres
from segops_pipeline.stores.postgres_programs import installed_programs
from segops_pipeline.stores.urls import PostgresUrls, connection_file, postgres_urls

PACKAGES = [
    "segops-pipeline", "dagster", "dagster-postgres", "dagster-webserver", "sqlalchemy", "psycopg",
    "sentence-transformers", "anthropic",
]  # fmt: skip


def environment(settings: Settings) -> dict[str, str]:
    """The variables that a child of this process needs to work on the same installation.

    They come on top of the parent's own: SEGOPS_HOME, Dagster's, those of PostgreSQL's clients, and a PATH
    that finds both.

    Raises:
        StoreUnreachable: the embedded server has never been started.
        WrongUsage: the settings of the server are not complete.
    """
    urls = postgres_urls(settings)
    variables = {
        "SEGOPS_HOME": str(settings.home),
        "SEGOPS_DAGSTER_POSTGRES_URL": urls.dagster,
        "DAGSTER_HOME": str(settings.dagster_home),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "PATH": _path(),
        **_client_variables(urls),
    }
    if settings.embedding_model is None:
        variables["HF_HUB_OFFLINE"] = "1"  # the packaged model is complete: nothing is to be asked for
    return variables


def describe(settings: Settings) -> dict[str, Any]:
    """Where everything is, so that any SQL client can look: URLs with their passwords, folders, versions.

    Nothing is started. `postgres` has no URL before the embedded server's first start.

    Raises:
        WrongUsage: the settings of the server are not complete.
    """
    return {
        "home": str(settings.home),
        "postgres": _postgres(settings),
        "clickhouse": _clickhouse(settings),
        "dagster": {"home": str(settings.dagster_home), "logs": str(settings.home / "logs")},
        "folders": {
            "inbox": str(settings.inbox),
            "uploads": settings.storage_url or str(settings.home / "files"),
        },
        "versions": {"python": sys.version.split()[0], **_versions()},
    }


def _postgres(settings: Settings) -> dict[str, Any]:
    embedded = settings.postgres_url is None
    told: dict[str, Any] = {"embedded": embedded}
    if embedded:
        server = EmbeddedPostgres(settings)
        told |= {"running": server.running() is not None, "data": str(server.data)}
    if embedded and not connection_file(settings).exists():
        return {**told, "url": None}
    urls = postgres_urls(settings)
    plain = {"url": urls.owner, "app_url": urls.app, "system_url": urls.system}
    return {
        **told,
        **{name: url.set(drivername="postgresql").render_as_string(hide_password=False) for name, url in plain.items()},
    }


def _clickhouse(settings: Settings) -> dict[str, Any]:
    if settings.clickhouse_url is not None:
        return {"embedded": False, "url": settings.clickhouse_url.get_secret_value()}
    return {"embedded": True, "path": str(clickhouse_folder(settings))}


def _path() -> str:
    """PATH with this Python's programs first and PostgreSQL's after all others, once each."""
    # Not resolved: a virtual environment's Python is a link to one that does not know its packages.
    folders = [str(Path(sys.executable).parent), *os.environ.get("PATH", os.defpath).split(os.pathsep)]
    return os.pathsep.join(dict.fromkeys([*folders, str(installed_programs() / "bin")]))


def _client_variables(urls: PostgresUrls) -> dict[str, str]:
    owner = urls.owner
    known = {
        "PGHOST": owner.host,
        "PGPORT": None if owner.port is None else str(owner.port),
        "PGUSER": owner.username,
        "PGPASSWORD": None if owner.password is None else str(owner.password),
        "PGDATABASE": owner.database,
        "PGSSLMODE": owner.query.get("sslmode"),
    }
    return {name: str(value) for name, value in known.items() if value is not None}


def _versions() -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = None
    return found

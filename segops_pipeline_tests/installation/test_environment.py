"""Children find the same installation, and `segops env` says where everything is."""

import json
import sys
from pathlib import Path

import psycopg
import pytest

from segops_pipeline.config import Settings
from segops_pipeline.errors import StoreUnreachable
from segops_pipeline.installation.environment import describe, environment
from segops_pipeline.stores.urls import postgres_urls


def test_a_child_gets_the_homes_and_the_urls(settings: Settings) -> None:
    variables = environment(settings)
    assert variables["SEGOPS_HOME"] == str(settings.home)
    assert variables["DAGSTER_HOME"] == str(settings.home / "dagster")
    assert variables["SEGOPS_DAGSTER_POSTGRES_URL"].startswith("postgresql+psycopg2://")


def test_the_programs_of_python_and_of_postgresql_are_on_the_path(settings: Settings) -> None:
    folders = environment(settings)["PATH"].split(":")
    assert folders[0] == str(Path(sys.executable).parent)
    assert (Path(folders[-1]) / "psql").exists()


def test_the_path_does_not_grow_when_it_is_set_again(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    first = environment(settings)["PATH"]
    monkeypatch.setenv("PATH", first)
    assert environment(settings)["PATH"] == first


def test_a_model_of_ones_own_may_be_fetched(settings: Settings) -> None:
    assert environment(settings)["HF_HUB_OFFLINE"] == "1"
    own = settings.model_copy(update={"embedding_model": "someone/model"})
    assert "HF_HUB_OFFLINE" not in environment(own)


def test_an_installation_that_was_never_started_has_no_environment(tmp_path: Path) -> None:
    with pytest.raises(StoreUnreachable, match="has not been started"):
        environment(Settings(home=tmp_path))  # type: ignore[call-arg]


def test_any_client_connects_with_the_urls_that_are_shown(settings: Settings) -> None:
    told = describe(settings)["postgres"]
    assert told["running"] is True
    for name, role in (("url", "postgres"), ("app_url", "segops_app"), ("system_url", "segops_system")):
        with psycopg.connect(told[name]) as connection:
            assert connection.execute("SELECT current_user").fetchone() == (role,)


def test_what_is_shown_is_json_with_folders_and_versions(settings: Settings) -> None:
    told = json.loads(json.dumps(describe(settings)))
    assert told["home"] == str(settings.home)
    assert told["dagster"]["home"] == str(settings.dagster_home)
    assert told["folders"] == {"inbox": str(settings.inbox), "uploads": str(settings.home / "files")}
    assert told["clickhouse"] == {"embedded": True, "path": str(settings.home / "clickhouse")}
    assert told["versions"]["dagster"] == "1.13.27"


def test_an_installation_that_was_never_started_is_shown_without_a_url(tmp_path: Path) -> None:
    told = describe(Settings(home=tmp_path))["postgres"]  # type: ignore[call-arg]
    assert (told["running"], told["url"]) == (False, None)
    assert list(tmp_path.iterdir()) == []


def test_a_server_of_ones_own_is_shown_as_it_is_set(settings: Settings) -> None:
    urls = postgres_urls(settings)
    own = Settings(  # type: ignore[call-arg]
        home=settings.home,
        postgres_url=f"{urls.plain}?sslmode=disable",  # type: ignore[arg-type]
        postgres_app_password="a",  # type: ignore[arg-type]
        postgres_system_password="b",  # type: ignore[arg-type]
        clickhouse_url="clickhouse://user:secret@warehouse:8123",  # type: ignore[arg-type]
    )
    told = describe(own)
    assert told["postgres"]["embedded"] is False
    assert told["postgres"]["url"] == f"{urls.plain}?sslmode=disable"
    assert told["clickhouse"] == {"embedded": False, "url": "clickhouse://user:secret@warehouse:8123"}
    assert environment(own)["PGSSLMODE"] == "disable"

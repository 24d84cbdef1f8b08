"""Dagster's home has the repository's settings, and both workspace files name the same location."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml

from segops_pipeline.config import Settings
from segops_pipeline.installation.dagster_home import LOCATION_NAME, write_dagster_home, write_workspace
from segops_pipeline_tests.repository.tree import ROOT


def test_the_repository_s_settings_are_written_into_dagster_s_home(tmp_path: Path) -> None:
    home = write_dagster_home(Settings(home=tmp_path))  # type: ignore[call-arg]
    assert (home / "dagster.yaml").read_text() == (ROOT / "dagster.yaml").read_text()


def test_settings_that_are_as_they_should_be_are_not_written_again(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)  # type: ignore[call-arg]
    file = write_dagster_home(settings) / "dagster.yaml"
    before = file.stat().st_ino
    write_dagster_home(settings)
    assert file.stat().st_ino == before


def test_settings_of_an_older_release_are_replaced(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)  # type: ignore[call-arg]
    file = write_dagster_home(settings) / "dagster.yaml"
    file.write_text("telemetry: {enabled: true}\n")
    write_dagster_home(settings)
    assert file.read_text() == (ROOT / "dagster.yaml").read_text()


def test_several_may_write_at_once(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)  # type: ignore[call-arg]
    with ThreadPoolExecutor(8) as pool:
        homes = set(pool.map(lambda _: write_dagster_home(settings), range(16)))
    (home,) = homes
    assert [path.name for path in home.iterdir()] == ["dagster.yaml"]


def test_the_workspace_leads_to_the_code_server_under_the_location_s_one_name(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)  # type: ignore[call-arg]
    written = yaml.safe_load(write_workspace(settings, "127.0.0.1", 4321).read_text())
    assert written["load_from"] == [
        {"grpc_server": {"host": "127.0.0.1", "port": 4321, "location_name": LOCATION_NAME}}
    ]
    for file in (ROOT / "workspace.yaml", ROOT / "deploy" / "workspace.yaml"):
        (location,) = yaml.safe_load(file.read_text())["load_from"]
        (options,) = location.values()
        assert options["location_name"] == LOCATION_NAME, file

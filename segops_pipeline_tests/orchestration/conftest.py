"""One installation with its Dagster instance for all tests of a module; each test takes a workspace of its own."""

from collections.abc import Iterator

import pytest
from dagster import RetryPolicy

from segops_pipeline.orchestration import sensors
from segops_pipeline.stores.postgres_data import Reach
from segops_pipeline_tests.cli.process import soon
from segops_pipeline_tests.conftest import installation
from segops_pipeline_tests.running_system import System, running_system


@pytest.fixture(scope="module")
def system(cluster: Reach, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """The module's installation."""
    folder = tmp_path_factory.mktemp("system")
    with installation(cluster, folder / "home") as settings, running_system(settings, folder) as running:
        yield running


@pytest.fixture(autouse=True)
def _nothing_waits_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ticks of tests look into the inbox once, and what is tried again is tried soon."""
    monkeypatch.setattr(sensors, "WATCH_SECONDS", 0.0)
    monkeypatch.setattr(RetryPolicy, "calculate_delay", soon)

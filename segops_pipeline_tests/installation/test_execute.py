"""`segops exec` runs any command as if it had been run by hand, only with the stores there."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from segops_pipeline.config import Settings
from segops_pipeline.errors import WrongUsage
from segops_pipeline.installation.execute import execute
from segops_pipeline.stores.embedded_postgres import EmbeddedPostgres
from segops_pipeline.stores.postgres_data import Reach
from segops_pipeline.stores.urls import connection_file
from segops_pipeline_tests.repository.tree import ROOT

EXECUTE = """
import sys
from segops_pipeline.config import Settings
from segops_pipeline.installation.execute import execute
sys.exit(execute(Settings(), sys.argv[1:]))
"""
# What Dagster has made of its settings.
INSTANCE = """
from dagster import DagsterInstance
with DagsterInstance.get() as instance:
    coordinator = instance.run_coordinator
    print(
        type(instance.run_storage).__name__, type(coordinator).__name__, coordinator.dequeue_interval_seconds,
        instance.run_monitoring_enabled, instance.telemetry_enabled,
    )
"""
# A command that says when it is ready, and which signal it was sent.
WAITING = """
import signal, sys
def told(number, frame):
    print(signal.Signals(number).name, flush=True)
    sys.exit(7)
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, told)
print("ready", flush=True)
signal.pause()
"""


def test_psql_finds_the_installation_s_database(settings: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    assert execute(settings, ["psql", "-Atc", "SELECT current_database(), current_user"]) == 0
    reach = Reach.read(connection_file(settings))
    assert reach is not None
    assert capfd.readouterr().out == f"{reach.database}|postgres\n"


def test_the_command_s_exit_code_is_passed_on(settings: Settings) -> None:
    assert execute(settings, [sys.executable, "-c", "raise SystemExit(41)"]) == 41


def test_a_command_that_a_signal_ended_has_the_exit_code_that_shells_give_it(settings: Settings) -> None:
    assert execute(settings, ["sh", "-c", "kill -9 $$"]) == 137


def test_a_program_that_does_not_exist_is_wrong_usage(settings: Settings) -> None:
    with pytest.raises(WrongUsage, match="no program no-such-program"):
        execute(settings, ["no-such-program"])


def test_no_command_is_wrong_usage(settings: Settings) -> None:
    with pytest.raises(WrongUsage, match="no command"):
        execute(settings, [])


def test_dagster_takes_the_settings_and_keeps_its_tables_in_its_own_schema(
    settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    assert execute(settings, [sys.executable, "-c", INSTANCE]) == 0
    assert capfd.readouterr().out == "PooledRunStorage QueuedRunCoordinator 1 True False\n"
    count = "SELECT count(*) > 5 FROM pg_tables WHERE schemaname = 'dagster'"
    assert execute(settings, ["psql", "-Atc", count]) == 0
    assert capfd.readouterr().out == "t\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_is_passed_on_to_the_command(settings: Settings, number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", EXECUTE, sys.executable, "-c", WAITING],
        env={**os.environ, "SEGOPS_HOME": str(settings.home), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.communicate()[0] == f"{number.name}\n"
    assert process.returncode == 7


def test_a_server_that_was_started_for_the_command_is_stopped_after_it() -> None:
    with tempfile.TemporaryDirectory(prefix="segops-tests-") as folder:
        Path(folder).chmod(0o755)
        settings = Settings(home=Path(folder))  # type: ignore[call-arg]
        assert execute(settings, ["psql", "-Atqc", "SELECT FROM products"]) == 0
        assert EmbeddedPostgres(settings).running() is None
        EmbeddedPostgres(settings).delete()

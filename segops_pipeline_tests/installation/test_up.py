"""`segops up`: one command, one address, and nothing left when it ends; with real processes."""

import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from segops_pipeline.config import Settings
from segops_pipeline.installation.sessions import members
from segops_pipeline.installation.state import UpState
from segops_pipeline.stores.embedded_postgres import EmbeddedPostgres
from segops_pipeline_tests.repository.tree import ROOT

# Definitions that load faster than ours; ours have a test of their own.
DEFINITIONS = """
import dagster as dg

@dg.asset
def nothing() -> None: ...

defs = dg.Definitions(assets=[nothing], jobs=[dg.define_asset_job("nothing_job", "nothing")])
"""
UP = """
import sys
from segops_pipeline.config import Settings
from segops_pipeline.errors import SegopsError
from segops_pipeline.installation.up import up
try:
    sys.exit(up(Settings(), sys.argv[1]))
except SegopsError as error:
    sys.stderr.write(f"{error}\\n")
    sys.exit(error.exit_code)
"""
PATIENCE_SECONDS = 120


@dataclass
class Up:
    """A `segops up` in a process of its own, and what it left after it ended."""

    folder: Path
    process: "subprocess.Popen[str] | None" = None
    address: str = ""
    known: list[int] = field(default_factory=list[int])

    @property
    def settings(self) -> Settings:
        return Settings(home=self.folder / "home")  # type: ignore[call-arg]

    def launch(self, definitions: str = "tiny_definitions", port: int = 0) -> "subprocess.Popen[str]":
        environment = {
            **os.environ,
            "SEGOPS_HOME": str(self.folder / "home"),
            "SEGOPS_WEB_PORT": str(port),
            "SEGOPS_PAGES_PORT": "0",
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(self.folder)]),
        }
        return subprocess.Popen(
            [sys.executable, "-c", UP, definitions],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def start(self) -> None:
        """Start it and wait for its addresses."""
        self.process = self.launch()
        assert self.process.stdout is not None
        self.way_in, self.address = (self.process.stdout.readline().strip() for _ in range(2))
        assert self.address, self.process.communicate()[1]
        self.known = [number for number, _ in self.state().children.values()]

    def end(self, number: signal.Signals) -> int:
        """Send it a signal and wait for its end."""
        assert self.process is not None
        process, self.process = self.process, None
        with process:
            process.send_signal(number)
            return process.wait(PATIENCE_SECONDS)

    def state(self) -> UpState:
        return UpState.read(self.settings)

    def left(self) -> list[int]:
        """Processes that are alive of those it had started."""
        return [process_id for session in self.known for process_id in members(session)]


@pytest.fixture(scope="module")
def stage() -> Iterator[Up]:
    """One installation for all tests here, in a folder that PostgreSQL's user reaches."""
    with tempfile.TemporaryDirectory(prefix="segops-tests-") as folder:
        Path(folder).chmod(0o755)
        Path(folder, "tiny_definitions.py").write_text(DEFINITIONS)
        made = Up(Path(folder))
        yield made
        if made.process is not None:
            made.end(signal.SIGTERM)
        EmbeddedPostgres(made.settings).delete()


@pytest.fixture
def running(stage: Up) -> Up:
    """It is up, from an earlier test or from now on."""
    if stage.process is None:
        stage.start()
    return stage


@pytest.fixture
def stopped(stage: Up) -> Up:
    """It is not up."""
    if stage.process is not None:
        stage.end(signal.SIGTERM)
    return stage


def test_at_the_address_of_the_first_line_dagster_answers_with_the_definitions(running: Up) -> None:
    query = "{workspaceOrError{... on Workspace{locationEntries{name loadStatus}}}}"
    answer = _ask(running.address, query)
    assert answer["workspaceOrError"]["locationEntries"] == [{"name": "segops_pipeline", "loadStatus": "LOADED"}]


def test_a_run_is_launched_and_ends_well(running: Up) -> None:
    selector = {
        "repositoryLocationName": "segops_pipeline",
        "repositoryName": "__repository__",
        "jobName": "nothing_job",
    }
    launch = (
        "mutation($p: ExecutionParams!) {launchRun(executionParams: $p) "
        "{... on LaunchRunSuccess {run {runId}} ... on PythonError {message}}}"
    )
    given = {"p": {"selector": selector, "mode": "default", "runConfigData": {}}}
    run_id = _ask(running.address, launch, given)["launchRun"]["run"]["runId"]
    status = "query($id: ID!) {runOrError(runId: $id) {... on Run {status}}}"

    def ended() -> bool:
        return _ask(running.address, status, {"id": run_id})["runOrError"]["status"] in ("SUCCESS", "FAILURE")

    _until(ended)
    assert _ask(running.address, status, {"id": run_id})["runOrError"]["status"] == "SUCCESS"


def test_a_second_start_says_where_the_first_is_and_fails(running: Up) -> None:
    second = running.launch()
    out, said = second.communicate(timeout=PATIENCE_SECONDS)
    assert (second.returncode, out) == (1, "")
    assert f"it is at {running.address}, process" in said


def test_a_child_that_was_killed_is_started_again(running: Up) -> None:
    before = running.state().children["daemon"]
    psutil.Process(before[0]).kill()
    _until(lambda: running.state().children.get("daemon", before) != before)
    running.known.append(running.state().children["daemon"][0])


def test_a_postgresql_that_was_killed_is_started_again(running: Up) -> None:
    server = EmbeddedPostgres(running.settings)
    before = server.running()
    assert before is not None
    psutil.Process(before.process_id).kill()
    _until(lambda: (found := server.running()) is not None and found != before and found.ready)


def test_no_child_is_in_the_terminal_s_session(running: Up) -> None:
    assert running.process is not None
    sessions = {os.getsid(number) for number, _ in running.state().children.values()}
    assert os.getsid(running.process.pid) not in sessions


def test_a_killed_start_leaves_nothing_that_stops_the_next(running: Up) -> None:
    running.end(signal.SIGKILL)
    before = running.known
    running.start()
    assert [number for session in before for number in members(session)] == []


def test_a_signal_ends_everything(running: Up) -> None:  # Ctrl-C does too: see cli.test_running_system
    assert running.end(signal.SIGTERM) == 0
    assert running.left() == []
    assert EmbeddedPostgres(running.settings).running() is None


def test_a_part_that_does_not_start_ends_everything_and_says_why(stopped: Up) -> None:
    broken = stopped.launch("no_such_module")
    out, said = broken.communicate(timeout=PATIENCE_SECONDS)
    assert (broken.returncode, out) == (1, "")
    assert "code-server does not start" in said
    assert "no_such_module" in said
    assert EmbeddedPostgres(stopped.settings).running() is None


def test_an_interrupt_during_the_start_ends_everything(stopped: Up) -> None:
    starting = stopped.launch()
    _until(lambda: EmbeddedPostgres(stopped.settings).running() is not None)
    with starting:
        starting.send_signal(signal.SIGINT)
        starting.wait(PATIENCE_SECONDS)
    assert EmbeddedPostgres(stopped.settings).running() is None
    assert stopped.state().children == {}


def _ask(address: str, query: str, variables: dict[str, object] | None = None) -> dict[str, dict[str, object]]:
    place = urlsplit(address)
    assert place.hostname is not None
    connection = http.client.HTTPConnection(place.hostname, place.port or 0, timeout=PATIENCE_SECONDS)
    body = json.dumps({"query": query, "variables": variables or {}})
    connection.request("POST", "/graphql", body, {"Content-Type": "application/json"})
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return answer["data"]


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)

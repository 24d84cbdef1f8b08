"""`segops up` from end to end: a file dropped into the inbox of a running system is imported and published."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from sqlalchemy import text

from benchmarks import inbox
from benchmarks.running import running as running_process
from segops_pipeline.config import Settings
from segops_pipeline.installation.sessions import members
from segops_pipeline.installation.state import UpState
from segops_pipeline.stores.embedded_postgres import EmbeddedPostgres
from segops_pipeline.stores.opening import open_stores
from segops_pipeline_tests.cli.conftest import Segops
from segops_pipeline_tests.running_system import PATIENCE_SECONDS, until

LAMPS = "sku,name,price\nL-1,Desk lamp,12.50 EUR\nL-2,Floor lamp,80.00 EUR\n"
MORE = LAMPS.replace("L-", "M-")
MANY = 3_000


@dataclass
class Running:
    """A system that runs, the last address that it told, and which sessions its parts are in."""

    segops: Segops
    process: "subprocess.Popen[str]"
    address: str

    @property
    def settings(self) -> Settings:
        return Settings(home=self.segops.home)  # type: ignore[call-arg]

    def sessions(self) -> dict[str, int]:
        return {name: number for name, (number, _) in UpState.read(self.settings).children.items()}


@pytest.fixture(scope="module")
def running() -> Generator[Running]:
    """`segops up` on an installation that has never been started, in a folder that PostgreSQL's user reaches."""
    with tempfile.TemporaryDirectory(prefix="segops-tests-") as folder:
        Path(folder).chmod(0o755)
        segops = Segops(Path(folder, "home"), Path(folder))
        settings = Settings(home=segops.home)  # type: ignore[call-arg]
        with running_process(settings) as (process, addresses):
            yield Running(segops, process, addresses[1])
        EmbeddedPostgres(settings).delete()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_file_goes_from_the_inbox_of_a_running_system_to_its_search(running: Running) -> None:
    segops = running.segops
    assert urlopen(f"{running.address}/server_info", timeout=PATIENCE_SECONDS).status == 200
    teach(segops)
    folder = segops.home / "inbox" / "acme" / "feed"
    folder.mkdir(parents=True)
    (folder / "more.csv").write_text(MORE)
    until(lambda: state_of(running, "more.csv") == [("done", 2)], "the file is imported")
    until(lambda: ask(running, "SELECT count(*) FROM outbox") == [(0,)], "everything is published")
    assert (folder / "processed" / "more.csv").read_text() == MORE
    hits = segops("search", "a lamp for the floor", "-w", "acme", "--json").json
    assert {hit["sku"] for hit in hits} == {"L-1", "L-2", "M-1", "M-2"}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_daemon_that_is_killed_in_the_middle_of_an_import_loses_nothing(running: Running) -> None:
    content = "sku,name,price\n" + "".join(f"D-{n},Lamp {n},{n}.50 EUR\n" for n in range(MANY))
    (running.segops.home / "inbox" / "acme" / "feed" / "many.csv").write_text(content)
    begun = "SELECT count(*) FROM import_jobs WHERE file_name = 'many.csv' AND heartbeat_at IS NOT NULL"
    until(lambda: ask(running, begun) == [(1,)], "a run of it is at work")
    daemon = running.sessions()["daemon"]
    os.kill(daemon, signal.SIGKILL)
    until(lambda: state_of(running, "many.csv") == [("done", MANY)], "the file is imported")
    until(lambda: ask(running, "SELECT count(*) FROM outbox") == [(0,)], "everything is published")
    assert running.sessions()["daemon"] != daemon
    assert ask(running, "SELECT count(*) FROM products WHERE sku LIKE 'D-%'") == [(MANY,)]


def test_a_benchmark_s_file_is_dropped_into_the_running_system(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "CALM_SECONDS", 0.0)  # how long it takes is no matter here
    with open_stores(running.settings, start=False) as stores:
        [figure] = inbox.measure_running(stores, rows=20, repetitions=1)
    assert len(figure.samples) == 1
    assert figure.bar == 8


def test_ctrl_c_ends_all_of_it_and_everything_is_still_there_afterwards(running: Running) -> None:
    sessions = running.sessions().values()
    assert len(sessions) == 4
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(PATIENCE_SECONDS) == 0
    assert [left for session in sessions for left in members(session)] == []
    assert EmbeddedPostgres(running.settings).running() is None
    assert state_of(running, "more.csv", start=True) == [("done", 2)]


def teach(segops: Segops) -> None:
    """Import a file of the source by hand, so that its columns are known, and make the source automatic."""
    words = ["-w", "acme", "--source", "feed", "--yes", "--no-embeddings", "--json"]
    first = segops("import", segops.write("lamps.csv", LAMPS), *words)
    assert (first.code, first.json["status"]) == (0, "done"), first.err
    assert segops("sources", "set", "feed", "-w", "acme", "--automatic").code == 0


def state_of(running: Running, file_name: str, *, start: bool = False) -> list[tuple[Any, ...]]:
    query = "SELECT status, imported_count FROM import_jobs WHERE file_name = :name"
    return ask(running, query, start=start, name=file_name)


def ask(running: Running, query: str, *, start: bool = False, **bound: Any) -> list[tuple[Any, ...]]:
    with open_stores(running.settings, start=start) as stores, stores.database.system_session() as connection:
        return [tuple(row) for row in connection.execute(text(query), bound)]

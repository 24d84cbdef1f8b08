"""`segops up` from end to end: a file dropped into the inbox of a running system is imported and published."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from sqlalchemy import text

from segops_pipeline.config import Settings
from segops_pipeline.installation.sessions import members
from segops_pipeline.installation.state import UpState
from segops_pipeline.stores.embedded_postgres import EmbeddedPostgres
from segops_pipeline.stores.opening import open_stores
from segops_pipeline_tests.cli.conftest import Segops
from segops_pipeline_tests.running_system import PATIENCE_SECONDS, until

LAMPS = "sku,name,price\nL-1,Desk lamp,12.50 EUR\nL-2,Floor lamp,80.00 EUR\n"
MAIN = "from segops_pipeline.cli import main; main()"
MORE = LAMPS.replace("L-", "M-")
MANY = 3_000


@pytest.fixture(scope="module")
def segops() -> Generator[Segops]:
    """An installation that has never been started, in a folder that PostgreSQL's user reaches."""
    with tempfile.TemporaryDirectory(prefix="segops-tests-") as folder:
        Path(folder).chmod(0o755)
        made = Segops(Path(folder, "home"), Path(folder))
        yield made
        EmbeddedPostgres(settings_of(made)).delete()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_file_goes_from_the_inbox_of_a_running_system_to_its_search(segops: Segops) -> None:
    with up(segops) as address:
        assert urlopen(f"{address}/server_info", timeout=PATIENCE_SECONDS).status == 200
        teach(segops)
        folder = segops.home / "inbox" / "acme" / "feed"
        folder.mkdir(parents=True)
        (folder / "more.csv").write_text(MORE)
        until(lambda: state_of(segops, "more.csv") == [("done", 2)], "the file is imported")
        until(lambda: ask(segops, "SELECT count(*) FROM outbox") == [(0,)], "everything is published")
        assert (folder / "processed" / "more.csv").read_text() == MORE
        hits = segops("search", "a lamp for the floor", "-w", "acme", "--json").json
        assert {hit["sku"] for hit in hits} == {"L-1", "L-2", "M-1", "M-2"}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_daemon_that_is_killed_in_the_middle_of_an_import_loses_nothing(segops: Segops) -> None:
    with up(segops):
        assert state_of(segops, "more.csv") == [("done", 2)]  # from before the system was stopped
        content = "sku,name,price\n" + "".join(f"D-{n},Lamp {n},{n}.50 EUR\n" for n in range(MANY))
        (segops.home / "inbox" / "acme" / "feed" / "many.csv").write_text(content)
        until(lambda: bool(state_of(segops, "many.csv")), "the file is taken")
        daemon, _ = UpState.read(settings_of(segops)).children["daemon"]
        os.kill(daemon, signal.SIGKILL)
        until(lambda: state_of(segops, "many.csv") == [("done", MANY)], "the file is imported")
        until(lambda: ask(segops, "SELECT count(*) FROM outbox") == [(0,)], "everything is published")
        assert UpState.read(settings_of(segops)).children["daemon"][0] != daemon
        assert ask(segops, "SELECT count(*) FROM products WHERE sku LIKE 'D-%'") == [(MANY,)]


def teach(segops: Segops) -> None:
    """Import a file of the source by hand, so that its columns are known, and make the source automatic."""
    words = ["-w", "acme", "--source", "feed", "--yes", "--no-embeddings", "--json"]
    first = segops("import", segops.write("lamps.csv", LAMPS), *words)
    assert (first.code, first.json["status"]) == (0, "done"), first.err
    assert segops("sources", "set", "feed", "-w", "acme", "--automatic").code == 0


@contextmanager
def up(segops: Segops) -> Generator[str]:
    """The system runs; afterwards Ctrl-C has ended all of it."""
    process = subprocess.Popen(
        [sys.executable, "-c", MAIN, "up"],
        cwd=segops.folder,
        env={**segops.environment(), "SEGOPS_WEB_PORT": "0", "SEGOPS_PAGES_PORT": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    settings = settings_of(segops)
    assert process.stdout is not None
    try:
        yield [process.stdout.readline().strip() for _ in range(2)][1]
        started = [number for number, _ in UpState.read(settings).children.values()]
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_SECONDS) == 0
        process.stdout.close()
    assert len(started) == 4
    assert [left for session in started for left in members(session)] == []
    assert EmbeddedPostgres(settings).running() is None


def settings_of(segops: Segops) -> Settings:
    return Settings(home=segops.home)  # type: ignore[call-arg]


def state_of(segops: Segops, file_name: str) -> list[tuple[Any, ...]]:
    query = "SELECT status, imported_count FROM import_jobs WHERE file_name = :name"
    return ask(segops, query, name=file_name)


def ask(segops: Segops, query: str, **bound: Any) -> list[tuple[Any, ...]]:
    with open_stores(settings_of(segops), start=False) as stores, stores.database.system_session() as connection:
        return [tuple(row) for row in connection.execute(text(query), bound)]

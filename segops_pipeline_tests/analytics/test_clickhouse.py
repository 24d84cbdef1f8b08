import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import pytest

from segops_pipeline.analytics.clickhouse import PRODUCTS, clickhouse_folder, open_clickhouse
from segops_pipeline.config import Settings
from segops_pipeline.errors import StoreUnreachable

NOW = datetime(2025, 1, 2, 3, 4, 5, 678901, UTC)

HOLDER = """
import sys
from segops_pipeline.analytics.clickhouse import open_clickhouse
from segops_pipeline.config import Settings
with open_clickhouse(Settings(home=sys.argv[1])):
    print("open", flush=True)
    sys.stdin.readline()
"""
FOREIGNER = """
import sys, chdb
connection = chdb.connect(sys.argv[1])
print("open", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def alone(tmp_path: Path) -> Settings:
    """An installation without PostgreSQL, of which little patience is asked."""
    return Settings(home=tmp_path / "home", clickhouse_lock_timeout_seconds=0.3)  # type: ignore[call-arg]


@contextmanager
def running(program: str, place: Path) -> Generator[subprocess.Popen[str]]:
    """Another process, that has the folder open and closes it when it is sent a line."""
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(place)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def insert(settings: Settings, tenant_id: int, sku: str, version: int, deleted: int = 0, name: str = "") -> None:
    with open_clickhouse(settings) as clickhouse:
        clickhouse.insert_products([[tenant_id], [sku], [name], ["{}"], [version], [deleted], [NOW]])


def names(settings: Settings, tenant_id: int = 1) -> dict[str, str]:
    with open_clickhouse(settings) as clickhouse:
        rows = clickhouse.rows(f"SELECT sku, name FROM {PRODUCTS}", {"tenant_id": tenant_id})
    return {row["sku"]: row["name"] for row in rows}


def test_the_table_is_made_on_first_use_and_found_again(alone: Settings) -> None:
    insert(alone, 1, "a", 1, name="Drill")
    assert names(alone) == {"a": "Drill"}


def test_the_newest_version_is_read_whichever_came_last(alone: Settings) -> None:
    insert(alone, 1, "a", 7, name="new")
    insert(alone, 1, "a", 3, name="old")
    assert names(alone) == {"a": "new"}


def test_a_deleted_product_is_not_read_and_an_older_version_does_not_bring_it_back(alone: Settings) -> None:
    insert(alone, 1, "a", 3)
    insert(alone, 1, "a", 7, deleted=1)
    insert(alone, 1, "a", 4)
    assert names(alone) == {}


def test_a_deleted_product_that_is_made_again_is_read(alone: Settings) -> None:
    insert(alone, 1, "a", 7, deleted=1)
    insert(alone, 1, "a", 8, name="again")
    assert names(alone) == {"a": "again"}


def test_workspaces_are_kept_apart(alone: Settings) -> None:
    insert(alone, 1, "a", 1, name="one")
    insert(alone, 2, "a", 1, name="two")
    assert names(alone, 1) == {"a": "one"}
    assert names(alone, 2) == {"a": "two"}


def test_one_process_can_use_two_installations_in_turn(alone: Settings, tmp_path: Path) -> None:
    other = alone.model_copy(update={"home": tmp_path / "other"})
    insert(alone, 1, "a", 1)
    insert(other, 1, "b", 1)
    assert list(names(alone)) == ["a"]
    assert list(names(other)) == ["b"]


def test_a_mistake_in_a_query_is_not_taken_for_a_store_that_is_down(alone: Settings) -> None:
    from clickhouse_connect.driver.exceptions import DatabaseError

    with open_clickhouse(alone) as clickhouse, pytest.raises(DatabaseError, match="nonsense"):
        clickhouse.rows("SELECT nonsense")


def test_a_folder_in_use_is_waited_for(alone: Settings) -> None:
    patient = alone.model_copy(update={"clickhouse_lock_timeout_seconds": 30.0})
    with running(HOLDER, alone.home) as holder:
        thread = Thread(target=holder.communicate, args=("\n",))
        thread.start()
        insert(patient, 1, "a", 1)
        thread.join()
    assert list(names(alone)) == ["a"]


def test_who_holds_the_folder_too_long_is_named(alone: Settings) -> None:
    with running(HOLDER, alone.home) as holder, pytest.raises(StoreUnreachable) as caught:
        names(alone)
    assert f"in use by process {holder.pid} (" in caught.value.message
    assert "SEGOPS_CLICKHOUSE_URL" in caught.value.remedy


def test_a_folder_is_free_when_its_holder_was_killed(alone: Settings) -> None:
    insert(alone, 1, "a", 1)
    with running(HOLDER, alone.home) as holder:
        holder.kill()
        holder.wait()
        assert list(names(alone)) == ["a"]


def test_a_program_that_does_not_know_the_lock_is_refused_as_well(alone: Settings) -> None:
    clickhouse_folder(alone).mkdir(parents=True)
    with (
        running(FOREIGNER, clickhouse_folder(alone)),
        pytest.raises(StoreUnreachable, match="not of this project"),
    ):
        names(alone)


def test_a_thread_that_holds_the_folder_too_long_is_named(alone: Settings) -> None:
    opened, finished = Event(), Event()

    def hold() -> None:
        with open_clickhouse(alone):
            opened.set()
            finished.wait()

    thread = Thread(target=hold)
    thread.start()
    opened.wait()
    try:
        with pytest.raises(StoreUnreachable, match="another thread of this process"):
            names(alone)
    finally:
        finished.set()
        thread.join()


def test_an_error_inside_the_block_frees_the_folder(alone: Settings) -> None:
    with pytest.raises(ZeroDivisionError), open_clickhouse(alone):
        _ = 1 / 0
    assert names(alone) == {}


def test_importing_analytics_loads_no_client() -> None:
    program = """
import sys
import segops_pipeline.analytics.overview, segops_pipeline.analytics.reconcile, segops_pipeline.analytics.sync
print(*sorted({"chdb", "clickhouse_connect", "pandas", "numpy"} & sys.modules.keys()))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"

"""The embedded server starts, stops, and comes back from whatever was done to it."""

import os
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import psycopg
import pytest

from segops_pipeline.config import Settings
from segops_pipeline.errors import StoreUnreachable, WrongUsage
from segops_pipeline.stores.embedded_postgres import EmbeddedPostgres
from segops_pipeline.stores.postgres_data import Reach
from segops_pipeline.stores.postgres_programs import installed_programs, shared_copy
from segops_pipeline.stores.urls import connection_file

# A process that says "held", holds the server until its input ends, and says whether it had started it.
HOLDER = """
import sys
from segops_pipeline.config import Settings
from segops_pipeline.stores.embedded_postgres import EmbeddedPostgres
with EmbeddedPostgres(Settings()).held() as lease:
    print("started" if lease.started else "found", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def installation() -> Iterator[Settings]:
    """A folder that PostgreSQL's user reaches, for all tests here: a server takes a while to make."""
    with tempfile.TemporaryDirectory(prefix="segops-tests-") as folder:
        Path(folder).chmod(0o755)
        settings = Settings(home=Path(folder, "home"))  # type: ignore[call-arg]
        yield settings
        EmbeddedPostgres(settings).delete()


@pytest.fixture
def server(installation: Settings) -> Iterator[EmbeddedPostgres]:
    """A server that does not run, and does not run afterwards."""
    made = EmbeddedPostgres(installation)
    yield made
    made.stop()


@pytest.fixture
def holders(installation: Settings) -> Iterator[list[subprocess.Popen[str]]]:
    """Three processes that hold the server; those that are left are ended."""
    environment = {**os.environ, "SEGOPS_HOME": str(installation.home)}
    made = [
        subprocess.Popen(
            [sys.executable, "-c", HOLDER],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        for _ in range(3)
    ]
    yield made
    for process in made:
        with process:
            process.kill()


def test_a_second_start_finds_the_first_ones_server(server: EmbeddedPostgres) -> None:
    assert server.start() is True
    first = server.running()
    assert server.start() is False
    assert server.running() == first


def test_data_are_there_after_a_stop_and_a_start(server: EmbeddedPostgres, installation: Settings) -> None:
    server.start()
    _ask(installation, "CREATE TABLE kept AS SELECT 42 AS answer")
    port = _reach(installation).port
    server.stop()
    assert server.running() is None
    server.start()
    assert _reach(installation).port == port
    assert _ask(installation, "TABLE kept") == 42
    _ask(installation, "DROP TABLE kept")


def test_the_connection_file_is_for_its_owner_alone(server: EmbeddedPostgres, installation: Settings) -> None:
    server.start()
    assert stat.S_IMODE(connection_file(installation).stat().st_mode) == 0o600


def test_nobody_connects_without_the_password(server: EmbeddedPostgres, installation: Settings) -> None:
    server.start()
    reach = _reach(installation)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(host=reach.host, port=reach.port, user="postgres", password="guess", dbname="segops")


def test_the_server_listens_on_loopback_alone(server: EmbeddedPostgres) -> None:
    server.start()
    found = server.running()
    assert found is not None
    listening = [one for one in psutil.Process(found.process_id).net_connections() if one.status == "LISTEN"]
    assert [one.laddr.ip for one in listening] == ["127.0.0.1"]


def test_the_server_is_in_a_session_of_its_own(server: EmbeddedPostgres) -> None:
    server.start()
    found = server.running()
    assert found is not None
    assert os.getsid(found.process_id) != os.getsid(0)


def test_a_taken_port_is_left_to_its_owner(server: EmbeddedPostgres, installation: Settings) -> None:
    server.start()
    port = _reach(installation).port
    server.stop()
    with closing(socket.socket()) as owner:
        owner.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        owner.bind(("127.0.0.1", port))
        owner.listen()
        server.start()
    assert _reach(installation).port != port
    assert _ask(installation, "SELECT 1") == 1


def test_a_server_killed_at_once_starts_again_with_its_data(server: EmbeddedPostgres, installation: Settings) -> None:
    server.start()
    _ask(installation, "CREATE TABLE survivor AS SELECT 7 AS answer")
    _kill(server)
    assert server.start() is True
    assert _ask(installation, "TABLE survivor") == 7
    _ask(installation, "DROP TABLE survivor")


def test_a_number_that_another_program_has_now_does_not_stop_the_start(server: EmbeddedPostgres) -> None:
    server.start()
    file = server.data / "postmaster.pid"
    lines = file.read_text().splitlines()
    server.stop()
    file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    assert server.running() is None
    assert server.start() is True


def test_of_several_processes_one_starts_the_server_and_the_last_stops_it(
    server: EmbeddedPostgres, holders: list[subprocess.Popen[str]]
) -> None:
    assert sorted(_line(process) for process in holders) == ["found", "found", "started"]
    for process in holders[:-1]:
        process.communicate()
        assert server.running() is not None
    holders[-1].communicate()
    assert server.running() is None


def test_a_killed_holder_holds_nothing(server: EmbeddedPostgres, holders: list[subprocess.Popen[str]]) -> None:
    for process in holders:
        _line(process)
    for process in holders[:-1]:
        process.kill()
        process.wait()
    holders[-1].communicate()
    assert server.running() is None


def test_a_connected_client_keeps_the_server_up(server: EmbeddedPostgres, installation: Settings) -> None:
    with server.held():
        client = _connect(installation)
    with client:
        assert client.execute("SELECT 1").fetchone() == (1,)


def test_its_owner_stops_the_server_although_a_client_is_connected(
    server: EmbeddedPostgres, installation: Settings
) -> None:
    with server.held(stop_clients=True):
        client = _connect(installation)
    assert server.running() is None
    client.close()


def test_a_lease_on_a_server_that_was_killed_can_be_renewed(server: EmbeddedPostgres, installation: Settings) -> None:
    with server.held() as lease:
        assert server.renew(lease) is False
        _kill(server)
        assert server.renew(lease) is True
        assert _ask(installation, "SELECT 1") == 1
    assert server.running() is None


def test_a_lost_connection_file_is_made_anew_and_the_data_stay(
    server: EmbeddedPostgres, installation: Settings
) -> None:
    server.start()
    _ask(installation, "CREATE TABLE kept AS SELECT 1 AS answer")
    old = _reach(installation).owner_password
    connection_file(installation).unlink()
    assert server.start() is True
    assert _reach(installation).owner_password != old
    assert _ask(installation, "TABLE kept") == 1
    _ask(installation, "DROP TABLE kept")


def test_data_of_another_version_are_refused(server: EmbeddedPostgres) -> None:
    server.start()
    server.stop()
    file = server.data / "PG_VERSION"
    file.write_text("14\n")
    try:
        with pytest.raises(WrongUsage, match="of PostgreSQL 14"):
            server.start()
    finally:
        file.write_text("18\n")


def test_a_server_that_cannot_start_says_why(server: EmbeddedPostgres) -> None:
    server.start()
    server.stop()
    file = server.data / "postgresql.auto.conf"
    file.write_text("no_such_setting = 1\n")
    try:
        with pytest.raises(StoreUnreachable, match="no_such_setting"):
            server.start()
    finally:
        file.write_text("")


def test_a_folder_that_cannot_be_written_is_wrong_usage() -> None:
    with pytest.raises(WrongUsage, match="SEGOPS_HOME"):
        EmbeddedPostgres(Settings(home=Path("/proc/segops"))).start()  # type: ignore[call-arg]


def test_a_spoilt_connection_file_is_wrong_usage(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)  # type: ignore[call-arg]
    connection_file(settings).write_text('{"host": ')
    with pytest.raises(WrongUsage, match=r"postgres\.json cannot be read"):
        EmbeddedPostgres(settings).start()


def test_a_half_made_data_folder_is_made_again() -> None:
    with tempfile.TemporaryDirectory(prefix="segops-tests-") as folder:
        Path(folder).chmod(0o755)
        made = EmbeddedPostgres(Settings(home=Path(folder)))  # type: ignore[call-arg]
        half = Path(folder, ".postgres-new")
        half.mkdir()
        (half / "PG_VERSION").write_text("18\n")
        made.start()
        made.delete()
        assert not half.exists()


def test_a_private_folder_stays_private(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    settings = Settings(home=private / "home")  # type: ignore[call-arg]
    server = EmbeddedPostgres(settings)
    server.start()
    assert _ask(settings, "SELECT 1") == 1
    data = server.data
    assert data.is_relative_to(private) == (os.geteuid() != 0)
    server.delete()
    assert not data.exists()
    assert stat.S_IMODE(private.stat().st_mode) == 0o700


def test_the_programs_run_from_a_copy_that_everybody_can_read(tmp_path: Path) -> None:
    copy = shared_copy(installed_programs(), tmp_path)
    assert shared_copy(installed_programs(), tmp_path) == copy
    done = subprocess.run([copy / "bin" / "psql", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("psql (PostgreSQL) 18")
    assert all(path.stat().st_mode & 0o004 for path in copy.rglob("*"))


def _kill(server: EmbeddedPostgres) -> None:
    found = server.running()
    assert found is not None
    process = psutil.Process(found.process_id)
    process.kill()
    process.wait(10)


def _reach(settings: Settings) -> Reach:
    reach = Reach.read(connection_file(settings))
    assert reach is not None
    return reach


def _connect(settings: Settings) -> psycopg.Connection[tuple[object, ...]]:
    reach = _reach(settings)
    return psycopg.connect(
        host=reach.host,
        port=reach.port,
        user="postgres",
        password=reach.owner_password,
        dbname=reach.database,
        autocommit=True,
    )


def _ask(settings: Settings, statement: str) -> object:
    with _connect(settings) as connection:
        cursor = connection.execute(statement)  # type: ignore[arg-type]
        row = cursor.fetchone() if cursor.description else None
        return None if row is None else row[0]


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()

"""The embedded PostgreSQL server of one installation: made, started, held up, stopped.

The last one to hold a lease on the server stops it. All of it happens under one lock between processes.
What belongs here: the server's life. What doesn't: what is in its databases.
"""

import re
import shutil
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from segops_pipeline.config import Settings
from segops_pipeline.errors import StoreUnreachable, WrongUsage
from segops_pipeline.stores.locks import file_lock
from segops_pipeline.stores.logs import log_size, open_log, read_log
from segops_pipeline.stores.postgres_data import (
    HOST,
    Reach,
    check_version,
    data_folder,
    make_data,
    new_reach,
    reset_owner_password,
)
from segops_pipeline.stores.postgres_lease import Lease, connect, is_needed, new_name
from segops_pipeline.stores.postgres_process import (
    Postmaster,
    forget_stranger,
    free_port,
    is_free,
    living_server,
)
from segops_pipeline.stores.postgres_programs import SHARED_FOLDER, PostgresPrograms, postgres_programs
from segops_pipeline.stores.urls import connection_file

LOCK_TIMEOUT_SECONDS = 300.0
START_TIMEOUT_SECONDS = 120  # recovery after a crash reads up to max_wal_size
STOP_TIMEOUT_SECONDS = 60
START_TRIES = 20
NOT_TELLING = ("pg_ctl: ", "Examine the log", "STATEMENT: ", "child process exited", "initdb: removing")
LOG_PREFIX = re.compile(r"^[-\d]+ [:.\d]+ \w+ \[\d+\] (?=[A-Z]+:)")
SERVER_SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "wal_buffers": "64MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "client_connection_check_interval": "5s",  # a killed client's statement ends, and with it its locks
}


class EmbeddedPostgres:
    """The embedded server of the installation that the settings name."""

    def __init__(self, settings: Settings) -> None:
        self._home = settings.home
        self._file = connection_file(settings)
        self._log = settings.home / "logs" / "postgres.log"

    @property
    def data(self) -> Path:
        """Folder of the server's data."""
        return data_folder(self._home, Reach.read(self._file))

    def running(self) -> Postmaster | None:
        """The living server on the data folder, if there is one."""
        return living_server(self.data)

    def start(self) -> bool:
        """Start the server and leave it running; returns quickly when it runs already.

        Returns:
            whether it was started here.

        Raises:
            StoreUnreachable: it cannot start.
            WrongUsage: its data are of another version, or it cannot run as this user.
        """
        with self._locked():
            return self._start()

    @contextmanager
    def held(self, *, stop_clients: bool = False) -> Generator[Lease]:
        """Hold the server up: started if it does not run, stopped at the end when nobody else needs it.

        Args:
            stop_clients: at the end only other leases keep the server up; else any other client does.

        Raises:
            StoreUnreachable: it cannot start.
            WrongUsage: its data are of another version, or it cannot run as this user.
        """
        with self._locked():
            lease = self._take(new_name())
        try:
            yield lease
        finally:
            with self._locked():
                lease.connection.close()
                if self.running() is not None and not self._needed(lease.name, stop_clients):
                    self._stop()

    def renew(self, lease: Lease) -> bool:
        """Start the server again if it has died under a lease.

        Returns:
            whether it had died.

        Raises:
            StoreUnreachable: it cannot start.
            WrongUsage: its data are of another version, or it cannot run as this user.
        """
        if self.running() is not None:
            return False
        with self._locked():
            lease.connection.close()
            renewed = self._take(lease.name)
        lease.connection = renewed.connection
        return renewed.started

    def stop(self) -> None:
        """Stop the server, whoever is connected, and wait for its end.

        Raises:
            StoreUnreachable: it did not end.
        """
        if self._home.exists():
            with self._locked():
                self._stop()

    def delete(self) -> None:
        """Stop the server and delete its data."""
        self.stop()
        data = self.data
        shutil.rmtree(data, ignore_errors=True)
        if data.is_relative_to(SHARED_FOLDER):
            data.parent.rmdir()
        self._file.unlink(missing_ok=True)

    @contextmanager
    def _locked(self) -> Generator[None]:
        try:
            self._home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WrongUsage(f"{self._home} cannot be made: {error}.", "Set SEGOPS_HOME to another.") from error
        with file_lock(self._home / "postgres.lock", LOCK_TIMEOUT_SECONDS, "to start or stop PostgreSQL"):
            yield

    def _start(self) -> bool:
        found = self.running()
        if found is not None and self._file.exists():
            self._wait_until_ready()
            return False
        programs = postgres_programs()
        self._stop()
        try:
            self._launch(programs, self._prepare(programs))
            self._make_database()
        except BaseException as error:
            self._stop()
            if isinstance(error, subprocess.CalledProcessError):
                raise self._not_started(error.output or "") from error
            if isinstance(error, OSError):
                raise self._not_started(str(error)) from error
            raise
        return True

    def _take(self, name: str) -> Lease:
        """Start the server if need be and take a lease; without one a server that was started ends again."""
        started = self._start()
        try:
            return Lease(name, started, self._connect(name))
        except BaseException:
            if started:
                self._stop()
            raise

    def _prepare(self, programs: PostgresPrograms) -> Reach:
        """Make what is missing: the connection file, the data; and see that both fit."""
        reach = Reach.read(self._file)
        lost = reach is None and (self.data / "PG_VERSION").exists()
        if reach is None:
            reach = new_reach(self._home, free_port())
            if lost:
                reset_owner_password(programs, self._home / reach.data, reach.owner_password)
            reach.write(self._file)
        data = self._home / reach.data
        if not (data / "PG_VERSION").exists():
            make_data(programs, data, reach.owner_password)
        check_version(data)
        forget_stranger(data)
        return reach

    def _launch(self, programs: PostgresPrograms, reach: Reach) -> None:
        """Start the server, at another port if its own is taken, once the rests of a killed one are gone."""
        for left in reversed(range(START_TRIES)):
            if not is_free(reach.port):
                reach = reach.at_port(free_port())
                reach.write(self._file)
            seen = log_size(self._log)
            try:
                self._control(programs, "start", "--timeout", str(START_TIMEOUT_SECONDS), "-o", _options(reach.port))
            except subprocess.CalledProcessError as error:
                said = read_log(self._log, seen)
                if not left or not any(word in said for word in ("could not bind", "pre-existing shared memory")):
                    error.output = said
                    raise
                time.sleep(0.25)
            else:
                return

    def _control(self, programs: PostgresPrograms, *arguments: str) -> None:
        # The server keeps the log open, so it is opened here: its own user may not reach it.
        with open_log(self._log) as log:
            programs.run("pg_ctl", "--silent", "--wait", *arguments, environment={"PGDATA": str(self.data)}, output=log)

    def _stop(self) -> None:
        if self.running() is None:
            return
        programs = postgres_programs()
        for mode in ("fast", "immediate"):
            with suppress(subprocess.CalledProcessError):
                self._control(programs, "stop", "--mode", mode, "--timeout", str(STOP_TIMEOUT_SECONDS))
            if self.running() is None:
                return
        raise StoreUnreachable("The embedded PostgreSQL does not stop.", f"Its log is {self._log}.")

    def _wait_until_ready(self) -> None:
        """Wait for a server whose starter was killed while it came up."""
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while (found := self.running()) is not None and not found.ready:
            if time.monotonic() > deadline:
                raise self._not_started(read_log(self._log))
            time.sleep(0.05)
        if found is None:
            raise self._not_started(read_log(self._log))

    def _make_database(self) -> None:
        reach = Reach.read(self._file)
        assert reach is not None
        with self._connect("segops", "postgres") as connection:
            known = connection.execute("SELECT FROM pg_database WHERE datname = %s", [reach.database]).fetchone()
            if known is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(reach.database)))

    def _needed(self, own_name: str, stop_clients: bool) -> bool:
        try:
            with self._connect(own_name) as connection:
                return is_needed(connection, own_name, stop_clients=stop_clients)
        except (StoreUnreachable, psycopg.OperationalError):
            return True  # it comes up or goes down by somebody else's doing

    def _connect(self, name: str, database: str | None = None) -> psycopg.Connection[Any]:
        reach = Reach.read(self._file)
        assert reach is not None
        try:
            return connect(reach, name, database or reach.database)
        except psycopg.OperationalError as error:
            raise StoreUnreachable(
                f"The embedded PostgreSQL does not answer: {error}", f"Its log is {self._log}."
            ) from error

    def _not_started(self, said: str) -> StoreUnreachable:
        lines = [LOG_PREFIX.sub("", line).strip() for line in said.splitlines()]
        telling = [line for line in lines if line and not line.startswith(NOT_TELLING)]
        reason = "; ".join(telling[-3:]) or "it said nothing"
        return StoreUnreachable(f"The embedded PostgreSQL cannot start: {reason}", f"Its log is {self._log}.")


def _options(port: int) -> str:
    """The server's command line; pg_ctl hands it to a shell, so it holds only words of ours."""
    return " ".join([f"-p {port}", *(f"-c {name}='{value}'" for name, value in SERVER_SETTINGS.items())])

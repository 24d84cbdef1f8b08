"""`segops up`: the embedded server, the pages, and Dagster's code server, webserver and daemon, as one command.

One code server serves both the webserver and the daemon: it holds the definitions once, and runs are its
children. Everything ends with the command; what a killed one has left, the next start ends.
What belongs here: what is started in which order, and watching over it. What doesn't: how a child lives.
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager
from types import FrameType

from segops_pipeline.access.links import make_link_token
from segops_pipeline.access.owner import ensure_owner
from segops_pipeline.access.secret import check_may_listen, is_loopback
from segops_pipeline.config import Settings
from segops_pipeline.errors import SegopsError
from segops_pipeline.installation.children import Child
from segops_pipeline.installation.dagster_home import LOCATION_NAME, write_dagster_home, write_workspace
from segops_pipeline.installation.environment import environment
from segops_pipeline.installation.ports import answers, free_port, is_open
from segops_pipeline.installation.sessions import end_sessions, start_time
from segops_pipeline.installation.state import UpState, only_one
from segops_pipeline.stores.database import Database
from segops_pipeline.stores.embedded_postgres import EmbeddedPostgres
from segops_pipeline.stores.logs import trim_log
from segops_pipeline.stores.migrate import migrate
from segops_pipeline.stores.urls import postgres_urls

LOOPBACK = "127.0.0.1"
EVERYWHERE = {"0.0.0.0": LOOPBACK, "::": "::1", "": LOOPBACK}  # noqa: S104 - compared, not listened at
DEFINITIONS = "segops_pipeline.definitions"
PAGES = "segops_pipeline.web"
CODE_SERVER = "segops_pipeline.orchestration.code_server"
WATCH_SECONDS = 0.2
SERVER_WATCH_SECONDS = 2.0
STARTS_TRIED = 2
STOP_GRACE_SECONDS = 20.0
LINK_MINUTES = 60.0  # people open a page some time after they have started what serves it


def up(settings: Settings, definitions: str = DEFINITIONS) -> int:
    """Start everything, print where the pages are, then where Dagster's UI is, and stay until told to stop.

    On loopback the first line is a link that signs the owner in, once.

    SIGINT (Ctrl-C), SIGTERM and SIGHUP stop everything; a second one does not wait for what still runs.

    Args:
        settings: which installation.
        definitions: the module that the code server loads.

    Returns:
        the exit code, 0 when it was told to stop.

    Raises:
        SegopsError: it is up already, or a part of it does not start.
        StoreUnreachable: PostgreSQL does not answer or cannot be started.
        WrongUsage: the pages would be reached from other machines, and no secret or no user is set.
    """
    with only_one(settings), _stopping() as stop, ExitStack() as stack:
        before = UpState.read(settings)
        for name in before.end_orphans():
            _say(f"Ended {name}, left behind by a start that was killed.")
        watch_server = _start_stores(settings, stack)
        database = Database(postgres_urls(settings))
        stack.callback(database.dispose)
        check_may_listen(settings, database)
        write_dagster_home(settings)
        supervisor = _Supervisor(settings, database, stop, before, definitions)
        stop.interrupts = False  # from here on it is waited for, so that no child is forgotten
        try:
            supervisor.start()
            supervisor.watch(watch_server)
        finally:
            supervisor.stop_children()
    return 0


class _Stop:
    """How often it was told to stop."""

    def __init__(self) -> None:
        self.times = 0
        self.interrupts = True

    def told(self, _number: int, _frame: FrameType | None) -> None:
        """Take a signal down; before anything runs it simply interrupts."""
        self.times += 1
        if self.interrupts:
            self.interrupts = False
            raise KeyboardInterrupt


@contextmanager
def _stopping() -> Generator[_Stop]:
    stop = _Stop()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, stop.told) for number in numbers]
    try:
        yield stop
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _start_stores(settings: Settings, stack: ExitStack) -> Callable[[], bool]:
    """Start and migrate PostgreSQL; return what starts it again if it has died, and says whether it had."""
    renew: Callable[[], bool] = lambda: False  # noqa: E731
    if settings.postgres_url is None:
        server = EmbeddedPostgres(settings)
        lease = stack.enter_context(server.held(stop_clients=True))
        renew = lambda: server.renew(lease)  # noqa: E731
    migrate(postgres_urls(settings), settings.postgres_role_prefix)
    return renew


class _Supervisor:
    """The four children, in the order in which they start."""

    def __init__(self, settings: Settings, database: Database, stop: _Stop, before: UpState, definitions: str) -> None:
        self._settings = settings
        self._database = database
        self._stop = stop
        code_port = free_port(LOOPBACK, before.code_port or 0)
        self._web_port = free_port(settings.web_host, settings.web_port)
        self.address = _address(settings.web_host, self._web_port)
        self._pages_port = free_port(settings.pages_host, settings.pages_port)
        self.pages = (settings.pages_url or _address(settings.pages_host, self._pages_port)).rstrip("/")
        self._state = UpState(os.getpid(), start_time(os.getpid()) or 0.0, code_port=code_port)
        self._environment = {**os.environ, **environment(settings)}
        workspace = str(write_workspace(settings, LOOPBACK, code_port))
        reached = {"SEGOPS_PAGES_URL": self.pages}  # for the links that runs leave in Dagster
        self._code = self._child(
            "code-server", CODE_SERVER, "api", "grpc", "--host", LOOPBACK, "--port", str(code_port),
            "--module-name", definitions, "--location-name", LOCATION_NAME,
            "--use-python-environment-entry-point", variables=reached,
        )  # fmt: skip
        self._webserver = self._child(
            "webserver", "dagster_webserver", "--host", settings.web_host, "--port", str(self._web_port),
            "--workspace", workspace,
        )  # fmt: skip
        self._web = self._child(
            "pages",
            PAGES,
            "--host",
            settings.pages_host,
            "--port",
            str(self._pages_port),
            "--dagster-url",
            self.address,
        )
        self._daemon = self._child("daemon", "dagster._daemon", "run", "--workspace", workspace)
        self._children = [self._code, self._web, self._webserver, self._daemon]
        self._code_port = code_port

    def start(self) -> None:
        """Start the children and print the addresses when they answer.

        Raises:
            SegopsError: one of them does not start.
        """
        settings = self._settings
        for wanted, taken in ((settings.web_port, self._web_port), (settings.pages_port, self._pages_port)):
            if wanted not in (0, taken):
                _say(f"Port {wanted} is taken.")
        self._state.write(self._settings)
        self._start(self._code)
        self._start(self._web)
        self._wait_for(self._code, lambda: is_open(LOOPBACK, self._code_port))
        self._start(self._webserver)
        self._start(self._daemon)
        self._wait_for(self._web, lambda: answers(_reached(settings.pages_host), self._pages_port, "/healthz"))
        self._wait_for(self._webserver, lambda: answers(_reached(settings.web_host), self._web_port, "/server_info"))
        if not self._stop.times:
            self._state.address, self._state.pages = self.address, self.pages
            self._state.write(self._settings)
            sys.stdout.write(f"{self._way_in()}\n{self.address}\n")
            sys.stdout.flush()
            _say("The first address has the pages, the second one Dagster's.")
            _say(f"Files in {self._settings.inbox} are imported. Ctrl-C stops everything.")

    def watch(self, watch_server: Callable[[], bool]) -> None:
        """Start again what ends, until told to stop."""
        server_seen = time.monotonic()
        while not self._stop.times:
            for child in self._children:
                self._look_after(child)
            if time.monotonic() - server_seen > SERVER_WATCH_SECONDS:
                server_seen = time.monotonic()
                for log in self._code.log.parent.glob("*.log"):
                    trim_log(log)
                if watch_server():
                    _say("PostgreSQL had ended and was started again.")
            time.sleep(WATCH_SECONDS)

    def stop_children(self) -> None:
        """End the children and all that they have started; first the daemon, so that it starts nothing."""
        impatient = lambda: self._stop.times > 1  # noqa: E731
        for children in ([self._daemon, self._web], [self._webserver, self._code]):
            sessions = [child.process.pid for child in children if child.process is not None]
            end_sessions(sessions, STOP_GRACE_SECONDS, impatient)
            for child in children:
                if child.process is not None:
                    child.process.wait()
        self._state.children = {}
        self._state.address = self._state.pages = None
        self._state.write(self._settings)

    def _way_in(self) -> str:
        """Where the pages are; on loopback with what signs the owner in, for whoever starts this may do everything."""
        if not is_loopback(self._settings.pages_host):
            return self.pages
        owner = ensure_owner(self._database)
        with self._database.system_session() as connection:
            token = make_link_token(connection, owner.id, LINK_MINUTES)
        return f"{self.pages}/login/link?token={token}"

    def _child(self, name: str, module: str, *arguments: str, variables: Mapping[str, str] | None = None) -> Child:
        log = self._settings.home / "logs" / f"{name}.log"
        return Child(name, [sys.executable, "-m", module, *arguments], log, {**self._environment, **(variables or {})})

    def _start(self, child: Child) -> None:
        if not self._stop.times:
            child.start()
            self._note()

    def _note(self) -> None:
        self._state.note({one.name: one.process.pid for one in self._children if one.process is not None})
        self._state.write(self._settings)

    def _wait_for(self, child: Child, ready: Callable[[], bool]) -> None:
        while not self._stop.times and not (child.process is not None and ready()):
            for one in self._children:
                self._look_after(one)
            if child.failures >= STARTS_TRIED:
                raise SegopsError(f"The {child.name} does not start: {child.last_words()}", f"Its log is {child.log}.")
            time.sleep(WATCH_SECONDS)

    def _look_after(self, child: Child) -> None:
        if (status := child.ended()) is not None:
            _say(
                f"The {child.name} has ended with status {status}; "
                f"it starts again in {child.pause_seconds:g} seconds. Its log is {child.log}."
            )
            self._note()
        elif child.failures and child.start_if_due():
            self._note()


def _reached(host: str) -> str:
    """Where somebody on this machine reaches what listens at an address."""
    return EVERYWHERE.get(host, host)


def _address(host: str, port: int) -> str:
    reached = _reached(host)
    return f"http://{f'[{reached}]' if ':' in reached else reached}:{port}"


def _say(sentence: str) -> None:
    """Tell the person; standard output has the address alone."""
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()

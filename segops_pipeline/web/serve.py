"""The web process: the stores of the installation, and the application served by uvicorn.

`segops up` starts it as `python -m segops_pipeline.web --port 3080`. What belongs here: the process. What
doesn't: the application (`app`), and which other processes there are (`installation.up`).
"""

import argparse
import gc
import logging
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace

import uvicorn

from segops_pipeline.access.owner import ensure_first_workspace
from segops_pipeline.access.secret import check_may_listen
from segops_pipeline.config import Settings, get_settings
from segops_pipeline.installation.dagster_home import write_dagster_home
from segops_pipeline.installation.environment import environment
from segops_pipeline.notify.dispatch import Dispatcher
from segops_pipeline.stores.opening import open_stores
from segops_pipeline.web.app import build_app
from segops_pipeline.web.scratch import remove_abandoned
from segops_pipeline.web.security.secret import secret_of
from segops_pipeline.web.state import Web

KEEP_ALIVE_SECONDS = 75
SHUTDOWN_SECONDS = 5


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host")
    parser.add_argument("--port", type=int)
    parser.add_argument("--dagster-url")
    given = parser.parse_args()
    settings = get_settings()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    serve(settings, given.host or settings.pages_host, given.port or settings.pages_port, given.dagster_url)


def serve(
    settings: Settings,
    host: str,
    port: int,
    dagster_url: str | None = None,
    ready: Callable[[], object] = lambda: None,
) -> None:
    """Serve the pages and the API of an installation; `ready` is called when the stores are there.

    Raises:
        StoreUnreachable: PostgreSQL does not answer.
        WrongUsage: other machines would reach it, and no secret or no user is set.
    """
    with open_stores(settings) as stores:
        write_dagster_home(settings)
        os.environ.update(environment(settings))  # for what is run here of Dagster
        served = replace(stores, settings=settings.model_copy(update={"pages_host": host, "pages_port": port}))
        check_may_listen(served.settings, stores.database)
        ensure_first_workspace(stores.database)
        web = Web(stores, secret_of(settings), settings.dagster_url or dagster_url)
        app = build_app(web)
        remove_abandoned()
        dispatcher = Dispatcher(served)  # its links lead to where the pages really are
        dispatcher.start()
        gc.freeze()  # the libraries stay: looking through them for garbage would make answers late
        ready()
        # uvicorn sends the signal that ended it once more: as it is, it would end the process before anything is closed
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            uvicorn.run(
                app, host=host, port=port, log_level="warning", access_log=False, server_header=False,
                timeout_keep_alive=KEEP_ALIVE_SECONDS, timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            )  # fmt: skip
        finally:
            dispatcher.stop()

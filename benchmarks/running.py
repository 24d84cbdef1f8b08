"""`segops up` for a benchmark: the whole system over an installation, from its addresses to its end."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager

from benchmarks.definitions import ROOT
from segops_pipeline.config import Settings

UP = "from segops_pipeline.cli import main; main()"
OTHERS = ("SEGOPS_POSTGRES_URL", "SEGOPS_CLICKHOUSE_URL", "SEGOPS_STORAGE_URL", "ANTHROPIC_API_KEY")


@contextmanager
def running(settings: Settings, variables: Mapping[str, str] | None = None) -> Generator[None]:
    """The system runs; with further variables of the environment."""
    own = {"SEGOPS_HOME": str(settings.home), "SEGOPS_WEB_PORT": "0", "SEGOPS_PAGES_PORT": "0"}
    environment = {**os.environ, **own, **(variables or {})}
    for name in OTHERS:
        environment.pop(name, None)
    said = settings.home / "up.log"
    with said.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", UP, "up"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        )
    try:
        assert process.stdout is not None
        if not all(process.stdout.readline().startswith("http") for _ in range(2)):
            raise SystemExit(f"`segops up` did not start: {said.read_text()}")
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()

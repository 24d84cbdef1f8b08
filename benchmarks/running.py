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
# A browser without a screen that asks for nothing but what it is told to.
CHROMIUM_OPTIONS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
OTHERS = ("SEGOPS_POSTGRES_URL", "SEGOPS_CLICKHOUSE_URL", "SEGOPS_STORAGE_URL", "ANTHROPIC_API_KEY")


@contextmanager
def running(
    settings: Settings, variables: Mapping[str, str] | None = None
) -> Generator[tuple["subprocess.Popen[str]", list[str]]]:
    """The system runs, with further variables of the environment: its process, the pages' address and Dagster's."""
    own = {"SEGOPS_HOME": str(settings.home), "SEGOPS_WEB_PORT": "0", "SEGOPS_PAGES_PORT": "0"}
    environment = {**os.environ, **own, **(variables or {})}
    for name in OTHERS:
        environment.pop(name, None)
    said = settings.home / "up.log"
    said.parent.mkdir(parents=True, exist_ok=True)
    with said.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", UP, "up"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        )
    assert process.stdout is not None
    try:
        addresses = [process.stdout.readline().strip() for _ in range(2)]
        if not all(address.startswith("http") for address in addresses):
            raise SystemExit(f"`segops up` did not start: {said.read_text()}")
        yield process, addresses
    finally:
        process.send_signal(signal.SIGINT)  # which does nothing to one that has ended
        process.wait()
        process.stdout.close()

"""How long a whole command takes: `segops import` of a small file, from its start to its end.

The embedded stores are stopped before and after each, as on a machine on which nothing runs.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.catalogue import write_catalogue
from benchmarks.definitions import ROOT
from benchmarks.figures import Figure
from benchmarks.installation import installation
from segops_pipeline.config import Settings

MOST_SECONDS = 5.0
MAIN = "from segops_pipeline.cli import main; main()"


def measure(rows: int, repetitions: int) -> list[Figure]:
    """Import a file with `--yes --no-embeddings`, each time with another price in every row.

    Args:
        rows: of the file.
        repetitions: how many times, after a first one that makes the installation.
    """
    part = f"command: segops import --yes --no-embeddings of {rows:,} rows"
    with tempfile.TemporaryDirectory(prefix="segops-bench-") as folder, installation() as settings:
        taken = [_import(settings, Path(folder), rows, number) for number in range(repetitions + 1)]
    return [
        Figure(part, "the first, which makes the installation", taken[:1]),
        Figure(part, "from its start to its end", taken[1:], bar=MOST_SECONDS),
    ]


def _import(settings: Settings, folder: Path, rows: int, number: int) -> float:
    file = folder / f"file-{number}.csv"
    write_catalogue(file, rows, changed_every=1, revision=number + 1)
    environment = {**os.environ, "SEGOPS_HOME": str(settings.home)}
    for name in ("SEGOPS_POSTGRES_URL", "SEGOPS_CLICKHOUSE_URL", "SEGOPS_STORAGE_URL", "ANTHROPIC_API_KEY"):
        environment.pop(name, None)
    command = [sys.executable, "-c", MAIN, "import", str(file), "--yes", "--accept-guards", "--no-embeddings", "--json"]
    started = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    told = json.loads(done.stdout.splitlines()[-1]) if done.stdout else {}
    if done.returncode or told.get("imported_count") != rows:
        raise SystemExit(f"The benchmark is wrong: {done.returncode}, {told}, {done.stderr[-2000:]}")
    return seconds

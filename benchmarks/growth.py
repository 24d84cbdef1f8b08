"""What an import of ten times the rows takes: ten times the time, and no more memory.

Each size is imported by a process of its own into an installation of its own; the memory of that process and of every
process of its PostgreSQL is looked at all the while.
"""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.catalogue import write_catalogue
from benchmarks.definitions import ROOT
from benchmarks.figures import Figure, ratio

LARGER = 10
MOST_TIMES, MOST_GROWTH, MOST_MEGABYTES = 11.0, 1.3, 1024.0
LOOK_SECONDS = 0.1
IMPORT = """
import importlib, json, sys
from pathlib import Path
print(json.dumps(importlib.import_module(sys.argv[1]).import_file(Path(sys.argv[2]))))
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds from Parquet to the commit, and the peak of the process that needed most memory."""

    seconds: float
    peak_megabytes: float
    process: str


def measure(rows: int) -> list[Figure]:
    """Import a generated file, and one of ten times its rows.

    Args:
        rows: of the smaller file.
    """
    part = f"growth: {rows * LARGER:,} rows beside {rows:,}"
    with tempfile.TemporaryDirectory(prefix="segops-bench-") as folder:
        small, large = (_measured(Path(folder), size) for size in (rows, rows * LARGER))
    return [
        Figure(part, f"{rows:,} rows, Parquet to committed products", [small.seconds]),
        Figure(part, f"{rows * LARGER:,} rows", [large.seconds]),
        ratio(part, "time, to that of a tenth of the rows", [large.seconds], [small.seconds], MOST_TIMES),
        Figure(part, f"peak memory of a process at {rows:,} rows: {small.process}", [small.peak_megabytes], "MiB"),
        Figure(
            part,
            f"peak memory of a process at {rows * LARGER:,} rows: {large.process}",
            [large.peak_megabytes],
            "MiB",
            MOST_MEGABYTES,
        ),
        ratio(part, "memory, to that of a tenth", [large.peak_megabytes], [small.peak_megabytes], MOST_GROWTH),
    ]


def import_file(file: Path) -> float:
    """Import a file into an installation that is gone afterwards; seconds from Parquet to the commit."""
    from benchmarks.installation import confirmed_job, import_seconds, installation
    from segops_pipeline.stores.opening import open_stores

    with installation() as settings, open_stores(settings) as stores:
        return import_seconds(stores, confirmed_job(stores, file, "bench", "supplier").id)


def measured_import(file: Path, module: str) -> Measured:
    """Import a file in a process of its own, by the function `import_file` of a module of benchmarks."""
    before = {process.pid for process in psutil.process_iter()}
    words = [sys.executable, "-c", IMPORT, module, str(file)]
    child = subprocess.Popen(words, cwd=ROOT, env=dict(os.environ), stdout=subprocess.PIPE, text=True)
    peaks: dict[str, float] = {}
    while child.poll() is None:
        _look(child.pid, before, peaks)
        time.sleep(LOOK_SECONDS)
    assert child.stdout is not None
    said = child.stdout.read()
    if child.returncode:
        raise SystemExit("The benchmark is wrong: the import has failed.")
    name = max(peaks, key=lambda one: peaks[one])
    return Measured(float(said.splitlines()[-1]), peaks[name], name)


def _measured(folder: Path, rows: int) -> Measured:
    file = folder / f"{rows}.csv"
    write_catalogue(file, rows)
    return measured_import(file, __name__)


def _look(importing: int, before: set[int], peaks: dict[str, float]) -> None:
    """Note the resident memory of the importing process and of the PostgreSQL processes that came after it began."""
    for process in psutil.process_iter(["pid", "name", "memory_info"]):
        told = process.info
        name = "import" if told["pid"] == importing else told["name"] or ""
        is_postgres = name.startswith("postgres") and told["pid"] not in before
        if (told["pid"] == importing or is_postgres) and told["memory_info"] is not None:
            peaks[name] = max(peaks.get(name, 0.0), told["memory_info"].rss / 2**20)

"""What importing the definitions costs: Dagster does it in every process, for every run."""

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.figures import Figure, ratio

ROOT = Path(__file__).parent.parent
MOST_SECONDS = 1.5
HEAVY = {"torch", "transformers", "sentence_transformers", "chdb", "clickhouse_connect", "pandas", "pandera"}
MEASURED, FLOOR = "segops_pipeline.definitions", "dagster"
IMPORT = """
import json, sys, time
started = time.perf_counter()
import {module}
print(json.dumps([time.perf_counter() - started, sorted({{name.split(".")[0] for name in sys.modules}})]))
"""


def measure(repetitions: int) -> list[Figure]:
    """Import the definitions in fresh processes, each beside one that imports Dagster alone."""
    part = "definitions: imported in a fresh process"
    _import(MEASURED)  # so that compiled files and the system's cache are there
    ours: list[float] = []
    dagster: list[float] = []
    loaded: set[str] = set()
    for _ in range(repetitions):
        seconds, modules = _import(MEASURED)
        ours.append(seconds)
        loaded |= modules
        dagster.append(_import(FLOOR)[0])
    heavy = sorted(loaded & HEAVY)
    return [
        Figure(part, f"import {MEASURED}", ours, bar=MOST_SECONDS),
        Figure(part, "floor: import dagster", dagster),
        ratio(part, "to the floor", ours, dagster),
        Figure(part, f"heavy modules loaded: {', '.join(heavy) or 'none'}", [float(len(heavy))], "", 0.0),
    ]


def _import(module: str) -> tuple[float, set[str]]:
    command = [sys.executable, "-c", IMPORT.format(module=module)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    seconds, modules = json.loads(done.stdout.splitlines()[-1])
    return seconds, set(modules)

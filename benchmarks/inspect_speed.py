"""How long a look at a whole file takes, beside DuckDB, and how much memory as files grow.

DuckDB sniffs the file and loads it as text; we find its layout, stage its rows as Parquet, hold every cell of every
column against every type, and suggest a mapping. Both in this process, warm, in turn.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.catalogue import COLUMNS, write_catalogue
from benchmarks.definitions import ROOT
from benchmarks.figures import Figure, ratio

MOST_TIMES = 10.0
MOST_GROWTH = 1.3
LARGER = 10
PEAK = """
import resource, sys
from pathlib import Path
from benchmarks.inspect_speed import look_at
look_at(Path(sys.argv[1]), int(sys.argv[2]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
# a child's peak is at least what its parent had when it was started: so the parent must be small
KIBIBYTES = 1024 if sys.platform == "darwin" else 1


def measure(rows: int, repetitions: int) -> list[Figure]:
    """Look at a generated file beside DuckDB, and at one of ten times its rows.

    Args:
        rows: of the smaller file, each of 20 columns.
        repetitions: how many pairs of looks.
    """
    with tempfile.TemporaryDirectory(prefix="segops-bench-") as folder:
        small, large = Path(folder) / "small.csv", Path(folder) / "large.csv"
        megabytes = write_catalogue(small, rows) / 1e6
        part = f"inspect: {rows:,} rows x {len(COLUMNS)} columns, {megabytes:.1f} MB, every row looked at"
        write_catalogue(large, rows * LARGER)
        peaks = [_peak_megabytes(path, count) for path, count in ((small, rows), (large, rows * LARGER))]
        look_at(small, rows)
        _load_with_duckdb(small, rows)
        pairs = [(_seconds(look_at, small, rows), _seconds(_load_with_duckdb, small, rows)) for _ in range(repetitions)]
    ours, theirs = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    return [
        Figure(part, "inspect_file", ours),
        Figure(part, "floor: DuckDB sniffs it and loads it as text", theirs),
        ratio(part, "to the floor", ours, theirs, MOST_TIMES),
        Figure(part, f"peak memory at {rows:,} rows", [peaks[0]], "MB"),
        Figure(part, f"peak memory at {rows * LARGER:,} rows", [peaks[1]], "MB"),
        ratio(part, "memory, to that of a tenth of the rows", [peaks[1]], [peaks[0]], MOST_GROWTH),
    ]


def look_at(path: Path, rows: int) -> None:
    """Inspect a file and check that all of it was seen."""
    from segops_pipeline.config import Settings
    from segops_pipeline.imports.inspect import inspect_file

    found = inspect_file(path, Settings(home=path.parent, anthropic_api_key=None))  # type: ignore[call-arg]
    if (found["rows"], len(found["columns"])) != (rows, len(COLUMNS)):
        raise SystemExit(f"The benchmark is wrong: {found['rows']} rows, {len(found['columns'])} columns.")


def _load_with_duckdb(path: Path, rows: int) -> None:
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE loaded AS SELECT * FROM read_csv(?, all_varchar = true)", [str(path)])
        counted = connection.execute("SELECT count(*) FROM loaded").fetchone()
    if counted != (rows,):
        raise SystemExit(f"The benchmark is wrong: DuckDB has {counted} rows.")


def _seconds(work: Callable[[Path, int], None], path: Path, rows: int) -> float:
    started = time.perf_counter()
    work(path, rows)
    return time.perf_counter() - started


def _peak_megabytes(path: Path, rows: int) -> float:
    command = [sys.executable, "-c", PEAK, str(path), str(rows)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return int(done.stdout.split()[-1]) * 1024 / KIBIBYTES / 1e6

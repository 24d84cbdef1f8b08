"""`segops` in a process of its own, forked from one that has loaded the libraries: loading is most of a command's time.

Nothing of this project is loaded beforehand, so that a command finds its settings as ever.
"""

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

LIBRARIES = [
    "clickhouse_connect", "dagster", "dagster_postgres", "numpy", "orjson", "pandas", "pandera.pandas",
    "pandera.strategies.pandas_strategies", "psycopg", "psycopg2", "pyarrow.compute", "pyarrow.parquet",
    "pydantic_settings", "pytest", "rapidfuzz", "rich.progress", "scipy.optimize", "sqlalchemy", "typer",
]  # fmt: skip
TIMEOUT_SECONDS = 240

_forking = multiprocessing.get_context("forkserver")
_forking.set_forkserver_preload(LIBRARIES)


def run(words: Sequence[str], variables: Mapping[str, str], folder: Path) -> tuple[int, str, str]:
    """Run a command to its end.

    Returns:
        Its exit code, standard output and standard error.
    """
    with tempfile.TemporaryDirectory() as scratch:
        out, err = Path(scratch, "out"), Path(scratch, "err")
        process = _forking.Process(target=_command, args=(list(words), dict(variables), folder, out, err))
        process.start()
        process.join(TIMEOUT_SECONDS)
        if process.exitcode is None:
            process.kill()
            process.join()
        assert process.exitcode is not None
        return process.exitcode, out.read_text(), err.read_text()


def _command(words: list[str], variables: dict[str, str], folder: Path, out: Path, err: Path) -> None:
    for number, file in ((1, out), (2, err)):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT), number)
    os.environ.clear()
    os.environ.update(variables)
    os.chdir(folder)
    sys.argv = ["segops", *words]
    from segops_pipeline.cli import main

    main()

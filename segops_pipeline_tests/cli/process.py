"""`segops` in a process of its own, forked from one that has loaded everything: loading is most of a command's time.

What reads the settings as it is loaded stays out, so that a command finds its own as ever.
"""

import multiprocessing
import os
import pkgutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import segops_pipeline

LIBRARIES = [
    "clickhouse_connect", "dagster", "dagster._daemon", "dagster_postgres", "numpy", "orjson", "pandas",
    "pandera.pandas", "pandera.strategies.pandas_strategies", "psycopg", "psycopg2", "pyarrow.compute",
    "pyarrow.parquet", "pydantic_settings", "pytest", "rapidfuzz", "rich.progress", "scipy.optimize", "sqlalchemy",
    "typer",
]  # fmt: skip
OWN = [
    "analytics", "catalogue", "formats", "imports", "inference", "installation", "reading", "search", "stores",
]  # fmt: skip
TIMEOUT_SECONDS = 240


def _own_modules() -> list[str]:
    found = [
        module.name
        for folder in OWN
        for module in pkgutil.iter_modules([f"{segops_pipeline.__path__[0]}/{folder}"], f"segops_pipeline.{folder}.")
        if not module.ispkg
    ]
    return [*found, "segops_pipeline.orchestration.storage"]


_forking = multiprocessing.get_context("forkserver")
_forking.set_forkserver_preload([*LIBRARIES, *_own_modules()])


def run(words: Sequence[str], variables: Mapping[str, str], folder: Path) -> tuple[int, str, str]:
    """Run a command to its end.

    Returns:
        Its exit code, standard output and standard error.
    """
    with tempfile.TemporaryDirectory() as scratch:
        out, err = Path(scratch, "out"), Path(scratch, "err")
        process = start(segops, words, variables, folder, out, err)
        process.join(TIMEOUT_SECONDS)
        if process.exitcode is None:
            process.kill()
            process.join()
        assert process.exitcode is not None
        return process.exitcode, out.read_text(), err.read_text()


def start(
    program: Callable[..., None],
    words: Sequence[str],
    variables: Mapping[str, str],
    folder: Path,
    out: Path = Path(os.devnull),
    err: Path = Path(os.devnull),
) -> ForkServerProcess:
    """Start a function of a module in a process of its own, with these words, variables and nothing else."""
    process = _forking.Process(target=_program, args=(program, list(words), dict(variables), folder, out, err))
    process.start()
    return process


def segops(*words: str) -> None:
    """The command line; what is tried again is tried soon."""
    sys.argv = ["segops", *words]
    from dagster import RetryPolicy

    from segops_pipeline.cli import main

    RetryPolicy.calculate_delay = soon  # type: ignore[method-assign]
    main()


def soon(_policy: object, _attempt: int) -> float:
    """How many seconds Dagster waits in tests until a step is tried again."""
    return 0.2


def _program(
    program: Callable[..., None], words: list[str], variables: dict[str, str], folder: Path, out: Path, err: Path
) -> None:
    for number, file in ((1, out), (2, err)):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT), number)
    os.environ.clear()
    os.environ.update(variables)
    os.chdir(folder)
    program(*words)

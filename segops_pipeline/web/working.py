"""Heavy work of a request in a process of its own, forked from one that has loaded everything.

So the web process stays small and quick while files of any size are read and planned, and what kills a child (its
memory, a defect of a library) kills no page. What belongs here: starting such a process and its end. What doesn't: what
it does (`web.apart`).
"""

import asyncio
import logging
import multiprocessing
import os
import threading
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, NoReturn, TypeVar

from pydantic import SecretStr

from segops_pipeline.config import Settings
from segops_pipeline.errors import RunInterrupted, SegopsError
from segops_pipeline.installation.environment import environment

# The second loads what the first module of the web process loads, which every child looks at again.
PRELOADED = ["segops_pipeline.orchestration.preloaded", "segops_pipeline.web.apart", "segops_pipeline.web.serve"]
AT_ONCE = 2  # the machine has other work too
END_SECONDS = 5.0

Result = TypeVar("Result")

log = logging.getLogger(__name__)
_context = multiprocessing.get_context("forkserver")
_warming = threading.Lock()


class WorkFailedError(RuntimeError):
    """A defect of ours in the child; its message is the child's stack trace."""


def warm() -> None:
    """Start the process that children are forked from; it loads everything while nobody waits yet."""
    with _warming:
        _context.set_forkserver_preload(PRELOADED)
        forkserver.ensure_running()


def run_apart(
    settings: Settings,
    function: Callable[..., Result],
    *arguments: object,
    timeout_seconds: float | None = None,
) -> Result:
    """Call a function in a child process and wait for its result; further calls wait for their turn.

    Args:
        settings: of the installation that it works on.
        function: one of a module, which the child finds by its name.
        arguments: whatever can be pickled.
        timeout_seconds: the child is ended after so long; None: as long as an import may run.

    Raises:
        RunInterrupted: the child died or took too long.
        SegopsError: what the function has raised, as it was.
    """
    return _pool().submit(_run, settings, function, arguments, timeout_seconds).result()


async def await_apart(
    settings: Settings,
    function: Callable[..., Result],
    *arguments: object,
    timeout_seconds: float | None = None,
) -> Result:
    """As `run_apart`, from the event loop. Whoever stops to wait does not stop the work: a job says how it went.

    Raises:
        RunInterrupted, SegopsError: as there.
    """
    return await asyncio.wrap_future(_pool().submit(_run, settings, function, arguments, timeout_seconds))


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(AT_ONCE, "apart")


def _run(
    settings: Settings, function: Callable[..., Result], arguments: tuple[object, ...], timeout_seconds: float | None
) -> Result:
    warm()
    ours, theirs = _context.Pipe(duplex=False)
    variables = {**os.environ, **environment(settings), **_variables(settings)}
    process = _context.Process(
        target=_work, args=(theirs, variables, function, arguments), name=function.__name__, daemon=True
    )
    process.start()
    theirs.close()
    most = settings.import_max_runtime_seconds if timeout_seconds is None else timeout_seconds
    try:
        return _result(ours, process, most, function.__name__)
    finally:
        ours.close()
        process.join(END_SECONDS)  # it has answered, and ends; else it is stuck
        if process.is_alive():
            process.kill()
            process.join()
        process.close()


def _result(ours: Connection, process: BaseProcess, most_seconds: float, what: str) -> Any:  # noqa: ANN401 - whatever
    ready = wait([ours, process.sentinel], most_seconds)
    if not ready:
        process.kill()
        _interrupted(f"It took longer than {most_seconds:g} seconds, and was ended ({what}).")
    try:
        kind, told = ours.recv()
    except EOFError:
        _interrupted(f"The process that worked on it has died ({what}); nothing was written.")
    if kind == "done":
        return told
    if kind == "error":
        raise _error(*told)
    raise WorkFailedError(told)


def _interrupted(message: str) -> NoReturn:
    raise RunInterrupted(message, "Try again; a smaller file needs less memory.")


def _error(kind: type[SegopsError], state: Mapping[str, Any]) -> SegopsError:
    """An error of the child, made again: exceptions themselves are pickled without their named arguments."""
    error = kind.__new__(kind)
    error.__dict__.update(state)
    error.args = (error.message,)
    return error


def _work(theirs: Connection, variables: dict[str, str], function: Callable[..., Any], arguments: Any) -> None:  # noqa: ANN401
    """What the child does."""
    from segops_pipeline.config import get_settings

    os.environ.clear()
    os.environ.update(variables)
    get_settings.cache_clear()
    try:
        told = ("done", function(get_settings(), *arguments))
    except SegopsError as error:
        told = ("error", (type(error), dict(error.__dict__)))
    except BaseException:
        told = ("failed", traceback.format_exc())
    with suppress(BrokenPipeError):  # whoever waited for it is gone; what was done is in the stores
        theirs.send(told)
    theirs.close()


def _variables(settings: Settings) -> dict[str, str]:
    """The settings that were given, as variables: those that come from elsewhere than the environment too."""
    told: dict[str, str] = {}
    for name in settings.model_fields_set:
        value = getattr(settings, name)
        alias = name.upper() if name.startswith("anthropic_") else f"SEGOPS_{name.upper()}"
        if value is not None:
            told[alias] = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    return told

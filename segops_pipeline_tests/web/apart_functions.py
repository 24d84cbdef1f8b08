"""What tests have done in a child process; a module of its own, so that the child loads nothing else."""

import os
import signal
import time

from segops_pipeline.config import Settings
from segops_pipeline.errors import BadFile, Issue, StoreUnreachable


def told_settings(settings: Settings, word: str) -> tuple[str, str, bool, str]:
    return str(settings.home), os.environ["SEGOPS_HOME"], settings.fetch_allow_private, word


def fail_with_issues(_settings: Settings) -> None:
    error = BadFile(message="The file is bad.", remedy="Mend it.", file="a.csv", line=3)
    error.issues = [Issue("bad", "A bad row.", line=3)]
    raise error


def fail_without_a_store(_settings: Settings) -> None:
    raise StoreUnreachable("It does not answer.")


def fail_unforeseen(_settings: Settings) -> None:
    raise ZeroDivisionError("nobody thought of this")


def die(_settings: Settings) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def sleep(_settings: Settings, seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def large(_settings: Settings) -> bytes:
    return b"x" * 5_000_000


def now(_settings: Settings, seconds: float) -> tuple[float, float]:
    started = time.time()
    time.sleep(seconds)
    return started, time.time()

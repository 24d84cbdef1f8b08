"""Work in a child process: its result, its errors, its death and its end."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from segops_pipeline.config import Settings
from segops_pipeline.errors import BadFile, RunInterrupted, StoreUnreachable
from segops_pipeline.web.working import WorkFailedError, await_apart, run_apart
from segops_pipeline_tests.web import apart_functions


def test_the_child_works_on_the_same_installation_with_the_same_settings(settings: Settings) -> None:
    given = settings.model_copy(update={"fetch_allow_private": True})
    home = str(settings.home)
    assert run_apart(given, apart_functions.told_settings, "word") == (home, home, True, "word")


def test_an_error_is_raised_again_as_it_was(settings: Settings) -> None:
    with pytest.raises(BadFile) as raised:
        run_apart(settings, apart_functions.fail_with_issues)
    error = raised.value
    assert (error.message, error.remedy, error.file, error.line) == ("The file is bad.", "Mend it.", "a.csv", 3)
    assert [issue.line for issue in error.issues] == [3]
    assert error.code == "bad_file"
    with pytest.raises(StoreUnreachable, match="It does not answer"):
        run_apart(settings, apart_functions.fail_without_a_store)


def test_a_defect_is_told_with_the_stack_trace_of_the_child(settings: Settings) -> None:
    with pytest.raises(WorkFailedError, match="nobody thought of this"):
        run_apart(settings, apart_functions.fail_unforeseen)


def test_a_child_that_dies_is_an_interrupted_run(settings: Settings) -> None:
    with pytest.raises(RunInterrupted, match="has died"):
        run_apart(settings, apart_functions.die)


def test_a_child_that_takes_too_long_is_ended(settings: Settings) -> None:
    with pytest.raises(RunInterrupted, match=r"longer than 0\.2 seconds"):
        run_apart(settings, apart_functions.sleep, 60.0, timeout_seconds=0.2)


def test_no_child_is_left(settings: Settings) -> None:
    pid = run_apart(settings, apart_functions.sleep, 0.0)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_large_result_comes_whole(settings: Settings) -> None:
    assert len(run_apart(settings, apart_functions.large)) == 5_000_000


def test_two_work_at_once_and_the_third_waits(settings: Settings) -> None:
    with ThreadPoolExecutor(3) as threads:
        waited = [threads.submit(run_apart, settings, apart_functions.now, 0.3) for _ in range(3)]
        times = sorted(one.result() for one in waited)
    assert times[2][0] >= min(ended for _, ended in times[:2])


def test_it_is_awaited_from_an_event_loop(settings: Settings) -> None:
    home = str(settings.home)
    assert asyncio.run(await_apart(settings, apart_functions.told_settings, "word"))[0] == home

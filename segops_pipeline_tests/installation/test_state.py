"""What a killed start has left is found and ended, and nothing else is."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from segops_pipeline.config import Settings
from segops_pipeline.errors import SegopsError
from segops_pipeline.installation.sessions import members, start_time
from segops_pipeline.installation.state import UpState, only_one

GRACE_SECONDS = 0.1
# A child that starts another, says its number, and waits; neither ends by itself or minds being asked to.
CHILD = """
import signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"]).pid, flush=True)
signal.pause()
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation without a server: none is needed here."""
    return Settings(home=tmp_path)  # type: ignore[call-arg]


def test_a_killed_child_s_own_children_are_found_and_ended(settings: Settings) -> None:
    child, grandchild = _child()
    state = UpState()
    state.note({"code-server": child.pid})
    state.write(settings)
    child.kill()
    child.wait()
    assert members(child.pid) == [grandchild]
    assert UpState.read(settings).end_orphans(GRACE_SECONDS) == ["code-server"]
    assert members(child.pid) == []


def test_a_child_that_lives_on_is_ended_with_all_of_its_own() -> None:
    child, grandchild = _child()
    state = UpState()
    state.note({"daemon": child.pid})
    with child:
        assert state.end_orphans(GRACE_SECONDS) == ["daemon"]
    assert not psutil.pid_exists(grandchild) or psutil.Process(grandchild).status() == psutil.STATUS_ZOMBIE


def test_a_stranger_that_has_a_child_s_number_now_is_left_alone() -> None:
    child, grandchild = _child()
    started = start_time(child.pid)
    assert started is not None
    state = UpState(children={"daemon": (child.pid, started - 1000)})
    assert state.end_orphans(GRACE_SECONDS) == []
    assert sorted(members(child.pid)) == sorted([child.pid, grandchild])
    with child:
        state.note({"daemon": child.pid})
        state.end_orphans(GRACE_SECONDS)


def test_a_spoilt_file_counts_as_none(settings: Settings) -> None:
    (settings.home / "up.json").write_text('{"process_id": 1, "chil')
    assert UpState.read(settings) == UpState()


def test_only_one_may_be_up(settings: Settings) -> None:
    with only_one(settings), pytest.raises(SegopsError, match="runs already"), only_one(settings):
        pass
    with only_one(settings):
        pass


def _child() -> tuple["subprocess.Popen[str]", int]:
    child = subprocess.Popen([sys.executable, "-c", CHILD], stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert child.stdout is not None
    return child, int(child.stdout.readline())

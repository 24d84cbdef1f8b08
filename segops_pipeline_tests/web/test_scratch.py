"""Folders of the web process: what a killed one has left is removed by the next, what a living one has is not."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from segops_pipeline.web.scratch import new_folder, remove_abandoned

PROCESS = """
import signal
from segops_pipeline.web.scratch import new_folder
(new_folder() / "upload").write_text("sku,name")
print(flush=True)
signal.pause()
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_what_a_killed_process_has_left_is_removed_and_a_living_ones_is_not(place: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", PROCESS], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        (upload,) = place.glob("*/*/upload")
        assert remove_abandoned() == []
        assert upload.exists()
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert remove_abandoned() == [upload.parents[1]]
    assert list(place.iterdir()) == []


def test_what_is_not_ours_stays(place: Path) -> None:
    (place / "segops-web-notes").mkdir()
    assert remove_abandoned() == []
    assert (place / "segops-web-notes").is_dir()


def test_folders_of_one_process_are_apart() -> None:
    one, other = new_folder(), new_folder()
    assert (one != other, one.parent == other.parent) == (True, True)
    assert one.stat().st_mode & 0o777 == 0o700
    one.rmdir()
    other.rmdir()

"""One process at a time holds a file's lock, and its end frees it."""

import subprocess
import sys
from pathlib import Path

import pytest

from segops_pipeline.errors import StoreUnreachable, WrongUsage
from segops_pipeline.stores.locks import file_lock

HOLDER = """
import sys
from pathlib import Path
from segops_pipeline.stores.locks import file_lock
with file_lock(Path(sys.argv[1]), 5, "to test"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_lock_that_another_process_holds_is_waited_for_and_then_told(tmp_path: Path) -> None:
    with _holder(tmp_path / "lock") as holder:
        with (
            pytest.raises(StoreUnreachable, match="another process holds"),
            file_lock(tmp_path / "lock", 0.1, "to test"),
        ):
            pass
        holder.communicate()


def test_a_killed_holder_frees_the_lock(tmp_path: Path) -> None:
    with _holder(tmp_path / "lock") as holder:
        holder.kill()
        with file_lock(tmp_path / "lock", 5, "to test"):
            pass


def test_two_uses_in_one_process_exclude_each_other(tmp_path: Path) -> None:
    with (
        file_lock(tmp_path / "lock", 1, "to test"),
        pytest.raises(StoreUnreachable),
        file_lock(tmp_path / "lock", 0.1, "to test"),
    ):
        pass


def test_a_lock_in_no_folder_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage), file_lock(tmp_path / "nowhere" / "lock", 1, "to test"):
        pass


def _holder(path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process

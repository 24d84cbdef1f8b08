"""The processes of an installation are found and measured, and one that has died is told of."""

import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass

import psutil
import pytest

from segops_pipeline.config import Settings
from segops_pipeline.imports.health import Measure
from segops_pipeline.installation.processes import process_health
from segops_pipeline.installation.sessions import start_time
from segops_pipeline.installation.state import UpState

# a leader, its helper, and what the helper has forked to do the work
CODE_SERVER = "bash -c 'sleep 60 & wait' & wait"


@dataclass
class Up:
    """A `segops up` whose only child is a shell."""

    settings: Settings
    child: "subprocess.Popen[bytes]"

    def measure(self) -> dict[str, Measure]:
        """What is measured now, by name."""
        return {measure.name: measure for measure in process_health(self.settings)}


@pytest.fixture
def up(settings: Settings) -> Iterator[Up]:
    child = subprocess.Popen(["bash", "-c", CODE_SERVER], start_new_session=True)
    deadline = time.monotonic() + 30
    while len(psutil.Process(child.pid).children(recursive=True)) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    state = UpState(os.getpid(), start_time(os.getpid()) or 0.0)
    state.note({"code-server": child.pid})
    state.write(settings)
    yield Up(settings, child)
    os.killpg(child.pid, 9)
    child.wait()


def test_processes_that_work_on_imports_are_told_apart(up: Up) -> None:
    measures = up.measure()
    memory, imports = measures["memory"], measures["import_memory"]
    assert {"code-server", "imports", "here"} <= set(memory.parts)
    assert memory.figures["used_bytes"] == sum(memory.parts.values()) > 0
    assert imports.figures["processes"] == 1
    assert int(imports.figures["peak_bytes"]) >= int(imports.figures["bytes"]) > 0
    assert measures["services"].level == "good"


def test_a_part_that_has_died_is_told_of(up: Up) -> None:
    up.child.kill()
    up.child.wait()
    services = up.measure()["services"]
    assert (services.level, services.figures["dead"]) == ("bad", "code-server")
    assert services.remedy


def test_without_segops_up_this_process_is_measured(settings: Settings) -> None:
    names = {measure.name: measure for measure in process_health(settings)}
    assert set(names) == {"memory", "import_memory"}
    assert names["memory"].parts["here"] > 0

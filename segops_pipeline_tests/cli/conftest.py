"""`segops` in a process of its own, as scripts call it."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from segops_pipeline.config import Settings
from segops_pipeline.stores.opening import open_stores
from segops_pipeline.stores.postgres_data import Reach
from segops_pipeline_tests.cli.process import run
from segops_pipeline_tests.conftest import installation
from segops_pipeline_tests.importing import Importer
from segops_pipeline_tests.repository.tree import ROOT


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The answer of `--json`: one line, the last on standard output."""
        return json.loads(self.out.splitlines()[-1])


@dataclass(frozen=True, slots=True)
class Segops:
    """The command line of one installation; `folder` is where commands run and tests put their files."""

    home: Path
    folder: Path

    def __call__(self, *words: str, **variables: str) -> Answer:
        """Run a command to its end; whatever goes wrong, nobody sees a stack trace."""
        code, out, err = run(words, {**self.environment(), **variables}, self.folder)
        assert "Traceback" not in err + out, err
        return Answer(code, out, err)

    def environment(self) -> dict[str, str]:
        """The variables of a command; nothing that a developer has set."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        return {**kept, "SEGOPS_HOME": str(self.home), "PYTHONPATH": str(ROOT), "COLUMNS": "200"}

    def write(self, name: str, content: str | bytes) -> str:
        """Write a file beside the commands, and return its name."""
        (self.folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return name


@pytest.fixture(scope="module")
def segops(cluster: Reach, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Segops]:
    """The command line of the module's installation."""
    folder = tmp_path_factory.mktemp("cli")
    with installation(cluster, folder / "home") as settings:
        yield Segops(settings.home, folder)


@pytest.fixture(scope="module")
def imports(segops: Segops) -> Iterator[Importer]:
    """Jobs of the module's installation, made in this process: much quicker than by commands."""
    with open_stores(Settings(home=segops.home)) as stores:  # type: ignore[call-arg]
        yield Importer(stores, segops.folder)


@pytest.fixture
def nowhere(tmp_path: Path) -> Segops:
    """The command line of an installation that has never been started; what is tried here starts nothing."""
    return Segops(tmp_path / "home", tmp_path)

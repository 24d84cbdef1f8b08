"""What importing the project costs: Dagster imports the definitions in every run, so they must stay light."""

import json
import subprocess
import sys

import pytest

from segops_pipeline_tests.repository.tree import ROOT

HEAVY = ["torch", "sentence_transformers", "transformers", "chdb", "clickhouse_connect", "pandas", "pandera"]


def loaded_by(module: str) -> set[str]:
    """The top-level modules that a fresh Python has loaded after importing one module."""
    code = f"import {module}, sys, json; print(json.dumps(list(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    return {name.split(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}


@pytest.mark.parametrize("module", ["segops_pipeline.definitions", "segops_pipeline.cli"])
def test_importing_it_loads_nothing_heavy(module: str) -> None:
    assert loaded_by(module) & set(HEAVY) == set()


def test_importing_what_reads_files_loads_no_dagster() -> None:
    assert {name for name in loaded_by("segops_pipeline.reading") if name.startswith("dagster")} == set()


def test_a_heavy_module_would_be_seen() -> None:
    assert "pandas" in loaded_by("pandas")

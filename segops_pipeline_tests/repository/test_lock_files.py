"""The lock files against pyproject.toml: pinned, hashed, complete; no index is written down."""

import re
import tomllib
from functools import lru_cache
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from segops_pipeline_tests.repository.tree import ROOT

LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-bench.lock"]


@lru_cache
def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def entries(lock: str) -> list[str]:
    """Each requirement of a lock file with its hashes, as one line."""
    text = (ROOT / lock).read_text().replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def pins(lock: str) -> dict[str, list[Requirement]]:
    """What a lock file pins, by name; a name has several pins where Pythons differ."""
    found: dict[str, list[Requirement]] = {}
    for entry in entries(lock):
        requirement = Requirement(entry.split(" --hash=")[0])
        found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


def pinned_version(requirement: Requirement) -> str:
    (specifier,) = requirement.specifier
    assert specifier.operator == "=="
    return specifier.version


def is_satisfied(wanted: str, locked: dict[str, list[Requirement]]) -> bool:
    requirement = Requirement(wanted)
    candidates = locked.get(canonicalize_name(requirement.name), [])
    return bool(candidates) and all(pinned_version(pin) in requirement.specifier for pin in candidates)


@pytest.mark.parametrize("requirement", pyproject()["project"]["dependencies"])
def test_every_dependency_is_pinned_to_a_version_that_it_allows(requirement: str) -> None:
    assert is_satisfied(requirement, pins("requirements.lock") | pins("requirements-torch.lock"))


@pytest.mark.parametrize("requirement", pyproject()["dependency-groups"]["build"])
def test_what_builds_the_project_is_pinned_too(requirement: str) -> None:
    assert is_satisfied(requirement, pins("requirements.lock"))


@pytest.mark.parametrize("requirement", pyproject()["dependency-groups"]["dev"])
def test_every_tool_is_pinned(requirement: str) -> None:
    assert is_satisfied(requirement, pins("requirements.lock") | pins("requirements-dev.lock"))


@pytest.mark.parametrize("requirement", pyproject()["dependency-groups"]["bench"])
def test_every_peer_of_the_benchmarks_is_pinned(requirement: str) -> None:
    assert is_satisfied(requirement, pins("requirements-bench.lock"))


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_a_hash(lock: str) -> None:
    assert [entry for entry in entries(lock) if not re.search(r"--hash=sha256:[0-9a-f]{64}", entry)] == []


def test_torch_alone_has_no_hash_and_is_in_no_file_that_has() -> None:
    assert entries("requirements-torch.lock") == ["torch==2.13.0"]
    assert "torch" not in pins("requirements.lock")


def test_what_torch_needs_is_pinned_so_that_it_brings_nothing_unpinned() -> None:
    (metadata,) = pyproject()["tool"]["uv"]["dependency-metadata"]
    assert f"{metadata['name']}=={metadata['version']}" == entries("requirements-torch.lock")[0]
    assert all(is_satisfied(requirement, pins("requirements.lock")) for requirement in metadata["requires-dist"])


def test_nothing_is_pinned_twice_in_different_files() -> None:
    assert set(pins("requirements.lock")) & set(pins("requirements-dev.lock")) == set()


@pytest.mark.parametrize("lock", [*LOCKS, "requirements-torch.lock"])
def test_no_lock_file_names_an_index(lock: str) -> None:
    assert re.search(r"://|--(extra-)?index-url|--find-links", (ROOT / lock).read_text()) is None

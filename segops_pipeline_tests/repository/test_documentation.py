"""The documents against the code: what the project has is documented, and what documents name exists."""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

import segops_pipeline
from segops_pipeline import errors
from segops_pipeline_tests.repository.tree import (
    ROOT,
    command_line,
    commands,
    repository_files,
    settings_table,
    text_files,
)

LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
# In two parts each, so that this file may be searched too.
_HOSTS = [("py", "pi"), ("python", "hosted"), ("npm", "js"), ("deb.", "debian"), ("download.", "pytorch")]
HOSTS = [f"{first}{rest}.org" for first, rest in _HOSTS]
LEVELS = ("info", "warning", "error")
MACHINE_PATHS = [f"/{name}/" for name in ("root", "work", "opt")]


@lru_cache
def documents() -> str:
    """README.md and everything in docs/, as one text."""
    files = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return "\n".join(file.read_text() for file in files)


@lru_cache
def table_keys() -> set[str]:
    """The code in the first cell of every table row: `| `empty_file` | … |` → empty_file."""
    return set(re.findall(r"^\| *`([^`]+)`", documents(), re.MULTILINE))


def error_codes(error: type[errors.SegopsError] = errors.SegopsError) -> Iterator[str]:
    for kind in error.__subclasses__():
        if kind.__module__.startswith("segops_pipeline."):
            yield kind.code
            yield from error_codes(kind)


def calls(*makers: str) -> Iterator[ast.Call]:
    """Every call of one of these names in the package that has an argument."""
    for file in (ROOT / "segops_pipeline").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and node.args and ast.unparse(node.func) in makers:
                yield node


def issue_codes() -> set[str]:
    """The codes of issues that stand as text where an issue is made: `Issue("empty_name", …)`."""
    codes = (call.args[0] for call in calls("Issue", "Refusal", "Tally", "Ambiguity"))
    return {code.value for code in codes if isinstance(code, ast.Constant) and isinstance(code.value, str)}


def issue_levels() -> set[tuple[str, str]]:
    """Code and level of issues where both stand as text: `Issue("no_name", message, "info")`."""
    found: set[tuple[str, str]] = set()
    for call in calls("Issue", "Tally"):
        texts = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        levels = [text for text in texts[1:] if text in LEVELS]
        if levels and ast.unparse(call.args[0]) == repr(texts[0]):
            found.add((texts[0], levels[0]))
    return found


@lru_cache
def documented_levels() -> dict[str, set[str]]:
    """Code → the levels that its table row names; tables of rows and cells name none."""
    rows = re.findall(r"^\| *`([^`]+)` \| ([a-z, ]+) \| .* \|$", documents(), re.MULTILINE)
    named = {code: set(levels.split(", ")) for code, levels in rows}
    return {code: levels for code, levels in named.items() if levels <= set(LEVELS)}


@lru_cache
def project() -> dict[str, list[str]]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def distribution(requirement: str) -> str:
    """The name in a requirement: `psycopg[binary]>=3.3` → psycopg."""
    return re.split(r"[\[=<>~! ]", requirement, maxsplit=1)[0]


@lru_cache
def reasons() -> dict[str, str]:
    """Dependency → why it is one, from the table in ARCHITECTURE.md."""
    section = (ROOT / "ARCHITECTURE.md").read_text().split("## Dependencies")[1].split("\n## ")[0]
    return dict(re.findall(r"^\| `([^`]+)` \| (.+) \|$", section, re.MULTILINE))


def markdown_files() -> list[Path]:
    return text_files(".md")


def test_the_readme_has_the_table_of_settings_as_config_py_says() -> None:
    assert settings_table() in (ROOT / "README.md").read_text()


@pytest.mark.parametrize("code", sorted(set(error_codes())))
def test_every_error_code_is_in_a_table(code: str) -> None:
    assert code in table_keys()


@pytest.mark.parametrize("code", sorted(issue_codes()))
def test_every_issue_code_is_in_a_table(code: str) -> None:
    assert code in table_keys()


@pytest.mark.parametrize(("code", "level"), sorted(issue_levels()))
def test_the_level_of_an_issue_is_as_its_table_says(code: str, level: str) -> None:
    assert level in documented_levels().get(code, {level})


@pytest.mark.parametrize("command", sorted(commands(command_line())))
def test_every_command_is_documented(command: str) -> None:
    assert re.search(rf"{re.escape(command)}\b", documents())


def test_every_make_target_is_documented() -> None:
    targets = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    texts = documents() + (ROOT / "CONTRIBUTING.md").read_text()
    assert [target for target in targets if f"make {target}" not in texts] == ["help"]


def test_the_changelog_starts_with_this_version() -> None:
    versions = re.findall(r"^## \[(\d[^\]]*)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert versions[0] == segops_pipeline.__version__


def test_the_version_is_the_same_wherever_it_stands() -> None:
    assert project()["version"] == segops_pipeline.__version__
    compose = (ROOT / "docker-compose.yml").read_text()
    assert re.findall(r"segops-pipeline:(\S+)", compose) == [segops_pipeline.__version__]


def test_the_architecture_has_the_reason_for_every_dependency_and_for_no_other() -> None:
    assert set(reasons()) == {distribution(requirement) for requirement in project()["dependencies"]}


@pytest.mark.parametrize("file", markdown_files(), ids=lambda file: str(file.relative_to(ROOT)))
def test_every_link_to_a_file_leads_to_one(file: Path) -> None:
    text = re.sub(r"```.*?```", "", file.read_text(), flags=re.DOTALL)
    targets = [match["target"] for match in LINK.finditer(text)]
    files = [target.split("#")[0] for target in targets if not re.match(r"[a-z]+:|#", target)]
    assert [name for name in files if not (file.parent / name).exists()] == []


def test_every_sample_file_is_described() -> None:
    described = (ROOT / "demo" / "README.md").read_text()
    samples = [file.name for file in (ROOT / "demo" / "catalogues").iterdir()]
    assert samples
    assert [name for name in samples if name not in described] == []


def test_no_file_names_a_machine_s_paths_or_a_registry_s_host() -> None:
    forbidden = re.compile("|".join(map(re.escape, HOSTS + MACHINE_PATHS)))
    found = {
        f"{file.relative_to(ROOT)}: {match[0]}"
        for file in text_files()
        for match in [forbidden.search(file.read_text(errors="replace"))]
        if match is not None
    }
    assert found == set()


def test_nothing_that_is_ignored_or_secret_is_committed() -> None:
    names = {file.relative_to(ROOT).parts[0] for file in repository_files()}
    assert names & {".env", ".venv", ".segops"} == set()


COMMAND = re.compile(r"(?<![/\w-])segops ((?:[^\s`'\".;,)]+ ?)+)")
NO_COMMANDS = {"line", "reasons", "row", "lease"}  # columns of a file of rejected rows, and a connection's name


def said_commands() -> Iterator[tuple[str, str]]:
    """What texts of the package tell people to call, each with its file; what is filled in is `{}`."""
    for file in (ROOT / "segops_pipeline").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.JoinedStr):
                parts = [str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values]
                yield from ((file.name, said) for said in COMMAND.findall("".join(parts)))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield from ((file.name, said) for said in COMMAND.findall(node.value))


def wrong_part(said: str) -> str | None:
    """The first word of a command line that no command has, or the first option that this command lacks."""
    command: Any = command_line()
    words = said.split()
    if words[0] in NO_COMMANDS or not words[0].islower() or not words[0].isascii():
        return None
    for word in words:
        subcommands: dict[str, Any] = getattr(command, "commands", {})
        if not subcommands or word == "{}" or word.startswith("-"):
            break
        if word not in subcommands:
            return word
        command = subcommands[word]
    known = {"--help", *(option for one in command.params for option in (*one.opts, *one.secondary_opts))}
    options = () if "--" in words else (word for word in words if word.startswith("--"))
    return next((one for one in options if one not in known), None)


def test_every_command_that_a_text_tells_people_to_call_is_there() -> None:
    assert [(file, said) for file, said in said_commands() if wrong_part(said)] == []

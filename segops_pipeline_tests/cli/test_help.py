"""Help that teaches: every command says what it does, every option what it is, most with an example."""

from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from segops_pipeline.cli import app
from segops_pipeline.cli.app import load_commands

load_commands()
ROOT = typer.main.get_command(app)
PROMISED = [
    "up",
    "exec",
    "env",
    "inspect",
    "import",
    "jobs",
    "job",
    "preview",
    "confirm",
    "cancel",
    "retry",
    "search",
    "export",
]


def commands(command: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The words of every command that has none below it."""
    below = getattr(command, "commands", {})
    return [found for name, one in below.items() for found in commands(one, (*path, name))] or [path]


def find(path: tuple[str, ...]) -> Any:
    command: Any = ROOT
    for name in path:
        command = command.commands[name]
    return command


@pytest.mark.parametrize("path", commands(ROOT), ids=" ".join)
def test_a_command_explains_itself(path: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app, [*path, "--help"], terminal_width=200)
    assert shown.exit_code == 0
    assert f"{' '.join(path)} [OPTIONS]" in shown.output
    assert len(find(path).help or "") > 30


@pytest.mark.parametrize("path", commands(ROOT), ids=" ".join)
def test_every_option_and_argument_says_what_it_is(path: tuple[str, ...]) -> None:
    silent = [one.name for one in find(path).params if one.name != "help" and not getattr(one, "help", None)]
    assert silent == []


@pytest.mark.parametrize("path", commands(ROOT), ids=" ".join)
def test_every_command_that_answers_can_answer_as_json(path: tuple[str, ...]) -> None:
    options = [word for one in find(path).params for word in one.opts]
    assert ("--json" in options) == (path not in {("up",), ("serve",), ("exec",)})


def test_all_promised_commands_are_there() -> None:
    names = {path[0] for path in commands(ROOT)}
    assert names >= {*PROMISED, "sources"}
    assert {path[1] for path in commands(ROOT) if path[0] == "sources"} == {"list", "set", "remove", "fetch"}


def test_the_main_help_tells_the_exit_codes() -> None:
    shown = CliRunner().invoke(app, ["--help"], terminal_width=200)
    assert "0 done, 1 failed, 2 wrong usage, 3 a store is not reachable, 4 waiting for a person" in " ".join(
        shown.output.split()
    )

"""What the tests of this folder ask of the repository: its files, its settings, its modules."""

import importlib
import pkgutil
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import AliasChoices
from pydantic.fields import FieldInfo
from typer.main import get_command

from segops_pipeline import cli
from segops_pipeline.config import Settings

ROOT = Path(__file__).parents[2]


@lru_cache
def repository_files() -> list[Path]:
    """Every file that is committed or would be, as git sees it."""
    git = ["git", "-c", "safe.directory=*"]  # a checkout may belong to somebody else
    command = [*git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [file for name in said.split("\0") if name and (file := ROOT / name).is_file()]


def text_files(*suffixes: str) -> list[Path]:
    """Those of them that are text, or that have one of the suffixes."""
    files = [file for file in repository_files() if not suffixes or file.suffix in suffixes]
    return [file for file in files if b"\0" not in file.read_bytes()[:8192]]


def environment_variables() -> dict[str, FieldInfo]:
    """The settings of config.py by their environment variables."""
    named: dict[str, FieldInfo] = {}
    for name, field in Settings.model_fields.items():
        alias = field.validation_alias
        named[str(alias.choices[0]) if isinstance(alias, AliasChoices) else f"SEGOPS_{name.upper()}"] = field
    return named


def settings_table() -> str:
    """The table of settings as README.md has it."""
    rows = ["| variable | default | meaning |", "|---|---|---|"]
    for variable, field in environment_variables().items():
        default = "" if field.default is None else f"`{str(field.default).lower()}`"
        meaning = (field.description or "").replace("|", "\\|").replace("<", "\\<")
        rows.append(f"| `{variable}` | {default} | {meaning} |")
    return "\n".join(rows)


@lru_cache
def command_line() -> Any:
    """`segops` with all of its commands, each of which its module registers."""
    for module in pkgutil.iter_modules(cli.__path__, f"{cli.__name__}."):
        importlib.import_module(module.name)
    return get_command(cli.app)


def commands(command: Any, path: str = "segops") -> dict[str, Any]:
    """Every command that does something, by its whole name: `segops sources set`."""
    subcommands: dict[str, Any] = getattr(command, "commands", {})
    found = {} if subcommands else {path: command}
    for name, subcommand in subcommands.items():
        if not subcommand.hidden:
            found |= commands(subcommand, f"{path} {name}")
    return found

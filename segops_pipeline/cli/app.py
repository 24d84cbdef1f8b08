"""The `segops` application: its commands, its common options and how errors end it.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 a store is not reachable, 4 waiting for a person.
"""

import gc
import sys
from importlib import import_module
from typing import Annotated

import typer
from pydantic import ValidationError

from segops_pipeline.cli.show import answer, complain
from segops_pipeline.errors import SegopsError, WrongUsage

app = typer.Typer(
    name="segops",
    help="Product catalogues from files as people really have them to a typed, trusted, searchable catalogue.",
    epilog="Exit codes: 0 done, 1 failed, 2 wrong usage, 3 a store is not reachable, 4 waiting for a person. "
    "All state is kept in SEGOPS_HOME (default: .segops).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Json = Annotated[bool, typer.Option("--json", help="Answer with one line of JSON, the last on standard output.")]
WorkspaceName = Annotated[str, typer.Option("--workspace", "-w", help="Workspace; a new name makes one.")]
NoEmbeddings = Annotated[bool, typer.Option("--no-embeddings", help="Leave the embeddings to the running system.")]
DEFAULT_WORKSPACE = "default"
COMMANDS = (
    "catalogue", "conflicts", "doctor", "export", "guards", "history", "imports", "jobs", "keys", "members", "memory",
    "pim", "pim_attributes", "pim_history", "pim_lists", "pim_restore", "pim_trees", "plan", "preview", "products",
    "reading", "rejected", "schema", "sources", "system", "templates", "undo", "users", "webhooks", "workspaces",
)  # fmt: skip
# A command loads thousands of modules, which all stay: looking through them for garbage took a tenth of its time.
GARBAGE_THRESHOLDS = 20_000, 20, 20


def main() -> None:
    """Run the command line; an error that a user can meet ends it with its sentence and its exit code."""
    as_json = "--json" in sys.argv
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    try:
        load_commands()
        app()
    except SegopsError as error:
        complain(error)
        if as_json:
            answer({"error": error.as_dict()})
        raise SystemExit(error.exit_code) from None
    except ValidationError as error:
        problems = "; ".join(f"SEGOPS_{'_'.join(map(str, p['loc'])).upper()}: {p['msg']}" for p in error.errors())
        complain(WrongUsage(f"A setting has a value that it does not take. {problems}"))
        raise SystemExit(WrongUsage.exit_code) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    finally:
        gc.freeze()  # or the interpreter looks through everything several times as it ends: a second


def load_commands() -> None:
    """Let every module register its commands on `app`."""
    for name in COMMANDS:
        import_module(f"segops_pipeline.cli.{name}")

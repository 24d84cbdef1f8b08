"""`python -m benchmarks [PART …]`: measure, print a table, keep the figures as JSON.

The exit code is 1 when a bar is missed. Close other programs first: what they take is measured as ours.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from benchmarks import (
    claude,
    command,
    confidence,
    crash,
    definitions,
    django_rows,
    figures,
    fuzz,
    growth,
    inbox,
    inspect_speed,
    pim,
    pipeline,
    web,
    wizard,
)
from benchmarks.figures import Figure

Part = Callable[[argparse.Namespace], list[Figure]]
PARTS: dict[str, Part] = {
    "definitions": lambda given: definitions.measure(given.repetitions or 5),
    "pipeline": lambda given: pipeline.measure(given.rows, given.repetitions or 5),
    "crash": lambda given: crash.measure(given.rows, given.kills, given.first),
    "growth": lambda given: growth.measure(given.rows),
    "rows": lambda given: django_rows.measure(given.rows, given.repetitions or 5),
    "command": lambda given: command.measure(given.inbox_rows, given.repetitions or 5),
    "confidence": lambda given: confidence.measure(given.labels, Console(highlight=False)),
    "claude": lambda _: claude.measure(Console(highlight=False)),
    "inspect": lambda given: inspect_speed.measure(given.rows, given.repetitions or 5),
    "fuzz": lambda given: fuzz.measure(given.seconds, given.first),
    "pim": lambda given: pim.measure(given.rows, given.repetitions or 3),
    "inbox": lambda given: inbox.measure(given.inbox_rows, given.repetitions or 5),
    "web": lambda given: web.measure(given.rows, given.repetitions or 2),
    "wizard": lambda given: wizard.measure(given.repetitions or 5),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the parts that were asked for; returns the exit code."""
    given = _parse(arguments)
    console = Console(highlight=False)
    before = os.getloadavg()[0]
    measured: list[Figure] = []
    for name in given.parts or PARTS:
        console.print(f"Measuring {name} …", style="dim")
        measured += PARTS[name](given)
    figures.show(console, measured)
    path = figures.keep(measured, (before, os.getloadavg()[0]))
    console.print(f"Kept in {path}. Load of this machine before: {before:.2f}.", style="dim", soft_wrap=True)
    return 0 if all(figure.passes for figure in measured) else 1


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description="How fast the pipeline is, beside its floors.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all without any")
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the catalogue (100000)")
    parser.add_argument("--inbox-rows", type=int, default=1_000, help="rows of a file for the inbox (1000)")
    parser.add_argument("--seconds", type=float, default=60.0, help="of fuzzing (60)")
    parser.add_argument("--first", type=int, default=0, help="number of the first input of fuzzing, or kill (0)")
    parser.add_argument("--kills", type=int, default=20, help="of an import, at random moments (20)")
    parser.add_argument("--repetitions", type=int, help="of each part (5)")
    labels = os.environ.get(confidence.LABELS_VARIABLE)
    parser.add_argument(
        "--labels",
        type=Path,
        default=Path(labels) if labels else None,
        metavar="FOLDER",
        help=f"labelled files for confidence (${confidence.LABELS_VARIABLE}; without, the demo's catalogues)",
    )
    given = parser.parse_args(arguments)
    if given.labels and not confidence.label_files(given.labels):
        parser.error(f"{given.labels} has neither gold.json nor field_names.json")
    if unknown := [part for part in given.parts if part not in PARTS]:
        parser.error(f"there is no part {', '.join(unknown)}; the parts are {', '.join(PARTS)}")
    return given


if __name__ == "__main__":
    sys.exit(main())

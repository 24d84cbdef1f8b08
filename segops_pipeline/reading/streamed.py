"""A table whose records come one by one from a reader that is not text with a delimiter.

What belongs here: what workbooks, JSON, XML and HTML share. What doesn't: any one of them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from segops_pipeline.errors import Issue
from segops_pipeline.reading.dialect import Dialect
from segops_pipeline.reading.layout import Layout

Records = Iterator[tuple[int, list[str]]]


def _no_issues() -> list[Issue]:
    return []


@dataclass(slots=True)
class StreamedTable:
    """An open table: `begin` gives its records from the first one, `bytes_done` and `issues` what they have shown."""

    dialect: Dialect
    layout: Layout | None
    begin: Callable[[], Records]
    bytes_done: Callable[[], int]
    issues: Callable[[], list[Issue]] = field(default=_no_issues)
    characters: int = 0

    def take_originals(self) -> dict[int, str]:
        """None: no record of these kinds is repaired."""
        return {}

    def records(self) -> Records:
        """The records from the beginning, each with its line.

        No two have the same, for it is by its line that a row is known later: where several records stand in one line
        of the file, those after the first are numbered on.
        """
        last = 0
        for line, cells in self.begin():
            self.characters += sum(map(len, cells))
            last = max(line, last + 1)
            yield last, cells

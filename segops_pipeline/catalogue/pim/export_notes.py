"""What an export cannot say, each kind of it once: how often, and where first.

What belongs here: counting and wording. What doesn't: what cannot be said (the other `export_` files).
"""

from dataclasses import dataclass, field

from segops_pipeline.errors import Issue

KEYWORD = "A text that is a keyword of the format, such as NULL, cannot be written: its cell is left out."


@dataclass(slots=True)
class _Note:
    message: str
    count: int
    example: str


@dataclass(slots=True)
class ExportNotes:
    """What is to be said of an export, by code and column."""

    _found: dict[tuple[str, str], _Note] = field(default_factory=dict[tuple[str, str], _Note])

    def add(self, code: str, column: str, message: str, example: str) -> None:
        """Note one case; `example` says where, such as `product A-1`."""
        note = self._found.get((code, column))
        if note is None:
            self._found[code, column] = _Note(message, 1, example)
        else:
            note.count += 1

    def issues(self) -> list[Issue]:
        """All notes as warnings."""
        return [
            Issue(
                code, f"{note.message} That is so {note.count:,} times, first in {note.example}.", "warning",
                column=column or None, value=note.example,
            )
            for (code, column), note in sorted(self._found.items())
        ]  # fmt: skip

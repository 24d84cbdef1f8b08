"""What a person says of a file's layout, in place of what was detected.

What belongs here: the choice and its JSON form. What doesn't: detection, and reading with it (opening.py).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

NO_HEADER = -1


@dataclass(frozen=True, slots=True)
class DialectChoice:
    """Each part that is None is detected.

    `quote` '' means that no cell is quoted by rule; `header_row` is the 0-based place of the header's first
    record, blank lines counted, or `NO_HEADER`; `sheet` is the name of a workbook's sheet, or of the file in
    an archive.
    """

    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    header_row: int | None = None
    sheet: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The parts that are chosen, ready for JSON."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any] | None) -> "DialectChoice":
        """The choice that `as_dict` wrote; None is no choice."""
        return cls(**(content or {}))


NO_CHOICE = DialectChoice()
"""Everything is detected."""

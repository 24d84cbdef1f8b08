"""Rows that are not like the others: more or fewer cells than columns, or no value.

What belongs here: what becomes of them, and saying so. What doesn't: splitting text into cells.
"""

from segops_pipeline.errors import Issue
from segops_pipeline.reading.tally import Tally


class RowFitter:
    """Fits rows to a table of `width` columns and counts what had to be done."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._short = Tally(
            "short_row",
            "warning",
            "rows have fewer cells than the header; the missing ones are empty",
            "Check that the values of these rows stand in the right columns.",
        )
        self._long = Tally(
            "long_row",
            "warning",
            "rows have more cells than the header; the values beyond it were not imported",
            "A delimiter within a value must be quoted; check these rows in the file.",
        )
        self._blank = Tally("blank_row", "info", "rows have no value in any cell and were left out")

    def fit(self, line: int, cells: list[str]) -> list[str] | None:
        """The row with exactly `width` cells; None for a row without any value.

        Cells that are missing become ''. Cells beyond the last column are cut off; when there is a value in
        them, that is told with it.
        """
        if not any(cell.strip() for cell in cells):
            if cells:
                self._blank.add(line, "The row has no value in any cell; it was left out.")
            return None
        if len(cells) < self._width:
            self._short.add(
                line, f"The row has {len(cells)} cells, the header {self._width}; the missing ones are empty."
            )
            return cells + [""] * (self._width - len(cells))
        extra = [cell for cell in cells[self._width :] if cell]
        if extra:
            self._long.add(
                line,
                f"The row has {len(cells)} cells, the header {self._width}; the last ones were not imported.",
                " | ".join(extra),
            )
        return cells[: self._width]

    def issues(self) -> list[Issue]:
        """What was done, the first places and the counts."""
        return [*self._short.issues(), *self._long.issues(), *self._blank.issues()]

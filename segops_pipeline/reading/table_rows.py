"""Which of a file's records are its table: the header, what stands above it, and the rows.

What belongs here: the way from the records of any kind of file to a header and rows. What doesn't: splitting
text into records (delimited.py), finding the layout (layout.py), fitting rows to columns (fitting.py).
"""

from collections.abc import Iterator

from segops_pipeline.errors import Issue
from segops_pipeline.reading.layout import Layout, is_separator_line

Numbered = tuple[int, list[str]]
"""The 1-based line where a record starts, and its cells."""


class TableRows:
    """The table among the records; iterating gives its rows, blank ones included, as they are.

    `header` is [] where the table has none; `header_line` is the line where it starts. `issues` is complete
    when all rows have been taken.
    """

    def __init__(self, records: Iterator[Numbered], layout: Layout) -> None:
        self.header: list[str] = []
        self.header_line = 1
        self.issues: list[Issue] = []
        self._records = records
        self._take_header(layout)
        self.width = max(layout.width, len(self.header)) if self.header else layout.width

    def __iter__(self) -> Iterator[Numbered]:
        """The rows below the header, each with its line."""
        yield from self._records

    def _take_header(self, layout: Layout) -> None:
        above: list[Numbered] = []
        for _ in range(layout.first_row):
            line, cells = next(self._records)
            if any(cells) and not is_separator_line(cells):
                above.append((line, cells))
        if above:
            self.issues.append(_preamble(above))
        if layout.has_header:
            self.header_line, self.header = next(self._records)


def _preamble(above: list[Numbered]) -> Issue:
    first, last = above[0][0], above[-1][0]
    where = f"Line {first} stands" if first == last else f"Lines {first} to {last} stand"
    said = f"{where} above the table and so did not become a row."
    shown = " | ".join(cell for cell in above[0][1] if cell.strip())
    return Issue("preamble", said, "info", first, value=shown[:200])

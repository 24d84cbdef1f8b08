"""The rows of a file's table, as they are.

What belongs here: `read_rows`, for those who want a table and no import. What doesn't: naming columns,
fitting rows to them and keeping them (staging.py).
"""

from collections.abc import Iterator
from pathlib import Path

from segops_pipeline.reading.limits import Limits
from segops_pipeline.reading.opening import open_table
from segops_pipeline.reading.table_rows import TableRows


def read_rows(path: Path) -> Iterator[list[str]]:
    """The rows of the file's table as text, its own header first where it has one; nothing is added.

    Blank rows, the header once more and what stands above the table are left out. An empty file has no rows.

    Raises:
        BadFile: as `open_table` does.
        CellTooLarge: a record is larger than any table's.
    """
    path = Path(path)
    with open_table(path, path.name, Limits()) as opened:
        if opened.layout is None:
            return
        table = TableRows(opened.records(), opened.layout)
        if table.header:
            yield table.header
        for _, cells in table:
            if any(cell.strip() for cell in cells):
                yield cells

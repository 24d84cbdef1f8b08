"""Corrections that a person has made in a grid, as the file that `correct` takes.

What belongs here: laying the new cells over the rejected rows, and writing them. What doesn't: reading such a file
(`corrected_file`), the import of it (`correct`).
"""

import csv
from collections.abc import Mapping
from pathlib import Path

from segops_pipeline.errors import BadFile, UnknownColumn, WrongUsage
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.rejected import rejected_rows
from segops_pipeline.imports.rejected_form import AddedColumns
from segops_pipeline.stores.opening import Stores


def write_corrections(stores: Stores, job: Job, cells_by_line: Mapping[int, Mapping[str, str]], target: Path) -> None:
    """Write rejected rows with some of their cells changed, as a file of corrected rows.

    Args:
        stores: the open stores.
        job: a job with rejected rows.
        cells_by_line: for each row that is to be imported its new cells by header; none where it stays as it is.
        target: the CSV file to write.

    Raises:
        WrongUsage: there is no row.
        UnknownColumn: a cell is of a column that the file does not have.
        BadFile: a line is not rejected.
    """
    headers = job.headers or []
    if not cells_by_line:
        raise WrongUsage("There is no row to import.", "Name at least one rejected row by its line.")
    for cells in cells_by_line.values():
        for column in cells:
            if column not in headers:
                raise UnknownColumn(f"'{column}' is no column of the file.", "Name its own headers.", column=column)
    added = AddedColumns.beside(headers)
    left = set(cells_by_line)
    with (
        stores.database.workspace_session(job.workspace_id) as connection,
        target.open("w", encoding="utf-8-sig", newline="") as file,
    ):
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow([*headers, added.plain_line, added.reasons])
        for row in rejected_rows(connection, job):
            if row.line in left:
                left.discard(row.line)
                cells = {**row.cells, **cells_by_line[row.line]}
                writer.writerow([*(cells.get(header, "") for header in headers), str(row.line), ""])
    if left:
        line = min(left)
        raise BadFile(
            f"Line {line} of the original file is not among the rejected rows of job {job.id}.",
            "Leave the row out.",
            line=line,
        )

"""Rows that a person has corrected or dropped before their import, laid over the file whenever it is staged.

The file and its staged copy stay as they are, so that an edit can be taken back. A plan stands for the edits that it
was made with. What belongs here: keeping edits, and the rows with them. What doesn't: which rows are rejected
(`rejected`), corrections of a job that is done (`correct`).
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

import hashlib
import json
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.errors import UnknownColumn, WrongState, WrongUsage
from segops_pipeline.imports.draft import check_waits
from segops_pipeline.imports.jobs import Job, load_job
from segops_pipeline.imports.rejected import rejected_lines
from segops_pipeline.reading import read_batches
from segops_pipeline.stores.opening import Stores

MAX_CELL_CHARACTERS = 1_000_000
EDITED = " edited "

OF_JOB = "WHERE workspace_id = :workspace_id AND job_id = :job_id"
LOAD = f"SELECT line, cells, edited_by, edited_at FROM row_edits {OF_JOB} AND reading = :reading ORDER BY line"
SAVE = """
INSERT INTO row_edits (workspace_id, job_id, line, cells, reading, edited_by)
VALUES (:workspace_id, :job_id, :line, CAST(:cells AS jsonb), :reading, :user)
ON CONFLICT (workspace_id, job_id, line) DO UPDATE SET reading = excluded.reading, edited_by = excluded.edited_by,
    edited_at = now(), cells = CASE WHEN row_edits.reading = excluded.reading AND excluded.cells IS NOT NULL
        THEN coalesce(row_edits.cells, '{}') || excluded.cells ELSE excluded.cells END
"""
# what a person should find again in the job's issues
TOLD = f"""
INSERT INTO staging.issues (workspace_id, job_id, entity, line, code, level, message, column_name, value)
SELECT workspace_id, job_id, 'product', line, 'dropped_row', 'info',
    'The row was dropped by ' || edited_by || ' before the import.', NULL, NULL
FROM row_edits {OF_JOB} AND reading = :reading AND cells IS NULL
UNION ALL
SELECT workspace_id, job_id, 'product', line, 'corrected_row', 'info',
    'The cell was corrected by ' || edited_by || ' before the import.', c.key, left(c.value, 500)
FROM row_edits CROSS JOIN LATERAL jsonb_each_text(cells) c {OF_JOB} AND reading = :reading AND cells IS NOT NULL
ORDER BY 4
"""


@dataclass(frozen=True, slots=True)
class RowEdit:
    """What a person has done to one row, by its line in the file; `cells` are the corrected ones by column, None:
    the row is dropped.
    """

    line: int
    cells: Mapping[str, str] | None
    edited_by: str
    edited_at: datetime

    def as_dict(self) -> dict[str, Any]:
        """All of it, ready for JSON."""
        return {
            "line": self.line,
            "cells": self.cells,
            "dropped": self.cells is None,
            "edited_by": self.edited_by,
            "edited_at": self.edited_at.isoformat(),
        }


def reading_of(job: Job) -> str:
    """What the lines of a job's file depend on: its bytes, and how they were read."""
    words = json.dumps([job.checksum, job.dialect, job.headers], sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def load_edits(connection: Connection, job: Job) -> list[RowEdit]:
    """The edits of a job's rows by line; those that were made to another reading of its file do not count.

    Corrected rows of a job that is done are a file of their own, which no edit belongs to.
    """
    if job.correction is not None:
        return []
    found = connection.execute(text(LOAD), _bound(job))
    return [RowEdit(row.line, row.cells, row.edited_by, row.edited_at) for row in found]


def edits_hash(edits: Sequence[RowEdit]) -> str:
    """What stands for edits in a plan; '' where there are none."""
    if not edits:
        return ""
    words = json.dumps([[edit.line, edit.cells] for edit in edits], sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def rows_checksum(job: Job, edits: Sequence[RowEdit]) -> str:
    """What stands for the rows that are staged: the file's checksum, and that of the edits laid over it."""
    return EDITED.join(filter(None, [job.checksum, edits_hash(edits)]))


def correct_rows(
    stores: Stores, workspace_id: int, job_id: str, corrections: Mapping[int, Mapping[str, str]], user: str
) -> None:
    """Correct cells of rejected rows before the import; corrections of a row add up, and bring back a dropped one.

    Args:
        stores: the open stores.
        workspace_id: of the one who asks.
        job_id: a job that waits.
        corrections: by line of the file, the new texts of cells by column.
        user: who corrects them.

    Raises:
        JobNotFound: the workspace has no such job.
        WrongState: the job does not wait.
        WrongUsage: a row is neither rejected in the job's plan nor edited, or a text cannot be kept.
        UnknownColumn: the file has no such column.
    """
    _save(stores, workspace_id, job_id, {line: dict(cells) for line, cells in corrections.items()}, user)


def drop_rows(stores: Stores, workspace_id: int, job_id: str, lines: Sequence[int] | None, user: str) -> int:
    """Leave rejected rows out of the import, those of some lines or (None) all that are rejected now.

    Returns:
        How many.

    Raises:
        JobNotFound, WrongState, WrongUsage: as `correct_rows`.
    """
    return _save(stores, workspace_id, job_id, None if lines is None else dict.fromkeys(lines), user)


def forget_edits(stores: Stores, workspace_id: int, job_id: str, lines: Sequence[int] | None = None) -> int:
    """Take edits back, those of some lines or all; the rows are again as they are in the file.

    Returns:
        How many rows.

    Raises:
        JobNotFound: the workspace has no such job.
        WrongState: the job does not wait.
    """
    with stores.database.workspace_session(workspace_id) as connection:
        job = _locked(connection, job_id)
        chosen = "" if lines is None else "AND line = ANY (:lines)"
        bound = _bound(job) if lines is None else {**_bound(job), "lines": list(lines)}
        return connection.execute(text(f"DELETE FROM row_edits {OF_JOB} {chosen}"), bound).rowcount


def tell_edits(connection: Connection, job: Job) -> None:
    """Note each edit among the issues of what is staged now.

    Args:
        connection: a transaction of the system role.
        job: whose rows are staged.
    """
    connection.execute(text(TOLD), _bound(job))


def check_corrections(job: Job, edits: Mapping[int, Mapping[str, str] | None]) -> None:
    """Check that the columns of corrected cells are the file's, and that their texts can be kept.

    Raises:
        UnknownColumn: the file has no such column.
        WrongUsage: a text has a NUL character or is too long.
    """
    headers = set(job.headers or [])
    for line, cells in edits.items():
        for column, cell in (cells or {}).items():
            if column not in headers:
                raise UnknownColumn(f"The file has no column '{column}'.", "", line=line, column=column)
            if "\0" in cell or len(cell) > MAX_CELL_CHARACTERS:
                raise WrongUsage(
                    "The text of a cell has a NUL character, or is too long.", "Shorten it.", line=line, column=column
                )


@contextmanager
def edited_rows(stores: Stores, job: Job, edits: Sequence[RowEdit]) -> Generator[Path]:
    """The job's staged rows as a Parquet file, with the corrected cells in their places; dropped rows are in it."""
    assert job.rows_uri is not None
    corrected = {edit.line: edit.cells for edit in edits if edit.cells is not None}
    with stores.files.local(job.rows_uri) as path:
        if not corrected:
            yield path
            return
        with tempfile.TemporaryDirectory(prefix="segops-") as folder:
            edited = Path(folder) / "rows.parquet"
            _write(path, edited, job.headers or [], corrected)
            yield edited


def corrected_batch(batch: pa.RecordBatch, headers: Sequence[str], cells: Mapping[int, Mapping[str, str]]) -> Any:  # noqa: ANN401
    """A batch of staged rows with corrected cells, by line and column, in their places.

    What was kept of a row as it was in the file, where that had to be repaired, is of no use to a corrected one; one
    that is known to be short stays so, unless a cell that it lacked is given.
    """
    lines = batch.column("line").to_pylist()
    places = [place for place, line in enumerate(lines) if line in cells]
    if not places:
        return batch
    columns = {name: batch.column(name) for name in batch.schema.names}
    touched = {header for place in places for header in cells[lines[place]]}
    for header in touched:
        name = f"c{headers.index(header)}"
        values = columns[name].to_pylist()
        for place in places:
            values[place] = cells[lines[place]].get(header, values[place])
        columns[name] = pa.array(values, batch.schema.field(name).type)
    if "raw" in columns:
        raws: list[str | None] = columns["raw"].to_pylist()
        for place in places:
            raws[place] = _still_short(raws[place], headers, cells[lines[place]])
        columns["raw"] = pa.array(raws, batch.schema.field("raw").type)
    return pa.record_batch(columns, schema=batch.schema)


def _still_short(raw: str | None, headers: Sequence[str], cells: Mapping[str, str]) -> str | None:
    """The number of cells that a short row has when some are corrected; None: it has all, or was not short."""
    if raw is None or not raw.isdigit():
        return None
    count = max([int(raw), *(headers.index(header) + 1 for header in cells)])
    return str(count) if count < len(headers) else None


def _write(path: Path, target: Path, headers: Sequence[str], cells: Mapping[int, Mapping[str, str]]) -> None:
    with pq.ParquetFile(path) as file, pq.ParquetWriter(target, file.schema_arrow, compression="zstd") as out:
        for batch in read_batches(path):
            out.write_batch(corrected_batch(batch, headers, cells))


def _save(
    stores: Stores, workspace_id: int, job_id: str, edits: Mapping[int, Mapping[str, str] | None] | None, user: str
) -> int:
    with stores.database.workspace_session(workspace_id) as connection:
        job = _locked(connection, job_id)
        rejected = rejected_lines(connection, job, planned=True)
        given = dict.fromkeys(rejected) if edits is None else edits
        _check(job, given, rejected | {edit.line for edit in load_edits(connection, job)})
        bound = {**_bound(job), "user": user}
        rows = [
            {**bound, "line": line, "cells": None if cells is None else json.dumps(cells)}
            for line, cells in sorted(given.items())
        ]
        if rows:
            connection.execute(text(SAVE), rows)
        return len(rows)


def _locked(connection: Connection, job_id: str) -> Job:
    connection.execute(text("SELECT 1 FROM import_jobs WHERE id = :id FOR UPDATE"), {"id": job_id})
    job = load_job(connection, job_id)
    check_waits(job)
    if job.rows_uri is None:
        raise WrongState(f"The rows of job {job.id} are not kept any more.", "Import the file again.")
    return job


def _check(job: Job, edits: Mapping[int, Mapping[str, str] | None], known: set[int]) -> None:
    for line in edits:
        if line not in known:
            raise WrongUsage(f"Line {line} is not among the rejected rows.", "Plan again, and look which rows are.")
    check_corrections(job, edits)


def _bound(job: Job) -> dict[str, Any]:
    return {"workspace_id": job.workspace_id, "job_id": job.id, "reading": reading_of(job)}

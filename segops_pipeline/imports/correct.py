"""Correct the rejected rows of a job: the corrected file goes into the same job and continues it.

A job that is done is imported again with the corrected rows only, under the same mapping, policy and rules; what it
has done already stays, and its counts go on from where they were. A job that strict validation has failed gets its
corrected rows in place of the bad ones, and is imported as a whole. What belongs here: that, and how the counts of
both are joined. What doesn't: reading the file (`corrected_file`), the import itself (`run`).
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlalchemy import text

from segops_pipeline.catalogue.plan import Plan
from segops_pipeline.catalogue.rules import ImportRules
from segops_pipeline.errors import BadFile, RowsRejected, WrongState
from segops_pipeline.imports.corrected_file import CorrectedRow, corrected_rows
from segops_pipeline.imports.jobs import COUNTS, QUEUED, Job, check_not_undone, get_job, load_job, update_job
from segops_pipeline.imports.lock import hold_job
from segops_pipeline.imports.rejected import rejected_lines
from segops_pipeline.reading import read_batches
from segops_pipeline.reading.limits import Limits
from segops_pipeline.reading.parquet import Batch, staged_file
from segops_pipeline.stores.opening import Stores

BATCH_ROWS = 4_000
REJECTED_GUARD = "rejected_share"
OF_PRODUCTS = ("deleted", "deactivated")  # counts beside those of rows


@dataclass(frozen=True, slots=True)
class Correction:
    """A corrected file; `file_name` is what errors call it, `accept_guards` lets its plan go on beyond a guard."""

    path: Path
    file_name: str
    accept_guards: bool = False


def open_correction(stores: Stores, job_id: str, correction: Correction) -> Job:
    """Take the corrected rows into the job, which is pending afterwards; rows that are left out stay rejected.

    Raises:
        WrongState: the job has no rejected rows that could be corrected, or is being taken back.
        BadFile: the file is none of this job's rejected rows, or a row of it is not rejected (any more).
        JobBusy: a run of the job is alive.
    """
    with hold_job(stores.database, job_id), tempfile.TemporaryDirectory(prefix="segops-") as folder:
        job = get_job(stores.database, job_id)
        _check(job)
        with stores.database.workspace_session(job.workspace_id) as connection:
            check_not_undone(connection, job)
        rows_path = Path(folder) / "rows.parquet"
        lines = _stage(stores, job, correction, rows_path)
        if job.status == "failed":
            assert job.rows_uri is not None
            with stores.files.local(job.rows_uri) as all_rows:
                rows_path = _merged(all_rows, rows_path)
        rows_uri = stores.files.rows_uri(job.workspace_id, job.id)
        stores.files.save(rows_path, rows_uri)
        with stores.database.workspace_session(job.workspace_id) as connection:
            connection.execute(text("SELECT 1 FROM import_jobs WHERE id = :id FOR UPDATE"), {"id": job_id})
            if load_job(connection, job_id).attempt != job.attempt:
                raise WrongState(f"Job {job_id} has been started again meanwhile.", "Look at it: segops job " + job_id)
            check_not_undone(connection, job)
            # what a person has confirmed was a plan of other rows
            connection.execute(text("UPDATE plans SET confirmed = false WHERE job_id = :id"), {"id": job_id})
            # the rows of the file are whole, and younger than what was corrected before
            edited = text("DELETE FROM row_edits WHERE job_id = :id AND line = ANY (:lines)")
            connection.execute(edited, {"id": job_id, "lines": lines})
            update_job(
                connection,
                job_id,
                rows_uri=rows_uri,
                correction=_before(job, lines) if job.status == "done" else None,
                accept_guards=correction.accept_guards,
                status="pending",
                reason=QUEUED,
                error=None,
                held=None,
                cancel_requested=False,
                finished_at=None,
                attempt=job.attempt + 1,
            )
            return load_job(connection, job_id)


def merged_counts(job: Job, counts: Mapping[str, int]) -> dict[str, int]:
    """The counts of a job with those of its corrected rows: these were rejected, and are what they have become.

    Args:
        job: a job whose corrected rows are imported.
        counts: of these rows; `deleted` and `deactivated` may be left out.
    """
    assert job.correction is not None
    before: dict[str, int] = job.correction["counts"]
    merged = {name: before.get(name, 0) + counts.get(name, 0) for name in (*COUNTS, *OF_PRODUCTS)}
    merged["rows"] = before["rows"]
    merged["rejected"] -= counts["rows"]
    return merged


def rules_of(job: Job) -> ImportRules:
    """The rules under which the rows of a job are imported; corrected rows are no full feed, so nothing is absent."""
    rules = ImportRules.from_dict(job.rules)
    return rules if job.correction is None else replace(rules, absent="nothing")


def held_by(job: Job, plan: Plan) -> list[dict[str, Any]]:
    """The guards that hold a plan; of corrected rows it says nothing that many are still bad."""
    return [held for held in plan.held if job.correction is None or held["guard"] != REJECTED_GUARD]


def _check(job: Job) -> None:
    """Refuse a job that has no rows to correct.

    Raises:
        WrongState: with what can be done.
    """
    if job.status == "done" and job.kind == "import" and job.rejected:
        return  # `check_not_undone` looks at the rest, with the job's row locked
    is_refused = (job.error or {}).get("code") == RowsRejected.code
    if job.status == "failed" and is_refused and job.rows_uri is not None:
        return
    remedy = f"Look at it: segops job {job.id}"
    if job.status == "failed":
        remedy = f"It has not been imported; try it again: segops retry {job.id}"
    raise WrongState(f"Job {job.id} is {job.state} and has no rejected rows to correct.", remedy)


def _before(job: Job, lines: list[int]) -> dict[str, Any]:
    """What the job must remember: its counts, and which lines are corrected."""
    counts = {**job.counts, "deleted": job.deleted, "deactivated": job.deactivated}
    return {"counts": counts, "rows": len(lines), "lines": lines}


def _stage(stores: Stores, job: Job, correction: Correction, rows_path: Path) -> list[int]:
    """Stage the corrected rows as Parquet, by their lines in the original file; the lines, in order.

    Raises:
        BadFile: a line occurs twice, or is not rejected.
    """
    assert job.headers is not None
    with stores.database.workspace_session(job.workspace_id) as connection:
        rejected = rejected_lines(connection, job)
    seen: dict[int, int] = {}
    with staged_file(rows_path, len(job.headers)) as staged:
        batch: list[CorrectedRow] = []
        limits = Limits.of(stores.settings)
        for row in corrected_rows(correction.path, job, limits, correction.file_name):
            _check_line(row, job, rejected, seen, correction.file_name)
            seen[row.line] = row.place
            batch.append(row)
            if len(batch) >= BATCH_ROWS:
                staged.write(_batch(batch))
                batch = []
        if batch:
            staged.write(_batch(batch))
    if list(seen) != sorted(seen):  # a person has sorted them
        pq.write_table(pq.read_table(rows_path).sort_by("line"), rows_path, compression="zstd")
    return sorted(seen)


def _check_line(row: CorrectedRow, job: Job, rejected: set[int], seen: Mapping[int, int], file_name: str) -> None:
    if row.line in seen:
        said = f"Line {row.line} of the original file is corrected twice, in line {seen[row.line]} too."
        remedy = "Keep one of them."
    elif row.line not in rejected:
        said = f"Line {row.line} of the original file is not among the rejected rows of job {job.id}."
        remedy = f"Leave the row out, or take the file anew: segops rejected {job.id} -o FILE.csv"
    else:
        return
    raise BadFile(said, remedy, file=file_name, line=row.place, value=str(row.line))


def _batch(rows: list[CorrectedRow]) -> Batch:
    cells = [row.cells for row in rows]
    return Batch([row.line for row in rows], cells, sum(len(cell) for row in cells for cell in row))


def _merged(all_path: Path, corrected_path: Path) -> Path:
    """All rows of the file with the corrected ones in place of those that they correct."""
    corrected = pq.read_table(corrected_path)
    lines = corrected.column("line")
    merged_path = corrected_path.with_name("merged.parquet")
    with pq.ParquetWriter(merged_path, corrected.schema, compression="zstd") as out:
        for batch in read_batches(all_path):
            kept = batch.filter(pc.invert(pc.is_in(batch.column("line"), value_set=lines.combine_chunks())))
            here = corrected.filter(
                pc.and_(
                    pc.greater_equal(lines, batch.column("line")[0]), pc.less_equal(lines, batch.column("line")[-1])
                )
            )
            out.write_table(pa.concat_tables([pa.Table.from_batches([kept]), here]).sort_by("line"))
    return merged_path

"""Whether corrected cells of rejected rows would be taken, told before they are kept: the very casts and rules of an
import, on a few rows.

What belongs here: which rows, as they would be. What doesn't: judging them (`ready.ReadyImport`), keeping corrections
(`row_edits`), and what only a whole plan knows, such as values that must be unique.
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

from collections.abc import Mapping

import pyarrow.parquet as pq

from segops_pipeline.catalogue.plan import load_plan
from segops_pipeline.errors import Issue, WrongState
from segops_pipeline.imports.confirm import confirmation_of_draft
from segops_pipeline.imports.jobs import load_job
from segops_pipeline.imports.planning import drafted_job
from segops_pipeline.imports.ready import ready_import
from segops_pipeline.imports.row_edits import check_corrections, corrected_batch, load_edits
from segops_pipeline.stores.opening import Stores


def check_rows(
    stores: Stores, workspace_id: int, job_id: str, corrections: Mapping[int, Mapping[str, str]]
) -> dict[int, list[Issue]]:
    """What would still be wrong with rows if these cells were corrected, by line; [] where nothing is.

    Args:
        stores: the open stores.
        workspace_id: of the one who asks.
        job_id: a job that has a plan.
        corrections: by line of the file, the new texts of cells by column.

    Raises:
        JobNotFound: the workspace has no such job.
        WrongState: the job has no plan, or its rows are gone.
        UnknownColumn, WrongUsage: as `correct_rows`.
    """
    with stores.database.workspace_session(workspace_id) as connection:
        job = load_job(connection, job_id)
        plan = load_plan(connection, job_id)
        edits = load_edits(connection, job)
    if plan is None or plan.draft is None or job.rows_uri is None:
        raise WrongState(f"Job {job_id} has no plan.", "Plan it first.")
    check_corrections(job, corrections)
    drafted = drafted_job(stores, job, confirmation_of_draft(plan.draft))
    before = {edit.line: edit.cells for edit in edits if edit.cells is not None}
    cells = {line: {**before.get(line, {}), **new} for line, new in corrections.items()}
    with stores.files.local(job.rows_uri) as path:
        table = pq.read_table(path, filters=[("line", "in", sorted(corrections))])
    if not table.num_rows:
        return {}
    rows = corrected_batch(table.combine_chunks().to_batches()[0], job.headers or [], cells)
    return ready_import(stores, drafted).judge(rows)

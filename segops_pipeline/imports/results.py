"""What became of each row of an import's file, kept as Parquet: line, key, outcome, version, reason.

Written after the commit from what is still staged, before staging is cleared; a row that is neither staged nor
rejected was known and is unchanged. What belongs here: writing and reading the file. What doesn't: the counts
(`run`), how long it is kept (`retention`).
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

import logging
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlalchemy import text

from segops_pipeline.catalogue.rules import SKU, ImportRules
from segops_pipeline.errors import WrongState, WrongUsage
from segops_pipeline.formats.row_texts import HASH_BYTES, RowTexts, row_hashes
from segops_pipeline.formats.table import TableMapping, changed_column
from segops_pipeline.imports.bizzkit import BIZZKIT
from segops_pipeline.imports.jobs import Job, update_job
from segops_pipeline.imports.row_edits import edited_rows, load_edits
from segops_pipeline.imports.staged_results import BATCH_ROWS, SCHEMA, staged_results
from segops_pipeline.imports.table_mapping import table_mapping
from segops_pipeline.stores.opening import Stores

logger = logging.getLogger(__name__)

OUTCOMES = {
    "created": "created",
    "updated": "updated",
    "unchanged": "unchanged",
    "conflict": "conflicts",
    "rejected": "rejected",
    "skipped": "skipped",
}
# An undo has no file: its records are those that it has written, and those that it has kept.
OF_UNDO = """
SELECT line, key, outcome, version, reason FROM (
    SELECT NULL::bigint AS line, key, CASE action WHEN 'created' THEN 'created' ELSE 'updated' END AS outcome,
        version_after AS version, CASE action WHEN 'deleted' THEN 'removed' END AS reason
    FROM revisions WHERE workspace_id = :workspace_id AND job_id = :job_id
    UNION ALL
    SELECT NULL, key, CASE code WHEN 'before_image_purged' THEN 'rejected' ELSE 'conflict' END, NULL, code
    FROM issues WHERE workspace_id = :workspace_id AND job_id = :job_id AND stage = 'import_plan'
) records
WHERE CAST(:outcome AS text) IS NULL OR outcome = :outcome
ORDER BY key OFFSET :offset LIMIT :limit
"""
REMEMBERED = """
SELECT raw_hash, key FROM source_rows
WHERE workspace_id = :workspace_id AND source_id = :source_id AND entity = 'product' AND raw_hash = ANY (:hashes)
"""


def write_results(stores: Stores, job: Job) -> str | None:
    """Keep what became of each row of a job that is done, and note where; corrected rows take their old lines' place.

    Args:
        stores: the open stores.
        job: a job that is done and whose rows are still staged.

    Returns:
        Where it is; as it was (None at first) where the staged rows are gone, as a crash of PostgreSQL leaves
        them, or where the job has no rows.

    Raises:
        StoreUnreachable: a store does not answer.
    """
    if job.rows_uri is None or job.mapping is None or not stores.files.exists(job.rows_uri):
        return job.results_uri
    uri = stores.files.results_uri(job.workspace_id, job.id)
    with tempfile.TemporaryDirectory(prefix="segops-") as folder:
        path = Path(folder) / "results.parquet"
        numbers = _write(stores, job, path)
        wanted = {outcome: job.counts[name] for outcome, name in OUTCOMES.items() if job.counts[name]}
        if numbers != wanted:
            logger.warning("job %s: no new results per row are kept: %s are staged of %s", job.id, numbers, wanted)
            return job.results_uri
        stores.files.save(path, uri)
    with stores.database.system_session() as connection:
        update_job(connection, job.id, results_uri=uri)
    return uri


def read_results(
    stores: Stores, job: Job, offset: int = 0, limit: int = 100, outcome: str | None = None
) -> list[dict[str, Any]]:
    """The results of a job's rows in the order of the file, all or those of one outcome; of an undo its records.

    Args:
        stores: the open stores.
        job: the job.
        offset: how many of them to pass over.
        limit: how many at most.
        outcome: created, updated, unchanged, conflict, rejected or skipped.

    Returns:
        For each row `line`, `key`, `outcome`, `version` and `reason`.

    Raises:
        WrongUsage: there is no such outcome.
        WrongState: the job has none: it is not done, or they are not kept any more.
    """
    if outcome is not None and outcome not in OUTCOMES:
        raise WrongUsage(f"There is no outcome '{outcome}'.", f"Choose one of: {', '.join(OUTCOMES)}.")
    if job.kind != "import":
        return _of_undo(stores, job, {"outcome": outcome, "offset": offset, "limit": limit})
    if job.results_uri is None:
        raise WrongState(f"Job {job.id} has no results of its rows: they are not there yet, or not kept any more.")
    found: list[dict[str, Any]] = []
    with stores.files.local(job.results_uri) as path, pq.ParquetFile(path) as file:
        for batch in file.iter_batches(BATCH_ROWS):
            chosen = batch if outcome is None else batch.filter(pc.equal(batch.column("outcome"), outcome))
            found += chosen.slice(offset, limit - len(found)).to_pylist()
            offset = max(0, offset - chosen.num_rows)
            if len(found) >= limit:
                break
    return found


def _of_undo(stores: Stores, job: Job, asked: dict[str, Any]) -> list[dict[str, Any]]:
    with stores.database.workspace_session(job.workspace_id) as connection:
        bound = {"workspace_id": job.workspace_id, "job_id": job.id, **asked}
        return [dict(row) for row in connection.execute(text(OF_UNDO), bound).mappings()]


def _write(stores: Stores, job: Job, path: Path) -> dict[str, int]:
    """Write the results of all rows; how many of each outcome."""
    with stores.database.workspace_session(job.workspace_id) as connection:
        edits = load_edits(connection, job)
    numbers: Counter[str] = Counter()
    with (
        stores.database.system_session() as connection,
        edited_rows(stores, job, edits) as rows_path,
        pq.ParquetWriter(path, SCHEMA, compression="zstd") as out,
        closing(staged_results(connection, job)) as staged,  # an open copy would keep the session from its end
    ):
        batches: Iterator[pa.Table] = staged
        if job.format != BIZZKIT:  # its rows are all staged
            batches = _with_known(rows_path, _KnownKeys(stores, job, table_mapping(job, stores.files)), staged)
        if job.results_uri is not None:
            batches = _corrected(stores, job.results_uri, pa.concat_tables(batches))
        for batch in batches:
            out.write_table(batch)
            for entry in pc.value_counts(batch.column("outcome")).to_pylist():
                numbers[entry["values"]] += entry["counts"]
    return dict(numbers)


def _with_known(rows_path: Path, keys: "_KnownKeys", staged: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The staged rows with those of the file that are not among them: they were known."""
    left = iter(staged)
    held = SCHEMA.empty_table()
    with pq.ParquetFile(rows_path) as file:
        for group in range(file.num_row_groups):
            lines = file.read_row_group(group, columns=["line"]).column("line").to_numpy()
            while not held.num_rows or held.column("line")[-1].as_py() < lines[-1]:
                more = next(left, None)
                if more is None:
                    break
                held = pa.concat_tables([held, more])
            until = int(np.searchsorted(held.column("line").to_numpy(), lines[-1], side="right"))
            here, held = held.slice(0, until), held.slice(until)
            known = np.flatnonzero(~np.isin(lines, here.column("line").to_numpy(), assume_unique=True))
            if len(known):
                here = pa.concat_tables([here, _known(file.read_row_group(group), known, keys)]).sort_by("line")
            yield here
    yield from (held, *left)


def _corrected(stores: Stores, results_uri: str, fresh: pa.Table) -> Iterator[pa.Table]:
    """The results as they were, with fresh ones in the place of those of the same lines."""
    with stores.files.local(results_uri) as path, pq.ParquetFile(path) as file:
        for batch in file.iter_batches(BATCH_ROWS):
            before = pa.Table.from_batches([batch])
            kept = before.filter(pc.invert(pc.is_in(before.column("line"), fresh.column("line"))))
            now = fresh.filter(pc.is_in(fresh.column("line"), before.column("line")))
            yield pa.concat_tables([kept, now]).sort_by("line")


@dataclass(frozen=True, slots=True)
class _KnownKeys:
    """Finds the keys of a job's known rows."""

    stores: Stores
    job: Job
    mapping: TableMapping

    def of(self, batch: pa.RecordBatch) -> pa.Array:
        """The key of each row: its sku; where it is not the sku that says which product a row means, as its source
        remembers the very same row.
        """
        texts = RowTexts(batch, self.mapping.headers)
        if self.mapping.key is not None and ImportRules.from_dict(self.job.rules).match == (SKU,):
            return changed_column(texts, self.mapping.key).texts.cast(pa.string())
        hashes = row_hashes(texts.raw())
        each = [hashes[start : start + HASH_BYTES] for start in range(0, len(hashes), HASH_BYTES)]
        bound = {"workspace_id": self.job.workspace_id, "source_id": self.job.source_id, "hashes": each}
        with self.stores.database.system_session() as connection:
            remembered = {bytes(row.raw_hash): row.key for row in connection.execute(text(REMEMBERED), bound)}
        return pa.array([remembered.get(one) for one in each], pa.string())


def _known(rows: pa.Table, places: np.ndarray[Any, Any], keys: _KnownKeys) -> pa.Table:
    """The results of rows that were known."""
    batch = rows.combine_chunks().to_batches()[0].take(pa.array(places))
    return pa.table(
        [
            batch.column("line"),
            keys.of(batch),
            pa.repeat(pa.scalar("unchanged"), len(places)),
            pa.nulls(len(places), pa.int64()),
            pa.nulls(len(places), pa.string()),
        ],
        schema=SCHEMA,
    )

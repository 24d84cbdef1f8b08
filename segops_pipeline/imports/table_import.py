"""A free table under its mapping, ready to be planned and applied: see `ready.ReadyImport`."""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.apply import ApplyOrder, apply_planned, changed_since
from segops_pipeline.catalogue.judging import judge
from segops_pipeline.catalogue.match import find_keys
from segops_pipeline.catalogue.plan import Plan, PlanOrder, make_plan
from segops_pipeline.catalogue.policies import POLICIES
from segops_pipeline.catalogue.rules import SKU
from segops_pipeline.catalogue.staging import StagedCounts, StagingOrder, stage_rows
from segops_pipeline.catalogue.validation import frame_schema, validate
from segops_pipeline.errors import Issue
from segops_pipeline.formats.row_texts import RowTexts
from segops_pipeline.formats.table import FoundKeys, type_batch
from segops_pipeline.imports.correct import rules_of
from segops_pipeline.imports.jobs import Job, add_seconds
from segops_pipeline.imports.kept_reading import keep_reading
from segops_pipeline.imports.progress import Progress
from segops_pipeline.imports.row_edits import RowEdit, edited_rows, rows_checksum, tell_edits
from segops_pipeline.imports.table_mapping import mapping_fingerprint, table_mapping
from segops_pipeline.stores.opening import Stores

STAGING = "staging"


class TableImport:
    """The rows of a table, each about one product."""

    def __init__(self, stores: Stores, job: Job) -> None:
        self._stores, self._job = stores, job
        self._mapping = table_mapping(job, stores.files)
        self.fingerprint = mapping_fingerprint(job, self._mapping)

    def plan(self, edits: Sequence[RowEdit], progress: Progress, draft: dict[str, Any] | None) -> tuple[Plan, int]:
        """Cast and stage the rows, and plan them set by set."""
        started = time.monotonic()
        staged = self._stage(edits, progress)
        seconds = time.monotonic() - started
        job = self._job
        order = PlanOrder(
            job.workspace_id,
            job.id,
            job.policy,
            rows_checksum(job, edits),
            self.fingerprint,
            job.source_id,
            {column.target: column.type for column in self._mapping.fields},
            rules_of(job),
            job.validation,
            job.correction is not None,
            draft,
        )
        with self._stores.database.workspace_session(job.workspace_id) as connection:
            plan = make_plan(connection, order, staged)
            add_seconds(connection, job.id, STAGING, seconds)
        return plan, staged.staged

    def changed_since(self, connection: Connection, plan: Plan) -> str | None:
        """What has changed of the products and known rows that the plan rests on."""
        return changed_since(connection, self._order(plan))

    def apply(self, connection: Connection, plan: Plan) -> None:
        """Write the products, their revisions and the source's rows."""
        apply_planned(connection, self._order(plan), {**plan.counts, **plan.products})
        if plan.counts["rejected"] and self._job.correction is None:
            keep_reading(connection, self._job.id, self._mapping)

    def judge(self, batch: pa.RecordBatch) -> dict[int, list[Issue]]:
        """Cast some rows and look what their cells break."""
        typed = type_batch(RowTexts(batch, self._mapping.headers), self._mapping, self._keys(batch))
        broken = validate(typed, self._mapping, frame_schema(self._mapping))
        refused, _ = judge(typed, self._mapping, self._job.validation, broken)
        return {typed.line(row): refused.get(row, []) for row in range(batch.num_rows)}

    def _keys(self, rows: pa.RecordBatch) -> FoundKeys | None:
        """The keys of rows where not the sku says which product a row means."""
        import numpy as np

        job, match = self._job, rules_of(self._job).match
        if match == (SKU,):
            return None
        with tempfile.TemporaryDirectory(prefix="segops-") as folder:
            path = Path(folder) / "rows.parquet"
            pq.write_table(pa.Table.from_batches([rows]), path)
            with self._stores.database.workspace_session(job.workspace_id) as connection:
                found = find_keys(connection, job.workspace_id, path, self._mapping, match)
        return found.of(0, np.arange(rows.num_rows))

    def _order(self, plan: Plan) -> ApplyOrder:
        job = self._job
        return ApplyOrder(
            job.workspace_id, job.id, job.source_id, self.fingerprint, plan.known_before, plan.known_newest
        )

    def _stage(self, edits: Sequence[RowEdit], progress: Progress) -> StagedCounts:
        job = self._job
        order = StagingOrder(
            job.workspace_id,
            job.id,
            job.source_id,
            self._mapping,
            self.fingerprint,
            POLICIES[job.policy].empty_clears,
            job.validation,
            rules_of(job),
            [edit.line for edit in edits if edit.cells is None],
        )
        with edited_rows(self._stores, job, edits) as path, self._stores.database.system_session() as connection:
            staged = stage_rows(connection, order, path, lambda rows: progress.advance(rows, job.total_rows or 0))
            if edits:
                tell_edits(connection, job)
            return staged

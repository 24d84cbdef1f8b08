"""The supplier's next price list: planned, applied exactly as planned, and taken back.

What belongs here: the steps, as `segops plan`, `segops import --plan` and `segops undo` take them. What doesn't: how
they are shown (`show`).
"""

import csv
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.suppliers import SUPPLIERS, WORKSPACE, Supplier
from segops_pipeline.catalogue.diff import ChangedCell, diff_rows
from segops_pipeline.catalogue.plan import Plan
from segops_pipeline.cli.session import Session, holding
from segops_pipeline.imports.confirm import present_confirmation
from segops_pipeline.imports.jobs import Job, new_job_id
from segops_pipeline.imports.planning import confirm_plan, plan_draft
from segops_pipeline.imports.progress import Progress
from segops_pipeline.imports.undo import open_undo
from segops_pipeline.imports.upload import Upload, open_job

SHOWN_ROWS = 2


@dataclass(frozen=True, slots=True)
class Revised:
    """A price list with changes: its plan, some cells of it, and the outcomes of its import and of the undo."""

    supplier: Supplier
    plan: Plan
    cells: list[ChangedCell]
    applied: dict[str, Any]
    undone: dict[str, Any]

    @property
    def done(self) -> bool:
        """Whether the import did what its plan said, and the undo took all of it back."""
        counts, back = self.applied["counts"], self.undone["counts"]
        return (
            (self.applied["status"], self.undone["status"]) == ("done", "done")
            and counts == self.plan.counts
            and back["updated"] == back["rows"] == counts["updated"]
        )


def revise(session: Session) -> Revised:
    """Plan, apply and take back a price list that differs from the one that was imported."""
    supplier = SUPPLIERS[0]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / supplier.file.replace(".csv", "_next.csv")
        _write_next(supplier.path, file)
        job_id = new_job_id()
        upload = Upload(WORKSPACE, str(file), supplier.name, created_by="demo", job_id=job_id)
        with holding(session, job_id):
            job = session.read(open_job(session.stores, upload))
            return _plan_apply_undo(session, supplier, job)


def _plan_apply_undo(session: Session, supplier: Supplier, job: Job) -> Revised:
    stores, progress = session.stores, Progress(session.stores.database, job.id)
    plan = plan_draft(stores, job.id, present_confirmation(stores, job), progress)
    with stores.database.workspace_session(job.workspace_id) as connection:
        cells = diff_rows(connection, job.workspace_id, job.id, SHOWN_ROWS)
    applied = session.load(confirm_plan(stores, plan.token, progress), embeddings=True)
    back = open_undo(stores, job.id, created_by="demo")
    with holding(session, back.id):
        undone = session.load(back, embeddings=True)
    return Revised(supplier, plan, cells, applied, undone)


def _write_next(before: Path, after: Path) -> None:
    """Write the price list once more, with another first price and without the second row's colour."""
    with before.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0]["Price"], rows[1]["Colour"] = "€359.00", ""
    with after.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)

"""A job whose mapping is confirmed, or drafted, ready to be planned and applied; what that is depends on its format.

What belongs here: what every kind of import can do, and which one a job is. What doesn't: doing it (`table_import`,
`bizzkit_import`), a job's way through its states (`planning`, `run`).
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.plan import Plan
from segops_pipeline.errors import Issue
from segops_pipeline.imports.bizzkit import BIZZKIT
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.progress import Progress
from segops_pipeline.imports.row_edits import RowEdit
from segops_pipeline.stores.opening import Stores

if TYPE_CHECKING:
    from pyarrow import RecordBatch


class ReadyImport(Protocol):
    """The rows of one job, and what is to be done with them."""

    @property
    def fingerprint(self) -> str:
        """What stands in a plan for all that decides what a row becomes, beside the rows and what is there."""
        ...

    def plan(self, edits: Sequence[RowEdit], progress: Progress, draft: dict[str, Any] | None) -> tuple[Plan, int]:
        """Stage the rows, classify each against what is there, and store that as the job's plan.

        Args:
            edits: rows that a person has corrected or dropped before the import.
            progress: is told of the rows.
            draft: what the plan is kept with, for a later confirmation.

        Returns:
            The plan, and how many rows were staged.
        """
        ...

    def judge(self, batch: "RecordBatch") -> dict[int, list[Issue]]:
        """What is wrong with some rows of the staged file, by line; nothing is staged or written."""
        ...

    def changed_since(self, connection: Connection, plan: Plan) -> str | None:
        """What has changed since a plan was made, in words; None: nothing that it would touch."""
        ...

    def apply(self, connection: Connection, plan: Plan) -> None:
        """Write what a plan says, within the transaction of the job's outcome.

        Raises:
            StalePlan: what it would touch has changed since.
        """
        ...


def ready_import(stores: Stores, job: Job) -> ReadyImport:
    """A job with its mapping, ready to be planned and applied.

    Raises:
        BadMapping: what was confirmed does not fit the file; what a person has confirmed does.
    """
    if job.format == BIZZKIT:
        from segops_pipeline.imports.bizzkit_import import BizzkitImport

        return BizzkitImport(stores, job)
    from segops_pipeline.imports.table_import import TableImport

    return TableImport(stores, job)

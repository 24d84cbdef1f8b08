"""What the web process has done in a child for the catalogue: many products imported at once, exports written.

What belongs here: one function for each such act, with arguments and results that can be pickled. What doesn't: how a
child is started (`working`), the acts themselves (`imports.bulk`, `catalogue.export_files`).
"""

from pathlib import Path

from dagster import DagsterInstance

from segops_pipeline.catalogue.export_files import export_products
from segops_pipeline.catalogue.filters import ListingFilter
from segops_pipeline.config import Settings
from segops_pipeline.imports.bulk import BulkOrder, BulkResult, bulk_upsert
from segops_pipeline.imports.jobs import Job
from segops_pipeline.orchestration.here import IMPORT, INTAKE, run_here
from segops_pipeline.orchestration.in_process import real_instance, run_in_process
from segops_pipeline.stores.opening import Stores, open_stores


class DagsterStages:
    """The stages of a job as runs of Dagster in this process, so that they stand in its history like any other."""

    def __init__(self, stores: Stores, instance: DagsterInstance) -> None:
        self._stores, self._instance = stores, instance

    def read(self, job: Job) -> None:
        """Read the file of a job; what its columns are is known."""
        run_in_process(self._instance, INTAKE, job.id, (job.workspace, job.source), ["parsed_upload"])

    def load(self, job: Job) -> None:
        """Import a confirmed job."""
        run_here(self._stores, self._instance, job, IMPORT)


def import_products(settings: Settings, order: BulkOrder) -> BulkResult:
    """Import the products of a call as one job.

    Raises:
        WrongUsage, SegopsError: as `bulk_upsert`.
    """
    with open_stores(settings, start=False) as stores, real_instance(settings) as instance:
        return bulk_upsert(stores, order, DagsterStages(stores, instance))


def write_export(
    settings: Settings, workspace_id: int, target: Path, wanted: ListingFilter, name: str, safe: bool
) -> int:
    """Write the products that somebody wants to see to a file; how many there are.

    Raises:
        WrongUsage, TooLargeForWorkbook: as `export_products`.
    """
    with (
        open_stores(settings, start=False) as stores,
        stores.database.workspace_session(workspace_id) as connection,
    ):
        return export_products(connection, workspace_id, target, wanted, name, safe=safe)

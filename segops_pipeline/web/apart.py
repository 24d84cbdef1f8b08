"""What the web process has done in a child: reading, planning, correcting, many products at once, exports.

What belongs here: one function for each such act, with stores of the child's own, and arguments and results that can be
pickled. What doesn't: how a child is started (`working`), the acts themselves (`imports`, `catalogue`,
`orchestration.here`), pages, which a child does not load.
"""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from segops_pipeline.catalogue.diff import write_diff
from segops_pipeline.catalogue.export_files import export_products
from segops_pipeline.catalogue.filters import ListingFilter
from segops_pipeline.catalogue.pim.export import BizzkitExport, BizzkitExported, export_bizzkit
from segops_pipeline.config import Settings
from segops_pipeline.errors import BadMapping, Issue
from segops_pipeline.imports.bulk import BulkOrder, BulkResult, bulk_upsert
from segops_pipeline.imports.confirm import Confirmation
from segops_pipeline.imports.correct import Correction, open_correction
from segops_pipeline.imports.jobs import load_job
from segops_pipeline.imports.lock import hold_job
from segops_pipeline.imports.planning import confirm_plan, find_plan
from segops_pipeline.imports.progress import Progress
from segops_pipeline.imports.rejected_file import write_rejected
from segops_pipeline.imports.round_trip import Exported, RoundTrip, export_own
from segops_pipeline.imports.row_check import check_rows
from segops_pipeline.imports.templates import use_template
from segops_pipeline.imports.upload import Upload
from segops_pipeline.imports.workspaces import Workspace
from segops_pipeline.orchestration.here import StagesHere, plan_here, read_again_here, read_here, retry_here
from segops_pipeline.orchestration.in_process import real_instance
from segops_pipeline.reading.choice import DialectChoice
from segops_pipeline.stores.opening import Stores, open_stores


def read_file(settings: Settings, upload: Upload, template: str | None = None) -> Issue | None:
    """Read a file as a job, and suggest its mapping, by a template if one is named.

    Returns:
        Why the template does not fit the file; the mapping is suggested without it then.

    Raises:
        WrongUsage: there is no such source, policy … that could be; then there is no job.
    """
    with _opened(settings) as stores, real_instance(settings) as instance:
        job = read_here(stores, instance, upload)
        if template is not None and job.status == "mapping" and job.suggestion is not None:
            try:
                use_template(stores, job.id, template)
            except BadMapping as error:
                return error.as_issue()
    return None


def read_again(
    settings: Settings,
    job_id: str,
    choice: DialectChoice | None,
    format_: str | None = None,
    options: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Read a job's file again, as a person says that it is laid out, or what kind of import it is.

    Raises:
        JobBusy, WrongState: as `reread`.
    """
    with _opened(settings) as stores, real_instance(settings) as instance:
        read_again_here(stores, instance, job_id, choice, format_, options)


def plan(settings: Settings, job_id: str, confirmation: Confirmation) -> dict[str, Any]:
    """Plan a mapping; the plan's token, counts and summary.

    Raises:
        JobBusy, WrongState, BadMapping, WrongUsage: as `plan_draft`.
    """
    with _opened(settings) as stores:
        return plan_here(stores, job_id, confirmation).as_dict()


def confirm_planned(settings: Settings, token: str, accept_guards: bool) -> None:
    """Confirm exactly what a plan has shown; its job is pending afterwards.

    Raises:
        PlanNotFound, StalePlan, HeldByGuard, WrongState: as `confirm_plan`.
    """
    with _opened(settings) as stores:
        job_id = find_plan(stores, token)
        with hold_job(stores.database, job_id):
            confirm_plan(stores, token, Progress(stores.database, job_id), accept_guards=accept_guards)


def retry_reading(settings: Settings, job_id: str) -> None:
    """Start a failed job again whose file could not be read.

    Raises:
        JobBusy, WrongState: as `retry`.
    """
    with _opened(settings) as stores, real_instance(settings) as instance:
        retry_here(stores, instance, job_id)


def correct(settings: Settings, job_id: str, correction: Correction) -> None:
    """Take corrected rows into their job, which is pending afterwards.

    Raises:
        WrongState, BadFile, JobBusy: as `open_correction`.
    """
    with _opened(settings) as stores:
        open_correction(stores, job_id, correction)


def rejected_file(settings: Settings, workspace_id: int, job_id: str, target: Path) -> list[str]:
    """Write the rejected rows of a job; what is to be said of the file.

    Raises:
        WrongState, TooLargeForWorkbook: as `write_rejected`.
    """
    with _opened(settings) as stores:
        with stores.database.workspace_session(workspace_id) as connection:
            job = load_job(connection, job_id)
        return write_rejected(stores, job, target)


def diff_file(settings: Settings, workspace_id: int, job_id: str, target: Path, done: bool) -> int:
    """Write every cell that a job changes; how many there are."""
    with _opened(settings) as stores, stores.database.workspace_session(workspace_id) as connection:
        return write_diff(connection, workspace_id, job_id, target, done=done)


def judge_corrections(
    settings: Settings, workspace_id: int, job_id: str, corrections: Mapping[int, Mapping[str, str]]
) -> dict[int, list[dict[str, Any]]]:
    """What would still be wrong with rejected rows if cells were corrected, by line.

    Raises:
        JobNotFound, WrongState, UnknownColumn, WrongUsage: as `check_rows`.
    """
    with _opened(settings) as stores:
        found = check_rows(stores, workspace_id, job_id, corrections)
    return {line: [issue.as_dict() for issue in issues] for line, issues in found.items()}


def import_products(settings: Settings, order: BulkOrder) -> BulkResult:
    """Import the products of a call as one job.

    Raises:
        WrongUsage, SegopsError: as `bulk_upsert`.
    """
    with _opened(settings) as stores, real_instance(settings) as instance:
        return bulk_upsert(stores, order, StagesHere(stores, instance))


def write_export(
    settings: Settings, workspace_id: int, target: Path, wanted: ListingFilter, name: str, safe: bool
) -> int:
    """Write the products that somebody wants to see to a file; how many there are.

    Raises:
        WrongUsage, TooLargeForWorkbook: as `export_products`.
    """
    with _opened(settings) as stores, stores.database.workspace_session(workspace_id) as connection:
        return export_products(connection, workspace_id, target, wanted, name, safe=safe)


def write_bizzkit(settings: Settings, workspace_id: int, target: Path, order: BizzkitExport) -> BizzkitExported:
    """Write records to a file of the Bizzkit format; how many there are, and what cannot be said.

    Raises:
        WrongUsage, WrongState: as `export_bizzkit`.
    """
    with _opened(settings) as stores, stores.database.workspace_session(workspace_id) as connection:
        return export_bizzkit(connection, workspace_id, target, order)


def write_own(settings: Settings, workspace: Workspace, target: Path, order: RoundTrip) -> Exported:
    """Write products in the columns of a source or template; how many there are, and what is left out.

    Raises:
        WrongUsage, WrongState, BadMapping, TooLargeForWorkbook: as `export_own`.
    """
    with _opened(settings) as stores:
        return export_own(stores, workspace, target, order)


@contextmanager
def _opened(settings: Settings) -> Generator[Stores]:
    with open_stores(settings, start=False) as stores:
        yield stores

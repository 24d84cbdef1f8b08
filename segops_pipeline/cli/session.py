"""What the commands that run imports share: the open installation, and a job taken through its stages."""

from collections.abc import Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from segops_pipeline.cli.show import progress_of
from segops_pipeline.config import get_settings
from segops_pipeline.errors import BadMapping, JobBusy, StoreUnreachable

if TYPE_CHECKING:
    from dagster import DagsterInstance

    from segops_pipeline.imports.confirm import Confirmation
    from segops_pipeline.imports.jobs import Job
    from segops_pipeline.stores.opening import Stores

MOST_READING_SECONDS = 600.0
PUBLISH_FAILED = {
    "code": "publish_failed",
    "level": "warning",
    "message": "The products are in the catalogue, but could not be published; the outbox waits.",
    "suggestion": "The running system catches up by itself (`segops up`).",
}


@contextmanager
def opened() -> "Generator[Stores]":
    """The open stores of this installation; the embedded server is started if it does not run.

    Jobs whose run has died are marked first, so that what is shown is true without a running system too.
    """
    from segops_pipeline.imports.failure import sweep
    from segops_pipeline.stores.opening import open_stores

    with open_stores(get_settings()) as stores:
        sweep(stores)
        yield stores


@dataclass(frozen=True, slots=True)
class Session:
    """The stores and the Dagster instance, for imports that run in this process."""

    stores: "Stores"
    instance: "DagsterInstance"

    def read(self, job: "Job") -> "Job":
        """Run the intake of a job."""
        from segops_pipeline.orchestration.here import INTAKE, run_here

        return run_here(self.stores, self.instance, job, INTAKE)

    def load(self, job: "Job", *, embeddings: bool) -> dict[str, Any]:
        """Run the import of a confirmed job, then publish it.

        Returns:
            The outcome, as `outcome` gives it.
        """
        from segops_pipeline.orchestration.here import IMPORT, publish_here, run_here

        job = run_here(self.stores, self.instance, job, IMPORT)
        published = job.status != "done" or publish_here(self.instance, job, embeddings=embeddings)
        told = self.outcome(job)
        if not published:
            told["issues"] = [*told["issues"], PUBLISH_FAILED]
        return told

    def outcome(self, job: "Job") -> dict[str, Any]:
        """The outcome of a job as it stands now."""
        from segops_pipeline.imports.jobs import load_job
        from segops_pipeline.imports.outcome import outcome

        with self.stores.database.workspace_session(job.workspace_id) as connection:
            return outcome(connection, load_job(connection, job.id))


@contextmanager
def importing() -> Generator[Session]:
    """The open stores with the real Dagster instance."""
    from segops_pipeline.orchestration.in_process import real_instance

    with opened() as stores, real_instance(stores.settings) as instance:
        yield Session(stores, instance)


@contextmanager
def holding(session: Session, job_id: str) -> Generator[None]:
    """Hold a job's lock, best before the job is there: a running system leaves it alone meanwhile."""
    from segops_pipeline.imports.lock import hold_job

    with hold_job(session.stores.database, job_id):
        yield


@contextmanager
def holding_when_free(session: Session, job_id: str) -> Generator[None]:
    """Hold the lock of a job that a running system may be reading just now.

    Raises:
        JobBusy: it does not come to an end.
    """
    import time

    deadline = time.monotonic() + MOST_READING_SECONDS
    with ExitStack() as held:
        while True:
            try:
                held.enter_context(holding(session, job_id))
                break
            except JobBusy:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
        yield


def showing(session: Session, job_id: str) -> AbstractContextManager[None]:
    """Show a job's progress while it is worked on."""
    return progress_of(session.stores.database, job_id)


def confirm_and_load(session: Session, job: "Job", confirmation: "Confirmation", *, embeddings: bool) -> dict[str, Any]:
    """Confirm a mapping and import under it; a mapping that cannot be confirmed leaves the job in `mapping`."""
    from segops_pipeline.imports.confirm import confirm

    try:
        job = confirm(session.stores, job.id, confirmation)
    except BadMapping as error:
        return waiting(session, job, error)
    return session.load(job, embeddings=embeddings)


def waiting(session: Session, job: "Job", error: BadMapping) -> dict[str, Any]:
    """The outcome of a job that waits, for a mapping or template does not fit its file."""
    told = session.outcome(job)
    told["reason"] = f"needs mapping: {error.message}"
    listed = [issue.as_dict() for issue in error.issues] or [error.as_issue().as_dict()]
    told["issues"] = [*listed, *(issue for issue in told["issues"] if issue not in listed)]
    return told


def user_name() -> str:
    """Who calls, as far as the operating system knows."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def exit_code(outcomes: list[dict[str, Any]]) -> int:
    """0 when all are done, 1 when one has failed, 3 when that was for want of a store, 4 when one waits."""
    states = {told["status"] for told in outcomes}
    if "failed" in states:
        codes = {issue["code"] for told in outcomes for issue in told["issues"]}
        return StoreUnreachable.exit_code if StoreUnreachable.code in codes else 1
    return 4 if states - {"done"} else 0

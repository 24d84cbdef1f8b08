"""One asset of one job while it runs: its lock, its progress in Dagster, and what becomes of its errors."""

import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster import AssetExecutionContext, AssetObservation, Failure, MetadataValue, RetryPolicy, UrlMetadataValue

from segops_pipeline.errors import (
    BadMapping,
    JobBusy,
    JobNotFound,
    SegopsError,
    StoreUnreachable,
    WrongState,
    WrongUsage,
)
from segops_pipeline.orchestration.resources import StoresResource
from segops_pipeline.orchestration.tables import issues_table

if TYPE_CHECKING:
    from segops_pipeline.imports.progress import Progress, Step
    from segops_pipeline.stores.opening import Stores

ATTEMPT_TAG = "segops/attempt"
OBSERVE_EVERY_SECONDS = 2.0
RETRY_STORES = RetryPolicy(max_retries=3, delay=2)  # seconds; only StoreUnreachable asks for it
NOT_THE_JOBS_FAULT = (WrongState, WrongUsage, JobBusy, JobNotFound, BadMapping)


@dataclass(frozen=True, slots=True)
class Running:
    """What an asset works with: the open stores, its job's id and where it tells its progress."""

    stores: "Stores"
    job_id: str
    progress: "Progress"

    def page(self, *, to_map: bool = False) -> UrlMetadataValue:
        """The way to the job's own page, or to its mapping."""
        from segops_pipeline.notify.events import job_url

        return MetadataValue.url(job_url(self.stores.settings, self.job_id, to_map=to_map))


@contextmanager
def running(context: AssetExecutionContext, resource: StoresResource, *, fails_job: bool = True) -> Generator[Running]:
    """Hold the job's lock, show its progress as observations, and turn errors into failures with their issues.

    A user's error is a `Failure` without retries, and the job's row says it; a store that does not answer may be
    tried again, and the job fails when the last try has failed; anything else is a defect of ours.

    Args:
        context: the asset's.
        resource: the stores.
        fails_job: without it the job's row stays as it is: its products are in the catalogue, published or not.
    """
    from segops_pipeline.imports.progress import Progress

    job_id = context.partition_key
    try:
        resource.hold(job_id)
        progress = Progress(resource.stores.database, job_id, _observer(context))
        yield Running(resource.stores, job_id, progress)
    except SegopsError as error:
        if isinstance(error, StoreUnreachable):
            if fails_job and context.retry_number == RETRY_STORES.max_retries:
                _record(resource, job_id, error)
        elif fails_job and not isinstance(error, NOT_THE_JOBS_FAULT):
            _record(resource, job_id, error)
        raise failure(error) from error
    except Failure:
        raise
    except Exception as error:
        # told in the job's row too, since in-process runs have nobody who watches them; not tried again
        told = SegopsError(f"Unexpected {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}")
        if fails_job:
            _record(resource, job_id, told)
        raise failure(told) from error


def failure(error: SegopsError) -> Failure:
    """An error as Dagster shows it: its sentence, its code, its remedy and its issues."""
    return Failure(
        description=str(error),
        metadata={
            "code": error.code,
            "remedy": error.remedy or "–",
            "issues": issues_table(error.issues or [error.as_issue()]),
        },
        allow_retries=isinstance(error, StoreUnreachable),
    )


def tag_run(context: AssetExecutionContext, stores: "Stores", job_id: str) -> None:
    """Make sure that the run carries the tags by which people look for it; launchpad runs come without."""
    from segops_pipeline.imports.jobs import get_job

    job = get_job(stores.database, job_id)
    tags = {**run_tags(job.id, job.workspace, job.source), ATTEMPT_TAG: str(job.attempt)}
    missing = {name: value for name, value in tags.items() if context.run.tags.get(name) != value}
    if missing:
        context.instance.add_run_tags(context.run.run_id, missing)


def run_tags(job_id: str, workspace: str, source: str) -> dict[str, str]:
    """The tags of every run of a job."""
    return {"segops/job": job_id, "segops/workspace": workspace, "segops/source": source}


def _record(resource: StoresResource, job_id: str, error: SegopsError) -> None:
    """Note a failure in the job's row; where PostgreSQL itself is away, a sweep does it later."""
    from segops_pipeline.imports.failure import record_failure

    with suppress(StoreUnreachable, JobNotFound):
        record_failure(resource.stores, job_id, error)


def _observer(context: AssetExecutionContext) -> "_Observer":
    return _Observer(context)


class _Observer:
    """Tells progress as asset observations, at most one in two seconds."""

    def __init__(self, context: AssetExecutionContext) -> None:
        self._context = context
        self._told = time.monotonic()

    def __call__(self, step: "Step") -> None:
        now = time.monotonic()
        if now - self._told < OBSERVE_EVERY_SECONDS:
            return
        self._told = now
        share = f" ({step.done / step.total:.0%})" if step.total else ""
        self._context.log_event(
            AssetObservation(
                asset_key=self._context.asset_key,
                partition=self._context.partition_key,
                metadata={
                    "progress": MetadataValue.text(f"{step.done:,} of {step.total:,}{share}"),
                    "per_second": round(step.per_second, 1),
                },
            )
        )

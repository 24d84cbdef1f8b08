"""Sources with a schedule: when one is due, a job is opened that fetches its file."""

from datetime import UTC, datetime

from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.locations import file_name_of, parse_location
from segops_pipeline.imports.sources import Source, claim_tick, due_sources
from segops_pipeline.imports.upload import Upload, open_job
from segops_pipeline.stores.opening import Stores

SCHEDULER = "schedule"


def open_due_jobs(stores: Stores, now: datetime | None = None) -> list[Job]:
    """Open a job for each source that is due; ticks missed while the system was down count once.

    Args:
        stores: the open stores.
        now: aware; by default the present time.
    """
    now = now or datetime.now(UTC)
    with stores.database.system_session() as connection:
        due = due_sources(connection, now)
    jobs: list[Job] = []
    for source in due:
        # the tick is claimed first: a crash in between costs one tick, never a second import of it
        with stores.database.system_session() as connection:
            claimed = claim_tick(connection, source, now)
        if claimed:
            jobs.append(open_source_job(stores, source))
    return jobs


def open_source_job(stores: Stores, source: Source, job_id: str | None = None) -> Job:
    """Open a job that fetches a source's file."""
    assert source.location is not None
    return open_job(
        stores,
        Upload(
            source.workspace,
            source.location,
            source.name,
            file_name_of(parse_location(source.location).path),
            origin="schedule",
            created_by=SCHEDULER,
            job_id=job_id,
        ),
    )

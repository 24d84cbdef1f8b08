"""Look whether all that the project says is so: counts, ClickHouse, embeddings, outbox, jobs, staging, files.

Each check finds, and where it can it repairs what it found; the rest is reported with a remedy. What belongs here:
the checks. What doesn't: the comparisons and acts themselves, which are those that imports use; Dagster's runs.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from segops_pipeline.analytics.import_facts import find_import_differences, send_import_facts
from segops_pipeline.analytics.reconcile import Differences, find_differences, send_again
from segops_pipeline.analytics.sync import sync_workspace
from segops_pipeline.catalogue.staging import clear_staging
from segops_pipeline.errors import StoreUnreachable
from segops_pipeline.imports.doctor_files import examine_files
from segops_pipeline.imports.doctor_records import examine_records
from segops_pipeline.imports.failure import orphaned, sweep
from segops_pipeline.imports.leftovers import DONE_WITH_ROWS, clear_done
from segops_pipeline.imports.lock import free_jobs
from segops_pipeline.imports.reconcile import unreconciled_jobs
from segops_pipeline.imports.workspaces import Workspace, list_workspaces
from segops_pipeline.search.embeddings import count_orphans, delete_orphans, embed_workspace, missing_embeddings
from segops_pipeline.stores.opening import Stores

MOST_LAG_MINUTES = 15  # the schedule that catches up has had two chances by then
JOBS_NAMED = 5

# Nothing is ever older than what a job did to it last.
LOST_WRITES = """
SELECT r.job_id, 'products' AS what, count(*) AS number, min(r.key) AS key FROM revisions r
JOIN products p ON p.workspace_id = r.workspace_id AND p.sku = r.key
WHERE r.entity = 'product' AND p.version < r.version_after GROUP BY r.job_id
UNION ALL
SELECT r.job_id, 'records', count(*), min(r.entity || ' ' || r.key) FROM revisions r
JOIN records p ON p.workspace_id = r.workspace_id AND p.entity = r.entity AND p.key = r.key
WHERE p.version < r.version_after GROUP BY r.job_id
ORDER BY job_id LIMIT 20
"""
WRITERS = """
SELECT DISTINCT job_id FROM revisions WHERE entity = 'product' AND key = ANY (:skus) AND job_id IS NOT NULL
ORDER BY job_id DESC LIMIT :limit
"""
LAG = """
SELECT count(*) FILTER (WHERE to_clickhouse) AS clickhouse, count(*) FILTER (WHERE to_embeddings) AS embeddings
FROM outbox WHERE created_at < now() - make_interval(mins => :minutes)
"""
STAGED_JOBS = """
SELECT DISTINCT s.job_id FROM (
    SELECT DISTINCT job_id FROM staging.rows UNION SELECT DISTINCT job_id FROM staging.issues
    UNION SELECT DISTINCT job_id FROM staging.plan_rows UNION SELECT DISTINCT job_id FROM staging.seen
    UNION SELECT DISTINCT job_id FROM staging.row_outcomes
) s LEFT JOIN import_jobs j ON j.id = s.job_id
WHERE j.id IS NULL OR j.status = 'failed' OR (j.status = 'done' AND j.rows_uri IS NULL)
ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be: which check found it, what it is, what to do unless it is repaired."""

    check: str
    message: str
    remedy: str
    repaired: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Give all fields, ready for JSON."""
        return asdict(self)


def examine(stores: Stores, *, repair: bool = False) -> list[Finding]:
    """Look at everything, and repair what can be repaired.

    Args:
        stores: the open stores.
        repair: repair; without it nothing is written.

    Returns:
        What was found; empty when all is well. ClickHouse or a model that is away is a finding too.

    Raises:
        StoreUnreachable: PostgreSQL or the file store does not answer.
    """
    found: list[Finding] = []
    for check in CHECKS:
        found += check(stores, repair)
    return found


def _counts(stores: Stores, repair: bool) -> Iterator[Finding]:  # noqa: ARG001 - every check has it
    """The counts of each job that is done add up, and agree with what it has written."""
    for job_id in unreconciled_jobs(stores):
        yield Finding(
            "counts",
            f"The counts of job {job_id} do not add up, or differ from what it has written.",
            f"Look at it with `segops history {job_id} --rows`, and take it back with `segops undo {job_id}`.",
        )
    with stores.database.system_session() as connection:
        lost = connection.execute(text(LOST_WRITES)).all()
    for row in lost:
        yield Finding(
            "counts",
            f"{row.number} {row.what} are older than job {row.job_id} left them, among them {row.key}.",
            "The database was written to by somebody else, or restored: import the newest file again.",
        )


def _jobs(stores: Stores, repair: bool) -> Iterator[Finding]:
    """No job says that it runs while nobody runs it, and none that is done has left its rows."""
    with stores.database.system_session() as connection:
        dead = orphaned(connection)
        left = free_jobs(connection, list(connection.execute(text(DONE_WITH_ROWS)).scalars()))
    if repair and dead:
        sweep(stores)
    if repair and left:
        clear_done(stores)
    for job_id in dead:
        message = f"Job {job_id} says that it runs, and nobody runs it: its process was killed."
        yield Finding("jobs", message, f"Start it again with `segops retry {job_id}`.", repair)
    for job_id in left:
        yield Finding("jobs", f"Job {job_id} is done and has left its rows behind.", "segops doctor --repair", repair)


def _staging(stores: Stores, repair: bool) -> Iterator[Finding]:
    """Nothing is staged for jobs that have ended."""
    with stores.database.system_session() as connection:
        left = free_jobs(connection, list(connection.execute(text(STAGED_JOBS)).scalars()))
        for job_id in left if repair else ():
            clear_staging(connection, job_id)
    for job_id in left:
        message = f"Rows of job {job_id} are still staged, and it has ended."
        yield Finding("staging", message, "segops doctor --repair", repair)


def _files(stores: Stores, repair: bool) -> Iterator[Finding]:
    """Every file belongs to a job, and every job has its files."""
    for message, remedy, repaired in examine_files(stores, repair=repair):
        yield Finding("files", message, remedy, repaired)


def _records(stores: Stores, repair: bool) -> Iterator[Finding]:
    """What records and products refer to is there, and the product schema says what the attributes say."""
    for message, remedy, repaired in examine_records(stores, repair=repair):
        yield Finding("records", message, remedy, repaired)


def _clickhouse(stores: Stores, repair: bool) -> Iterator[Finding]:
    """ClickHouse has what each job wrote, in that version or a newer one, unless it waits in the outbox."""
    for workspace in list_workspaces(stores.database):
        try:
            found = find_differences(stores, workspace.id)
            if not found.suspects:
                continue
            message = _difference(stores, workspace, found)
            left = found
            if repair:
                send_again(stores, workspace.id, found)
                sync_workspace(stores, workspace.id)
                left = find_differences(stores, workspace.id)
            yield Finding("clickhouse", message, "segops doctor --repair", not left.suspects)
        except StoreUnreachable as error:
            yield Finding("clickhouse", error.message, error.remedy)
            return


def _ended_imports(stores: Stores, repair: bool) -> Iterator[Finding]:
    """ClickHouse knows how imports have ended; what has just ended, or changed nothing, comes with the next publish."""
    before = datetime.now(UTC) - timedelta(minutes=MOST_LAG_MINUTES)
    for workspace in list_workspaces(stores.database):
        try:
            found = find_import_differences(stores, workspace.id)
            late = [job for job in found.missing if job["outcome"] == "done" and job["finished_at"] < before]
            ids = sorted([*(job["job_id"] for job in (*late, *found.different)), *found.gone])
            if ids and repair:
                send_import_facts(stores, workspace.id, everything=True)
        except StoreUnreachable as error:
            yield Finding("imports", error.message, error.remedy)
            return
        if ids:
            message = f"ClickHouse does not know how {len(ids)} jobs of {workspace.name} ended, among them {ids[0]}."
            yield Finding("imports", message, "segops doctor --repair", repair)


def _difference(stores: Stores, workspace: Workspace, found: Differences) -> str:
    skus = sorted(found.suspects)
    with stores.database.workspace_session(workspace.id) as connection:
        bound = {"skus": skus, "limit": JOBS_NAMED}
        jobs = list(connection.execute(text(WRITERS), bound).scalars())
    written = f" They were written by job {', '.join(jobs)}." if jobs else ""
    return (
        f"{len(skus)} products of {workspace.name} are not in ClickHouse as they are in PostgreSQL, "
        f"among them {skus[0]}.{written}"
    )


def _embeddings(stores: Stores, repair: bool) -> Iterator[Finding]:
    """Every active product has a vector of its newest text, unless it waits in the outbox, and nobody else has."""
    for workspace in list_workspaces(stores.database):
        with stores.database.workspace_session(workspace.id) as connection:
            missing, orphans = missing_embeddings(connection), count_orphans(connection)
        if not missing and not orphans:
            continue
        message = f"{missing} products of {workspace.name} lack a vector, and {orphans} vectors have no product."
        try:
            if repair:
                embed_workspace(stores, workspace.id)
                with stores.database.workspace_session(workspace.id) as connection:
                    delete_orphans(connection, workspace.id)
        except StoreUnreachable as error:
            yield Finding("embeddings", f"{message} {error.message}", error.remedy)
        else:
            yield Finding("embeddings", message, "segops doctor --repair", repair)


def _outbox(stores: Stores, repair: bool) -> Iterator[Finding]:
    """No change waits longer than the schedule that catches up needs."""
    drains: dict[str, Callable[[Stores, int], object]] = {
        "clickhouse": sync_workspace,
        "embeddings": embed_workspace,
    }
    for workspace in list_workspaces(stores.database):
        with stores.database.workspace_session(workspace.id) as connection:
            lag = connection.execute(text(LAG), {"minutes": MOST_LAG_MINUTES}).mappings().one()
        for target, drain in drains.items():
            if not lag[target]:
                continue
            message = f"{lag[target]} changes of {workspace.name} have waited for {target} for a long time."
            try:
                if repair:
                    drain(stores, workspace.id)
            except StoreUnreachable as error:
                yield Finding("outbox", f"{message} {error.message}", error.remedy)
            else:
                yield Finding("outbox", message, "Start the system with `segops up`, or repair.", repair)


CHECKS: tuple[Callable[[Stores, bool], Iterator[Finding]], ...] = (
    _jobs,
    _counts,
    _staging,
    _files,
    _records,
    _outbox,
    _clickhouse,
    _ended_imports,
    _embeddings,
)

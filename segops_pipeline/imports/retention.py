"""How long what imports leave is kept, and its removal: files, results, issues, before-images, answers, waiting jobs.

Each has a setting in days (SEGOPS_KEEP_…), 0 keeps it for ever; the counts and the mapping of an import are always
kept. Everything goes in short transactions, and whoever is killed has lost nothing: the next purge goes on. What
belongs here: that. What doesn't: Dagster's own runs and partitions (`orchestration.retention`).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.apply import APPLY_LOCK_SPACE
from segops_pipeline.errors import WrongState
from segops_pipeline.imports.failure import cancel
from segops_pipeline.imports.jobs import update_job
from segops_pipeline.imports.lock import free_jobs
from segops_pipeline.imports.upload_bytes import is_used, lock_upload
from segops_pipeline.stores.opening import Stores

JOBS_AT_ONCE, ROWS_AT_ONCE = 200, 5_000
LOOKED_AT_AGAIN = timedelta(days=3)  # jobs whose purge may have been killed halfway

ENDED = "j.status IN ('done', 'failed') AND j.finished_at < :before"
WITH_FILES = "(j.original_uri IS NOT NULL OR j.upload_uri IS NOT NULL OR j.rows_uri IS NOT NULL)"
WITH_RESULTS = "j.results_uri IS NOT NULL"
WITH_ISSUES = "EXISTS (SELECT FROM issues i WHERE i.workspace_id = j.workspace_id AND i.job_id = j.id)"
IMAGE = "(before IS NOT NULL OR source_before IS NOT NULL)"
WITH_IMAGES = f"""(j.purged_at IS NULL OR j.purged_at > :again) AND EXISTS (SELECT FROM revisions r
    WHERE r.workspace_id = j.workspace_id AND r.job_id = j.id AND {IMAGE})"""
WAITING = "j.status = 'mapping' AND j.updated_at < :before"

BATCH_OF_JOB = f"""
SELECT workspace_id, entity, key, version_after FROM revisions
WHERE workspace_id = :workspace_id AND job_id = :job_id AND {IMAGE} LIMIT :limit
"""
BATCH_OF_EDITS = f"""
SELECT workspace_id, entity, key, version_after FROM revisions
WHERE job_id IS NULL AND created_at < :before AND {IMAGE} ORDER BY workspace_id, created_at LIMIT :limit
"""
THESE = """
    JOIN unnest(CAST(:entities AS text[]), CAST(:keys AS text[]), CAST(:versions AS bigint[]))
        AS these (entity, key, version_after) USING (entity, key, version_after)
    WHERE r.workspace_id = :workspace_id
"""
# A row of source_rows without values says: see the image of the product at my version. That is this one.
KEEP_FOR_SOURCE = f"""
UPDATE source_rows s SET name = image.before ->> 'name', data = image.before -> 'data'
FROM (SELECT r.workspace_id, r.entity, r.key, r.version_before, r.before FROM revisions r {THESE}
    AND r.before IS NOT NULL) image
WHERE s.workspace_id = image.workspace_id AND s.entity = image.entity AND s.key = image.key
    AND s.version = image.version_before AND s.data IS NULL
"""
KEEP_FOR_UNDO = f"""
UPDATE revisions later SET source_before = later.source_before
    || jsonb_build_object('name', image.before -> 'name', 'data', image.before -> 'data')
FROM (SELECT r.workspace_id, r.entity, r.key, r.version_before, r.before FROM revisions r {THESE}
    AND r.before IS NOT NULL) image
WHERE later.workspace_id = image.workspace_id AND later.entity = image.entity AND later.key = image.key
    AND (later.source_before ->> 'version')::bigint = image.version_before
    AND later.source_before ->> 'data' IS NULL
"""
FORGET = f"""
UPDATE revisions SET before = NULL, source_before = NULL
FROM (SELECT r.entity, r.key, r.version_after FROM revisions r {THESE}) gone
WHERE revisions.workspace_id = :workspace_id AND revisions.entity = gone.entity AND revisions.key = gone.key
    AND revisions.version_after = gone.version_after
"""


@dataclass(frozen=True, slots=True)
class _Order:
    """What is older than `before` goes; `now` is when the purge began."""

    stores: Stores
    before: datetime
    now: datetime
    dry_run: bool

    def number(self, query: str) -> int:
        """The answer of a counting query."""
        with self.stores.database.system_session() as connection:
            return connection.execute(text(query), self.bound).scalar_one()

    @property
    def bound(self) -> dict[str, Any]:
        """The moments that queries compare with."""
        return {"before": self.before, "again": self.now - LOOKED_AT_AGAIN}

    def jobs(self, condition: str) -> Iterator[tuple[Connection, Row[Any]]]:
        """The jobs for which a condition holds and that nobody runs, each in a transaction of its own."""
        seen: list[str] = [""]
        query = f"SELECT j.id FROM import_jobs j WHERE {condition} AND j.id > :last ORDER BY j.id LIMIT {JOBS_AT_ONCE}"
        while seen:
            with self.stores.database.system_session() as connection:
                found = connection.execute(text(query), {**self.bound, "last": seen[-1]})
                seen = list(found.scalars())
            for job_id in seen:
                with self.stores.database.system_session() as connection:
                    if free_jobs(connection, [job_id]):  # it may have been started again
                        again = text(f"SELECT j.* FROM import_jobs j WHERE j.id = :id AND {condition} FOR UPDATE")
                        job = connection.execute(again, {**self.bound, "id": job_id}).one_or_none()
                        if job is not None:
                            yield connection, job


def purge(stores: Stores, *, dry_run: bool = False, now: datetime | None = None) -> dict[str, int]:
    """Remove what is older than its setting keeps it.

    Args:
        stores: the open stores.
        dry_run: only count.
        now: the moment to count the days from, aware; None: this one.

    Returns:
        How much of each went: `originals` and `results` of so many jobs, `issues`, `before_images`,
        `claude_answers`, `waiting_jobs` that were cancelled.

    Raises:
        StoreUnreachable: a store does not answer.
    """
    kept: dict[str, tuple[int, Callable[[_Order], int]]] = {
        "waiting_jobs": (stores.settings.keep_waiting_days, _waiting_jobs),
        "originals": (stores.settings.keep_originals_days, _originals),
        "results": (stores.settings.keep_results_days, _results),
        "issues": (stores.settings.keep_issues_days, _issues),
        "before_images": (stores.settings.keep_before_images_days, _before_images),
        "claude_answers": (stores.settings.keep_claude_answers_days, _claude_answers),
    }
    begun = now or datetime.now(UTC)
    return {
        name: act(_Order(stores, begun - timedelta(days=days), begun, dry_run)) if days else 0
        for name, (days, act) in kept.items()
    }


def _waiting_jobs(order: _Order) -> int:
    """Cancel jobs that have waited for a person for so long."""
    if order.dry_run:
        return order.number(f"SELECT count(*) FROM import_jobs j WHERE {WAITING}")
    ids = [job.id for _, job in order.jobs(WAITING)]
    for job_id in ids:
        try:
            cancel(order.stores, job_id)
        except WrongState:  # somebody was quicker
            continue
    return len(ids)


def _originals(order: _Order) -> int:
    """Delete the bytes of jobs that have ended, unless a younger job refers to the same, and the rows shown of them."""
    condition = f"{ENDED} AND {WITH_FILES}"
    if order.dry_run:
        return order.number(f"SELECT count(*) FROM import_jobs j WHERE {condition}")
    number = 0
    for connection, job in order.jobs(condition):
        for uri in sorted({job.original_uri, job.upload_uri} - {None}):
            lock_upload(connection, uri)
            if not is_used(connection, uri, job.id):
                order.stores.files.delete(uri)
        if job.rows_uri is not None:
            order.stores.files.delete(job.rows_uri)
        connection.execute(text("DELETE FROM row_edits WHERE job_id = :id"), {"id": job.id})
        update_job(connection, job.id, original_uri=None, upload_uri=None, rows_uri=None, sample_rows=None)
        number += 1
    return number


def _results(order: _Order) -> int:
    """Delete the results per row."""
    condition = f"{ENDED} AND {WITH_RESULTS}"
    if order.dry_run:
        return order.number(f"SELECT count(*) FROM import_jobs j WHERE {condition}")
    number = 0
    for connection, job in order.jobs(condition):
        order.stores.files.delete(job.results_uri)
        update_job(connection, job.id, results_uri=None)
        number += 1
    return number


def _issues(order: _Order) -> int:
    """Delete the issues of jobs that have ended."""
    condition = f"{ENDED} AND {WITH_ISSUES}"
    if order.dry_run:
        return order.number(
            f"SELECT count(*) FROM import_jobs j JOIN issues USING (workspace_id) WHERE job_id = j.id AND {ENDED}"
        )
    statement = text(
        """
        DELETE FROM issues WHERE id = ANY (ARRAY(SELECT id FROM issues
            WHERE workspace_id = :workspace_id AND job_id = :job_id LIMIT :limit))
        """
    )
    number = 0
    for connection, job in order.jobs(condition):
        bound = {"workspace_id": job.workspace_id, "job_id": job.id, "limit": ROWS_AT_ONCE}
        while gone := connection.execute(statement, bound).rowcount:
            number += gone
    return number


def _before_images(order: _Order) -> int:
    """Forget what products were before imports that have ended, and before edits: neither can be undone any more."""
    condition = f"{ENDED} AND {WITH_IMAGES}"
    if order.dry_run:
        of_jobs = "revisions JOIN import_jobs j ON j.workspace_id = revisions.workspace_id AND j.id = job_id"
        return order.number(f"SELECT count(*) FROM {of_jobs} WHERE {ENDED} AND {IMAGE}") + order.number(
            f"SELECT count(*) FROM revisions WHERE job_id IS NULL AND created_at < :before AND {IMAGE}"
        )
    jobs: list[tuple[int, str]] = []
    for connection, job in order.jobs(condition):
        update_job(connection, job.id, purged_at=order.now)  # first, so that nobody undoes half of it
        jobs.append((job.workspace_id, job.id))
    number = 0
    for workspace_id, job_id in jobs:
        number += _forget_all(order.stores, BATCH_OF_JOB, {"workspace_id": workspace_id, "job_id": job_id})
    return number + _forget_all(order.stores, BATCH_OF_EDITS, order.bound)


def _forget_all(stores: Stores, query: str, bound: dict[str, Any]) -> int:
    """Forget the before-images that a query finds, some in a transaction."""
    number = 0
    while True:
        with stores.database.system_session() as connection:
            batch = connection.execute(text(query), {**bound, "limit": ROWS_AT_ONCE}).all()
            if not batch:
                return number
            first = batch[0].workspace_id
            number += _forget(connection, first, [row for row in batch if row.workspace_id == first])


def _forget(connection: Connection, workspace_id: int, revisions: Sequence[Row[Any]]) -> int:
    """Forget before-images; what a source relies on is written down where it is needed."""
    connection.execute(
        text("SELECT pg_advisory_xact_lock(:space, CAST(:workspace_id AS integer))"),
        {"space": APPLY_LOCK_SPACE, "workspace_id": workspace_id},
    )
    these = {
        "workspace_id": workspace_id,
        "entities": [row.entity for row in revisions],
        "keys": [row.key for row in revisions],
        "versions": [row.version_after for row in revisions],
    }
    for statement in (KEEP_FOR_SOURCE, KEEP_FOR_UNDO, FORGET):
        connection.execute(text(statement), these)
    return len(revisions)


def _claude_answers(order: _Order) -> int:
    """Delete answers that nobody has used since."""
    unused = "FROM claude_answers WHERE last_used_at < :before"
    if order.dry_run:
        return order.number(f"SELECT count(*) {unused}")
    with order.stores.database.system_session() as connection:
        return connection.execute(text(f"DELETE {unused}"), order.bound).rowcount

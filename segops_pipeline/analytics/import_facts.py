"""Tell ClickHouse how imports have ended: jobs are compared by what is said of them, not watched by a watermark alone.

PostgreSQL is asked for the jobs that have ended since the newest that ClickHouse knows, and for those of a long while
before: transactions commit out of order, and a job can end again (retried, corrected) or not be ended any more. What
differs is sent, so that doing it twice changes nothing, and whoever was killed has lost nothing. Causes of rejected
rows that retention has removed from PostgreSQL stay as ClickHouse has them. What belongs here: which jobs are sent.
What doesn't: the table (`import_tables`), the figures (`import_figures`).
"""

import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.analytics.clickhouse import ClickHouse, open_clickhouse
from segops_pipeline.analytics.import_tables import COUNTED, IMPORT_COLUMNS
from segops_pipeline.stores.opening import Stores

BATCH_JOBS = 1_000  # their ids fit into the address of a request
OVERLAP_SECONDS = 24 * 3600  # at least; a transaction that tells of an end takes no longer than an import may
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
NO_ID = ""

# A failed job has the rows of its file, as far as that was read, and nothing became of them.
ENDED = """
SELECT j.id AS job_id, j.kind, s.name AS source, j.origin, j.file_name AS file,
    CASE WHEN j.status = 'failed' AND j.reason = 'cancelled' THEN 'cancelled' WHEN j.status = 'failed' THEN 'failed'
        WHEN j.kind = 'import' AND j.rows = 0 AND j.headers IS NULL THEN 'same_file' ELSE 'done' END AS outcome,
    coalesce(j.reason, '') AS reason, coalesce(j.error ->> 'code', '') AS error_code, j.created_by AS user,
    coalesce(j.size_bytes, 0) AS file_bytes, coalesce(j.rows, j.total_rows, 0) AS rows,
    coalesce(j.created, 0) AS created, coalesce(j.updated, 0) AS updated, coalesce(j.unchanged, 0) AS unchanged,
    coalesce(j.conflicts, 0) AS conflicts, coalesce(j.rejected, 0) AS rejected, coalesce(j.skipped, 0) AS skipped,
    CASE WHEN j.status = 'done' THEN greatest(0, coalesce(j.skipped, 0) - (
        SELECT coalesce(sum(value::bigint), 0) FROM jsonb_each_text(coalesce(j.plan -> 'skipped', '{}'))))
        ELSE 0 END::bigint AS repeated,
    j.deleted, j.deactivated, j.seconds, j.created_at, coalesce(j.confirmed_at, j.created_at) AS started_at,
    j.finished_at
FROM import_jobs j JOIN sources s ON s.workspace_id = j.workspace_id AND s.id = j.source_id
WHERE j.workspace_id = :workspace_id AND j.status IN ('done', 'failed') AND j.finished_at >= :since
    AND (j.finished_at, j.id) > (:finished_at, :job_id)
ORDER BY j.finished_at, j.id LIMIT :limit
"""
STILL_ENDED = "SELECT id FROM import_jobs WHERE id = ANY (:ids) AND status IN ('done', 'failed')"
# Every issue of a row that is not an error is a warning that the row went in with.
CAUSES = """
SELECT job_id, code, coalesce(column_name, '') AS column_name, count(DISTINCT line) AS rows FROM issues
WHERE workspace_id = :workspace_id AND job_id = ANY (:ids) AND stage = 'import_plan' AND level = 'error'
    AND line IS NOT NULL
GROUP BY 1, 2, 3 ORDER BY 1, 4 DESC, 2, 3
"""
WARNED = """
SELECT job_id, count(DISTINCT line) AS rows FROM issues i
WHERE workspace_id = :workspace_id AND job_id = ANY (:ids) AND stage = 'import_plan' AND level = 'warning'
    AND line IS NOT NULL AND NOT EXISTS (SELECT FROM issues e WHERE e.workspace_id = i.workspace_id
        AND e.job_id = i.job_id AND e.line = i.line AND e.stage = i.stage AND e.level = 'error')
GROUP BY 1
"""

NEWEST = (
    "SELECT max(finished_at) AS newest, count() AS jobs FROM segmentation.imports WHERE tenant_id = {tenant_id:UInt64}"
)
KNOWN = """
SELECT job_id, fingerprint, version, warned, rejections.code AS codes, rejections.column_name AS columns,
    rejections.rows AS numbers
FROM segmentation.imports FINAL
WHERE tenant_id = {tenant_id:UInt64} AND is_deleted = 0 AND job_id IN {ids:Array(String)}
"""
KNOWN_SINCE = """
SELECT job_id, version FROM segmentation.imports FINAL
WHERE tenant_id = {tenant_id:UInt64} AND is_deleted = 0 AND finished_at >= {since:DateTime64(6, 'UTC')}
"""
# What was buried must not win over a job that ends again: its version counts too.
BURIED = """
SELECT job_id, max(version) AS version FROM segmentation.imports
WHERE tenant_id = {tenant_id:UInt64} AND job_id IN {ids:Array(String)} GROUP BY job_id
"""

Fact = dict[str, Any]


@dataclass
class Differences:
    """Jobs that ClickHouse does not know, of which it says something else than PostgreSQL, and that are gone there."""

    missing: list[Fact] = field(default_factory=list[Fact])
    different: list[Fact] = field(default_factory=list[Fact])
    gone: dict[str, int] = field(default_factory=dict[str, int])

    @property
    def count(self) -> int:
        """How many jobs there are."""
        return len(self.missing) + len(self.different) + len(self.gone)

    @property
    def job_ids(self) -> list[str]:
        """Their ids, in order."""
        return sorted([*(fact["job_id"] for fact in (*self.missing, *self.different)), *self.gone])


def send_import_facts(stores: Stores, workspace_id: int, *, everything: bool = False) -> int:
    """Bring over to ClickHouse which jobs of a workspace have ended, and how.

    Args:
        stores: the open stores.
        workspace_id: whose jobs.
        everything: compare all jobs, not those of late only.

    Returns:
        how many jobs were sent.

    Raises:
        StoreUnreachable: PostgreSQL or ClickHouse does not answer.
    """
    with open_clickhouse(stores.settings) as clickhouse:
        return bring_over(stores, clickhouse, workspace_id, everything=everything)


def bring_over(stores: Stores, clickhouse: ClickHouse, workspace_id: int, *, everything: bool = False) -> int:
    """Do what `send_import_facts` does with a ClickHouse that is open.

    Raises:
        StoreUnreachable: PostgreSQL or ClickHouse does not answer.
    """
    number = 0
    for found in _compared(stores, clickhouse, workspace_id, everything=everything):
        rows = [_row(workspace_id, fact) for fact in (*found.missing, *found.different)]
        rows += [_row(workspace_id, _buried(job_id, version)) for job_id, version in found.gone.items()]
        if rows:
            clickhouse.insert_imports(list(zip(*rows, strict=True)))
        number += len(rows)
    return number


def find_import_differences(stores: Stores, workspace_id: int) -> Differences:
    """Find the jobs of which ClickHouse says something else than PostgreSQL, among all of a workspace.

    Raises:
        StoreUnreachable: PostgreSQL or ClickHouse does not answer.
    """
    all_of_them = Differences()
    with open_clickhouse(stores.settings) as clickhouse:
        for found in _compared(stores, clickhouse, workspace_id, everything=True):
            all_of_them.missing += found.missing
            all_of_them.different += found.different
            all_of_them.gone |= found.gone
    return all_of_them


def _compared(stores: Stores, clickhouse: ClickHouse, workspace_id: int, *, everything: bool) -> Iterator[Differences]:
    """What differs, some jobs at a time."""
    tenant = {"tenant_id": workspace_id}
    since = BEGINNING if everything else _since(stores, clickhouse, workspace_id)
    seen: set[str] = set()
    place: dict[str, Any] = {"finished_at": BEGINNING, "job_id": NO_ID}
    while True:
        bound = {"workspace_id": workspace_id, "since": since, "limit": BATCH_JOBS, **place}
        with stores.database.workspace_session(workspace_id) as connection:
            facts = [dict(row) for row in connection.execute(text(ENDED), bound).mappings()]
            if not facts:
                break
            known = _known(clickhouse, workspace_id, [fact["job_id"] for fact in facts])
            changed = [fact for fact in facts if _differs(fact, known.get(fact["job_id"]))]
            if changed:
                _add_issues(connection, workspace_id, changed, known)
        seen.update(fact["job_id"] for fact in facts)
        place = {"finished_at": facts[-1]["finished_at"], "job_id": facts[-1]["job_id"]}
        yield Differences(
            missing=[fact for fact in changed if fact["job_id"] not in known],
            different=[fact for fact in changed if fact["job_id"] in known],
        )
    there = clickhouse.rows(KNOWN_SINCE, {**tenant, "since": since})
    suspects = {row["job_id"]: row["version"] for row in there if row["job_id"] not in seen}
    if suspects:
        with stores.database.workspace_session(workspace_id) as connection:
            ended = set(connection.execute(text(STILL_ENDED), {"ids": list(suspects)}).scalars())
        yield Differences(gone={job_id: version for job_id, version in suspects.items() if job_id not in ended})


def _since(stores: Stores, clickhouse: ClickHouse, workspace_id: int) -> datetime:
    """From when on jobs are compared: so long before the newest that ClickHouse knows that none can be missed."""
    (found,) = clickhouse.rows(NEWEST, {"tenant_id": workspace_id})
    if not found["jobs"]:
        return BEGINNING
    newest: datetime = found["newest"]
    overlap = max(OVERLAP_SECONDS, stores.settings.import_max_runtime_seconds)
    return newest.replace(tzinfo=UTC) - timedelta(seconds=overlap)


def _known(clickhouse: ClickHouse, workspace_id: int, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What ClickHouse says of jobs; of one that is buried there its version alone."""
    given = {"tenant_id": workspace_id, "ids": list(ids)}
    found: dict[str, dict[str, Any]] = {
        row["job_id"]: {"version": row["version"], "fingerprint": None} for row in clickhouse.rows(BURIED, given)
    }
    return found | {row["job_id"]: row for row in clickhouse.rows(KNOWN, given)} if found else {}


def _differs(fact: Fact, known: dict[str, Any] | None) -> bool:
    """Whether ClickHouse does not know this of a job; gives the fact its fingerprint, and a version that wins."""
    fact["seconds"] = {stage: float(seconds) for stage, seconds in fact["seconds"].items()}
    said = json.dumps(fact, default=str, sort_keys=True)
    fact["fingerprint"] = hashlib.sha256(said.encode()).hexdigest()[:32]
    if known is not None and known["fingerprint"] == fact["fingerprint"]:
        return False
    fact["version"] = _version_after(known["version"] if known is not None else 0)
    return True


def _version_after(version: int) -> int:
    """A version above another: the time in microseconds, unless somebody's clock is ahead of ours."""
    return max(time.time_ns() // 1000, version + 1)


def _add_issues(
    connection: Connection, workspace_id: int, facts: Sequence[Fact], known: dict[str, dict[str, Any]]
) -> None:
    """Give jobs the causes of their rejected rows, as PostgreSQL has them, or, where they are purged, ClickHouse."""
    bound = {"workspace_id": workspace_id, "ids": [fact["job_id"] for fact in facts]}
    causes: dict[str, list[tuple[str, str, int]]] = {}
    for row in connection.execute(text(CAUSES), bound):
        causes.setdefault(row.job_id, []).append((row.code, row.column_name, row.rows))
    warned = {row.job_id: row.rows for row in connection.execute(text(WARNED), bound)}
    for fact in facts:
        job_id, before = fact["job_id"], known.get(fact["job_id"], {})
        found = causes.get(job_id, [])
        is_purged = bool(fact["rejected"] and not found and before.get("codes"))
        if is_purged:
            found = list(zip(before["codes"], before["columns"], before["numbers"], strict=True))
        fact["causes"] = found
        fact["warned"] = before["warned"] if is_purged else warned.get(job_id, 0)


def _buried(job_id: str, version: int) -> Fact:
    """A job that ClickHouse should not have."""
    counted = dict.fromkeys((*COUNTED, "file_bytes"), 0)
    times = dict.fromkeys(("created_at", "started_at", "finished_at"), BEGINNING)
    texts = dict.fromkeys(("kind", "source", "origin", "file", "outcome", "reason", "error_code", "user"), "")
    return {
        **counted, **times, **texts, "job_id": job_id, "seconds": {}, "causes": [], "fingerprint": "",
        "version": _version_after(version), "is_deleted": 1,
    }  # fmt: skip


def _row(workspace_id: int, fact: Fact) -> list[Any]:
    """One row of IMPORT_COLUMNS."""
    causes = fact["causes"]
    values = {
        **fact,
        "tenant_id": workspace_id,
        "is_deleted": fact.get("is_deleted", 0),
        "rejections.code": [code for code, _, _ in causes],
        "rejections.column_name": [column for _, column, _ in causes],
        "rejections.rows": [rows for _, _, rows in causes],
    }
    return [values[name] for name in IMPORT_COLUMNS]

"""Take back what a job has changed: each product and record returns to the image before the job's first change of it.

A key that somebody has changed since is kept. A change and its undo cancel out: a revision that `restores` a version
stands for that version, so that the job before it can be taken back too. What belongs here: planning and writing the
undo, in the session's workspace. What doesn't: the SQL (`undo_statements`), the jobs (`imports.undo`), learned memory
(`inference.memory`).
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.pim.dependents import tell_dependents
from segops_pipeline.catalogue.pim.schema_sync import sync_schema
from segops_pipeline.catalogue.still_used import keep_used
from segops_pipeline.catalogue.undo_statements import (
    ATTRIBUTES,
    BLOCKING,
    FORGET_PLAN,
    FORGET_SOURCE_ROWS,
    HAS_RECORDS,
    KEEP_ISSUES,
    OUTCOMES,
    PLANS,
    RETURN_SOURCE_ROWS,
    SUPERSEDE,
    WRITE,
    WRITE_RECORDS,
)
from segops_pipeline.catalogue.undo_words import undo_words
from segops_pipeline.stores.database import use_memory, without_loops

BLOCK_VERSIONS = 100_000


@dataclass(frozen=True, slots=True)
class UndoOrder:
    """Which job's changes are taken back (`undone`), by which job, with `undo` or `redo` as the cause.

    `source_id` is the source whose rows the undone job has written.
    """

    workspace_id: int
    job_id: str
    undone: str
    source_id: int
    cause: str = "undo"

    @property
    def bound(self) -> dict[str, Any]:
        """The parameters of the statements."""
        return {
            "workspace_id": self.workspace_id,
            "job_id": self.job_id,
            "undone": self.undone,
            "source_id": self.source_id,
            "cause": self.cause,
        }


def plan_reversal(connection: Connection, order: UndoOrder) -> dict[str, Any]:
    """Stage what becomes of every key that the undone job has changed.

    Args:
        connection: a session of the workspace.
        order: the job that takes back, and the one that is taken back.

    Returns:
        The summary of a plan: counts (rows are keys), products, words, and `blocking`: the jobs and people that have
        changed products or records since, with how many, the latest first.
    """
    use_memory(connection)
    forget_reversal(connection, order.job_id)
    connection.execute(text(PLANS["products"]), order.bound)
    if connection.execute(text(HAS_RECORDS), order.bound).scalar_one():
        connection.execute(text(PLANS["records"]), order.bound)
    keep_what_is_used(connection, order)
    found = connection.execute(text(OUTCOMES), order.bound).all()
    by_outcome: Counter[str] = Counter()
    for row in found:
        by_outcome[row.outcome] += row.number
    counts = {
        "rows": sum(by_outcome.values()),
        "created": by_outcome["created"],
        "updated": by_outcome["updated"] + by_outcome["deleted"],
        "unchanged": by_outcome["unchanged"],
        "conflicts": by_outcome["conflict"],
        "rejected": by_outcome["rejected"],
        "skipped": 0,
    }
    blocking = [
        {
            "job_id": row.job_id,
            "file": row.file_name,
            "edited_by": row.actor,
            "products": row.products,
            "is_of_products": row.is_of_products,
            "changed_at": row.changed_at.isoformat(timespec="seconds"),
        }
        for row in (connection.execute(text(BLOCKING), order.bound) if counts["conflicts"] else ())
    ]
    deleted = sum(row.number for row in found if (row.entity, row.outcome) == ("product", "deleted"))
    return {
        "counts": counts,
        "known_before": 0,
        "fields": {},
        "products": {"deleted": deleted},
        "skipped": {},
        "guards": [],
        "blocking": blocking,
        "words": undo_words(found, blocking),
    }


def keep_what_is_used(connection: Connection, order: UndoOrder) -> int:
    """Have a staged undo keep what others refer to by now; how many it was to remove, or to change, until now."""
    planned = connection.execute(text("SELECT count(*) FROM staging.plan_rows WHERE job_id = :job_id"), order.bound)
    with without_loops(connection, planned.scalar_one()):
        return keep_used(connection, order.workspace_id, order.job_id)


def forget_reversal(connection: Connection, job_id: str) -> None:
    """Remove what is staged for an undo."""
    connection.execute(text(FORGET_PLAN), {"job_id": job_id})


def apply_reversal(connection: Connection, order: UndoOrder) -> None:
    """Write what is staged, in blocks; call `lock_workspace` and look for changes since the plan before.

    Args:
        connection: a session of the workspace.
        order: as it was planned.
    """
    use_memory(connection)
    found = {(row.entity == "product", row.outcome) for row in connection.execute(text(OUTCOMES), order.bound)}
    has_records = any(not is_product for is_product, _ in found)
    lines = text("SELECT line FROM staging.plan_rows WHERE job_id = :job_id ORDER BY line")
    # the versions of one job need not follow each other: blocks are of so many planned rows
    starts = list(connection.execute(lines, order.bound).scalars().all()[::BLOCK_VERSIONS])
    for place, low in enumerate(starts):
        high = starts[place + 1] if place + 1 < len(starts) else 2**63 - 1
        bound = {**order.bound, "low": low, "high": high}
        for outcome, statement in WRITE.items():
            if (True, outcome) in found:
                connection.execute(text(statement), bound)
        if has_records:
            connection.execute(text(WRITE_RECORDS), bound)
        connection.execute(text(FORGET_SOURCE_ROWS), bound)
        connection.execute(text(RETURN_SOURCE_ROWS), bound)
    connection.execute(text(SUPERSEDE), order.bound)
    connection.execute(text("DELETE FROM issues WHERE job_id = :job_id AND stage = 'import_plan'"), order.bound)
    if {outcome for _, outcome in found} & {"conflict", "rejected"}:
        connection.execute(text(KEEP_ISSUES), order.bound)
    if has_records:
        codes = connection.execute(text(ATTRIBUTES), order.bound).scalars()
        sync_schema(connection, order.workspace_id, codes)
        tell_dependents(connection, order.workspace_id, order.job_id)

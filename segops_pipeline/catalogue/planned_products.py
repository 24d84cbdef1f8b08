"""The first products of a plan, or other records, as they will appear, before anything is written.

What belongs here: reading them from what is staged. What doesn't: what changes in each (`diff`), planning.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection, Row

from segops_pipeline.catalogue.pim.properties import properties
from segops_pipeline.catalogue.pim.record_diff import is_of_records, named

SHOWN = 10
FIRST = """
SELECT t.key AS sku, t.line, t.outcome, coalesce(t.name, r.name, p.name) AS name,
    coalesce(t.data, CASE WHEN t.outcome = 'created' THEN r.data END, p.data, r.data, '{}') AS data
FROM staging.plan_rows t
LEFT JOIN staging.rows r ON r.job_id = t.job_id AND r.line = t.line
LEFT JOIN products p ON p.workspace_id = :workspace_id AND p.sku = t.key
WHERE t.job_id = :job_id AND t.entity = 'product' AND t.line IS NOT NULL
    AND t.outcome IN ('created', 'updated', 'unchanged')
ORDER BY t.line LIMIT :limit
"""
FIRST_RECORDS = """
SELECT entity, key, line, outcome, name, data, pim FROM staging.plan_rows
WHERE job_id = :job_id AND pim IS NOT NULL AND line IS NOT NULL AND outcome IN ('created', 'updated', 'unchanged')
ORDER BY line, entity, key LIMIT :limit
"""


@dataclass(frozen=True, slots=True)
class PlannedProduct:
    """One product as it will be: from which line, what becomes of it (`created`, `updated`, `unchanged`).

    Or another record, whose `sku` says what it is too, and whose data are its properties.
    """

    sku: str
    line: int
    outcome: str
    name: str | None
    data: dict[str, Any]


def planned_products(
    connection: Connection, workspace_id: int, job_id: str, limit: int = SHOWN
) -> list[PlannedProduct]:
    """The first products of a plan in the order of the file; rows that are known and skipped are not among them.

    Args:
        connection: a session of the job's workspace.
        workspace_id: the workspace.
        job_id: a job whose plan is staged.
        limit: how many at most.
    """
    if is_of_records(connection, job_id):
        found = connection.execute(text(FIRST_RECORDS), {"job_id": job_id, "limit": limit})
        return [_record(row) for row in found]
    rows = connection.execute(text(FIRST), {"workspace_id": workspace_id, "job_id": job_id, "limit": limit})
    return [PlannedProduct(row.sku, row.line, row.outcome, row.name, row.data) for row in rows]


def _record(row: Row[Any]) -> PlannedProduct:
    """A record with its properties as its data."""
    is_product = row.entity == "product"
    values = properties(row.data, row.pim, is_product=is_product)
    return PlannedProduct(named(row.entity, row.key) or row.key, row.line, row.outcome, row.name or None, values)

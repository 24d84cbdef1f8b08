"""The values that a staged plan would clear, by name: a person should see whose they are before they are gone.

What belongs here: samples of them. What doesn't: old → new of every cell (`diff`), counts (`plan_summary`).
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

CLEARED = """
SELECT t.key AS sku, p.name, {before} AS value
FROM staging.plan_rows t JOIN products p ON p.workspace_id = :workspace_id AND p.sku = t.key
WHERE t.job_id = :job_id AND t.entity = 'product' AND t.outcome = 'updated' AND {is_cleared}
ORDER BY t.line LIMIT :limit
"""
OF_FIELD = CLEARED.format(before="p.data -> :field", is_cleared="p.data ? :field AND NOT t.data ? :field")
OF_NAME = CLEARED.format(before="to_jsonb(p.name)", is_cleared="p.name <> '' AND coalesce(t.name, '') = ''")


@dataclass(frozen=True, slots=True)
class ClearedValue:
    """A value that would be cleared, and of which product."""

    sku: str
    name: str
    value: Any


def cleared_values(
    connection: Connection, workspace_id: int, job_id: str, field: str, limit: int = 3
) -> list[ClearedValue]:
    """The first values of a field, or of `name`, that a staged plan would clear.

    Args:
        connection: a session of the workspace.
        workspace_id: the workspace.
        job_id: a job whose plan is staged.
        field: the field's key.
        limit: how many at most.
    """
    bound: dict[str, Any] = {"workspace_id": workspace_id, "job_id": job_id, "limit": limit}
    statement = OF_NAME
    if field != "name":
        statement, bound["field"] = OF_FIELD, field
    return [ClearedValue(row.sku, row.name, row.value) for row in connection.execute(text(statement), bound)]

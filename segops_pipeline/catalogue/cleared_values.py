"""The values that a staged plan would clear, by name: a person should see whose they are before they are gone.

What belongs here: samples of them. What doesn't: old → new of every cell (`diff`), counts (`plan_summary`).
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.pim.properties import path_in_pim

CLEARED = """
SELECT t.key AS sku, p.name, {before} AS value
FROM staging.plan_rows t JOIN products p ON p.workspace_id = :workspace_id AND p.sku = t.key
WHERE t.job_id = :job_id AND t.entity = 'product' AND t.outcome = 'updated' AND {is_cleared}
ORDER BY t.line LIMIT :limit
"""
OF_FIELD = CLEARED.format(before="p.data -> :field", is_cleared="p.data ? :field AND NOT t.data ? :field")
OF_PIM = CLEARED.format(
    before="p.pim #> CAST(:path AS text[])",
    is_cleared="p.pim #> CAST(:path AS text[]) IS NOT NULL AND t.pim IS NOT NULL"
    " AND t.pim #> CAST(:path AS text[]) IS NULL",
)
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
    """The first values of a field, of `name` or of a property of the PIM, that a staged plan would clear.

    Args:
        connection: a session of the workspace.
        workspace_id: the workspace.
        job_id: a job whose plan is staged.
        field: the field's key, or the name of a property (`pim.properties`).
        limit: how many at most.
    """
    bound: dict[str, Any] = {"workspace_id": workspace_id, "job_id": job_id, "limit": limit}
    statement = OF_NAME
    if field != "name":
        statement, bound["field"] = OF_FIELD, field
    found = [ClearedValue(row.sku, row.name, row.value) for row in connection.execute(text(statement), bound)]
    if found or field == "name":
        return found
    bound["path"] = path_in_pim(field)
    return [ClearedValue(row.sku, row.name, row.value) for row in connection.execute(text(OF_PIM), bound)]

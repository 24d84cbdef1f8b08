"""Old → new of what a job changes of records, property by property, as rows of SQL for `catalogue.diff`.

What belongs here: reading what was and what is, of a plan or of a job that is done. What doesn't: names of properties
(`properties`), the file of a diff (`catalogue.diff`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection, Row

from segops_pipeline.catalogue.pim.properties import properties

BATCH = 1_000
NOUNS = {"global_list": "list"}  # all others are called what they are

IS_OF_RECORDS = "SELECT format = 'bizzkit' FROM import_jobs WHERE id = :job_id"
PLANNED = """
SELECT t.entity, t.key, t.line, t.outcome, p.name AS old_name, t.name AS new_name,
    coalesce(p.data, r.data) AS old_data, t.data AS new_data, p.pim AS old_pim, t.pim AS new_pim,
    NULL::boolean AS old_active, NULL::boolean AS new_active, NULL AS field, NULL AS value, NULL AS reason
FROM staging.plan_rows t
LEFT JOIN products p ON t.entity = 'product' AND p.workspace_id = :workspace_id AND p.sku = t.key
LEFT JOIN records r ON t.entity <> 'product' AND r.workspace_id = :workspace_id AND r.entity = t.entity
    AND r.key = t.key
WHERE t.job_id = :job_id AND t.pim IS NOT NULL {chosen}
UNION ALL
SELECT t.entity, t.key, t.line, 'rejected', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    coalesce(t.column_name, ''), t.value, t.message
FROM staging.issues t WHERE t.job_id = :job_id AND t.level = 'error' AND t.line IS NOT NULL {rejected}
ORDER BY line NULLS LAST, entity, key, field
"""
DONE = """
SELECT t.entity, t.key, t.line, t.action AS outcome, t.before ->> 'name' AS old_name,
    coalesce(p.name, n.before ->> 'name') AS new_name, t.before -> 'data' AS old_data,
    coalesce(p.data, r.data, n.before -> 'data') AS new_data, t.before -> 'pim' AS old_pim,
    coalesce(p.pim, n.before -> 'pim') AS new_pim, (t.before ->> 'is_active')::boolean AS old_active,
    coalesce(p.is_active, (n.before ->> 'is_active')::boolean) AS new_active, NULL AS field, NULL AS value,
    NULL AS reason
FROM revisions t
LEFT JOIN products p ON t.entity = 'product' AND p.workspace_id = t.workspace_id AND p.sku = t.key
    AND p.version = t.version_after
LEFT JOIN records r ON t.entity <> 'product' AND r.workspace_id = t.workspace_id AND r.entity = t.entity
    AND r.key = t.key AND r.version = t.version_after
LEFT JOIN revisions n ON n.workspace_id = t.workspace_id AND n.entity = t.entity AND n.key = t.key
    AND n.version_before = t.version_after
WHERE t.workspace_id = :workspace_id AND t.job_id = :job_id AND (t.action = 'created' OR t.before IS NOT NULL) {chosen}
ORDER BY t.line NULLS LAST, t.entity, t.key
"""
CHOSEN = "AND (t.entity, t.key) IN (SELECT * FROM unnest(CAST(:entities AS text[]), CAST(:keys AS text[])))"
FIRST = {
    False: """SELECT entity, key FROM staging.plan_rows WHERE job_id = :job_id AND outcome = :outcome
        AND pim IS NOT NULL ORDER BY line NULLS LAST, entity, key LIMIT :rows""",
    True: """SELECT entity, key FROM revisions WHERE workspace_id = :workspace_id AND job_id = :job_id
        AND action = :outcome ORDER BY line NULLS LAST, entity, key LIMIT :rows""",
}
FIRST_REJECTED = """
SELECT DISTINCT line FROM staging.issues WHERE job_id = :job_id AND level = 'error' AND line IS NOT NULL
ORDER BY line LIMIT :rows
"""


@dataclass(frozen=True, slots=True)
class ChangedProperty:
    """One property of a record: old and new as JSON, None where it had or has no value.

    Of a row that is rejected `after` is the text in the file, `reason` what is wrong with it.
    """

    key: str | None
    line: int | None
    outcome: str
    field: str
    before: Any
    after: Any
    reason: str | None = None


def is_of_records(connection: Connection, job_id: str) -> bool:
    """Whether a job is of records that `plan_records` plans, and not of a table's rows."""
    return bool(connection.execute(text(IS_OF_RECORDS), {"job_id": job_id}).scalar())


def changed_properties(
    connection: Connection,
    workspace_id: int,
    job_id: str,
    *,
    done: bool,
    keys: Sequence[tuple[str, str]] | None = None,
    lines: Sequence[int] | None = None,
) -> Iterator[ChangedProperty]:
    """What a job changes, in the order of the file.

    Args:
        connection: a session of the job's workspace.
        workspace_id: the workspace.
        job_id: the job.
        done: it is: its revisions are looked at. Else its plan is, which must be staged.
        keys: only these records, as (entity, key); without it all.
        lines: beside these records, which rejected rows; without it all.
    """
    bound: dict[str, Any] = {"workspace_id": workspace_id, "job_id": job_id}
    if keys is not None:
        bound |= {"entities": [entity for entity, _ in keys], "keys": [key for _, key in keys]}
    if lines is not None and not done:
        bound["lines"] = list(lines)
    statement = (DONE if done else PLANNED).format(
        chosen="" if keys is None else CHOSEN, rejected="" if lines is None else "AND t.line = ANY(:lines)"
    )
    for row in connection.execute(text(statement).execution_options(yield_per=BATCH), bound):
        yield from _compared(row)


def first_properties(
    connection: Connection, workspace_id: int, job_id: str, outcomes: Sequence[str], rows: int, *, done: bool
) -> list[ChangedProperty]:
    """What a job changes of the first records of every outcome, so many of each."""
    bound = {"workspace_id": workspace_id, "job_id": job_id, "rows": rows}
    keys: list[tuple[str, str]] = []
    for outcome in outcomes:
        found = connection.execute(text(FIRST[done]), {**bound, "outcome": outcome})
        keys += [(row.entity, row.key) for row in found]
    lines = [] if done else list(connection.execute(text(FIRST_REJECTED), bound).scalars())
    found = list(changed_properties(connection, workspace_id, job_id, done=done, keys=keys, lines=lines))
    return [one for outcome in outcomes for one in found if one.outcome == outcome]


def named(entity: str, key: str | None) -> str | None:
    """A record as a diff names it: a product by its sku, any other with what it is."""
    return key if key is None or entity == "product" else f"{NOUNS.get(entity, entity)} {key}"


def _compared(row: Row[Any]) -> Iterator[ChangedProperty]:
    key, is_product = named(row.entity, row.key), row.entity == "product"
    if row.outcome == "rejected":
        yield ChangedProperty(row.key, row.line, row.outcome, row.field, None, row.value, row.reason)
        return
    before = properties(row.old_data, row.old_pim, is_product=is_product)
    after = properties(row.new_data, row.new_pim, is_product=is_product) if row.outcome != "deleted" else {}
    if is_product:
        before, after = {"name": row.old_name or None, **before}, {"name": row.new_name or None, **after}
        if row.outcome == "updated":
            before["is_active"], after["is_active"] = row.old_active, row.new_active
        elif row.outcome == "deleted":
            after = {}
    for name in sorted({*before, *after}, key=lambda one: (one != "name", one)):
        if before.get(name) != after.get(name):
            yield ChangedProperty(key, row.line, row.outcome, name, before.get(name), after.get(name))

"""What became of each row of a file of records: written while rows are done, settled when all are.

Of rows about the same thing the last good one counts, the others are skipped, folded into it. What is a record itself
has the outcome of the record; an item of one (`LIST/ITEM`) what its rows have done, taken together.

What belongs here: `staging.row_outcomes`, and the issues of rows. What doesn't: doing rows (`plan_records`).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.pim.fold import FileEntity, RowResult
from segops_pipeline.catalogue.pim.model import Entity
from segops_pipeline.catalogue.staged_lines import COPY_ISSUES
from segops_pipeline.errors import Issue
from segops_pipeline.stores.database import driver

RECORD_OF_FILE: Mapping[FileEntity, Entity] = {
    "product": "product", "brand": "brand", "product_hierarchy": "category", "attribute": "attribute",
    "bundle_item": "product", "global_list_item": "global_list", "predefined_value": "attribute",
}  # fmt: skip
"""The entity of the records that rows of a file change."""
WHOLE_RECORDS: tuple[FileEntity, ...] = ("product", "brand", "product_hierarchy", "attribute")
"""Files whose rows are about a record itself, not about an item of one."""
FOLDED, DROPPED, REMOVED = "repeated_key", "dropped_row", "removed"

COPY = "COPY staging.row_outcomes (workspace_id, job_id, line, entity, key, outcome, reason) FROM STDIN"
# What rows about the same item have done, together: the first and the last say what there was and is.
SETTLE_REPEATED = f"""
WITH again AS (
    SELECT entity, key, max(line) AS last, (array_agg(outcome ORDER BY line))[1] AS first_did,
        (array_agg(outcome ORDER BY line DESC))[1] AS last_did, bool_or(outcome <> 'unchanged') AS did_anything
    FROM staging.row_outcomes WHERE job_id = :job_id AND outcome NOT IN ('rejected', 'skipped')
    GROUP BY 1, 2 HAVING count(*) > 1
)
UPDATE staging.row_outcomes r SET
    outcome = CASE WHEN r.line < a.last THEN 'skipped' WHEN NOT did_anything THEN 'unchanged'
        WHEN last_did = 'removed' THEN CASE first_did WHEN 'created' THEN 'unchanged' ELSE 'removed' END
        WHEN first_did = 'created' THEN 'created' ELSE 'updated' END,
    reason = CASE WHEN r.line < a.last THEN '{FOLDED}: folded into line ' || a.last END
FROM again a
WHERE r.job_id = :job_id AND r.entity = a.entity AND r.key = a.key AND r.outcome NOT IN ('rejected', 'skipped')
"""
SETTLE_RECORDS = """
UPDATE staging.row_outcomes r SET outcome = s.outcome
FROM (SELECT o.entity, o.line, coalesce((SELECT t.outcome FROM staging.plan_rows t WHERE t.job_id = :job_id
            AND t.entity = :record AND t.key = o.key AND t.pim IS NOT NULL), 'unchanged') AS outcome
    FROM staging.row_outcomes o WHERE o.job_id = :job_id AND o.entity = :file
        AND o.outcome NOT IN ('rejected', 'skipped') OFFSET 0) s
WHERE r.job_id = :job_id AND r.entity = s.entity AND r.line = s.line AND r.outcome <> s.outcome
"""
SETTLE_REMOVED = f"""
UPDATE staging.row_outcomes SET outcome = 'updated', reason = '{REMOVED}'
WHERE job_id = :job_id AND outcome IN ('removed', 'deleted')
"""
FOLDED_ISSUES = f"""
INSERT INTO staging.issues (workspace_id, job_id, entity, key, line, code, level, message, suggestion)
SELECT workspace_id, job_id, entity, key, line, '{FOLDED}', 'info',
    'The key occurs again: this row was ' || substr(reason, {len(FOLDED) + 3}) || '.',
    'Keep one row per key if that was not meant.'
FROM staging.row_outcomes WHERE job_id = :job_id AND outcome = 'skipped' AND reason LIKE '{FOLDED}:%'
"""
OUTCOMES = """
SELECT outcome, split_part(coalesce(reason, ''), ':', 1) AS reason, count(*) AS number
FROM staging.row_outcomes WHERE job_id = :job_id GROUP BY 1, 2
"""
# Products that stay as they are: whether they still are when the plan is applied.
KEEP_UNCHANGED = """
INSERT INTO staging.plan_rows (workspace_id, job_id, entity, key, line, outcome, version_before)
SELECT r.workspace_id, r.job_id, 'product', r.key, r.line, 'unchanged', p.version
FROM staging.row_outcomes r JOIN products p ON p.workspace_id = r.workspace_id AND p.sku = r.key
WHERE r.job_id = :job_id AND r.entity = 'product' AND r.outcome = 'unchanged'
    AND NOT EXISTS (SELECT FROM staging.plan_rows t WHERE t.job_id = :job_id AND t.entity = 'product'
        AND t.key = r.key AND t.pim IS NOT NULL)
"""
ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\x00": "\ufffd"})


@dataclass(frozen=True, slots=True)
class DoneRow:
    """A row with what became of it, and its cells where something is wrong with it."""

    line: int
    result: RowResult
    raw: str | None


def stage_outcomes(
    connection: Connection, workspace_id: int, job_id: str, entity: FileEntity, rows: Sequence[DoneRow]
) -> None:
    """Write what became of some rows of a file.

    Args:
        connection: a session of the system role.
        workspace_id: the workspace.
        job_id: the job.
        entity: of the file.
        rows: in any order.
    """
    start = f"{workspace_id}\t{job_id}\t"
    lines = [
        f"{start}{row.line}\t{entity}\t{row.result.identity.translate(ESCAPES)}\t{row.result.did}\t{_reason(row.result)}\n"
        for row in rows
    ]
    with driver(connection).cursor() as cursor, cursor.copy(COPY) as copy:
        copy.write("".join(lines))
    stage_issues(connection, workspace_id, job_id, entity, rows)


def stage_dropped(
    connection: Connection, workspace_id: int, job_id: str, entity: FileEntity, lines: Iterable[int]
) -> None:
    """Write that a person leaves some rows out."""
    with driver(connection).cursor() as cursor, cursor.copy(COPY) as copy:
        for line in lines:
            copy.write_row((workspace_id, job_id, line, entity, "", "skipped", f"{DROPPED}: a person leaves it out"))


def stage_issues(
    connection: Connection, workspace_id: int, job_id: str, entity: FileEntity, rows: Iterable[DoneRow]
) -> None:
    """Write what is to be told of some rows; a row that is rejected is kept whole with it."""
    told = [(row, issue) for row in rows for issue in row.result.issues]
    if not told:
        return
    with driver(connection).cursor() as cursor, cursor.copy(COPY_ISSUES) as copy:
        for row, one in told:
            key = one.key or row.result.identity or None
            raw = row.raw if one.level == "error" else None
            copy.write_row((workspace_id, job_id, entity, key, row.line, *_cells(one), raw))


def stage_file_issues(
    connection: Connection, workspace_id: int, job_id: str, entity: FileEntity, issues: Iterable[Issue]
) -> None:
    """Write what is to be told of a file's columns."""
    with driver(connection).cursor() as cursor, cursor.copy(COPY_ISSUES) as copy:
        for one in issues:
            copy.write_row((workspace_id, job_id, entity, one.key, one.line, *_cells(one), None))


def settle(connection: Connection, job_id: str, files: Collection[FileEntity]) -> tuple[dict[str, int], dict[str, int]]:
    """Make the outcomes of all rows what they are in the end, when all records are staged.

    Returns:
        How many rows have each outcome, and how many there are for each reason: why they are skipped, `removed`.
    """
    bound = {"job_id": job_id}
    connection.execute(text(SETTLE_REPEATED), bound)
    for file in files:
        if file in WHOLE_RECORDS:
            connection.execute(text(SETTLE_RECORDS), {**bound, "file": file, "record": RECORD_OF_FILE[file]})
    for statement in (SETTLE_REMOVED, FOLDED_ISSUES, KEEP_UNCHANGED):
        connection.execute(text(statement), bound)
    found: dict[str, int] = {}
    reasons: dict[str, int] = {}
    for row in connection.execute(text(OUTCOMES), bound):
        found[row.outcome] = found.get(row.outcome, 0) + row.number
        if row.outcome == "skipped" or row.reason == REMOVED:
            reasons[row.reason] = row.number
    return found, reasons


def _cells(issue: Issue) -> tuple[str | None, ...]:
    cells = (issue.column, issue.value, issue.code, issue.level, issue.message, issue.suggestion)
    return tuple(None if one is None else one.replace("\x00", "\ufffd") for one in cells)


def _reason(result: RowResult) -> str:
    if result.did != "rejected":
        return "\\N"
    codes = dict.fromkeys(one.code for one in result.issues if one.level == "error")
    return ", ".join(codes).translate(ESCAPES)

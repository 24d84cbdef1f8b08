"""Old → new of every cell that a job changes: of a plan as it is staged, of a job that is done from its revisions.

What belongs here: the cells and their file, row by row, so that a million need no more memory than ten. What doesn't:
counting them (`plan_summary`), showing them (`cli`).
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

import csv
import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.export import cell
from segops_pipeline.catalogue.pim.record_diff import (
    ChangedProperty,
    changed_properties,
    first_properties,
    is_of_records,
)
from segops_pipeline.errors import WrongUsage

BATCH = 5_000
SUFFIXES = (".csv", ".parquet")
OUTCOMES = ("created", "updated", "conflict", "rejected", "deleted", "deactivated")
# OWASP, "CSV Injection": what a spreadsheet takes for the beginning of a formula
FORMULA = re.compile(r"[=+\-@\t\r\n]")
NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")

# The cells of one image beside another: `o` and `n` are their data, names are given as columns.
CELLS = """
CROSS JOIN LATERAL (
    SELECT 'name' AS field, to_jsonb(nullif({old_name}, '')) AS before, to_jsonb(nullif({new_name}, '')) AS after,
        0 AS place
    UNION ALL
    SELECT coalesce(o.key, n.key), o.value, n.value, 1
    FROM jsonb_each({old_data}) o FULL JOIN jsonb_each({new_data}) n ON n.key = o.key
    UNION ALL
    SELECT 'is_active', {old_active}, {new_active}, 2
) f
"""
PLANNED = f"""
SELECT t.key AS sku, t.line, t.outcome, f.field, f.before, f.after, f.place, NULL AS reason
FROM staging.plan_rows t
LEFT JOIN staging.rows r ON r.job_id = t.job_id AND r.line = t.line AND t.outcome = 'created'
LEFT JOIN products p ON p.workspace_id = :workspace_id AND p.sku = t.key AND t.outcome <> 'created'
{
    CELLS.format(
        old_name="p.name",
        new_name="CASE WHEN t.outcome = 'deactivated' THEN p.name ELSE coalesce(t.name, r.name) END",
        old_data="coalesce(p.data, '{}')",
        new_data="CASE WHEN t.outcome = 'deactivated' THEN p.data ELSE coalesce(t.data, r.data, '{}') END",
        old_active="CASE WHEN t.outcome = 'deactivated' THEN to_jsonb(true) END",
        new_active="CASE WHEN t.outcome = 'deactivated' THEN to_jsonb(false) END",
    )
}
WHERE t.job_id = :job_id AND t.outcome IN ('created', 'updated', 'deleted', 'deactivated')
    AND f.before IS DISTINCT FROM f.after {{chosen}}
UNION ALL
SELECT t.key, t.line, t.outcome, c.key, nullif(c.value -> 'ours', 'null'), nullif(c.value -> 'theirs', 'null'), 1,
    NULL
FROM staging.plan_rows t CROSS JOIN LATERAL jsonb_each(t.contested) c
WHERE t.job_id = :job_id AND t.outcome = 'conflict' {{chosen}}
UNION ALL
SELECT t.key, t.line, 'rejected', coalesce(t.column_name, ''), NULL, to_jsonb(t.value), 1, t.message
FROM staging.issues t
WHERE t.job_id = :job_id AND t.level = 'error' {{chosen}}
ORDER BY line NULLS LAST, sku, place, field
"""
DONE = f"""
SELECT t.key AS sku, t.line, CASE WHEN t.cause = 'absent' AND t.action = 'updated' THEN 'deactivated' ELSE t.action END
    AS outcome, f.field, f.before, f.after, f.place, NULL AS reason
FROM revisions t
LEFT JOIN products p ON p.workspace_id = t.workspace_id AND p.sku = t.key AND p.version = t.version_after
LEFT JOIN revisions n ON n.workspace_id = t.workspace_id AND n.entity = t.entity AND n.key = t.key
    AND n.version_before = t.version_after
{
    CELLS.format(
        old_name="t.before ->> 'name'",
        new_name="CASE WHEN t.action <> 'deleted' THEN coalesce(p.name, n.before ->> 'name') END",
        old_data="coalesce(t.before -> 'data', '{}')",
        new_data="CASE WHEN t.action = 'deleted' THEN '{}' ELSE coalesce(p.data, n.before -> 'data', '{}') END",
        old_active="CASE WHEN t.action = 'updated' THEN t.before -> 'is_active' END",
        new_active="CASE WHEN t.action = 'updated' THEN coalesce(to_jsonb(p.is_active), n.before -> 'is_active') END",
    )
}
WHERE t.workspace_id = :workspace_id AND t.job_id = :job_id AND t.entity = 'product'
    AND (t.action = 'created' OR t.before IS NOT NULL) AND f.before IS DISTINCT FROM f.after {{chosen}}
ORDER BY line NULLS LAST, sku, place, field
"""
KEYS = {
    False: """SELECT key FROM staging.plan_rows WHERE job_id = :job_id AND outcome = :outcome
        ORDER BY line NULLS LAST, key LIMIT :rows""",
    True: """SELECT key FROM revisions WHERE workspace_id = :workspace_id AND job_id = :job_id AND entity = 'product'
        AND CASE WHEN cause = 'absent' AND action = 'updated' THEN 'deactivated' ELSE action END = :outcome
        ORDER BY line NULLS LAST, key LIMIT :rows""",
}
REJECTED_LINES = """
SELECT DISTINCT line FROM staging.issues WHERE job_id = :job_id AND level = 'error' ORDER BY line LIMIT :rows
"""


@dataclass(frozen=True, slots=True)
class ChangedCell:
    """One cell: of which product and line (None: the file lacks it), what becomes of the row, old and new as text.

    None is a cell that is empty. Of a row that is rejected `after` is the text in the file, `reason` what is wrong.
    """

    sku: str | None
    line: int | None
    outcome: str
    field: str
    before: str | None
    after: str | None
    reason: str | None = None


COLUMNS = tuple(field.name for field in fields(ChangedCell))


def diff_cells(
    connection: Connection, workspace_id: int, job_id: str, *, done: bool, keys: Sequence[str] | None = None
) -> Iterator[ChangedCell]:
    """The cells that a job changes, in the order of the file.

    Args:
        connection: a session of the job's workspace.
        workspace_id: the workspace.
        job_id: the job.
        done: it is: its revisions are looked at. Else its plan is, which must be staged.
        keys: only of these products, of an import of a table; without it of all.
    """
    if is_of_records(connection, job_id):
        yield from map(_cell, changed_properties(connection, workspace_id, job_id, done=done))
        return
    chosen = "" if keys is None else "AND t.key = ANY(CAST(:keys AS text[]))"
    bound: dict[str, Any] = {"workspace_id": workspace_id, "job_id": job_id}
    if keys is not None:
        bound["keys"] = list(keys)
    statement = text((DONE if done else PLANNED).replace("{chosen}", chosen)).execution_options(yield_per=BATCH)
    for row in connection.execute(statement, bound):
        before, after = _shown(row.before), _shown(row.after)
        yield ChangedCell(row.sku, row.line, row.outcome, row.field, before, after, row.reason)


def diff_rows(
    connection: Connection, workspace_id: int, job_id: str, rows: int = 3, *, done: bool = False
) -> list[ChangedCell]:
    """The cells of the first rows of every outcome, so many of each."""
    if is_of_records(connection, job_id):
        return [*map(_cell, first_properties(connection, workspace_id, job_id, OUTCOMES, rows, done=done))]
    found: list[ChangedCell] = []
    bound = {"workspace_id": workspace_id, "job_id": job_id, "rows": rows}
    for outcome in OUTCOMES:
        if outcome == "rejected":
            found += [] if done else _rejected(connection, bound)
            continue
        keys = list(connection.execute(text(KEYS[done]), {**bound, "outcome": outcome}).scalars())
        if keys:
            cells = diff_cells(connection, workspace_id, job_id, done=done, keys=keys)
            found += [one for one in cells if one.outcome == outcome]
    return found


def write_diff(connection: Connection, workspace_id: int, job_id: str, target: Path, *, done: bool) -> int:
    """Write all cells that a job changes to a file: CSV that runs no formula in a spreadsheet, or Parquet.

    Returns:
        How many there are.

    Raises:
        WrongUsage: the file's name ends neither in .csv nor in .parquet, or it cannot be written.
    """
    check_diff_file(target)
    cells = diff_cells(connection, workspace_id, job_id, done=done)
    write = _write_csv if target.suffix.lower() == ".csv" else _write_parquet
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".diff-") as folder:
            temporary = Path(folder) / target.name
            count = write(cells, temporary)
            temporary.replace(target)
    except OSError as error:
        raise WrongUsage(f"The diff cannot be written: {error.strerror}.", "Check the path.", str(target)) from error
    return count


def check_diff_file(target: Path) -> None:
    """Check the name of a file for a diff, before anything is done.

    Raises:
        WrongUsage: it ends neither in .csv nor in .parquet.
    """
    if target.suffix.lower() not in SUFFIXES:
        raise WrongUsage(f"A diff is written as {' or '.join(SUFFIXES)}.", "Name the file so.", file=str(target))


def _write_csv(cells: Iterator[ChangedCell], path: Path) -> int:
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:  # the mark lets spreadsheets see that it is UTF-8
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for one in cells:
            writer.writerow([_harmless(value) for value in astuple(one)])
            count += 1
    return count


def _write_parquet(cells: Iterator[ChangedCell], path: Path) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([pa.field(name, pa.int64() if name == "line" else pa.string()) for name in COLUMNS])
    count = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as out:
        while part := list(islice(cells, BATCH)):
            columns = zip(*(astuple(one) for one in part), strict=True)
            arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
            out.write_batch(pa.record_batch(arrays, schema=schema))
            count += len(part)
    return count


def _rejected(connection: Connection, bound: dict[str, Any]) -> list[ChangedCell]:
    lines = list(connection.execute(text(REJECTED_LINES), bound).scalars())
    statement = text(
        "SELECT key, line, coalesce(column_name, '') AS field, value, message FROM staging.issues"
        " WHERE job_id = :job_id AND level = 'error' AND line = ANY(:lines) ORDER BY line, field"
    )
    rows = connection.execute(statement, {"job_id": bound["job_id"], "lines": lines})
    return [ChangedCell(row.key, row.line, "rejected", row.field, None, row.value, row.message) for row in rows]


def _cell(one: ChangedProperty) -> ChangedCell:
    before, after = _structured(one.before), _structured(one.after)
    return ChangedCell(one.key, one.line, one.outcome, one.field, before, after, one.reason)


def _structured(value: Any) -> str | None:  # noqa: ANN401 - any JSON value
    """A value as text; JSON where it has parts."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else _shown(value)


def _shown(value: Any) -> str | None:  # noqa: ANN401 - any JSON value
    return None if value is None else cell(value)


def _harmless(value: object) -> str:
    text_ = "" if value is None else str(value)
    return f"'{text_}" if FORMULA.match(text_) and not NUMBER.fullmatch(text_) else text_

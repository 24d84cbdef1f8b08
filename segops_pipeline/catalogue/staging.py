"""Stage the rows of a job: typed, validated and copied into `staging.rows`, what is wrong into `staging.issues`.

Staging can be rebuilt from the Parquet of the rows at any time. Rows that are known — the same under the same
mapping as at the last import of their source, on a product that nobody has touched since — are only counted.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.validation import frame_schema, validate
from segops_pipeline.errors import Issue
from segops_pipeline.formats.json_text import (
    TEXT,
    copy_escaped,
    copy_lines,
    json_members,
    json_objects,
    payload,
)
from segops_pipeline.formats.table import (
    MappedColumn,
    TableMapping,
    TypedBatch,
    TypedColumn,
    cells,
    key_issues,
    raw_rows,
    row_hashes,
    trimmed,
    type_batch,
)
from segops_pipeline.stores.database import driver

ENTITY = "product"
COPY_ROWS = "COPY staging.rows (workspace_id, job_id, entity, key, line, repeated, name, data, raw, raw_hash) FROM STDIN"
COPY_ISSUES = (
    "COPY staging.issues (workspace_id, job_id, entity, key, line, column_name, value, code, level, message, "
    "suggestion, raw) FROM STDIN"
)
MAX_VALUE_CHARACTERS = 500  # of a refused value as an issue quotes it

ANALYZE_FROM_ROWS = 5_000  # below that PostgreSQL's own guess is good enough

IssuesByRow = dict[int, list[Issue]]


@dataclass(frozen=True, slots=True)
class StagingOrder:
    """What is staged, and how: one job's rows under its mapping, policy and validation."""

    workspace_id: int
    job_id: str
    source_id: int
    mapping: TableMapping
    fingerprint: str
    empty_clears: bool
    validation: str


@dataclass(slots=True)
class StagedCounts:
    """Rows by what staging made of them."""

    rows: int = 0
    staged: int = 0
    known: int = 0
    rejected: int = 0
    issues_by_code: dict[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows to stage: their text, their raw JSON and its hash, and whether their key occurs again in the file."""

    batch: pa.RecordBatch
    raws: pa.Array
    hashes: list[bytes]
    repeated: pa.Array


def stage_rows(
    connection: Connection,
    order: StagingOrder,
    batches: Iterable[pa.RecordBatch],
    repeated_keys: frozenset[str],
    on_progress: Callable[[int], None],
) -> StagedCounts:
    """Stage all rows of a job; what it had staged before is dropped.

    Args:
        connection: a transaction of the system role (COPY does not work under row-level security).
        order: the job and its mapping.
        batches: columns `line`, `c0`, `c1` …
        repeated_keys: keys that occur more than once in the file.
        on_progress: called with the rows done.
    """
    clear_staging(connection, order.job_id)
    known = _known_rows(connection, order)
    repeated = pa.array(sorted(repeated_keys), TEXT)
    schema = frame_schema(order.mapping.fields)
    counts = StagedCounts()
    for batch in batches:
        counts.rows += batch.num_rows
        rows = _rows(batch, order, known, repeated)
        counts.known += batch.num_rows - rows.batch.num_rows
        if rows.batch.num_rows:
            typed = type_batch(rows.batch, order.mapping)
            refused, warned = _judge(typed, order, list(validate(typed, schema)))
            _copy_rows(connection, order, typed, rows, refused)
            _copy_issues(connection, order, typed, refused | warned, rows, counts)
            counts.staged += rows.batch.num_rows - len(refused)
            counts.rejected += len(refused)
        on_progress(counts.rows)
    if counts.staged >= ANALYZE_FROM_ROWS:
        connection.execute(text("ANALYZE staging.rows (job_id, key, line, repeated)"))
    return counts


def repeated_keys(key_cells: pa.ChunkedArray) -> frozenset[str]:
    """The keys that occur more than once in a file's key column."""
    counted = pc.value_counts(pc.utf8_trim_whitespace(key_cells))
    several = pc.greater(pc.struct_field(counted, "counts"), 1)
    return frozenset(pc.struct_field(counted, "values").filter(several).to_pylist()) - {""}


def clear_staging(connection: Connection, job_id: str) -> None:
    """Drop all that is staged for a job."""
    for table in ("rows", "issues", "plan_rows"):
        connection.execute(text(f"DELETE FROM staging.{table} WHERE job_id = :job_id"), {"job_id": job_id})


def staged_hash(connection: Connection, job_id: str) -> str:
    """A hash of what is staged for a job, whatever the order of the rows."""
    return connection.execute(
        text(
            """
            SELECT count(*) || ':' || coalesce(sum(hashtextextended(
                key || ' ' || line || ' ' || encode(raw_hash, 'hex'), 0)::numeric), 0)
            FROM staging.rows WHERE job_id = :job_id
            """
        ),
        {"job_id": job_id},
    ).scalar_one()


def _known_rows(connection: Connection, order: StagingOrder) -> set[bytes]:
    rows = connection.execute(
        text(
            """
            SELECT s.raw_hash FROM source_rows s
            JOIN products p ON p.workspace_id = s.workspace_id AND p.sku = s.key AND p.version = s.version
            WHERE s.workspace_id = :workspace_id AND s.source_id = :source_id AND s.entity = :entity
                AND s.mapping_fingerprint = :fingerprint
            """
        ).execution_options(yield_per=50_000),
        {
            "workspace_id": order.workspace_id,
            "source_id": order.source_id,
            "entity": ENTITY,
            "fingerprint": order.fingerprint,
        },
    )
    return {bytes(row[0]) for row in rows}


def _rows(batch: pa.RecordBatch, order: StagingOrder, known: set[bytes], repeated: pa.Array) -> _Rows:
    """The rows of a batch that are not known; a key that occurs again is never known, for its rows fold."""
    raws = raw_rows(batch, order.mapping.headers)
    hashes = row_hashes(raws)
    again = pc.is_in(trimmed(cells(batch, order.mapping.key.position)), value_set=repeated)
    if not known:
        return _Rows(batch, raws, hashes, again)
    is_again = again.to_numpy(zero_copy_only=False)
    fresh = [row for row, found in enumerate(hashes) if found not in known or is_again[row]]
    return _Rows(batch.take(fresh), raws.take(fresh), [hashes[row] for row in fresh], again.take(fresh))


def _judge(
    typed: TypedBatch, order: StagingOrder, failures: list[tuple[int, Issue]]
) -> tuple[IssuesByRow, IssuesByRow]:
    """The rows that are rejected and the rows that go in with a warning, each with its issues."""
    refused: IssuesByRow = {}
    warned: IssuesByRow = {}
    for row, issue in key_issues(typed, order.mapping):
        refused.setdefault(row, []).append(issue)
    cell_issues = [issue for column in typed.columns for issue in _refusals(column, typed)]
    for row, issue in [*cell_issues, *failures]:
        if order.validation == "none":
            warned.setdefault(row, []).append(_as_warning(issue))
        else:
            refused.setdefault(row, []).append(issue)
    for row, issue in _empty_names(typed, order.mapping.name):
        warned.setdefault(row, []).append(issue)
    return refused, {row: issues for row, issues in warned.items() if row not in refused}


def _refusals(column: TypedColumn, typed: TypedBatch) -> Iterator[tuple[int, Issue]]:
    for cell in column.refused:
        yield (
            cell.row,
            Issue(
                cell.refusal.code,
                cell.refusal.message,
                line=typed.line(cell.row),
                column=column.column.header,
                value=cell.text[:MAX_VALUE_CHARACTERS],
                suggestion=cell.refusal.suggestion,
            ),
        )


def _empty_names(typed: TypedBatch, name: MappedColumn | None) -> Iterator[tuple[int, Issue]]:
    if name is None or typed.names is None:
        return
    for row in np.flatnonzero(pc.equal(typed.names, "").to_numpy(zero_copy_only=False)).tolist():
        yield (
            row,
            Issue(
                "empty_name",
                "The row gives the product no name.",
                "warning",
                line=typed.line(row),
                column=name.header,
                suggestion="Fill the cell and import the file again.",
            ),
        )


def _as_warning(issue: Issue) -> Issue:
    return replace(issue, level="warning", message=f"{issue.message} The value was left out.")


def _copy_rows(
    connection: Connection, order: StagingOrder, typed: TypedBatch, rows: _Rows, refused: IssuesByRow
) -> None:
    members = [_members(column, order.empty_clears) for column in typed.columns]
    lines = copy_lines(
        [
            str(order.workspace_id),
            order.job_id,
            ENTITY,
            copy_escaped(typed.keys),
            typed.lines.cast(TEXT),
            rows.repeated.cast(TEXT),
            "\\N" if typed.names is None else copy_escaped(typed.names),
            copy_escaped(json_objects(members, len(typed.keys))),
            copy_escaped(rows.raws),
            pa.array([f"\\\\x{found.hex()}" for found in rows.hashes], TEXT),
        ]
    )
    if refused:
        good = np.ones(len(lines), dtype=bool)
        good[list(refused)] = False
        lines = lines.filter(pa.array(good))
    with driver(connection).cursor() as cursor, cursor.copy(COPY_ROWS) as copy:
        copy.write(payload(lines))


def _copy_issues(
    connection: Connection,
    order: StagingOrder,
    typed: TypedBatch,
    found: IssuesByRow,
    rows: _Rows,
    counts: StagedCounts,
) -> None:
    if not found:
        return
    with driver(connection).cursor() as cursor, cursor.copy(COPY_ISSUES) as copy:
        for row, issues in sorted(found.items()):
            for issue in issues:
                counts.issues_by_code[issue.code] = counts.issues_by_code.get(issue.code, 0) + 1
                copy.write_row(
                    (
                        order.workspace_id,
                        order.job_id,
                        ENTITY,
                        typed.keys[row].as_py() or None,
                        issue.line,
                        issue.column,
                        issue.value,
                        issue.code,
                        issue.level,
                        issue.message,
                        issue.suggestion,
                        rows.raws[row].as_py() if issue.level == "error" else None,
                    )
                )


def _members(column: TypedColumn, empty_clears: bool) -> pa.Array:
    """`"field":value` per row; an empty cell is null where it clears and absent where not, a refused one absent."""
    values = pc.fill_null(column.values, pa.scalar("null", TEXT)) if empty_clears else column.values
    if empty_clears and column.refused:
        kept = np.ones(len(values), dtype=bool)
        kept[[cell.row for cell in column.refused]] = False
        values = pc.if_else(pa.array(kept), values, pa.scalar(None, TEXT))
    return json_members(column.column.target, values)

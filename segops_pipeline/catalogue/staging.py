"""Stage the rows of a job: typed, validated and copied into `staging.rows`, what is wrong into `staging.issues`.

Staging can be rebuilt from the Parquet of the rows at any time. Rows that are known — the same under the same
mapping as at the last import of their source, on a product that nobody has touched since — are only counted.
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.judging import IssuesByRow, judge
from segops_pipeline.catalogue.rules import DEFAULT_RULES, ImportRules
from segops_pipeline.catalogue.validation import frame_schema, validate
from segops_pipeline.formats.json_text import (
    TEXT,
    copy_escaped,
    copy_escaped_json,
    copy_lines,
    joined,
    json_members,
    json_objects,
    listed,
    payload,
)
from segops_pipeline.formats.table import (
    TableMapping,
    TypedBatch,
    TypedColumn,
    key_texts,
    raw_rows,
    row_hashes,
    type_batch,
)
from segops_pipeline.stores.database import driver

if TYPE_CHECKING:
    from pandera.pandas import DataFrameSchema

ENTITY = "product"
NULL = "\\N"  # of COPY
COPY_ROWS = (
    "COPY staging.rows (workspace_id, job_id, entity, key, line, repeated, name, data, cleared, raw, raw_hash) "
    "FROM STDIN"
)
COPY_ISSUES = (
    "COPY staging.issues (workspace_id, job_id, entity, key, line, column_name, value, code, level, message, "
    "suggestion, raw) FROM STDIN"
)
KNOWN_ROWS = """
FROM source_rows s JOIN products p ON p.workspace_id = s.workspace_id AND p.sku = s.key AND p.version = s.version
WHERE s.source_id = :source_id AND s.entity = :entity AND s.mapping_fingerprint = :fingerprint
"""

ANALYZE_FROM_ROWS = 5_000  # below that PostgreSQL's own guess is good enough

IssueRow = tuple[int | str | None, ...]


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
    rules: ImportRules = DEFAULT_RULES


@dataclass(slots=True)
class StagedCounts:
    """Rows by what staging made of them; `known_before` counts what the source had that was known, in all."""

    rows: int = 0
    staged: int = 0
    known: int = 0
    known_before: int = 0
    rejected: int = 0


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
    counts = StagedCounts(known_before=len(known))
    with ThreadPoolExecutor(1) as writer:  # PostgreSQL parses one batch while the next is cast
        written: Future[None] | None = None
        for batch in batches:
            counts.rows += batch.num_rows
            rows = _rows(batch, order, known, repeated)
            counts.known += batch.num_rows - rows.batch.num_rows
            if rows.batch.num_rows:
                staged = _stage_batch(order, rows, schema, counts)
                if written is not None:
                    written.result()
                written = writer.submit(_copy, connection, *staged)
            on_progress(counts.rows)
        if written is not None:
            written.result()
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


def count_known(connection: Connection, source_id: int, fingerprint: str) -> int:
    """How many rows of a source are known now: the last import's, under this mapping, on untouched products."""
    return connection.execute(
        text(f"SELECT count(*) {KNOWN_ROWS}"),
        {"source_id": source_id, "entity": ENTITY, "fingerprint": fingerprint},
    ).scalar_one()


def _known_rows(connection: Connection, order: StagingOrder) -> set[bytes]:
    rows = connection.execute(
        text(f"SELECT s.raw_hash {KNOWN_ROWS} AND s.workspace_id = :workspace_id").execution_options(yield_per=50_000),
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
    again = pc.is_in(key_texts(batch, order.mapping), value_set=repeated)
    if not known:
        return _Rows(batch, raws, hashes, again)
    is_again = again.to_numpy(zero_copy_only=False)
    fresh = [row for row, found in enumerate(hashes) if found not in known or is_again[row]]
    places = pa.array(fresh, pa.int64())  # there may be none
    return _Rows(batch.take(places), raws.take(places), [hashes[row] for row in fresh], again.take(places))


def _stage_batch(
    order: StagingOrder, rows: _Rows, schema: "DataFrameSchema", counts: StagedCounts
) -> tuple[memoryview, list[IssueRow]]:
    """Cast, validate and count a batch; the lines of its good rows and the rows of its issues, ready for COPY."""
    typed = type_batch(rows.batch, order.mapping)
    refused, warned = judge(typed, order.mapping, order.validation, validate(typed, schema))
    counts.staged += rows.batch.num_rows - len(refused)
    counts.rejected += len(refused)
    return _row_lines(order, typed, rows, refused), _issue_rows(order, typed, refused | warned, rows)


def _copy(connection: Connection, lines: memoryview, issues: list[IssueRow]) -> None:
    with driver(connection).cursor() as cursor:
        with cursor.copy(COPY_ROWS) as copy:
            copy.write(lines)
        if issues:
            with cursor.copy(COPY_ISSUES) as copy:
                for issue in issues:
                    copy.write_row(issue)


def _row_lines(order: StagingOrder, typed: TypedBatch, rows: _Rows, refused: IssuesByRow) -> memoryview:
    members = [json_members(column.column.target, column.values) for column in typed.columns]
    lines = copy_lines(
        [
            str(order.workspace_id),
            order.job_id,
            ENTITY,
            copy_escaped(typed.keys),
            typed.lines.cast(TEXT),
            rows.repeated.cast(TEXT),
            NULL if typed.names is None else copy_escaped(typed.names),
            copy_escaped_json(json_objects(members, len(typed.keys))),
            _cleared(typed, order),
            copy_escaped_json(rows.raws),
            pa.array([f"\\\\x{found.hex()}" for found in rows.hashes], TEXT),
        ]
    )
    if refused:
        good = np.ones(len(lines), dtype=bool)
        good[list(refused)] = False
        lines = lines.filter(pa.array(good))
    return payload(lines)


def _issue_rows(order: StagingOrder, typed: TypedBatch, found: IssuesByRow, rows: _Rows) -> list[IssueRow]:
    return [
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
        for row, issues in sorted(found.items())
        for issue in issues
    ]


def _cleared(typed: TypedBatch, order: StagingOrder) -> pa.Array | str:
    """The fields that each row's empty cells clear, as a PostgreSQL array; refused cells clear nothing."""
    if not order.empty_clears:
        return NULL
    columns = [(column, _empty_cells(column)) for column in typed.columns]
    names = [
        pc.if_else(empty, pa.scalar(_array_element(column.column.target), TEXT), pa.scalar(None, TEXT))
        for column, empty in columns
        if empty is not None
    ]
    if not names:
        return NULL
    some = listed(names, len(typed.keys))
    return pc.if_else(pc.equal(some, ""), pa.scalar(NULL, TEXT), joined(["{", copy_escaped(some), "}"]))


def _empty_cells(column: TypedColumn) -> pa.Array | None:
    empty = pc.is_null(column.values).to_numpy(zero_copy_only=False).copy()
    empty[[cell.row for cell in column.refused]] = False
    return pa.array(empty) if empty.any() else None


def _array_element(field: str) -> str:
    escaped = field.replace("\\", "\\\\").replace('"', '\\"')
    return f',"{escaped}"'

"""Typed rows as the lines of COPY into `staging.rows`, what is wrong with them as rows of `staging.issues`.

What belongs here: the columns of both tables. What doesn't: which rows go in (`judging`), and when (`staging`).
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segops_pipeline.catalogue.judging import IssuesByRow
from segops_pipeline.formats.json_text import (
    TEXT,
    copy_escaped,
    copy_escaped_json,
    copy_lines,
    joined,
    listed,
    object_parts,
    payload,
)
from segops_pipeline.formats.row_texts import hexadecimal
from segops_pipeline.formats.table import TypedBatch, TypedColumn

if TYPE_CHECKING:
    from numpy.typing import NDArray

NULL = "\\N"  # of COPY
COPY_ROWS = (
    "COPY staging.rows (workspace_id, job_id, entity, key, line, repeated, name, data, cleared, raw, raw_hash, dated) "
    "FROM STDIN"
)
COPY_ISSUES = (
    "COPY staging.issues (workspace_id, job_id, entity, key, line, column_name, value, code, level, message, "
    "suggestion, raw) FROM STDIN"
)

IssueRow = tuple[int | str | None, ...]


@dataclass(frozen=True, slots=True)
class RowSource:
    """Where rows come from and what they are: the first columns of both tables."""

    workspace_id: int
    job_id: str
    entity: str


@dataclass(frozen=True, slots=True)
class RawRows:
    """What is kept of rows as they are in the file: raw JSON, its hashes one after the other, whether the key occurs
    `again` in the file, and how new each row says it is (None: no column says so).
    """

    raws: pa.Array
    hashes: bytes
    again: "NDArray[np.bool_]"
    dated: pa.Array | None = None


def row_lines(
    source: RowSource, typed: TypedBatch, rows: RawRows, clearing: Collection[str], refused: IssuesByRow
) -> memoryview:
    """The lines of all rows that are not refused.

    Args:
        source: of all rows.
        typed: the rows.
        rows: the same as in the file.
        clearing: the fields, perhaps with `name`, that an empty cell clears.
        refused: rows that are left out.
    """
    row_count = len(typed.keys)
    again = pa.array(rows.again).cast(TEXT) if rows.again.any() else "f"
    lines = copy_lines(
        [
            f"{source.workspace_id}\t{source.job_id}\t{source.entity}",
            copy_escaped(typed.keys),
            typed.lines.cast(TEXT),
            again,
            NULL if typed.names is None else copy_escaped(_names(typed, "name" in clearing)),
            copy_escaped_json(object_parts([column.member for column in typed.columns], row_count)),
            _cleared(typed, clearing),
            copy_escaped_json([rows.raws])[0],
            [r"\\x", hexadecimal(rows.hashes)],
            NULL if rows.dated is None else copy_escaped(rows.dated),
        ],
        row_count,
    )
    if refused:
        good = np.ones(row_count, dtype=bool)
        good[list(refused)] = False
        lines = lines.filter(pa.array(good))
    return payload(lines)


def issue_rows(source: RowSource, typed: TypedBatch, rows: RawRows, found: IssuesByRow) -> list[IssueRow]:
    """The rows of issues; a row that is rejected is kept whole with what is wrong with it."""
    return [
        (
            source.workspace_id,
            source.job_id,
            source.entity,
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


def _names(typed: TypedBatch, empty_clears: bool) -> pa.Array:
    """The names that rows give; '' clears the name, null leaves it, as a refused cell does."""
    assert typed.names is not None
    unknown = pc.equal(typed.names, "")
    if not pc.any(unknown).as_py():
        return typed.names
    if empty_clears:
        mask = np.zeros(len(typed.names), dtype=bool)
        mask[[cell.row for cell in typed.refused_names]] = True
        unknown = pa.array(mask)
    return pc.if_else(unknown, pa.scalar(None, TEXT), typed.names)


def _cleared(typed: TypedBatch, clearing: Collection[str]) -> pa.Array | str:
    """The fields that each row's empty cells clear, as a PostgreSQL array; refused cells clear nothing."""
    columns = [(column, _empty_cells(column)) for column in typed.columns if column.column.target in clearing]
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
    if not column.typed.null_count:
        return None
    empty = pc.is_null(column.typed).to_numpy(zero_copy_only=False).copy()
    empty[[cell.row for cell in column.refused]] = False
    return pa.array(empty) if empty.any() else None


def _array_element(field: str) -> str:
    escaped = field.replace("\\", "\\\\").replace('"', '\\"')
    return f',"{escaped}"'

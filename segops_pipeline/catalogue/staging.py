"""Stage the rows of a job: typed, validated and copied into `staging.rows`, what is wrong into `staging.issues`.

Staging can be rebuilt from the Parquet of the rows at any time. Rows that are known (`known_rows`) are only counted.
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.judging import IssuesByRow, judge
from segops_pipeline.catalogue.known_rows import ENTITY, KnownRows, load_known_rows
from segops_pipeline.catalogue.match import find_keys
from segops_pipeline.catalogue.policies import POLICIES
from segops_pipeline.catalogue.row_keys import FileKeys, scan_keys
from segops_pipeline.catalogue.rules import DEFAULT_RULES, SKU, FieldRule, ImportRules
from segops_pipeline.catalogue.staged_lines import (
    COPY_ISSUES,
    COPY_ROWS,
    IssueRow,
    RawRows,
    RowSource,
    issue_rows,
    row_lines,
)
from segops_pipeline.catalogue.unique import refuse_shared
from segops_pipeline.catalogue.validation import frame_schema, validate
from segops_pipeline.formats.json_text import copy_escaped, copy_lines, joined, payload
from segops_pipeline.formats.row_texts import RowTexts, row_hashes
from segops_pipeline.formats.table import (
    FoundKeys,
    MappedColumn,
    TableMapping,
    TypedBatch,
    changed_column,
    type_batch,
    type_column,
)
from segops_pipeline.inference.rules import UNIQUE
from segops_pipeline.reading import read_batches
from segops_pipeline.stores.database import driver

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pandera.pandas import DataFrameSchema

__all__ = ["ANALYZE_FROM_ROWS", "StagedCounts", "StagingOrder", "analyze", "clear_staging", "stage_rows"]

NO_RULE = FieldRule()
COPY_SEEN = "COPY staging.seen (workspace_id, job_id, key) FROM STDIN"
ANALYZE_FROM_ROWS = 200  # below that it does no harm that PostgreSQL guesses one row, and loops
BATCH_ROWS = 10_000  # cast at a time, while PostgreSQL takes in those before
MOST_WAITING = 2  # batches that are cast and not yet taken in


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
    dropped: Sequence[int] = ()  # lines that a person leaves out

    @property
    def source(self) -> RowSource:
        """What all of its rows have in common."""
        return RowSource(self.workspace_id, self.job_id, ENTITY)

    def clears(self, target: str) -> bool:
        """Whether an empty cell clears a field or `name`: as its own rule says, else the import's, else its policy."""
        rule = self.rules.fields.get(target, NO_RULE)
        said = rule.empty or self.rules.empty
        if said is not None:
            return said == "clear"
        return self.empty_clears if rule.policy is None else POLICIES[rule.policy].empty_clears


@dataclass(slots=True)
class StagedCounts:
    """Rows by what staging made of them; `known_before` counts what the source had that was known, in all, and
    `known_newest` is the highest version among it.

    `dropped` are rows that a person leaves out. `given` counts the values that the staged rows give, by field, `name`
    among them (None: rows were taken out again).
    """

    rows: int = 0
    staged: int = 0
    known: int = 0
    known_before: int = 0
    known_newest: int = 0
    rejected: int = 0
    dropped: int = 0
    repeated: bool = False
    given: dict[str, int] | None = field(default_factory=dict[str, int])

    @property
    def good(self) -> int:
        """Rows that nothing is wrong with: staged and known."""
        return self.staged + self.known


@dataclass(frozen=True, slots=True)
class _Fresh:
    """Rows of a batch that are to be staged, and what is kept of them as they are in the file."""

    texts: RowTexts
    raw: RawRows
    keys: FoundKeys | None


def stage_rows(
    connection: Connection, order: StagingOrder, rows_path: Path, on_progress: Callable[[int], None]
) -> StagedCounts:
    """Stage all rows of a job; what it had staged before is dropped.

    Args:
        connection: a transaction of the system role (COPY does not work under row-level security).
        order: the job and its mapping.
        rows_path: Parquet with the columns `line`, `c0`, `c1` …
        on_progress: called with the rows done.
    """
    clear_staging(connection, order.job_id)
    known = load_known_rows(connection, order.workspace_id, order.source_id, order.fingerprint)
    keys = _keys(connection, order, rows_path)
    schema, headers = frame_schema(order.mapping), order.mapping.headers
    counts = StagedCounts(known_before=len(known), known_newest=known.newest, repeated=bool(keys.again.any()))
    waiting: deque[Future[None]] = deque()
    with ThreadPoolExecutor(1) as writer:  # PostgreSQL takes in some batches while the next one is cast
        for batch in read_batches(rows_path, BATCH_ROWS):
            kept = _kept(batch, order.dropped)
            fresh = _fresh(RowTexts(batch, headers), counts.rows, keys, known, order.mapping.dated, kept)
            counts.rows += batch.num_rows
            dropped = 0 if kept is None else batch.num_rows - int(kept.sum())
            counts.dropped += dropped
            counts.known += batch.num_rows - dropped - fresh.texts.rows
            if order.rules.absent != "nothing":
                waiting.append(writer.submit(_copy_seen, connection, _seen_lines(order, batch, keys, counts.rows)))
            if fresh.texts.rows:
                staged = _stage_batch(order, fresh, schema, counts)
                while len(waiting) >= MOST_WAITING:
                    waiting.popleft().result()
                waiting.append(writer.submit(_copy, connection, *staged))
            on_progress(counts.rows)
        for written in waiting:
            written.result()
    shared = refuse_shared(connection, order.workspace_id, order.job_id, order.mapping, order.validation)
    counts.staged, counts.rejected = counts.staged - shared, counts.rejected + shared
    if shared or any(UNIQUE in column.rules for column in order.mapping.columns):  # under `none` it is left out
        counts.given = None
    if counts.staged >= ANALYZE_FROM_ROWS:
        analyze(connection, "rows", "repeated")
    return counts


def analyze(connection: Connection, table: str, *columns: str) -> None:
    """Give PostgreSQL fresh statistics of a staging table; a small sample tells how many rows there are.

    Args:
        connection: a session of the system role, which owns the table.
        table: `rows` or `plan_rows`.
        columns: that statements choose rows by, beside workspace, job, key and line.
    """
    names = ", ".join(("workspace_id", "job_id", "key", "line", *columns))
    connection.execute(text("SET LOCAL default_statistics_target = 10"))
    connection.execute(text(f"ANALYZE staging.{table} ({names})"))


def _keys(connection: Connection, order: StagingOrder, rows_path: Path) -> FileKeys:
    if order.rules.match == (SKU,):
        return scan_keys(rows_path, order.mapping)
    return find_keys(connection, order.workspace_id, rows_path, order.mapping, order.rules.match)


def clear_staging(connection: Connection, job_id: str) -> None:
    """Drop all that is staged for a job."""
    for table in ("rows", "issues", "plan_rows", "seen", "row_outcomes"):
        connection.execute(text(f"DELETE FROM staging.{table} WHERE job_id = :job_id"), {"job_id": job_id})


def _kept(batch: pa.RecordBatch, dropped: Sequence[int]) -> "NDArray[np.bool_] | None":
    """Which rows of a batch are not left out by a person; None: all are kept."""
    if not dropped:
        return None
    return pc.invert(pc.is_in(batch.column("line"), value_set=pa.array(dropped, pa.int64()))).to_numpy(
        zero_copy_only=False
    )


def _fresh(
    texts: RowTexts,
    start: int,
    keys: FileKeys,
    known: KnownRows,
    dated: MappedColumn | None,
    kept: "NDArray[np.bool_] | None",
) -> _Fresh:
    """The rows of a batch that are kept and not known; a key that occurs again is never known, for its rows fold."""
    raws = texts.raw()
    hashes = row_hashes(raws)
    again = keys.again[start : start + texts.rows]
    rows = np.arange(texts.rows)
    if len(known):
        rows = np.flatnonzero(again | ~known.has(hashes))
    if kept is not None:
        rows = rows[kept[rows]]
    if len(rows) < texts.rows:
        places = pa.array(rows)
        texts, raws, again = texts.take(places), raws.take(places), again[rows]
        hashes = np.frombuffer(hashes, dtype="V16")[rows].tobytes()
    return _Fresh(texts, RawRows(raws, hashes, again, _dates(texts, dated)), keys.of(start, rows))


def _dates(texts: RowTexts, dated: MappedColumn | None) -> pa.Array | None:
    """How new each row says it is, for PostgreSQL; null where the cell is empty or no date."""
    if dated is None:
        return None
    dates = pc.utf8_trim(type_column(changed_column(texts, dated), dated, texts).values, '"')
    without_time = pc.match_substring_regex(dates, r"^[0-9-]{10}$")
    without_zone = pc.invert(pc.match_substring_regex(dates, r"(Z|[+-][0-9]{2}:?[0-9]{2})$"))
    dates = pc.if_else(without_time, joined([dates, "T00:00:00"]), dates)
    return pc.if_else(pc.or_(without_time, without_zone), joined([dates, "Z"]), dates)


def _stage_batch(
    order: StagingOrder, fresh: _Fresh, schema: "DataFrameSchema", counts: StagedCounts
) -> tuple[memoryview, list[IssueRow]]:
    """Cast, validate and count a batch; the lines of its good rows and the rows of its issues, ready for COPY."""
    typed = type_batch(fresh.texts, order.mapping, fresh.keys)
    refused, warned = judge(typed, order.mapping, order.validation, validate(typed, order.mapping, schema))
    counts.staged += fresh.texts.rows - len(refused)
    counts.rejected += len(refused)
    _count_given(typed, refused, counts)
    targets = ("name", *(column.column.target for column in typed.columns))
    clearing = {target for target in targets if order.clears(target)}
    lines = row_lines(order.source, typed, fresh.raw, clearing, refused)
    return lines, issue_rows(order.source, typed, fresh.raw, refused | warned)


def _count_given(typed: TypedBatch, refused: IssuesByRow, counts: StagedCounts) -> None:
    assert counts.given is not None
    good = np.ones(len(typed.keys), dtype=bool)
    good[list(refused)] = False
    columns = {column.column.target: column.typed for column in typed.columns}
    if typed.names is not None:
        columns["name"] = pc.if_else(pc.equal(typed.names, ""), pa.scalar(None, typed.names.type), typed.names)
    for target, values in columns.items():
        kept = values.filter(pa.array(good)) if refused else values
        counts.given[target] = counts.given.get(target, 0) + len(kept) - kept.null_count


def _seen_lines(order: StagingOrder, batch: pa.RecordBatch, keys: FileKeys, start: int) -> memoryview:
    """The keys of all rows of a batch that ends at a row of the file, as lines of COPY."""
    rows = np.arange(batch.num_rows)
    found = keys.of(start - batch.num_rows, rows)
    if found is None:
        assert order.mapping.key is not None
        texts = changed_column(RowTexts(batch, order.mapping.headers), order.mapping.key).texts
    else:
        texts = found.keys
    return payload(copy_lines([f"{order.workspace_id}\t{order.job_id}", copy_escaped(texts)], batch.num_rows))


def _copy_seen(connection: Connection, lines: memoryview) -> None:
    with driver(connection).cursor() as cursor, cursor.copy(COPY_SEEN) as copy:
        copy.write(lines)


def _copy(connection: Connection, lines: memoryview, issues: list[IssueRow]) -> None:
    with driver(connection).cursor() as cursor:
        with cursor.copy(COPY_ROWS) as copy:
            copy.write(lines)
        if issues:
            with cursor.copy(COPY_ISSUES) as copy:
                for issue in issues:
                    copy.write_row(issue)

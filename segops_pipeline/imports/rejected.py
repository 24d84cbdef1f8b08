"""The rejected rows of a job: what was wrong with them, by cause, and the rows themselves.

What belongs here: reading them from the job's issues, those of its import or of the plan that is staged. What doesn't:
the file that they are corrected in (`rejected_file`), importing what was corrected (`correct`), correcting them before
the import (`row_edits`).
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection, Row

from segops_pipeline.formats.bizzkit.keywords import NULL
from segops_pipeline.imports.bizzkit import BIZZKIT, options_of
from segops_pipeline.imports.jobs import Job

BATCH = 2_000
SHOWN_LINES, SHOWN_VALUES, LOOKED_AT = 5, 5, 50

THESE = "workspace_id = :workspace_id AND job_id = :job_id AND level = 'error' AND raw IS NOT NULL AND line IS NOT NULL"
IMPORTED = f"FROM issues WHERE {THESE} AND stage = 'import_plan'"
PLANNED = f"FROM (SELECT *, ctid AS id FROM staging.issues) planned WHERE {THESE}"
GROUPS = """
WITH causes AS (
    SELECT code, column_name, line, value, message, suggestion,
        row_number() OVER (PARTITION BY code, column_name ORDER BY line, id) AS place,
        count(*) OVER (PARTITION BY code, column_name) AS number
    {rejected}
)
SELECT code, column_name, number, array_agg(line ORDER BY place) AS lines,
    array_agg(value ORDER BY place) AS examples, (array_agg(message ORDER BY place))[1] AS message,
    (array_agg(suggestion ORDER BY place))[1] AS suggestion
FROM causes WHERE place <= {looked_at} GROUP BY code, column_name, number ORDER BY number DESC, min(line), code
"""
ROWS = "SELECT line, column_name, message, suggestion, raw {rejected} ORDER BY line, id"
SOME_ROWS = """
SELECT line, column_name, message, suggestion, raw {rejected} AND line IN (
    SELECT line {rejected}
    AND (CAST(:code AS text) IS NULL OR (code = :code AND column_name IS NOT DISTINCT FROM :column))
    GROUP BY line ORDER BY line OFFSET :offset LIMIT :limit)
ORDER BY line, id
"""


@dataclass(frozen=True, slots=True)
class Cause:
    """Rows that were rejected for one reason: how many, the first lines and values, and what to do.

    `message` is what is said of the first of them.
    """

    code: str
    column: str | None
    rows: int
    lines: list[int]
    values: list[str]
    message: str
    suggestion: str | None

    def as_dict(self) -> dict[str, Any]:
        """The cause, ready for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Reason:
    """What is wrong with one cell of a row, or with the row (no column)."""

    column: str | None
    message: str
    suggestion: str | None

    def __str__(self) -> str:
        said = " ".join(filter(None, [self.message, self.suggestion]))
        return f"{self.column}: {said}" if self.column else said


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """One row: the line of the file where it starts, its cells by header, its reasons.

    `in_file` is what it was in the file where it had to be repaired to be read.
    """

    line: int
    cells: dict[str, str]
    reasons: list[Reason]
    in_file: str | None

    @property
    def told(self) -> str:
        """All reasons on one line."""
        before = [] if self.in_file is None else [f"In the file it was: {self.in_file}"]
        return " | ".join(" ".join(said.split()) for said in [*map(str, self.reasons), *before])


def causes(connection: Connection, job: Job, *, planned: bool = False) -> list[Cause]:
    """Why rows of a job were rejected, the commonest cause first; a row may have several.

    Args:
        connection: a session of the job's workspace.
        job: the job.
        planned: of the plan that is staged, not of the import.
    """
    statement = GROUPS.format(rejected=_these(planned), looked_at=LOOKED_AT)
    found = connection.execute(text(statement), {"workspace_id": job.workspace_id, "job_id": job.id})
    return [
        Cause(
            row.code,
            row.column_name,
            row.number,
            row.lines[:SHOWN_LINES],
            list(dict.fromkeys(value for value in row.examples if value))[:SHOWN_VALUES],
            row.message,
            row.suggestion,
        )
        for row in found
    ]


def rejected_rows(connection: Connection, job: Job) -> Iterator[RejectedRow]:
    """The rejected rows in the order of the file, a few at a time however many there are."""
    bound = {"workspace_id": job.workspace_id, "job_id": job.id}
    statement = text(ROWS.format(rejected=IMPORTED)).execution_options(yield_per=BATCH)
    return _rows(connection.execute(statement, bound), job)


def some_rejected(
    connection: Connection,
    job: Job,
    offset: int,
    limit: int,
    cause: tuple[str, str | None] | None = None,
    *,
    planned: bool = False,
) -> list[RejectedRow]:
    """Some of the rejected rows, in the order of the file, each with all of its reasons.

    Args:
        connection: a session of the job's workspace.
        job: the job.
        offset: how many of them to pass over.
        limit: how many at most.
        cause: only those with a reason of this code and column.
        planned: of the plan that is staged, not of the import.
    """
    code, column = cause or (None, None)
    bound = {
        "workspace_id": job.workspace_id, "job_id": job.id, "offset": offset, "limit": limit, "code": code,
        "column": column,
    }  # fmt: skip
    return list(_rows(connection.execute(text(SOME_ROWS.format(rejected=_these(planned))), bound), job))


def rejected_lines(connection: Connection, job: Job, *, planned: bool = False) -> set[int]:
    """The lines of the rows that are rejected now, or that the staged plan rejects."""
    bound = {"workspace_id": job.workspace_id, "job_id": job.id}
    return set(connection.execute(text(f"SELECT DISTINCT line {_these(planned)}"), bound).scalars())


def _these(planned: bool) -> str:
    return PLANNED if planned else IMPORTED


def _rows(found: Iterable[Row[Any]], job: Job) -> Iterator[RejectedRow]:
    lacking = _lacking(job)
    for line, same in groupby(found, key=lambda row: row.line):
        issues = list(same)
        raw: dict[str, Any] = issues[0].raw
        reasons = [Reason(issue.column_name, issue.message, issue.suggestion) for issue in issues]
        yield RejectedRow(
            line, {**lacking, **{name: cell for name, cell in raw.items() if name}}, reasons, _in_file(raw)
        )


def _lacking(job: Job) -> dict[str, str]:
    """What stands for cells that a row of a Bizzkit file lacks: in merge mode, where an empty cell counts, NULL."""
    if job.format != BIZZKIT or options_of(job).fold.mode != "merge":
        return {}
    return dict.fromkeys(job.headers or [], NULL)


def _in_file(raw: dict[str, Any]) -> str | None:
    """The text of a row that was repaired, or its cells beyond the last column."""
    if "" not in raw:
        return None
    return raw[""] if isinstance(raw[""], str) else f"… {json.dumps(raw[''], ensure_ascii=False)}"

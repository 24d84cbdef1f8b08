"""The issues of a job by pages and by cause, whatever stage said them.

What belongs here: reading them. What doesn't: the rows that were rejected with them (`rejected`), writing (`jobs`).
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.errors import Issue

SHOWN = 5  # lines and values of a cause

WHERE = """
FROM issues WHERE job_id = :job_id AND (CAST(:level AS text) IS NULL OR level = :level)
    AND (CAST(:code AS text) IS NULL OR code = :code)
    AND (CAST(:column AS text) IS NULL OR coalesce(column_name, '') = :column)
"""
PAGE = f"""
SELECT code, message, level, line, column_name, value, key, suggestion {WHERE}
ORDER BY array_position(ARRAY['error', 'warning', 'info'], level), line NULLS FIRST, id LIMIT :limit OFFSET :offset
"""
CAUSES = f"""
SELECT code, level, column_name, max(number) AS number,
    (array_agg(line ORDER BY place) FILTER (WHERE line IS NOT NULL)) [1:{SHOWN}] AS lines,
    (array_agg(value ORDER BY place) FILTER (WHERE value <> '')) AS examples,
    (array_agg(message ORDER BY place))[1] AS message, (array_agg(suggestion ORDER BY place))[1] AS suggestion
FROM (
    SELECT code, level, column_name, line, value, message, suggestion,
        row_number() OVER cause AS place, count(*) OVER (PARTITION BY code, level, column_name) AS number
    {WHERE} WINDOW cause AS (PARTITION BY code, level, column_name ORDER BY line NULLS FIRST, id)
) found
WHERE place <= 50 GROUP BY code, level, column_name
ORDER BY array_position(ARRAY['error', 'warning', 'info'], level), max(number) DESC, code, column_name
LIMIT :limit OFFSET :offset
"""
NUMBER_OF_CAUSES = f"SELECT count(*) FROM (SELECT DISTINCT code, level, column_name {WHERE}) causes"


@dataclass(frozen=True, slots=True)
class IssueFilter:
    """Which issues: all conditions together; `column` '' means those that are about no column."""

    level: str | None = None
    code: str | None = None
    column: str | None = None


def issue_page(
    connection: Connection, job_id: str, chosen: IssueFilter, *, offset: int = 0, limit: int = 50
) -> tuple[int, list[Issue]]:
    """How many issues a job has, and some of them: errors first, then by line."""
    bound = _bound(job_id, chosen)
    count = connection.execute(text(f"SELECT count(*) {WHERE}"), bound).scalar_one()
    rows = connection.execute(text(PAGE), {**bound, "offset": offset, "limit": limit})
    return count, [
        Issue(row.code, row.message, row.level, row.line, row.column_name, row.value, row.key, row.suggestion)
        for row in rows
    ]


def issue_causes(
    connection: Connection, job_id: str, chosen: IssueFilter, *, offset: int = 0, limit: int = 50
) -> tuple[int, list[dict[str, Any]]]:
    """How many different causes the issues of a job have, and some of them, the gravest and commonest first.

    Each has `code`, `level`, `column`, `count`, its first `lines` and `values`, and what was said of the first of them:
    `message` and `suggestion`.
    """
    bound = _bound(job_id, chosen)
    count = connection.execute(text(NUMBER_OF_CAUSES), bound).scalar_one()
    rows = connection.execute(text(CAUSES), {**bound, "offset": offset, "limit": limit})
    return count, [
        {
            "code": row.code,
            "level": row.level,
            "column": row.column_name,
            "count": row.number,
            "lines": row.lines or [],
            "values": list(dict.fromkeys(row.examples or []))[:SHOWN],
            "message": row.message,
            "suggestion": row.suggestion,
        }
        for row in rows
    ]


def issues_by_level(connection: Connection, job_id: str) -> dict[str, int]:
    """How many issues of each level a job has."""
    found = connection.execute(
        text("SELECT level, count(*) AS number FROM issues WHERE job_id = :job_id GROUP BY level"), {"job_id": job_id}
    )
    return {row.level: row.number for row in found}


def _bound(job_id: str, chosen: IssueFilter) -> dict[str, Any]:
    return {"job_id": job_id, "level": chosen.level, "code": chosen.code, "column": chosen.column}

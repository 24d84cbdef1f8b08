"""How a job has read its columns, kept for its corrected rows: too few to decide it again.

What belongs here: what was decided from all rows of a column, as JSON and back. What doesn't: deciding it
(`table_mapping`).
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.formats.table import MappedColumn, TableMapping
from segops_pipeline.imports.jobs import Job
from segops_pipeline.inference.context import CastContext
from segops_pipeline.inference.transformations import Steps

DATED = ""  # the column that dates the rows, whatever else it is mapped to; no header is blank
DECIDED = ("decimal", "decided")  # what all texts that come to a step decide of it
KEEP = """
UPDATE import_jobs SET suggestion = coalesce(suggestion, '{}') || jsonb_build_object('reading', CAST(:reading AS jsonb))
WHERE id = :id
"""


def keep_reading(connection: Connection, job_id: str, mapping: TableMapping) -> None:
    """Note with the job how each of its columns was read."""
    reading = {column.header: _as_read(column) for column in mapping.columns}
    if mapping.dated is not None:
        reading[DATED] = _as_read(mapping.dated)
    connection.execute(text(KEEP), {"id": job_id, "reading": json.dumps(reading)})


def _as_read(column: MappedColumn) -> dict[str, Any]:
    steps = [
        {name: getattr(step, name) for name in DECIDED if getattr(step, name, None) is not None}
        for step in column.steps
    ]
    return {"context": column.context.as_dict(), "steps": steps}


def kept_reading(job: Job, header: str, steps: Steps) -> tuple[Steps, CastContext] | None:
    """How a column of a job that is corrected was read before; None: it is to be decided from its rows.

    Args:
        job: the job.
        header: the column, or `DATED`.
        steps: of the column.
    """
    return None if job.correction is None else reading_of(job, header, steps)


def reading_of(job: Job, header: str, steps: Steps) -> tuple[Steps, CastContext] | None:
    """How a job has read a column; None: it is not known."""
    found: Mapping[str, Any] | None = (job.suggestion or {}).get("reading", {}).get(header)
    if found is None:
        return None
    decided = (replace(cast("Any", step), **known) for step, known in zip(steps, found["steps"], strict=True))
    return tuple(decided), CastContext.from_dict(found["context"])

"""The transformations of a mapping: checked before they are confirmed, and kept from one file of a source to the next.

What belongs here: whether steps fit a file, and which its source had. What doesn't: how a step is written and what
it does (`inference.transformations`).
"""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import text

from segops_pipeline.errors import BadMapping, UnknownColumn
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.targets import listed
from segops_pipeline.inference.steps import Join
from segops_pipeline.inference.transformations import Steps, parse_steps
from segops_pipeline.stores.database import Database


def check_transformations(
    headers: Sequence[str], mapping: Mapping[str, str | None], transformations: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """The steps of every mapped column, each as it is written; columns without any, or that are skipped, left out.

    Raises:
        UnknownColumn: the file has no such column, or none that a step joins.
        BadMapping: a step cannot be understood.
    """
    checked: dict[str, list[str]] = {}
    for column, texts in transformations.items():
        steps = _steps_of(headers, column, texts)
        if steps and mapping.get(column) is not None:
            checked[column] = [str(step) for step in steps]
    return checked


def transformation_errors(headers: Sequence[str], transformations: Mapping[str, Sequence[str]]) -> Iterator[BadMapping]:
    """What `check_transformations` would raise, the first of each column."""
    for column, texts in transformations.items():
        try:
            _steps_of(headers, column, texts)
        except BadMapping as error:
            yield error


def earlier_steps(database: Database, job: Job) -> dict[tuple[str, str], list[str]]:
    """The steps that were last confirmed for a file of the job's source, by column and target."""
    with database.workspace_session(job.workspace_id) as connection:
        last = connection.execute(
            text(
                """
                SELECT mapping, transformations FROM import_jobs
                WHERE source_id = :source_id AND id <> :id AND confirmed_at IS NOT NULL AND mapping IS NOT NULL
                ORDER BY confirmed_at DESC LIMIT 1
                """
            ),
            {"source_id": job.source_id, "id": job.id},
        ).one_or_none()
    if last is None:
        return {}
    return {(column, last.mapping.get(column)): steps for column, steps in (last.transformations or {}).items()}


def _steps_of(headers: Sequence[str], column: str, texts: Sequence[str]) -> Steps:
    _check_column(headers, column, "is to be transformed")
    steps = parse_steps(texts, column)
    for step in steps:
        for other in step.columns if isinstance(step, Join) else ():
            _check_column(headers, other, f"is joined to '{column}'")
    return steps


def _check_column(headers: Sequence[str], column: str, what: str) -> None:
    if column not in headers:
        raise UnknownColumn(
            f"Column '{column}' {what}, and the file has none of that name.",
            f"Its columns are: {listed(headers)}.",
            column=column,
        )

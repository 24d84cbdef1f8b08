"""What a mapping makes of a job's cells, seen on samples before anything is confirmed. Nothing is written.

What belongs here: choosing samples, and telling each cell's way from the file to its value. What doesn't: steps and
casts, which are those of the import.
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import pyarrow as pa

from segops_pipeline.catalogue.schema import load_fields
from segops_pipeline.errors import WrongState, WrongUsage
from segops_pipeline.formats.row_texts import RowTexts
from segops_pipeline.formats.table import MappedColumn, changed_column, type_column
from segops_pipeline.imports.bizzkit import BIZZKIT
from segops_pipeline.imports.column_steps import check_transformations
from segops_pipeline.imports.confirm import Confirmation, present_confirmation
from segops_pipeline.imports.intake import evidence_of
from segops_pipeline.imports.jobs import Job, get_job
from segops_pipeline.imports.table_mapping import table_mapping
from segops_pipeline.imports.targets import check_columns, field_of
from segops_pipeline.inference.fields import FIELD_TYPES, RESERVED_TARGETS, SchemaField
from segops_pipeline.inference.steps import Join
from segops_pipeline.stores.opening import Stores

PREVIEW = "preview"  # the field of a column that is mapped to none


@dataclass(frozen=True, slots=True)
class PreviewedCell:
    """One cell: its text in the file, after the steps, and its value, or why it is refused."""

    before: str
    after: str
    value: Any
    refusal: dict[str, str] | None

    def as_dict(self) -> dict[str, Any]:
        """All of it, ready for JSON."""
        told = {"before": self.before, "after": self.after}
        return {**told, "refused": self.refusal} if self.refusal else {**told, "value": self.value}


@dataclass(frozen=True, slots=True)
class PreviewedColumn:
    """One column: where it goes, its steps, and what becomes of its samples."""

    column: str
    target: str | None
    type: str
    steps: list[str]
    cells: list[PreviewedCell]

    def as_dict(self) -> dict[str, Any]:
        """All of it, ready for JSON."""
        place = {"column": self.column, "target": self.target, "type": self.type, "steps": self.steps}
        return {**place, "cells": [cell.as_dict() for cell in self.cells]}


def preview(
    stores: Stores,
    job_id: str,
    *,
    column: str | None = None,
    steps: Sequence[str] | None = None,
    confirmation: Confirmation | None = None,
) -> list[PreviewedColumn]:
    """Show what becomes of a job's samples: its sample rows and each column's most frequent values.

    Args:
        stores: the open stores.
        job_id: a job whose file has been read.
        column: only this one; without it all that have steps, or all that are mapped where none has.
        steps: of that column, in the place of those that the mapping has.
        confirmation: a mapping to try; else the confirmed one, else the suggestion.

    Raises:
        WrongState: the job has not been read, or its rows are gone, since it is done.
        WrongUsage: there are steps and no column, or nothing is mapped, as of a Bizzkit file.
        BadMapping: the mapping does not fit the file, or a step cannot be understood.
    """
    job = get_job(stores.database, job_id)
    if job.headers is None or job.suggestion is None or job.rows_uri is None:
        raise WrongState(
            f"There is nothing to preview of job {job_id}, which is {job.state}.",
            "A preview is made after the file has been read and before it is imported.",
        )
    if job.format == BIZZKIT:
        raise WrongUsage(f"Job {job_id} is of a Bizzkit file, of which nothing is mapped.", "Plan it instead.")
    if steps is not None and column is None:
        raise WrongUsage("Steps are tried on one column.", "Name it with --column.")
    given = confirmation or present_confirmation(stores, job)
    check_columns(job.headers, [*given.mapping, *([] if column is None else [column])])
    if column is not None and steps is not None:
        given = replace(given, transformations={**given.transformations, column: steps})
    chosen = _chosen(job.headers, given, column)
    tried = _tried(stores, job, given, chosen)
    return [
        _previewed(tried, mapped, given.mapping.get(mapped.header))
        for mapped in table_mapping(tried, stores.files).columns
    ]


def _chosen(headers: Sequence[str], given: Confirmation, column: str | None) -> list[str]:
    if column is not None:
        return [column]
    mapped = [header for header in headers if given.mapping.get(header) is not None]
    return [header for header in mapped if given.transformations.get(header)] or mapped


def _tried(stores: Stores, job: Job, given: Confirmation, chosen: Sequence[str]) -> Job:
    """The job as if the mapping of the chosen columns were confirmed; one that is skipped is read as what it is."""
    assert job.headers is not None
    with stores.database.workspace_session(job.workspace_id) as connection:
        fields = {field.key: field for field in [*load_fields(connection), *given.fields]}
    targets: dict[str, str | None] = {}
    for header in chosen:
        target = given.mapping.get(header)
        if target is None:
            target = f"{PREVIEW} {header}"
            fields[target] = SchemaField(target, header, _measured(job, header))
        elif target not in RESERVED_TARGETS:
            field_of(target, header, fields)
        targets[header] = target
    wanted = {name: steps for name, steps in given.transformations.items() if name in chosen or name not in job.headers}
    checked = check_transformations(job.headers, targets, wanted)
    schema = [field.as_dict() for field in fields.values()]
    return replace(job, mapping=targets, schema_fields=schema, transformations=checked)


def _measured(job: Job, header: str) -> str:
    seen = next((column for column in evidence_of(job) if column.name == header), None)
    return seen.type if seen is not None and seen.type in FIELD_TYPES else "text"


def _previewed(job: Job, column: MappedColumn, target: str | None) -> PreviewedColumn:
    assert job.headers is not None
    changed = changed_column(RowTexts(_samples(job, column), job.headers), column)
    typed = type_column(changed, column)
    refused = {cell.row: cell.refusal for cell in typed.refused}
    cells: list[PreviewedCell] = []
    told = zip(changed.originals.to_pylist(), changed.texts.to_pylist(), typed.values.to_pylist(), strict=True)
    for row, (before, after, value) in enumerate(told):
        refusal = refused.get(row)
        cell = PreviewedCell(
            before, after, None if value is None else json.loads(value), asdict(refusal) if refusal else None
        )
        if cell not in cells:
            cells.append(cell)
    return PreviewedColumn(column.header, target, column.type, [str(step) for step in column.steps], cells)


def _samples(job: Job, column: MappedColumn) -> pa.RecordBatch:
    """The job's sample rows, then a row for each frequent value, where the steps look at no other column."""
    assert job.headers is not None
    rows = [list(row) for row in job.sample_rows or []]
    if not any(isinstance(step, Join) for step in column.steps):
        seen = next((one for one in evidence_of(job) if one.name == column.header), None)
        whole = [example for example in seen.examples if not example.endswith("…")] if seen else []
        rows += [[text if place == column.position else "" for place in range(len(job.headers))] for text in whole]
    texts = {f"c{place}": pa.array([row[place] for row in rows], pa.string()) for place in range(len(job.headers))}
    return pa.record_batch({"line": pa.array([0] * len(rows), pa.int64()), **texts})

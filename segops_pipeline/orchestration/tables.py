"""Tables as metadata: sample rows, columns, issues, counts."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dagster import (
    MetadataValue,
    TableColumn,
    TableMetadataValue,
    TableRecord,
    TableSchema,
    TableSchemaMetadataValue,
)

from segops_pipeline.errors import Issue

if TYPE_CHECKING:
    from segops_pipeline.imports.jobs import Job
    from segops_pipeline.inference.suggestion import ColumnSuggestion

MAX_COLUMNS_SHOWN = 40
MAX_CHARACTERS_SHOWN = 120


def text_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> TableMetadataValue:
    """Rows of text under their columns; long cells are cut."""
    shown = list(columns[:MAX_COLUMNS_SHOWN])
    return MetadataValue.table(
        records=[TableRecord({name: _cut(value) for name, value in zip(shown, row, strict=False)}) for row in rows],
        schema=TableSchema(columns=[TableColumn(name, "string") for name in shown]),
    )


def sample_table(job: "Job") -> TableMetadataValue:
    """The first rows of a job's file, exactly as parsed."""
    return text_table(job.headers or [], job.sample_rows or [])


def column_schema(columns: "Sequence[ColumnSuggestion]") -> TableSchemaMetadataValue:
    """The columns of a file with their types and targets, as Dagster's column schema."""
    return MetadataValue.table_schema(
        TableSchema(
            columns=[
                TableColumn(column.column, column.type, description=f"→ {column.target or 'skipped'}: {column.reason}")
                for column in columns
            ]
        )
    )


def mapping_table(job: "Job") -> TableMetadataValue:
    """Where each column of a job's file goes, and what is done to its text before."""
    mapping, steps = job.mapping or {}, job.transformations or {}
    return text_table(
        ["column", "target", "transformations"],
        [
            [column, mapping.get(column) or "– skip –", " → ".join(steps.get(column, ()))]
            for column in (job.headers or mapping if mapping else ())  # of a Bizzkit file there is no mapping
        ],
    )


def issues_table(issues: Sequence[Issue]) -> TableMetadataValue:
    """The first issues, each with its place and what to do."""
    return text_table(
        ["level", "line", "column", "value", "message", "suggestion"],
        [[i.level, i.line or "", i.column or "", i.value or "", i.message, i.suggestion or ""] for i in issues[:20]],
    )


def fields_table(fields: Mapping[str, Mapping[str, int]]) -> TableMetadataValue:
    """How often a plan sets, changes and clears each field."""
    kinds = ("set", "changed", "cleared")
    rows = [[field, *(f"{counted[kind]:,}" for kind in kinds)] for field, counted in fields.items()]
    return text_table(["field", *kinds], rows)


def counts_metadata(counts: Mapping[str, int], seconds: float) -> dict[str, Any]:
    """Counts of rows by outcome, with the time they took and the rate."""
    return {**counts, **timing(counts["rows"], seconds)}


def timing(rows: int, seconds: float) -> dict[str, Any]:
    """Seconds, and rows per second."""
    return {"seconds": round(seconds, 3), "rows_per_second": round(rows / seconds, 1) if seconds else 0.0}


def _cut(value: object) -> str:
    text = str(value)
    return text if len(text) <= MAX_CHARACTERS_SHOWN else text[: MAX_CHARACTERS_SHOWN - 1] + "…"

"""pandera validates the typed rows against the product schema; each failure becomes an issue of its row."""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from segops_pipeline.errors import Issue
from segops_pipeline.formats.table import MappedColumn, TypedBatch

if TYPE_CHECKING:
    import pandera.pandas as pandera

ARROW_TYPES = {"number": pa.float64(), "boolean": pa.bool_()}  # all other types are held as text


def frame_schema(columns: list[MappedColumn]) -> "pandera.DataFrameSchema":
    """The mapped part of the product schema for pandera: each field of its type, required ones filled."""
    import pandas as pd
    import pandera.pandas as pandera

    return pandera.DataFrameSchema(
        {
            column.target: pandera.Column(
                pd.ArrowDtype(ARROW_TYPES.get(column.type, pa.large_string())), nullable=not column.required
            )
            for column in columns
        },
        strict=True,
    )


def validate(typed: TypedBatch, schema: "pandera.DataFrameSchema") -> Iterator[tuple[int, Issue]]:
    """Each failure of a batch as (row of the batch, issue); cells that their cast refused are not told twice.

    Args:
        typed: rows after their casts.
        schema: as made by `frame_schema` for the same columns.
    """
    import pandas as pd
    import pandera.pandas as pandera

    arrays: dict[str, Any] = {
        column.column.target: pd.arrays.ArrowExtensionArray(pa.chunked_array([column.typed]))
        for column in typed.columns
    }
    try:
        schema.validate(pd.DataFrame(arrays), lazy=True)
    except pandera.errors.SchemaErrors as errors:
        refused = {(cell.row, column.column.target) for column in typed.columns for cell in column.refused}
        columns = {column.column.target: column.column for column in typed.columns}
        cases = errors.failure_cases
        told = zip(cases["index"], cases["column"], cases["check"], cases["failure_case"], strict=True)
        for row, target, check, value in told:
            if (int(row), target) not in refused:
                yield int(row), _issue(columns[target], str(check), value, typed.line(int(row)))


def _issue(column: MappedColumn, check: str, value: object, line: int) -> Issue:
    if check == "not_nullable":
        return Issue(
            "required_value_missing",
            f"'{column.target}' is required, and the cell is empty.",
            line=line,
            column=column.header,
            suggestion=f"Fill the cell, or make '{column.target}' optional in the schema.",
        )
    return Issue(
        "schema_check_failed",
        f"The value of '{column.target}' fails the check '{check}'.",
        line=line,
        column=column.header,
        value=str(value)[:200],
        suggestion="Correct the cell, or the field's type.",
    )

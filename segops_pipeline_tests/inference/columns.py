"""Evidence for tests: columns given as lists of cells, measured by the real inference."""

from collections.abc import Mapping, Sequence

import pyarrow

from segops_pipeline.inference.column_types import ColumnEvidence, infer_columns


def measured(table: Mapping[str, Sequence[str]]) -> list[ColumnEvidence]:
    """What inference finds out about the columns of a table; all have as many cells."""
    headers = list(table)
    arrays = [pyarrow.array(list(cells), pyarrow.string()) for cells in table.values()]
    batch = pyarrow.RecordBatch.from_arrays(arrays, names=[f"c{place}" for place in range(len(headers))])
    return infer_columns(headers, [batch])


def codes(count: int, start: str = "AB-10") -> list[str]:
    """Cells that are all different and look like codes."""
    return [f"{start}{number:02}" for number in range(count)]


def names(count: int) -> list[str]:
    """Cells that are all different and look like names."""
    things = ("Cotton shirt", "Oak table", "Steel lamp", "Wool blanket", "Glass bowl", "Leather belt")
    letters = "abcdefghijklmnopqrstuvwxyz"
    return [f"{things[number % len(things)]} {letters[number // len(things)]}" for number in range(count)]

"""The staged file: numbered rows of text as Parquet.

Its columns are `line` (int64, 1-based line of the upload where the row starts), `c0`, `c1`, … (string, never null;
'' for an empty or missing cell), one for each header, and `raw` (large string, JSON): what a row that was repaired was
in the file, null for all others; of a file whose format says how wide it is, also the number of cells of a row that is
short. What belongs here: writing and reading it. What doesn't: which rows it gets (staging.py).
"""
# pyarrow comes without types
# pyright: reportUnknownParameterType=false

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow
    import pyarrow.parquet

GROUP_ROWS, GROUP_BYTES = 48_000, 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one width, each with its line; `characters` is about how much text they have.

    `raws` has the JSON of what repaired rows were in the file, by their place in the batch.
    """

    lines: list[int]
    rows: list[list[str]]
    characters: int
    raws: dict[int, str] = field(default_factory=dict[int, str])


class StagedFile:
    """A staged file that is being written: batches are gathered into row groups worth their overhead."""

    def __init__(self, out: "pyarrow.parquet.ParquetWriter", schema: "pyarrow.Schema") -> None:
        self._out, self._schema = out, schema
        self._held: list[pyarrow.RecordBatch] = []
        self._rows = self._characters = 0

    def write(self, batch: Batch) -> None:
        """Add rows; each must have a cell for every column."""
        self._held.append(_record_batch(batch, self._schema))
        self._rows += len(batch.rows)
        self._characters += batch.characters
        if self._rows >= GROUP_ROWS or self._characters >= GROUP_BYTES:
            self.flush()

    def flush(self) -> None:
        """Write what is held as a row group."""
        import pyarrow

        if self._held:
            self._out.write_table(pyarrow.Table.from_batches(self._held), row_group_size=self._rows)
            self._held.clear()
            self._rows = self._characters = 0


@contextmanager
def staged_file(rows_path: Path, width: int) -> Generator[StagedFile]:
    """Write a staged file of `width` columns beside `rows_path`; it takes its place when all went well."""
    import pyarrow.parquet

    rows_path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = rows_path.with_name(f".{rows_path.name}.unfinished")
    schema = _schema(width)
    try:
        with pyarrow.parquet.ParquetWriter(unfinished, schema, compression="zstd") as out:
            staged = StagedFile(out, schema)
            yield staged
            staged.flush()
        unfinished.replace(rows_path)
    finally:
        unfinished.unlink(missing_ok=True)


def read_batches(
    rows_path: Path, batch_rows: int = 50_000, columns: list[str] | None = None
) -> "Iterator[pyarrow.RecordBatch]":
    """The staged rows in file order, at most `batch_rows` at a time, with all columns or some of them.

    Each group is read by itself: a reader over all of them holds more and more of them.
    """
    import pyarrow.parquet

    with pyarrow.parquet.ParquetFile(rows_path) as file:
        for group in range(file.num_row_groups):
            yield from file.read_row_group(group, columns).to_batches(max_chunksize=batch_rows)


def _record_batch(batch: Batch, schema: "pyarrow.Schema") -> "pyarrow.RecordBatch":
    import pyarrow

    cells = [pyarrow.array(column, pyarrow.string()) for column in zip(*batch.rows, strict=True)]
    lines = pyarrow.array(batch.lines, pyarrow.int64())
    raws = [batch.raws.get(place) for place in range(len(batch.rows))] if batch.raws else [None] * len(batch.rows)
    raw = pyarrow.array(raws, pyarrow.large_string())
    return pyarrow.RecordBatch.from_arrays([lines, *cells, raw], schema=schema)


def _schema(width: int) -> "pyarrow.Schema":
    import pyarrow

    cells = [pyarrow.field(f"c{position}", pyarrow.string(), nullable=False) for position in range(width)]
    raw = pyarrow.field("raw", pyarrow.large_string())
    return pyarrow.schema([pyarrow.field("line", pyarrow.int64(), nullable=False), *cells, raw])

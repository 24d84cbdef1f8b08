"""A Parquet file as rows of text, a few at a time; its header is record 1, as if it stood in a sheet.

What belongs here: columns of any type to text, nested ones dotted (`price.amount`) as in JSON. What doesn't: the staged
files of this project, which are Parquet too (parquet.py).
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

import json
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segops_pipeline.errors import DamagedFile, FileTooLarge
from segops_pipeline.reading.choice import DialectChoice
from segops_pipeline.reading.dialect import Dialect
from segops_pipeline.reading.layout import Layout
from segops_pipeline.reading.limits import Limits
from segops_pipeline.reading.streamed import Records, StreamedTable

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

BATCH = 2_000
MOST_DEPTH = 8  # of columns within columns
SAVE_AGAIN = "Save it again, or save it as CSV (UTF-8)."


@contextmanager
def open_parquet(path: Path, file_name: str, limits: Limits, choice: DialectChoice) -> Generator[StreamedTable]:  # noqa: ARG001 - all readers are called alike
    """The rows of a Parquet file.

    Raises:
        DamagedFile: it cannot be read.
        FileTooLarge: it would have more bytes, unpacked, than are taken.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    size = path.stat().st_size
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _damaged(error, file_name) from None
    with file:
        _check_size(file, file_name, limits)
        try:
            names = _flat(file.schema_arrow.empty_table()).column_names
        except (pa.ArrowException, ValueError) as error:
            raise _damaged(error, file_name) from None

        def records() -> Records:
            yield 1, names
            try:
                yield from _records(file)
            except (pa.ArrowException, OSError, ValueError) as error:
                raise _damaged(error, file_name) from None

        layout = Layout(0, has_header=True, width=len(names), is_exact=True)
        yield StreamedTable(Dialect("utf-8", "", "", None, None, "parquet"), layout, records, lambda: size)


def _records(file: "pq.ParquetFile") -> Iterator[tuple[int, list[str]]]:
    import pyarrow as pa

    line = 2
    for group in range(file.num_row_groups):
        for batch in file.iter_batches(BATCH, row_groups=[group]):
            columns = [column.to_pylist() for column in _flat(pa.Table.from_batches([batch])).columns]
            for cells in zip(*columns, strict=True):
                yield line, [_text(cell) for cell in cells]
                line += 1


def _flat(table: "pa.Table") -> "pa.Table":
    """The table with the members of nested columns as columns of their own."""
    import pyarrow as pa

    for _ in range(MOST_DEPTH):
        if not any(pa.types.is_struct(field.type) for field in table.schema):
            break
        table = table.flatten()
    return table


def _text(value: Any) -> str:  # noqa: ANN401 - whatever a column holds
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float():
            return format(Decimal(repr(value)), "f")
        case Decimal():
            return format(value, "f")
        case datetime() | date() | time():
            return value.isoformat()
        case bytes():
            return value.decode("utf-8", "replace")
        case list() | dict():
            return json.dumps(value, ensure_ascii=False, default=_text)
        case _:
            return str(value)


def _check_size(file: "pq.ParquetFile", file_name: str, limits: Limits) -> None:
    unpacked = sum(file.metadata.row_group(number).total_byte_size for number in range(file.num_row_groups))
    if unpacked > limits.max_unpacked_bytes:
        raise FileTooLarge(
            f"The file has {unpacked:,} bytes when it is unpacked; at most {limits.max_unpacked_bytes:,} are taken.",
            "Import it in parts.",
            file=file_name,
        )


def _damaged(error: Exception, file_name: str) -> DamagedFile:
    said = " ".join(str(error).split())[:200]
    return DamagedFile(f"The Parquet file cannot be read: {said}.", SAVE_AGAIN, file=file_name)

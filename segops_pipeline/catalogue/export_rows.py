"""Rows of text as a file: CSV, JSON lines, a workbook or Parquet, each read again as the same text.

What belongs here: writing rows, a few at a time. What doesn't: what stands in them (`imports.round_trip`), products by
the keys of their fields (`export_files`).
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

import csv
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segops_pipeline.catalogue.export_files import EXACT_DIGITS, SHEET, USE_CSV, text_cell
from segops_pipeline.errors import TooLargeForWorkbook
from segops_pipeline.reading.harmless import harmless_number, marked
from segops_pipeline.reading.workbook import MOST_COLUMNS, MOST_ROWS

if TYPE_CHECKING:
    from openpyxl.cell import Cell

BATCH = 5_000
Rows = Iterable[Sequence[str]]


@dataclass(frozen=True, slots=True)
class RowsFile:
    """What kind of file rows are written to.

    `format`: csv, jsonl, xlsx or parquet. `numbers` are the places of columns whose cells a workbook may hold as
    numbers. `is_safe`: in CSV an apostrophe stands before each header and before what a spreadsheet would run, which
    an import takes away.
    """

    format: str = "csv"
    delimiter: str = ","
    numbers: Collection[int] = field(default_factory=frozenset[int])
    is_safe: bool = False


def write_rows(path: Path, headers: Sequence[str], rows: Rows, how: RowsFile) -> int:
    """Write rows under their headers; how many there were.

    Raises:
        TooLargeForWorkbook: more rows, columns or characters in a cell than a sheet takes.
    """
    if how.format == "xlsx":
        return _write_workbook(path, headers, rows, how.numbers)
    if how.format == "jsonl":
        return _write_jsonl(path, headers, rows)
    if how.format == "parquet":
        return _write_parquet(path, headers, rows)
    return _write_csv(path, headers, rows, how)


def _write_csv(path: Path, headers: Sequence[str], rows: Rows, how: RowsFile) -> int:
    count = 0
    # by the mark spreadsheets see that it is UTF-8
    with path.open("w", encoding="utf-8-sig" if how.is_safe else "utf-8", newline="") as file:
        quoting = csv.QUOTE_ALL if how.is_safe else csv.QUOTE_MINIMAL
        writer = csv.writer(file, delimiter=how.delimiter, quoting=quoting)
        writer.writerow([marked(header) for header in headers] if how.is_safe else headers)
        for row in rows:
            writer.writerow([harmless_number(cell) for cell in row] if how.is_safe else row)
            count += 1
    return count


def _write_jsonl(path: Path, headers: Sequence[str], rows: Rows) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            file.write(json.dumps(dict(zip(headers, row, strict=True)), ensure_ascii=False) + "\n")
            count += 1
    return count


def _write_parquet(path: Path, headers: Sequence[str], rows: Rows) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([pa.field(header, pa.large_string()) for header in headers])
    count = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as out:
        for part in _parts(rows):
            columns = [pa.array(cells, pa.large_string()) for cells in zip(*part, strict=True)]
            out.write_batch(pa.record_batch(columns, schema=schema))
            count += len(part)
    return count


def _write_workbook(path: Path, headers: Sequence[str], rows: Rows, numbers: Collection[int]) -> int:
    from openpyxl import Workbook

    if len(headers) > MOST_COLUMNS:
        raise TooLargeForWorkbook(f"A sheet takes {MOST_COLUMNS:,} columns; there are {len(headers):,}.", USE_CSV)
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(SHEET)
    sheet.freeze_panes = "A2"
    count = 0
    try:
        for row in chain([headers], rows):
            if count >= MOST_ROWS:
                raise TooLargeForWorkbook(f"A sheet takes {MOST_ROWS:,} rows; there are more.", USE_CSV)
            as_numbers = numbers if count else ()
            sheet.append([_cell(sheet, cell, place in as_numbers) for place, cell in enumerate(row)])
            count += 1
    finally:
        sheet.close()
    book.save(path)
    return count - 1


def _cell(sheet: Any, cell: str, may_be_number: bool) -> "Cell | str | int | float | None":  # noqa: ANN401
    if not cell:
        return None
    if may_be_number and cell.isascii() and sum(map(str.isdigit, cell)) <= EXACT_DIGITS:
        number = float(cell)
        return int(cell) if cell.lstrip("-").isdigit() else number
    return text_cell(sheet, cell)


def _parts(rows: Rows) -> Iterator[list[Sequence[str]]]:
    left = iter(rows)
    while part := list(islice(left, BATCH)):
        yield part

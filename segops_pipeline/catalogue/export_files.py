"""Export the products that somebody wants to see: as CSV, as JSON lines, as a workbook or as Parquet.

All are read by an import again as they were. A workbook's cells are texts and numbers whatever they begin with; a CSV
can be made safe for spreadsheets too (`reading.harmless`).
"""

import csv
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.export import (
    ExportedField,
    ExportedProduct,
    exported_fields,
    found_products,
    whole_file,
    write_csv,
)
from segops_pipeline.catalogue.filters import ListingFilter, conditions
from segops_pipeline.catalogue.given_values import is_price
from segops_pipeline.catalogue.pim.plain import load_lookup
from segops_pipeline.catalogue.schema import load_fields
from segops_pipeline.catalogue.text_cells import MOST_CELL_CHARACTERS, TEXT_FORMAT, cell_text, fill_cell
from segops_pipeline.errors import TooLargeForWorkbook, WrongUsage
from segops_pipeline.reading.harmless import harmless_number, marked
from segops_pipeline.reading.workbook import MOST_COLUMNS, MOST_ROWS

if TYPE_CHECKING:
    from openpyxl.cell import Cell

PRODUCTS = """
SELECT p.sku, p.name, p.data FROM products p WHERE {where} ORDER BY {place} {direction} NULLS LAST, p.sku
"""
USE_CSV = "Export them as csv."
SHEET = "Products"
SPECIAL = re.compile(r"[=+\-@#\d\uff1d\uff0b\uff0d\uff20]|.*_x", re.DOTALL)  # what a cell would take for something else
EXACT_DIGITS = 15  # that a spreadsheet keeps of a number

Writer = Callable[[Path, Sequence[ExportedField], Iterable[ExportedProduct]], int]


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """A kind of file: its ending, and what it is called over HTTP."""

    name: str
    media_type: str


FORMATS = {
    one.name: one
    for one in (
        ExportFormat("csv", "text/csv; charset=utf-8"),
        ExportFormat("jsonl", "application/x-ndjson"),
        ExportFormat("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ExportFormat("parquet", "application/vnd.apache.parquet"),
    )
}


def export_products(
    connection: Connection,
    workspace_id: int,
    target: Path,
    wanted: ListingFilter,
    format: str = "csv",  # noqa: A002 - the word of the contract
    *,
    safe: bool = False,
) -> int:
    """Write products to a file.

    Args:
        connection: a session of the workspace.
        workspace_id: the workspace.
        target: the file; it is there whole or not at all.
        wanted: which products, and in which order.
        format: csv, jsonl, xlsx or parquet.
        safe: put an apostrophe before what a spreadsheet would run, in CSV; an import takes it away.

    Returns:
        The number of products.

    Raises:
        WrongUsage: there is no such format, or field.
        TooLargeForWorkbook: a workbook cannot hold them.
    """
    if format not in FORMATS:
        raise WrongUsage(f"Nothing is exported as '{format[:40]}'.", f"Choose one of: {', '.join(FORMATS)}.")
    found = conditions(workspace_id, wanted, load_fields(connection), load_lookup(connection, workspace_id))
    products = found_products(connection, PRODUCTS.format(**found.words), found.bound)
    write = write_safe_csv if safe and format == "csv" else WRITERS[format]
    with whole_file(target) as path:
        return write(path, exported_fields(connection), products)


def write_safe_csv(path: Path, fields: Sequence[ExportedField], products: Iterable[ExportedProduct]) -> int:
    """Write products as CSV that runs no formula in a spreadsheet; how many there were."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:  # by the mark spreadsheets see that it is UTF-8
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow([marked(key) for key in ("sku", "name", *(field.key for field in fields))])
        for sku, name, data in products:
            writer.writerow([harmless_number(text) for text in (sku, name, *(field.cell(data) for field in fields))])
            count += 1
    return count


def write_jsonl(path: Path, fields: Sequence[ExportedField], products: Iterable[ExportedProduct]) -> int:
    """Write products as one JSON object a line, values of their types; how many there were.

    Prices are texts: an object within an object would be read as several columns.
    """
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for sku, name, data in products:
            values = {field.key: _json(field, data) for field in fields if field.key in data}
            file.write(json.dumps({"sku": sku, "name": name, **values}, ensure_ascii=False) + "\n")
            count += 1
    return count


def write_workbook(path: Path, fields: Sequence[ExportedField], products: Iterable[ExportedProduct]) -> int:
    """Write products as a workbook; how many there were.

    Raises:
        TooLargeForWorkbook: more rows, columns or characters in a cell than a sheet takes.
    """
    from openpyxl import Workbook

    if len(fields) + 2 > MOST_COLUMNS:
        raise TooLargeForWorkbook(f"A sheet takes {MOST_COLUMNS:,} columns; there are {len(fields) + 2:,}.", USE_CSV)
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(SHEET)
    sheet.freeze_panes = "A2"
    count = 0
    try:
        sheet.append([text_cell(sheet, key) for key in ("sku", "name", *(field.key for field in fields))])
        for sku, name, data in products:
            count += 1
            if count >= MOST_ROWS:
                raise TooLargeForWorkbook(f"A sheet takes {MOST_ROWS:,} rows; there are more.", USE_CSV)
            own = [text_cell(sheet, sku), text_cell(sheet, name)]
            sheet.append([*own, *(_cell(sheet, field, data) for field in fields)])
    finally:
        sheet.close()
    book.save(path)
    return count


def write_parquet(path: Path, fields: Sequence[ExportedField], products: Iterable[ExportedProduct]) -> int:
    """Write products as Parquet, each cell the text that a CSV has; how many there were."""
    from segops_pipeline.catalogue.export_rows import RowsFile, write_rows  # which has cells of this file

    headers = ["sku", "name", *(field.key for field in fields)]
    rows = ([sku, name, *(field.cell(data) for field in fields)] for sku, name, data in products)
    return write_rows(path, headers, rows, RowsFile("parquet"))


WRITERS: dict[str, Writer] = {
    "csv": write_csv, "jsonl": write_jsonl, "xlsx": write_workbook, "parquet": write_parquet,
}  # fmt: skip


def _json(field: ExportedField, data: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON value
    value = data[field.key]
    is_plain = not isinstance(value, dict) and not (isinstance(value, list) and any(map(is_price, value)))
    return value if is_plain else field.cell(data)


def _cell(sheet: Any, field: ExportedField, data: dict[str, Any]) -> "Cell | str | int | float | None":  # noqa: ANN401
    value = data.get(field.key)
    if value is None:
        return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and len(str(value).strip("-")) <= EXACT_DIGITS:
        return value
    return text_cell(sheet, field.cell(data))


def text_cell(sheet: Any, content: str) -> "Cell | str":  # noqa: ANN401 - openpyxl types it privately
    """A cell of a sheet that is written row by row, which is text whatever it begins with.

    Raises:
        TooLargeForWorkbook: more characters than a cell takes.
    """
    from openpyxl.cell import WriteOnlyCell

    if content.isprintable() and not SPECIAL.match(content) and len(content) < MOST_CELL_CHARACTERS // 8:
        return content  # as a text it is one; a cell of its own costs three times as much
    if len(content) > MOST_CELL_CHARACTERS // 8 and len(cell_text(content)) > MOST_CELL_CHARACTERS:
        message = f"A workbook's cell takes {MOST_CELL_CHARACTERS:,} characters; this one has more."
        raise TooLargeForWorkbook(message, USE_CSV, value=content[:60])
    made = WriteOnlyCell(sheet)
    fill_cell(made, content)
    made.number_format = TEXT_FORMAT
    return made

"""A file to fill in: sku, name and every field of the schema, two example rows and how each column is written.

What belongs here: the file that people who have no catalogue yet are given. What doesn't: products (`export`).
An import reads it as it is: what instructs is no row of the table.

Seed 001_c1dc1bdbebbf3ced.txt (CSV Template Download): an example CSV, all supported fields, import instructions.
"""

import csv
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from segops_pipeline.catalogue.text_cells import TEXT_FORMAT, fill_cell
from segops_pipeline.inference.fields import SchemaField
from segops_pipeline.inference.synonyms import understand

FORMATS = ("csv", "xlsx")
DEFAULT_CURRENCY = "EUR"

HOW_TO = "Fill in one product per row and remove the two examples. Lines that begin with # are not read."
SHEET, INSTRUCTIONS = "Products", "Instructions"

_FORMS = {
    "text": "text",
    "number": "a number, such as 12.5",
    "boolean": "true or false",
    "list": "several words, with | between them",
    "url": "a web address, such as https://example.com/1.jpg",
    "price": "an amount with its currency, such as 12.50 {currency}",
    "multi_price": "amounts with their currencies, with ; between them",
    "datetime": "a date as 2024-05-31, or with a time as 2024-05-31T12:30:00",
}
_EXAMPLES = {
    "text": ("Example 1", "Example 2"),
    "number": ("12.5", "1200"),
    "boolean": ("true", "false"),
    "list": ("red|blue", "green|black|white"),
    "url": ("https://example.com/1.jpg", "https://example.com/2.jpg"),
    "price": ("12.50 {currency}", "80.00 {currency}"),
    "multi_price": ("12.50 {currency}; 10.90 GBP", "80.00 {currency}; 69.00 GBP"),
    "datetime": ("2024-05-31", "2024-06-01"),
}
_NUMBERS = ("+45 32 12 34 56", "+45 32 12 34 57")
# what a text of such a meaning must look like, so that nobody takes the example for something else
_EXAMPLES_BY_MEANING = {
    "email": ("anna@example.com", "ben@example.com"),
    "phone": _NUMBERS,
    "mobile": _NUMBERS,
    "fax": _NUMBERS,
    "url": _EXAMPLES["url"],
    "gtin": ("4006381333931", "4006381333948"),
}


@dataclass(frozen=True, slots=True)
class FillInColumn:
    """One column of the file: `how` says in words how its cells are written."""

    header: str
    label: str
    type: str
    required: bool
    how: str
    examples: tuple[str, str]

    @property
    def instruction(self) -> str:
        """All that there is to say of the column, on one line."""
        label = "" if self.label == self.header else f"{self.label}: "
        return f"{label}{self.how}{' (required)' if self.required else ''}"


def fill_in_columns(fields: Sequence[SchemaField], currency: str | None = None) -> list[FillInColumn]:
    """The columns of the file, in the order of the schema; `currency` is the workspace's ISO 4217 code."""
    sku = "what identifies the product, and no other"
    return [
        FillInColumn("sku", "sku", "text", True, sku, ("EXAMPLE-1", "EXAMPLE-2")),
        FillInColumn("name", "name", "text", False, "what people call it", ("Example product", "Other product")),
        *(_column(field, currency or DEFAULT_CURRENCY) for field in fields),
    ]


def write_fill_in(
    fields: Sequence[SchemaField], target: Path, file_format: str, currency: str | None = None
) -> list[FillInColumn]:
    """Write the file to fill in; it is there whole or not at all.

    Args:
        fields: the schema's.
        target: the file; one that is there is replaced.
        file_format: one of `FORMATS`. CSV has its instructions in lines of `#` above the header, a workbook on a
            sheet of their own.
        currency: the workspace's ISO 4217 code, for examples of prices.

    Returns:
        Its columns.
    """
    columns = fill_in_columns(fields, currency)
    write: Callable[[Path, Sequence[FillInColumn]], None] = _write_csv if file_format == "csv" else _write_workbook
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=f".{file_format}")
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary, columns)
        temporary.chmod(0o644)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return columns


def _column(field: SchemaField, currency: str) -> FillInColumn:
    form = _FORMS[field.type].format(currency=currency)
    said = " ".join((field.description or "").split())
    first, second = _examples(field)
    return FillInColumn(
        field.key,
        " ".join(field.label.split()),
        field.type,
        field.required,
        f"{form}; {said}" if said else form,
        (first.format(currency=currency), second.format(currency=currency)),
    )


def _examples(field: SchemaField) -> tuple[str, str]:
    if field.type == "text":
        meanings = understand(field.key).meanings | understand(field.label).meanings
        for meaning, examples in _EXAMPLES_BY_MEANING.items():
            if meaning in meanings:
                return examples
    return _EXAMPLES[field.type]


def _rows(columns: Sequence[FillInColumn]) -> list[list[str]]:
    """The header and the two examples."""
    examples = ([column.examples[number] for column in columns] for number in (0, 1))
    return [[column.header for column in columns], *examples]


def _write_csv(path: Path, columns: Sequence[FillInColumn]) -> None:
    # spreadsheets know UTF-8 by its mark only
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        # as wide as the table, so that no program takes it for another one
        writer.writerow([f"# {HOW_TO}", *[""] * (len(columns) - 1)])
        writer.writerow([f"# {column.instruction}" for column in columns])
        writer.writerows(_rows(columns))


def _write_workbook(path: Path, columns: Sequence[FillInColumn]) -> None:
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = SHEET
    _fill(sheet, _rows(columns))
    for place, column in enumerate(columns, start=1):
        dimension = sheet.column_dimensions[get_column_letter(place)]
        dimension.width = max(12, min(40, len(column.header) + 4))
        if column.type == "text":
            dimension.number_format = TEXT_FORMAT  # else a spreadsheet takes the zeros off 00123
    about = book.create_sheet(INSTRUCTIONS)
    told = [[c.header, c.label, c.type, "yes" if c.required else "no", c.how] for c in columns]
    _fill(about, [["column", "label", "type", "required", "how to write it"], *told])
    _fill(about, [[""], ["Fill in one product per row of the first sheet, and remove the two examples there."]])
    book.save(path)


def _fill(sheet: object, rows: Sequence[Sequence[str]]) -> None:
    """Add rows of text, which no program takes for formulas; control characters, which nobody reads, are left out."""
    from openpyxl.cell import Cell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.worksheet.worksheet import Worksheet

    assert isinstance(sheet, Worksheet)
    begin = 1 if sheet.max_row == 1 and sheet["A1"].value is None else sheet.max_row + 1
    for number, row in enumerate(rows, start=begin):
        for place, text in enumerate(row, start=1):
            cell = sheet.cell(number, place)
            assert isinstance(cell, Cell)
            fill_cell(cell, ILLEGAL_CHARACTERS_RE.sub("", text))

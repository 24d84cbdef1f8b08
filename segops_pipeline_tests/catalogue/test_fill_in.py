"""A file to fill in: its columns and examples, and that an import reads the filled-in file as it is."""

import csv
import io
from pathlib import Path

import openpyxl
import pytest

from segops_pipeline.catalogue.fill_in import FORMATS, INSTRUCTIONS, SHEET, FillInColumn, fill_in_columns, write_fill_in
from segops_pipeline.catalogue.schema import save_fields
from segops_pipeline.imports.intake import suggestion_of
from segops_pipeline.inference.context import Refusal
from segops_pipeline.inference.fields import FIELD_TYPES, SchemaField
from segops_pipeline.inference.values import cast, decide_context
from segops_pipeline_tests.importing import Importer, counts

FIELDS = [
    *(SchemaField(f"a_{type_}", f"A {type_}", type_) for type_ in FIELD_TYPES),
    SchemaField("email", "E-mail", "text"),
    SchemaField("ean", "EAN", "text", required=True, description='Of the\n"single", piece; not the box'),
    SchemaField("größe", "Größe", "number"),
    SchemaField("kontakt", "Telefon", "text"),
]


@pytest.mark.parametrize("column", fill_in_columns(FIELDS, "DKK"), ids=lambda column: column.header)
def test_both_examples_are_valid(column: FillInColumn) -> None:
    context = decide_context(column.examples, column.type, None)
    assert not any(isinstance(cast(example, column.type, context), Refusal) for example in column.examples)
    assert len(set(column.examples)) == 2


def test_prices_are_in_the_currency_of_the_workspace() -> None:
    price = next(column for column in fill_in_columns(FIELDS, "DKK") if column.header == "a_price")
    assert price.examples == ("12.50 DKK", "80.00 DKK")
    assert "12.50 DKK" in price.how


def test_the_csv_has_every_field_and_says_what_is_required_and_meant(tmp_path: Path) -> None:
    write_fill_in(FIELDS, tmp_path / "in.csv", "csv")
    text = (tmp_path / "in.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[2] == ["sku", "name", *(field.key for field in FIELDS)]
    assert len(rows) == 5
    assert all(cell.startswith("#") for row in rows[:2] for cell in row if cell)
    assert '# EAN: text; Of the "single", piece; not the box (required)' in rows[1]


def test_a_schema_without_fields_has_key_and_name(tmp_path: Path) -> None:
    columns = write_fill_in([], tmp_path / "in.csv", "csv")
    assert [column.header for column in columns] == ["sku", "name"]


def test_what_was_there_stays_when_the_file_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("before")
    with pytest.raises(KeyError):
        write_fill_in([SchemaField("a", "A", "no type")], tmp_path / "in.csv", "csv")
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]
    assert (tmp_path / "in.csv").read_text() == "before"


def test_the_workbook_has_its_instructions_on_a_sheet_of_their_own(tmp_path: Path) -> None:
    fields = [*FIELDS, SchemaField("formula", "=1+1\x07", "text", description="=HYPERLINK()")]
    write_fill_in(fields, tmp_path / "in.xlsx", "xlsx")
    book = openpyxl.load_workbook(tmp_path / "in.xlsx")
    assert book.sheetnames == [SHEET, INSTRUCTIONS]
    assert [cell.value for cell in book[SHEET][1]] == ["sku", "name", *(field.key for field in fields)]
    assert book[SHEET].max_row == 3
    told = {row[0].value: [cell.value for cell in row] for row in book[INSTRUCTIONS].iter_rows(min_row=2)}
    assert told["ean"][1:4] == ["EAN", "text", "yes"]
    assert told["formula"][1] == "=1+1"
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def with_schema(imports: Importer, workspace_id: int) -> None:
    with imports.stores.database.workspace_session(workspace_id) as connection:
        save_fields(connection, workspace_id, FIELDS)


@pytest.mark.parametrize("file_format", FORMATS)
def test_the_file_is_imported_as_it_is(imports: Importer, workspace_id: int, tmp_path: Path, file_format: str) -> None:
    with_schema(imports, workspace_id)
    write_fill_in(FIELDS, tmp_path / f"in.{file_format}", file_format)
    job = imports.read(tmp_path / f"in.{file_format}")
    assert {column.column: column.target for column in suggestion_of(job).columns} == {
        header: header for header in ["sku", "name", *(field.key for field in FIELDS)]
    }
    job = imports.run(imports.confirm_suggestion(job))
    assert counts(job) == {"rows": 2, "created": 2}
    assert {issue.level for issue in imports.issues(job)} <= {"info"}
    assert imports.products()["EXAMPLE-1"] == (
        "Example product",
        {
            "a_text": "Example 1",
            "a_number": 12.5,
            "a_boolean": True,
            "a_list": ["red", "blue"],
            "a_url": "https://example.com/1.jpg",
            "a_price": {"amount": "12.50", "currency": "EUR"},
            "a_multi_price": [{"amount": "12.50", "currency": "EUR"}, {"amount": "10.90", "currency": "GBP"}],
            "a_datetime": "2024-05-31",
            "email": "anna@example.com",
            "ean": "4006381333931",
            "größe": 12.5,
            "kontakt": "+45 32 12 34 56",
        },
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_that_a_spreadsheet_has_saved_after_it_was_filled_in_is_imported(
    imports: Importer, workspace_id: int, tmp_path: Path, delimiter: str
) -> None:
    with_schema(imports, workspace_id)
    write_fill_in(FIELDS, tmp_path / "in.csv", "csv")
    rows = list(csv.reader(io.StringIO((tmp_path / "in.csv").read_text(encoding="utf-8-sig"))))
    filled = [[f"{cell}".replace("EXAMPLE", f"L-{number}") for cell in rows[3]] for number in range(7)]
    with (tmp_path / "saved.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([*rows[:3], *filled])
    job = imports.run(imports.confirm_suggestion(imports.read(tmp_path / "saved.csv")))
    assert counts(job) == {"rows": 7, "created": 7}
    assert sorted(imports.products()) == [f"L-{number}-1" for number in range(7)]


def test_the_smallest_file_is_imported_as_it_is(imports: Importer, tmp_path: Path) -> None:
    write_fill_in([], tmp_path / "in.csv", "csv")
    job = imports.run(imports.confirm_suggestion(imports.read(tmp_path / "in.csv")))
    assert imports.products() == {"EXAMPLE-1": ("Example product", {}), "EXAMPLE-2": ("Other product", {})}
    assert counts(job) == {"rows": 2, "created": 2}

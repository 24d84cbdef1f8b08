"""A source's products, exported in its own columns, edited and imported again: only the edits change."""

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from segops_pipeline.catalogue.edit import Changes, edit_product
from segops_pipeline.errors import WrongState, WrongUsage
from segops_pipeline.imports.confirm import Confirmation, confirm, present_confirmation
from segops_pipeline.imports.round_trip import FORMATS, Exported, RoundTrip, export_own
from segops_pipeline.imports.sources import save_source
from segops_pipeline.imports.templates import draft_of_job, save_draft
from segops_pipeline.imports.workspaces import find_workspace
from segops_pipeline.inference.fields import SchemaField
from segops_pipeline.reading import read_batches
from segops_pipeline.reading.staging import parse_upload
from segops_pipeline_tests.importing import Importer, counts

FIELDS = {
    "colour": "text", "note": "text", "weight": "number", "digits": "number", "flag": "boolean", "tags": "list",
    "link": "url", "price": "price", "prices": "multi_price", "added": "datetime",
}  # fmt: skip
MAPPING = {
    "Artikel Nr.": "sku", "Bezeichnung": "name", "Farbe": "colour", "Notiz": "note", "Gewicht": "weight",
    "Ziffern": "digits", "Aktiv?": "flag", "Schlagworte": "tags", "Link": "link", "Preis": "price",
    "price_eur": "prices", "price_usd": "prices", "price_de_CH": "prices", "Seit": "added", "Intern": None,
}  # fmt: skip
ROWS = [
    ["007", "Stuhl", "rot", '=1+1 "x"\nzwei; drei', "1,234", "12345678901234567890", "ja", "Eiche; Kiefer",
     "https://example.com/a b.jpg", "12,50 €", "10", "11", "CHF 12", "31.05.2024", "a"],
    ["0815", "@Tisch", "007", "'=nur Text", "2,5", "0,10000000000000000001", "nein", "a,b; c", "", "1.234,00 €", "",
     "9.99", "", "01.02.2024 12:30", "b"],
    ["=A-3", "", "N/A", "-", "", "", "", "", "", "", "", "", "", "", ""],
]  # fmt: skip


def written(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    return path


def first_import(imports: Importer) -> None:
    path = written(imports.folder / "price list.csv", [list(MAPPING), *ROWS])
    job = imports.read(path, source="acme")
    fields = [SchemaField(key, key.title(), type_) for key, type_ in FIELDS.items()]
    done = imports.run(confirm(imports.stores, job.id, Confirmation(MAPPING, fields)))
    assert counts(done) == {"rows": 3, "created": 3}


def exported(imports: Importer, name: str = "again.csv", **order: Any) -> tuple[Path, Exported]:
    path = imports.folder / name
    workspace = find_workspace(imports.stores.database, "acme")
    of = {} if "template" in order else {"source": "acme"}
    told = export_own(imports.stores, workspace, path, RoundTrip(format=path.suffix[1:], **of, **order))
    return path, told


def imported_again(imports: Importer, path: Path) -> dict[str, int]:
    job = imports.read(path, source="acme")
    done = imports.run(confirm(imports.stores, job.id, present_confirmation(imports.stores, job)))
    assert done.status == "done", done.error
    return counts(done)


def table(path: Path, imports: Importer) -> list[list[str]]:
    rows = imports.folder / "rows.parquet"
    read = parse_upload(path, rows, imports.stores.settings, path.name)
    batches = [batch.select([f"c{n}" for n in range(len(read.headers))]).to_pylist() for batch in read_batches(rows)]
    return [read.headers, *(list(row.values()) for batch in batches for row in batch)]


def edit_csv(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    rows[1][rows[0].index("Farbe")] = "blau"
    written(path, rows)


def edit_safe_csv(path: Path) -> None:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    rows[1][rows[0].index("'Farbe")] = "blau"
    written(path, rows)  # a spreadsheet does not keep the marks


def edit_lines(path: Path) -> None:
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    records[0]["Farbe"] = "blau"
    path.write_text("\n".join(json.dumps(one) for one in records), encoding="utf-8")


def edit_workbook(path: Path) -> None:
    from openpyxl import load_workbook

    book = load_workbook(path)
    sheet = book.active
    assert sheet is not None
    place = [cell.value for cell in sheet[1]].index("Farbe") + 1
    sheet.cell(2, place).value = "blau"  # pyright: ignore[reportAttributeAccessIssue]
    book.save(path)


def edit_parquet(path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    records = pq.read_table(path).to_pylist()
    records[0]["Farbe"] = "blau"
    pq.write_table(pa.Table.from_pylist(records), path)


EDITS: dict[str, Callable[[Path], None]] = {
    "csv": edit_csv, "xlsx": edit_workbook, "jsonl": edit_lines, "parquet": edit_parquet,
}  # fmt: skip


@pytest.mark.parametrize("format_", FORMATS)
def test_an_export_in_own_columns_changes_nothing_and_an_edited_cell_one_product(
    format_: str, imports: Importer
) -> None:
    first_import(imports)
    before = imports.products()
    path, told = exported(imports, f"again.{format_}")
    assert (told.products, told.notes) == (3, [])
    assert table(path, imports)[0] == list(MAPPING)
    assert imported_again(imports, path) == {"rows": 3, "unchanged": 3}
    assert imports.products() == before
    EDITS[format_](path)
    assert imported_again(imports, path) == {"rows": 3, "unchanged": 2, "updated": 1}
    assert imports.data("007") == {**before["007"][1], "colour": "blau"}


def test_a_safe_csv_runs_nothing_in_a_spreadsheet_and_loses_nothing(imports: Importer) -> None:
    first_import(imports)
    before = imports.products()
    path, _ = exported(imports, is_safe=True)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    assert rows[0][:2] == ["'Artikel Nr.", "'Bezeichnung"]
    assert not [cell for row in rows for cell in row if cell[:1] in "=+-@\t\r\n" and cell]
    assert imported_again(imports, path) == {"rows": 3, "unchanged": 3}
    edit_safe_csv(path)
    assert imported_again(imports, path) == {"rows": 3, "unchanged": 2, "updated": 1}
    assert imports.data("007") == {**before["007"][1], "colour": "blau"}


STEPS = {
    "Nr": ['prefix "AC-"'],
    "Name": ["trim", "title"],
    "Weight (g)": ["unit g to kg"],
    "Size": ['split " x " take 2', 'suffix " cm"'],
    "Sold": ['map "J"="yes", "N"="no"'],
    "Colours": ['split "/" as list'],
    "Model": ['join "Series" with " "'],
    "Cost": ['replace "ca. " with ""', "number 1.234,56"],
}
STEPPED = {
    "Nr": "sku", "Name": "name", "Weight (g)": "weight", "Size": "size", "Sold": "sold", "Colours": "colours",
    "Model": "model", "Series": None, "Cost": "cost", "Country": "country",
}  # fmt: skip
STEPPED_TYPES = {"weight": "number", "size": "text", "sold": "boolean", "colours": "list", "model": "text",
                 "cost": "price", "country": "text"}  # fmt: skip
STEPPED_ROWS = [
    ["1", "oak CHAIR", "1500", "3 x 40", "J", "red / blue", "M1", "S", "ca. 1.234,50 €", "ignored"],
    ["2", "TABLE", "2,5 kg", "1 x 2", "N", "", "M2", "", "7,00 €", "too"],
]


def stepped_import(imports: Importer, **more: list[str]) -> None:
    path = written(imports.folder / "stepped.csv", [list(STEPPED), *STEPPED_ROWS])
    job = imports.read(path, source="acme")
    fields = [SchemaField(key, key.title(), type_) for key, type_ in STEPPED_TYPES.items()]
    confirmed = Confirmation(STEPPED, fields, transformations={**STEPS, **more})
    assert counts(imports.run(confirm(imports.stores, job.id, confirmed))) == {"rows": 2, "created": 2}


def edited(imports: Importer, sku: str, **values: Any) -> None:
    workspace = find_workspace(imports.stores.database, "acme")
    with imports.stores.database.workspace_session(workspace.id) as connection:
        edit_product(connection, workspace.id, sku, Changes(values), "anna")


def test_steps_are_undone_where_a_value_is_no_longer_that_of_its_file(imports: Importer) -> None:
    stepped_import(imports)
    edited(
        imports, "AC-1", weight="0.75", size="60 cm", sold="no", colours=["green", "grey"], model="M9 S", cost="8.5 EUR"
    )
    before = imports.products()
    path, told = exported(imports)
    assert told.notes == []
    rows = table(path, imports)
    assert rows[0] == list(STEPPED)
    assert rows[1] == ["1", "oak CHAIR", "0.75 kg", "- x 60", "false", "green/grey", "M9", "S", "8.50 EUR", "ignored"]
    assert rows[2] == STEPPED_ROWS[1]
    assert imported_again(imports, path) == {"rows": 2, "unchanged": 2}
    assert imports.products() == before


def test_a_column_whose_steps_cannot_give_a_value_is_left_out_and_said(imports: Importer) -> None:
    stepped_import(imports, Country=['constant "DE"'])
    edited(imports, "AC-2", country="DK")
    before = imports.products()
    path, told = exported(imports)
    assert [(note.code, note.column) for note in told.notes] == [("column_left_out", "Country")]
    assert 'constant "DE"' in told.notes[0].message
    assert "Country" not in table(path, imports)[0]
    assert imported_again(imports, path) == {"rows": 2, "unchanged": 2}
    assert imports.products() == before


def test_of_a_source_its_own_products_are_exported_and_others_only_when_asked_for(imports: Importer) -> None:
    stepped_import(imports)
    imports.load("sku,name\nAC-9,Lamp\nB-1,Bench\n", source="other")
    assert [row[0] for row in table(exported(imports)[0], imports)[1:]] == ["1", "2"]
    path, told = exported(imports, every=True)
    assert [row[0] for row in table(path, imports)[1:]] == ["1", "2", "9"]
    assert [(note.code, note.value) for note in told.notes] == [("product_left_out", "B-1")]


def test_a_template_says_the_columns_too(imports: Importer) -> None:
    stepped_import(imports)
    workspace = find_workspace(imports.stores.database, "acme")
    job_id = imports.rows("SELECT id FROM import_jobs")[0]["id"]
    with imports.stores.database.workspace_session(workspace.id) as connection:
        from segops_pipeline.imports.jobs import load_job

        save_draft(connection, workspace.id, draft_of_job(load_job(connection, job_id), "lists", "anna"))
    path, told = exported(imports, template="lists")
    assert (table(path, imports)[0], told.notes) == (list(STEPPED), [])
    assert imported_again(imports, path) == {"rows": 2, "unchanged": 2}


def test_an_empty_cell_that_leaves_what_is_there_stands_for_what_cannot_be_written(imports: Importer) -> None:
    stepped_import(imports, Country=['extract "([A-Z]{2})"'])
    edited(imports, "AC-2", country="Denmark")
    workspace = find_workspace(imports.stores.database, "acme")
    with imports.stores.database.workspace_session(workspace.id) as connection:
        save_source(connection, workspace.id, "acme", policy="merge")
    path, told = exported(imports)
    assert told.notes == []
    assert imported_again(imports, path) == {"rows": 2, "unchanged": 2}


def test_a_value_that_another_type_has_left_behind_is_never_changed_by_the_way(imports: Importer) -> None:
    first_import(imports)
    imports.execute("UPDATE products SET data = data || '{\"weight\": \"heavy\"}' WHERE sku = '007'")
    path, told = exported(imports)
    assert [note.column for note in told.notes] == ["Gewicht"]
    assert imported_again(imports, path) == {"rows": 3, "unchanged": 3}


def test_what_cannot_be_exported_so_is_told(imports: Importer) -> None:
    imports.load("sku\nA\n")
    with pytest.raises(WrongUsage, match="no source"):
        exported(imports)
    stepped_import(imports)
    with pytest.raises(WrongUsage, match="Nothing is exported as 'pdf'"):
        exported(imports, "again.pdf")
    workspace = find_workspace(imports.stores.database, "acme")
    with imports.stores.database.workspace_session(workspace.id) as connection:
        save_source(connection, workspace.id, "new")
    with pytest.raises(WrongState, match="has a confirmed mapping yet"):
        export_own(imports.stores, workspace, imports.folder / "x.csv", RoundTrip(source="new"))


def test_a_product_that_its_own_column_cannot_name_is_left_out_and_said(imports: Importer) -> None:
    job = imports.read("Code,Name,Gtin\nx,Chair,4006381333931\n", source="acme")
    fields = [SchemaField("gtin", "Gtin", "text")]
    mapping = {"Code": "sku", "Name": "name", "Gtin": "gtin"}
    imports.run(confirm(imports.stores, job.id, Confirmation(mapping, fields, transformations={"Code": ["upper"]})))
    imports.execute("UPDATE products SET sku = 'y'")
    imports.execute("UPDATE source_rows SET key = 'y'")
    path, told = exported(imports)
    assert (told.products, [note.code for note in told.notes]) == (0, ["product_left_out"])
    assert path.exists()


def test_beside_a_value_edited_by_hand_another_cell_can_be_edited_in_the_file(imports: Importer) -> None:
    stepped_import(imports)
    edited(imports, "AC-1", size="60 cm")
    path, _ = exported(imports)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    rows[1][rows[0].index("Country")] = "NO"
    assert imported_again(imports, written(path, rows)) == {"rows": 2, "unchanged": 1, "updated": 1}
    assert (imports.data("AC-1")["size"], imports.data("AC-1")["country"]) == ("60 cm", "NO")


def test_a_value_edited_by_hand_and_then_in_the_file_waits_for_a_person_as_ever(imports: Importer) -> None:
    stepped_import(imports)
    edited(imports, "AC-1", size="60 cm")
    path, _ = exported(imports)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    rows[1][rows[0].index("Size")] = "- x 70"
    assert imported_again(imports, written(path, rows)) == {"rows": 2, "unchanged": 1, "conflicts": 1}
    assert imports.data("AC-1")["size"] == "60 cm"

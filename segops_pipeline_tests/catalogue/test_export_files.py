"""What is listed can be exported, in three formats that an import reads again, and safely for spreadsheets."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from segops_pipeline.catalogue.export_files import FORMATS, export_products
from segops_pipeline.catalogue.filters import ListingFilter
from segops_pipeline.errors import WrongUsage
from segops_pipeline_tests.importing import Importer, counts

FILE = """sku,name,text,number,flag,list,price,link,date
A,=Axe,=1+1,1.5,yes,x; y,12.50 EUR,https://a.example.com/,2024-05-31
007,Bond,@sum,-7,no,"z, q",7 USD,,
C,,,,,,,,
"""
TYPES = {
    "text": "text", "number": "number", "flag": "boolean", "list": "list", "price": "price", "link": "url",
    "date": "datetime",
}  # fmt: skip


def exported(imports: Importer, name: str, wanted: ListingFilter | None = None, **given: Any) -> Path:
    path = imports.folder / f"export.{name}"
    workspace_id: int = imports.rows("SELECT id FROM workspaces WHERE name = 'acme'")[0]["id"]
    with imports.stores.database.workspace_session(workspace_id) as connection:
        export_products(connection, workspace_id, path, wanted or ListingFilter(), name, **given)
    return path


@pytest.mark.parametrize("name", FORMATS)
def test_an_export_imported_again_is_unchanged(name: str, imports: Importer) -> None:
    imports.load(FILE, TYPES)
    before = imports.products()
    again = imports.run(imports.confirm_suggestion(imports.read(exported(imports, name))))
    assert (again.status, counts(again)) == ("done", {"rows": 3, "unchanged": 3})
    assert imports.products() == before


def test_an_export_has_what_is_wanted_in_its_order(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    wanted = ListingFilter(at_most={"number": "100"}, order="-number")
    lines = exported(imports, "jsonl", wanted).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["sku"] for line in lines] == ["A", "007"]
    assert json.loads(lines[0])["list"] == ["x", "y"]


def test_a_csv_for_spreadsheets_runs_no_formula_and_is_read_again_as_it_was(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    with exported(imports, "csv", safe=True).open(encoding="utf-8-sig", newline="") as file:
        safe = list(csv.reader(file))
    assert [row[1] for row in safe[1:]] == ["Bond", "'=Axe", ""]
    assert [row[2:4] for row in safe[1:]] == [["'@sum", "-7"], ["'=1+1", "1.5"], ["", ""]]
    assert safe[0][:2] == ["'sku", "'name"]
    again = imports.run(imports.confirm_suggestion(imports.read(exported(imports, "csv", safe=True))))
    assert counts(again) == {"rows": 3, "unchanged": 3}
    assert "=1+1" in exported(imports, "csv").read_text().split(",")


def test_a_format_is_one_of_those_known(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    with pytest.raises(WrongUsage, match="Nothing is exported"):
        exported(imports, "pdf")

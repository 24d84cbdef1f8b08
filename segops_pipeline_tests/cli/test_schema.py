"""`segops schema template`: a file to fill in, which is imported as it is."""

import pytest

from segops_pipeline_tests.cli.conftest import Segops
from segops_pipeline_tests.importing import Importer, counts


def test_the_file_has_the_fields_of_the_workspace_and_is_imported_as_it_is(segops: Segops, imports: Importer) -> None:
    imports.confirm_suggestion(imports.read("sku,name,price,stock\nL-1,Desk lamp,12.50 EUR,3\n"))
    written = segops("schema", "template", "-w", "acme", "-o", "fill-in.csv", "--json")
    assert written.code == 0, written.err
    assert (written.json["format"], written.json["columns"]) == ("csv", ["sku", "name", "price", "stock"])
    job = imports.read(segops.folder / "fill-in.csv")
    assert counts(imports.run(imports.confirm_suggestion(job))) == {"rows": 2, "created": 2}


def test_the_format_is_that_of_the_file_s_name_unless_one_is_given(segops: Segops) -> None:
    assert segops("schema", "template", "-w", "new", "-o", "fill-in.XLSX", "--json").json["format"] == "xlsx"
    assert (segops.folder / "fill-in.XLSX").read_bytes()[:2] == b"PK"
    shown = segops("schema", "template", "-w", "new", "-o", "fill-in.txt", "--format", "csv")
    assert (shown.code, "2 columns to fill in" in shown.out) == (0, True)
    assert "segops import fill-in.txt -w new" in shown.out


@pytest.mark.parametrize(
    "words",
    [["-o", "x.csv", "--format", "pdf"], ["-o", "no-folder/x.csv"]],
    ids=" ".join,
)
def test_what_cannot_be_written_is_said(segops: Segops, words: list[str]) -> None:
    refused = segops("schema", "template", *words, "--json")
    assert (refused.code, refused.json["error"]["code"]) == (2, "wrong_usage")


def test_rules_of_a_field_are_set_shown_and_kept_to(segops: Segops, imports: Importer) -> None:
    imports.load("sku,shelf\nA,3\n", {"shelf": "number"})
    written = segops("schema", "rules", "shelf", "-r", "number 0 .. 99", "-r", "required", "-w", "acme", "--json")
    assert written.json["rules"] == ["number 0..99", "required"]
    shown = segops("schema", "show", "-w", "acme", "--json").json["fields"]
    assert ("shelf", "number", ["number 0..99", "required"]) in [
        (field["key"], field["type"], field["rules"]) for field in shown
    ]
    assert counts(imports.load("sku,shelf\nA,100\nB,5\n", {"shelf": "number"}))["rejected"] == 1
    assert "no rules" in segops("schema", "rules", "shelf", "--none", "-w", "acme").out


@pytest.mark.parametrize(
    ("words", "code"),
    [(["size", "-r", "unique"], "wrong_usage"), (["shelf", "-r", "big"], "bad_mapping"), (["shelf"], "wrong_usage")],
)
def test_rules_that_cannot_be_set_are_said(segops: Segops, imports: Importer, words: list[str], code: str) -> None:
    imports.load("sku,shelf\nA,3\n")
    refused = segops("schema", "rules", *words, "-w", "acme", "--json")
    assert refused.json["error"]["code"] == code

"""`segops inspect`: looks at a file and stores nothing."""

import re

from segops_pipeline_tests.cli.conftest import Segops

PRICES = "\ufeffArtikelnummer;Bezeichnung;Preis;Farbe\n004711;Bohrer;189,00 €;Blau\n004712;Säge;94,50 €;\n"


def test_a_file_is_described_as_json(nowhere: Segops) -> None:
    told = nowhere("inspect", nowhere.write("prices.csv", PRICES), "--json")
    assert told.code == 0, told.err
    assert len(told.out.splitlines()) == 1
    found = told.json
    assert set(found) == {"dialect", "rows", "columns", "key", "name", "issues"}
    assert set(found["dialect"]) == {"kind", "encoding", "delimiter", "quote", "header_row", "sheet", "member"}
    assert (found["dialect"]["delimiter"], found["rows"]) == (";", 2)
    assert (found["key"], found["name"]) == ("Artikelnummer", "Bezeichnung")
    for column in found["columns"]:
        assert set(column) == {"name", "type", "target", "confidence", "source", "reason"}
    assert [column["type"] for column in found["columns"]] == ["text", "text", "price", "text"]
    assert [column["target"] for column in found["columns"]][:2] == ["sku", "name"]


def test_a_file_is_shown_to_a_person(nowhere: Segops) -> None:
    shown = nowhere("inspect", nowhere.write("prices.csv", PRICES))
    assert shown.code == 0
    assert "2 rows, delimited, utf-8" in shown.out
    assert "Artikelnummer" in shown.out


def test_columns_without_a_value_are_named_in_one_line(nowhere: Segops) -> None:
    shown = nowhere("inspect", nowhere.write("gaps.csv", "sku,name,size,tax\nA-1,Lamp,,\nA-2,Desk,,\n"))
    assert "Skipped, as every row is empty: size, tax" in shown.out
    assert not re.search(r"(?m)^size ", shown.out)


def test_nothing_is_stored_and_nothing_started(nowhere: Segops) -> None:
    nowhere("inspect", nowhere.write("prices.csv", PRICES))
    assert not nowhere.home.exists()


def test_a_bad_file_ends_with_its_error(nowhere: Segops) -> None:
    refused = nowhere("inspect", nowhere.write("empty.csv", ""), "--json")
    assert refused.code == 1
    assert refused.json["error"]["code"] == "empty_file"
    assert "empty.csv" in refused.err


def test_a_file_that_is_not_there_is_wrong_usage(nowhere: Segops) -> None:
    refused = nowhere("inspect", "nothing.csv", "--json")
    assert (refused.code, refused.json["error"]["code"]) == (2, "wrong_usage")

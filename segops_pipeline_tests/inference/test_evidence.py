"""What is told of a column beside its type."""

import json

import pytest

from segops_pipeline.inference.column_types import ColumnEvidence, infer_columns
from segops_pipeline_tests.inference.test_column_types import batch, infer


def test_the_first_refused_cells_are_shown_with_line_and_reason() -> None:
    values = [*(str(place) for place in range(200)), "oops", "dunno", "oops"]
    evidence = infer(values, "Weight")
    assert evidence.type == "number"
    assert [(cell.line, cell.value, cell.cells) for cell in evidence.refusals] == [(202, "oops", 2), (203, "dunno", 1)]
    assert all(cell.reason for cell in evidence.refusals)
    assert evidence.refused_share == pytest.approx(3 / 203)


def test_at_most_five_refused_cells_are_shown() -> None:
    evidence = infer([*(str(place) for place in range(400)), *"abcdefgh"], "Weight")
    assert [cell.value for cell in evidence.refusals] == list("abcde")


def test_shares_are_told_in_json() -> None:
    told = infer(["1", "2", "", ""], "Weight").as_dict()
    assert (told["fill_rate"], told["refused_share"]) == (0.5, 0.0)


def test_evidence_of_an_earlier_version_is_read() -> None:
    told = infer(["1", "2"], "Weight").as_dict()
    for name in ("refusals", "units", "fill_rate", "refused_share"):
        del told[name]
    assert ColumnEvidence.from_dict(json.loads(json.dumps({**told, "unknown": 1}))).type == "number"


def test_numbers_with_a_unit_stay_text_and_the_unit_is_told() -> None:
    evidence = infer(["12 kg", "3,5 kg", "800 g"], "Weight")
    assert evidence.type == "text"
    assert evidence.units == {"kg": 0.6667, "g": 0.3333}
    assert [issue.code for issue in evidence.issues] == ["numbers_with_unit"]


def test_a_percentage_is_the_number_before_its_sign_and_the_sign_is_told() -> None:
    evidence = infer(["12 %", "7.5 %"], "Discount")
    assert (evidence.type, evidence.units) == ("number", {"%": 1.0})
    assert [(issue.code, issue.level) for issue in evidence.issues] == [("percent_sign", "info")]


def test_a_percent_sign_that_some_values_lack_is_a_warning() -> None:
    issues = infer(["12 %", "7.5"], "Discount").issues
    assert [(issue.code, issue.level) for issue in issues] == [("percent_sign", "warning")]


@pytest.mark.parametrize(
    ("header", "values", "type_"),
    [
        ("Telefon", ["030 12345678", "0221 1234567"], "phone"),
        ("column", ["+49 30 12345678", "(615) 300-6376"], "phone"),
        ("Email", ["a@example.com", "b@example.com"], "email"),
        ("Email consent", ["yes", "no"], "boolean"),
        ("Email address type", ["private", "work"], "text"),
        ("Phone model", ["iPhone 12", "Pixel 8"], "text"),
        ("Street", ["Obere Str. 57", "Mataderos 2312"], "address"),
        ("Street number", ["57", "12a"], "text"),
        ("IP address", ["10.0.0.1", "10.0.0.2"], "text"),
        ("column", ["1221 Main Street East", "313 Church Street", "9582 Madison Boulevard"], "address"),
    ],
)
def test_a_column_of_contacts_has_its_type(header: str, values: list[str], type_: str) -> None:
    assert infer(values, header).type == type_


def test_the_addresses_of_a_catalogue_are_texts() -> None:
    columns = batch(["12 €", "13 €"], ["1 Main St", "2 Main St"])
    _, address = infer_columns(["Price", "Address"], [columns])
    assert (address.type, address.alternatives["address"]) == ("text", 1.0)
    people = batch(["12 €", "13 €"], ["1 Main St", "2 Main St"], ["Ann", "Bob"])
    assert infer_columns(["Spent", "Address", "First name"], [people])[1].type == "address"


def test_a_price_that_is_not_told_is_no_value() -> None:
    evidence = infer([*(f"{place}.50 €" for place in range(10)), "auf Anfrage"], "Preis")
    assert evidence.type == "price"
    assert [issue.code for issue in evidence.issues] == ["no_value"]


def test_codes_between_commas_are_a_list() -> None:
    assert infer(["crewneck,short_sleeve", "crewneck,long_sleeve"], "tshirt_style").type == "list"

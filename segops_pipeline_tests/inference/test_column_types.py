"""The type of a column, from all of its rows."""


# pyarrow comes without types
# pyright: reportUnknownParameterType=false

import json
from collections.abc import Sequence

import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segops_pipeline.inference.column_types import ColumnEvidence, infer_columns
from segops_pipeline.inference.context import Refusal
from segops_pipeline.inference.values import CastContext, cast, cast_distinct


def batch(*columns: Sequence[str], first_line: int = 2) -> pyarrow.RecordBatch:
    lines = pyarrow.array(range(first_line, first_line + len(columns[0])), pyarrow.int64())
    cells = [pyarrow.array(column, pyarrow.string()) for column in columns]
    return pyarrow.RecordBatch.from_arrays([lines, *cells], ["line", *(f"c{place}" for place in range(len(cells)))])


def infer(values: Sequence[str], header: str = "column", currency: str | None = None) -> ColumnEvidence:
    (evidence,) = infer_columns([header], [batch(values)], currency)
    return evidence


@pytest.mark.parametrize(
    ("header", "values", "type_"),
    [
        ("Weight", ["1.5", "2", "17.25"], "number"),
        ("Gewicht", ["1.234,5", "0,75", "12"], "number"),
        ("qty", ["0", "1", "2", "9"], "number"),
        ("qty", ["0", "1"], "number"),
        ("year", ["2019", "2021"], "number"),
        ("active", ["0", "1"], "boolean"),
        ("Taxable", ["TRUE", "FALSE"], "boolean"),
        ("Lieferbar", ["ja", "nein"], "boolean"),
        ("availability", ["in stock", "out of stock"], "boolean"),
        ("Size", ["S", "M", "L"], "text"),
        ("Size", ["S"], "text"),
        ("Gender", ["F"], "text"),
        ("Visibility", ["visible"], "text"),
        ("homepage", ["https://example.com/a", "http://example.org"], "url"),
        (
            "Image Src",
            ["https://example.com/a.jpg, https://example.com/b.jpg", "https://example.com/c.jpg"],
            "list",
        ),
        ("Image", ["a.jpg", "/img/b.jpg"], "text"),
        ("whatever", ["12.50 €", "7 €"], "price"),
        ("Variant Price", ["12.50", "7"], "price"),
        ("Preis (CHF)", ["1'200.50", "7.–"], "price"),
        ("単価", ["1200", "7"], "price"),
        ("Discount percent", ["10", "15"], "number"),
        ("price_type", ["fixed", "dynamic"], "text"),
        ("prices", ["EUR 10; USD 11", "EUR 12; USD 13"], "multi_price"),
        ("created", ["2024-05-31", "2024-06-01 12:30"], "datetime"),
        ("Birthday", ["19810524", "19790101"], "datetime"),
        ("Datum", ["31.05.2024", "1.6.2024"], "datetime"),
        ("Tags", ["red, cotton", "blue"], "list"),
        ("features", ["light|strong", "light"], "list"),
        ("Farben", ["rot;blau", "rot"], "list"),
        ("attributes", ['["a", "b"]', "[]"], "list"),
        ("Description", ["Soft, warm, and light.", "A chair, really.", "Oak, oil, and iron."], "text"),
        ("City", ["Paris, France", "Rome, Italy", "Oslo, Norway"], "text"),
        ("Category", ["Home > Chairs", "Home > Tables"], "text"),
        ("Dimensions", ["10 x 20", "5 x 7"], "text"),
        ("Packing", ["12 kg", "7 kg"], "text"),
        ("QuantityPerUnit", ["72 per g", "19 per box"], "text"),
        ("Duration", ["1:30", "2:15"], "text"),
    ],
)
def test_a_column_has_the_type_of_its_values(header: str, values: list[str], type_: str) -> None:
    assert infer(values, header).type == type_


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("column", ["00123", "00124", "10000"]),
        ("column", ["4006381333931", "4003994155486", "5901234123457"]),
        ("column", ["036000291452", "036000291469"]),
        ("column", ["2298138796", "3598215088", "359821507X"]),
        ("column", ["123456789012345678", "223456789012345678"]),
        ("column", [str(100_000 + 7 * place) for place in range(50)]),
        ("SKU", ["1", "2", "3"]),
        ("ProductID", ["1", "2", "3"]),
        ("EAN13", ["123", "1234"]),
        ("Artikelnummer", ["100", "200"]),
        ("PLZ", ["10115", "80331"]),
        ("商品コード", ["1001", "1002"]),
    ],
)
def test_an_identifier_stays_text_as_it_is_written(header: str, values: list[str]) -> None:
    evidence = infer(values, header)
    assert evidence.type == "text"
    assert [cast(value, evidence.type, evidence.context) for value in values] == values


@pytest.mark.parametrize("header", ["Quantity", "Position", "Bytes", "num_beds", "Number of pages", "grid", "VAT"])
def test_a_quantity_is_a_number_whatever_its_header_sounds_like(header: str) -> None:
    assert infer(["3", "12", "7"], header).type == "number"


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("EAN", ["4.00638E+12", "4.00399E+12"]),
        ("column", ["4.00638E+12", "4003994155486", "5901234123457"]),
        ("column", ["4,00638E+12", "4,00399E+12"]),
    ],
)
def test_an_identifier_that_a_spreadsheet_has_shortened_is_said(header: str, values: list[str]) -> None:
    evidence = infer(values, header)
    (issue,) = evidence.issues
    assert (evidence.type, issue.code, issue.level, issue.line) == (
        "text",
        "shortened_identifier",
        "warning",
        2,
    )
    assert "spreadsheet" in issue.message


def test_shortened_identifiers_are_said_beside_the_error_of_a_formula_too() -> None:
    evidence = infer(["4006381333931", "4,00638E+12", "#REF!", "4,01638E+12"], "EAN")
    assert {issue.code for issue in evidence.issues} >= {"shortened_identifier", "spreadsheet_error"}


def test_large_measures_are_no_damaged_identifiers() -> None:
    evidence = infer(["1.5E+12", "2.25", "3E+10"], "Luminosity")
    assert (evidence.type, evidence.issues) == ("number", [])


def test_errors_of_a_spreadsheet_are_said() -> None:
    evidence = infer(["1.5", *["2.5"] * 30, "#REF!"], "Weight")
    assert [issue.code for issue in evidence.issues] == ["spreadsheet_error", "values_refused"]
    assert evidence.issues[0].line == 33


def test_a_few_bad_cells_do_not_make_a_number_column_text() -> None:
    evidence = infer([*map(str, range(98)), "oops", "oops"], "Weight")
    assert (evidence.type, evidence.refused) == ("number", 2)
    (issue,) = evidence.issues
    assert (issue.code, issue.line, issue.value) == ("values_refused", 100, "oops")


def test_many_bad_cells_make_a_column_text_and_the_share_is_said() -> None:
    evidence = infer([*map(str, range(90)), *(f"oops {place}" for place in range(10))], "Weight")
    assert (evidence.type, evidence.alternatives["number"]) == ("text", 0.9)
    assert "90%" in evidence.reason


def test_cells_that_stand_for_no_value_do_not_count_against_a_type() -> None:
    evidence = infer(["1.5", "N/A", "N/A", "2.5"], "Weight")
    assert (evidence.type, evidence.refused) == ("number", 2)
    assert [(issue.code, issue.level) for issue in evidence.issues] == [("no_value", "info")]


def test_an_ambiguous_column_is_said_with_both_readings() -> None:
    evidence = infer(["01/02/2024", "03/04/2024"], "Date")
    (issue,) = evidence.issues
    assert (issue.code, issue.column) == ("ambiguous_date", "Date")
    assert "2024-02-01" in issue.message
    assert "2024-01-02" in issue.message


def test_one_row_far_down_decides_how_the_column_is_read() -> None:
    first, second = ["01/02/2024"] * 50, ["03/04/2024", "31/12/2024"]
    (evidence,) = infer_columns(["Date"], [batch(first), batch(second, first_line=52)])
    assert evidence.context == CastContext(day_first=True, year_first=False)
    assert evidence.issues == []


def test_the_header_names_the_currency_before_the_workspace() -> None:
    assert infer(["12.50", "7"], "price_eur", "USD").context.currency == "EUR"
    assert infer(["12.50", "7"], "price", "USD").context.currency == "USD"


def test_evidence_counts_all_rows_without_the_blank_ones() -> None:
    (evidence,) = infer_columns(["a"], [batch(["x", " ", "", " x"]), batch(["y", "z", "z", "z"], first_line=6)])
    assert (evidence.rows, evidence.filled, evidence.distinct) == (8, 6, 3)
    assert evidence.examples == ["z", "x", "y"]


def test_at_most_five_examples_are_kept_and_cut() -> None:
    evidence = infer([f"{place} {'word ' * 100}" for place in range(9)])
    assert len(evidence.examples) == 5
    assert max(map(len, evidence.examples)) == 200


def test_an_empty_column_is_text_and_says_so() -> None:
    evidence = infer(["", " "])
    assert (evidence.type, evidence.filled, evidence.reason) == ("text", 0, "Every cell is empty.")


def test_a_file_without_rows_has_empty_columns() -> None:
    assert [column.rows for column in infer_columns(["a", "b"], [])] == [0, 0]


def test_columns_keep_the_order_of_the_headers() -> None:
    found = infer_columns(["n", "t"], [batch(["1.5", "2"], ["x", "y"])])
    assert [(column.name, column.type) for column in found] == [("n", "number"), ("t", "text")]


def test_evidence_survives_json() -> None:
    evidence = infer(["1.234", "2.345", "N/A"], "Weight")
    assert ColumnEvidence.from_dict(json.loads(json.dumps(evidence.as_dict()))) == evidence


CELLS = st.one_of(
    st.text(max_size=12),
    st.decimals(-(10**6), 10**6, places=2).map(str),
    st.dates().map(lambda day: day.strftime("%d/%m/%Y")),
    st.sampled_from(["yes", "no", "N/A", "", "12,50 €", "$3", "a|b", "https://example.com/a", "1.234", "007"]),
)
COLUMNS = st.one_of(
    st.lists(CELLS, min_size=1, max_size=60),
    *(
        st.lists(st.sampled_from(words), min_size=1, max_size=60)
        for words in (
            ["1", "2,5"],
            ["a|b", "c"],
            ["ja", "nein"],
            ["030 1234567", "+49 30 1234567", "(615) 300-6376", "N/A"],
            ["a@example.com", "b@example.org", "mailto:c@example.net"],
            ["Hauptstr. 5", "1 Main St, Springfield", "PO Box 3"],
            ["$5", "from 3 €", "auf Anfrage", "10–20 €"],
        )
    ),
)

HEADERS = ["column", "price", "date", "tags", "id", "is_active", "phone", "email", "address", "size"]


@given(values=COLUMNS, header=st.sampled_from(HEADERS))
def test_a_column_loads_as_the_type_that_was_inferred(values: list[str], header: str) -> None:
    evidence = infer(values, header)
    filled = [value for value in values if value.strip()]
    answers = cast_distinct(filled, evidence.type, evidence.context)
    refused = sum(isinstance(answer, Refusal) for answer in answers)
    assert evidence.type == "text" or refused == evidence.refused
    assert evidence.type == "text" or refused < len(filled)


def test_more_distinct_values_than_are_gathered_are_held_against_the_type() -> None:
    batches = [
        batch([f"{place}.5" for place in range(start, start + 60_000)], first_line=start + 2)
        for start in range(0, 240_000, 60_000)
    ]
    later = batch([*(f"{place}.5" for place in range(1000)), "oops"], first_line=240_002)
    (evidence,) = infer_columns(["Weight"], [*batches, later])
    assert (evidence.type, evidence.rows, evidence.filled, evidence.refused) == (
        "number",
        241_001,
        241_001,
        1,
    )


def test_a_type_that_later_rows_refuse_is_given_up() -> None:
    numbers = [batch([f"{place}.5" for place in range(start, start + 70_000)]) for start in range(0, 210_000, 70_000)]
    words = batch([f"word {place}" for place in range(70_000)])
    (evidence,) = infer_columns(["Weight"], [*numbers, words])
    assert (evidence.type, evidence.refused, evidence.context) == ("text", 0, CastContext())
    assert "70000 of 280000" in evidence.reason

"""Which columns tell the rows apart where the key is missing or repeats."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow

from segops_pipeline.config import Settings
from segops_pipeline.inference.identifying import tell_identifying_columns
from segops_pipeline.inference.suggestion import suggest_mapping
from segops_pipeline_tests.inference.columns import codes, measured, names

SIZES = ["S", "M", "L"]


def said(table: Mapping[str, Sequence[str]]) -> list[str]:
    """What is said about the key of a table."""
    arrays = [pyarrow.array(list(cells), pyarrow.string()) for cells in table.values()]
    batch = pyarrow.RecordBatch.from_arrays(arrays, names=[f"c{place}" for place in range(len(arrays))])
    evidence = measured(table)
    suggestion = suggest_mapping(evidence, [], {}, Settings(home=Path("unused"), anthropic_api_key=None))
    told = tell_identifying_columns(suggestion, evidence, lambda: [batch])
    return [issue.message for issue in told.issues if issue.code in ("no_key", "key_repeats", "key_has_gaps")]


def thrice(cells: Sequence[str]) -> list[str]:
    return [cell for cell in cells for _ in SIZES]


def test_a_handle_that_repeats_over_variants_is_told_apart_by_the_option() -> None:
    table = {
        "Handle": thrice([f"shirt-{number}" for number in range(8)]),
        "Title": thrice(names(8)),
        "Option1 Value": SIZES * 8,
        "Variant SKU": [""] * 24,
        "Variant Price": ["9.90"] * 24,
    }
    assert said(table) == [
        "The key column has 8 different values in 24 rows. “Handle” and “Option1 Value” together are different in "
        'each of 24 rows: “Handle” with the step `join "Option1 Value" with "-"` could serve.'
    ]


def test_another_identifier_that_differs_in_every_row_is_named() -> None:
    table = {"SKU": [*codes(22), "AB-1000", "AB-1001"], "Name": names(24), "UPC": codes(24, "40123456780")}
    assert said(table) == [
        "The key column has 22 different values in 24 rows. “UPC” is different in each of 24 rows and could serve."
    ]


def test_three_columns_are_named_where_two_do_not_do() -> None:
    table = {
        "Handle": ["shirt"] * 6 + ["cap"] * 6,
        "Size": ["S", "S", "M", "M", "L", "L"] * 2,
        "Color": ["red", "blue"] * 6,
    }
    [message] = said(table)
    assert "together are different in each of 12 rows" in message
    assert all(f"“{header}”" in message.split("but it has")[1] for header in table)


def test_a_stock_or_a_price_tells_no_rows_apart() -> None:
    table = {
        "Handle": thrice([f"shirt-{number}" for number in range(4)]),
        "Stock": [str(number) for number in range(12)],
        "Price": [f"{number}.90" for number in range(12)],
    }
    assert said(table) == ["The key column has 4 different values in 12 rows."]


def test_without_a_key_a_pair_is_named() -> None:
    table = {"Country": ["France", "Spain", "Italy"] * 8, "Vintage year": thrice([str(2001 + n) for n in range(8)])}
    assert "“Country” and “Vintage year” together are different in each of 24 rows" in said(table)[0].replace(
        "“Vintage year” and “Country”", "“Country” and “Vintage year”"
    )


def test_rows_that_are_the_same_throughout_are_told_apart_by_nothing() -> None:
    assert said({"SKU": ["a1", "a1", "a2", "a2"], "Size": ["S"] * 4}) == [
        "The key column has 2 different values in 4 rows."
    ]


def test_a_good_key_is_not_spoken_of() -> None:
    assert said({"SKU": codes(24), "Name": names(24)}) == []

"""Batches of text under a mapping: typed columns, refused cells, keys and raw rows."""

import json

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segops_pipeline.formats.key_issues import MAX_KEY_CHARACTERS, key_issues
from segops_pipeline.formats.row_texts import RowTexts, hexadecimal, row_hashes
from segops_pipeline.formats.table import MappedColumn, TableMapping, TypedBatch, TypedColumn
from segops_pipeline.formats.table import type_batch as type_texts
from segops_pipeline.inference.casting import SURE
from segops_pipeline.inference.fields import FIELD_TYPES
from segops_pipeline.inference.transformations import parse_steps
from segops_pipeline.inference.values import CastContext, cast

CELLS = {
    "text": (" red ", "red"),
    "number": ("1.234,50", 1234.5),
    "boolean": ("ja", True),
    "list": ("oak; pine", ["oak", "pine"]),
    "url": ("https://example.com/a b.jpg", "https://example.com/a%20b.jpg"),
    "price": ("12,50 €", {"amount": "12.50", "currency": "EUR"}),
    "multi_price": (
        "EUR 10; USD 11",
        [{"amount": "10.00", "currency": "EUR"}, {"amount": "11.00", "currency": "USD"}],
    ),
    "datetime": ("31.05.2024", "2024-05-31"),
}


def batch(*columns: list[str]) -> pa.RecordBatch:
    arrays = {f"c{place}": pa.array(column) for place, column in enumerate(columns)}
    return pa.record_batch({"line": pa.array(range(2, 2 + len(columns[0])), pa.int64()), **arrays})


def type_batch(rows: pa.RecordBatch, given_mapping: TableMapping) -> TypedBatch:
    return type_texts(RowTexts(rows, given_mapping.headers), given_mapping)


def mapping(*columns: tuple[str, str]) -> TableMapping:
    return TableMapping(
        [target for target, _ in columns],
        [MappedColumn(place, target, target, type_, CastContext()) for place, (target, type_) in enumerate(columns)],
    )


def typed(field_type: str, *cells: str) -> TypedColumn:
    keys = [str(number) for number in range(len(cells))]
    columns = type_batch(batch(keys, list(cells)), mapping(("sku", "text"), ("field", field_type))).columns
    assert len(columns) == 1
    return columns[0]


def values(column: TypedColumn) -> list[object]:
    return [None if text is None else json.loads(text) for text in column.values.to_pylist()]


@pytest.mark.parametrize("field_type", FIELD_TYPES)
def test_a_cell_becomes_the_canonical_value_of_its_type(field_type: str) -> None:
    cell, value = CELLS[field_type]
    column = typed(field_type, cell, "", cell)
    assert values(column) == [value, None, value]
    assert column.refused == []


@pytest.mark.parametrize("field_type", [name for name in FIELD_TYPES if name not in ("text", "list")])
def test_a_cell_that_is_no_value_of_its_type_is_refused_in_every_row_that_has_it(field_type: str) -> None:
    column = typed(field_type, "???bad", CELLS[field_type][0], "", " ???bad ")
    assert [(cell.row, cell.text) for cell in column.refused] == [(0, "???bad"), (3, "???bad")]
    assert values(column)[0] is values(column)[3] is None
    assert values(column)[1] is not None


@pytest.mark.parametrize("field_type", [name for name in FIELD_TYPES if name not in ("text", "list")])
def test_a_placeholder_in_a_typed_column_is_an_empty_cell(field_type: str) -> None:
    column = typed(field_type, "N/A", "-", "NULL")
    assert (values(column), column.refused) == ([None, None, None], [])


def test_a_placeholder_in_a_text_column_is_a_text() -> None:
    assert values(typed("text", "N/A", "NULL", "-")) == ["N/A", "NULL", "-"]


@settings(deadline=None)
@given(st.from_regex(SURE["url"].rstrip("$") + r"\Z"))
def test_an_address_that_is_taken_without_a_cast_is_what_its_cast_gives(address: str) -> None:
    assert values(typed("url", address)) == [cast(address, "url", CastContext())]


def test_numbers_and_booleans_are_told_to_validation_as_such() -> None:
    assert typed("number", "1,5", "", "12345678901234567890123").typed.to_pylist() == [1.5, None, 1.2345678901234568e22]
    assert typed("boolean", "yes", "no", "").typed.to_pylist() == [True, False, None]


def test_keys_and_names_are_trimmed_and_the_raw_row_is_not() -> None:
    rows = batch([" A ", "\u00a0B\t"], ["  Chair ", ""])
    given_mapping = mapping(("sku", "text"), ("name", "text"))
    found = type_batch(rows, given_mapping)
    assert found.keys.to_pylist() == ["A", "B"]
    assert found.names is not None
    assert found.names.to_pylist() == ["Chair", ""]
    assert [json.loads(raw) for raw in RowTexts(rows, given_mapping.headers).raw().to_pylist()] == [
        {"sku": " A ", "name": "  Chair "},
        {"sku": "\u00a0B\t", "name": ""},
    ]


def test_names_are_none_where_no_column_is_mapped_to_them() -> None:
    assert type_batch(batch(["A"]), mapping(("sku", "text"))).names is None


def test_a_row_without_a_usable_key_is_told_with_its_line() -> None:
    long = "k" * (MAX_KEY_CHARACTERS + 1)
    given_mapping = mapping(("sku", "text"))
    found = list(key_issues(type_batch(batch(["A", "", " ", long]), given_mapping), given_mapping))
    assert [(row, issue.code, issue.line) for row, issue in found] == [
        (1, "empty_key", 3),
        (2, "empty_key", 4),
        (3, "long_key", 5),
    ]
    assert found[2][1].value == long[:100]


def test_the_error_of_a_formula_is_no_key() -> None:
    given_mapping = mapping(("sku", "text"))
    found = list(key_issues(type_batch(batch(["A", "#REF!", "#N/A"]), given_mapping), given_mapping))
    assert [(row, issue.code, issue.value) for row, issue in found] == [
        (1, "spreadsheet_error", "#REF!"),
        (2, "spreadsheet_error", "#N/A"),
    ]


def test_a_nul_character_becomes_one_that_postgresql_can_hold() -> None:
    found: TypedBatch = type_batch(batch(["A\0"], ["re\0d"]), mapping(("sku", "text"), ("colour", "text")))
    assert (found.keys.to_pylist(), values(found.columns[0])) == (["A\ufffd"], ["re\ufffdd"])


def test_the_hash_of_a_raw_row_tells_rows_apart_and_the_same_row_again() -> None:
    rows = batch(["A", "A", "A ", "A"], ["x", "x", "x", "y"])
    raws = RowTexts(rows, ["sku", "colour"]).raw()
    first, again, padded, other = hexadecimal(row_hashes(raws)).to_pylist()
    assert first == again
    assert len({first, padded, other}) == 3
    assert len(first) == 32
    assert row_hashes(raws[2:]) == row_hashes(raws)[32:]


def test_a_repaired_row_keeps_what_it_was_beside_its_cells() -> None:
    rows = batch(["A", "B"]).append_column("raw", pa.array([None, '"B;x"'], pa.large_string()))
    assert RowTexts(rows, ["sku"]).raw().to_pylist() == ['{"sku":"A"}', '{"sku":"B","":"B;x"}']


@pytest.mark.parametrize("blank", [" ", "\t", "\u00a0", "\u3000", "\x1f"])
def test_white_space_is_taken_off_wherever_it_stands(blank: str) -> None:
    texts = RowTexts(batch(["A", f"{blank}B", f"C{blank}", "", f"D{blank}E"]), ["sku"])
    assert texts.trimmed(0).to_pylist() == ["A", "B", "C", "", f"D{blank}E"]


def test_texts_without_white_space_around_them_are_not_touched() -> None:
    texts = RowTexts(batch(["A B", ""]), ["sku"])
    assert texts.trimmed(0) is texts.cells(0)


def transformed(*cells: str, field_type: str = "number", steps: list[str]) -> TypedColumn:
    keys = [str(number) for number in range(len(cells))]
    columns = [
        MappedColumn(0, "sku", "sku", "text", CastContext()),
        MappedColumn(1, "field", "field", field_type, CastContext(), steps=parse_steps(steps)),
    ]
    return type_batch(batch(keys, list(cells)), TableMapping(["sku", "field"], columns)).columns[0]


def test_steps_are_done_before_the_cast() -> None:
    column = transformed("size 5", "", "size 7", steps=['replace "size " with ""'])
    assert values(column) == [5, None, 7]


def test_a_cell_that_a_step_refuses_is_empty_and_told_as_it_is_in_the_file() -> None:
    column = transformed("5 kg", "heavy", steps=["unit to kg", 'default "9"'])
    assert values(column) == [5, None]
    assert [(cell.row, cell.text, cell.transformed) for cell in column.refused] == [(1, "heavy", None)]


def test_a_cell_that_its_cast_refuses_after_the_steps_is_told_with_both_texts() -> None:
    (cell,) = transformed("about ten", steps=['replace "about " with ""']).refused
    assert (cell.text, cell.transformed) == ("about ten", "ten")
    assert "made “ten” of “about ten”" in cell.issue(2).message


def test_a_plain_price_is_a_list_of_one_where_several_may_stand() -> None:
    column = typed("multi_price", "12.50 EUR", "EUR 1; USD 2", "", "3,00")
    assert values(column) == [
        [{"amount": "12.50", "currency": "EUR"}],
        [{"amount": "1.00", "currency": "EUR"}, {"amount": "2.00", "currency": "USD"}],
        None,
        [{"amount": "3.00"}],
    ]
    assert [json.loads(text or "null") for text in column.values.to_pylist()] == [
        cast(text, "multi_price", CastContext()) if text else None for text in ("12.50 EUR", "EUR 1; USD 2", "", "3,00")
    ]

"""Values of every type are written in own columns so that they are read again as themselves, whatever stands beside."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segops_pipeline.formats.table import MappedColumn
from segops_pipeline.imports.own_cells import OwnCells, OwnProduct
from segops_pipeline.imports.own_check import misread
from segops_pipeline.imports.own_columns import OwnTable
from segops_pipeline.inference.backwards import guesses
from segops_pipeline.inference.context import CastContext
from segops_pipeline.inference.fields import FIELD_TYPES
from segops_pipeline.inference.transformations import parse_steps
from segops_pipeline.reading.parquet import Batch, staged_file
from segops_pipeline_tests.catalogue.test_export import VALUES


def wrong(folder: Path, field_type: str, values: list[Any], steps: list[str]) -> dict[str, Any]:
    columns = [
        MappedColumn(0, "Nr", "sku", "text", CastContext()),
        MappedColumn(1, "Own", "field", field_type, CastContext(), steps=parse_steps(steps)),
    ]
    table = OwnTable(["Nr", "Own"], columns)
    has_currencies = {"field"} if any("currency" in repr(value) for value in values) else set[str]()
    products = [
        OwnProduct(f"P{place}", "", {} if value is None else {"field": value}, None)
        for place, value in enumerate(values)
    ]
    cells, known = OwnCells(table, has_currencies).of(products)
    assert all(known)
    wanted = [[product.json(target) for product in products] for target in ("sku", "field")]
    rows = list(map(list, zip(*cells, *wanted, [product.sku for product in products], strict=True)))
    with staged_file(folder / "cells", 5) as file:
        file.write(Batch(list(range(2, 2 + len(rows))), rows, 0))
    return misread(folder / "cells", table, ["sku", "field"])


@pytest.mark.parametrize("field_type", FIELD_TYPES)
@settings(deadline=None, max_examples=15, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_values_of_a_type_beside_each_other_are_read_as_themselves(
    field_type: str, data: st.DataObject, tmp_path: Path
) -> None:
    values = data.draw(st.lists(st.sampled_from([None, *VALUES[field_type]]), min_size=1, max_size=6))
    assert wrong(tmp_path, field_type, values, []) == {}


def test_what_steps_can_give_is_found_and_what_they_cannot_is_told(tmp_path: Path) -> None:
    assert wrong(tmp_path, "text", ["a cm", "20 cm", None], ['suffix " cm"']) == {}
    assert wrong(tmp_path, "number", [1.234, 0.5, 1000], ["number 1.234,56"]) == {}
    assert wrong(tmp_path, "number", [1.5, 0.0005], ["unit g to kg"]) == {}
    assert wrong(tmp_path, "list", [["a", "b"], ["c"]], ['split "/" as list']) == {}
    assert wrong(tmp_path, "datetime", ["2024-05-06", "2024-05-31T12:30:00"], ["date month-first"]) == {}
    (told,) = wrong(tmp_path, "text", ["a", "B", "c"], ["upper"]).values()
    assert (told.count, told.sku) == (2, "P0")


@pytest.mark.parametrize(
    ("wanted", "steps", "guess"),
    [
        ("AC-1", ['prefix "AC-"'], "1"),
        ("yes", ['map "J"="yes", "N"="no"'], "J"),
        ("b", ['split "-" take 2'], "_-b"),
        ("b", ['split "-" take -2'], "b-_"),
        ("Kiel blue", ['join "Colour" with " "'], "Kiel"),
        ("blue", ['join "Colour" with " "'], ""),
        ("1.5", ['replace "," with "."'], "1.5"),
        ("x-1 cm", ['prefix "x-"', 'suffix " cm"'], "1"),
        ("free", ['constant "free"'], "free"),
    ],
)
def test_steps_are_gone_back(wanted: str, steps: list[str], guess: str) -> None:
    assert guesses(wanted, parse_steps(steps), {"Colour": "blue"})[0] == guess

"""Measures: numbers with their units, read, converted, and refused."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segops_pipeline.inference.context import Refusal
from segops_pipeline.inference.measures import UNITS, convert, same_kind, unit_named, without_unit


@pytest.mark.parametrize(
    ("text", "target", "value"),
    [
        ("12 cm", "mm", "120"),
        ("1,5m", "cm", "150"),
        ("5'", "cm", "152.4"),
        ('19"', "cm", "48.26"),
        ("3 Zoll", "mm", "76.2"),
        ("-3 km", "m", "-3000"),
        ("2.5 Kilograms", "g", "2500"),
        ("8 oz.", "lb", "0.5"),
        ("12 fl oz", "ml", "354.88235475"),
        ("330 ccm", "l", "0.33"),
        ("1 m³", "l", "1000"),
        ("1'000 g", "kg", "1"),
        ("0.0000001 t", "mg", "100"),
    ],
)
def test_a_measure_is_converted_exactly(text: str, target: str, value: str) -> None:
    assert convert(text, target, None, None) == value


@pytest.mark.parametrize("text", ["", "cm", "12 parsecs", "12 x 30 cm", "1 kg 200 g", "about 3 cm", "9" * 100 + " cm"])
def test_what_is_no_single_measure_is_refused(text: str) -> None:
    assert isinstance(convert(text, "cm", "cm", None), Refusal)
    assert isinstance(without_unit(text), Refusal)


@given(st.sampled_from(UNITS), st.sampled_from(UNITS), st.decimals("0.001", "100000", places=3))
@settings(max_examples=60, derandomize=True, deadline=None)
def test_a_measure_converted_there_and_back_is_nearly_the_same(one: str, other: str, number: Decimal) -> None:
    there = convert(f"{number} {one}", other, None, ".")
    assert isinstance(there, Refusal) != same_kind(one, other)
    if not isinstance(there, Refusal) and len(there) < 40:
        back = convert(f"{there} {other}", one, None, ".")
        assert isinstance(back, str)
        assert abs(Decimal(back) - number) <= number / 10**9


def test_every_unit_is_known_by_its_name() -> None:
    assert [unit_named(unit) for unit in UNITS] == list(UNITS)
    assert unit_named("parsec") is None

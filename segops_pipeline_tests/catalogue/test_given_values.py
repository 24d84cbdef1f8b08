"""What a program gives becomes the value that it says, or is refused; never an error that nobody foresaw."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segops_pipeline.catalogue.export import cell
from segops_pipeline.catalogue.given_values import given_value, unstorable
from segops_pipeline.inference.context import CastContext, Refusal
from segops_pipeline.inference.fields import FIELD_TYPES
from segops_pipeline.inference.values import cast

EUR = "EUR"


@pytest.mark.parametrize(
    ("json", "type_", "value"),
    [
        ("007", "text", "007"),
        (7, "text", "7"),
        (True, "text", "true"),
        (1.234, "number", 1.234),
        ("1,5", "number", 1.5),
        (1e21, "number", 10**21),
        (True, "boolean", True),
        ("ja", "boolean", True),
        (["a, b", 1, None, " "], "list", ["a, b", "1"]),
        ("a; b", "list", ["a", "b"]),
        (5, "list", ["5"]),
        (12.5, "price", {"amount": "12.50", "currency": EUR}),
        ({"amount": 12}, "price", {"amount": "12.00", "currency": EUR}),
        ({"amount": "1.234", "currency": None}, "price", {"amount": "1.234"}),
        ({"USD": 1, "EUR": "2.5"}, "multi_price", [{"amount": "1.00", "currency": "USD"},
            {"amount": "2.50", "currency": EUR}]),
        ("2024-05-31", "datetime", "2024-05-31"),
        (None, "number", None),
        ([], "list", None),
        (" ", "text", None),
    ],
)  # fmt: skip
def test_a_value_is_what_it_says(json: Any, type_: str, value: Any) -> None:
    found = given_value(json, type_, EUR)
    if isinstance(value, float | int) and not isinstance(value, bool):
        assert float(found) == value  # type: ignore[arg-type]
    else:
        assert found == value


@pytest.mark.parametrize(
    ("json", "type_"),
    [
        (["a"], "text"), ({"a": 1}, "text"), ([1], "number"), (True, "number"), ("x", "number"), (5, "url"),
        ([["a"]], "list"), ({"a": 1}, "list"), ({"kg": 1}, "price"), ({"amount": 1, "currency": "EURO"}, "price"),
        ({"amount": 1, "vat": 7}, "price"), ("a\x00", "text"), (["\x00"], "list"), ("\ud800", "text"),
        (float("nan"), "number"), (float("-inf"), "text"), (10**400, "number"),
    ],
)  # fmt: skip
def test_what_is_no_value_says_why(json: Any, type_: str) -> None:
    found = given_value(json, type_, EUR)
    assert isinstance(found, Refusal)
    assert found.code
    assert found.suggestion


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["amount", "currency", "locale", "EUR", "x\ud800"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(deadline=None)
@given(anything, st.sampled_from(FIELD_TYPES))
def test_whatever_is_given_is_a_value_that_is_read_again_as_itself_or_refused(json: Any, type_: str) -> None:
    found = given_value(json, type_, EUR)
    if found is None or isinstance(found, Refusal):
        return
    assert unstorable(found) is None
    again = cast(cell(found, has_currencies=True), type_, CastContext(currency=EUR, decimal="."))
    assert again == found

"""The fast casts answer what the casts answer, or nothing."""

import json

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segops_pipeline.inference.context import CastContext, Refusal
from segops_pipeline.inference.fast_casts import MARKS, TEXT, surely
from segops_pipeline.inference.values import cast

TYPES = ["text", "number", "boolean", "list", "url", "price", "multi_price", "datetime"]
CONTEXTS = st.builds(
    CastContext,
    currency=st.sampled_from([None, "EUR", "USD", "JPY", "KWD", "CAD"]),
    decimal=st.sampled_from([None, ".", ","]),
    day_first=st.sampled_from([None, True, False]),
    separator=st.sampled_from([None, "|", ";", ",", "\n"]),
)
DIGITS = st.from_regex(r"\A-?[0-9]{0,4}[.,]?[0-9]{0,5}\Z")
PRICES = st.builds(
    lambda a, b, c, d, e: f"{a}{b}{c}{d}{e}",
    st.sampled_from(["", *MARKS]),
    st.sampled_from(["", " "]),
    DIGITS,
    st.sampled_from(["", " "]),
    st.sampled_from(["", *MARKS, "kr", "m"]),
)
DATES = st.from_regex(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
LISTS = st.text(st.sampled_from('ab|;, \u00a0"[\\\n'), max_size=8)
WRITINGS = st.one_of(DIGITS, PRICES, DATES, LISTS, st.text(max_size=10), st.just("https://example.com/a?b=c"))


@settings(deadline=None, max_examples=400, derandomize=True)
@given(WRITINGS, st.sampled_from(TYPES), CONTEXTS)
def test_what_is_sure_is_what_the_cast_answers(text: str, kind: str, context: CastContext) -> None:
    text = text.strip()
    found = surely(pa.array([text], TEXT), kind, context)[0].as_py()
    if found is not None:
        assert json.loads(found) == cast(text, kind, context)


def test_prices_with_different_marks_stand_in_one_column() -> None:
    texts = ["", "12.50 EUR", "EUR12,50", "£ 1.00", "on request", "3,00", "€4.00", "$5.00", "12.50EUR"]
    found = surely(pa.array(texts, TEXT), "price", CastContext(currency="CHF")).to_pylist()
    sure = {text: json.loads(price) for text, price in zip(texts, found, strict=True) if price is not None}
    assert set(sure) >= set(texts) - {"", "on request", "$5.00"}
    assert sure == {text: cast(text, "price", CastContext(currency="CHF")) for text in sure}


@pytest.mark.parametrize(
    ("kind", "text", "context"),
    [
        ("number", "12", CastContext()),
        ("number", "-0,5", CastContext(decimal=",")),
        ("price", "12.50 EUR", CastContext()),
        ("price", "€12,50", CastContext()),
        ("price", "12.50", CastContext(currency="USD")),
        ("datetime", "2024-02-28", CastContext()),
        ("list", "red|dark blue", CastContext(separator="|")),
        ("url", "https://example.com/a.jpg", CastContext()),
    ],
)
def test_the_plainest_writings_are_sure(kind: str, text: str, context: CastContext) -> None:
    found = surely(pa.array([text], TEXT), kind, context)[0].as_py()
    expected = cast(text, kind, context)
    assert not isinstance(expected, Refusal)
    assert json.loads(found) == expected


@pytest.mark.parametrize(
    ("kind", "text"), [("number", "1.234"), ("number", "1.50"), ("datetime", "2024-02-30"), ("price", "12.5 EUR")]
)
def test_what_needs_a_decision_is_left_to_the_cast(kind: str, text: str) -> None:
    assert surely(pa.array([text], TEXT), kind, CastContext())[0].as_py() is None


@pytest.mark.parametrize("kind", TYPES)
def test_an_empty_cell_has_no_value(kind: str) -> None:
    assert surely(pa.array([""], TEXT), kind, CastContext(separator="|", currency="EUR"))[0].as_py() is None

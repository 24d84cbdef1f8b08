"""What holds for every cast: it never raises, and what it gives is read again as itself."""

# ruff: noqa: RUF001 - other scripts' letters are meant

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segops_pipeline.inference.casting import SURE
from segops_pipeline.inference.contact_types import CONTACT_TYPES
from segops_pipeline.inference.fields import FIELD_TYPES
from segops_pipeline.inference.values import (
    NO_VALUE,
    CastContext,
    Refusal,
    Value,
    cast,
    cast_distinct,
    decide,
    decide_context,
)

TYPES = (*FIELD_TYPES, *CONTACT_TYPES)
NO_CONTEXT = CastContext()
CONTEXTS = st.builds(
    CastContext,
    currency=st.sampled_from([None, "EUR", "CAD", "KWD", "JPY", "INR"]),
    decimal=st.sampled_from([None, ".", ","]),
    day_first=st.sampled_from([None, True, False]),
    year_first=st.sampled_from([None, True, False]),
    separator=st.sampled_from([None, "|", ";", ",", "\n"]),
    region=st.sampled_from([None, "US", "DE", "FR"]),
)
# Letters that the casts know by name, so that random texts come near to values.
NEAR_VALUES = st.text(alphabet="0123456789.,-+'() :/;|[]{}\"TZ$€£%eEkrRsMayhtps年月日٣٫\u00a0\n", max_size=40)
NEAR_PHONES = st.text(alphabet="0123456789 +()-./xtel;=#", max_size=24)
NEAR_ADDRESSES = st.text(alphabet="Hauptstr. 15,\n PO@xde&#64;", max_size=40)
TEXTS = st.one_of(
    st.text(max_size=60), NEAR_VALUES, NEAR_PHONES, NEAR_ADDRESSES, st.from_regex(r"\{.*\}|\[.*\]|https?://.*")
)


def written(value: Value) -> str:
    """A value as text, as an export would write it."""
    return value if isinstance(value, str) else json.dumps(value)


@given(text=TEXTS, type_=st.sampled_from(TYPES), context=CONTEXTS)
@settings(derandomize=True, deadline=None)
def test_no_text_makes_a_cast_raise(text: str, type_: str, context: CastContext) -> None:
    value = cast(text, type_, context)
    assert isinstance(value, Refusal) or json.loads(json.dumps(value, allow_nan=False)) == value


@given(text=TEXTS, type_=st.sampled_from(TYPES), context=CONTEXTS)
@settings(derandomize=True, deadline=None)
def test_a_value_is_read_again_as_itself(text: str, type_: str, context: CastContext) -> None:
    value = cast(text, type_, context)
    if not isinstance(value, Refusal) and value != "":
        assert cast(written(value), type_, NO_CONTEXT) == value


@given(values=st.lists(TEXTS, max_size=20), type_=st.sampled_from(TYPES))
@settings(derandomize=True, deadline=None)
def test_no_values_make_a_decision_raise(values: list[str], type_: str) -> None:
    decision = decide(values, type_, None)
    assert len(cast_distinct(values, type_, decision.context)) == len(values)


@pytest.mark.parametrize("type_", sorted(SURE))
@given(data=st.data(), context=CONTEXTS)
@settings(max_examples=30, derandomize=True, deadline=None)  # texts of long patterns are slow to make
def test_what_looks_surely_like_a_type_is_taken_by_its_cast(
    type_: str, data: st.DataObject, context: CastContext
) -> None:
    text = data.draw(st.from_regex(SURE[type_].removesuffix("$"), fullmatch=True).filter(str.isprintable))
    assert not isinstance(cast(text, type_, context), Refusal)


@pytest.mark.parametrize("type_", TYPES)
def test_a_refusal_names_the_value_and_what_to_do(type_: str) -> None:
    refusal = cast("\x00", type_, NO_CONTEXT)
    assert isinstance(refusal, Refusal)
    assert refusal.suggestion


@pytest.mark.parametrize("type_", [type_ for type_ in TYPES if type_ not in ("text", "list")])
@pytest.mark.parametrize("placeholder", ["N/A", "-", "NULL", "#N/A", "n.a.", "NaN"])
def test_a_placeholder_is_no_value_of_a_typed_field(type_: str, placeholder: str) -> None:
    refusal = cast(placeholder, type_, NO_CONTEXT)
    assert isinstance(refusal, Refusal)
    assert refusal.code == NO_VALUE


def test_a_placeholder_is_a_text_like_any_other() -> None:
    assert cast("N/A", "text", NO_CONTEXT) == "N/A"


@pytest.mark.parametrize("type_", TYPES)
def test_a_blank_cell_has_no_value(type_: str) -> None:
    refusal = cast(" \t\u00a0", type_, NO_CONTEXT)
    assert isinstance(refusal, Refusal)
    assert refusal.code == NO_VALUE


def test_a_text_keeps_everything_but_the_blanks_around_it() -> None:
    assert cast("  two  words\nand a line ", "text", NO_CONTEXT) == "two  words\nand a line"


def test_an_unknown_type_is_an_error_of_the_caller() -> None:
    with pytest.raises(KeyError):
        cast("1", "decimal", NO_CONTEXT)


@given(context=CONTEXTS)
@settings(derandomize=True, deadline=None)
def test_a_context_survives_json(context: CastContext) -> None:
    assert CastContext.from_dict(json.loads(json.dumps(context.as_dict()))) == context


def test_the_context_of_texts_is_empty() -> None:
    assert decide_context(["1,5", "2.5"], "text", "EUR") == NO_CONTEXT

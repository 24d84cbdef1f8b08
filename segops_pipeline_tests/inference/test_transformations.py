"""Steps on a column's text: how they are written, what each does, and what is refused."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segops_pipeline.errors import BadMapping
from segops_pipeline.inference.context import CastContext, Refusal
from segops_pipeline.inference.transformations import (
    MOST_STEPS,
    STEP_FORMS,
    cast_context,
    parse_steps,
    settled,
    transform,
)
from segops_pipeline.inference.values import cast

TEXT = pa.large_string()


def texts(values: list[str]) -> pa.Array:
    return pa.array(values, TEXT)


def columns(others: dict[str, list[str]]) -> Callable[[str], pa.Array]:
    return lambda name: texts(others[name])


def changed(values: list[str], *steps: str, **others: list[str]) -> list[str]:
    ready = settled(parse_steps(steps), texts(values), columns(others))
    return transform(texts(values), ready, columns(others)).texts.to_pylist()


def refused(values: list[str], *steps: str) -> dict[int, str]:
    ready = settled(parse_steps(steps), texts(values), columns({}))
    return {row: why.code for row, why in transform(texts(values), ready, columns({})).refused.items()}


FURTHER_FORMS = (
    'trim "*"', 'split "," take -1', 'map "a"="b"', 'join "a", "b" with ""', "number 1 234,5", "number 1'234.56",
    "date month-first", "date year-first", "unit to lb", "phone", "address", "address postcode", 'extract "a""b"',
    'replace "," with ""', 'constant ""', 'map "="=",", ","="else" else ""',
)  # fmt: skip


@pytest.mark.parametrize("text", [*STEP_FORMS, *FURTHER_FORMS])
def test_a_step_is_written_as_it_is_read(text: str) -> None:
    (step,) = parse_steps([text])
    assert str(step) == text
    assert parse_steps([str(step)]) == (step,)


def test_words_of_steps_may_be_in_capitals_and_have_more_blanks() -> None:
    written = ['  REPLACE "A"  With "b" ', 'Map "Y"="yes","N" = "no"', "Unit Gram TO Kilogram", "phone de"]
    assert [str(step) for step in parse_steps(written)] == [
        'replace "A" with "b"',
        'map "Y"="yes", "N"="no"',
        "unit g to kg",
        "phone DE",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "", "frobnicate", '"trim"', "trim x", "upper x", 'prefix "x', "prefix x", "constant", 'replace "a"',
        'replace "" with "x"', 'split "" take 1', 'split ";" take 0', 'split ";" take x', 'split ";"', "split",
        'join with "x"', 'join "a" "b" with ","', 'join "a"', "unit", "unit kg", "unit kg to cm", "unit to parsec",
        "map", 'map "a"', 'map "a"="b",', 'map "a"="b" "c"="d"', 'map "a"="b" else', 'map else "x"', "number",
        "number 12", "number 1.234", "number x,50", "date", "date 31.12.", 'extract "("', r'extract "(a)\1"',
        'extract ""', "phone XX", 'phone "DE"', "address planet", "email x", 'prefix "\0"', 5, None, ["trim"],
        f'prefix "{"x" * 20_000}"',
    ],
    ids=lambda text: str(text)[:30].replace("\0", "NUL"),
)  # fmt: skip
def test_what_is_no_step_is_refused_with_its_column_its_text_and_all_that_is_allowed(text: Any) -> None:
    with pytest.raises(BadMapping, match="cannot be understood") as told:
        parse_steps(["trim", text], "Weight")
    assert told.value.column == "Weight"
    assert told.value.value == str(text)[:200]
    assert all(form in told.value.remedy for form in STEP_FORMS)


@given(st.text(max_size=40))
@settings(max_examples=60, derandomize=True, deadline=None)
def test_any_text_is_a_step_or_refused(text: str) -> None:
    for written in (text, f"unit {text}", f'map "{text}', f"number {text}", f'split "x" {text}', f"phone {text}"):
        try:
            steps = parse_steps([written])
        except BadMapping:
            continue
        assert parse_steps([str(step) for step in steps]) == steps


def test_a_column_has_so_many_steps_at_most() -> None:
    assert len(parse_steps(["trim"] * MOST_STEPS)) == MOST_STEPS
    with pytest.raises(BadMapping, match=f"at most {MOST_STEPS}"):
        parse_steps(["trim"] * (MOST_STEPS + 1))


@pytest.mark.parametrize(
    ("step", "before", "after"),
    [
        ("trim", ["  a \t  b ", "", "x"], ["a b", "", "x"]),
        ('trim "*-"', ["**a-b*", "-"], ["a-b", ""]),
        ("upper", ["aä é"], ["AÄ É"]),
        ("lower", ["ÄB c"], ["äb c"]),
        ("title", ["desk lamp"], ["Desk Lamp"]),
        ("sentence", ["DESK LAMP"], ["Desk lamp"]),
        ('replace "." with ""', ["1.2.3", "x"], ["123", "x"]),
        ('split ";" take 2', ["a; b;c", "a", ""], ["b", "", ""]),
        ('split ">" take -1', ["Home > Lamps > Desk", "Home"], ["Desk", "Home"]),
        ('split ";" as list', ["a; b;;c", ";", ""], ['["a", "b", "c"]', "", ""]),
        ('prefix "SKU-"', ["7", ""], ["SKU-7", ""]),
        ('suffix " cm"', ["7", ""], ["7 cm", ""]),
        ('constant "EUR"', ["7", ""], ["EUR", "EUR"]),
        ('default "unknown"', ["7", "", "  "], ["7", "unknown", "unknown"]),
        ('map "Y"="yes", "N"="no"', ["Y", "N", "?", ""], ["yes", "no", "?", ""]),
        ('map "Y"="yes" else "no"', ["Y", "N", ""], ["yes", "no", ""]),
        ('extract "([0-9]+) cm"', ["about 12 cm wide", "wide"], ["12", ""]),
        ('extract "[0-9]+"', ["about 12 cm"], ["12"]),
        ('extract "(?i)size: (?:eu )?([0-9]+)(x)?"', ["Size: EU 42x"], ["42"]),
        (r'extract "[(](?P<code>\w+)[)] (\w+)"', ["lamp (L1) red"], ["L1"]),
        ("unit remove", ["12 cm", "1.234,5kg", "7", ""], ["12", "1.234,5", "7", ""]),
        ("unit g to kg", ["500", "2 kg", "1 lb", ""], ["0.5", "2", "0.45359237", ""]),
        ("unit to in", ["2.54 cm", "1 m"], ["1", "39.3700787402"]),
        ("phone DE", ["030 12345678", "+43 1 5123456"], ["+493012345678", "+4315123456"]),
        ("email", ["Ann@EXAMPLE.com"], ["Ann@example.com"]),
        ("address", ["Musterweg 1\n1010 Wien\nÖsterreich"], ["Musterweg 1, 1010 Wien, Österreich"]),
        ("address city", ["350 5th Ave, New York, NY 10118, USA"], ["New York"]),
        ("number 1.234,56", ["1.234"], ["1.234"]),
        ("date day-first", ["01/02/2024"], ["01/02/2024"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_step_changes_each_text(step: str, before: list[str], after: list[str]) -> None:
    assert changed(before, step) == after


def test_steps_are_done_in_their_order() -> None:
    assert changed([" ca. 12 CM "], "trim", "lower", 'replace "ca. " with ""', "unit to mm") == ["120"]
    assert changed(["a"], 'prefix "x"', "upper") == ["XA"]
    assert changed(["a"], "upper", 'prefix "x"') == ["xA"]


def test_other_columns_are_joined_as_they_are_in_the_file_and_empty_ones_left_out() -> None:
    brand, model = ["Acme", "", " "], [" L1 ", "L2", ""]
    assert changed(["desk", "floor", ""], "upper", 'join "brand", "model" with " · "', brand=brand, model=model) == [
        "DESK · Acme · L1",
        "FLOOR · L2",
        "",
    ]


@pytest.mark.parametrize(
    ("step", "bad", "code"),
    [
        ("unit remove", "about ten", "not_a_measure"),
        ("unit to kg", "7", "unit_missing"),
        ("unit to kg", "7 cm", "wrong_unit"),
        ("unit to kg", "2 x 3 kg", "not_a_measure"),
        ("phone DE", "12", "not_a_phone"),
        ("phone", "+49 1", "not_a_phone"),
        ("email", "ann at example", "not_an_email"),
        ("address", "https://example.com", "not_an_address"),
        ("address city", "Berlin", "not_an_address"),
    ],
)
def test_a_text_that_a_step_cannot_change_is_refused_and_stays_empty(step: str, bad: str, code: str) -> None:
    assert refused([bad, "", bad], step) == {0: code, 2: code}
    assert changed([bad, ""], step, 'default "filled"') == ["", "filled"]


def test_a_refused_text_says_what_to_do() -> None:
    found = transform(texts(["7"]), parse_steps(["unit to kg"]), columns({})).refused[0]
    assert isinstance(found, Refusal)
    assert "unit g to kg" in found.suggestion


def test_a_number_step_and_a_date_step_fix_how_the_cast_reads() -> None:
    context = cast_context(parse_steps(["number 1.234,56", "date day-first"]), CastContext(currency="EUR", decimal="."))
    assert context == CastContext(currency="EUR", decimal=",", day_first=True, year_first=False)
    assert cast("1.234", "number", context) == 1234
    assert cast("01/02/2024", "datetime", context) == "2024-02-01"
    assert cast_context(parse_steps(["date year-first"]), CastContext()).year_first is True


@pytest.mark.parametrize(
    ("steps", "values", "after"),
    [
        (["unit g to kg"], ["1.234 g"], ["0.001234"]),
        (["unit g to kg"], ["1.234 g", "2,5 g"], ["1.234", "0.0025"]),
        (["number 1.234,56", "unit g to kg"], ["1.234 g"], ["1.234"]),
    ],
)
def test_a_conversion_reads_numbers_as_its_column_writes_them(
    steps: list[str], values: list[str], after: list[str]
) -> None:
    assert changed(values, *steps) == after
    assert cast_context(parse_steps(steps), CastContext(decimal=",")).decimal == "."


def test_the_numbers_of_a_column_decide_their_country_where_the_step_names_none() -> None:
    french = ["01 42 68 53 00", "06 12 34 56 78", "04 91 12 34 56"]
    assert changed(french, "phone") == ["+33142685300", "+33612345678", "+33491123456"]
    assert changed(["030 12345678", "+43 1 5123456"], "phone") == ["030 12345678", "+4315123456"]


def test_the_currency_of_the_workspace_decides_a_country_that_the_numbers_leave_open() -> None:
    texts = pa.array(["202 555 0143", "415 555 2671"], TEXT)
    steps = settled(parse_steps(["phone"]), texts, lambda _: texts, "USD")
    assert transform(texts, steps, lambda _: texts).texts.to_pylist() == ["+12025550143", "+14155552671"]


def test_no_pattern_can_hang_an_import() -> None:
    assert changed(["a" * 50_000], 'extract "((a*)*)*b"') == [""]


@given(st.lists(st.text(max_size=30) | st.sampled_from(["12 cm", "1.234,5 kg", "030 12345678", "a@b.de"]), max_size=5))
@settings(max_examples=25, derandomize=True, deadline=None)
def test_no_step_raises_whatever_the_texts_are_and_each_row_stays_a_row(values: list[str]) -> None:
    cells = [value.replace("\0", "") for value in values]
    others = {"Other column": cells}
    for form in STEP_FORMS:
        done = transform(texts(cells), settled(parse_steps([form]), texts(cells), columns(others)), columns(others))
        assert len(done.texts) == len(cells)
        assert done.texts.null_count == 0

"""Validation rules of templates: what is understood, what is refused, and which cells break them."""

import pyarrow
import pytest

from segops_pipeline.errors import BadMapping
from segops_pipeline.inference.context import CastContext
from segops_pipeline.inference.rule_check import check_rules
from segops_pipeline.inference.rules import parse_rule, parse_rules
from segops_pipeline.inference.transformations import parse_steps


@pytest.mark.parametrize(
    ("rule", "good", "bad"),
    [
        ("email", ["a@example.com", "Ann.Lee+x@example.co.uk"], ["a@", "example.com", "a b@example.com"]),
        ("phone", ["+45 32 12 34 56", "+1 617-555-1234"], ["+45 1", "none", "+999 12345678"]),
        ("phone DK", ["32 12 34 56", "+45 32123456"], ["1", "abc"]),
        ("url", ["https://example.com/a.jpg", "http://example.com"], ["not a link", "https://"]),
        ("gtin", ["4006381333931", "96385074"], ["4006381333932", "123", "A"]),
        ("number", ["1", "1.5", "-3", "1,234.50"], ["x", "1-2"]),
        ("number 0..10", ["0", "10", "9.99"], ["-1", "10.01", "ten"]),
        ("number 5..", ["5", "1000000"], ["4.99"]),
        ("number ..0", ["0", "-7"], ["0.1"]),
        ("length 2..3", ["ab", "äöü"], ["a", "abcd"]),
        ("pattern [A-Z]{2}-[0-9]+", ["AB-1", "XY-007"], ["ab-1", "AB-1 ", "xAB-1", "AB-"]),
        ("pattern a|b", ["a", "b"], ["ab", "ax", "xb"]),
        ("one of: red | dark blue", ["red", "RED", "dark blue"], ["blue", "redd"]),
        ("unique", ["a", "a"], []),
    ],
)
def test_a_rule_tells_good_cells_from_bad_ones(rule: str, good: list[str], bad: list[str]) -> None:
    assert parse_rule(rule).breaks(good + bad, None) == [False] * len(good) + [True] * len(bad)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (" Required ", "required"),
        ("number  0 .. 10", "number 0..10"),
        ("phone dk", "phone DK"),
        ("One of:red|blue", "one of: red | blue"),
        ("one of red | blue", "one of: red | blue"),
        ("pattern  [A-Z]  x", "pattern [A-Z]  x"),
        ("email_validator", "email"),
        ("phone_validator", "phone"),
    ],
)
def test_a_rule_has_one_form(written: str, kept: str) -> None:
    assert parse_rule(written).text == kept
    assert parse_rule(kept).text == kept


@pytest.mark.parametrize(
    "rule",
    [
        "", "even", "required x", "email x", "length", "length a..b", "length ..", "number 5..1", "number 1",
        "pattern (", "pattern a)|(b", "pattern (?=a)", "pattern", "one of:", "one of: |", "phone XX", "x" * 3000,
        "one of: a\0b",
    ],
)  # fmt: skip
def test_what_is_no_rule_is_refused_with_what_there_is(rule: str) -> None:
    with pytest.raises(BadMapping) as told:
        parse_rule(rule)
    assert told.value.remedy


def test_the_column_of_a_rule_that_does_not_exist_is_named() -> None:
    with pytest.raises(BadMapping, match="column Mail"):
        parse_rules({"Name": ["required"], "Mail": ["mail"]})


def test_a_pattern_takes_no_longer_for_a_cell_that_is_made_to_hurt() -> None:
    assert parse_rule("pattern (a+)+b").breaks(["a" * 50_000], None) == [True]


def test_numbers_are_read_as_their_column_writes_them() -> None:
    rule = parse_rule("number 0..100")
    assert rule.breaks(["1.234"], CastContext(decimal=".")) == [False]
    assert rule.breaks(["1.234"], CastContext(decimal=",")) == [True]


def batches(*columns: list[str]) -> list[pyarrow.RecordBatch]:
    """Two batches of a row each at least, the first row in line 2."""
    table = pyarrow.table(
        {"line": list(range(2, 2 + len(columns[0]))), **{f"c{place}": cells for place, cells in enumerate(columns)}}
    )
    return table.to_batches(max_chunksize=2)


def test_the_rows_that_break_a_rule_are_counted_over_all_rows_with_the_first_of_them() -> None:
    found = check_rules(
        ["mail", "stock"],
        batches(["a@example.com", "", "x", "x", "y"], ["1", "2", "300", "4", ""]),
        parse_rules({"mail": ["required", "email"], "stock": ["number 0..100"]}),
        {},
        {},
    )
    assert [
        (issue.code, issue.column, issue.line, issue.value, issue.message.split(" are ")[0]) for issue in found
    ] == [
        ("template_rule_broken", "mail", 3, None, "1 of 5 rows is not filled, as the template wants it for mail."),
        ("template_rule_broken", "mail", 4, "x", "3 of 5 rows"),
        ("template_rule_broken", "stock", 4, "300", found[2].message),
    ]
    assert all(issue.level == "warning" and issue.suggestion for issue in found)


def test_rules_are_asked_after_the_steps_of_their_column() -> None:
    cells = [" 32 12 34 56 ", "32123457"]
    rules = parse_rules({"phone": ["pattern \\+45[0-9]{8}"]})
    assert [issue.message[:6] for issue in check_rules(["phone"], batches(cells), rules, {}, {})] == ["2 of 2"]
    assert check_rules(["phone"], batches(cells), rules, {}, {"phone": parse_steps(["phone DK"])}) == []


def test_a_step_that_joins_a_column_that_the_file_lacks_breaks_nothing_else() -> None:
    steps = {"a": parse_steps(['join "b" with "-"'])}
    assert check_rules(["a"], batches(["x", "y"]), parse_rules({"a": ["required"]}), {}, steps) == []

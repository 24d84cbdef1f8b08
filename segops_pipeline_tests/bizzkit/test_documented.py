"""The page of the format against the code: its tests exist, and every column, type and keyword is told."""

import ast
import re
from functools import lru_cache
from pathlib import Path

import pytest

import segops_pipeline_tests
from segops_pipeline.formats.bizzkit.entities import COLUMNS, FILE_ENTITIES, NUMBER
from segops_pipeline.formats.bizzkit.keywords import DELETE, DELETE_SLIP, HANDLINGS, IGNORE, NULL
from segops_pipeline.formats.bizzkit.values import DECIMAL_PLACES, PIM_TYPES

TESTS = Path(segops_pipeline_tests.__file__).parent
PAGE = TESTS.parent / "docs" / "bizzkit.md"
HEADERS = sorted({rule.template for rules in COLUMNS.values() for rule in rules})


@lru_cache
def page() -> str:
    return PAGE.read_text()


@lru_cache
def known_tests() -> set[str]:
    """Every test function of the folders of the format."""
    files = [file for folder in ("bizzkit", "pim") for file in (TESTS / folder).glob("test_*.py")]
    nodes = (node for file in files for node in ast.parse(file.read_text()).body)
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef)}


def test_every_test_that_the_table_of_rules_names_exists() -> None:
    named = re.findall(r"`(test_[a-z0-9_]+)`", page())
    assert named
    assert [name for name in named if name not in known_tests()] == []


def test_every_rule_of_the_table_is_proved_by_a_test() -> None:
    rows = [row for row in page().split("## Conformance")[1].splitlines() if row.startswith("| ")]
    assert [row for row in rows[1:] if "`test_" not in row.rsplit(" | ", 1)[-1]] == []


@pytest.mark.parametrize("header", HEADERS)
def test_every_column_is_told(header: str) -> None:
    assert any(f"`{header.replace(NUMBER, number)}`" in page() for number in ("n", "1"))


def test_every_entity_keyword_handling_and_type_is_told() -> None:
    ranges = dict.fromkeys(DECIMAL_PLACES, "PDecimal1 … PDecimal9")
    words = [
        *FILE_ENTITIES,
        NULL,
        IGNORE,
        DELETE,
        DELETE_SLIP,
        *HANDLINGS,
        *(ranges.get(one, one) for one in PIM_TYPES),
    ]
    assert [word for word in words if word not in page()] == []

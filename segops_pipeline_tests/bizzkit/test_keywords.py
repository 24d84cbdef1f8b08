"""What a cell asks for, by mode and handling; which cells delete what."""

import pytest

from segops_pipeline.formats.bizzkit.headers import parse_header
from segops_pipeline.formats.bizzkit.keywords import (
    Action,
    Delete,
    Empty,
    Handling,
    Keep,
    Mode,
    Set,
    action_of,
    deletion_case,
    handling_of,
)
from segops_pipeline.formats.bizzkit.values import Refused


@pytest.mark.parametrize(
    ("cell", "mode", "handling", "action"),
    [
        ("NULL", "merge", "Standard", Keep()),
        ("", "merge", "Standard", Set("")),
        ("42", "merge", "Standard", Set("42")),
        ("IGNORE", "merge", "Standard", Set("IGNORE")),
        ("DELETE", "merge", "Standard", Set("DELETE")),
        ("NULL", "overwrite", "Standard", Empty()),
        ("", "overwrite", "Standard", Set("")),
        ("IGNORE", "overwrite", "Standard", Set("IGNORE")),
        ("DELETE", "overwrite", "Standard", Set("DELETE")),
        ("NULL", "overwrite", "TreatNullAsDelete", Delete(asked=False)),
        ("IGNORE", "overwrite", "TreatNullAsDelete", Set("IGNORE")),
        ("DELETE", "overwrite", "TreatNullAsDelete", Set("DELETE")),
        ("NULL", "overwrite", "Advanced", Empty()),
        ("IGNORE", "overwrite", "Advanced", Keep()),
        ("DELETE", "overwrite", "Advanced", Delete()),
        ("DELETÈ", "overwrite", "Advanced", Delete(is_slip=True)),
        ("DELETÈ", "overwrite", "Standard", Set("DELETÈ")),
        ("", "overwrite", "Advanced", Set("")),
        ("42", "overwrite", "Advanced", Set("42")),
    ],
)
def test_a_cell_asks_for_what_its_mode_and_handling_say(
    cell: str, mode: Mode, handling: Handling, action: Action
) -> None:
    assert action_of(cell, mode, handling) == action


@pytest.mark.parametrize("mode", ["merge", "overwrite"])
def test_a_cell_that_a_short_row_lacks_changes_nothing(mode: Mode) -> None:
    assert action_of(None, mode) == Keep()


@pytest.mark.parametrize("cell", ["null", "Null", " NULL", "NULL ", "NULLS"])
def test_a_keyword_is_exact(cell: str) -> None:
    assert action_of(cell, "merge") == Set(cell)


@pytest.mark.parametrize(
    ("cell", "handling"),
    [
        ("Standard", "Standard"),
        ("", "Standard"),
        (None, "Standard"),
        ("NULL", "Standard"),
        ("TreatNullAsDelete", "TreatNullAsDelete"),
        ("Advanced", "Advanced"),
        (" advanced ", "Advanced"),
    ],
)
def test_the_handling_of_a_row_is_one_of_three_and_standard_when_empty(cell: str | None, handling: Handling) -> None:
    assert handling_of(cell) == handling


def test_another_handling_is_refused_with_the_three() -> None:
    with pytest.raises(Refused) as caught:
        handling_of("Expert")
    assert caught.value.code == "unknown_handling"
    assert caught.value.remedy == "Write Standard, TreatNullAsDelete, Advanced, or leave the cell empty."


@pytest.mark.parametrize(
    ("header", "case"),
    [
        ("SIZE", "attribute"),
        ("Ext_SIZE", "attribute"),
        ("$SIZE", "attribute"),
        ("SIZE[1]", "item"),
        ("SIZE:Tda-DK", "segment"),
        ("SIZE/VALUE:Tda-DK", "segment"),
        ("SIZE[1]:Tda-DK", "segment"),
        ("SIZE:Default", None),
        ("SIZE/VALUE", None),
        ("SIZE[1]/VALUE", None),
        ("SIZE/VALUE:Default", None),
    ],
)
def test_a_deletion_removes_an_attribute_an_item_or_a_segment_and_nothing_else(header: str, case: str | None) -> None:
    assert deletion_case(parse_header(header, 0)) == case

"""Splitting a record whose quotation marks do not pair."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segops_pipeline.reading.repair import split_damaged


def split(text: str, width: int | None) -> list[str] | None:
    return split_damaged(text, ",", '"', width, padded=False)


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ('a,"b,c', ["a", '"b', "c"]),
        ('a,"b,"c,d",e', ["a", '"b', "c,d", "e"]),
        ('a,""b",c', ["a", '"b', "c"]),
        ('a,b,"', ["a", "b", '"']),
        ('"a "b" c",d,e', ['a "b" c', "d", "e"]),
        ('"a" ,b,c', ["a", "b", "c"]),
        ('a,"b ""c""",d', ["a", 'b "c"', "d"]),
    ],
)
def test_the_width_of_the_table_tells_which_marks_are_text(text: str, cells: list[str]) -> None:
    assert split(text, len(cells)) == cells


def test_there_may_be_no_way_to_the_width() -> None:
    assert split("a,b", 5) is None


def test_a_record_of_nothing_but_marks_is_split_at_its_delimiters() -> None:
    text = 'a"b,' * 30_000
    assert split(text, None) == text.split(",")


def test_an_unquoted_cell_has_no_line_end() -> None:
    assert split('a,"b\nc', 2) is None


@given(st.text(alphabet='ab," ', max_size=40))
def test_without_a_width_there_always_is_an_answer(text: str) -> None:
    assert split(text, None) is not None


@given(st.lists(st.text(alphabet='ab,"\n', max_size=6), min_size=1, max_size=6))
def test_text_that_is_not_damaged_is_split_as_it_was_written(cells: list[str]) -> None:
    text = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    found = split(text, len(cells))
    assert found is not None
    assert len(found) == len(cells)

"""Rows that were repaired keep what they were in the file beside the staged row."""

import json
from pathlib import Path

import pytest

from segops_pipeline_tests.reading.uploads import stage


def raws(folder: Path, content: str | bytes) -> list[object]:
    return [None if raw is None else json.loads(raw) for raw in stage(folder, content).raws]


def test_a_row_that_is_right_needs_no_copy(tmp_path: Path) -> None:
    assert raws(tmp_path, 'sku,name\nA,Lamp\nB,"Desk, oak"\n') == [None, None]


def test_cells_beyond_the_last_column_are_kept(tmp_path: Path) -> None:
    content = "sku,name\nA,Lamp\nB,Desk,extra,\nC,Bed\n"
    assert raws(tmp_path, content) == [None, ["extra", ""], None]


def test_a_row_with_marks_that_do_not_pair_is_kept_as_it_is_written(tmp_path: Path) -> None:
    content = 'sku,name,size\nA,Lamp,1\nB,"Desk" 5"",2\nC,Bed,3\n'
    assert raws(tmp_path, content) == [None, 'B,"Desk" 5"",2', None]


@pytest.mark.parametrize("place", [0, 4000, 9000])
def test_a_repaired_row_is_found_in_whatever_batch_it_is(tmp_path: Path, place: int) -> None:
    lines = [f"A{number},Lamp,1" for number in range(9001)]
    lines[place] = 'X,"Desk" 5"",2'
    found = raws(tmp_path, "sku,name,size\n" + "\n".join(lines) + "\n")
    assert [number for number, raw in enumerate(found) if raw] == [place]

"""Records of text that is read a block at a time, large cells and many columns."""

from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segops_pipeline.reading import delimited
from segops_pipeline.reading.delimited import RecordReader
from segops_pipeline.reading.marks import Marks
from segops_pipeline_tests.reading.uploads import stage

PIECES = ['"', '""', ",", "\n", "\r", "\r\n", "a", "bc", '","', '"\n"', "x,y,z\n", '1,"2\n3",4\n']


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(PIECES), max_size=120).map("".join), st.integers(1, 60), st.sampled_from([None, 2, 3]))
def test_blocks_give_the_same_records_and_issues_as_lines(text: str, block_characters: int, width: int | None) -> None:
    def read(*, is_clean: bool) -> tuple[list[tuple[int, list[str]]], list[dict[str, object]]]:
        reader = RecordReader(StringIO(text, newline=""), Marks(), width=width, is_clean=is_clean)
        return list(reader), [issue.as_dict() for issue in reader.issues()]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "BLOCK_CHARACTERS", block_characters)
        assert read(is_clean=True) == read(is_clean=False)


def test_a_cell_of_a_megabyte_with_line_ends_is_one_cell(tmp_path: Path) -> None:
    cell = 'a "word", and a line\n' * 50_000
    quoted = cell.replace('"', '""')
    staged = stage(tmp_path, f'sku,text\nA,"{quoted}"\nB,short\n')
    assert staged.rows == [["A", cell], ["B", "short"]]
    assert staged.lines == [2, 50_003]


def test_a_thousand_columns_are_read(tmp_path: Path) -> None:
    names = [f"attribute {number}" for number in range(1_000)]
    rows = [[f"{row}-{number}" for number in range(1_000)] for row in range(3)]
    staged = stage(tmp_path, "".join(";".join(row) + "\n" for row in [names, *rows]))
    assert staged.parsed.headers == names
    assert staged.rows == rows

"""`read_rows`: a file's table as it is."""

from pathlib import Path

import pytest

from segops_pipeline.errors import CellTooLarge
from segops_pipeline.reading import read_rows
from segops_pipeline_tests.reading.uploads import write


def rows_of(folder: Path, content: str | bytes) -> list[list[str]]:
    return list(read_rows(write(folder, content)))


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n"])
def test_an_empty_file_has_no_rows(tmp_path: Path, content: bytes) -> None:
    assert rows_of(tmp_path, content) == []


def test_the_header_comes_first_as_it_is(tmp_path: Path) -> None:
    assert rows_of(tmp_path, "sku,sku, name\nA,1,Lamp\n") == [["sku", "sku", " name"], ["A", "1", "Lamp"]]


def test_a_table_without_a_header_gets_none(tmp_path: Path) -> None:
    assert rows_of(tmp_path, "A,2024-01-01,1\nB,2024-01-02,2\n")[0] == ["A", "2024-01-01", "1"]


def test_rows_are_neither_filled_nor_cut(tmp_path: Path) -> None:
    assert rows_of(tmp_path, "a,b,c\n1,2\n1,2,3,4\nx,y,z\n")[1:3] == [["1", "2"], ["1", "2", "3", "4"]]


def test_blank_rows_and_what_stands_above_the_table_are_left_out(tmp_path: Path) -> None:
    content = "Our prices;;;\n;;;\nsku;name;price;stock\n\nA;Lamp;1;2\n;;;\nB;Desk;3;4\n"
    wanted = [["sku", "name", "price", "stock"], ["A", "Lamp", "1", "2"], ["B", "Desk", "3", "4"]]
    assert rows_of(tmp_path, content) == wanted


def test_a_line_that_never_ends_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CellTooLarge):
        rows_of(tmp_path, "sku,name\nA,Lamp\nB," + "x" * 20_000_000)

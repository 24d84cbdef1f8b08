"""Files that are larger than the settings allow are refused, each by name and before it costs much."""

import os
from pathlib import Path

import pytest

from segops_pipeline.errors import CellTooLarge, FileTooLarge, TooManyColumns, TooManyRows
from segops_pipeline.reading import parse_upload
from segops_pipeline_tests.reading.uploads import settings_of, stage


def test_a_file_of_five_gigabytes_is_refused_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        os.truncate(file.fileno(), 5 * 1024**3)
    with pytest.raises(FileTooLarge) as caught:
        parse_upload(path, tmp_path / "rows.parquet", settings_of(tmp_path), "huge.csv")
    assert caught.value.value == str(5 * 1024**3)
    assert "SEGOPS_MAX_UPLOAD_BYTES" in caught.value.remedy
    assert not (tmp_path / "rows.parquet").exists()


def test_the_first_row_too_many_is_told(tmp_path: Path) -> None:
    with pytest.raises(TooManyRows) as caught:
        stage(tmp_path, "sku,name\nA,a\nB,b\nC,c\nD,d\n", max_rows=3)
    assert caught.value.line == 5


def test_as_many_rows_as_allowed_are_taken(tmp_path: Path) -> None:
    assert stage(tmp_path, "sku,name\nA,a\nB,b\nC,c\n", max_rows=3).parsed.total_rows == 3


def test_too_many_columns_are_refused_at_the_header(tmp_path: Path) -> None:
    content = ",".join(f"c{n}" for n in range(11)) + "\n" + ",".join("x" * 11) + "\n"
    with pytest.raises(TooManyColumns) as caught:
        stage(tmp_path, content, max_columns=10)
    assert (caught.value.line, caught.value.value) == (1, "11")


@pytest.mark.parametrize("cell", ["x" * 1001, "é" * 501])
def test_a_cell_is_measured_in_bytes_and_told_with_line_and_column(tmp_path: Path, cell: str) -> None:
    with pytest.raises(CellTooLarge) as caught:
        stage(tmp_path, f"sku,name\nA,Lamp\nB,{cell}\n", max_cell_bytes=1000)
    assert (caught.value.line, caught.value.column) == (3, "name")
    assert len(caught.value.value or "") <= 60


def test_a_cell_as_large_as_allowed_is_taken(tmp_path: Path) -> None:
    assert stage(tmp_path, f"sku,name\nA,{'é' * 500}\n", max_cell_bytes=1000).rows[0][1] == "é" * 500


def test_a_cell_without_end_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    content = 'sku,name\nA,Lamp\nB,"' + "x" * 3_000_000 + "\n" + "y" * 3_000_000 + '",\n'
    with pytest.raises(CellTooLarge) as caught:
        stage(tmp_path, content, max_cell_bytes=1000)
    assert caught.value.line == 3


def test_an_open_quote_before_much_text_costs_no_other_row(tmp_path: Path) -> None:
    rows = "".join(f"A-{n},Lamp\n" for n in range(150_000))
    staged = stage(tmp_path, 'sku,name\nA,"Lamp\n' + rows, max_cell_bytes=1000)
    assert staged.parsed.total_rows == 150_001
    assert staged.lines[-1] == 150_002
    assert len(staged.issues("stray_quote")) == 1

"""What becomes of a well-made upload: headers, sample, rows with their lines, and the staged file."""

from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from segops_pipeline.errors import BadFile, EmptyFile, HeaderOnly
from segops_pipeline.reading import parse_upload, read_batches
from segops_pipeline_tests.reading.uploads import settings_of, stage, write


def test_an_upload_has_headers_a_sample_of_five_rows_and_a_count(tmp_path: Path) -> None:
    rows = [[f"A-{n}", f"Lamp {n}"] for n in range(1, 8)]
    content = "sku,name\n" + "".join(",".join(row) + "\n" for row in rows)
    parsed = stage(tmp_path, content).parsed
    assert parsed.headers == ["sku", "name"]
    assert parsed.sample_rows == rows[:5]
    assert parsed.total_rows == 7
    assert parsed.issues == []


def test_the_staged_file_has_a_line_and_text_that_is_never_null(tmp_path: Path) -> None:
    stage(tmp_path, "sku,price\nA,1.50\nB,\n")
    schema = pyarrow.parquet.read_schema(tmp_path / "rows" / "staged.parquet")
    assert schema.names == ["line", "c0", "c1", "raw"]
    assert schema.types == [pyarrow.int64(), pyarrow.string(), pyarrow.string(), pyarrow.large_string()]
    assert [field.name for field in schema if field.nullable] == ["raw"]


def test_cells_are_neither_trimmed_nor_typed(tmp_path: Path) -> None:
    staged = stage(tmp_path, 'sku,name\n00123," Lamp "\n1.50,  x\nNULL,\u00a0\n')
    assert staged.rows == [["00123", " Lamp "], ["1.50", "  x"], ["NULL", "\u00a0"]]


def test_a_row_is_numbered_by_the_line_in_which_it_starts(tmp_path: Path) -> None:
    staged = stage(tmp_path, 'sku,name\nA,"two\nlines"\n\n\nB,"three\r\nlines\nhere"\nC,one\n')
    assert staged.lines == [2, 6, 9]
    assert [row[1] for row in staged.rows] == ["two\nlines", "three\r\nlines\nhere", "one"]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_read_and_counted(tmp_path: Path, line_end: str) -> None:
    staged = stage(tmp_path, line_end.join(["sku,name", "A,Lamp", "B,Desk"]))
    assert staged.rows == [["A", "Lamp"], ["B", "Desk"]]
    assert staged.lines == [2, 3]


def test_batches_are_as_large_as_asked(tmp_path: Path) -> None:
    stage(tmp_path, "sku,name\n" + "".join(f"A-{n},Lamp\n" for n in range(25)))
    sizes = [batch.num_rows for batch in read_batches(tmp_path / "rows" / "staged.parquet", batch_rows=10)]
    assert sum(sizes) == 25
    assert max(sizes) <= 10


def test_rows_beyond_one_batch_keep_their_order_and_lines(tmp_path: Path) -> None:
    staged = stage(tmp_path, "sku,name\n" + "".join(f"A-{n},Lamp {n}\n" for n in range(60_000)))
    assert staged.parsed.total_rows == 60_000
    assert staged.lines == list(range(2, 60_002))
    assert staged.rows[54_321] == ["A-54321", "Lamp 54321"]


def test_the_same_upload_gives_the_same_bytes(tmp_path: Path) -> None:
    content = "sku,name\n" + "".join(f"A-{n},Lamp\n" for n in range(100))
    stage(tmp_path, content)
    first = (tmp_path / "rows" / "staged.parquet").read_bytes()
    stage(tmp_path, content)
    assert (tmp_path / "rows" / "staged.parquet").read_bytes() == first


def test_progress_is_told_in_bytes_up_to_the_whole_file(tmp_path: Path) -> None:
    path = write(tmp_path, "sku,name\n" + "".join(f"A-{n},Lamp\n" for n in range(20_000)))
    told: list[tuple[int, int]] = []
    settings = settings_of(tmp_path)
    parse_upload(path, tmp_path / "rows.parquet", settings, "upload.csv", lambda *done: told.append(done))
    size = path.stat().st_size
    assert told[-1] == (size, size)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert len(told) > 2


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\r\n\n", b"   \n\t\n"])
def test_a_file_without_text_is_refused_as_empty(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(EmptyFile) as caught:
        stage(tmp_path, content)
    assert caught.value.file == "upload.csv"
    assert caught.value.remedy


@pytest.mark.parametrize("content", ["sku,name", "sku,name\n", "sku,name\n\n,\n\n"])
def test_a_header_without_rows_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(HeaderOnly, match="no row"):
        stage(tmp_path, content)


def test_a_refused_upload_leaves_nothing_and_keeps_what_was_staged_before(tmp_path: Path) -> None:
    stage(tmp_path, "sku,name\nA,Lamp\n")
    before = (tmp_path / "rows" / "staged.parquet").read_bytes()
    with pytest.raises(BadFile):
        stage(tmp_path, "sku,name\nA,Lamp\nB,Desk\n", max_rows=1)
    assert [path.name for path in (tmp_path / "rows").iterdir()] == ["staged.parquet"]
    assert (tmp_path / "rows" / "staged.parquet").read_bytes() == before

"""Which encoding a file is read in, and the error where none explains its bytes."""

import codecs
from pathlib import Path

import pytest

from segops_pipeline.errors import WrongEncoding
from segops_pipeline.reading import detect_dialect
from segops_pipeline_tests.reading.uploads import stage, write

TABLE = "sku,name\nA,Köln café\nB,Zürich €\n"
ROWS = [["A", "Köln café"], ["B", "Zürich €"]]


def test_utf_8_is_read_without_an_issue(tmp_path: Path) -> None:
    staged = stage(tmp_path, TABLE)
    assert staged.rows == ROWS
    assert staged.parsed.dialect.encoding == "utf-8"
    assert staged.parsed.issues == []


def test_a_byte_order_mark_is_no_part_of_the_first_header(tmp_path: Path) -> None:
    staged = stage(tmp_path, codecs.BOM_UTF8 + TABLE.encode())
    assert staged.parsed.headers == ["sku", "name"]
    assert staged.rows == ROWS
    assert staged.parsed.dialect.encoding == "utf-8"
    assert [issue.level for issue in staged.issues("byte_order_mark")] == ["info"]


def test_a_byte_order_mark_before_a_quoted_header_is_left_out(tmp_path: Path) -> None:
    staged = stage(tmp_path, codecs.BOM_UTF8 + b'"sku","name"\n"A","Lamp"\n')
    assert staged.parsed.headers == ["sku", "name"]


@pytest.mark.parametrize(("mark", "codec"), [(codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")])
def test_utf_16_is_known_by_its_mark(tmp_path: Path, mark: bytes, codec: str) -> None:
    staged = stage(tmp_path, mark + TABLE.encode(codec))
    assert staged.rows == ROWS
    assert staged.parsed.dialect.encoding == "utf-16"
    assert staged.lines == [2, 3]


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_known_by_its_nul_bytes(tmp_path: Path, codec: str) -> None:
    staged = stage(tmp_path, TABLE.encode(codec))
    assert staged.rows == ROWS
    assert staged.parsed.dialect.encoding == codec
    assert [issue.level for issue in staged.issues("guessed_encoding")] == ["warning"]


def test_utf_32_is_known_by_its_mark(tmp_path: Path) -> None:
    staged = stage(tmp_path, TABLE.encode("utf-32"))
    assert staged.rows == ROWS


def test_windows_1252_is_the_fallback_and_is_said_with_its_line(tmp_path: Path) -> None:
    staged = stage(tmp_path, TABLE.encode("cp1252"))
    assert staged.rows == ROWS
    assert staged.parsed.dialect.encoding == "cp1252"
    (issue,) = staged.issues("guessed_encoding")
    assert issue.level == "warning"
    assert issue.line == 2
    assert issue.value == "0xF6"
    assert issue.suggestion


def test_an_accent_late_in_a_large_file_decides_for_the_whole_file(tmp_path: Path) -> None:
    content = "sku,name\n" + "A,Lamp\n" * 300_000 + "B,Köln\n"
    path = write(tmp_path, content.encode("cp1252"))
    assert detect_dialect(path).encoding == "cp1252"


def test_a_character_cut_by_the_reading_block_is_whole(tmp_path: Path) -> None:
    content = "sku,name\nA," + "x" * (1024 * 1024 - 12) + "é\nB,Köln\n"
    assert detect_dialect(write(tmp_path, content)).encoding == "utf-8"


def test_damaged_utf_8_is_refused_with_line_and_offset(tmp_path: Path) -> None:
    content = "sku,name\r\nA,Köln\r\nB,Zürich\r\n".encode() + b"C,\xff\r\n"
    with pytest.raises(WrongEncoding) as caught:
        stage(tmp_path, content)
    assert caught.value.line == 4
    assert caught.value.value == "0xFF"
    assert str(content.index(b"\xff")) in caught.value.message
    assert "UTF-8" in caught.value.remedy


def test_bytes_that_no_encoding_explains_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongEncoding) as caught:
        stage(tmp_path, b"sku,name\nA,\x81\x8d\x8f\n")
    assert (caught.value.file, caught.value.line, caught.value.value) == ("upload.csv", 2, "0x81")


def test_utf_16_that_ends_within_a_character_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongEncoding):
        stage(tmp_path, codecs.BOM_UTF16_LE + TABLE.encode("utf-16-le") + b"x")

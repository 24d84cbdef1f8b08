"""Files that are no delimited text are refused with what they look like and what to do."""

import random
import sqlite3
from pathlib import Path

import pytest

from segops_pipeline.errors import BinaryFile, UnsupportedFormat
from segops_pipeline.reading import detect_dialect, read_rows
from segops_pipeline_tests.reading.uploads import stage, write


@pytest.mark.parametrize(
    ("content", "looks"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "PNG"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "PDF"),
        (b"products.csv".ljust(257, b"\0") + b"ustar\0" + bytes(300), "tar archive"),
        (b"MZ\x90\x00\x03\x00\x00\x00\x04\x00", "Windows program"),
        (b"\x7fELF\x02\x01\x01", "program"),
    ],
)
def test_a_file_of_another_kind_is_named_with_a_remedy(tmp_path: Path, content: bytes, looks: str) -> None:
    with pytest.raises(BinaryFile, match=looks) as caught:
        stage(tmp_path, content)
    assert caught.value.file == "upload.csv"
    assert caught.value.remedy


def test_a_database_is_named(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "shop.db")
    connection.execute("CREATE TABLE products (sku)")
    connection.close()
    with pytest.raises(BinaryFile, match="SQLite"):
        stage(tmp_path, (tmp_path / "shop.db").read_bytes())


@pytest.mark.parametrize("content", [random.Random(7).randbytes(5000), bytes(4096), b"sku\x00\x01\x02\x03" * 50])
def test_bytes_full_of_control_characters_are_no_text(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BinaryFile):
        stage(tmp_path, content)
    with pytest.raises(BinaryFile):
        detect_dialect(write(tmp_path, content))


@pytest.mark.parametrize(
    ("content", "looks"),
    [
        ("<!DOCTYPE html>\n<html><body>Sign in</body></html>", "web page"),
        ('[["sku", "name"], ["A", "Lamp"]]', "JSON"),
        ('["A", 2, null]', "JSON"),
    ],
)
def test_marked_up_text_is_named_with_a_remedy(tmp_path: Path, content: str, looks: str) -> None:
    with pytest.raises(UnsupportedFormat, match=looks):
        stage(tmp_path, content)
    with pytest.raises(UnsupportedFormat):
        list(read_rows(write(tmp_path, content)))


@pytest.mark.parametrize("header", ["MZ,BM", "BMI,RIFF", "[sku],[name]", "PKW,name"])
def test_letters_that_begin_other_files_too_may_begin_a_header(tmp_path: Path, header: str) -> None:
    assert stage(tmp_path, f"{header}\nA,Lamp\n").parsed.headers == header.split(",")

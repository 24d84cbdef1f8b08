"""Archives are unpacked to the table inside, within limits; those that are built to harm are refused by name."""

import gzip
import io
import struct
import zipfile
from pathlib import Path

import pytest

from segops_pipeline.errors import (
    BadFile,
    DamagedFile,
    EncryptedFile,
    FileTooLarge,
    SeveralTables,
    UnknownSheet,
    UnsafeFile,
    UnsupportedFormat,
)
from segops_pipeline.reading import ParsedUpload, detect_dialect, parse_upload, read_rows
from segops_pipeline.reading.choice import DialectChoice
from segops_pipeline_tests.reading.uploads import settings_of, stage, write
from segops_pipeline_tests.reading.workbooks import archive, xlsx

TABLE = "sku;name\nA;Lamp\nB;Desk\n"
ROWS = [["sku", "name"], ["A", "Lamp"], ["B", "Desk"]]


def rows_of(folder: Path, content: bytes) -> list[list[str]]:
    return list(read_rows(write(folder, content)))


def chosen(folder: Path, content: bytes, sheet: str) -> ParsedUpload:
    path = write(folder, content)
    return parse_upload(path, folder / "rows.parquet", settings_of(folder), "x", choice=DialectChoice(sheet=sheet))


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(TABLE.encode(), mtime=0),
        gzip.compress(b"sku;name\nA;Lamp\n", mtime=0) + gzip.compress(b"B;Desk\n", mtime=0),
        archive({"data/prices.txt": TABLE}),
        archive({"prices.csv.gz": gzip.compress(TABLE.encode(), mtime=0)}),
        archive({"prices.xlsx": xlsx({"S": ROWS})}),
    ],
)
def test_a_packed_table_is_read_as_if_it_were_not(tmp_path: Path, content: bytes) -> None:
    assert rows_of(tmp_path, content) == ROWS


def test_the_dialect_names_the_file_in_the_archive(tmp_path: Path) -> None:
    dialect = detect_dialect(write(tmp_path, archive({"data/prices.csv": TABLE})))
    assert (dialect.kind, dialect.delimiter, dialect.member) == ("delimited", ";", "data/prices.csv")


def test_what_is_no_table_is_passed_over(tmp_path: Path) -> None:
    members = {
        "__MACOSX/._prices.csv": "x;y\n1;2\n",
        ".DS_Store": b"\0\0\0\1Bud1",
        "README.txt": "These are our prices, as of May,\nin euros, without tax.\n",
        "logo.png": b"\x89PNG\r\n\x1a\n",
        "empty.csv": "",
        "prices.csv": TABLE,
    }
    assert rows_of(tmp_path, archive(members)) == ROWS


def test_a_list_of_one_column_is_a_table_where_there_is_no_other(tmp_path: Path) -> None:
    assert rows_of(tmp_path, archive({"skus.txt": "sku\nA-1\nA-2\n"})) == [["sku"], ["A-1"], ["A-2"]]


def test_several_tables_are_named_and_one_can_be_chosen(tmp_path: Path) -> None:
    content = archive({"a/prices.csv": TABLE, "b/stock.csv": "sku,stock\nA,1\nB,2\n"})
    with pytest.raises(SeveralTables, match=r"a/prices\.csv, b/stock\.csv") as caught:
        rows_of(tmp_path, content)
    assert "--sheet" in caught.value.remedy
    assert chosen(tmp_path, content, "stock.csv").headers == ["sku", "stock"]
    with pytest.raises(UnknownSheet, match="more") as unknown:
        chosen(tmp_path, content, "more.csv")
    assert "a/prices.csv" in unknown.value.remedy


def test_a_sheet_of_a_workbook_in_an_archive_can_be_chosen(tmp_path: Path) -> None:
    book = xlsx({"One": ROWS, "Two": [["a", "b"], ["1", "2"], ["3", "4"]]})
    assert chosen(tmp_path, archive({"book.xlsx": book}), "Two").headers == ["a", "b"]
    both = archive({"book.xlsx": book, "prices.csv": TABLE})
    assert chosen(tmp_path, both, "book.xlsx/Two").headers == ["a", "b"]


def test_an_archive_without_a_table_says_what_is_in_it(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedFormat, match=r"logo\.png"):
        rows_of(tmp_path, archive({"logo.png": b"\x89PNG\r\n\x1a\n"}))
    with pytest.raises(UnsupportedFormat, match="nothing in it"):
        rows_of(tmp_path, archive({}))


@pytest.mark.parametrize("name", ["../prices.csv", "a/../../prices.csv", "/etc/prices.csv", "..\\prices.csv"])
def test_a_name_outside_of_the_archive_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnsafeFile, match="outside"):
        rows_of(tmp_path, archive({name: TABLE}))


def test_a_link_in_an_archive_is_not_followed(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("prices.csv")
    link.external_attr = 0o120777 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as out:
        out.writestr(link, "/etc/passwd")
    with pytest.raises(UnsupportedFormat):
        rows_of(tmp_path, buffer.getvalue())


def test_a_zip_bomb_is_refused_by_what_it_claims(tmp_path: Path) -> None:
    with pytest.raises(UnsafeFile, match="300 times"):
        rows_of(tmp_path, archive({"prices.csv": TABLE + "0" * 40_000_000}))


def test_a_gzip_bomb_is_stopped_while_it_is_unpacked(tmp_path: Path) -> None:
    with pytest.raises(UnsafeFile, match="300 times"):
        rows_of(tmp_path, gzip.compress(b"0" * 40_000_000))


def test_what_a_zip_claims_is_not_believed(tmp_path: Path) -> None:
    content = archive({"prices.csv": TABLE * 1000})
    size = struct.pack("<I", len(TABLE) * 1000)
    with pytest.raises(DamagedFile):
        rows_of(tmp_path, content.replace(size, struct.pack("<I", 100)))


@pytest.mark.parametrize("content", [gzip.compress(TABLE.encode() * 9, mtime=0), archive({"prices.csv": TABLE * 9})])
def test_more_unpacked_bytes_than_allowed_are_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(FileTooLarge, match="SEGOPS_MAX_UNPACKED_BYTES"):
        stage(tmp_path, content, max_unpacked_bytes=100)


def test_more_files_than_allowed_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsafeFile, match="SEGOPS_MAX_ARCHIVE_MEMBERS"):
        stage(tmp_path, archive({f"{number}.csv": TABLE for number in range(11)}), max_archive_members=10)


def test_archives_within_archives_have_an_end(tmp_path: Path) -> None:
    content = TABLE.encode()
    for _ in range(5):
        content = archive({"inner.zip": content})
    with pytest.raises(UnsafeFile, match="archives"):
        rows_of(tmp_path, content)


def test_files_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    content = archive({"a.csv": TABLE, "b.csv": TABLE})
    directory = content.index(b"PK\x01\x02")
    second = content.index(b"PK\x01\x02", directory + 1)
    overlapping = content[: second + 42] + struct.pack("<I", 0) + content[second + 46 :]
    with pytest.raises(UnsafeFile, match="share"):
        rows_of(tmp_path, overlapping)


def test_a_protected_archive_is_said_to_be(tmp_path: Path) -> None:
    content = bytearray(archive({"prices.csv": TABLE}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(EncryptedFile, match="password"):
        rows_of(tmp_path, bytes(content))


def test_a_way_of_packing_that_is_not_known_is_said(tmp_path: Path) -> None:
    content = bytearray(archive({"prices.csv": TABLE}))
    content[8] = 9
    content[content.index(b"PK\x01\x02") + 10] = 9
    with pytest.raises(UnsupportedFormat):
        rows_of(tmp_path, bytes(content))


@pytest.mark.parametrize("content", [gzip.compress(TABLE.encode() * 50, mtime=0), archive({"prices.csv": TABLE * 50})])
@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9])
def test_an_archive_that_was_cut_off_is_a_named_error(tmp_path: Path, content: bytes, kept: float) -> None:
    with pytest.raises(BadFile) as caught:
        rows_of(tmp_path, content[: int(len(content) * kept)])
    assert caught.value.remedy


def test_progress_of_an_archive_is_told_in_its_own_bytes(tmp_path: Path) -> None:
    path = write(tmp_path, gzip.compress(TABLE.encode() * 20_000))
    told: list[tuple[int, int]] = []
    rows_path = tmp_path / "rows.parquet"
    parse_upload(path, rows_path, settings_of(tmp_path), "x", lambda done, total: told.append((done, total)))
    size = path.stat().st_size
    assert all(done <= total == size for done, total in told)
    assert told[-1] == (size, size)


def test_nothing_that_was_unpacked_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    rows_of(tmp_path, archive({"prices.csv.gz": gzip.compress(TABLE.encode())}))
    assert not list(folder.iterdir())


@pytest.mark.parametrize(
    ("signature", "place", "error"), [(b"PK\x03\x04", 2, DamagedFile), (b"PK\x01\x02", 8, UnsupportedFormat)]
)
def test_an_archive_whose_kind_cannot_be_unpacked_is_refused(
    tmp_path: Path, signature: bytes, place: int, error: type[BadFile]
) -> None:
    content = bytearray(archive({"content.xml": "<x/>", "mimetype": "application/x"}))
    content[content.rindex(signature) + place] ^= 0x20  # where the file begins, and a flag: packed as a patch
    with pytest.raises(error):
        rows_of(tmp_path, bytes(content))

"""Which encoding a file is read in, and the error where none explains its bytes."""
# ruff: noqa: RUF001 - letters of many languages

import codecs
from pathlib import Path

import pytest

from segops_pipeline.errors import BadFile, WrongEncoding, WrongUsage
from segops_pipeline.reading import detect_dialect, parse_upload, read_rows
from segops_pipeline.reading.choice import DialectChoice
from segops_pipeline.reading.limits import Limits
from segops_pipeline.reading.opening import open_table
from segops_pipeline_tests.reading.uploads import settings_of, stage, write

TABLE = "sku,name\nA,Köln café\nB,Zürich €\n"


def read_with(path: Path, choice: DialectChoice) -> list[list[str]]:
    with open_table(path, path.name, Limits(), choice) as opened:
        return [cells for _, cells in opened.records()]


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


def test_a_guessed_encoding_is_said_with_its_line_and_what_else_it_could_be(tmp_path: Path) -> None:
    staged = stage(tmp_path, TABLE.encode("cp1252"))
    assert staged.rows == ROWS
    assert staged.parsed.dialect.encoding == "cp1252"
    (issue,) = staged.issues("guessed_encoding")
    assert (issue.level, issue.line, issue.value) == ("warning", 2, "cp1252")
    assert "Windows-1252" in issue.message
    assert "next would come" in issue.message
    assert issue.suggestion


@pytest.mark.parametrize(
    ("codec", "words"),
    [
        ("cp1250", ["żółta lampa", "Świeca zapachowa", "Krzesło dębowe", "Źródło"]),
        ("iso8859-2", ["Dřevěná židle", "Šálek", "Růžový ručník", "Ťuhýk", "Žebřík"]),
        ("cp1251", ["Настольная лампа", "Стул дубовый", "Ярлык"]),
        ("koi8-r", ["Настольная лампа", "Стул дубовый", "Чайник"]),
        ("cp1253", ["Επιτραπέζιο φωτιστικό", "Καρέκλα", "Ύψος"]),
        ("cp1254", ["Meşe sandalye", "Yastık kılıfı", "İstanbul", "Güneş gözlüğü"]),
        ("cp1255", ["מנורת שולחן", "כיסא אלון", "קומקום תה"]),
        ("cp1256", ["مصباح مكتب", "كرسي خشب", "قميص رجالي"]),
        ("cp1257", ["Stalinė lempa", "Ąžuolinė kėdė", "Šaukštas", "Žvakė"]),
        ("iso8859-15", ["Œuvre à 5 €", "Crème brûlée", "Cœur", "Prix 10 €"]),
        ("mac-roman", ["Théière émaillée", "Crème brûlée", "Étagère en chêne"]),
        ("cp932", ["商品名", "デスクランプ", "緑茶", "表示ソース"]),
        ("gb18030", ["台灯", "橡木椅子", "产品名称", "绿色"]),
        ("cp950", ["檯燈", "橡木椅子", "產品名稱", "許功蓋"]),
        ("cp949", ["탁상 램프", "오크 의자", "상품명"]),
        ("euc_jp", ["商品名", "デスクランプ", "東京"]),
    ],
)
def test_the_encodings_of_many_languages_are_found(tmp_path: Path, codec: str, words: list[str]) -> None:
    content = "sku,name\n" + "".join(f"A-{number},{word}\n" for number, word in enumerate(words))
    staged = stage(tmp_path, content.encode(codec))
    assert [row[1] for row in staged.rows] == words
    assert staged.issues("guessed_encoding")


def test_japanese_in_seven_bits_is_known_by_its_escapes(tmp_path: Path) -> None:
    staged = stage(tmp_path, "sku,name\nA,商品名\n".encode("iso2022_jp"))
    assert staged.rows == [["A", "商品名"]]


def test_the_encoding_that_a_person_chose_wins(tmp_path: Path) -> None:
    path = write(tmp_path, TABLE.replace(" €", "").encode("mac-roman"))
    rows = read_with(path, DialectChoice(encoding="cp1250"))
    assert rows[1] == ["A", "Kšln cafŽ"]


def test_what_the_chosen_encoding_cannot_decode_is_told_with_line_and_column(tmp_path: Path) -> None:
    path = write(tmp_path, TABLE.encode("cp1252"))
    parsed = parse_upload(
        path, tmp_path / "rows.parquet", settings_of(tmp_path), "upload.csv", choice=DialectChoice(encoding="ascii")
    )
    found = [issue for issue in parsed.issues if issue.code == "undecodable_bytes"]
    assert [(issue.line, issue.column, issue.value) for issue in found] == [
        (2, "name", "K\ufffdln caf\ufffd"),
        (3, "name", "Z\ufffdrich \ufffd"),
    ]
    assert "0xF6" in found[0].message


@pytest.mark.parametrize("name", ["klingon", "rot13", "base64", "utf-7", ""])
def test_an_encoding_that_does_not_exist_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(WrongUsage, match="no encoding"):
        read_with(write(tmp_path, TABLE), DialectChoice(encoding=name))


def test_an_accent_late_in_a_large_file_decides_for_the_whole_file(tmp_path: Path) -> None:
    content = "sku,name\n" + "A,Lamp\n" * 300_000 + "B,Köln\n"
    path = write(tmp_path, content.encode("cp1252"))
    assert detect_dialect(path).encoding == "cp1252"


def test_a_character_cut_by_the_reading_block_is_whole(tmp_path: Path) -> None:
    content = "sku,name\nA," + "x" * (1024 * 1024 - 12) + "é\nB,Köln\n"
    assert detect_dialect(write(tmp_path, content)).encoding == "utf-8"


def test_a_few_bad_bytes_in_utf_8_are_told_with_their_line_and_shown(tmp_path: Path) -> None:
    content = "sku,name\r\nA,Köln\r\nB,Zürich\r\n".encode() + b"C,Bad \xff\xfe!\r\nD,Bad\r\n"
    staged = stage(tmp_path, content)
    assert staged.parsed.dialect.encoding == "utf-8"
    assert staged.rows == [["A", "Köln"], ["B", "Zürich"], ["C", "Bad \ufffd!"], ["D", "Bad"]]
    (issue,) = staged.issues("undecodable_bytes")
    assert (issue.line, issue.column, issue.level) == (4, "name", "warning")
    assert "0xFF 0xFE" in issue.message


def test_a_replacement_character_that_the_file_has_is_text(tmp_path: Path) -> None:
    staged = stage(tmp_path, "sku,name\nA,K\ufffdln\n")
    assert staged.rows == [["A", "K\ufffdln"]]
    assert staged.parsed.issues == []


def test_a_damaged_character_among_those_of_two_bytes_costs_no_other(tmp_path: Path) -> None:
    words = ["商品名", "デスクランプ", "緑茶", "在庫数", "価格", "東京"]
    content = b"sku,name\n" + b"".join(f"A,{word}\n".encode("cp932") for word in words) + b"B,x\x81\n"
    staged = stage(tmp_path, content)
    assert [row[1] for row in staged.rows] == [*words, "x\ufffd"]
    assert [issue.line for issue in staged.issues("undecodable_bytes")] == [8]


def test_a_file_that_is_mostly_no_text_in_its_encoding_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongEncoding, match="UTF-8") as caught:
        stage(tmp_path, codecs.BOM_UTF8 + TABLE.encode("cp1252"))
    assert caught.value.file == "upload.csv"
    assert "Choose another encoding" in caught.value.remedy


def test_most_of_a_file_must_be_text_in_the_chosen_encoding(tmp_path: Path) -> None:
    path = write(tmp_path, "sku,name\n" + "A,Настольная лампа\n" * 9)
    with pytest.raises(WrongEncoding):
        read_with(path, DialectChoice(encoding="ascii"))


def test_utf_16_that_ends_within_a_character_is_read_and_said(tmp_path: Path) -> None:
    staged = stage(tmp_path, codecs.BOM_UTF16_LE + TABLE.encode("utf-16-le") + b"x")
    assert staged.rows[:2] == ROWS
    assert len(staged.issues("undecodable_bytes")) == 1


@pytest.mark.parametrize("content", [b"\xf8\x90", b"\xff\xfd", b"\x81\x8d\x8f\x90\x9d"])
def test_bytes_that_speak_for_no_encoding_are_read_in_some(tmp_path: Path, content: bytes) -> None:
    assert len(list(read_rows(write(tmp_path, content)))) == 1


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("chosen", ["utf-16", "utf-16-le", "UTF_16"])
def test_the_bytes_order_is_that_of_the_file_where_it_shows(tmp_path: Path, codec: str, chosen: str) -> None:
    choice = DialectChoice.of_words(encoding=chosen)
    marked = write(tmp_path, ("\ufeff" + TABLE).encode(codec))
    assert read_with(marked, choice) == [["sku", "name"], *ROWS]
    if chosen != "utf-16-le":
        assert read_with(write(tmp_path, TABLE.encode(codec)), choice) == [["sku", "name"], *ROWS]


@pytest.mark.parametrize("chosen", ["utf-16", "utf-32"])
def test_a_wide_encoding_that_is_not_the_files_is_a_named_error(tmp_path: Path, chosen: str) -> None:
    with pytest.raises(BadFile):
        stage(tmp_path, "sku;name\n" + "\u00fc" * 99, DialectChoice.of_words(encoding=chosen))

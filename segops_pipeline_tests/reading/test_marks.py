"""Delimiters of several characters, escapes, files that name their delimiter, and what a person chooses."""

from pathlib import Path
from typing import Any

import pytest

from segops_pipeline.errors import WrongUsage
from segops_pipeline.reading import detect_dialect
from segops_pipeline.reading.choice import DialectChoice
from segops_pipeline.reading.limits import Limits
from segops_pipeline.reading.opening import open_table
from segops_pipeline_tests.reading.uploads import stage, write

ROWS = [["sku", "name", "price"], ["A-1", "Lamp; red", "12.50"], ["A-2", "", "1.00"], ["A-3", "Desk, oak", ""]]
LONG = ["||", "::", ";;", "~~", "^^", "|~|", "~|~", "^|^", " | ", "\t|\t", "<>", "#|#"]


def read_with(path: Path, **choice: Any) -> list[list[str]]:
    with open_table(path, path.name, Limits(), DialectChoice(**choice)) as opened:
        return [cells for _, cells in opened.records()]


@pytest.mark.parametrize("delimiter", LONG)
def test_a_delimiter_of_several_characters_is_found(tmp_path: Path, delimiter: str) -> None:
    path = write(tmp_path, "".join(delimiter.join(row) + "\n" for row in ROWS))
    assert detect_dialect(path).delimiter == delimiter
    assert stage(tmp_path, path.read_bytes()).rows == ROWS[1:]


@pytest.mark.parametrize("delimiter", ["\x1f", "\x1e", "\x01", "^", "~", ":", "¦"])
def test_rare_delimiters_of_one_character_are_found(tmp_path: Path, delimiter: str) -> None:
    path = write(tmp_path, "".join(delimiter.join(row) + "\n" for row in ROWS))
    assert detect_dialect(path).delimiter == delimiter


@pytest.mark.parametrize("content", ["sku,,name\nA,,Lamp\nB,,Desk\n", "sku;name;\nA;;\nB;;\nC;Lamp;\n"])
def test_empty_columns_make_no_delimiter_of_two_characters(tmp_path: Path, content: str) -> None:
    assert len(detect_dialect(write(tmp_path, content)).delimiter) == 1


@pytest.mark.parametrize("delimiter", ["||", "::", " | "])
def test_a_long_delimiter_within_quotes_is_text(tmp_path: Path, delimiter: str) -> None:
    lines = ["sku", "name"], ["A", f'"a{delimiter}b"'], ["B", '"the ""best"" lamp"'], ["C", "Lamp"]
    staged = stage(tmp_path, "".join(delimiter.join(line) + "\n" for line in lines))
    assert [row[1] for row in staged.rows] == [f"a{delimiter}b", 'the "best" lamp', "Lamp"]
    assert staged.parsed.issues == []


@pytest.mark.parametrize(
    ("first", "delimiter"),
    [("sep=;", ";"), ('"sep=;"', ";"), ("SEP=|", "|"), ("sep=\t", "\t"), ("sep=||", "||"), ("sep=;;;", ";")],
)
def test_a_first_line_names_the_delimiter(tmp_path: Path, first: str, delimiter: str) -> None:
    content = first + "\r\n" + "".join(delimiter.join(["A", "B", "C"]) + "\r\n" for _ in range(2))
    dialect = detect_dialect(write(tmp_path, content))
    assert (dialect.delimiter, dialect.header_row) == (delimiter, 1)


def test_escaped_escapes_are_read_where_the_file_escapes_them(tmp_path: Path) -> None:
    content = 'sku,name\nA,"the \\"best\\" lamp"\nB,"C:\\\\temp\\\\"\nC,"x"\n'
    staged = stage(tmp_path, content)
    assert [row[1] for row in staged.rows] == ['the "best" lamp', "C:\\temp\\", "x"]


def test_escaped_delimiters_are_text(tmp_path: Path) -> None:
    staged = stage(tmp_path, "sku,name,price\nA,red\\, blue,1\nB,Desk,2\nC,one\\, two\\, three,3\n")
    assert [row[1] for row in staged.rows] == ["red, blue", "Desk", "one, two, three"]
    assert staged.parsed.dialect.escape == "\\"


def test_a_backslash_before_a_delimiter_is_text_where_the_rows_fit_so(tmp_path: Path) -> None:
    staged = stage(tmp_path, "sku,path,size\nA,C:\\,1\nB,D:\\,2\n")
    assert [row[1] for row in staged.rows] == ["C:\\", "D:\\"]


def test_what_a_person_chooses_wins(tmp_path: Path) -> None:
    path = write(tmp_path, "a;b,c\n1;'2,3'\n")
    assert read_with(path, delimiter=",") == [["a;b", "c"], ["1;'2", "3'"]]
    assert read_with(path, delimiter=";", quote="'") == [["a", "b,c"], ["1", "2,3"]]
    assert read_with(path, delimiter=",c\u00e9") == [["a;b,c"], ["1;'2,3'"]]


def test_no_quotation_mark_can_be_chosen(tmp_path: Path) -> None:
    path = write(tmp_path, 'sku,size\nA,"5\nB,6"\n')
    assert read_with(path, delimiter=",", quote="") == [["sku", "size"], ["A", '"5'], ["B", '6"']]


@pytest.mark.parametrize("choice", [{"delimiter": ""}, {"delimiter": "a\n"}, {"quote": "''"}, {"quote": "\n"}])
def test_marks_that_cannot_be_are_named(tmp_path: Path, choice: dict[str, str]) -> None:
    with pytest.raises(WrongUsage, match=r"delimiter|quotation"):
        read_with(write(tmp_path, "a,b\n1,2\n"), **choice)

"""How delimiter, quotation mark and the rest of a dialect are told from the content."""

from pathlib import Path

import pytest

from segops_pipeline.reading import Dialect, detect_dialect
from segops_pipeline_tests.reading.uploads import stage, write

ROWS = [["sku", "name", "price"], ["A-1", "Lamp", "12.50"], ["A-2", "Desk lamp", "1.00"], ["A-3", "", "7"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    path = write(tmp_path, "".join(delimiter.join(row) + "\n" for row in ROWS))
    assert detect_dialect(path) == Dialect("utf-8", delimiter, '"', None, 0)


def test_the_name_of_a_file_does_not_decide(tmp_path: Path) -> None:
    assert detect_dialect(write(tmp_path, "sku;name\nA;Lamp\n", "table.tsv")).delimiter == ";"


def test_decimal_commas_are_no_delimiters(tmp_path: Path) -> None:
    assert detect_dialect(write(tmp_path, "sku;price\nA;1,50\nB;2,75\nC;10,00\n")).delimiter == ";"


def test_lists_within_cells_are_no_columns(tmp_path: Path) -> None:
    content = "sku,name,sizes\nA,Shirt,S|M|L|XL\nB,Coat,S|M|L|XL\nC,Scarf,S|M|L|XL\n"
    assert detect_dialect(write(tmp_path, content)).delimiter == ","


def test_delimiters_within_quotes_do_not_count(tmp_path: Path) -> None:
    content = 'sku|text\nA|"one, two, three"\nB|"four, five, six"\n'
    assert detect_dialect(write(tmp_path, content)).delimiter == "|"


def test_a_first_line_that_names_the_delimiter_is_believed(tmp_path: Path) -> None:
    staged = stage(tmp_path, "sep=;\r\nsku;name\r\nA,1;Lamp\r\n")
    assert staged.parsed.dialect.delimiter == ";"
    assert staged.parsed.dialect.header_row == 1
    assert staged.parsed.headers == ["sku", "name"]
    assert staged.rows == [["A,1", "Lamp"]]
    assert staged.lines == [3]
    assert staged.parsed.issues == []


def test_a_single_column_of_words_has_no_delimiter_in_it(tmp_path: Path) -> None:
    staged = stage(tmp_path, "name\nDesk lamp\nFloor lamp with shade\nLamp\n")
    assert staged.parsed.headers == ["name"]
    assert staged.rows == [["Desk lamp"], ["Floor lamp with shade"], ["Lamp"]]


def test_single_quotes_are_found(tmp_path: Path) -> None:
    content = "sku,name\n'A','Lamp, red'\n'B','Desk, oak'\n'C','Chair, blue'\n"
    path = write(tmp_path, content)
    assert detect_dialect(path).quote == "'"


def test_quotes_escaped_with_a_backslash_are_read(tmp_path: Path) -> None:
    content = 'sku,name\nA,"a 5\\" pipe, short"\nB,"the \\"best\\" lamp"\nC,"C:\\temp"\n'
    staged = stage(tmp_path, content)
    assert staged.parsed.dialect.escape == "\\"
    assert [row[1] for row in staged.rows] == ['a 5" pipe, short', 'the "best" lamp', "C:\\temp"]
    assert staged.issues("escaped_quotes")


def test_a_backslash_at_the_end_of_a_quoted_cell_is_no_escape(tmp_path: Path) -> None:
    staged = stage(tmp_path, 'sku,path\n"A","C:\\"\n"B","D:\\"\n')
    assert staged.parsed.dialect.escape is None
    assert [row[1] for row in staged.rows] == ["C:\\", "D:\\"]


def test_a_blank_after_every_delimiter_is_part_of_it_and_said(tmp_path: Path) -> None:
    staged = stage(tmp_path, 'sku, name, price\nA, "Lamp, red", 1.50\nB, Desk, 2.00\n')
    assert staged.rows == [["A", "Lamp, red", "1.50"], ["B", "Desk", "2.00"]]
    assert staged.parsed.dialect.padded
    assert staged.issues("padded_delimiter")


def test_a_blank_after_some_delimiters_stays(tmp_path: Path) -> None:
    staged = stage(tmp_path, "sku,name,price\nA, Lamp,1.50\nB,Desk,2.00\n")
    assert staged.rows[0] == ["A", " Lamp", "1.50"]


def test_columns_aligned_by_blanks_are_read(tmp_path: Path) -> None:
    content = "sku   price stock\nA-1   12.50     3\nA-22   1.00    12\nA-333  7.25     1\n"
    staged = stage(tmp_path, content)
    assert staged.rows[1] == ["A-22", "1.00", "12"]


def test_a_file_without_text_has_the_usual_dialect(tmp_path: Path) -> None:
    assert detect_dialect(write(tmp_path, "")) == Dialect("utf-8", ",", '"', None, None)


def test_a_dialect_is_a_json_object() -> None:
    assert Dialect("utf-8", ";", '"', None, 0).as_dict() == {
        "encoding": "utf-8",
        "delimiter": ";",
        "quote": '"',
        "escape": None,
        "header_row": 0,
        "kind": "delimited",
        "padded": False,
        "sheet": None,
        "member": None,
    }


@pytest.mark.parametrize(
    "content",
    [
        "url\nhttps://example.org/1\nhttps://example.org/2\n",
        "opens\n10:30\n11:45\n12:00\n",
        "price\n1,50\n2,75\n10,00\n",
        "price\n1 234\n2 345\n",
        "name\nBig chair\nRed sofa\nOld lamp\n",
        "sold\n2024-01-01 10:30\n2024-01-02 11:45:00 PM\n",
    ],
)
def test_a_column_of_values_is_one_column(tmp_path: Path, content: str) -> None:
    staged = stage(tmp_path, content)
    assert [staged.parsed.headers, *staged.rows] == [[line] for line in content.splitlines()]

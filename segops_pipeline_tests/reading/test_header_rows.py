"""Headers of several rows, no header at all, and delimiters at the end of each line."""

from pathlib import Path

import pytest

from segops_pipeline.reading import parse_upload, read_rows
from segops_pipeline.reading.choice import NO_HEADER, DialectChoice
from segops_pipeline_tests.reading.uploads import settings_of, stage, write

VALUES = "A-1,Lamp,1.50,1.70,3,4\nA-2,Desk,9.00,9.90,1,0\nA-3,Chair,4.50,5.00,7,2\nA-4,Bed,300,330,1,1\n"


def test_names_of_groups_above_names_that_are_alike_are_joined(tmp_path: Path) -> None:
    staged = stage(tmp_path, ",,Price,,Stock,\nsku,name,EUR,USD,EUR,USD\n" + VALUES)
    assert staged.parsed.headers == ["sku", "name", "Price EUR", "Price USD", "Stock EUR", "Stock USD"]
    assert staged.parsed.dialect.header_row == 0
    assert staged.lines[0] == 3
    assert [issue.line for issue in staged.issues("header_rows")] == [1]


def test_names_above_blank_ones_are_joined(tmp_path: Path) -> None:
    staged = stage(tmp_path, "sku,name,Price,,Stock,\n,,EUR,USD,DE,FR\n" + VALUES)
    assert staged.parsed.headers == ["sku", "name", "Price EUR", "Price USD", "Stock DE", "Stock FR"]
    assert staged.parsed.total_rows == 4


def test_a_row_of_units_belongs_to_the_header(tmp_path: Path) -> None:
    staged = stage(tmp_path, "sku,name,price,list price,weight,height\n,,EUR,EUR,kg,cm\n" + VALUES)
    assert staged.parsed.headers[2:] == ["price EUR", "list price EUR", "weight kg", "height cm"]


def test_a_second_row_of_names_as_full_as_the_first_belongs_to_the_header(tmp_path: Path) -> None:
    labels = "SKU,Title,Net price,Gross price,Stock here,Stock there\n"
    names = "item_sku,item_name,net,gross,stock_a,stock_b\n"
    staged = stage(tmp_path, labels + names + VALUES)
    assert staged.parsed.headers[:3] == ["SKU item_sku", "Title item_name", "Net price net"]
    assert staged.lines == [3, 4, 5, 6]


def test_a_header_that_is_there_twice_is_one_header(tmp_path: Path) -> None:
    path = write(tmp_path, "sku,name\nsku,name\nA,Lamp\nB,Desk\n")
    assert list(read_rows(path)) == [["sku sku", "name name"], ["A", "Lamp"], ["B", "Desk"]]
    assert stage(tmp_path, path.read_bytes()).parsed.headers == ["sku", "name"]


@pytest.mark.parametrize(
    "first_row",
    ["A-0,Sofa,n/a,n/a,1,1\n", ",,,,1,2\n", "A-0,,n/a,,,\n", ",Sofa,n/a,,,\n", "A-0,Sofa,,,,\n"],
)
def test_a_first_row_with_gaps_is_a_row(tmp_path: Path, first_row: str) -> None:
    staged = stage(tmp_path, "sku,name,price,list price,stock,sold\n" + first_row + VALUES)
    assert staged.parsed.headers == ["sku", "name", "price", "list price", "stock", "sold"]
    assert staged.parsed.total_rows == 5


def test_a_header_that_a_person_names_may_have_several_rows(tmp_path: Path) -> None:
    path = write(tmp_path, "x,y,z,a,b,c\n,,Price,,Stock,\nsku,name,EUR,USD,EUR,USD\n" + VALUES)
    choice = DialectChoice(header_row=2)
    parsed = parse_upload(path, tmp_path / "rows.parquet", settings_of(tmp_path), "upload.csv", choice=choice)
    assert parsed.dialect.header_row == 2
    assert parsed.headers == ["sku", "name", "EUR", "USD", "EUR_2", "USD_2"]
    assert parsed.total_rows == 4


def test_who_says_that_there_is_no_header_gets_every_row(tmp_path: Path) -> None:
    path = write(tmp_path, "sku,name\nsku,name\nA,Lamp\n")
    choice = DialectChoice(header_row=NO_HEADER)
    parsed = parse_upload(path, tmp_path / "rows.parquet", settings_of(tmp_path), "upload.csv", choice=choice)
    assert parsed.headers == ["column_1", "column_2"]
    assert parsed.total_rows == 3


def test_a_column_of_delimiters_at_the_line_ends_is_left_out_and_said_once(tmp_path: Path) -> None:
    staged = stage(tmp_path, "sku;name;price;\nA;Lamp;1;\nB;Desk;2;\n")
    assert staged.parsed.headers == ["sku", "name", "price"]
    assert staged.rows == [["A", "Lamp", "1"], ["B", "Desk", "2"]]
    assert [(issue.code, issue.line) for issue in staged.parsed.issues] == [("empty_column", 1)]


def test_a_value_that_comes_late_in_a_column_without_name_is_told(tmp_path: Path) -> None:
    staged = stage(tmp_path, "sku;name;price;\n" + "A;Lamp;1;\n" * 3_000 + "B;Desk;2;red\n")
    assert [(issue.line, issue.value) for issue in staged.issues("long_row")] == [(3_002, "red")]


def test_words_that_come_often_below_are_no_names(tmp_path: Path) -> None:
    rows = "".join(f"Berlin;street {number} b;shop\n" for number in range(5))
    staged = stage(tmp_path, rows + "Hamburg;lane 1 c;office\n" * 2)
    assert staged.parsed.headers == ["column_1", "column_2", "column_3"]
    assert len(staged.issues("no_header")) == 1


def test_codes_like_those_below_are_no_names(tmp_path: Path) -> None:
    staged = stage(tmp_path, "A-17,Lamp\nB-18,Desk\nC-19,Chair\n")
    assert staged.parsed.headers == ["column_1", "column_2"]


@pytest.mark.parametrize("header", ["shoe,36,38,40", "name,c1,c2,c3", "image1,image2,image3,image4"])
def test_names_that_count_up_are_names(tmp_path: Path, header: str) -> None:
    staged = stage(tmp_path, header + "\nx,5,1,7\ny,2,8,9\nz,4,4,1\n")
    assert staged.parsed.headers == header.split(",")


FULL = "".join(f"A-{number},Lamp,{number},{number},x,y{number},z\n" for number in range(1, 8))


def test_first_rows_with_gaps_in_a_table_without_a_header_are_rows(tmp_path: Path) -> None:
    staged = stage(tmp_path, "B-1,Desk,,,,,\nB-2,Sofa,5,,,,\n" + FULL)
    assert (staged.parsed.total_rows, staged.lines[:2]) == (9, [1, 2])
    assert [issue.code for issue in staged.parsed.issues] == ["no_header"]


def test_a_first_row_of_a_word_like_those_below_is_a_row(tmp_path: Path) -> None:
    assert stage(tmp_path, "CHAIR,\nTABLE,5\nLAMP,6\nSOFA,7\nBED,8\n").parsed.total_rows == 5


def test_a_title_above_a_table_without_a_header_is_no_row(tmp_path: Path) -> None:
    staged = stage(tmp_path, "Lamps,,2024,,,,\n" + FULL)
    assert (staged.parsed.total_rows, staged.parsed.dialect.header_row) == (7, None)


def test_a_header_that_names_few_of_the_columns_is_the_header(tmp_path: Path) -> None:
    staged = stage(tmp_path, "sku,name,,,,,\n" + FULL)
    assert (staged.parsed.headers[:3], staged.parsed.total_rows) == (["sku", "name", "column_3"], 7)


def test_the_same_row_over_and_over_is_no_header(tmp_path: Path) -> None:
    assert stage(tmp_path, "A-1,Lamp,5\n" * 4).parsed.total_rows == 4


def test_a_first_row_of_words_for_values_with_a_code_like_those_below_is_a_row(tmp_path: Path) -> None:
    staged = stage(tmp_path, "sku,name,price,list price,weight,height\nA-0,Vase,tbd,n/a,unknown,none\n" + VALUES)
    assert staged.parsed.total_rows == 5

"""How columns are named, and where the header is found."""

from pathlib import Path

from segops_pipeline_tests.reading.uploads import stage


def test_a_name_that_occurs_again_gets_a_number(tmp_path: Path) -> None:
    staged = stage(tmp_path, "sku,price,price,price\nA,1,2,3\n")
    assert staged.parsed.headers == ["sku", "price", "price_2", "price_3"]
    assert [issue.column for issue in staged.issues("duplicate_header")] == ["price_2", "price_3"]
    assert {issue.line for issue in staged.issues("duplicate_header")} == {1}


def test_a_number_that_is_taken_is_not_given_again(tmp_path: Path) -> None:
    staged = stage(tmp_path, "sku,price,price_2,price\nA,1,2,3\n")
    assert staged.parsed.headers == ["sku", "price", "price_2", "price_3"]


def test_a_blank_name_is_the_columns_place(tmp_path: Path) -> None:
    staged = stage(tmp_path, "sku,name,,\nA,Lamp,x,y\n")
    assert staged.parsed.headers == ["sku", "name", "column_3", "column_4"]
    assert [issue.level for issue in staged.issues("blank_header")] == ["info", "info"]


def test_blanks_and_line_ends_are_no_part_of_a_name(tmp_path: Path) -> None:
    staged = stage(tmp_path, ' sku ,"product\nname"\nA,Lamp\n')
    assert staged.parsed.headers == ["sku", "product name"]
    assert staged.lines == [3]


def test_columns_beyond_the_header_that_most_rows_fill_are_kept(tmp_path: Path) -> None:
    staged = stage(tmp_path, "sku,name\nA,Lamp,red\nB,Desk,blue\nC,Chair,green\n")
    assert staged.parsed.headers == ["sku", "name", "column_3"]
    assert staged.rows[1] == ["B", "Desk", "blue"]


def test_blank_lines_above_the_header_are_counted(tmp_path: Path) -> None:
    staged = stage(tmp_path, "\n\nsku,name\nA,Lamp\n")
    assert staged.parsed.dialect.header_row == 2
    assert staged.parsed.headers == ["sku", "name"]
    assert staged.lines == [4]


def test_a_title_above_the_table_is_no_header_and_is_said(tmp_path: Path) -> None:
    content = "Price list spring;;;;\n;;;;\nsku;name;price;stock;colour\nA;Lamp;1,50;3;red\nB;Desk;99,00;1;oak\n"
    staged = stage(tmp_path, content)
    assert staged.parsed.dialect.header_row == 2
    assert staged.parsed.headers == ["sku", "name", "price", "stock", "colour"]
    assert staged.lines == [4, 5]
    assert staged.issues("preamble")[0].value == "Price list spring"


def test_comment_lines_above_the_table_are_no_header(tmp_path: Path) -> None:
    staged = stage(tmp_path, "# made by shop at night\nsku,name\nA,Lamp\nB,Desk\n")
    assert staged.parsed.headers == ["sku", "name"]


def test_a_first_row_of_values_is_no_header(tmp_path: Path) -> None:
    staged = stage(tmp_path, "A-1,2024-01-01,12.50\nA-2,2024-01-02,3.00\nA-3,2024-02-01,7.25\n")
    assert staged.parsed.dialect.header_row is None
    assert staged.parsed.headers == ["column_1", "column_2", "column_3"]
    assert staged.parsed.total_rows == 3
    assert staged.lines == [1, 2, 3]
    assert len(staged.issues("no_header")) == 1


def test_a_blank_line_in_a_table_without_a_header_is_nothing_to_tell(tmp_path: Path) -> None:
    staged = stage(tmp_path, "A-1,2024-01-01,12.50\n\nA-2,2024-01-02,3.00\n")
    assert [issue.code for issue in staged.parsed.issues] == ["no_header"]
    assert staged.lines == [1, 3]


def test_years_are_names_of_columns(tmp_path: Path) -> None:
    staged = stage(tmp_path, "product,2023,2024,2025\nLamp,12,13,14\nDesk,1,2,3\n")
    assert staged.parsed.headers == ["product", "2023", "2024", "2025"]


def test_a_word_of_the_header_that_comes_again_below_makes_it_no_row(tmp_path: Path) -> None:
    staged = stage(tmp_path, "sku,name,price,stock,colour\nA-0,,,,colour\n")
    assert staged.parsed.headers == ["sku", "name", "price", "stock", "colour"]

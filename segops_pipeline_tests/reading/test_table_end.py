"""What stands below a table: totals, notes, further tables. It is no row, and said; what may be a row is one."""

from pathlib import Path

import pytest

from segops_pipeline_tests.reading.uploads import Staged, stage

TABLE = "sku;name;price;stock;weight\nA-1;Lamp;1,50;3;2\nA-2;Desk;99,00;1;20\nA-3;Chair;45,00;7;5\n"
ROWS = [["A-1", "Lamp", "1,50", "3", "2"], ["A-2", "Desk", "99,00", "1", "20"], ["A-3", "Chair", "45,00", "7", "5"]]


def said(staged: Staged) -> list[tuple[str, int | None]]:
    return [(issue.code, issue.line) for issue in staged.parsed.issues]


@pytest.mark.parametrize(
    "total", ["Total;;145,50;11;27", "Summe:;;145,50;11;27", ";TOTAL;145,50;11;", "合計;;145,50;11;", "Итого;;;11;"]
)
def test_a_total_below_the_rows_is_no_row_and_is_said_with_its_line(tmp_path: Path, total: str) -> None:
    staged = stage(tmp_path, TABLE + total + "\n")
    assert staged.rows == ROWS
    assert said(staged) == [("total_row", 5)]
    assert "Total" in (staged.parsed.issues[0].value or "") or staged.parsed.issues[0].value


@pytest.mark.parametrize(
    "row",
    ["Total;Cereal;3,50;11;1", "Total;;sold out;;", "A-4;Total;3,50;;", "Total;;;;", "A-4;;;;", "Lamp total;;3;4;5"],
)
def test_a_row_that_only_resembles_a_total_stays(tmp_path: Path, row: str) -> None:
    staged = stage(tmp_path, TABLE + row + "\n")
    assert staged.rows == [*ROWS, row.split(";")]


def test_a_total_between_the_rows_stays(tmp_path: Path) -> None:
    staged = stage(tmp_path, TABLE + "Total;;145,50;11;27\nA-4;Bed;300,00;1;60\n")
    assert staged.parsed.total_rows == 5


def test_notes_below_a_blank_line_are_no_rows_and_are_said(tmp_path: Path) -> None:
    notes = "\nAll prices without tax.;;;;\nPrinted:;2024-05-01;;;\nSigned J. Doe;;;;\n"
    staged = stage(tmp_path, TABLE + notes)
    assert staged.rows == ROWS
    (issue,) = staged.issues("footer")
    assert (issue.line, issue.value) == (6, "All prices without tax. | Printed: | 2024-05-01 | Signed J. Doe")
    assert "Lines 6 to 8" in issue.message


@pytest.mark.parametrize("note", ["(3 rows affected)", "* prices without tax", "End of the list.", "3 records"])
def test_a_last_line_without_any_delimiter_that_is_a_sentence_is_a_note(tmp_path: Path, note: str) -> None:
    staged = stage(tmp_path, TABLE + note + "\n")
    assert staged.rows == ROWS
    assert said(staged) == [("footer", 5)]


@pytest.mark.parametrize("line", ["A-4", "A-4;;;;", "A-4;Bed", "00042"])
def test_a_last_row_that_is_short_stays_a_row(tmp_path: Path, line: str) -> None:
    staged = stage(tmp_path, TABLE + "\n" + line + "\n")
    assert staged.parsed.total_rows == 4
    assert staged.rows[-1][0] == line.partition(";")[0]


def test_total_and_notes_together_are_each_said(tmp_path: Path) -> None:
    staged = stage(tmp_path, TABLE + "Total;;145,50;11;27\n\nAll prices without tax.\n")
    assert staged.rows == ROWS
    assert said(staged) == [("total_row", 5), ("footer", 7)]


def test_a_second_table_below_a_blank_line_is_named_with_its_line_and_size(tmp_path: Path) -> None:
    second = "\nOrders;;;;\norder;customer;amount;;\n17;Smith;20;;\n18;Jones;30;;\n"
    staged = stage(tmp_path, TABLE + second)
    assert staged.rows == ROWS
    (issue,) = staged.issues("another_table")
    assert (issue.line, issue.value, issue.level) == (7, "order | customer | amount", "warning")
    assert "2 rows" in issue.message


def test_every_further_table_is_named(tmp_path: Path) -> None:
    second = "\norder;customer;amount\n17;Smith;20\n18;Jones;30\n"
    third = "\nplace;city;since\nx;Berlin;2011\n"
    staged = stage(tmp_path, TABLE + second + third)
    assert staged.rows == ROWS
    assert [issue.line for issue in staged.issues("another_table")] == [6, 10]


def test_a_header_with_other_columns_begins_another_table_without_a_blank_line(tmp_path: Path) -> None:
    second = "sku;name;price;stock;weight;colour\nB-1;Lamp;1,50;3;2;red\nB-2;Desk;9,00;1;2;blue\n"
    staged = stage(tmp_path, TABLE + second)
    assert staged.rows == ROWS
    assert [issue.line for issue in staged.issues("another_table")] == [5]


def test_rows_below_the_same_header_once_more_are_rows(tmp_path: Path) -> None:
    head, *rows = TABLE.splitlines(keepends=True)
    staged = stage(tmp_path, TABLE + head + "A-4;Bed;300,00;1;60\n")
    assert staged.parsed.total_rows == len(rows) + 1
    assert [issue.line for issue in staged.issues("repeated_header")] == [5]


def test_the_same_table_once_more_gives_no_row_twice(tmp_path: Path) -> None:
    staged = stage(tmp_path, TABLE + TABLE + "A-4;Bed;300,00;1;60\n")
    assert staged.rows == [*ROWS, ["A-4", "Bed", "300,00", "1", "60"]]
    assert [issue.line for issue in staged.issues("repeated_rows")] == [6, 7, 8]


def test_a_blank_line_between_rows_ends_nothing(tmp_path: Path) -> None:
    staged = stage(tmp_path, TABLE + "\nA-4;Bed;300,00;1;60\n;;;;\nA-5;Sofa blue;;;\n")
    assert [row[0] for row in staged.rows] == ["A-1", "A-2", "A-3", "A-4", "A-5"]


@pytest.mark.parametrize("row", ["A-4;Bed;on request;;", "lamp;Bed;on request;;", "bed;Bed;soon;;heavy", "x;y;z;;"])
def test_a_row_of_words_below_a_blank_line_begins_no_table(tmp_path: Path, row: str) -> None:
    staged = stage(tmp_path, TABLE + "\n" + row + "\n" + TABLE.partition("\n")[2])
    assert staged.parsed.total_rows == 7
    assert not staged.issues("another_table")


def test_many_sparse_rows_are_all_kept_in_their_order(tmp_path: Path) -> None:
    rows = "".join(f"A-{number};Lamp{';1' * (number % 4)}{';' * (3 - number % 4)}\n" for number in range(5_000))
    staged = stage(tmp_path, "sku;name;price;stock;weight\n" + rows)
    assert [row[0] for row in staged.rows] == [f"A-{number}" for number in range(5_000)]


@pytest.mark.parametrize("row", ["SOFA;Big sofa;on request;to order;5", "SOFA;Big sofa;on request;to order;"])
@pytest.mark.parametrize("title", ["", "Sofas;;;;\n"])
def test_a_row_with_words_for_values_below_a_blank_line_begins_no_table(tmp_path: Path, row: str, title: str) -> None:
    more = "A-4;Bed;300,00;1;60\nA-5;Rug;on request;2;6\nA-6;Vase;30,00;2;6\n"
    staged = stage(tmp_path, f"{TABLE}\n{title}{row}\n{more}")
    assert staged.rows[-4:] == [row.split(";"), *(line.split(";") for line in more.splitlines())]
    assert staged.parsed.issues == []


@pytest.mark.parametrize("row", ["#A-4;;;;", "*A-4;;;;", "(A-4);;;;"])
def test_a_last_row_of_only_a_key_with_a_sign_stays(tmp_path: Path, row: str) -> None:
    assert stage(tmp_path, TABLE + row + "\n").rows == [*ROWS, row.split(";")]

"""Rows that do not fit, quotes that do not pair, NULs: read as well as can be, and said."""

from pathlib import Path

from segops_pipeline.reading.tally import SHOWN
from segops_pipeline_tests.reading.uploads import stage

HEADER = "sku,name,price\n"


def test_a_short_row_is_filled_and_told_with_its_line(tmp_path: Path) -> None:
    staged = stage(tmp_path, HEADER + "A,Lamp,1\nB,Desk\nC,Chair,3\n")
    assert staged.rows == [["A", "Lamp", "1"], ["B", "Desk", ""], ["C", "Chair", "3"]]
    (issue,) = staged.issues("short_row")
    assert (issue.line, issue.level) == (3, "warning")


def test_the_values_beyond_the_last_column_are_told_with_their_line(tmp_path: Path) -> None:
    staged = stage(tmp_path, HEADER + "A,Lamp,1\nB,Desk,2,oak,old\nC,Chair,3\n")
    assert staged.rows[1] == ["B", "Desk", "2"]
    (issue,) = staged.issues("long_row")
    assert (issue.line, issue.value) == (3, "oak | old")


def test_empty_cells_beyond_the_last_column_are_nothing_to_tell(tmp_path: Path) -> None:
    staged = stage(tmp_path, HEADER + "A,Lamp,1,,\nB,Desk,2,,\nC,Chair,3\n")
    assert staged.parsed.issues == []
    assert staged.rows[0] == ["A", "Lamp", "1"]


def test_many_ragged_rows_give_a_few_issues_and_their_count(tmp_path: Path) -> None:
    staged = stage(tmp_path, HEADER + "A,Lamp,1\n" * 30_000 + "B,Desk\n" * 20_000)
    issues = staged.issues("short_row")
    assert len(issues) == SHOWN + 1
    assert issues[0].line == 30_002
    assert issues[-1].line is None
    assert issues[-1].message.startswith("20,000 rows")
    assert "50,001" in issues[-1].message


def test_rows_without_any_value_are_left_out_and_said(tmp_path: Path) -> None:
    staged = stage(tmp_path, HEADER + "A,Lamp,1\n,,\n , ,\nB,Desk,2\n,,\n")
    assert staged.rows == [["A", "Lamp", "1"], ["B", "Desk", "2"]]
    assert [issue.line for issue in staged.issues("blank_row")] == [3, 4, 6]


def test_a_header_that_comes_again_is_no_row_and_is_said(tmp_path: Path) -> None:
    staged = stage(tmp_path, HEADER + "A,Lamp,1\n" + HEADER + "B,Desk,2\n")
    assert staged.rows == [["A", "Lamp", "1"], ["B", "Desk", "2"]]
    assert [issue.line for issue in staged.issues("repeated_header")] == [3]


def test_a_row_whose_first_cell_is_empty_is_kept(tmp_path: Path) -> None:
    staged = stage(tmp_path, HEADER + "A,Lamp,1\n,Desk,2\n")
    assert staged.rows[1] == ["", "Desk", "2"]


def test_a_quote_that_is_never_closed_costs_no_other_row(tmp_path: Path) -> None:
    staged = stage(tmp_path, HEADER + 'A,"Lamp,1\nB,Desk,2\nC,"Chair, blue",3\nD,Bed,4\n')
    assert staged.rows == [
        ["A", '"Lamp', "1"],
        ["B", "Desk", "2"],
        ["C", "Chair, blue", "3"],
        ["D", "Bed", "4"],
    ]
    assert staged.lines == [2, 3, 4, 5]
    assert [issue.line for issue in staged.issues("stray_quote")] == [2]


def test_a_quote_that_is_open_at_the_end_of_the_file_costs_no_row(tmp_path: Path) -> None:
    staged = stage(tmp_path, HEADER + 'A,Lamp,1\nB,"Desk,2\nC,Chair,3\n')
    assert staged.rows == [["A", "Lamp", "1"], ["B", '"Desk', "2"], ["C", "Chair", "3"]]


def test_quotes_within_a_quoted_cell_that_are_not_doubled_are_kept(tmp_path: Path) -> None:
    staged = stage(tmp_path, HEADER + 'A,"the "best" lamp, ever",1\nB,Desk,2\n')
    assert staged.rows[0] == ["A", 'the "best" lamp, ever', "1"]
    assert len(staged.issues("stray_quote")) == 1


def test_quotes_that_are_not_doubled_in_a_cell_of_two_lines_are_kept(tmp_path: Path) -> None:
    staged = stage(tmp_path, HEADER + 'A,"the "best"\nlamp",1\nB,Desk,2\n')
    assert staged.rows == [["A", 'the "best"\nlamp', "1"], ["B", "Desk", "2"]]
    assert staged.lines == [2, 4]


def test_a_quote_within_an_unquoted_cell_is_text(tmp_path: Path) -> None:
    staged = stage(tmp_path, HEADER + 'A,Lamp 5",1\nB,2" pipe,2\n')
    assert [row[1] for row in staged.rows] == ['Lamp 5"', '2" pipe']
    assert staged.parsed.issues == []


def test_nul_characters_are_left_out_and_told_with_their_line(tmp_path: Path) -> None:
    staged = stage(tmp_path, HEADER + "A,La\0mp,1\nB,Desk,2\n")
    assert staged.rows[0] == ["A", "Lamp", "1"]
    (issue,) = staged.issues("nul_character")
    assert (issue.line, issue.level) == (2, "warning")

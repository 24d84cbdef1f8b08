"""Rejected rows are told by cause, and written to a file that is safe to open, and reads back as it was."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from segops_pipeline.errors import TooLargeForWorkbook, WrongState, WrongUsage
from segops_pipeline.imports.corrected_file import corrected_rows
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.rejected import Cause, Reason, RejectedRow, causes
from segops_pipeline.imports.rejected_file import write_rejected, write_text, write_workbook
from segops_pipeline.imports.rejected_form import LINE, REASONS, TextForm, form_of
from segops_pipeline.reading.harmless import harmless, original
from segops_pipeline.reading.limits import Limits
from segops_pipeline.stores.opening import open_stores
from segops_pipeline.stores.postgres_data import Reach
from segops_pipeline_tests.conftest import installation
from segops_pipeline_tests.importing import Importer

TYPES = {"weight": "number", "price": "number"}
BAD = 'sku;name;weight;price\nA;Chair;2;x\nB;"=1+1";heavy;y\n;"No; ""key""";3;4\nD;Lamp;heavy;5\nE;Desk;1;2\n'
HEADERS = ["sku", "=name", "col 3"]
REASON = Reason("col 3", "“x” is no number.", None)


@pytest.fixture(scope="module")
def shared_job(cluster: Reach, tmp_path_factory: pytest.TempPathFactory) -> Job:
    """A job whose file had the columns `HEADERS`."""
    folder = tmp_path_factory.mktemp("shared")
    with installation(cluster, folder / "home") as made, open_stores(made) as stores:
        return replace(Importer(stores, folder).open("sku\n"), headers=HEADERS)


def rows_of(cells: list[list[str]], headers: list[str]) -> Iterator[RejectedRow]:
    for line, row in enumerate(cells, start=2):
        yield RejectedRow(line, dict(zip(headers, row, strict=True)), [REASON], None)


def read_back(path: Path, job: Job) -> list[list[str]]:
    return [row.cells for row in corrected_rows(path, job, Limits(), path.name)]


def rejected(imports: Importer, job: Job) -> list[Cause]:
    with imports.stores.database.workspace_session(job.workspace_id) as connection:
        return causes(connection, job)


def test_the_causes_are_told_with_counts_lines_examples_and_a_fix(imports: Importer) -> None:
    job = imports.load(BAD, TYPES)
    found = {(cause.code, cause.column): cause for cause in rejected(imports, job)}
    assert found.keys() == {("not_a_number", "weight"), ("not_a_number", "price"), ("empty_key", "sku")}
    heavy = found["not_a_number", "weight"]
    assert (heavy.rows, heavy.lines, heavy.values) == (2, [3, 5], ["heavy"])
    assert heavy.suggestion


def test_the_file_has_the_users_own_columns_and_layout_and_the_reasons(imports: Importer, tmp_path: Path) -> None:
    job = imports.load(BAD.replace("Chair", "Stühle").encode("cp1252"), TYPES)
    target = tmp_path / "rejected.csv"
    assert write_rejected(imports.stores, job, target) == []
    lines = target.read_bytes().decode("cp1252").split("\r\n")
    assert lines[0] == f"sku;name;weight;price;{LINE};{REASONS}"
    assert lines[1].startswith("A;Stühle;2;x;2;price: ")
    assert lines[2].startswith("B;'=1+1;heavy;y;3;weight: ")
    assert " | price: " in lines[2]
    assert lines[3].startswith(';"No; ""key""";3;4;4;sku: ')


def test_no_cell_of_the_file_begins_as_a_formula_does(imports: Importer, tmp_path: Path) -> None:
    job = imports.load("sku,=x,weight\nA,\"=cmd|' /C calc'!A0\",-x\nB,@SUM(1),+x\n", {"weight": "number", "=x": "text"})
    target = tmp_path / "rejected.csv"
    write_rejected(imports.stores, job, target)
    cells = [cell for line in target.read_text().splitlines() for cell in line.split(",")]
    assert not [cell for cell in cells if cell.strip('"').startswith(("=", "+", "-", "@"))]
    assert read_back(target, job) == [["A", "=cmd|' /C calc'!A0", "-x"], ["B", "@SUM(1)", "+x"]]


@pytest.mark.parametrize("cell", ["-5", "+49 30 1234", "'-5", "''=x", "'quoted'", "\t=1", "\r", "plain", ""])
def test_what_is_made_harmless_is_made_what_it_was(cell: str) -> None:
    assert original(harmless(cell)) == cell
    assert not harmless(cell).startswith(("=", "+", "-", "@", "\t", "\r"))


CELL = st.one_of(
    st.sampled_from(["", "-5", "+49", "'=1", "''", "a;b", 'say "x"', "l1\r\nl2", " pad ", "=1+1", "_x0041_", "Total"]),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12),
)
FORMS = [
    TextForm("utf-8", ";", '"', has_mark=False),
    TextForm("cp1252", ",", '"', has_mark=False),
    TextForm("utf-16-le", "\t", '"', has_mark=True),
    TextForm("utf-8", "|", "'", has_mark=True),
    TextForm("shift_jis", "||", '"', has_mark=False),
]


@settings(max_examples=40, deadline=None, derandomize=True)
@given(cells=st.lists(st.tuples(CELL, CELL, CELL).map(list), min_size=1, max_size=4), form=st.sampled_from(FORMS))
def test_any_cells_written_as_text_are_read_back_as_they_were(
    shared_job: Job, scratch: Path, cells: list[list[str]], form: TextForm
) -> None:
    dialect = {"kind": "delimited", "encoding": form.encoding, "delimiter": form.delimiter, "quote": form.quote}
    job = replace(shared_job, dialect=dialect)
    write_text(scratch, HEADERS, lambda: rows_of(cells, HEADERS), form)
    assert read_back(scratch, job) == cells


@settings(max_examples=15, deadline=None, derandomize=True)
@given(cells=st.lists(st.tuples(CELL, CELL, CELL).map(list), min_size=1, max_size=4))
def test_any_cells_written_to_a_workbook_are_read_back_as_they_were(
    shared_job: Job, scratch: Path, cells: list[list[str]]
) -> None:
    path = scratch.with_suffix(".xlsx")
    write_workbook(path, HEADERS, rows_of(cells, HEADERS))
    assert read_back(path, shared_job) == cells


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rejected") / "rows.csv"


def test_a_workbook_has_text_cells_and_marks_those_that_were_refused(imports: Importer, tmp_path: Path) -> None:
    job = imports.load(BAD, TYPES)
    target = tmp_path / "rejected.xlsx"
    write_rejected(imports.stores, job, target)
    sheet = load_workbook(target).worksheets[0]
    assert [cell.value for cell in sheet[3]][:5] == ["B", "=1+1", "heavy", "y", "3"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}
    marked = [[bool(cell.comment) for cell in row] for row in sheet.iter_rows(min_row=2, max_col=4)]
    assert marked == [
        [False, False, False, True],
        [False, False, True, True],
        [True, False, False, False],
        [False, False, True, False],
    ]
    assert "number" in sheet["C3"].comment.text
    assert sheet["C3"].fill.fgColor.rgb == "FFFFC7CE"
    assert sheet["A3"].fill.fgColor.rgb != "FFFFC7CE"


def test_a_workbook_that_cannot_hold_a_cell_says_to_use_csv(imports: Importer, tmp_path: Path) -> None:
    job = imports.load(f"sku,name,weight\nA,{'x' * 40_000},bad\n", {"weight": "number"})
    with pytest.raises(TooLargeForWorkbook, match=r"\.csv") as refused:
        write_rejected(imports.stores, job, tmp_path / "rejected.xlsx")
    assert (refused.value.line, refused.value.column) == (2, "name")
    assert list(tmp_path.glob("*rejected*")) == []
    write_rejected(imports.stores, job, tmp_path / "rejected.csv")


def test_characters_that_the_encoding_lacks_make_the_file_utf_8_and_are_told(scratch: Path) -> None:
    form = TextForm("cp1252", ";", '"', has_mark=False)
    notes = write_text(scratch, ["sku"], lambda: rows_of([["Łódź"]], ["sku"]), form)
    assert scratch.read_bytes().startswith(b"\xef\xbb\xbf")
    assert "UTF-8" in notes[0]


def test_the_added_columns_have_names_that_the_user_does_not_have(imports: Importer, tmp_path: Path) -> None:
    job = imports.load(f"sku,{LINE},weight\nA,mine,bad\n", {"weight": "number", LINE: "text"})
    target = tmp_path / "rejected.csv"
    write_rejected(imports.stores, job, target)
    assert target.read_text().splitlines()[0] == f"sku,{LINE},weight,{LINE} +,{REASONS}"
    assert read_back(target, job) == [["A", "mine", "bad"]]


def test_rows_of_a_json_file_are_written_as_csv(imports: Importer, tmp_path: Path) -> None:
    path = imports.folder / "rows.json"
    path.write_text('[\n{"sku": "A", "weight": "x"},\n{"sku": "B", "weight": "1"}\n]')
    job = imports.load(path, {"weight": "number"})
    assert form_of(job).delimiter == ","
    write_rejected(imports.stores, job, tmp_path / "rejected.csv")
    assert (tmp_path / "rejected.csv").read_text("utf-8-sig").splitlines()[1].startswith('A,x,2,"weight: ')


def test_what_a_repaired_row_was_in_the_file_is_told(imports: Importer, tmp_path: Path) -> None:
    job = imports.load("sku,weight\nA,bad,extra\nB,1\n", {"weight": "number"})
    write_rejected(imports.stores, job, tmp_path / "rejected.csv")
    assert "extra" in (tmp_path / "rejected.csv").read_text()
    assert read_back(tmp_path / "rejected.csv", job) == [["A", "bad"]]


def test_a_job_without_rejected_rows_and_another_ending_are_refused(imports: Importer, tmp_path: Path) -> None:
    job = imports.load("sku,name\nA,Chair\n")
    with pytest.raises(WrongState, match="no rejected rows"):
        write_rejected(imports.stores, job, tmp_path / "rejected.csv")
    with pytest.raises(WrongUsage, match="xlsx"):
        write_rejected(imports.stores, job, tmp_path / "rejected.pdf")

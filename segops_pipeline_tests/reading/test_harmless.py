"""Cells that were made harmless for spreadsheets are read as they were; other apostrophes stay."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from segops_pipeline.reading.harmless import harmless_number, is_marked, marked, original, unmarked
from segops_pipeline_tests.reading.uploads import stage


@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("'=+-@\t\r\n019.,")))
def test_a_harmless_cell_is_read_as_it_was_and_runs_nothing(cell: str) -> None:
    written = harmless_number(cell)
    assert original(written) == cell
    assert written[:1] not in ("=", "@", "\t", "\r", "\n")


def test_a_file_is_harmless_where_all_its_headers_say_so() -> None:
    assert is_marked(["'sku", "'name", ""])
    assert unmarked(["'sku", "'name"]) == ["sku", "name"]
    assert not is_marked(["'sku", "name"])
    assert not is_marked(["'sku'", "'name'"])
    assert not is_marked(["", "'"])
    assert marked("sku") == "'sku"


def test_a_harmless_file_is_read_without_its_apostrophes(tmp_path: Path) -> None:
    found = stage(tmp_path, '"\'sku","\'name"\r\n"\'=1+1","\'\'=x"\r\n"-7","\'n"\r\n')
    assert found.parsed.headers == ["sku", "name"]
    assert found.rows == [["=1+1", "'=x"], ["-7", "'n"]]
    other = stage(tmp_path, "sku,name\n'=1+1,x\n")
    assert other.rows == [["'=1+1", "x"]]

"""A table in a web page, which many shops save as .xls, is read; a page without one is refused."""

from pathlib import Path

import pytest

from segops_pipeline.errors import UnsupportedFormat
from segops_pipeline.reading import detect_dialect, read_rows
from segops_pipeline_tests.reading.uploads import stage, write

MENU = "<table><tr><td>Home</td><td>Contact</td></tr></table>"
TABLE = (
    "<table border=1><tr><th>sku</th><th>name</th></tr><tr><td>A<td>Lamp<br>red</tr>"
    "<tr><td> B </td><td>Desk &amp; more</td></tr></table>"
)


def test_the_largest_table_of_a_page_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, f"<html><head><style>td {{}}</style></head><body>{MENU}{TABLE}</body></html>", "prices.xls")
    assert list(read_rows(path)) == [["sku", "name"], ["A", "Lamp\nred"], ["B", "Desk & more"]]
    assert detect_dialect(path).kind == "html"


def test_a_page_that_is_a_table_alone_is_read(tmp_path: Path) -> None:
    assert stage(tmp_path, TABLE).parsed.headers == ["sku", "name"]


def test_a_cell_over_several_columns_leaves_the_others_in_their_place(tmp_path: Path) -> None:
    rows = "<tr><td>a<td>b<td>c</tr><tr><td colspan=2>1<td>2</tr><tr><td>3<td>4<td>5</tr>"
    assert stage(tmp_path, f"<table>{rows}</table>").rows[0] == ["1", "", "2"]


@pytest.mark.parametrize("section", ["<![CDA[x]]>", "<![if !vml]>", "<![endif]>", "<![ >", "<![CDATA[x]]>"])
def test_sections_of_any_kind_are_passed_over(tmp_path: Path, section: str) -> None:
    row = "<tr><td>a<td>b</tr>"
    assert stage(tmp_path, f"<table>{section}<tr><td>sku<td>name</tr>{section}{row}</table>").rows == [["a", "b"]]


@pytest.mark.parametrize("content", ["<!DOCTYPE html><html><body>Sign in</body></html>", f"<html>{MENU}</html>"])
def test_a_page_without_a_table_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(UnsupportedFormat, match="web page"):
        stage(tmp_path, content)

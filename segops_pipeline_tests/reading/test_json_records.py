"""JSON Lines, arrays of objects and objects around them become tables; nothing in them is lost."""

import gzip
import json
from pathlib import Path

import pytest

from segops_pipeline.errors import CellTooLarge, DamagedFile, EmptyFile, TooManyColumns, UnknownSheet
from segops_pipeline.reading import ParsedUpload, detect_dialect, parse_upload, read_rows
from segops_pipeline.reading.choice import DialectChoice
from segops_pipeline_tests.reading.uploads import settings_of, stage, write


def chosen(path: Path, sheet: str) -> ParsedUpload:
    settings = settings_of(path.parent)
    return parse_upload(path, path.with_name("rows.parquet"), settings, "x", choice=DialectChoice(sheet=sheet))


def rows_of(folder: Path, content: str | bytes) -> list[list[str]]:
    return list(read_rows(write(folder, content)))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ('[{"sku": "A", "stock": 1}, {"sku": "B", "stock": 2}]', "json"),
        ('{"sku": "A", "stock": 1}\n{"sku": "B", "stock": 2}\n', "json_lines"),
        ('{"sku": "A",\n "stock": 1}\n{"sku": "B",\n "stock": 2}', "json_lines"),
        ('{"count": 2, "data": {"products": [{"sku": "A", "stock": 1},\n{"sku": "B", "stock": 2}]}}', "json"),
    ],
)
def test_objects_become_rows(tmp_path: Path, content: str, kind: str) -> None:
    assert rows_of(tmp_path, content) == [["sku", "stock"], ["A", "1"], ["B", "2"]]
    assert detect_dialect(write(tmp_path, content)).kind == kind


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_json_is_read_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    content = '[{"sku": "A", "name": "Säge"}, {"sku": "B", "name": "日本"}]'.encode(encoding)
    assert rows_of(tmp_path, content)[1:] == [["A", "Säge"], ["B", "日本"]]


def test_packed_json_lines_are_read(tmp_path: Path) -> None:
    content = gzip.compress(b'{"sku": "A"}\n{"sku": "B"}\n')
    assert rows_of(tmp_path, content) == [["sku"], ["A"], ["B"]]


def test_every_object_is_a_row_whatever_it_holds(tmp_path: Path) -> None:
    names = {"sku": "sku", "name": "name", "price": "price"}
    records = [{"sku": f"A{n}", "name": "Lamp", "price": n} for n in range(9)] + [names, {"sku": "Total", "price": 36}]
    assert len(rows_of(tmp_path, "\n".join(map(json.dumps, records)))) == len(records) + 1


def test_a_key_that_comes_late_is_a_column_too(tmp_path: Path) -> None:
    lines = [json.dumps({"sku": str(number)}) for number in range(3000)] + ['{"sku": "x", "late": "here"}']
    rows = rows_of(tmp_path, "\n".join(lines))
    assert (rows[0], rows[1], rows[-1]) == (["sku", "late"], ["0", ""], ["x", "here"])


def test_nested_objects_become_dotted_columns(tmp_path: Path) -> None:
    content = '[{"sku": "A", "price": {"amount": 1, "currency": {"code": "EUR"}}}, {"sku": "B", "price": null}]'
    wanted = [["sku", "price.amount", "price.currency.code", "price"], ["A", "1", "EUR", ""], ["B", "", "", ""]]
    assert rows_of(tmp_path, content) == wanted


def test_arrays_become_json_text(tmp_path: Path) -> None:
    content = '[{"tags": ["é", 1.50], "sizes": [{"s": 1}], "none": []}, {"tags": []}]'
    assert rows_of(tmp_path, content)[1] == ['["é", 1.50]', '[{"s": 1}]', ""]


def test_numbers_stay_as_they_are_spelled(tmp_path: Path) -> None:
    content = '[{"a": 1.50, "b": 12345678901234567890123, "c": 1E5, "d": -0.0}, {"a": true, "b": false}]'
    assert rows_of(tmp_path, content)[1:] == [
        ["1.50", "12345678901234567890123", "1E5", "-0.0"],
        ["true", "false", "", ""],
    ]


def test_a_row_has_the_line_where_its_object_starts(tmp_path: Path) -> None:
    assert stage(tmp_path, '[\n  {"sku": "A"},\n\n  {\n   "sku": "B"}\n]').lines == [2, 4]


def test_the_array_with_most_objects_is_read_and_another_can_be_chosen(tmp_path: Path) -> None:
    content = '{"links": [{"href": "x"}], "products": [{"sku": "A"}, {"sku": "B"}]}'
    staged = stage(tmp_path, content)
    assert (staged.parsed.headers, staged.parsed.dialect.sheet) == (["sku"], "products")
    assert "links" in staged.issues("other_sheets")[0].message
    path = write(tmp_path, content)
    parsed = chosen(path, "links")
    assert parsed.headers == ["href"]
    with pytest.raises(UnknownSheet, match="nothing"):
        chosen(path, "nothing")


@pytest.mark.parametrize("content", ["[{}]", '{"products": []}', '{"products": {"items": []}}'])
def test_json_without_a_record_is_empty(tmp_path: Path, content: str) -> None:
    with pytest.raises(EmptyFile):
        rows_of(tmp_path, content)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('[{"sku": "A"},\n{"sku": "B"', 2),
        ('{"sku": "A",\n{"sku": "B"}\n', 1),
        ('[{"sku": "A"},\n{"sku" "B"}]', 2),
        ('{"sku": "A"}\n{"sku": "B"}\nsku\n', 3),
        ('[{"sku": "A"},\n3]', 2),
        ('[{"sku": "A"}]\nmore', 2),
        ('[{"a":' + "[" * 100_000, 1),
    ],
)
def test_damaged_json_is_an_error_with_its_line(tmp_path: Path, content: str, line: int) -> None:
    with pytest.raises(DamagedFile) as caught:
        rows_of(tmp_path, content)
    assert caught.value.line == line
    assert caught.value.remedy


def test_a_table_whose_first_cell_is_json_stays_a_table(tmp_path: Path) -> None:
    assert detect_dialect(write(tmp_path, '{"a": 1};name\n{"b": 2};x\n')).kind == "delimited"


def test_a_text_without_end_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    with pytest.raises(CellTooLarge):
        stage(tmp_path, '[{"sku": "A"}, {"sku": "' + "x" * 3_000_000, max_cell_bytes=1000)


def test_more_keys_than_columns_are_allowed_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TooManyColumns):
        stage(tmp_path, "\n".join(json.dumps({f"k{number}": 1}) for number in range(12)), max_columns=10)


@pytest.mark.parametrize("depth", [400, 2_000, 100_000])
def test_values_that_are_nested_too_deep_are_refused(tmp_path: Path, depth: int) -> None:
    with pytest.raises(DamagedFile, match="nested too deep"):
        list(read_rows(write(tmp_path, ('{"a":' * depth + "1" + "}" * depth).encode())))

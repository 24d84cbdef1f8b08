"""What a person says of a file's layout wins over what is detected, and is checked first."""

from pathlib import Path
from typing import Any

import pytest

from segops_pipeline.errors import UnknownRow, WrongUsage
from segops_pipeline.reading import ParsedUpload, parse_upload
from segops_pipeline.reading.choice import NO_CHOICE, NO_HEADER, DialectChoice
from segops_pipeline_tests.reading.uploads import settings_of, write


def parsed(folder: Path, content: str | bytes, **choice: Any) -> ParsedUpload:
    path = write(folder, content)
    return parse_upload(
        path, folder / "rows.parquet", settings_of(folder), "x", choice=DialectChoice.of_words(**choice)
    )


def test_the_encoding_is_the_one_that_was_chosen(tmp_path: Path) -> None:
    found = parsed(tmp_path, "sku,name\nA,Łódź\nB,Kraków\n".encode("cp1250"), encoding="cp1250")
    assert found.sample_rows == [["A", "Łódź"], ["B", "Kraków"]]
    assert found.dialect.encoding == "cp1250"


def test_the_delimiter_is_the_one_that_was_chosen(tmp_path: Path) -> None:
    found = parsed(tmp_path, "sku;a,b\nA;1,2\nB;3,4\n", delimiter="comma")
    assert found.headers == ["sku;a", "b"]


def test_a_mark_that_was_said_to_be_none_stays_in_the_cells(tmp_path: Path) -> None:
    found = parsed(tmp_path, 'sku,name\nA,"Lamp"\nB,"Desk"\n', quote="none")
    assert found.sample_rows[0] == ["A", '"Lamp"']


def test_the_header_is_in_the_row_that_was_chosen(tmp_path: Path) -> None:
    content = "sku,name\nId,Title\nA,Lamp\nB,Desk\n"
    found = parsed(tmp_path, content, header_row=2)
    assert (found.headers, found.total_rows, found.dialect.header_row) == (["Id", "Title"], 2, 1)


def test_a_table_that_has_no_header_keeps_its_first_row(tmp_path: Path) -> None:
    found = parsed(tmp_path, "sku,name\nA,Lamp\nB,Desk\n", no_header=True)
    assert (found.headers, found.total_rows) == (["column_1", "column_2"], 3)
    assert found.dialect.header_row is None
    assert found.issues == []


@pytest.mark.parametrize(
    "choice",
    [
        {"encoding": "klingon"},
        {"encoding": "hex"},
        {"delimiter": ""},
        {"delimiter": "\n"},
        {"delimiter": '"'},
        {"delimiter": "x" * 11},
        {"quote": "''"},
        {"quote": "\n"},
        {"header_row": 0},
        {"header_row": 1, "no_header": True},
    ],
)
def test_what_cannot_be_is_wrong_usage_with_what_can(choice: dict[str, Any]) -> None:
    with pytest.raises(WrongUsage) as caught:
        DialectChoice.of_words(**choice)
    assert caught.value.remedy


def test_a_choice_is_kept_as_json() -> None:
    choice = DialectChoice.of_words(encoding="cp1250", delimiter="tab", quote="none", no_header=True, sheet="S")
    assert choice == DialectChoice("cp1250", "\t", "", NO_HEADER, "S")
    assert DialectChoice.from_dict(choice.as_dict()) == choice
    assert DialectChoice.from_dict(None) == NO_CHOICE
    assert NO_CHOICE.as_dict() == {}


def test_a_header_below_the_end_of_the_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownRow, match="Row 99 cannot be the header"):
        parsed(tmp_path, "sku,name\nA,Lamp\n", header_row=99)

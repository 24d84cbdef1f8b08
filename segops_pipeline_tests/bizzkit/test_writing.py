"""Files of the Bizzkit format as they are written: read again they say the same."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segops_pipeline.catalogue.pim.fold import FILE_ENTITIES as IN_ORDER
from segops_pipeline.config import Settings
from segops_pipeline.formats.bizzkit.entities import FileEntity
from segops_pipeline.formats.bizzkit.files import recognise
from segops_pipeline.formats.bizzkit.headers import name_column
from segops_pipeline.formats.bizzkit.keywords import DELETE, IGNORE, NULL, Set, action_of
from segops_pipeline.formats.bizzkit.writing import FILE_NAMES, can_be_said, translated_headers, write_file
from segops_pipeline.imports.parse import as_specified
from segops_pipeline.reading import read_batches
from segops_pipeline.reading.choice import NO_CHOICE
from segops_pipeline.reading.limits import Limits
from segops_pipeline.reading.staging import parse_upload

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from(" ;\"\n\r='"), max_size=8)


def test_a_file_has_semicolons_utf_8_and_null_where_nothing_is(tmp_path: Path) -> None:
    path = tmp_path / "brands.csv"
    assert write_file(path, ["UniqueName", "Name"], [["A", 'Bj"ørn; 1'], ["B", None]]) == 2
    assert path.read_bytes() == 'UniqueName;Name\r\nA;"Bj""ørn; 1"\r\nB;NULL\r\n'.encode()


@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(st.tuples(texts.filter(str.strip), texts), min_size=1, max_size=4))
def test_whatever_cells_are_written_are_read_again(rows: list[tuple[str, str]], tmp_path: Path) -> None:
    path, staged = tmp_path / "file.csv", tmp_path / "rows.parquet"
    write_file(path, ["UniqueName", "Name"], rows)
    specified, _ = as_specified(path, path.name, Limits(), NO_CHOICE)
    parse_upload(path, staged, Settings(home=tmp_path), path.name, choice=specified, is_exact=True)  # type: ignore[call-arg]
    read = [tuple(row.values()) for batch in read_batches(staged) for row in batch.select(["c0", "c1"]).to_pylist()]
    assert read == rows


@pytest.mark.parametrize("mode", ["merge", "overwrite"])
@pytest.mark.parametrize("text", ["", "null", " NULL", NULL, IGNORE, DELETE, "DELETÈ", "a\0b"])
def test_a_text_can_be_said_where_it_is_no_keyword(text: str, mode: str) -> None:
    is_text = isinstance(action_of(text, mode, "Advanced"), Set)  # type: ignore[arg-type]
    assert can_be_said(text, mode) == (is_text and "\0" not in text)  # type: ignore[arg-type]


def test_headers_of_translated_texts_have_the_bare_name_for_the_default() -> None:
    headers = translated_headers("Name", ["T:da", "T:da|M:DENMARK"])
    assert headers == {"default": "Name", "T:da": "Name:Tda", "T:da|M:DENMARK": "Name:Tda:MDENMARK"}
    for key, header in headers.items():
        found = name_column(header, 1, "Name", cultures_only=False)
        assert found is not None
        assert (found.segment.key if found.segment else "default") == key


@pytest.mark.parametrize("entity", ["attribute", "brand", "product_hierarchy"])
def test_where_columns_fit_several_kinds_of_records_the_file_is_known_by_its_name(entity: FileEntity) -> None:
    assert recognise(FILE_NAMES[entity], ["UniqueName", "Name"]).entity == entity
    assert list(FILE_NAMES) == list(IN_ORDER)

"""The mapping as a file that a person edits: written, read back, and refused where it has lost its shape."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from segops_pipeline.catalogue.rules import FieldRule, ImportRules
from segops_pipeline.errors import BadMapping, UnknownType, WrongUsage
from segops_pipeline.imports.confirm import Confirmation, confirm, suggested_confirmation
from segops_pipeline.imports.mapping_file import confirmation_from, read_mapping, write_mapping
from segops_pipeline.inference.fields import SchemaField
from segops_pipeline_tests.importing import Importer, counts

CONFIRMATION = Confirmation(
    {"Artikel-Nr.": "sku", "Größe": "size", "ignored": None},
    [SchemaField("size", "Größe", "number", required=True, description="in cm")],
)


def test_a_mapping_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "mappings" / "job.json"
    write_mapping(path, CONFIRMATION)
    assert read_mapping(path) == CONFIRMATION


def test_rules_of_the_import_stand_in_the_file_too(tmp_path: Path) -> None:
    rules = ImportRules(match=("gtin",), empty="keep", fields={"price": FieldRule(policy="fill")})
    write_mapping(tmp_path / "job.json", replace(CONFIRMATION, rules=rules))
    assert read_mapping(tmp_path / "job.json").rules == rules


@pytest.mark.parametrize("rules", ["keep", {"empty": "perhaps"}, {"no_rule": 1}, {"conflict": "newer"}])
def test_rules_that_cannot_be_are_refused(rules: Any) -> None:
    with pytest.raises(BadMapping):
        confirmation_from({"mapping": {"sku": "sku"}, "rules": rules})


def test_the_mark_that_an_editor_puts_in_front_is_none_of_the_mapping(tmp_path: Path) -> None:
    write_mapping(tmp_path / "job.json", CONFIRMATION)
    written = (tmp_path / "job.json").read_text(encoding="utf-8")
    (tmp_path / "edited.json").write_text(written, encoding="utf-8-sig")
    assert read_mapping(tmp_path / "edited.json") == CONFIRMATION


def test_the_file_says_how_it_is_to_be_edited_and_shows_letters_as_they_are(tmp_path: Path) -> None:
    write_mapping(tmp_path / "job.json", CONFIRMATION)
    written = (tmp_path / "job.json").read_text(encoding="utf-8")
    assert "Größe" in written
    assert "multi_price" in json.loads(written)["help"]


def test_an_edited_suggestion_is_what_is_imported(imports: Importer, tmp_path: Path) -> None:
    job = imports.read("sku,name,Gewicht\nA,Chair,2\n")
    path = tmp_path / "job.json"
    write_mapping(path, suggested_confirmation(job))
    content = json.loads(path.read_text(encoding="utf-8"))
    content["mapping"]["Gewicht"] = "mass"
    content["schema"]["fields"] = [{"key": "mass", "type": "text"}]
    path.write_text(json.dumps(content), encoding="utf-8")
    job = imports.run(confirm(imports.stores, job.id, read_mapping(path)))
    assert counts(job) == {"rows": 1, "created": 1}
    assert imports.data("A") == {"mass": "2"}


def test_schema_and_label_may_be_left_out() -> None:
    assert confirmation_from({"mapping": {"a": "sku", "b": ""}}) == Confirmation({"a": "sku", "b": None}, [])
    fields = [{"key": "size", "type": "number"}]
    assert confirmation_from({"mapping": {}, "schema": {"fields": fields}}).fields == [
        SchemaField("size", "size", "number")
    ]


@pytest.mark.parametrize(
    "content",
    [
        None,
        [],
        {},
        "text",
        {"mapping": []},
        {"mapping": {"a": 1}},
        {"mapping": {"a": {"target": "sku"}}},
        {"mapping": {}, "schema": []},
        {"mapping": {}, "schema": {"fields": {}}},
        {"mapping": {}, "schema": {"fields": ["size"]}},
        {"mapping": {}, "schema": {"fields": [{"type": "text"}]}},
        {"mapping": {}, "schema": {"fields": [{"key": 1, "type": "text"}]}},
        {"mapping": {}, "schema": {"fields": [{"key": "size", "type": "text", "label": ["x"]}]}},
        {"mapping": {}, "schema": {"fields": [{"key": "size", "type": "text", "description": {}}]}},
        {"mapping": {}, "schema": {"fields": [{"key": "size", "type": "text", "required": "no"}]}},
    ],
    ids=json.dumps,
)
def test_what_has_not_the_shape_of_a_mapping_is_refused(content: Any) -> None:
    with pytest.raises(BadMapping) as told:
        confirmation_from(content)
    assert told.value.remedy


@pytest.mark.parametrize("type_", ["decimal", "", None, 1, ["text"]], ids=str)
def test_a_type_that_does_not_exist_is_refused(type_: Any) -> None:
    with pytest.raises(UnknownType, match="Field 'size'"):
        confirmation_from({"mapping": {}, "schema": {"fields": [{"key": "size", "type": type_}]}})


@pytest.mark.parametrize("content", [b"{", b"", b"\xff\xfe{", b"{'mapping': {}}", b"[" * 100_000])
def test_a_file_that_is_no_json_is_named(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "job.json"
    path.write_bytes(content)
    with pytest.raises(BadMapping, match="no valid JSON") as told:
        read_mapping(path)
    assert told.value.file == str(path)


def test_a_file_with_a_wrong_shape_is_named(tmp_path: Path) -> None:
    path = tmp_path / "job.json"
    path.write_text("{}")
    with pytest.raises(BadMapping) as told:
        read_mapping(path)
    assert told.value.file == str(path)


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="cannot be read"):
        read_mapping(tmp_path / "none.json")
    with pytest.raises(WrongUsage, match="cannot be read"):
        read_mapping(tmp_path)

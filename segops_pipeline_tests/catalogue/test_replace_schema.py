"""The whole schema is replaced in one act, and products lose no value by it that nobody has given up."""

from typing import Any

import pytest

from segops_pipeline.catalogue.replace_schema import ProductSchema, load_schema, lock_schema, replace_fields
from segops_pipeline.errors import BadMapping, ChangedMeanwhile, UnknownType, WrongUsage
from segops_pipeline.imports.workspaces import set_defaults
from segops_pipeline.inference.fields import SchemaField
from segops_pipeline_tests.importing import Importer

FILE = "sku,name,weight,color\nA,Axe,5,red\nB,Bow,7,\nC,Cup,heavy,blue\n"
COLOR, WEIGHT = SchemaField("color", "Color", "text"), SchemaField("weight", "Weight", "text")
SIZE = SchemaField("size", "Size", "number", required=True, description="in cm", rules=("number 0..99",))


@pytest.fixture
def workspace_id(imports: Importer) -> int:
    """A workspace with three products."""
    return imports.load(FILE).workspace_id


def replace(imports: Importer, workspace_id: int, *fields: SchemaField, **given: Any) -> ProductSchema:
    with imports.stores.database.workspace_session(workspace_id) as connection:
        now = lock_schema(connection, workspace_id, given.pop("expected", None))
        replace_fields(connection, now, fields, "ann", **given)
        return load_schema(connection, workspace_id)


def test_fields_are_made_changed_and_moved(imports: Importer, workspace_id: int) -> None:
    heavier = SchemaField("weight", "How heavy", "text", description="in kg")
    schema = replace(imports, workspace_id, COLOR, SIZE, heavier)
    assert schema.fields == (COLOR, SIZE, heavier)
    assert replace(imports, workspace_id, SIZE, WEIGHT, COLOR).fields == (SIZE, WEIGHT, COLOR)


def test_a_field_that_products_have_values_of_is_not_removed_unawares(imports: Importer, workspace_id: int) -> None:
    before = imports.catalogue()
    with pytest.raises(WrongUsage, match="2 products have a value") as refused:
        replace(imports, workspace_id, WEIGHT)
    assert [(issue.code, issue.column) for issue in refused.value.issues] == [("field_has_values", "color")]
    assert imports.catalogue() == before


def test_a_forced_removal_clears_values_and_keeps_them_in_the_history(imports: Importer, workspace_id: int) -> None:
    schema = replace(imports, workspace_id, WEIGHT, force=True)
    assert schema.fields == (WEIGHT,)
    assert imports.data("A") == {"weight": "5"}
    revisions = imports.rows("SELECT key, before, actor FROM revisions WHERE cause = 'edit' ORDER BY key")
    assert [(row["key"], row["before"]["data"]["color"], row["actor"]) for row in revisions] == [
        ("A", "red", "ann"),
        ("C", "blue", "ann"),
    ]
    assert imports.rows("SELECT * FROM learned_mappings WHERE target = 'color'") == []
    versions = imports.rows("SELECT o.key FROM outbox o JOIN products p ON p.sku = o.key AND p.version = o.version")
    assert sorted(row["key"] for row in versions) == ["A", "B", "C"]


def test_values_are_read_as_the_new_type_and_those_that_are_none_are_told(imports: Importer, workspace_id: int) -> None:
    number = SchemaField("weight", "Weight", "number")
    with pytest.raises(WrongUsage, match="1 product has a value that is none: C") as refused:
        replace(imports, workspace_id, number, COLOR)
    assert (refused.value.issues[0].code, refused.value.issues[0].value) == ("values_do_not_fit", "heavy")
    replace(imports, workspace_id, number, COLOR, force=True)
    assert [imports.data(sku).get("weight") for sku in "ABC"] == [5, 7, None]


def test_lists_become_texts_and_texts_lists(imports: Importer) -> None:
    job = imports.load('sku,tags\nA,"x; y"\nB,z\n', {"tags": "list"})
    replace(imports, job.workspace_id, SchemaField("tags", "Tags", "text"))
    assert imports.data("A") == {"tags": "x; y"}
    replace(imports, job.workspace_id, SchemaField("tags", "Tags", "list"))
    assert [imports.data(sku)["tags"] for sku in "AB"] == [["x", "y"], ["z"]]


def test_who_has_seen_another_schema_changes_nothing(imports: Importer, workspace_id: int) -> None:
    with imports.stores.database.workspace_session(workspace_id) as connection:
        seen = load_schema(connection, workspace_id).hash
    changed = replace(imports, workspace_id, WEIGHT, COLOR, SIZE, expected=seen)
    with pytest.raises(ChangedMeanwhile):
        replace(imports, workspace_id, WEIGHT, COLOR, expected=seen)
    assert replace(imports, workspace_id, WEIGHT, COLOR, SIZE, expected=changed.hash).hash == changed.hash


@pytest.mark.parametrize("key", ["", "sku", "x" * 64, "a\nb"])
def test_what_cannot_be_a_key_is_refused(key: str, imports: Importer, workspace_id: int) -> None:
    with pytest.raises(BadMapping, match=r"key|field"):
        replace(imports, workspace_id, WEIGHT, COLOR, SchemaField(key, "Label", "text"))


def test_a_key_is_of_one_field_and_a_type_is_one_of_eight(imports: Importer, workspace_id: int) -> None:
    with pytest.raises(BadMapping, match="Two fields"):
        replace(imports, workspace_id, WEIGHT, COLOR, COLOR)
    with pytest.raises(UnknownType, match="size"):
        replace(imports, workspace_id, WEIGHT, COLOR, SchemaField("size", "Size", "length"))


def test_currency_and_locale_are_part_of_the_schema(imports: Importer, workspace_id: int) -> None:
    database = imports.stores.database
    with database.workspace_session(workspace_id) as connection:
        set_defaults(connection, workspace_id, "eur", "de_DE")
        schema = load_schema(connection, workspace_id)
    assert (schema.default_currency, schema.default_locale) == ("EUR", "de-DE")
    for currency, locale in (("EURO", None), (None, "German, please")):
        with pytest.raises(WrongUsage, match="is no"), database.workspace_session(workspace_id) as connection:
            set_defaults(connection, workspace_id, currency, locale)

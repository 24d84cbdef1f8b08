"""What people do to attributes, lists and segments: one transaction each, with a history, and nothing lost unawares."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.pim.act_list_items import add_item, edit_item, remove_item
from segops_pipeline.catalogue.pim.act_lists import create_list, delete_list, load_list, set_unique
from segops_pipeline.catalogue.pim.act_segments import add_segment, list_segments, remove_segment
from segops_pipeline.catalogue.pim.act_trees import delete_node, move_node, name_node
from segops_pipeline.catalogue.pim.acts import delete_attribute, rename_attribute, rename_field, save_attribute
from segops_pipeline.catalogue.pim.attribute_values import Touched, attribute_uses
from segops_pipeline.catalogue.pim.configuring import AttributeWish, FieldWish
from segops_pipeline.catalogue.pim.model import AttributeDefinition
from segops_pipeline.catalogue.pim.seen import record_as_seen
from segops_pipeline.catalogue.pim.store import StoredRecords, load_record
from segops_pipeline.catalogue.replace_schema import lock_schema, replace_fields
from segops_pipeline.catalogue.schema import load_fields, save_fields
from segops_pipeline.errors import AlreadyThere, BadMapping, ChangedMeanwhile, NotFound, WrongUsage
from segops_pipeline.inference.fields import SchemaField
from segops_pipeline.stores.database import Database
from segops_pipeline_tests.pim.catalogue import fill

PLAIN = AttributeWish({"default": "Depth"}, fields={1: FieldWish(pim_type="PDecimal2")})


class Acts:
    """Acts in a filled workspace; each `connected` is one transaction."""

    def __init__(self, database: Database, workspace_id: int) -> None:
        self.database, self.id = database, workspace_id

    @contextmanager
    def connected(self) -> Generator[Connection]:
        with self.database.workspace_session(self.id) as connection:
            yield connection

    def do(self, act: Any, *given: Any, **options: Any) -> Any:
        with self.connected() as connection:
            return act(connection, self.id, *given, **options)

    def rows(self, statement: str) -> list[dict[str, Any]]:
        with self.connected() as connection:
            return [dict(row) for row in connection.execute(text(statement)).mappings()]

    def data(self, sku: str) -> dict[str, Any]:
        return self.rows(f"SELECT data FROM products WHERE sku = '{sku}'")[0]["data"]

    def pim(self, sku: str) -> dict[str, Any]:
        return self.rows(f"SELECT pim FROM products WHERE sku = '{sku}'")[0]["pim"]

    def record(self, entity: Any, key: str) -> dict[str, Any] | None:
        found = self.do(load_record, entity, key)
        return None if found is None else found.data

    def attribute(self, code: str) -> AttributeDefinition | None:
        with self.connected() as connection:
            return StoredRecords(connection, self.id).attribute(code)

    def fields(self) -> dict[str, SchemaField]:
        with self.connected() as connection:
            return {one.key: one for one in load_fields(connection)}

    def edits(self) -> list[tuple[str, str, str, str]]:
        rows = self.rows("SELECT entity, key, action, actor FROM revisions WHERE cause = 'edit' ORDER BY version_after")
        return [(row["entity"], row["key"], row["action"], row["actor"]) for row in rows]


@pytest.fixture
def acts(database: Database, workspace_id: int) -> Acts:
    """A workspace with a small PIM; its outbox is empty."""
    fill(database, workspace_id)
    made = Acts(database, workspace_id)
    with made.connected() as connection:
        connection.execute(text("DELETE FROM outbox"))
    return made


def test_an_attribute_is_made_and_a_simple_one_is_a_field_of_the_schema(acts: Acts) -> None:
    made = acts.do(save_attribute, "DEPTH", PLAIN, "ann", is_new=True)
    assert acts.attribute("DEPTH") == made
    assert (made.configuration, made.fields[0].pim_type) == ("Plain", "PDecimal2")
    assert (acts.fields()["DEPTH"].type, acts.fields()["DEPTH"].label) == ("number", "Depth")
    assert acts.edits() == [("attribute", "DEPTH", "created", "ann")]


def test_names_a_group_and_confidentiality_can_be_changed_and_the_field_follows(acts: Acts) -> None:
    wish = AttributeWish({"default": "Mass", "T:da": "Masse"}, {"default": "in g"}, is_confidential=True, group="")
    acts.do(save_attribute, "WEIGHT", wish, "ann", is_new=False)
    made = acts.attribute("WEIGHT")
    assert made is not None
    assert (made.names, made.group, made.is_confidential) == ({"default": "Mass", "T:da": "Masse"}, None, True)
    assert (acts.fields()["WEIGHT"].label, acts.fields()["WEIGHT"].description) == ("Mass", "in g")
    # what is confidential is shown no more, so those who have it are sent anew
    assert [row["key"] for row in acts.rows("SELECT key FROM outbox ORDER BY key")] == ["DB-5", "PLAIN"]


def test_an_act_that_changes_nothing_leaves_no_trace(acts: Acts) -> None:
    acts.do(save_attribute, "WEIGHT", AttributeWish({"default": "Weight"}), "ann")
    assert acts.edits() == []


@pytest.mark.parametrize(
    "wish",
    [
        AttributeWish(configuration="Range"),
        AttributeWish(value_type="MultiValued"),
        AttributeWish(fields={1: FieldWish(pim_type="PString")}),
        AttributeWish(fields={1: FieldWish(global_list="COLOURS")}),
        AttributeWish(names={"default": ""}),
    ],
)
def test_the_configuration_is_locked_for_people_too(acts: Acts, wish: AttributeWish) -> None:
    with pytest.raises(WrongUsage):
        acts.do(save_attribute, "WEIGHT", wish, "ann")
    assert acts.edits() == []


def test_what_must_be_new_or_there_is_looked_at(acts: Acts) -> None:
    with pytest.raises(AlreadyThere):
        acts.do(save_attribute, "WEIGHT", PLAIN, "ann", is_new=True)
    with pytest.raises(AlreadyThere):  # a field that only the wizard has made is an attribute
        acts.do(save_attribute, "tags", PLAIN, "ann", is_new=True)
    with pytest.raises(NotFound):
        acts.do(save_attribute, "DEPTH", PLAIN, "ann", is_new=False)
    with pytest.raises(ChangedMeanwhile):
        acts.do(record_as_seen, "attribute", "WEIGHT", 1)
    with pytest.raises(WrongUsage, match="no global list"):
        acts.do(save_attribute, "D", AttributeWish({"default": "D"}, fields={1: FieldWish(global_list="X")}), "ann")
    with pytest.raises(WrongUsage, match="has a meaning in headers"):
        acts.do(save_attribute, "A/B", PLAIN, "ann")


def test_who_looks_at_what_is_to_be_changed_keeps_others_out_until_it_is(acts: Acts) -> None:
    held = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid()")
    with acts.connected() as connection:
        found = record_as_seen(connection, acts.id, "attribute", "WEIGHT", None)
        assert connection.execute(held).scalar_one() == 1
        assert record_as_seen(connection, acts.id, "attribute", "WEIGHT", found.version) == found


@pytest.mark.parametrize("key", ["T:xx", "danish", "M:DENMARK", "T:da|M:DENMARK"])
def test_names_are_by_registered_cultures(acts: Acts, key: str) -> None:
    for wish in (AttributeWish({key: "x"}), AttributeWish(fields={1: FieldWish({key: "x"})})):
        with pytest.raises(WrongUsage):
            acts.do(save_attribute, "WEIGHT", wish, "ann")
    acts.do(save_attribute, "WEIGHT", AttributeWish({"T:DA": "Vægt"}), "ann")
    assert (acts.record("attribute", "WEIGHT") or {})["names"] == {"default": "Weight", "T:da": "Vægt"}


def test_a_field_of_the_wizard_becomes_an_attribute_when_something_is_said_of_it(acts: Acts) -> None:
    acts.do(save_attribute, "tags", AttributeWish({"default": "Tags", "T:da": "Mærker"}), "ann")
    assert (acts.record("attribute", "tags") or {})["value_type"] == "MultiValued"
    assert (acts.fields()["tags"].type, acts.fields()["tags"].label) == ("list", "Tags")


def test_an_attribute_with_values_is_not_deleted_unawares(acts: Acts) -> None:
    with pytest.raises(WrongUsage, match=r"2 products, such as product DB-5.* would lose them"):
        acts.do(delete_attribute, "WEIGHT", "ann")
    assert acts.record("attribute", "WEIGHT") is not None


def test_values_within_bundles_and_of_other_records_are_values_too(acts: Acts) -> None:
    assert str(acts.do(attribute_uses, "NAME")) == "3 products, such as product DB-5"
    assert str(acts.do(attribute_uses, "primary")) == "nothing"  # which is also what a placement is kept under
    with acts.connected() as connection:
        connection.execute(text("DELETE FROM products WHERE sku <> 'SET'"))
        connection.execute(
            text("""UPDATE records SET data = data || '{"external": {"NAME": null, "SIZE": {}}}' WHERE key = 'SPORT'""")
        )
    assert str(acts.do(attribute_uses, "NAME")) == "1 product and 1 other record, such as product SET"
    assert str(acts.do(attribute_uses, "SIZE")) == "1 other record, such as category SPORT"


def test_a_forced_deletion_clears_all_values_and_keeps_them_in_the_history(acts: Acts) -> None:
    assert acts.do(delete_attribute, "NAME", "ann", force=True) == Touched(products=3, records=0)
    assert acts.record("attribute", "NAME") is None
    assert "NAME" not in acts.data("DB-5")
    assert acts.pim("DB-5")["external"] == {"WEIGHT": 4990}
    assert acts.pim("SET")["bundle"][0]["attributes"] == {}
    assert acts.edits() == [
        ("product", "DB-5", "updated", "ann"), ("product", "DB-5-B", "updated", "ann"),
        ("product", "SET", "updated", "ann"), ("attribute", "NAME", "deleted", "ann"),
    ]  # fmt: skip
    kept = acts.rows("SELECT before FROM revisions WHERE key = 'DB-5' AND cause = 'edit'")[0]["before"]
    assert kept["data"]["NAME"]["T:da"] == "Tung vægt"
    assert kept["pim"]["external"]["NAME"] == {"default": "ERP dumbbell"}
    sent = acts.rows("SELECT o.key FROM outbox o JOIN products p ON p.sku = o.key AND p.version = o.version")
    assert sorted(row["key"] for row in sent) == ["DB-5", "DB-5-B", "SET"]


def test_a_deleted_simple_attribute_takes_its_field_and_what_maps_to_it_along(acts: Acts) -> None:
    with acts.connected() as connection:
        connection.execute(
            text("INSERT INTO learned_mappings (workspace_id, header, target) VALUES (:id, 'weight', 'WEIGHT')"),
            {"id": acts.id},
        )
    acts.do(delete_attribute, "WEIGHT", "ann", force=True)
    assert "WEIGHT" not in acts.fields()
    assert acts.rows("SELECT * FROM learned_mappings") == []


def test_an_attribute_without_values_is_deleted_without_force(acts: Acts) -> None:
    acts.do(save_attribute, "DEPTH", PLAIN, "ann")
    assert acts.do(delete_attribute, "DEPTH", "ann") == Touched()
    assert ("DEPTH" in acts.fields(), acts.record("attribute", "DEPTH")) == (False, None)
    with pytest.raises(NotFound):
        acts.do(delete_attribute, "DEPTH", "ann")


def test_values_follow_a_renamed_attribute_wherever_they_are(acts: Acts) -> None:
    with acts.connected() as connection:
        connection.execute(
            text(
                """UPDATE records SET data = data || '{"attributes": {"NAME": {"default": "x"}}}' WHERE key = 'SPORT';
                UPDATE records SET data = jsonb_set(data, '{items,0,attributes}', '{"NAME": {"default": "y"}}')
                WHERE key = 'COLOURS'"""
            )
        )
    before = acts.data("DB-5")
    assert acts.do(rename_attribute, "NAME", "TITLE", "ann") == Touched(products=3, records=2)
    assert acts.data("DB-5") == {("TITLE" if code == "NAME" else code): value for code, value in before.items()}
    assert acts.pim("DB-5")["external"]["TITLE"] == {"default": "ERP dumbbell"}
    assert acts.pim("SET")["bundle"][0]["attributes"] == {"TITLE": {"default": "Pair"}}
    assert (acts.record("category", "SPORT") or {})["attributes"] == {"TITLE": {"default": "x"}}
    assert (acts.record("global_list", "COLOURS") or {})["items"][0]["attributes"] == {"TITLE": {"default": "y"}}
    assert acts.attribute("NAME") is None
    assert (acts.record("attribute", "TITLE") or {})["group"] == "Texts"
    assert acts.edits()[-2:] == [("attribute", "NAME", "deleted", "ann"), ("attribute", "TITLE", "created", "ann")]


def test_all_that_remembers_a_field_s_key_follows_a_renamed_attribute(acts: Acts) -> None:
    with acts.connected() as connection:
        for statement in (
            "INSERT INTO learned_mappings (workspace_id, header, target) VALUES (:id, 'weight', 'WEIGHT')",
            "INSERT INTO field_locks (workspace_id, key, field, locked_by) VALUES (:id, 'DB-5', 'WEIGHT', 'ann')",
            "INSERT INTO sources (workspace_id, name, rules) VALUES (:id, 'erp', CAST(:rules AS jsonb))",
            "INSERT INTO mapping_templates (workspace_id, name, fingerprint, headers, header_keys, mappings, fields)"
            " VALUES (:id, 'erp', '', '[]', '[]', CAST(:mappings AS jsonb), CAST(:fields AS jsonb))",
        ):
            bound = {
                "id": acts.id,
                "rules": '{"match": ["WEIGHT"], "fields": {"WEIGHT": {"empty": "keep"}}}',
                "mappings": '{"w": "WEIGHT", "x": null}',
                "fields": '[{"key": "WEIGHT", "label": "W"}, {"key": "other"}]',
            }
            wanted = {name: value for name, value in bound.items() if f":{name}" in statement}
            connection.execute(text(statement), wanted)
    acts.do(rename_attribute, "WEIGHT", "MASS", "ann")
    assert ("WEIGHT" in acts.fields(), acts.fields()["MASS"].type) == (False, "number")
    assert acts.rows("SELECT target FROM learned_mappings") == [{"target": "MASS"}]
    assert acts.rows("SELECT field FROM field_locks") == [{"field": "MASS"}]
    assert acts.rows("SELECT rules FROM sources")[0]["rules"] == {
        "match": ["MASS"], "fields": {"MASS": {"empty": "keep"}}
    }  # fmt: skip
    (template,) = acts.rows("SELECT mappings, fields FROM mapping_templates")
    assert template["mappings"] == {"w": "MASS", "x": None}
    assert template["fields"] == [{"key": "MASS", "label": "W"}, {"key": "other"}]
    assert acts.data("PLAIN") == {"MASS": 1.5, "tags": ["a", "b"]}


def test_a_field_of_the_wizard_can_be_renamed_too(acts: Acts) -> None:
    acts.do(rename_attribute, "tags", "labels", "ann")
    assert (acts.data("PLAIN")["labels"], acts.fields()["labels"].type) == (["a", "b"], "list")


def test_a_new_system_name_must_be_free_and_one_that_headers_can_say(acts: Acts) -> None:
    with pytest.raises(AlreadyThere):
        acts.do(rename_attribute, "NAME", "tags", "ann")
    with pytest.raises(NotFound):
        acts.do(rename_attribute, "NOWHERE", "X", "ann")
    for name in ("A[0]", "", "$A", "Ext_A"):
        with pytest.raises(WrongUsage):
            acts.do(rename_attribute, "NAME", name, "ann")
    with pytest.raises(WrongUsage, match="product schema"):
        acts.do(rename_attribute, "WEIGHT", "name", "ann")
    assert acts.do(rename_attribute, "NAME", "NAME", "ann") == Touched()
    assert acts.edits() == []


def test_values_follow_a_renamed_field(acts: Acts) -> None:
    assert acts.do(rename_field, "EXERCISES", "quantity", "Times", "ann") == Touched(products=1)
    assert acts.data("DB-5")["EXERCISES"][0] == {"Item": {"T:en": "Curls"}, "Times": 3}
    made = acts.attribute("EXERCISES")
    assert made is not None
    assert [one.system_name for one in made.fields] == ["Item", "Times"]


def test_the_only_field_is_renamed_without_touching_values(acts: Acts) -> None:
    before = acts.data("DB-5")
    assert acts.do(rename_field, "WEIGHT", "Value", "Grams", "ann") == Touched()
    assert acts.data("DB-5") == before
    with pytest.raises(NotFound, match="has no field Value"):
        acts.do(rename_field, "WEIGHT", "Value", "Kilos", "ann")
    with pytest.raises(AlreadyThere):
        acts.do(rename_field, "SIZE", "Width", "height", "ann")


def test_a_list_is_made_with_its_type_and_unique_values(acts: Acts) -> None:
    acts.do(create_list, "SIZES", "ann", pim_type="pdecimal2")
    assert acts.record("global_list", "SIZES") == {
        "is_unique": True, "pim_type": "PDecimal2", "next_item": 1, "items": []
    }  # fmt: skip
    with pytest.raises(AlreadyThere):
        acts.do(create_list, "SIZES", "ann")
    with pytest.raises(WrongUsage, match="no PIM type"):
        acts.do(create_list, "OTHER", "ann", pim_type="PMoney")
    assert acts.edits() == [("global_list", "SIZES", "created", "ann")]


def test_unique_values_are_set_where_no_value_stands_twice(acts: Acts) -> None:
    acts.do(create_list, "SIZES", "ann", is_unique=False)
    first = acts.do(add_item, "SIZES", {"default": "L"}, "ann")
    acts.do(add_item, "SIZES", {"default": "L"}, "ann")
    with pytest.raises(WrongUsage, match="SIZES_1 and SIZES_2"):
        acts.do(set_unique, "SIZES", True, "ann")
    acts.do(remove_item, "SIZES", first, "ann")
    acts.do(set_unique, "SIZES", True, "ann")
    assert (acts.record("global_list", "SIZES") or {})["is_unique"] is True
    with pytest.raises(WrongUsage, match="has the value already"):
        acts.do(add_item, "SIZES", {"default": "L"}, "ann")


def test_items_are_added_changed_moved_and_renamed(acts: Acts) -> None:
    assert acts.do(add_item, "COLOURS", {"default": "Green", "T:da": "Grøn"}, "ann", index=0) == "COLOURS_3"
    acts.do(edit_item, "COLOURS", "COLOURS_3", "ann", texts={"T:en": "Greenish"}, system_name="GREEN", index=2)
    items = acts.do(load_list, "COLOURS").data["items"]
    assert [one["system_name"] for one in items] == ["RED", "BLUE", "GREEN"]
    assert items[2]["value"] == {"default": "Green", "T:da": "Grøn", "T:en": "Greenish"}
    with pytest.raises(AlreadyThere):
        acts.do(edit_item, "COLOURS", "GREEN", "ann", system_name="RED")
    with pytest.raises(NotFound):
        acts.do(edit_item, "COLOURS", "PINK", "ann", index=0)
    for wrong in ({"index": 3}, {"texts": {"T:xx": "?"}}, {"texts": {"danish": "?"}}):
        with pytest.raises(WrongUsage):
            acts.do(edit_item, "COLOURS", "GREEN", "ann", **wrong)


def test_products_that_show_a_changed_item_are_sent_again(acts: Acts) -> None:
    acts.do(edit_item, "COLOURS", "BLUE", "ann", texts={"default": "Navy"})
    assert [row["key"] for row in acts.rows("SELECT key FROM outbox ORDER BY key")] == ["DB-5", "DB-5-A"]


def test_an_item_or_list_that_something_refers_to_is_not_removed(acts: Acts) -> None:
    with pytest.raises(WrongUsage, match="product DB-5"):
        acts.do(remove_item, "COLOURS", "RED", "ann")
    with pytest.raises(WrongUsage, match="COLOUR, SHADES"):
        acts.do(delete_list, "COLOURS", "ann")
    unused = acts.do(add_item, "COLOURS", {"default": "Green"}, "ann")
    acts.do(remove_item, "COLOURS", unused, "ann")
    for code in ("COLOUR", "SHADES"):
        acts.do(delete_attribute, code, "ann", force=True)
    acts.do(delete_list, "COLOURS", "ann")
    assert acts.record("global_list", "COLOURS") is None


def test_the_values_of_a_list_are_of_its_type(acts: Acts) -> None:
    acts.do(create_list, "SIZES", "ann", pim_type="PInt32")
    for wrong in ({"default": "big"}, {"T:da": "4"}):
        with pytest.raises(WrongUsage):
            acts.do(add_item, "SIZES", wrong, "ann")
    acts.do(create_list, "WORDS", "ann", pim_type="PTranslatedString")
    with pytest.raises(WrongUsage, match="no default"):
        acts.do(add_item, "WORDS", {"default": "x"}, "ann")


def test_segments_are_registered_named_and_removed(acts: Acts) -> None:
    acts.do(add_segment, "channel", "WEB", "ann", "The shop")
    acts.do(add_segment, "channel", "WEB", "ann", "The web shop")
    assert [(one.key, one.data["label"]) for one in acts.do(list_segments, "channel")] == [
        ("channel:WEB", "The web shop")
    ]
    assert [one.key for one in acts.do(list_segments)][:2] == ["culture:da", "culture:en"]
    with pytest.raises(AlreadyThere):
        acts.do(add_segment, "channel", "web", "ann")
    acts.do(remove_segment, "channel", "WEB", "ann")
    assert acts.do(list_segments, "channel") == []
    with pytest.raises(NotFound):
        acts.do(remove_segment, "channel", "WEB", "ann")
    assert [edit[2] for edit in acts.edits()] == ["created", "updated", "deleted"]


@pytest.mark.parametrize(
    ("dimension", "code"), [("colour", "x"), ("culture", ""), ("market", "A|B"), ("device", "a:b")]
)
def test_a_segment_has_a_dimension_and_a_name_that_headers_can_say(acts: Acts, dimension: str, code: str) -> None:
    with pytest.raises(WrongUsage):
        acts.do(add_segment, dimension, code, "ann")


def test_a_segment_that_values_or_names_are_of_is_not_removed(acts: Acts) -> None:
    for dimension, code, user in (("culture", "da", "product DB-5"), ("market", "DENMARK", "product DB-5")):
        with pytest.raises(WrongUsage, match=user):
            acts.do(remove_segment, dimension, code, "ann")
    acts.do(add_segment, "culture", "d", "ann")
    acts.do(remove_segment, "culture", "d", "ann")  # no other one is taken for it
    with acts.connected() as connection:
        connection.execute(text("DELETE FROM products"))
    with pytest.raises(WrongUsage, match=r"global_list COLOURS|brand STEELCO|category|attribute COLOUR"):
        acts.do(remove_segment, "culture", "da", "ann")


def test_categories_and_brands_are_named_and_what_shows_a_brand_is_sent_again(acts: Acts) -> None:
    acts.do(name_node, "category", "SPORT", {"default": "Sports", "T:da": ""}, "ann")
    assert (acts.record("category", "SPORT") or {})["names"] == {"default": "Sports"}
    acts.do(name_node, "brand", "STEELCO", {"T:en": "Steel"}, "ann")
    assert [row["key"] for row in acts.rows("SELECT key FROM outbox")] == ["DB-5"]
    for names in ({"default": " "}, {"T:xx": "?"}, {"M:DENMARK": "?"}):
        with pytest.raises(WrongUsage):
            acts.do(name_node, "brand", "STEELCO", names, "ann")
    with pytest.raises(NotFound):
        acts.do(name_node, "brand", "NOWHERE", {"default": "x"}, "ann")
    assert [edit[:3] for edit in acts.edits()] == [("category", "SPORT", "updated"), ("brand", "STEELCO", "updated")]


def test_a_category_is_moved_but_not_below_itself(acts: Acts) -> None:
    acts.do(move_node, "category", "WEIGHTS", "OFFERS", "ann")
    moved = acts.record("category", "WEIGHTS") or {}
    assert (moved["parent"], moved["links"]) == ("OFFERS", [])
    with pytest.raises(WrongUsage, match="OFFERS → WEIGHTS → OFFERS"):
        acts.do(move_node, "category", "OFFERS", "WEIGHTS", "ann")
    with pytest.raises(NotFound):
        acts.do(move_node, "category", "OFFERS", "NOWHERE", "ann")
    acts.do(move_node, "category", "WEIGHTS", None, "ann")
    assert "parent" not in (acts.record("category", "WEIGHTS") or {})
    acts.do(move_node, "category", "WEIGHTS", None, "ann")
    assert len(acts.edits()) == 2


@pytest.mark.parametrize(
    ("entity", "key", "user"),
    [
        ("category", "SPORT", "category WEIGHTS"),
        ("category", "OFFERS", "category WEIGHTS"),
        ("category", "WEIGHTS", "product DB-5"),
        ("brand", "STEELCO", "brand STEELCO-KIDS"),
    ],
)
def test_what_is_used_of_the_trees_is_not_deleted(acts: Acts, entity: Any, key: str, user: str) -> None:
    with pytest.raises(WrongUsage, match=user):
        acts.do(delete_node, entity, key, "ann")


def test_a_brand_that_anything_is_of_is_not_deleted(acts: Acts) -> None:
    acts.do(delete_node, "brand", "STEELCO-KIDS", "ann")
    with pytest.raises(WrongUsage, match="product DB-5"):
        acts.do(delete_node, "brand", "STEELCO", "ann")
    with acts.connected() as connection:
        connection.execute(text("DELETE FROM products"))
        attributes = """'{"attributes": {"BRAND": "STEELCO"}}'"""
        connection.execute(text(f"UPDATE records SET data = data || {attributes} WHERE key = 'SPORT'"))
    with pytest.raises(WrongUsage, match="category SPORT"):
        acts.do(delete_node, "brand", "STEELCO", "ann")
    acts.do(delete_attribute, "BRAND", "ann", force=True)
    acts.do(delete_node, "brand", "STEELCO", "ann")
    assert acts.record("brand", "STEELCO") is None


def test_the_wizard_cannot_make_another_thing_of_an_attribute(acts: Acts) -> None:
    for field in (SchemaField("NAME", "Name", "text"), SchemaField("WEIGHT", "Weight", "text")):
        with pytest.raises(BadMapping):
            acts.do(save_fields, [field])
    acts.do(save_fields, [SchemaField("WEIGHT", "Weight", "number")])
    with pytest.raises(BadMapping, match="is an attribute of the PIM"), acts.connected() as connection:
        replace_fields(connection, lock_schema(connection, acts.id), [], "ann", force=True)

import pytest

from segops_pipeline.catalogue.pim.model import AttributeDefinition, FieldDefinition, Record
from segops_pipeline.catalogue.pim.values import (
    ItemMissing,
    canonical,
    changeable,
    empty_value,
    get,
    is_empty,
    put,
    remove_segment,
)

NUMBER = AttributeDefinition("N", value_type="SingleValued", fields=(FieldDefinition("Value", "PInt32"),))
NAME = AttributeDefinition("T", value_type="SingleValued", fields=(FieldDefinition("Value", "PTranslatedStringD"),))
AREA = AttributeDefinition(
    "A", value_type="SingleValued", fields=(FieldDefinition("Width", "PInt32"), FieldDefinition("Height", "PInt32"))
)
TAGS = AttributeDefinition("TAGS", value_type="MultiValued", fields=(FieldDefinition("Value", "PString"),))
NOTES = AttributeDefinition("NOTES", value_type="MultiValued", fields=(FieldDefinition("Value", "PTranslatedStringD"),))


def test_an_attribute_without_a_value_is_null_an_object_or_a_list() -> None:
    assert [empty_value(one) for one in (NUMBER, NAME, AREA, TAGS)] == [None, {}, {}, []]


def test_an_empty_text_zero_and_false_are_values() -> None:
    assert [is_empty(one) for one in (None, {}, [], "", 0, False)] == [True, True, True, False, False, False]


def test_a_part_is_put_without_changing_the_old_value() -> None:
    old = {"Width": 1}

    assert put(old, 2, AREA, field="Height") == {"Width": 1, "Height": 2}
    assert old == {"Width": 1}


def test_a_field_is_named_in_any_case_and_kept_as_its_definition_spells_it() -> None:
    assert put(None, 2, AREA, field="HEIGHT") == {"Height": 2}


def test_null_takes_a_field_away() -> None:
    assert put({"Width": 1, "Height": 2}, None, AREA, field="Width") == {"Height": 2}


def test_a_segment_is_put_beside_the_others_and_removed() -> None:
    both = put({"default": "a"}, "b", NAME, segment="T:da")

    assert both == {"default": "a", "T:da": "b"}
    assert remove_segment(both, NAME, "T:da") == {"default": "a"}


def test_a_segmented_field_without_a_value_is_an_empty_object() -> None:
    assert put({"default": "a"}, None, NAME) == {}


def test_an_item_is_put_in_its_place_or_behind_the_last() -> None:
    assert put(["a", "b"], "c", TAGS, 1) == ["a", "c"]
    assert put(["a", "b"], "c", TAGS, 2) == ["a", "b", "c"]
    assert put(None, "c", TAGS, 0) == ["c"]
    assert put([{"default": "a"}], "b", NOTES, 0, segment="T:da") == [{"default": "a", "T:da": "b"}]


def test_an_item_that_would_leave_a_hole_cannot_be_put() -> None:
    with pytest.raises(ItemMissing) as raised:
        put(["a"], "c", TAGS, 2)

    assert (raised.value.index, raised.value.length) == (2, 1)


def test_a_segment_of_an_item_that_is_not_there_removes_nothing() -> None:
    assert remove_segment([{"T:da": "a"}], NOTES, "T:da", 1) == [{"T:da": "a"}]
    assert remove_segment([{"T:da": "a"}], NOTES, "T:da", 0) == [{}]


def test_parts_are_read_and_null_where_they_are_not() -> None:
    assert get({"Width": 1}, AREA, field="Width") == 1
    assert get({"Width": 1}, AREA, field="Height") is None
    assert get([{"default": "a"}], NOTES, 0, segment="default") == "a"
    assert get([{"default": "a"}], NOTES, 1, segment="default") is None
    assert get("a", NAME, segment="default") == "a"


def test_a_value_has_one_form() -> None:
    assert canonical({"Width": 1, "Height": None}, AREA) == {"Width": 1}
    assert canonical({"default": "a", "T:da": None}, NAME) == {"default": "a"}
    assert canonical("a", NAME) == {"default": "a"}
    assert canonical("a", TAGS) == ["a"]
    assert canonical(None, TAGS) == []


def test_a_changeable_copy_shares_values_but_not_what_holds_them() -> None:
    product = Record("product", "P", {"A": {"Width": 1}}, {"external": {"A": {"Width": 2}}})
    brand = Record("brand", "B", {"names": {}, "attributes": {"N": 1}})

    for record in (product, brand):
        copy = changeable(record)
        copy.assign("N", 5)
        copy.assign("N", 6, external=True)

        assert copy != record
        assert record.assigned().get("N") in (None, 1)
        assert "N" not in record.assigned(external=True)
    assert changeable(product).data["A"] is product.data["A"]

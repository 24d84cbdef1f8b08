"""Files of global list items (seed 002, "Global list items"): each of the seed's examples, and each of its rules."""

from typing import Any

import pytest

from segops_pipeline.catalogue.pim.model import Record
from segops_pipeline_tests.bizzkit.files import Done, attribute, do, global_list, product, segments, state


def of_items(text: str, *records: Record, **options: Any) -> Done:
    return do(text, state(*records), entity="global_list_item", **options)


def values(done: Done, key: str) -> list[Any]:
    return [one["value"] for one in done.data("global_list", key)["items"]]


def heights(*values: Any, **data: Any) -> Record:
    return global_list("HEIGHT_VALUES", *values, **data)


def test_the_example_of_operations_removes_an_item_and_adds_another_in_its_place_with_an_attribute() -> None:
    done = of_items(
        """
        UniqueName;ItemIndex;ItemOperation;UNIT
        HEIGHT_VALUES;1;Remove;
        HEIGHT_VALUES;1;Add;mm
        """,
        heights("12", "24", "36"),
        attribute("UNIT", "PString"),
    )
    assert done.outcomes == ["removed", "created"]
    items = done.data("global_list", "HEIGHT_VALUES")["items"]
    assert [(one["id"], one["value"], one["attributes"]) for one in items] == [
        ("1", "12", {}), ("4", None, {"UNIT": "mm"}), ("3", "36", {})
    ]  # fmt: skip
    assert [one.identity for one in done.results] == ["HEIGHT_VALUES/2", "HEIGHT_VALUES/4"]


def test_the_example_of_a_value_inserts_an_item_at_its_index() -> None:
    done = of_items(
        """
        UniqueName;ItemIndex;Value
        HEIGHT_VALUES;1;48
        """,
        heights("12", "24"),
    )
    assert (done.outcomes, values(done, "HEIGHT_VALUES")) == (["created"], ["12", "48", "24"])
    made = done.data("global_list", "HEIGHT_VALUES")["items"][1]
    assert (made["id"], made["system_name"]) == ("3", "HEIGHT_VALUES_3")


def test_the_list_must_have_been_created_before() -> None:
    done = of_items("UniqueName;Value\nNOWHERE;48\n")
    assert (done.codes, done.outcomes) == (["unknown_list"], ["rejected"])
    assert "segops pim lists add NOWHERE" in (done.errors[0].suggestion or "")
    assert done.records.get("global_list", "NOWHERE") is None


@pytest.mark.parametrize(
    ("index", "code"),
    [
        ("-1", "wrong_index"),
        ("1.5", "wrong_index"),
        ("", "wrong_index"),
        ("first", "wrong_index"),
        ("٣", "wrong_index"),
    ],
)
def test_an_index_is_a_whole_number_of_0_or_more(index: str, code: str) -> None:
    done = of_items(f"UniqueName;ItemIndex;Value\nHEIGHT_VALUES;{index};48\n", heights("12"))
    assert (done.codes, done.outcomes) == ([code], ["rejected"])
    assert (done.errors[0].line, done.errors[0].column) == (2, "ItemIndex")


@pytest.mark.parametrize(
    ("operation", "index", "is_there"),
    [("Add", 0, True), ("Add", 2, True), ("Add", 3, False), ("Update", 1, True), ("Update", 2, False),
     ("Remove", 1, True), ("Remove", 2, False)],
)  # fmt: skip
def test_an_index_is_counted_from_0_and_may_not_leave_a_gap(operation: str, index: int, *, is_there: bool) -> None:
    text = f"UniqueName;ItemIndex;ItemOperation;Value\nHEIGHT_VALUES;{index};{operation};48\n"
    assert of_items(text, heights("12", "24")).codes == ([] if is_there else ["index_out_of_range"])


@pytest.mark.parametrize(
    "text", ["UniqueName;Value\nHEIGHT_VALUES;48\n", "UniqueName;ItemIndex;Value\nHEIGHT_VALUES;NULL;48\n"]
)
def test_without_an_index_an_item_is_added_at_the_end(text: str) -> None:
    assert values(of_items(text, heights("12")), "HEIGHT_VALUES") == ["12", "48"]


@pytest.mark.parametrize("operation", ["Update", "Remove"])
def test_an_update_and_a_removal_say_which_item(operation: str) -> None:
    done = of_items(f"UniqueName;ItemOperation;Value\nHEIGHT_VALUES;{operation};48\n", heights("12"))
    assert done.codes == ["index_missing"]


def test_add_is_what_a_row_does_that_says_nothing_else() -> None:
    done = of_items("UniqueName;ItemOperation;Value\nHEIGHT_VALUES;NULL;48\nHEIGHT_VALUES;Add;60\n", heights())
    assert (done.outcomes, values(done, "HEIGHT_VALUES")) == (["created", "created"], ["48", "60"])


@pytest.mark.parametrize("operation", ["AddOrUpdate", "", "add", "Delete"])
def test_an_operation_is_add_update_or_remove(operation: str) -> None:
    done = of_items(f"UniqueName;ItemIndex;ItemOperation;Value\nHEIGHT_VALUES;0;{operation};48\n", heights("12"))
    assert (done.codes, done.outcomes) == (["unknown_operation"], ["rejected"])


def test_an_update_sets_what_it_gives_and_leaves_the_rest() -> None:
    known = heights({"value": "12", "attributes": {"UNIT": "mm"}}, "24")
    done = of_items(
        "UniqueName;ItemIndex;ItemOperation;Value;UNIT\nHEIGHT_VALUES;0;Update;13;NULL\nHEIGHT_VALUES;1;Update;NULL;cm\n",
        known,
        attribute("UNIT", "PString"),
    )
    assert done.outcomes == ["updated", "updated"]
    items = done.data("global_list", "HEIGHT_VALUES")["items"]
    assert [(one["id"], one["value"], one["attributes"]) for one in items] == [
        ("1", "13", {"UNIT": "mm"}), ("2", "24", {"UNIT": "cm"})
    ]  # fmt: skip


def test_an_update_to_what_is_there_changes_nothing() -> None:
    done = of_items("UniqueName;ItemIndex;ItemOperation;Value\nHEIGHT_VALUES;0;Update;12\n", heights("12"))
    assert done.outcomes == ["unchanged"]


def test_a_value_may_differ_by_segment() -> None:
    known = global_list("COLOURS", {"value": {"default": "red", "T:da-DK": "rød"}}, pim_type="PTranslatedStringD")
    done = of_items(
        """
        UniqueName;ItemIndex;ItemOperation;Value;Value:Tda-DK;Value:Tda-DK:MDENMARK
        COLOURS;0;Update;NULL;rødt;rødt her
        COLOURS;1;Add;blue;blå;NULL
        """,
        known,
        *segments(culture="da-DK", market="DENMARK"),
    )
    assert values(done, "COLOURS") == [
        {"default": "red", "T:da-DK": "rødt", "T:da-DK|M:DENMARK": "rødt her"}, {"default": "blue", "T:da-DK": "blå"}
    ]  # fmt: skip


@pytest.mark.parametrize("header", ["Value", "Value:Default", "Name:Default"])
def test_the_default_value_is_that_without_a_segment_also_as_the_seed_misspells_it(header: str) -> None:
    done = of_items(f"UniqueName;{header}\nCOLOURS;red\n", global_list("COLOURS", pim_type="PTranslatedStringD"))
    assert values(done, "COLOURS") == [{"default": "red"}]
    assert [one.code for one in done.header] == (["header_slip"] if header == "Name:Default" else [])


@pytest.mark.parametrize("header", ["Value", "Value:Default"])
def test_a_type_without_a_default_takes_none(header: str) -> None:
    done = of_items(f"UniqueName;{header}\nCOLOURS;red\n", global_list("COLOURS", pim_type="PTranslatedString"))
    assert done.codes == ["no_default_segment"]


def test_a_plain_value_has_no_segments() -> None:
    done = of_items("UniqueName;Value:Tda-DK\nHEIGHT_VALUES;48\n", heights(), *segments(culture="da-DK"))
    assert done.codes == ["segment_on_plain_field"]


def test_a_value_and_a_default_value_are_ambiguous() -> None:
    done = of_items("UniqueName;Value;Value:Default\nCOLOURS;red;blue\n", global_list("COLOURS"))
    assert (done.codes, done.outcomes) == (["ambiguous_columns"], [])


def test_a_value_has_no_index_for_several_values_are_not_supported() -> None:
    assert of_items("UniqueName;Value[0]\nHEIGHT_VALUES;48\n", heights()).codes == ["bad_column_header"]


def test_segments_of_a_value_are_registered_ones() -> None:
    done = of_items("UniqueName;Value:Txx\nCOLOURS;red\n", global_list("COLOURS", pim_type="PTranslatedStringD"))
    assert (done.codes, done.outcomes) == (["unknown_segment"], [])


@pytest.mark.parametrize(
    ("text", "code"), [("tall", "not_a_decimal"), ("1.234", "too_many_decimals"), ("", "empty_value")]
)
def test_a_value_is_of_the_list_s_type(text: str, code: str) -> None:
    done = of_items(f"UniqueName;Value\nHEIGHT_VALUES;{text}\n", heights(pim_type="PDecimal2"))
    assert (done.codes, values(done, "HEIGHT_VALUES")) == ([code], [])


def test_numbers_of_a_list_are_numbers() -> None:
    assert values(
        of_items("UniqueName;Value\nHEIGHT_VALUES;48.50\n", heights(pim_type="PDecimal2")), "HEIGHT_VALUES"
    ) == [48.5]


def test_unique_values_refuse_an_equal_one() -> None:
    header = "UniqueName;ItemIndex;ItemOperation;Value\n"
    text = header + "HEIGHT_VALUES;0;Add;12\nHEIGHT_VALUES;1;Update;12\nHEIGHT_VALUES;1;Update;24\n"
    done = of_items(text, heights("12", "24"))
    assert (done.codes, done.outcomes) == (["list_value_repeated"] * 2, ["rejected", "rejected", "unchanged"])
    assert values(done, "HEIGHT_VALUES") == ["12", "24"]


def test_unique_values_follow_what_earlier_rows_have_done() -> None:
    done = of_items(
        """
        UniqueName;ItemIndex;ItemOperation;Value
        L;0;Add;b
        L;0;Add;b
        L;0;Update;c
        L;0;Add;b
        L;0;Remove;NULL
        L;0;Add;b
        """,
        global_list("L", "a"),
    )
    assert (done.outcomes[1], done.codes) == ("rejected", ["list_value_repeated"])
    assert values(done, "L") == ["b", "c", "a"]


def test_without_unique_values_a_value_can_stand_twice() -> None:
    done = of_items("UniqueName;Value\nHEIGHT_VALUES;12\n", heights("12", is_unique=False))
    assert values(done, "HEIGHT_VALUES") == ["12", "12"]


def test_items_without_a_value_repeat_nothing() -> None:
    done = of_items("UniqueName;ItemOperation\nL;Add\nL;Add\n", global_list("L"))
    assert (done.outcomes, values(done, "L")) == (["created", "created"], [None, None])


def test_an_item_that_a_product_refers_to_is_not_removed() -> None:
    refers = product("A-1", HEIGHT={"list": "HEIGHT_VALUES", "item": "1"})
    text = "UniqueName;ItemIndex;ItemOperation\nHEIGHT_VALUES;0;Remove\nHEIGHT_VALUES;1;Remove\n"
    done = of_items(text, heights("12", "24"), attribute("HEIGHT", "list:HEIGHT_VALUES"), refers)
    assert (done.codes, done.outcomes) == (["item_in_use"], ["rejected", "removed"])
    assert "product A-1" in done.errors[0].message
    assert values(done, "HEIGHT_VALUES") == ["12"]


def test_an_item_that_another_list_s_item_refers_to_is_not_removed() -> None:
    refers = global_list("SIZES", {"value": "L", "attributes": {"HEIGHT": [{"list": "HEIGHT_VALUES", "item": "1"}]}})
    done = of_items("UniqueName;ItemIndex;ItemOperation\nHEIGHT_VALUES;0;Remove\n", heights("12"), refers)
    assert (done.codes, done.outcomes) == (["item_in_use"], ["rejected"])


def test_a_removal_passes_over_what_else_its_row_says() -> None:
    done = of_items(
        "UniqueName;ItemIndex;ItemOperation;Value;UNIT\nHEIGHT_VALUES;0;Remove;tall;x\n",
        heights(12, pim_type="PInt32"),
        attribute("UNIT", "PInt32"),
    )
    assert (done.outcomes, values(done, "HEIGHT_VALUES")) == (["removed"], [])


def test_an_item_can_be_given_values_of_attributes_externally_owned_ones_too() -> None:
    done = of_items("UniqueName;Value;UNIT;Ext_UNIT\nHEIGHT_VALUES;48;mm;MM\n", heights(), attribute("UNIT", "PString"))
    item = done.data("global_list", "HEIGHT_VALUES")["items"][0]
    assert (item["attributes"], item["external"]) == ({"UNIT": "mm"}, {"UNIT": "MM"})


def test_an_attribute_of_an_item_must_be_there() -> None:
    assert of_items("UniqueName;Value;UNIT\nHEIGHT_VALUES;48;mm\n", heights()).codes == ["unknown_attribute"]


def test_an_item_may_refer_to_one_that_the_row_adds_to_the_same_list() -> None:
    done = of_items(
        "UniqueName;Value;LIKE\nHEIGHT_VALUES;48;50\n", heights("12"), attribute("LIKE", "list:HEIGHT_VALUES")
    )
    items = done.data("global_list", "HEIGHT_VALUES")["items"]
    assert [(one["id"], one["value"]) for one in items] == [("1", "12"), ("2", "50"), ("3", "48")]
    assert items[2]["attributes"] == {"LIKE": {"list": "HEIGHT_VALUES", "item": "2"}}


def test_a_row_that_fails_changes_nothing() -> None:
    known = heights("12")
    done = of_items(
        "UniqueName;ItemIndex;ItemOperation;Value;LIKE;SIZE\nHEIGHT_VALUES;0;Update;13;50;big\n",
        known,
        attribute("LIKE", "list:HEIGHT_VALUES"),
        attribute("SIZE", "PInt32"),
    )
    assert (done.codes, done.data("global_list", "HEIGHT_VALUES")) == (["not_an_integer"], known.data)


def test_a_file_of_list_items_is_merged_only() -> None:
    assert of_items("UniqueName;Value\nHEIGHT_VALUES;48\n", heights(), mode="overwrite").codes == ["not_in_mode"]


def test_an_item_s_own_system_name_is_not_taken_twice() -> None:
    done = of_items("UniqueName;Value\nL;b\n", global_list("L", {"value": "a", "system_name": "L_2"}))
    assert [one["system_name"] for one in done.data("global_list", "L")["items"]] == ["L_2", "L_2_2"]
